"""Personal distribution lists (IPM.DistList): names for several people at once. Source: [MS-OXOCNTC] 2.2.2.

    team = mapix.DistributionList("Team", members=["Ann <ann@example.org>", "bob@example.org"])
    team.save("team.msg")
    message.add_recipients(to=mapix.open("team.msg").people())

A member is somebody by address, or a contact or list that lies in a store. Both forms of the list are read and
written: two properties of several values with a checksum, and a stream where those would grow too large.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Unpack

from mapix.client.items.base import SE_COERCE_TO_INBOX, SE_OPEN_TO_DELETE, SE_OPEN_TO_MOVE, Item, ItemFields
from mapix.client.items.contact import Contact
from mapix.client.items.fields import NamedText
from mapix.client.place import Place
from mapix.client.recipient import Recipient, parse
from mapix.interfaces.message import Message as MapiMessage
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.entryid import OneOff, is_one_off
from mapix.properties.errors import CorruptData, InvalidParameter
from mapix.properties.tag import PropTag

LARGEST: Final = 15_000
"""Bytes that the members' identifiers may have before the stream takes their place ([MS-OXOCNTC] 2.2.2.2.1)."""

_WRAPPED: Final = bytes(4) + bytes.fromhex("c091add3519dcf11a4a900aa0047faa4")
_CONTACT_EMAIL: Final = (0xC3, 0xD3, 0xE3)
_PERSONAL_LIST: Final = 0xB4
"""What a wrapped identifier leads to ([MS-OXOCNTC] 2.2.2.2.4.1.1)."""

