"""What is written: a class a format.

    written = target_of(plan).write(loaded.content, path)

`path` is a file of its own that gets its name when all is in it; what stands beside it is written to `path` with
`BESIDE` behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapix.convert.plan import Plan

if TYPE_CHECKING:
    from mapix.convert.targets.base import Target

_MODULES = {
    "msg": "messages",
    "eml": "messages",
    "mbox": "messages",
    "maildir": "messages",
    "tnef": "messages",
    "json": "jsonform",
    "md": "markdown",
    "txt": "plaintext",
    "html": "webpage",
    "ics": "items",
    "vcf": "items",
    "parquet": "rows",
}


def target_of(plan: Plan) -> Target:
    """Who writes the format that a plan names; loaded when it is asked for."""
    from importlib import import_module

    made: Target = import_module(f"mapix.convert.targets.{_MODULES[plan.to]}").TARGETS[plan.to](plan)
    return made
