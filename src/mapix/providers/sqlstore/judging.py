"""Conditions that SQL has no words for, decided by Python in the midst of a statement, where the database can ask it.

A condition goes to the database as its text, with the values it looks at, and comes back as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from mapix.objects.restrictions.contentmatch import words
from mapix.objects.restrictions.evaluate import Get, Matcher, compile_matcher
from mapix.properties.codec import unpack_props
from mapix.properties.restriction import Bitmask, CompareProps, Content, Exist, Property, Restriction, Size
from mapix.properties.tag import PropTag
from mapix.properties.where import WhereError, parse_where, print_where
from mapix.providers.sqlstore.values import loaded

_ONLY_WORDS: Final = bytes(code if chr(code).isalnum() and code < 128 else 32 for code in range(256))
"""What turns every byte of ASCII that no word has into a blank."""


def condition_text(condition: Restriction) -> str | None:
    """A condition without children as text; None where that would not say the same."""
    text = print_where(condition)
    try:
        return text if _judge(text)[1] == condition else None
    except WhereError:
        return None


def columns_of(condition: Restriction) -> tuple[PropTag, ...]:
    """The columns whose values a condition is judged by, in their order."""
    match condition:
        case CompareProps(_, left, right):
            return tuple(dict.fromkeys((left, right)))
        case Content(tag) | Property(_, tag) | Bitmask(tag) | Size(_, tag) | Exist(tag):
            return (tag.unicode(),)
    return ()


def judge(text: str, *values: Any) -> bool:
    """Whether a condition holds for the values of its columns, which are as the database has them."""
    test, _, tags = _judge(text)
    row = {tag: None if value is None else loaded(tag.type, value) for tag, value in zip(tags, values, strict=True)}
    return test(row.get, None)


def judge_row(text: str, packed: bytes) -> bool:
    """Whether a condition holds for a recipient row, all of which is in one value."""
    return _judge(text)[0](by_identifier(unpack_props(packed)), None)


def has_phrase(key: bytes | None, wanted: bytes) -> bool | None:
    """Whether folded text has some words in a row; `wanted` has them with blanks between and around."""
    if key is None or wanted == b"  ":
        return None if key is None else True
    if not key.isascii():
        return wanted in f" {' '.join(words(key.decode('utf-8', 'surrogatepass')))} ".encode("utf-8", "surrogatepass")
    if wanted.count(b" ") == 2:
        return _has_word(key, wanted[1:-1])
    return wanted in b" %b " % b" ".join(key.translate(_ONLY_WORDS).split())


def _has_word(key: bytes, word: bytes) -> bool:
    """Whether text of ASCII has a word."""
    place, size = key.find(word), len(word)
    while place >= 0:
        before, after = key[place - 1 : place], key[place + size : place + size + 1]
        if not before.isalnum() and not after.isalnum():
            return True
        place = key.find(word, place + 1)
    return False


def has_word_start(key: bytes | None, wanted: bytes) -> bool | None:
    """Whether folded text has a word from which on it begins with `wanted`, which begins with a word or is empty."""
    if key is None or not wanted:
        return None if key is None else True
    place = key.find(wanted)
    while place > 0:
        before = key[:place].decode("utf-8", "surrogatepass")[-1] if key[place - 1] > 127 else chr(key[place - 1])
        if not words(before):
            return True
        place = key.find(wanted, place + 1)
    return place == 0


def by_identifier(row: dict[PropTag, Any]) -> Get:
    """How a row answers for tags, UNSPECIFIED ones too."""
    untyped = {tag >> 16 << 16: value for tag, value in row.items()}
    return lambda tag: row.get(tag) if tag & 0xFFFF else untyped.get(tag)


@lru_cache(maxsize=256)
def _judge(text: str) -> tuple[Matcher, Restriction, Sequence[PropTag]]:
    condition = parse_where(text)
    return compile_matcher(condition), condition, columns_of(condition)
