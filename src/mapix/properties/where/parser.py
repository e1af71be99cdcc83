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
from mapix.properties.where.errors import nearest
from mapix.properties.where.literals import instant, read_number, read_value
from mapix.properties.where.moments import Clock, Moment
from mapix.properties.where.references import NameResolver, Reference, References, natural_type
from mapix.properties.where.tokens import Kind, Tokens
from mapix.properties.where.vocabulary import BELOW, CHOICES, HAS_ATTACHMENTS, MESSAGE, Group, Scope, scope_below

DEEPEST: Final = 100
"""How many conditions may lie inside one another."""

RELOPS: Final = {
    "<": Relop.LT,
    "<=": Relop.LE,
    ">": Relop.GT,
    ">=": Relop.GE,
    "=": Relop.EQ,
    "==": Relop.EQ,
    "!=": Relop.NE,
    "<>": Relop.NE,
}
LEVELS: Final = {
    "is": Fuzzy.FULLSTRING,
    "contains": Fuzzy.SUBSTRING,
    "startswith": Fuzzy.PREFIX,
    "phrase": Fuzzy.PHRASE_MATCH,
    "word": Fuzzy.PHRASE_MATCH,
    "wordstart": Fuzzy.PREFIX_ON_ANY_WORD,
}
_LEVEL_SIGNS: Final = {"~": Fuzzy.SUBSTRING, "!~": Fuzzy.SUBSTRING, "^=": Fuzzy.PREFIX}
_COMPARISON: Final = "a comparison such as =, <, ~, contains, startswith, matches or exists"
_WORDS: Final = (*LEVELS, "matches", "exists", "member", "content", "starts")
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
        if word in scope.conditions and not self._compares(after.lower, after.text):
            self.tokens.take()
            return scope.conditions[word]
        return self._compared(scope)

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
        relop = self._relop()
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
        return self._tag(found, value), value

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

    def _compares(self, word: str, text: str) -> bool:
        """Whether a comparison follows."""
        return word in _WORDS or text in RELOPS or text in _LEVEL_SIGNS or text in (":", "&")

    # comparisons

    def _compared(self, scope: Scope) -> Restriction:
        token = self.tokens.peek()
        if token.lower in scope.groups:
            self.tokens.take()
            return self._group(scope.groups[token.lower])
        if not self.references.starts():
            raise self.tokens.unexpected("a condition")
        if token.kind is Kind.WORD and self.tokens.after_next().kind is Kind.END and token.lower not in scope.words:
            self._unknown(scope)
        found = self.references.read(scope)
        if self.tokens.accept_word("exists"):
            return Exist(found.tag)
        if self.tokens.accept("&"):
            return self._bits(found)
        return self._matched(found, None, scope)

    def _unknown(self, scope: Scope) -> None:
        token = self.tokens.peek()
        if not token.text.startswith(("PR_", "PidTag", "PidLid", "PidName", "dispid")):
            raise self.tokens.fault(
                f"unknown word {token.text}", token, "a condition", nearest(token.text, [*scope.known(), *_WORDS])
            )

    def _group(self, group: Group) -> Restriction:
        if self.tokens.accept_word("exists"):
            return group.exists()
        return self._matched(Reference(group.tags[0], self.tokens.peek()), group, MESSAGE)

    def _matched(self, found: Reference, group: Group | None, scope: Scope) -> Restriction:
        """`found` compared with what follows; for a group, one of its properties."""
        spread = group.spread if group is not None else _itself
        sign = self.tokens.peek().text
        level = self._level()
        if level is not None:
            leaf = self._content(found, *level)
            return Not(spread(leaf)) if sign == "!~" else spread(leaf)
        relop = self._relop()
        if relop is None:
            raise self.tokens.unexpected(_COMPARISON, nearest(self.tokens.peek().text, _WORDS))
        if relop == Relop.RE and self.tokens.peek().text == "/":
            return spread(Property(relop, found.tag, self.tokens.pattern()))
        if group is None and self._is_property(found):
            return CompareProps(relop, found.tag, self.references.read(scope).tag)
        return self._property(found, relop, group)

    def _level(self) -> tuple[int, bool] | None:
        """The way in which content is compared, where that comes next, and whether it is complete."""
        token, after = self.tokens.peek(), self.tokens.after_next()
        level = _LEVEL_SIGNS.get(token.text, LEVELS.get(token.lower))
        if token.lower == "starts" and after.lower == "with":
            self.tokens.take()
            level = Fuzzy.PREFIX
        if level is None and token.lower != "content":
            return None
        self.tokens.take()
        return (self._raw_level(), True) if level is None else (int(level), False)

    def _raw_level(self) -> int:
        self.tokens.expect("(")
        level = read_number(self.tokens, "a number such as 0x10001")
        self.tokens.expect(")")
        return level

    def _content(self, found: Reference, level: int, complete: bool) -> Content:
        bare = found.tag.with_type(PropType.UNICODE) if found.open else found.tag
        value = instant(read_value(self.tokens, bare, self.clock))
        return Content(self._tag(found, value), value, level if complete else level | self._modifiers())

    def _modifiers(self) -> int:
        high = int(Fuzzy.IGNORECASE)
        while True:
            after = self.tokens.after_next().lower
            if self.tokens.peek().lower == "with" and after == "case":
                high &= ~Fuzzy.IGNORECASE
            elif self.tokens.peek().lower == "without" and after == "accents":
                high |= Fuzzy.IGNORENONSPACE
            elif self.tokens.accept_word("loosely"):
                return int(Fuzzy.LOOSE)
            else:
                return int(high)
            self.tokens.take()
            self.tokens.take()

    def _relop(self) -> Relop | None:
        token = self.tokens.peek()
        if token.kind is Kind.SIGN and token.text in RELOPS:
            self.tokens.take()
            return RELOPS[token.text]
        if self.tokens.accept_word("matches"):
            return Relop.RE
        if token.lower == "member" and self.tokens.after_next().lower == "of":
            self.tokens.take()
            self.tokens.take()
            return Relop.MEMBER_OF_DL
        return None

    def _is_property(self, found: Reference) -> bool:
        """Whether a property follows, not a value: text needs no quotes, so there only names are properties."""
        token = self.tokens.peek()
        if self.references.starts(explicit=True):
            inner = self.tokens.after_next().text.lower()
            return token.text != "[" or (inner.startswith("0x") and len(inner) == 10)
        is_word = token.kind is Kind.WORD and token.lower in MESSAGE.words
        return is_word and not found.tag.is_string and token.lower not in CHOICES.get(found.tag, {})

    def _property(self, found: Reference, relop: Relop, group: Group | None) -> Restriction:
        value = read_value(self.tokens, found.tag, self.clock)
        tag = self._tag(found, instant(value))
        if isinstance(value, Moment) and value.end != value.start and relop in (Relop.EQ, Relop.NE):
            within = And((Property(Relop.GE, tag, value.start), Property(Relop.LT, tag, value.end)))
            return within if relop == Relop.EQ else Not(within)
        if group is not None:
            leaf = Property(Relop.EQ if relop == Relop.NE else relop, tag, value)
            return Not(group.spread(leaf)) if relop == Relop.NE else group.spread(leaf)
        compared = Property(relop, tag, instant(value))
        return And((Exist(tag), compared)) if found.word and relop in (Relop.LT, Relop.LE) else compared

    def _bits(self, found: Reference) -> Restriction:
        mask = instant(read_value(self.tokens, found.tag, self.clock))
        if not isinstance(mask, int):
            raise self.tokens.unexpected("a number of bits such as 0x4")
        tag = self._tag(found, mask)
        if self.tokens.peek().text in ("=", "!=") and self.tokens.after_next().text == "0":
            nonzero = self.tokens.take().text == "!="
            self.tokens.take()
            return Bitmask(tag, mask, nonzero)
        return Bitmask(tag, mask)

    def _tag(self, found: Reference, value: Any) -> PropTag:
        """The tag of a reference; where its type was left open, with the type of the value."""
        return found.tag.with_type(natural_type(value)) if found.open else found.tag


def _itself(leaf: Restriction) -> Restriction:
    return leaf
