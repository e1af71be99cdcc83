"""What all messages of one TNEF stream share while it is read: defects, names, and the code page of their text."""

from __future__ import annotations

from codecs import utf_16_le_decode
from functools import lru_cache
from struct import Struct
from typing import Final

from mapix.formats.defects import Defects
from mapix.formats.msg.texts import Texts
from mapix.formats.tnef.layout import FIRST_NAMED, MOST_NAMED
from mapix.properties.codepage import UTF8, encode_text
from mapix.properties.named import PropertyName

_UNTOLD: Final = Texts()
_SHIFTING: Final = frozenset((50220, 50221, 50222, 50225, 50227, 52936, 65000))
"""Code pages in which bytes below 128 are not always ASCII."""
_kind: Final = Struct("<II").unpack_from


MOST_THINGS: Final = 500_000
"""Attributes, properties and rows of one stream; few bytes of a hostile one make many of them."""


class Context:
    """`names` grows while properties are read; an identifier belongs to one name in the whole stream. `known` finds
    identifiers by the bytes of their names. `room` is how many more attributes, properties and rows are read.
    """

    __slots__ = ("_ids", "defects", "known", "names", "room")

    def __init__(self, defects: Defects) -> None:
        self.defects = defects
        self.names: dict[int, PropertyName] = {}
        self.known: dict[bytes, int] = {}
        self.room = MOST_THINGS
        self._ids: dict[tuple[bytes, int | str], int] = {}

    def id_of(self, raw: bytes) -> int | None:
        """The identifier of a name as it stands in the stream; None where there is room for no more."""
        name, key = _name(raw)
        free = FIRST_NAMED + len(self.names)
        number = self._ids.setdefault(key, free)
        if number == free:
            if free >= FIRST_NAMED + MOST_NAMED:
                del self._ids[key]
                return None
            self.names[free] = name
        self.known[raw] = number
        return number


@lru_cache(maxsize=2048)
def _name(raw: bytes) -> tuple[PropertyName, tuple[bytes, int | str]]:
    """A name of its bytes, GUID, kind, and a number or a text with its length; and what it is compared by."""
    kind, number = _kind(raw, 16)
    if kind == 1:
        text = utf_16_le_decode(raw[24 : 24 + (number & ~1)], "surrogatepass", True)[0]
        name = PropertyName(raw[:16], text.removesuffix("\0"))
    else:
        name = PropertyName(raw[:16], number)
    return name, name.key


class Scope:
    """One message of a stream: `where` it stands, how `deep`, and how its 8-bit text is read."""

    __slots__ = ("_ascii", "_texts", "context", "deep", "where")

    def __init__(self, context: Context, where: str, deep: int) -> None:
        self.context, self.where, self.deep = context, where, deep
        self._texts, self._ascii = _UNTOLD, True

    @property
    def texts(self) -> Texts:
        """The code pages of 8-bit text."""
        return self._texts

    @texts.setter
    def texts(self, value: Texts) -> None:
        self._texts = value
        self._ascii = _SHIFTING.isdisjoint(value.codepages)

    def note(self, what: str, *, at: str = "", value: object = None) -> None:
        """Remember a defect of this message, or of the part `at`."""
        place = self.where if not at else at if not self.deep else f"{self.where}/{at}"
        self.context.defects.note(place, what, value=value)

    def taken(self, wanted: int, what: str, at: str = "") -> int:
        """How many of so many things may be read; it is noted where that is not all."""
        allowed = min(wanted, self.context.room)
        if allowed < wanted:
            self.note(f"too many {what}", at=at, value=wanted)
        self.context.room -= allowed
        return allowed

    def text(self, data: bytes, prop_id: int, at: str) -> str:
        """8-bit text without its terminator."""
        if data.isascii() and data.find(b"\0", 0, -1) < 0 and self._ascii:
            return data.decode("ascii").rstrip("\0")
        text, sound = self.texts.decode(data[:-1] if data[-1:] == b"\0" else data, prop_id)
        if not sound:
            self.note("text is not in the code page that is told", at=at, value=data[:64])
        return text

    def narrow(self, text: str) -> bytes:
        """Text as it stands in attributes: in the code page, letters it lacks replaced, up to the first NUL."""
        pages = self.texts.codepages
        return encode_text(text, pages[0] if pages else UTF8).partition(b"\0")[0]
