"""The words and signs of a restriction's text, each with its place.

| kind | examples |
|---|---|
| WORD | `subject`, `PR_SUBJECT`, `ann@example.org` |
| TEXT | `"budget"` or `'budget'`, with `\\"`, `\\\\`, `\\n`, `\\t`, `\\r`, `\\u00e4`, `\\U0001F600` |
| BYTES | `x"00ff"` |
| GUID | `{00020329-0000-0000-C000-000000000046}` |
| NUMBER | whatever begins with a digit: `7`, `0x37`, `10MB`, `2026-01-01T10:00Z`; `-5`; `@132224400000000000` |
| SIGN | `( ) [ ] , : / & = != <> < <= > >= ~ !~ ^=` |
| END | the end of the text |
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final, NamedTuple

from mapix.properties.errors import InvalidParameter
from mapix.properties.guid import guid
from mapix.properties.where.errors import WhereError

LONGEST: Final = 200_000
"""Characters a text may have."""


class Kind(Enum):
    """Kinds of tokens."""

    WORD = auto()
    TEXT = auto()
    BYTES = auto()
    GUID = auto()
    NUMBER = auto()
    SIGN = auto()
    END = auto()


class Token(NamedTuple):
    """One token: `text` as it was written, `value` what it says, `start` and `end` its place from 0."""

    kind: Kind
    text: str
    value: str | bytes
    start: int
    end: int

    @property
    def lower(self) -> str:
        """A word without differences of case; empty for anything else."""
        return self.text.lower() if self.kind is Kind.WORD else ""


_BLANK: Final = re.compile(r"\s*")
_SIGNS: Final = re.compile(r"!=|<>|<=|>=|==|!~|\^=|[()\[\],:/&=<>~]")
_NUMBER: Final = re.compile(r"[+-]?\d(?:[eE][+-]\d|[\w.:]|[+-](?=\d))*|[+-](?:inf|nan)\b|@-?\d+")
_WORD: Final = re.compile(r"[^\W\d](?:[\w.@+'-]*[\w'])?|\.\w[\w.]*")
_TEXT: Final = re.compile(r"""(["'])((?:(?!\1)[^\\]|\\.)*)\1""", re.S)
_BYTES: Final = re.compile(r'[xX]"([^"]*)"')
_GUID: Final = re.compile(r"\{([^{}]*)\}")
_PATTERN: Final = re.compile(r"/((?:[^/\\]|\\.)*)/", re.S)
_ESCAPE: Final = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.S)
_PLAIN_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


class Tokens:
    """The tokens of `source`, one after another, with one token looked ahead.

    Raises `WhereError` for what is no token.
    """

    def __init__(self, source: str) -> None:
        if len(source) > LONGEST:
            raise WhereError(f"a text of more than {LONGEST} characters", source, LONGEST + 1)
        self.source = source
        self._next = self._read(0)

    def peek(self) -> Token:
        """The next token, left where it is."""
        return self._next

    def take(self) -> Token:
        """The next token; at the end, the end again."""
        token = self._next
        if token.kind is not Kind.END:
            self._next = self._read(token.end)
        return token

    def after_next(self) -> Token:
        """The token after the next one, left where it is."""
        return self._next if self._next.kind is Kind.END else self._read(self._next.end)

    def accept(self, *signs: str) -> Token | None:
        """The next token where it is one of `signs`, taken; None otherwise."""
        if self._next.kind is Kind.SIGN and self._next.text in signs:
            return self.take()
        return None

    def accept_word(self, *words: str) -> Token | None:
        """The next token where it is one of `words`, which are lower case, taken; None otherwise."""
        return self.take() if self._next.lower in words and self._next.kind is Kind.WORD else None

    def expect(self, sign: str, expected: str = "") -> Token:
        """The next token, which must be `sign`."""
        found = self.accept(sign)
        if found is None:
            raise self.unexpected(expected or f"'{sign}'")
        return found

    def pattern(self) -> str:
        """What stands between slashes next."""
        start = self._next.start
        found = _PATTERN.match(self.source, start)
        if found is None:
            raise self.unexpected("a pattern between slashes such as /re.*port/")
        self._next = self._read(found.end())
        return found[1].replace("\\/", "/")

    def unexpected(self, expected: str, hint: str = "") -> WhereError:
        """The error that something else was expected where the next token stands."""
        token = self._next
        found = "the text ends" if token.kind is Kind.END else f"unexpected {token.text}"
        return WhereError(found, self.source, token.start + 1, expected=expected, hint=hint)

    def fault(self, problem: str, token: Token, expected: str = "", hint: str = "") -> WhereError:
        """The error that something is wrong with `token`."""
        return WhereError(problem, self.source, token.start + 1, expected=expected, hint=hint)

    # inside

    def _read(self, place: int) -> Token:
        start = _match(_BLANK, self.source, place).end()
        if start >= len(self.source):
            return Token(Kind.END, "", "", len(self.source), len(self.source))
        first = self.source[start]
        if first in "\"'":
            return self._text(start)
        if first == "{":
            return self._guid(start)
        if first in "xX" and self.source[start + 1 : start + 2] == '"':
            return self._bytes(start)
        for kind, pattern in ((Kind.NUMBER, _NUMBER), (Kind.WORD, _WORD), (Kind.SIGN, _SIGNS)):
            if found := pattern.match(self.source, start):
                return Token(kind, found[0], found[0], start, found.end())
        raise WhereError(f"{first!r} means nothing here", self.source, start + 1, hint=_quotes(first))

    def _text(self, start: int) -> Token:
        found = _TEXT.match(self.source, start)
        if found is None:
            raise WhereError(
                "text that does not end", self.source, start + 1, expected=f"a closing {self.source[start]}"
            )
        return Token(Kind.TEXT, found[0], self._unescaped(found[2], start + 1), start, found.end())

    def _unescaped(self, text: str, start: int) -> str:
        def one(found: re.Match[str]) -> str:
            code = found[1]
            if len(code) > 1 and int(code[1:], 16) <= 0x10FFFF:
                return chr(int(code[1:], 16))
            if code not in _PLAIN_ESCAPES:
                expected = '\\", \\\\, \\n, \\t, \\r, \\u and four digits, \\U and eight'
                raise WhereError(f"unknown escape \\{code}", self.source, start + found.start() + 1, expected=expected)
            return _PLAIN_ESCAPES[code]

        return _ESCAPE.sub(one, text) if "\\" in text else text

    def _bytes(self, start: int) -> Token:
        found = _BYTES.match(self.source, start)
        try:
            data = bytes.fromhex(found[1]) if found else None
        except ValueError:
            data = None
        if found is None or data is None:
            raise WhereError("bad bytes", self.source, start + 1, expected='pairs of hexadecimal digits: x"00ff"')
        return Token(Kind.BYTES, found[0], data, start, found.end())

    def _guid(self, start: int) -> Token:
        found = _GUID.match(self.source, start)
        try:
            data = guid(found[1]) if found else None
        except InvalidParameter:
            data = None
        if found is None or data is None:
            expected = "a GUID such as {00020329-0000-0000-C000-000000000046}"
            raise WhereError("bad GUID", self.source, start + 1, expected=expected)
        return Token(Kind.GUID, found[0], data, start, found.end())


def _match(pattern: re.Pattern[str], text: str, place: int) -> re.Match[str]:
    found = pattern.match(text, place)
    assert found is not None
    return found


def _quotes(character: str) -> str:
    return 'text stands in double quotes: "budget"' if character in "“”„‘’`" else ""
