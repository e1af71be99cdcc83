"""Writing TOML: what `tomllib` reads back as it was.

    >>> print(dump({"name": "Work", "service": [{"port": 25}]}), end="")
    name = "Work"
    <BLANKLINE>
    [[service]]
    port = 25

Scalars come before tables, sequences of mappings become arrays of tables. TOML 1.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mapix.properties.errors import InvalidParameter

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
_BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def dump(document: Mapping[str, Any]) -> str:
    """`document` as TOML text; `InvalidParameter` for a value TOML has no form for."""
    return "\n".join(_table(document, ())).lstrip("\n") + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    yield from (f"{_key(name)} = {_value(value)}" for name, value in table.items() if not _is_nested(value))
    for name, value in table.items():
        here = (*path, name)
        title = ".".join(map(_key, here))
        if isinstance(value, Mapping):
            yield from ("", f"[{title}]", *_table(value, here))
        elif _is_nested(value):
            for item in value:
                yield from ("", f"[[{title}]]", *_table(item, here))


def _is_nested(value: Any) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _key(name: str) -> str:
    return name if name and _BARE.issuperset(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    raise InvalidParameter("TOML has no form for this value", value=value)


def _float(value: float) -> str:
    text = repr(float(value))
    return text if any(mark in text for mark in ".einf") else text + ".0"


def _text(value: str) -> str:
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise InvalidParameter("half a surrogate pair cannot be written to a profile", value=value)
    return '"' + "".join(map(_letter, value)) + '"'


def _letter(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    return f"\\u{ord(letter):04X}" if letter < " " or letter == "\x7f" else letter
