"""Restrictions of text.

    >>> parse_where("subject contains budget and not unread")
    parse_where('subject ~ "budget" and not unread')
    >>> parse_where("size > 1KB or has attachments") == parse_where("PR_MESSAGE_SIZE > 1024 or PR_HASATTACH = true")
    True

`not` binds closer than `and`, `and` closer than `or`; parentheses as usual. What words mean is `vocabulary`'s to say,
how properties are named `references`', how values are written `literals`'. `docs/searching.md` has it all for people.

Comparisons with names as `PR_IMPORTANCE` are MAPI's own, where an absent property is smaller than everything (R-020).
Words say what people mean: `received < 2026-01-01` asks that there be such a time at all, and `received = 2026-01-01`
means the whole day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from mapix.properties.restriction import (
    And,
    Annotation,
    Comment,
    Count,
    Exist,
    Not,
    Or,
    Restriction,
    Size,
    Sub,
)
from mapix.properties.tag import PropTag
from mapix.properties.where.comparisons import Comparisons
from mapix.properties.where.literals import instant, read_number, read_value
from mapix.properties.where.moments import Clock
from mapix.properties.where.references import NameResolver, References
from mapix.properties.where.tokens import Kind, Tokens
from mapix.properties.where.vocabulary import BELOW, HAS_ATTACHMENTS, MESSAGE, Scope, scope_below

DEEPEST: Final = 100
"""How many conditions may lie inside one another."""

_BELOW: Final = {word: tag for tag, word in BELOW.items()}
_FIXED: Final = {"everything": And(), "nothing": Or()}


def parse_where(text: str, *, names: NameResolver | None = None, now: datetime | None = None) -> Restriction:
    """The restriction that `text` says.

    `names` gives the identifier of a property name in the store that is searched (None where it has none); without it
    property names cannot be used. `now` is what relative times start from, the present when None; its time zone is
    the one of times that name none.

    Raises `WhereError`, an `InvalidParameter` with the column and what was expected there.
    """
    return _Parser(text, names, Clock(now)).whole()


class _Parser:
    def __init__(self, text: str, names: NameResolver | None, clock: Clock) -> None:
        self.tokens = Tokens(text)
        self.references = References(self.tokens, names)
        self.clock = clock
        self.comparisons = Comparisons(self.tokens, self.references, clock)
        self.depth = 0

    def whole(self) -> Restriction:
        """All of the text."""
        found = self.expression(MESSAGE)
        if self.tokens.peek().kind is not Kind.END:
            raise self.tokens.unexpected("and, or, or the end")
        return found

    def expression(self, scope: Scope) -> Restriction:
        """Terms with `or` and `and` between them."""
        return self._chain(scope, "or", Or, lambda: self._chain(scope, "and", And, lambda: self._term(scope)))

    def _chain(self, scope: Scope, word: str, kind: type[And | Or], part: Callable[[], Restriction]) -> Restriction:
        parts = [part()]
        while self.tokens.accept_word(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else kind(tuple(parts))

    def _term(self, scope: Scope) -> Restriction:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.tokens.fault("conditions are nested too deeply", self.tokens.peek())
        try:
            return Not(self._term(scope)) if self.tokens.accept_word("not") else self._simple(scope)
        finally:
            self.depth -= 1

    def _simple(self, scope: Scope) -> Restriction:
        token, after = self.tokens.peek(), self.tokens.after_next()
        word = token.lower
        if self.tokens.accept("("):
            return self._closed(scope)
        if word in _FIXED:
            self.tokens.take()
            return _FIXED[word]
        if (
            after.kind is Kind.SIGN
            and after.text == "("
            and (word in ("all", "any", "sizeof", "below") or word in _BELOW)
        ):
            return self._enclosed(word, scope)
        if word in ("comment", "annotation"):
            return self._comment(scope)
        if word == "at" and after.lower == "most":
            return self._count(scope)
        if word == "has":
            return self._has(scope)
        if word == "exists":
            self.tokens.take()
            return self._exists(scope)
        if word in scope.conditions and not self.comparisons.follows(after.lower, after.text):
            self.tokens.take()
            return scope.conditions[word]
        return self.comparisons.read(scope)

    def _closed(self, scope: Scope) -> Restriction:
        found = self.expression(scope)
        self.tokens.expect(")", "and, or, or ')'")
        return found

    def _enclosed(self, word: str, scope: Scope) -> Restriction:
        """`all (…)`, `any (…)`, `sizeof (…)`, `recipients (…)`, `attachments (…)`, `below (property, …)`."""
        self.tokens.take()
        self.tokens.expect("(")
        if word in _BELOW:
            tag = _BELOW[word]
            return Sub(tag, self._closed(scope_below(tag)))
        if word == "sizeof":
            return self._size(scope)
        if word == "below":
            tag = self.references.read(scope).tag
            self.tokens.expect(",")
            return Sub(tag, self._closed(scope))
        parts = [self.expression(scope)]
        while self.tokens.accept(","):
            parts.append(self.expression(scope))
        self.tokens.expect(")", "',' or ')'")
        return And(tuple(parts)) if word == "all" else Or(tuple(parts))

    def _size(self, scope: Scope) -> Restriction:
        tag = self.references.read(scope).tag
        self.tokens.expect(")")
        relop = self.comparisons.relop()
        if relop is None:
            raise self.tokens.unexpected("a comparison such as >")
        return Size(relop, tag, read_number(self.tokens, "a number of bytes such as 500 or 10MB"))

    def _comment(self, scope: Scope) -> Restriction:
        kind = Comment if self.tokens.take().lower == "comment" else Annotation
        notes: list[tuple[PropTag, Any]] = []
        if self.tokens.accept("["):
            notes.append(self._note(scope))
            while self.tokens.accept(","):
                notes.append(self._note(scope))
            self.tokens.expect("]", "',' or ']'")
        return kind(self._closed(scope) if self.tokens.accept("(") else None, tuple(notes))

    def _note(self, scope: Scope) -> tuple[PropTag, Any]:
        found = self.references.read(scope)
        self.tokens.expect("=")
        value = instant(read_value(self.tokens, found.tag, self.clock))
        return self.comparisons.tag_for(found, value), value

    def _count(self, scope: Scope) -> Restriction:
        self.tokens.take()
        self.tokens.take()
        limit = read_number(self.tokens, "how many, as in at most 5 (unread)")
        self.tokens.expect("(")
        return Count(limit, self._closed(scope))

    def _has(self, scope: Scope) -> Restriction:
        self.tokens.take()
        if self.tokens.peek().lower in ("attachment", "attachments") and scope is MESSAGE:
            self.tokens.take()
            return HAS_ATTACHMENTS
        return self._exists(scope)

    def _exists(self, scope: Scope) -> Restriction:
        word = self.tokens.peek().lower
        if word in scope.groups:
            self.tokens.take()
            return scope.groups[word].exists()
        return Exist(self.references.read(scope).tag)
