"""Values as a text writes them, read for the type of the property they are compared with, and written.

| type | written |
|---|---|
| text | `"budget"`; a single word may stand without quotes |
| numbers | `5`, `-1`, `0x10`, `10KB`, `10 MB`, `1.5`, `inf`; names such as `high` |
| BOOLEAN | `true`, `false`, `yes`, `no` |
| SYSTIME | see `moments`; `@132224400000000000` for FILETIME ticks |
| CURRENCY | `19.99` |
| APPTIME | days since 1899-12-30, or a time |
| BINARY and types without a form of their own | `x"00ff"` |
| CLSID | `{00020329-0000-0000-C000-000000000046}` |
| multiple | `["a", "b"]` |
"""

from __future__ import annotations

from datetime import UTC
from math import inf, isinf, isnan, nan
from typing import Any, Final

from mapix.properties.errors import BadValue
from mapix.properties.guid import guid_text
from mapix.properties.tag import PropTag, PropType, type_name
from mapix.properties.times import apptime_from_datetime, from_decimal, to_datetime, to_decimal
from mapix.properties.where.errors import nearest
from mapix.properties.where.moments import Clock, Moment, is_unit, read_moment, starts_moment
from mapix.properties.where.tokens import Kind, Tokens
from mapix.properties.where.vocabulary import CHOICES

_INTEGERS: Final = frozenset((PropType.SHORT, PropType.LONG, PropType.LONGLONG, PropType.ERROR))
_FLOATS: Final = frozenset((PropType.FLOAT, PropType.DOUBLE))
_TEXTS: Final = frozenset((PropType.UNICODE, PropType.STRING8))
_UNITS: Final = {"b": 1, "kb": 1 << 10, "kib": 1 << 10, "mb": 1 << 20, "mib": 1 << 20, "gb": 1 << 30, "gib": 1 << 30}
_TRUTH: Final = {"true": True, "yes": True, "false": False, "no": False}
_ODD_FLOATS: Final = {"inf": inf, "+inf": inf, "-inf": -inf, "nan": nan, "+nan": nan, "-nan": nan}
_ESCAPES: Final = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_KEYWORDS: Final = frozenset(("and", "or", "not"))
_LATEST: Final = 2_650_467_743_999_999_999


def read_value(tokens: Tokens, tag: PropTag, clock: Clock) -> Any:
    """The value written next, for a property `tag`; a SYSTIME as a `Moment`. `WhereError` where it is none."""
    if tokens.peek().text == "[" and tokens.peek().kind is Kind.SIGN:
        return _several(tokens, tag, clock)
    token, base = tokens.peek(), tag.base_type
    if base in _TEXTS:
        return _text(tokens, tag)
    if base == PropType.SYSTIME:
        return read_moment(tokens, clock)
    if base == PropType.UNSPECIFIED:
        return _natural(tokens, clock)
    if base == PropType.APPTIME and starts_moment(token) and not _is_number(token.text):
        moment = read_moment(tokens, clock)
        return apptime_from_datetime(to_datetime(moment.start))
    if base in _INTEGERS:
        return _integer(tokens, tag)
    if base in _FLOATS or base == PropType.APPTIME:
        return _float(tokens, tag)
    if base == PropType.BOOLEAN:
        return _truth(tokens, tag)
    if base == PropType.CURRENCY:
        return _money(tokens, tag)
    return _bytes(tokens, tag)


def read_number(tokens: Tokens, what: str) -> int:
    """A whole number, such as a size or a limit."""
    number = _sized(tokens)
    if number is None:
        raise tokens.unexpected(what)
    return number


def instant(value: Any) -> Any:
    """A value as properties have it: of a moment its first instant."""
    if isinstance(value, Moment):
        return value.start
    return tuple(map(instant, value)) if isinstance(value, tuple) else value


def show_value(value: Any, tag: PropTag) -> str:
    """`value` as it is written for a property `tag`; a value of the wrong type as what it is."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(show_value(each, tag) for each in value)}]"
    if isinstance(value, str):
        return show_text(value)
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        return guid_text(data) if tag.base_type == PropType.CLSID and len(data) == 16 else f'x"{data.hex()}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _show_integer(int(value), tag)
    return _show_float(value) if isinstance(value, float) else repr(value)


def show_text(text: str) -> str:
    """`text` in quotes, with escapes for what cannot be seen."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable():
        return letter
    code = ord(letter)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _show_integer(value: int, tag: PropTag) -> str:
    base = tag.base_type
    if base == PropType.SYSTIME:
        return _show_time(value)
    if base == PropType.CURRENCY:
        return str(to_decimal(value))
    names = CHOICES.get(tag, {})
    return next((name for name, number in names.items() if number == value), str(value))


def _show_time(ticks: int) -> str:
    if not 0 <= ticks <= _LATEST:
        return f"@{ticks}"
    moment = to_datetime(ticks).astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()
    fraction = f"{ticks % 10_000_000:07d}".rstrip("0")
    return f"{moment}{'.' if fraction else ''}{fraction}Z"


