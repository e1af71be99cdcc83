"""Names of elements: what they may be, how they are ordered and compared, and how they are read from a directory.

Source: [MS-CFB] 2.6.1, 2.6.4.
"""

from __future__ import annotations

from codecs import utf_16_le_decode
from typing import Final

from mapix.formats.cfb.layout import ENTRY_SIZE
from mapix.formats.storageerrors import InvalidName

LONGEST: Final = 31
"""UTF-16 units, without the NUL behind them."""

_FORBIDDEN: Final = frozenset("/\\:!")


def upper(name: str) -> str:
    """`name` in capitals, unit by unit: what would become longer, or has no unit of its own, stays as it is."""
    if name.isascii():
        return name.upper()
    return "".join(_capital(char) for char in name)


def order(name: str) -> tuple[int, bytes]:
    """What siblings are sorted by: the length in UTF-16 units, then the capitals."""
    units = upper(name).encode("utf-16-be", "surrogatepass")
    return len(units), units


def checked(name: str) -> str:
    """`name`, where an element can be called so.

    Raises: InvalidName.
    """
    if not name or len(name.encode("utf-16-le", "surrogatepass")) > 2 * LONGEST:
        raise InvalidName("names have 1 to 31 UTF-16 units", value=name)
    if not _FORBIDDEN.isdisjoint(name):
        raise InvalidName("names are without / \\ : !", value=name)
    if "\0" in name:
        raise InvalidName("names are without NUL", value=name)
    return name


def _capital(char: str) -> str:
    capital = char.upper()
    return capital if len(capital) == 1 and char < "\U00010000" else char


def names_of(directory: bytes) -> list[str]:
    """The names of all entries of a directory. Most are ASCII and so every other byte of theirs."""
    if any(directory[65::ENTRY_SIZE]):
        return [name_at(directory, start) for start in range(0, len(directory), ENTRY_SIZE)]
    low, high = directory[::2].decode("latin-1"), directory[1::2]
    counts = directory[64::ENTRY_SIZE].translate(_LETTERS)
    places = range(0, len(high), ENTRY_SIZE // 2)
    return [
        low[at : at + count] if count < 32 and high.count(0, at, at + count) == count else name_at(directory, 2 * at)
        for at, count in zip(places, counts, strict=True)
    ]


def name_at(directory: bytes, start: int) -> str:
    """The name of the entry at a place of a directory."""
    length = directory[start + 64] | directory[start + 65] << 8
    if 2 <= length <= 64 and not length & 1:
        return utf_16_le_decode(directory[start : start + length - 2], "surrogatepass", True)[0]
    return utf_16_le_decode(directory[start : start + 62], "surrogatepass", True)[0].partition("\0")[0]


def is_usual(directory: bytes, number: int) -> bool:
    """Whether nothing but zeros stands behind the name of an entry; of two that have a name, such a one has it."""
    start = number * ENTRY_SIZE
    length = directory[start + 64] | directory[start + 65] << 8
    return 2 <= length <= 64 and not length & 1 and not any(directory[start + length - 2 : start + 64])


_LETTERS: Final = bytes(length // 2 - 1 if 2 <= length <= 64 and not length & 1 else 255 for length in range(256))
"""The letters of a name by the low byte of its length; 255, more than there can be, where there is no such length."""
