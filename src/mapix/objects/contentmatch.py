"""CONTENT restrictions: text or bytes found in, at the start of, or equal to a value (R-005).

LOOSE ignores case and accents, which is as loose as it gets here; unknown flags of the high word are ignored, and for
bytes the whole high word is. FULLSTRING is equality (X-12).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from operator import contains, eq
from typing import Any, Final

from mapix.objects.collate import fold
from mapix.properties.errors import TooComplex
from mapix.properties.restriction import Content, Fuzzy
from mapix.properties.tag import PropType

Test = Callable[[Any], bool]

_LEVELS: Final[dict[int, Callable[[Any, Any], bool]]] = {
    Fuzzy.FULLSTRING: eq,
    Fuzzy.SUBSTRING: contains,
    Fuzzy.PREFIX: lambda value, wanted: value.startswith(wanted),
}


def content_test(restriction: Content) -> Test:
    """A function of a present value; `TooComplex` for a level nobody defined, other types, or a constant of another
    type than the tag's. Of several values one must match.
    """
    holds = _LEVELS.get(restriction.fuzzy & 0xFFFF)
    if holds is None:
        raise TooComplex("this level of matching is not defined", value=restriction.fuzzy)
    simple = _simplifier(restriction)
    wanted = simple(restriction.value)

    def single(value: Any) -> bool:
        return holds(simple(value), wanted)

    return (lambda values: any(map(single, values))) if restriction.tag.is_multi else single


def without_accents(text: str) -> str:
    """`text` without its nonspacing marks."""
    if text.isascii():
        return text
    letters = (letter for letter in unicodedata.normalize("NFD", text) if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", "".join(letters))


def _simplifier(restriction: Content) -> Callable[[Any], Any]:
    base, fuzzy = restriction.tag.base_type, restriction.fuzzy
    if base == PropType.UNICODE and isinstance(restriction.value, str):
        return _text_simplifier(fuzzy)
    if base == PropType.BINARY and isinstance(restriction.value, bytes):
        return bytes
    raise TooComplex(f"no such content can be looked for in {restriction.tag!r}", value=restriction.value)


def _text_simplifier(fuzzy: int) -> Callable[[str], str]:
    caseless = bool(fuzzy & (Fuzzy.IGNORECASE | Fuzzy.LOOSE))
    plain = bool(fuzzy & (Fuzzy.IGNORENONSPACE | Fuzzy.LOOSE))
    if caseless and plain:
        return lambda text: fold(without_accents(text))
    if plain:
        return without_accents
    return fold if caseless else str
