"""Names for what goes into a call and comes out of it: tags, flags, codes, identifiers, objects.

A description is made of what JSON has; a `Word` in it is a name or number rather than a text of the script. Secrets are
never described.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mapix.properties.errors import MapiError
from mapix.pywin32 import iids, mapi_constants, mapitags
from mapix.pywin32.args import is_sequence
from mapix.pywin32.explaining.naming import Names
from mapix.pywin32.explaining.words import code_name, flag_word, tag_name, value_word
from mapix.pywin32.iid import IID, PyIID
from mapix.pywin32.unknown import PyIUnknown

_SHOWN_BYTES: Final = 16
_HIDDEN: Final = "***"


class Word(str):
    """A name or number, shown without quotes."""

    __slots__ = ()


_RESTRICTIONS: Final = {
    number: name for name, number in vars(mapi_constants).items() if name.startswith("RES_") and isinstance(number, int)
}
_RELATIONS: Final = ("<", "<=", ">", ">=", "==", "!=", "matches")
_IIDS: Final[dict[str, str]] = {
    text: name for table in (iids.MAPI, iids.EXCHANGE, iids.PYTHONCOM) for name, text in table.items()
}


class Describer:
    """Describes arguments and answers; it remembers the objects of a script by the names it gave them."""

    def __init__(self) -> None:
        self.names = Names()
        self._kinds: dict[str, Callable[[Any, Any], Any]] = {
            "seq_tags": self._tags,
            "seq_propvals": self._pairs,
            "seq_propvals_or_none": self._pairs,
            "propval": lambda value, target: self._pairs([value], target),
            "adrlist": self._rows,
            "restriction": self._restriction,
            "sortorder": self._sort,
            "pairs": self._pairs,
            "pair": lambda value, target: self._pairs([value], target),
            "rows": self._rows,
            "tags": self._tags,
            "problems": self._problems,
            "hr": lambda value, target: Word(code_name(value)),
        }

    def argument(self, call: str, name: str, kind: str, value: Any, target: Any) -> Any:
        """One argument of a call. What does not fit its kind is described as what it is."""
        if "assword" in name and value is not None:
            return Word(_HIDDEN)
        try:
            word = flag_word(call, name, value)
            if word is not None:
                return Word(word)
            if name in ("propTag", "tag"):
                return Word(self._tag(value, target))
            if kind in ("initinfo", "wcsinfo") and value is not None:
                return _with_flags(call, *value)
            return self._by_kind(kind, value, target)
        except (TypeError, ValueError, OverflowError, KeyError, IndexError, AttributeError, MapiError):
            return self.plain(value)

    def answer(self, shape: str, value: Any, target: Any) -> Any:
        """What a call answered, by its shape in the table of calls."""
        if value is None or shape == "none":
            return None
        inner = shape[1:-1].split() if shape[0] in "([" else []
        if inner and inner[0].endswith("*"):
            return [self.answer(inner[0][:-1], item, target) for item in value]
        if inner:
            return [self.answer(each, item, target) for each, item in zip(inner, value, strict=False)]
        return self._by_kind(shape.removesuffix("?"), value, target)

    def plain(self, value: Any) -> Any:
        """Anything, by its own type."""
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, bytes | bytearray | memoryview):
            return Word(_bytes(bytes(value)))
        if isinstance(value, PyIUnknown):
            return Word(self.names.of(value))
        if isinstance(value, PyIID):
            return Word(_IIDS.get(str(value), str(value)))
        if isinstance(value, datetime.datetime):
            return Word(value.isoformat(" ", "milliseconds"))
        if isinstance(value, Mapping):
            return {str(self.plain(key)): self.plain(item) for key, item in value.items()}
        if is_sequence(value):
            return [self.plain(item) for item in value]
        return Word(
            f"<{type(value).__name__}>" if not callable(value) else f"<{getattr(value, '__name__', 'callable')}>"
        )

    def _by_kind(self, kind: str, value: Any, target: Any) -> Any:
        if value is None:
            return None
        if kind in ("iid", "iid_or_none", "uid") and isinstance(value, str):
            return self.plain(IID(value))
        describe = self._kinds.get(kind)
        return self.plain(value) if describe is None else describe(value, target)

    def _tag(self, tag: int, target: Any) -> str:
        return tag_name(tag, getattr(target, "_obj", target))

    def _tags(self, value: Any, target: Any) -> list[Word]:
        found = [value] if isinstance(value, int) else value
        return [Word(self._tag(tag, target)) for tag in found]

    def _pairs(self, value: Any, target: Any) -> dict[str, Any]:
        return {self._tag(tag, target): self._value(tag, item) for tag, item in value}

    def _value(self, tag: int, value: Any) -> Any:
        if tag & 0xFFFF == mapitags.PT_ERROR and isinstance(value, int):
            return Word(code_name(value))
        if value and "PASSWORD" in tag_name(tag, None):
            return Word(_HIDDEN)
        word = value_word(tag, value)
        return self.plain(value) if word is None else Word(word)

    def _rows(self, value: Sequence[Any], target: Any) -> list[Any]:
        return [self._pairs(row, target) for row in value]

    def _problems(self, value: Sequence[Any], target: Any) -> list[Any]:
        return [[index, Word(self._tag(tag, target)), Word(code_name(code))] for index, tag, code in value]

    def _restriction(self, value: Any, target: Any) -> Any:
        kind, payload = value
        name = _RESTRICTIONS[kind]
        if name in ("RES_AND", "RES_OR"):
            return {name: [self._restriction(item, target) for item in payload]}
        if name == "RES_NOT":
            return {name: self._restriction(payload[0], target)}
        if name in ("RES_CONTENT", "RES_PROPERTY"):
            how, tag, (_, constant) = payload
            relation = _RELATIONS[how] if name == "RES_PROPERTY" else flag_word("RES_CONTENT", "fuzzy", how)
            return {name: [Word(self._tag(tag, target)), Word(relation), self.plain(constant)]}
        if name == "RES_BITMASK":
            how, tag, mask = (*payload, 0)[:3]
            return {
                name: [Word(self._tag(tag, target)), Word("!= 0" if how else "== 0"), Word(f"0x{mask & 0xFFFFFFFF:X}")]
            }
        return {name: Word(self._tag(payload[0], target))} if name == "RES_EXIST" else self.plain(value)

    def _sort(self, value: Any, target: Any) -> dict[str, Any]:
        keys, categories, expanded = (*value, 0, 0)[:3]
        orders = ("ascending", "descending", "combined")
        shown: dict[str, Any] = {self._tag(tag, target): Word(orders[order]) for tag, order in keys}
        return {**shown, "categories": [categories, expanded]} if categories else shown


def _with_flags(call: str, *numbers: int) -> list[Any]:
    """A tuple of numbers of which one is flags: the second of two, the first of three."""
    place = 1 if len(numbers) == 2 else 0
    return [Word(flag_word(call, "flags", each) or each) if at == place else each for at, each in enumerate(numbers)]


def _bytes(data: bytes) -> str:
    rest = "…" if len(data) > _SHOWN_BYTES else ""
    return (
        f"<{len(data)} byte{'' if len(data) == 1 else 's'} {data[:_SHOWN_BYTES].hex()}{rest}>" if data else "<0 bytes>"
    )
