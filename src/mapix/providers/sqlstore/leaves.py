"""Restrictions without children as SQL conditions.

What SQL has no words for Python decides in the midst of the statement, where the database can ask it; else the
condition selects what may satisfy the restriction, and the restriction itself is left as the residual.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

from mapix.objects.restrictions.collate import fold, value_key
from mapix.objects.restrictions.contentmatch import from_first_word, level_of, without_accents, words
from mapix.objects.restrictions.typed import typed
from mapix.properties.restriction import (
    Bitmask,
    CompareProps,
    Content,
    Exist,
    Fuzzy,
    Property,
    Relop,
    Restriction,
    Size,
)
from mapix.properties.tag import PropTag, PropType
from mapix.properties.valuetypes import value_type
from mapix.providers.sqlstore.expressions import Expressions
from mapix.providers.sqlstore.hot import folded
from mapix.providers.sqlstore.keyset import Leg
from mapix.providers.sqlstore.textparts import Wish, wish_of
from mapix.providers.sqlstore.values import stored_text


@dataclass(frozen=True, slots=True)
class Predicate:
    """`sql` with `params` selects a superset; `residual` narrows it, None when it is exact.

    `wish` is what the full text index may be asked for, `driver` its answer: the numbers of the only rows to look at.
    `span` is a part of the condition that an index may serve; `gathered` says that few rows satisfy it, which are to be
    found by it and sorted then.
    """

    sql: str
    params: tuple[Any, ...] = ()
    residual: Restriction | None = None
    wish: Wish | None = None
    driver: Leg | None = None
    span: Leg | None = None
    gathered: bool = False

    @property
    def is_found_first(self) -> bool:
        """Whether its rows are found before they are sorted, whatever the order."""
        return self.gathered or self.driver is not None

    def among(self, numbers: Leg) -> Predicate:
        """The condition for those of some messages."""
        sql = f"m.id IN (SELECT id FROM ({numbers.sql}) e) AND ({self.sql})"
        return replace(self, sql=sql, params=(*numbers.params, *self.params))


Identify = Callable[[PropTag, bytes], Leg | None]
"""The condition under which a column that identifies a row has a value; None for columns that identify none."""

TRUE: Final = Predicate("true")
FALSE: Final = Predicate("false")

_SIGNS: Final = {Relop.LT: "<", Relop.LE: "<=", Relop.GT: ">", Relop.GE: ">=", Relop.EQ: "=", Relop.NE: "<>"}
_TESTS: Final = {Relop.LT: lt, Relop.LE: le, Relop.GT: gt, Relop.GE: ge, Relop.EQ: eq, Relop.NE: ne}
_ABSENT_HOLDS: Final = frozenset((Relop.LT, Relop.LE, Relop.NE))
_OPPOSITES: Final = {Relop.LT: Relop.GE, Relop.LE: Relop.GT, Relop.NE: Relop.EQ}
_CONTENT: Final[dict[int, str]] = {
    Fuzzy.FULLSTRING: "{} = ?",
    Fuzzy.SUBSTRING: "instr({}, ?) > 0",
    Fuzzy.PREFIX: "instr({}, ?) = 1",
}
_INTEGERS: Final = range(-(1 << 63), 1 << 63)
_BARE: Final = Fuzzy.IGNORENONSPACE | Fuzzy.LOOSE
"""What makes accents not count."""


def compile_leaf(node: Restriction, rows: Expressions, identify: Identify, below: PropTag | None = None) -> Predicate:
    """The condition of a restriction without children on `rows`, which are those `below` a message or messages."""
    found = _said(node, rows, identify) or _judged(node, rows) or Predicate(*_likely(node, rows), node)
    wish = wish_of(node, below)
    return found if wish is None else replace(found, wish=wish)


def _said(node: Restriction, rows: Expressions, identify: Identify) -> Predicate | None:
    """What SQL says by itself; None where it cannot."""
    match node:
        case Property(relop, tag, value):
            return _property(rows, identify, relop, tag, value)
        case Content():
            return _content(rows, node)
        case CompareProps(relop, left, right):
            first, second = rows.key(left), rows.key(right)
            return Predicate(f"{first} {_SIGNS[relop]} {second}") if first and second else None
        case Bitmask(tag, mask, nonzero) if mask in _INTEGERS:
            sign = "<>" if nonzero else "="  # the mask stands in the text: an index on unread messages is known by it
            return _plain(rows.that(tag, f"({{}} & {int(mask)}) {sign} 0", folded=False))
        case Size(relop, tag, size):
            return _size(rows, relop, tag, size)
        case Exist(tag):
            return _plain(rows.that(tag, "{} IS NOT NULL", folded=False))
    return None


def _plain(sql: str | None, *params: Any) -> Predicate | None:
    return None if sql is None else Predicate(sql, params)


def _judged(node: Restriction, rows: Expressions) -> Predicate | None:
    asked = rows.judged(node)
    return None if asked is None else Predicate(*asked)


def _likely(node: Restriction, rows: Expressions) -> tuple[str, tuple[Any, ...]]:
    """A condition that every row satisfies which satisfies `node`."""
    match node:
        case Property(relop) if relop in _ABSENT_HOLDS:
            return "true", ()
        case Content(tag, str() as value, fuzzy) if not tag.is_multi and not fuzzy & _BARE:
            wanted = _words_of(node, value)
            sql = rows.that(tag, " AND ".join(["instr({0}, ?) > 0"] * len(wanted)))
            if wanted and sql is not None:
                return sql, tuple(map(folded, wanted))
        case CompareProps():
            return "true", ()
    if isinstance(node, Property | Content | Bitmask | Size | Exist):
        return rows.that(node.tag, "{} IS NOT NULL", folded=False) or "true", ()
    return "true", ()


def _words_of(node: Content, value: str) -> Sequence[str]:
    level = level_of(node)
    if level == Fuzzy.PHRASE_MATCH:
        return words(value)
    first = from_first_word(value)
    return (first,) if level == Fuzzy.PREFIX_ON_ANY_WORD and first else ()


def compile_present(node: Property, rows: Expressions, identify: Identify) -> Predicate | None:
    """The condition of a comparison, and that there is a value to compare; None where SQL cannot say it."""
    return _property(rows, identify, node.relop, node.tag, node.value, present=True)


def _property(
    rows: Expressions, identify: Identify, relop: Relop, tag: PropTag, value: Any, *, present: bool = False
) -> Predicate | None:
    if relop not in _SIGNS:
        return None
    constant = typed(value, tag)
    if tag.is_multi or constant is None:
        return None
    if relop == Relop.EQ and isinstance(constant, bytes) and (found := identify(tag, constant)):
        return Predicate(found.sql, found.params)
    wanted = folded(constant) if isinstance(constant, str) else value_key(tag.type)(constant)
    if isinstance(wanted, int) and wanted not in _INTEGERS:
        return None
    if relop not in _OPPOSITES or present:
        return _plain(rows.that(tag, f"{{}} {_SIGNS[relop]} ?"), wanted)
    other = rows.that(tag, f"{{}} {_SIGNS[_OPPOSITES[relop]]} ?")  # it holds where there is no value, too
    if other is not None and other.startswith("EXISTS"):
        return Predicate(f"NOT {other}", (wanted,))
    return _plain(rows.that(tag, f"({{0}} {_SIGNS[relop]} ? OR {{0}} IS NULL)"), wanted)


def _content(rows: Expressions, node: Content) -> Predicate | None:
    level = level_of(node)
    if node.tag.is_multi or level not in _CONTENT:
        return None if node.tag.is_multi else _by_words(rows, node, level)
    if level == Fuzzy.PREFIX and (begun := _begun(rows, node)) is not None:
        return begun
    if isinstance(node.value, bytes):
        return _plain(rows.that(node.tag, _CONTENT[level], folded=False), node.value)
    return _text(rows, node.tag, node.value, node.fuzzy, _CONTENT[level])


def _begun(rows: Expressions, node: Content) -> Predicate | None:
    """A folded column that begins in some way: values from one to another, which an index may serve."""
    key = rows.stored_key(node.tag)
    if key is None or not isinstance(node.value, str) or node.fuzzy & _BARE or not node.fuzzy & Fuzzy.IGNORECASE:
        return None
    low = folded(node.value)
    if not low:
        return Predicate(f"{key} IS NOT NULL")
    begun = rows.dialect.begun_by(key, len(low))
    span = Leg(f"{begun} >= ? AND {begun} < ?", (low, low[:-1] + bytes((low[-1] + 1,))))
    return Predicate(span.sql, span.params, span=span)


def _by_words(rows: Expressions, node: Content, level: int) -> Predicate | None:
    """Words looked for without regard to case, where the database can ask Python for them."""
    caseless = node.fuzzy & Fuzzy.IGNORECASE and not node.fuzzy & _BARE
    if not caseless or not rows.dialect.asks:
        return None
    text = fold(str(node.value))
    if level == Fuzzy.PHRASE_MATCH:
        return _plain(rows.that(node.tag, "has_phrase({}, ?)"), _bytes(f" {' '.join(words(text))} "))
    return _plain(rows.that(node.tag, "has_word_start({}, ?)"), _bytes(from_first_word(text)))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(rows: Expressions, tag: PropTag, text: str, fuzzy: int, condition: str) -> Predicate | None:
    """A condition on text made as simple as `fuzzy` wants."""
    caseless = bool(fuzzy & (Fuzzy.IGNORECASE | Fuzzy.LOOSE))
    if fuzzy & _BARE:
        found, bare = rows.dialect.without_accents("{}", caseless=caseless), without_accents(text)
        wanted = folded(bare) if caseless else _bytes(bare)
        return None if found is None else _plain(rows.that(tag, condition.format(found), folded=False), wanted)
    return _plain(rows.that(tag, condition, folded=caseless), folded(text) if caseless else stored_text(text))


def _size(rows: Expressions, relop: Relop, tag: PropTag, size: int) -> Predicate | None:
    if tag.is_multi or tag.type == PropType.STRING8:
        return None
    fixed = value_type(tag.type).size
    if fixed:
        value = rows.value(tag)
        if value is None:
            return None
        return Predicate(f"{value} IS NOT NULL") if _TESTS[relop](fixed, size) else FALSE
    found = rows.size(tag)
    if found is None or size not in _INTEGERS:
        return None
    return Predicate(f"{found} {_SIGNS[relop]} ?", (size - (2 if tag.type == PropType.UNICODE else 0),))
