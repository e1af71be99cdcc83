"""Who changed an object last, and what that change knew: XIDs and lists of them ([MS-OXCFXICS] 2.2.2.2, 2.2.2.3).

A change is named by the 16 bytes of the replica that made it and a number of that replica's own, which grows. The list
of an object's predecessors has the latest change of every replica that went into it; comparing two lists tells whether
one copy of the object is newer, or both were changed.

    >>> mine, yours = Xid(bytes(16), b"\\x01"), Xid(b"\\x01" * 16, b"\\x07")
    >>> known = ChangeList.of(mine)
    >>> known.covers(ChangeList.of(mine)), known.covers(known.merged(ChangeList.of(yours)))
    (True, False)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mapix.properties.errors import CorruptData, InvalidParameter

_GUID = 16
_LONGEST = 8


@dataclass(frozen=True, slots=True)
class Xid:
    """One identifier: `guid` of the replica, and 1 to 8 bytes of its own, which compare as a number."""

    guid: bytes
    local: bytes

    def __post_init__(self) -> None:
        if len(self.guid) != _GUID or not 1 <= len(self.local) <= _LONGEST:
            raise InvalidParameter("an XID is a GUID and 1 to 8 bytes", value=self.guid + self.local)

    @classmethod
    def load(cls, data: bytes) -> Xid:
        """The XID that `data` is, such as PR_CHANGE_KEY; `CorruptData` when it is none."""
        if not _GUID < len(data) <= _GUID + _LONGEST:
            raise CorruptData("not an XID", value=data)
        return cls(bytes(data[:_GUID]), bytes(data[_GUID:]))

    def dump(self) -> bytes:
        """As bytes."""
        return self.guid + self.local

    @property
    def number(self) -> int:
        """What it is compared by among those of its replica."""
        return int.from_bytes(self.local, "big")


@dataclass(frozen=True, slots=True)
class ChangeList:
    """PR_PREDECESSOR_CHANGE_LIST: the latest change of each replica that an object has in it."""

    changes: Mapping[bytes, Xid] = field(default_factory=dict)

    @classmethod
    def of(cls, *changes: Xid) -> ChangeList:
        """A list of some changes; of several by one replica the latest counts."""
        latest: dict[bytes, Xid] = {}
        for change in changes:
            present = latest.get(change.guid)
            if present is None or present.number < change.number:
                latest[change.guid] = change
        return cls(latest)

    @classmethod
    def load(cls, data: bytes) -> ChangeList:
        """The list that `data` is; `CorruptData` when it is none."""
        found, at = [], 0
        while at < len(data):
            end = at + 1 + data[at]
            if end > len(data):
                raise CorruptData("a change list is cut short", value=data)
            found.append(Xid.load(data[at + 1 : end]))
            at = end
        return cls.of(*found)

    def dump(self) -> bytes:
        """As bytes: a length before each, in the order of their GUIDs."""
        parts = (self.changes[guid].dump() for guid in sorted(self.changes))
        return b"".join(bytes((len(part),)) + part for part in parts)

    def merged(self, other: ChangeList) -> ChangeList:
        """The latest of both."""
        return self.of(*self.changes.values(), *other.changes.values())

    def knows(self, change: Xid) -> bool:
        """Whether a change, or a later one of its replica, went into the object."""
        present = self.changes.get(change.guid)
        return present is not None and present.number >= change.number

    def covers(self, other: ChangeList) -> bool:
        """Whether all of `other` went into this; two lists that do not cover one another are in conflict."""
        return all(map(self.knows, other.changes.values()))
