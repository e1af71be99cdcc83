"""What all messages of one TNEF stream share while it is read: defects, names, and the code page of their text."""

from __future__ import annotations

from codecs import utf_16_le_decode
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
_kind_bytes: Final = Struct("<II").pack
_MOST_NAMES: Final = 2048
_LONGEST_NAME: Final = 512

_names: Final[dict[bytes, tuple[PropertyName, bytes]]] = {}
"""Names by their bytes in a stream; the same few hundred come again and again."""


MOST_THINGS: Final = 500_000
"""Attributes, properties and rows of one stream; few bytes of a hostile one make many of them."""


class Context:
    """`names` grows while properties are read; an identifier belongs to one name in the whole stream. `known` finds
    identifiers by the bytes of their names. `room` is how many more attributes, properties and rows are read.
    """

    __slots__ = ("defects", "known", "names", "room")

    def __init__(self, defects: Defects) -> None:
        self.defects = defects
        self.names: dict[int, PropertyName] = {}
        self.known: dict[bytes, int] = {}
        self.room = MOST_THINGS

    def id_of(self, raw: bytes) -> int | None:
        """The identifier of a name, not yet `known` in these bytes; None where there is room for no more."""
        try:
            name, usual = _names[raw]
        except KeyError:
            name, usual = _learned(raw)
        known, names = self.known, self.names
        number = known.get(usual) if usual else None
        if number is None:
            number = FIRST_NAMED + len(names)
            if number >= FIRST_NAMED + MOST_NAMED:
                return None
            names[number] = name
            if usual:
                known[usual] = number
        known[raw] = number
        return number


def _learned(raw: bytes) -> tuple[PropertyName, bytes]:
    """A name of its bytes, GUID, kind, and a number or a text with its length; and the bytes that stand for all of the
    same name, none where they are these.
    """
    kind, number = _kind(raw, 16)
    text = utf_16_le_decode(raw[24 : 24 + (number & ~1)], "surrogatepass", True)[0].removesuffix("\0")
    name = PropertyName(raw[:16], text if kind == 1 else number)
    folded = name.key[1]
    usual = folded.encode("utf-16-le", "surrogatepass") if isinstance(folded, str) else b""
    usual = b"".join((raw[:16], _kind_bytes(kind == 1, number if kind != 1 else len(usual)), usual))
    entry = name, b"" if usual == raw else usual
    if len(raw) <= _LONGEST_NAME:
        if len(_names) >= _MOST_NAMES:
            _names.clear()
        _names[raw] = entry
    return entry


class Scope:
    """One message of a stream: `where` it stands, how `deep`, and how its 8-bit text is read."""

    __slots__ = ("_texts", "context", "deep", "is_ascii", "where")

    def __init__(self, context: Context, where: str, deep: int) -> None:
        self.context, self.where, self.deep = context, where, deep
        self._texts = _UNTOLD
        self.is_ascii = True
        """Whether bytes below 128 are always ASCII in 8-bit text."""

    @property
    def texts(self) -> Texts:
        """The code pages of 8-bit text."""
        return self._texts

    @texts.setter
    def texts(self, value: Texts) -> None:
        self._texts = value
        self.is_ascii = _SHIFTING.isdisjoint(value.codepages)

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
        if data.isascii() and data.find(b"\0", 0, -1) < 0 and self.is_ascii:
            return data.decode("ascii").rstrip("\0")
        text, sound = self.texts.decode(data[:-1] if data[-1:] == b"\0" else data, prop_id)
        if not sound:
            self.note("text is not in the code page that is told", at=at, value=data[:64])
        return text

    def narrow(self, text: str) -> bytes:
        """Text as it stands in attributes: in the code page, letters it lacks replaced, up to the first NUL."""
        if self.is_ascii and text.isascii():
            return text.encode().partition(b"\0")[0]
        pages = self.texts.codepages
        return encode_text(text, pages[0] if pages else UTF8).partition(b"\0")[0]