_HEAD: Final = struct.Struct("<HHIIIIII")
_SIZE: Final = struct.Struct("<I")
_VERSION: Final = 1
_BUILD: Final = 0x10
_END: Final = bytes(8)
_OWN: Final = -1


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a list. `stored` is the entry identifier of the contact or list that it is, empty for somebody by
    address alone; `email` which of the contact's addresses is meant, 0 to 2; `is_list` whether it is a list.
    """

    name: str
    address: str = ""
    type: str = "SMTP"
    stored: bytes = b""
    email: int = 0
    is_list: bool = False

    @classmethod
    def of(cls, value: str | Recipient | Member | Contact | DistributionList) -> list[Member]:
        """Members of an address in text, a recipient, or an item of a store; `InvalidParameter` for anything else."""
        if isinstance(value, Member):
            return [value]
        if isinstance(value, Contact):
            person = value.as_recipient()
            return [cls(person.name, person.address, stored=value.entry_id or b"")]
        if isinstance(value, DistributionList):
            return [cls(value.name or "", type="MAPIPDL", stored=value.entry_id or b"", is_list=True)]
        return [cls(one.name or one.address, one.address) for one in parse([value], "to")]

    @property
    def one_off(self) -> bytes:
        """The identifier that says name and address."""
        return OneOff(self.name, self.type, self.address).dump()

    @property
    def entry_id(self) -> bytes:
        """The identifier in the list: wrapped around that of the store, or the one-off."""
        if not self.stored:
            return self.one_off
        kind = _PERSONAL_LIST if self.is_list else _CONTACT_EMAIL[self.email]
        return _WRAPPED + bytes((kind,)) + self.stored

    @classmethod
    def load(cls, entry_id: bytes, one_off: bytes) -> Member:
        """A member of its two identifiers."""
        known = one_off if is_one_off(one_off) else entry_id
        who = OneOff.load(known) if is_one_off(known) else OneOff("", "", "")
        if not entry_id.startswith(_WRAPPED):
            return cls(who.name, who.address, who.address_type)
        kind = entry_id[20] if len(entry_id) > 20 else 0
        email = _CONTACT_EMAIL.index(kind) if kind in _CONTACT_EMAIL else 0
        return cls(who.name, who.address, who.address_type, entry_id[21:], email, kind == _PERSONAL_LIST)


class ListFields(ItemFields, total=False):
    """The fields of `DistributionList`."""

    name: str
    members: Sequence[str | Recipient | Member | Contact | DistributionList]


class DistributionList(Item):
    """A personal distribution list."""

    ITEM_CLASS = "IPM.DistList"
    ICON = 0x202
    SIDE_EFFECTS = SE_OPEN_TO_DELETE | SE_COERCE_TO_INBOX | SE_OPEN_TO_MOVE

    name = NamedText(n.PidLidDistributionListName, "What the list is called.")

    def __init__(
        self,
        mapi: MapiMessage | str | None = None,
        *,
        place: Place | None = None,
        row: Mapping[PropTag, Any] | None = None,
        **fields: Unpack[ListFields],
    ) -> None:
        if isinstance(mapi, str):
            fields["name"], mapi = mapi, None
        super().__init__(mapi, place=place, row=row, **fields)

    @property
    def members(self) -> list[Member]:
        """Who is in the list. `CorruptData` for a stream that cannot be read."""
        stream = self._value(n.PidLidDistributionListStream)
        if stream:
            return [Member.load(*pair) for pair in read_stream(stream)]
        ids = self._value(n.PidLidDistributionListMembers) or ()
        one_offs = self._value(n.PidLidDistributionListOneOffMembers) or ()
        return [
            Member.load(entry_id, one_offs[number] if number < len(one_offs) else b"")
            for number, entry_id in enumerate(ids)
        ]

    @members.setter
    def members(self, value: Iterable[str | Recipient | Member | Contact | DistributionList]) -> None:
        if isinstance(value, str):
            raise InvalidParameter("members are a list", value=value, hint=f"members=[{value!r}]")
        members = [member for one in value for member in Member.of(one)]
        ids = tuple(member.entry_id for member in members)
        one_offs = tuple(member.one_off for member in members)
        large = max(sum(map(len, ids)), sum(map(len, one_offs))) >= LARGEST
        self._put(
            {
                n.PidLidDistributionListStream: write_stream(ids, one_offs) if large else None,
                n.PidLidDistributionListMembers: None if large else ids or None,
                n.PidLidDistributionListOneOffMembers: None if large else one_offs or None,
                n.PidLidDistributionListChecksum: None if large or not ids else checksum(ids),
            }
        )

    @property
    def is_intact(self) -> bool:
        """Whether the checksum fits the members: it does not where somebody changed them who did not know of it."""
        if self._value(n.PidLidDistributionListStream):
            return True
        ids = self._value(n.PidLidDistributionListMembers) or ()
        told = self._value(n.PidLidDistributionListChecksum)
        return told is None or told == checksum(ids)

    def people(self) -> list[Recipient]:
        """The members as recipients; lists in the list are left out, their members are in a store."""
        return [Recipient(one.name, one.address) for one in self.members if one.address and not one.is_list]

    def _complete(self) -> None:
        super()._complete()
        name = self.name or self.subject
        for key in (n.PidLidDistributionListName, t.PR_DISPLAY_NAME, t.PR_SUBJECT, n.PidLidFileUnder):
            if self._follows(key, n.PidLidDistributionListName):
                self._put({key: name})
        if self._made:
            self._put_missing(
                {n.PidLidFileUnderId: _OWN, n.PidLidAutoLog: False, n.PidLidAddressBookProviderArrayType: 0}
            )


def checksum(ids: Iterable[bytes]) -> int:
    """PidLidDistributionListChecksum: CRC-32 of the identifiers one behind the other, from zero and not inverted, as a
    signed number (2.2.2.2.3).

    >>> hex(checksum([b"1234", b"56789"]))
    '0x2dfd2d88'
    """
    value = zlib.crc32(b"".join(ids), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return value - (value >> 31 << 32)


def write_stream(ids: Sequence[bytes], one_offs: Sequence[bytes]) -> bytes:
    """PidLidDistributionListStream of the members' identifiers (2.2.2.2.4)."""
    sizes = sum(map(len, ids)), sum(map(len, one_offs))
    head = _HEAD.pack(_VERSION, 0, _BUILD, 0, len(ids), *sizes, 0)
    pairs = zip(ids, one_offs, strict=True)
    return head + b"".join(_sized(one) + _sized(other) + _sized(b"") for one, other in pairs) + _END


def read_stream(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The identifiers in a stream, two a member; `CorruptData` where it is cut short or of another version."""
    if len(data) < _HEAD.size or _HEAD.unpack_from(data)[0] != _VERSION:
        raise CorruptData("not the stream of a distribution list", value=data[:32])
    place = _HEAD.size
    for _ in range(_HEAD.unpack_from(data)[4]):
        parts = []
        for _ in range(3):
            part, place = _part(data, place)
            parts.append(part)
        yield parts[0], parts[1]


def _sized(data: bytes) -> bytes:
    return _SIZE.pack(len(data)) + data


def _part(data: bytes, place: int) -> tuple[bytes, int]:
    start = place + _SIZE.size
    end = start + int.from_bytes(data[place:start], "little")
    if start > len(data) or end > len(data):
        raise CorruptData("the stream of a distribution list is cut short", value=len(data))
    return data[start:end], end
