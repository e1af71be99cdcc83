"""Entry identifiers: flags, the provider's 16 bytes, and what the provider put behind them.

Three layouts are known here: the store-wrapped form that clients see (E-011, E-012), one-off recipients (E-010,
ABK-60), and the form of the stores of this house (E-004). Everything else is opaque and carried as bytes.

    >>> one_off = OneOff("Bill", "SMTP", "bill@example.com").dump()
    >>> OneOff.load(one_off).address
    'bill@example.com'
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from mapix.properties.codepage import decode_text, encode_text
from mapix.properties.errors import InvalidEntryid, InvalidParameter, UnknownEntryid

ONE_OFF_UID = bytes.fromhex("812b1fa4bea310199d6e00dd010f5402")
STORE_WRAP_UID = bytes.fromhex("38a1bb1005e5101aa1bb08002b2a56c2")

PERSONAL_UID = bytes.fromhex("6d6170697820706572736f6e616c2061")
"""Leads identifiers to the user's file of contacts."""

ONE_OFF_NO_RICH_INFO = 0x0001
ONE_OFF_UNICODE = 0x8000

_LONG_TERM = bytes(4)
_BODY = struct.Struct("<HBBQ")
_BODY_VERSION = 1


def check_entry_id(entry_id: object) -> None:
    """`InvalidParameter` for what is no bytes, as an identifier written in hexadecimal is none."""
    if not isinstance(entry_id, bytes | bytearray | memoryview):
        raise InvalidParameter("an entry identifier is bytes", value=entry_id, hint="bytes.fromhex reads a written one")


def provider_uid(entry_id: bytes) -> bytes:
    """The 16 bytes that route an entry identifier (EID-1, EID-5); `InvalidEntryid` when there are not that many."""
    if len(entry_id) < 20:
        raise InvalidEntryid("an entry identifier has 4 flag bytes and 16 bytes of provider", value=entry_id)
    return bytes(entry_id[4:20])


def wrap_store(provider: str, inner: bytes) -> bytes:
    """The identifier clients see of a store: `provider` names the module that opens it (SPI-30, E-012).

    Raises InvalidParameter for a name that is not ASCII or has a NUL in it.
    """
    if not provider.isascii() or "\0" in provider:
        raise InvalidParameter("a provider's name in an entry identifier is ASCII", value=provider)
    head = _LONG_TERM + STORE_WRAP_UID + b"\0\0" + provider.encode("ascii") + b"\0"
    return head + bytes(-len(head) % 4) + inner


def unwrap_store(entry_id: bytes) -> tuple[str, bytes]:
    """`(provider, inner)` of a wrapped store identifier; `UnknownEntryid` when it is none (SPI-30)."""
    if provider_uid(entry_id) != STORE_WRAP_UID or entry_id[20:22] != b"\0\0":
        raise UnknownEntryid("not a wrapped store entry identifier", value=entry_id)
    end = entry_id.find(b"\0", 22)
    if end < 0:
        raise InvalidEntryid("the provider's name in a store entry identifier has no end", value=entry_id)
    start = end + 1
    return entry_id[22:end].decode("ascii", "replace"), bytes(entry_id[start + -start % 4 :])


def is_wrapped_store(entry_id: bytes) -> bool:
    """Whether `entry_id` is a wrapped store identifier."""
    return len(entry_id) >= 24 and entry_id[4:20] == STORE_WRAP_UID


@dataclass(frozen=True, slots=True)
class ObjectEntryId:
    """Identifier of a store, folder or message of the stores of this house (E-004).

    `provider` and `store` are 16 bytes each, `kind` a MAPI object type, `number` the object's 64-bit number, 0 for
    the store.
    """

    provider: bytes
    store: bytes
    kind: int
    number: int

    def dump(self) -> bytes:
        """The identifier as bytes, long-term (EID-2)."""
        return _LONG_TERM + self.provider + self.store + _BODY.pack(_BODY_VERSION, self.kind, 0, self.number)

    @classmethod
    def load(cls, entry_id: bytes) -> ObjectEntryId:
        """Read back what `dump` wrote; `UnknownEntryid` for anything else (E-007)."""
        if len(entry_id) != 36 + _BODY.size or entry_id[:4] != _LONG_TERM:
            raise UnknownEntryid("not an entry identifier of this kind of store", value=bytes(entry_id))
        version, kind, _, number = _BODY.unpack_from(entry_id, 36)
        if version != _BODY_VERSION:
            raise UnknownEntryid("entry identifier of a newer version", value=bytes(entry_id))
        return cls(bytes(entry_id[4:20]), bytes(entry_id[20:36]), kind, number)


@dataclass(frozen=True, slots=True)
class OneOff:
    """A recipient that stands in no address book: name, address type and address (ABK-60)."""

    name: str
    address_type: str
    address: str
    flags: int = ONE_OFF_UNICODE | ONE_OFF_NO_RICH_INFO

    def dump(self, codepage: int = 65001) -> bytes:
        """The identifier as bytes; `codepage` is used when the Unicode flag is clear.

        Each string ends at its first NUL, so that none can pass for another.
        """
        strings = [text.partition("\0")[0] for text in (self.name, self.address_type, self.address)]
        if self.flags & ONE_OFF_UNICODE:
            tail = b"".join(text.encode("utf-16-le", "surrogatepass") + b"\0\0" for text in strings)
        else:
            tail = b"".join(encode_text(text, codepage) + b"\0" for text in strings)
        return _LONG_TERM + ONE_OFF_UID + struct.pack("<HH", 0, self.flags) + tail

    @classmethod
    def load(cls, entry_id: bytes, codepage: int = 65001) -> OneOff:
        """Read a one-off identifier; `UnknownEntryid` when it is none, `InvalidEntryid` when it is cut short."""
        if not is_one_off(entry_id):
            raise UnknownEntryid("not a one-off entry identifier", value=bytes(entry_id))
        flags = int.from_bytes(entry_id[22:24], "little")
        wide = bool(flags & ONE_OFF_UNICODE)
        parts = _wide_strings(entry_id[24:]) if wide else _narrow_strings(entry_id[24:], codepage)
        if len(parts) < 3:
            raise InvalidEntryid("a one-off entry identifier holds three strings", value=bytes(entry_id))
        return cls(parts[0], parts[1], parts[2], flags)


def is_one_off(entry_id: bytes) -> bool:
    """Whether `entry_id` is a one-off identifier."""
    return len(entry_id) >= 24 and entry_id[4:20] == ONE_OFF_UID


def search_key(address_type: str, address: str) -> bytes:
    """The byte-comparable key of an address: `TYPE:ADDRESS` upper-cased with a NUL (ABK-5)."""
    return f"{address_type}:{address}".upper().encode("utf-8", "replace") + b"\0"


def _wide_strings(data: bytes) -> list[str]:
    text = data[: len(data) & ~1].decode("utf-16-le", "surrogatepass")
    return text.split("\0")[:-1]


def _narrow_strings(data: bytes, codepage: int) -> list[str]:
    return [decode_text(part, codepage) for part in data.split(b"\0")[:-1]]
