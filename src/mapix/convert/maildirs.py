"""Names of messages in a maildir: the same at every run, with the flags that the message has, and read as such."""

from __future__ import annotations

import os
import re
from typing import Final

from mapix.convert.items import Item
from mapix.convert.names import sign
from mapix.convert.summary import ticks_of
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.flags import MSGFLAG_READ, MSGFLAG_UNSENT
from mapix.properties.times import TICKS_PER_SECOND, UNIX_EPOCH_TICKS

FOLDERS: Final = ("cur", "new", "tmp")
_FLAGGED: Final = 2
_ANSWERED: Final = (102, 103)
"""PR_LAST_VERB_EXECUTED of a reply to the sender and to all."""

_PASSED: Final = 104
"""The same of a message that was forwarded."""

_FLAGS: Final = re.compile(r"[:;]2,([A-Za-z,]*)\Z")


def note_flags(name: str, content: MessageContent) -> None:
    """Give a message the flags that its name in a maildir tells: draft, flagged, passed on, replied to, seen."""
    found = _FLAGS.search(name)
    letters = found[1] if found else ""
    flags = (MSGFLAG_READ if "S" in letters else 0) | (MSGFLAG_UNSENT if "D" in letters else 0)
    if flags:
        content.properties[t.PR_MESSAGE_FLAGS] = (content.get(t.PR_MESSAGE_FLAGS) or 0) | flags
    if "F" in letters:
        content.properties[t.PR_FLAG_STATUS] = _FLAGGED
    if "R" in letters or "P" in letters:
        content.properties[t.PR_LAST_VERB_EXECUTED] = _ANSWERED[0] if "R" in letters else _PASSED


def name_of(item: Item, content: MessageContent) -> str:
    """`cur/1577966400.3f2a….mapix:2,S`: time, source, flags; with a semicolon where colons are not allowed."""
    flags = content.get(t.PR_MESSAGE_FLAGS) or 0
    letters = [
        "D" if flags & MSGFLAG_UNSENT else "",
        "F" if content.get(t.PR_FLAG_STATUS) == _FLAGGED else "",
        "P" if content.get(t.PR_LAST_VERB_EXECUTED) == _PASSED else "",
        "R" if content.get(t.PR_LAST_VERB_EXECUTED) in _ANSWERED else "",
        "S" if flags & MSGFLAG_READ else "",
    ]
    ticks = ticks_of(content)
    seconds = 0 if ticks is None else max((ticks - UNIX_EPOCH_TICKS) // TICKS_PER_SECOND, 0)
    mark = ";" if os.name == "nt" else ":"
    return f"cur/{seconds}.{sign(item.name, 24)}.mapix{mark}2,{''.join(letters)}"
