"""Restrictions as SQL conditions.

A `Predicate` selects a superset of the rows its restriction does, and its residual narrows it; None where the condition
is exact. What conditions mean is `mapix.objects.evaluate`'s to say: an absent property is smaller than every constant,
and a condition that SQL calls unknown does not hold, also for the NOT around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

from mapix.objects.canonical import canonical
from mapix.objects.collate import value_key
from mapix.objects.contentmatch import level_of, without_accents
from mapix.objects.evaluate import check
from mapix.objects.typed import typed
from mapix.properties.restriction import (
    And,
    Bitmask,
    Comment,
    CompareProps,
    Content,
    Count,
    Exist,
    Fuzzy,
    Not,
    Or,
    Property,
    Relop,
    Restriction,
    Size,
    Sub,
)
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_MESSAGE_RECIPIENTS
from mapix.properties.valuetypes import value_type
from mapix.providers.sqlstore.expressions import Expressions, attachments, recipients
from mapix.providers.sqlstore.hot import folded
from mapix.providers.sqlstore.values import stored_text


@dataclass(frozen=True, slots=True)
class Predicate:
    """`sql` with `params` selects a superset; `residual` narrows it, None when it is exact."""

    sql: str
    params: tuple[Any, ...] = ()
    residual: Restriction | None = None


Identify = Callable[[PropTag, bytes], str | None]
"""The condition under which a column that identifies a row has a value; None for columns that identify none."""

TRUE: Final = Predicate("true")
FALSE: Final = Predicate("false")

_SIGNS: Final = {Relop.LT: "<", Relop.LE: "<=", Relop.GT: ">", Relop.GE: ">=", Relop.EQ: "=", Relop.NE: "<>"}
_TESTS: Final = {Relop.LT: lt, Relop.LE: le, Relop.GT: gt, Relop.GE: ge, Relop.EQ: eq, Relop.NE: ne}
_ABSENT_HOLDS: Final = frozenset((Relop.LT, Relop.LE, Relop.NE))
_CONTENT: Final[dict[int, str]] = {
    Fuzzy.FULLSTRING: "{} = ?",
    Fuzzy.SUBSTRING: "instr({}, ?) > 0",
    Fuzzy.PREFIX: "instr({}, ?) = 1",
}
_INTEGERS: Final = range(-(1 << 63), 1 << 63)


def compile_restriction(restriction: Restriction, rows: Expressions, identify: Identify) -> Predicate:
    """`restriction` as a condition on `rows`; `TooComplex` for what cannot be evaluated at all."""
    check(restriction)
    return _Compiler(rows, identify).compile(canonical(restriction))


def _no_identity(tag: PropTag, value: bytes) -> None:
    return None


class _Compiler:
    def __init__(self, rows: Expressions, identify: Identify = _no_identity) -> None:
        self.rows = rows
        self.identify = identify

    def compile(self, node: Restriction) -> Predicate:
        """The predicate of one restriction."""
        match node:
            case And(children):
                return _all_of([self.compile(child) for child in children])
            case Or(children):
                return self._some_of(node, [self.compile(child) for child in children])
            case Not(child):
                return _none_of(node, self.compile(child))
            case Comment(None):
                return TRUE
            case Comment(child) | Count(_, child):
                return self.compile(child) if child is not None else TRUE
            case Sub():
                return self._sub(node)
        return self._leaf(node) or Predicate("true", (), node)

    def _some_of(self, node: Or, parts: Sequence[Predicate]) -> Predicate:
        if not parts:
            return FALSE
        exact = all(part.residual is None for part in parts)
        return Predicate(_joined(" OR ", parts), _params(parts), None if exact else node)

    def _leaf(self, node: Restriction) -> Predicate | None:
        """The condition of a restriction without children; None where SQL cannot say it."""
        match node:
            case Property(relop, tag, value):
                return self._property(relop, tag, value)
            case Content():
                return self._content(node)
            case CompareProps(relop, left, right):
                first, second = self.rows.key(left), self.rows.key(right)
                return Predicate(f"{first} {_SIGNS[relop]} {second}") if first and second else None
            case Bitmask(tag, mask, nonzero) if mask in _INTEGERS:
                value = self.rows.value(tag)
                return Predicate(f"({value} & ?) {'<>' if nonzero else '='} 0", (mask,)) if value else None
            case Size(relop, tag, size):
                return self._size(relop, tag, size)
            case Exist(tag):
                value = self.rows.value(tag)
                return Predicate(f"{value} IS NOT NULL") if value else None
        return None

    def _property(self, relop: Relop, tag: PropTag, value: Any) -> Predicate | None:
        if relop not in _SIGNS:
            return None
        key = None if tag.is_multi else self.rows.key(tag)
        constant = typed(value, tag)
        if key is None or constant is None:
            return None
        if relop == Relop.EQ and isinstance(constant, bytes) and (found := self.identify(tag, constant)):
            return Predicate(found)
        wanted = folded(constant) if isinstance(constant, str) else value_key(tag.type)(constant)
        if isinstance(wanted, int) and wanted not in _INTEGERS:
            return None
        condition = f"{key} {_SIGNS[relop]} ?"
        return Predicate(f"coalesce({condition}, true)" if relop in _ABSENT_HOLDS else condition, (wanted,))

    def _content(self, node: Content) -> Predicate | None:
        level = level_of(node)
        if node.tag.is_multi or level not in _CONTENT:
            return None
        if isinstance(node.value, bytes):
            found, wanted = self.rows.value(node.tag), node.value
        else:
            found, wanted = self._text(node.tag, node.value, node.fuzzy)
        return None if found is None else Predicate(_CONTENT[level].format(found), (wanted,))

    def _text(self, tag: PropTag, text: str, fuzzy: int) -> tuple[str | None, Any]:
        """The expression for text made as simple as `fuzzy` wants, and the constant made so."""
        caseless = fuzzy & (Fuzzy.IGNORECASE | Fuzzy.LOOSE)
        if fuzzy & (Fuzzy.IGNORENONSPACE | Fuzzy.LOOSE):
            value, bare = self.rows.value(tag), without_accents(text)
            found = value and self.rows.dialect.without_accents(value, caseless=bool(caseless))
            return found, folded(bare) if caseless else bare.encode("utf-8", "surrogatepass")
        return (self.rows.key(tag), folded(text)) if caseless else (self.rows.value(tag), stored_text(text))

    def _size(self, relop: Relop, tag: PropTag, size: int) -> Predicate | None:
        if tag.is_multi or tag.type == PropType.STRING8:
            return None
        fixed = value_type(tag.type).size
        if fixed:
            value = self.rows.value(tag)
            if value is None:
                return None
            return Predicate(f"{value} IS NOT NULL") if _TESTS[relop](fixed, size) else FALSE
        found = self.rows.size(tag)
        if found is None or size not in _INTEGERS:
            return None
        return Predicate(f"{found} {_SIGNS[relop]} ?", (size - (2 if tag.type == PropType.UNICODE else 0),))

    def _sub(self, node: Sub) -> Predicate:
        is_recipients = node.tag == PR_MESSAGE_RECIPIENTS
        below = _Compiler((recipients if is_recipients else attachments)(self.rows.dialect)).compile(node.child)
        table = "recipient r WHERE r.message" if is_recipients else "attachment a WHERE a.message"
        residual = None if below.residual is None else node
        return Predicate(f"EXISTS (SELECT 1 FROM {table} = m.id AND ({below.sql}))", below.params, residual)


def _all_of(parts: Sequence[Predicate]) -> Predicate:
    if not parts:
        return TRUE
    left = tuple(part.residual for part in parts if part.residual is not None)
    residual = None if not left else left[0] if len(left) == 1 else And(left)
    return Predicate(_joined(" AND ", parts), _params(parts), residual)


def _none_of(node: Not, part: Predicate) -> Predicate:
    """NOT of an exact condition; of a superset nothing can be said."""
    if part.residual is not None:
        return Predicate("true", (), node)
    return Predicate(f"NOT coalesce(({part.sql}), false)", part.params)


def _joined(word: str, parts: Sequence[Predicate]) -> str:
    return word.join(f"({part.sql})" for part in parts)


def _params(parts: Sequence[Predicate]) -> tuple[Any, ...]:
    return tuple(param for part in parts for param in part.params)
