"""PR_CONVERSATION_INDEX: where a message stands in its thread (M-022, X-24; [MS-OXOMSG] 2.2.1.3).

The first message has 22 bytes: the top six bytes of its time (FILETIME, big-endian, of which the first is 1 for our
times) and a GUID for the thread. Each answer appends 5 bytes: how long after the thread's beginning it was written,
and a few bits that tell apart what was written at once. Sorted by their bytes, answers follow what they answer.

    >>> first = conversation_index(now=0x01DA000000000000)
    >>> answer = conversation_index(first, now=0x01DA000000000000 + 10_000_000)
    >>> answer.startswith(first), depth_of(answer), thread_of(answer) == thread_of(first)
    (True, 1, True)
"""

from __future__ import annotations

import os
from typing import Final

from mapix.properties.errors import CorruptData
from mapix.properties.times import now as time_now

HEADER: Final = 22
BLOCK: Final = 5

_FIRST: Final = 1
_NEAR: Final = 1 << 49
_FAR: Final = 0x80000000
_DELTA: Final = 0x7FFFFFFF


def conversation_index(parent: bytes | None = None, *, now: int | None = None) -> bytes:
    """The index of a new message, an answer to one with the index `parent` unless that is None or empty
    (ScCreateConversationIndex). `now` is FILETIME, by default the present. `CorruptData` for a parent that is no index.
    """
    ticks = time_now() if now is None else now
    if not parent:
        return bytes((_FIRST,)) + (ticks >> 16).to_bytes(8, "big")[-5:] + os.urandom(16)
    level = depth_of(parent)
    passed = max(0, ticks - begun_at(parent))
    bits = passed >> 18 & _DELTA if passed < _NEAR else passed >> 23 & _DELTA | _FAR
    apart = os.urandom(1)[0] & 0xF0 | level & 0x0F
    return bytes(parent) + bits.to_bytes(4, "big") + bytes((apart,))


def depth_of(index: bytes) -> int:
    """How many answers lie between the first message and this one, this included; `CorruptData` for no index."""
    if len(index) < HEADER or (len(index) - HEADER) % BLOCK or index[0] != _FIRST:
        raise CorruptData("not a conversation index", value=index)
    return (len(index) - HEADER) // BLOCK


def begun_at(index: bytes) -> int:
    """When the thread began: FILETIME, less its lowest 16 bits."""
    return int.from_bytes(index[:6], "big") << 16


def thread_of(index: bytes) -> bytes:
    """The GUID that all messages of the thread share."""
    return bytes(index[6:HEADER])
