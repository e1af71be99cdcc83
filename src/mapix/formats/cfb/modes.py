"""Which modes a compound file and its elements can be opened with (STGM_*): COM's combinations, checked.

| mode | here |
|---|---|
| direct, READ | with SHARE_DENY_WRITE or SHARE_EXCLUSIVE |
| direct, READWRITE | with SHARE_EXCLUSIVE |
| TRANSACTED | with any sharing |
| elements | SHARE_EXCLUSIVE, no more access than what they are in; streams are never TRANSACTED |
| NOSCRATCH | with TRANSACTED and access to write: what is not committed lies in the file's own free sectors anyway |
| NOSNAPSHOT | with TRANSACTED and no exclusion of writers |
| PRIORITY, SIMPLE, DIRECT_SWMR, CONVERT | not offered, for files, lock bytes and elements: InvalidFlag |
"""

from __future__ import annotations

from typing import Final

from mapix.formats.storage import ACCESS_MASK, SHARE_MASK, Mode
from mapix.formats.storageerrors import AccessDenied, InvalidFlag

_SHARES: Final = frozenset((0, Mode.SHARE_EXCLUSIVE, Mode.SHARE_DENY_WRITE, Mode.SHARE_DENY_READ, Mode.SHARE_DENY_NONE))
_INSTEAD: Final = {
    Mode.PRIORITY: "Mode.READ | Mode.SHARE_DENY_WRITE",
    Mode.SIMPLE: "Mode.READWRITE | Mode.SHARE_EXCLUSIVE",
    Mode.DIRECT_SWMR: "Mode.TRANSACTED | Mode.SHARE_DENY_NONE",
    Mode.CONVERT: "Mode.CREATE",
}
"""The modes that are not offered, and what does instead."""
_KNOWN: Final = int(
    ACCESS_MASK | SHARE_MASK | Mode.CREATE | Mode.TRANSACTED | Mode.NOSCRATCH | Mode.NOSNAPSHOT | Mode.DELETEONRELEASE
)


def can_read(mode: int) -> bool:
    """Whether a mode is of those that read."""
    return mode & ACCESS_MASK != Mode.WRITE


def can_write(mode: int) -> bool:
    """Whether a mode is of those that write."""
    return mode & ACCESS_MASK != Mode.READ


def denies_writing(mode: int) -> bool:
    """Whether nobody else may write meanwhile."""
    return mode & SHARE_MASK in (Mode.SHARE_EXCLUSIVE, Mode.SHARE_DENY_WRITE)


def checked_root(mode: int, *, creating: bool) -> int:
    """The mode of a whole file, with the sharing it needs where none is named. Raises: InvalidFlag."""
    _check_bits(mode)
    writes, direct = can_write(mode), not mode & Mode.TRANSACTED
    if not mode & SHARE_MASK:
        mode |= Mode.SHARE_EXCLUSIVE if writes else Mode.SHARE_DENY_WRITE
    if not creating and mode & (Mode.CREATE | Mode.DELETEONRELEASE):
        raise InvalidFlag("CREATE and DELETEONRELEASE are for files that are created", value=hex(mode))
    if creating and not writes:
        raise InvalidFlag("a file is created to be written", value=hex(mode), hint="Mode.READWRITE")
    if direct and writes and mode & SHARE_MASK != Mode.SHARE_EXCLUSIVE:
        raise InvalidFlag("writing directly needs SHARE_EXCLUSIVE", value=hex(mode), hint="Mode.TRANSACTED")
    if direct and not denies_writing(mode):
        raise InvalidFlag("reading directly needs SHARE_DENY_WRITE", value=hex(mode), hint="Mode.TRANSACTED")
    if mode & Mode.NOSCRATCH and (direct or not writes):
        raise InvalidFlag("NOSCRATCH is for writing with TRANSACTED", value=hex(mode))
    if mode & Mode.NOSNAPSHOT and (direct or denies_writing(mode)):
        raise InvalidFlag("NOSNAPSHOT is for TRANSACTED where others may write", value=hex(mode))
    return mode


def checked_element(mode: int, above: int, *, creating: bool, stream: bool) -> int:
    """The mode of an element of something opened with the mode `above`. Raises: InvalidFlag, AccessDenied."""
    _check_bits(mode)
    if mode & SHARE_MASK != Mode.SHARE_EXCLUSIVE:
        raise InvalidFlag("elements are opened with SHARE_EXCLUSIVE", value=hex(mode))
    if mode & (Mode.DELETEONRELEASE | Mode.NOSCRATCH | Mode.NOSNAPSHOT):
        raise InvalidFlag("this is for whole files", value=hex(mode))
    if stream and mode & Mode.TRANSACTED:
        raise InvalidFlag("streams are not transacted on their own", value=hex(mode))
    if not creating and mode & Mode.CREATE:
        raise InvalidFlag("CREATE is for what is created", value=hex(mode))
    if (can_write(mode) or creating) and not can_write(above):
        raise AccessDenied("what it is in was opened to be read only", value=hex(mode))
    if can_read(mode) and not can_read(above):
        raise AccessDenied("what it is in was opened to be written only", value=hex(mode))
    return mode


def _check_bits(mode: int) -> None:
    for refused, instead in _INSTEAD.items():
        if mode & refused:
            raise InvalidFlag(f"the mode STGM_{refused.name} is not offered", value=hex(mode), hint=instead)
    if mode & ~_KNOWN or mode & ACCESS_MASK == ACCESS_MASK or mode & SHARE_MASK not in _SHARES:
        raise InvalidFlag("no such mode", value=hex(mode))