def _show_float(value: float) -> str:
    if isnan(value):
        return "nan"
    return ("-inf" if value < 0 else "inf") if isinf(value) else repr(value)


def _several(tokens: Tokens, tag: PropTag, clock: Clock) -> tuple[Any, ...]:
    tokens.expect("[")
    found = [read_value(tokens, tag, clock)]
    while tokens.accept(","):
        found.append(read_value(tokens, tag, clock))
    tokens.expect("]", "',' and another value, or ']'")
    return tuple(found)


def _text(tokens: Tokens, tag: PropTag) -> str | bytes:
    token = tokens.peek()
    if token.kind is Kind.WORD and token.lower in _KEYWORDS:
        raise tokens.unexpected("text", hint=f'quotes make a word of it: "{token.text}"')
    bare = token.kind in (Kind.WORD, Kind.NUMBER) and not token.text.startswith("@")
    if bare or token.kind is Kind.TEXT or (token.kind is Kind.BYTES and tag.base_type == PropType.STRING8):
        return tokens.take().value
    raise tokens.unexpected('text such as "budget"')


def _natural(tokens: Tokens, clock: Clock) -> Any:
    """A value whose form says what it is."""
    token = tokens.peek()
    if token.kind in (Kind.TEXT, Kind.BYTES, Kind.GUID):
        return tokens.take().value
    if token.lower in _TRUTH:
        return _TRUTH[tokens.take().lower]
    if token.kind is Kind.NUMBER and not is_unit(tokens.after_next()) and (number := _sized(tokens)) is not None:
        return number
    if token.kind is Kind.NUMBER and _is_number(token.text) and not token.text.isdecimal():
        return float(tokens.take().text)
    if token.lower in _ODD_FLOATS:
        return _ODD_FLOATS[tokens.take().lower]
    if starts_moment(token):
        return read_moment(tokens, clock)
    raise tokens.unexpected('a value such as "text", 5, true or 2026-01-31')


def _integer(tokens: Tokens, tag: PropTag) -> int:
    token = tokens.peek()
    choices = CHOICES.get(tag, {})
    if token.lower in choices:
        return choices[tokens.take().lower]
    number = _sized(tokens)
    if number is None:
        expected = f"a number, or one of {', '.join(choices)}" if choices else _wanted(tag, "5 or 10MB")
        raise tokens.unexpected(expected, nearest(token.text, choices))
    return number


def _float(tokens: Tokens, tag: PropTag) -> float:
    token = tokens.peek()
    if token.text.lower() in _ODD_FLOATS:
        return _ODD_FLOATS[tokens.take().text.lower()]
    if token.kind is not Kind.NUMBER or not _is_number(token.text):
        raise tokens.unexpected(_wanted(tag, "1.5"))
    return float(tokens.take().text)


def _truth(tokens: Tokens, tag: PropTag) -> bool:
    if tokens.peek().lower not in _TRUTH:
        raise tokens.unexpected(_wanted(tag, "true or false"))
    return _TRUTH[tokens.take().lower]


def _money(tokens: Tokens, tag: PropTag) -> int:
    token = tokens.peek()
    if token.kind is not Kind.NUMBER:
        raise tokens.unexpected(_wanted(tag, "19.99"))
    try:
        amount = from_decimal(token.text)
    except BadValue:
        raise tokens.unexpected(_wanted(tag, "19.99")) from None
    tokens.take()
    return amount


def _bytes(tokens: Tokens, tag: PropTag) -> bytes:
    token = tokens.peek()
    if token.kind is Kind.BYTES or (token.kind is Kind.GUID and tag.base_type == PropType.CLSID):
        value = tokens.take().value
        assert isinstance(value, bytes)
        return value
    raise tokens.unexpected(_wanted(tag, 'x"00ff"'))


def _wanted(tag: PropTag, example: str) -> str:
    return f"a value of type {type_name(tag.base_type)} such as {example}"


def _sized(tokens: Tokens) -> int | None:
    """The whole number that comes next, with a unit behind it or after a blank; None where there is none."""
    token = tokens.peek()
    if token.kind is not Kind.NUMBER:
        return None
    unit = tokens.after_next().lower
    apart = unit in _UNITS and _is_number(token.text)
    number = _whole(token.text + unit if apart else token.text)
    if number is not None:
        tokens.take()
        if apart:
            tokens.take()
    return number


def _whole(text: str) -> int | None:
    """A whole number: decimal, hexadecimal, or with a unit of size (1 KB is 1024 bytes)."""
    digits = text.lower()
    if digits.startswith("0x"):
        try:
            return int(digits, 16)
        except ValueError:
            return None
    number = digits.rstrip("bgikm")
    factor = _UNITS.get(digits[len(number) :], 1 if number == digits else 0)
    if not factor or not _is_number(number):
        return None
    found = (
        float(number) * factor if "." in number else int(number) * factor if number.lstrip("+-").isdecimal() else -1.5
    )
    return int(found) if found == int(found) else None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text
