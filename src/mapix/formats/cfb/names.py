"""Names of elements: what they may be, and how they are ordered and compared ([MS-CFB] 2.6.1, 2.6.4)."""

from __future__ import annotations

from typing import Final

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
