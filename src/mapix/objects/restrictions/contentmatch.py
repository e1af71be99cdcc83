"""CONTENT restrictions: text or bytes found in, at the start of, or equal to a value (R-005).

LOOSE ignores case and accents, which is as loose as it gets here; unknown flags of the high word are ignored, and for
bytes the whole high word is. FULLSTRING is equality (X-12).

Two levels look for words, and for text only. A word is as many letters and digits in a row as there are.
PREFIX_ON_ANY_WORD: the text that starts with some word starts with what is wanted. PHRASE_MATCH: the words wanted are
among the words of the text, whole, in this order, with no others between. What has no word in it is found everywhere.
Both may stand with the lower bits, which then say nothing; together they are refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from operator import contains, eq
from typing import Any, Final

from mapix.objects.restrictions.collate import fold
from mapix.properties.errors import TooComplex
from mapix.properties.restriction import Content, Fuzzy
from mapix.properties.tag import PropType

Test = Callable[[Any], bool]

_LEVELS: Final[dict[int, Callable[[Any, Any], bool]]] = {
    Fuzzy.FULLSTRING: eq,
    Fuzzy.SUBSTRING: contains,
    Fuzzy.PREFIX: lambda value, wanted: value.startswith(wanted),
}
_PLAIN: Final = frozenset(_LEVELS)
_CASELESS: Final = int(Fuzzy.IGNORECASE | Fuzzy.LOOSE)
_BARE: Final = int(Fuzzy.IGNORENONSPACE | Fuzzy.LOOSE)
_OF_WORDS: Final = int(Fuzzy.PREFIX_ON_ANY_WORD | Fuzzy.PHRASE_MATCH)
_WORD: Final = re.compile(r"[^\W_]+")


def level_of(restriction: Content) -> int:
    """The level of matching: one member of `Fuzzy`; `TooComplex` for one that nobody defined."""
    low = int(restriction.fuzzy) & 0xFFFF
    words = low & _OF_WORDS
    level = words or low
    if words == _OF_WORDS or (low & ~words) not in _PLAIN or (words and isinstance(restriction.value, bytes)):
        raise TooComplex("this level of matching is not defined", value=restriction.fuzzy)
    return level


def content_test(restriction: Content) -> Test:
    """A function of a present value; `TooComplex` for a level nobody defined, other types, or a constant of another
    type than the tag's. Of several values one must match.
    """
    level, simple = level_of(restriction), _simplifier(restriction)
    wanted = simple(restriction.value)
    found = _WORD_TESTS[level](wanted) if level in _WORD_TESTS else _plain_test(level, wanted)

    def single(value: Any) -> bool:
        return found(simple(value))

    return (lambda values: any(map(single, values))) if restriction.tag.is_multi else single


def words(text: str) -> list[str]:
    """The words of a text, in their order."""
    return _WORD.findall(text)


def from_first_word(text: str) -> str:
    """`text` without what stands before its first word; empty where it has none."""
    first = _WORD.search(text)
    return text[first.start() :] if first else ""


def _plain_test(level: int, wanted: Any) -> Test:
    holds = _LEVELS[level]
    return lambda value: holds(value, wanted)


def _any_word_starts(wanted: str) -> Test:
    wanted = from_first_word(wanted)
    return lambda text: not wanted or any(text.startswith(wanted, word.start()) for word in _WORD.finditer(text))


def _phrase(wanted: str) -> Test:
    sought = f" {' '.join(words(wanted))} "
    return lambda text: sought == "  " or sought in f" {' '.join(words(text))} "


_WORD_TESTS: Final[dict[int, Callable[[str], Test]]] = {
    Fuzzy.PREFIX_ON_ANY_WORD: _any_word_starts,
    Fuzzy.PHRASE_MATCH: _phrase,
}


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
    caseless, plain = bool(int(fuzzy) & _CASELESS), bool(int(fuzzy) & _BARE)
    if caseless and plain:
        return lambda text: fold(without_accents(text))
    if plain:
        return without_accents
    return fold if caseless else str
