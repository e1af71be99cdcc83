"""Names of messages in a maildir: the same at every run, with the flags that the message has."""

from __future__ import annotations

import os
from typing import Final

from mapix.convert.items import Item
from mapix.convert.names import sign
from mapix.convert.reading import Loaded
from mapix.convert.summary import ticks_of
from mapix.properties import tags as t
from mapix.properties.flags import MSGFLAG_READ, MSGFLAG_UNSENT
from mapix.properties.times import TICKS_PER_SECOND, UNIX_EPOCH_TICKS

FOLDERS: Final = ("cur", "new", "tmp")
_FLAGGED: Final = 2
_ANSWERED: Final = (102, 103)
"""PR_LAST_VERB_EXECUTED of a reply to the sender and to all."""


def name_of(item: Item, loaded: Loaded) -> str:
    """`cur/1577966400.3f2a….mapix:2,S`: time, source, flags; with a semicolon where colons are not allowed."""
    content = loaded.content
    flags = content.get(t.PR_MESSAGE_FLAGS) or 0
    letters = [
        "D" if flags & MSGFLAG_UNSENT else "",
        "F" if content.get(t.PR_FLAG_STATUS) == _FLAGGED else "",
        "R" if content.get(t.PR_LAST_VERB_EXECUTED) in _ANSWERED else "",
        "S" if flags & MSGFLAG_READ else "",
    ]
    ticks = ticks_of(content)
    seconds = 0 if ticks is None else max((ticks - UNIX_EPOCH_TICKS) // TICKS_PER_SECOND, 0)
    mark = ";" if os.name == "nt" else ":"
    return f"cur/{seconds}.{sign(item.name, 24)}.mapix{mark}2,{''.join(letters)}"
