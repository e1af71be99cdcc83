"""`mapix msg`: message files as files: what is wrong with them, how two differ, written anew."""

from __future__ import annotations

from mapix.cli.base import Lazy, LazyGroup

msg = LazyGroup(
    "msg",
    table={
        "check": Lazy("mapix.cli.msgcheck", "Look for everything that is wrong with message files."),
        "diff": Lazy("mapix.cli.msgdiff", "Tell how two messages differ."),
        "repack": Lazy("mapix.cli.msgrepack", "Write a message file anew, without gaps."),
    },
    examples=("mapix msg check mail.msg", "mapix msg diff old.msg new.msg", "mapix msg repack mail.msg"),
    help="Check, compare and write anew message files.",
)
