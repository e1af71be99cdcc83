"""Comparisons in a restriction's text: a property, how it is compared, and with what.

`subject ~ "budget"`, `size > 10MB`, `flags & 4`, `created < modified`, `from = ann`, `body exists`.
"""

from __future__ import annotations

from typing import Any, Final

from mapix.properties.restriction import (
    And,
    Bitmask,
    CompareProps,
    Content,
    Exist,
    Fuzzy,
    Not,
    Property,
    Relop,
    Restriction,
)
from mapix.properties.tag import PropTag, PropType
from mapix.properties.where.errors import nearest
from mapix.properties.where.literals import instant, read_number, read_value
from mapix.properties.where.moments import Clock, Moment
from mapix.properties.where.references import Reference, References, natural_type
from mapix.properties.where.tokens import Kind, Tokens
from mapix.properties.where.vocabulary import CHOICES, MESSAGE, Group, Scope

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


class Comparisons:
    """Reads comparisons from `tokens`; `references` knows properties, `clock` what time it is."""

    def __init__(self, tokens: Tokens, references: References, clock: Clock) -> None:
        self.tokens = tokens
        self.references = references
        self.clock = clock

    def follows(self, word: str, text: str) -> bool:
        """Whether a token, as lower-case `word` and `text`, begins a comparison of what stands before it."""
        return word in _WORDS or text in RELOPS or text in _LEVEL_SIGNS or text in (":", "&")

    def read(self, scope: Scope) -> Restriction:
        """The condition that begins here; `WhereError` where there is none."""
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
        relop = self.relop()
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
        return Content(self.tag_for(found, value), value, level if complete else level | self._modifiers())

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

    def relop(self) -> Relop | None:
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
        tag = self.tag_for(found, instant(value))
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
        tag = self.tag_for(found, mask)
        if self.tokens.peek().text in ("=", "!=") and self.tokens.after_next().text == "0":
            nonzero = self.tokens.take().text == "!="
            self.tokens.take()
            return Bitmask(tag, mask, nonzero)
        return Bitmask(tag, mask)

    def tag_for(self, found: Reference, value: Any) -> PropTag:
        """The tag of a reference; where its type was left open, with the type of the value."""
        return found.tag.with_type(natural_type(value)) if found.open else found.tag


def _itself(leaf: Restriction) -> Restriction:
    return leaf
