"""Typed fields: on an object a value, on its class a term that builds restrictions and sort keys.

class Message(PropertyObject):
    subject = Text(PR_SUBJECT)

message.subject                      # str | None
Message.subject.contains("budget")   # a restriction
-Message.delivered                   # latest first
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, Self, TypeVar, overload

from mapix.client.attributes import Attribute, Moment
from mapix.properties.errors import InvalidParameter
from mapix.properties.restriction import Bitmask, Content, Exist, Fuzzy, Not, Or, Property, Relop, Restriction
from mapix.properties.sort import Order, SortKey
from mapix.properties.tag import PropTag

T = TypeVar("T")


class HasProperties(Protocol):
    """An object whose fields are properties of a MAPI object."""

    def get(self, tag: PropTag) -> Any:
        """One value in MAPI's own form, None where it is absent."""

    def set(self, tag: PropTag, value: Any) -> None:
        """Set one value; None removes it."""


class Field(Attribute[T]):
    """One property as a typed attribute, and as a term of restrictions and orders."""

    def __init__(self, tag: PropTag, doc: str = "", *, read_only: bool = False) -> None:
        self.tag = tag
        self.read_only = read_only
        self.__doc__ = doc

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: HasProperties, owner: type) -> T | None: ...
    def __get__(self, instance: HasProperties | None, owner: type) -> Self | T | None:
        if instance is None:
            return self
        value = instance.get(self.tag)
        return None if value is None else self.from_mapi(value)

    def __set__(self, instance: HasProperties, value: T | None) -> None:
        if self.read_only:
            raise AttributeError(f"{self.name} is kept by the store")
        instance.set(self.tag, None if value is None else self.to_mapi(value))

    def __eq__(self, other: object) -> Restriction:  # type: ignore[override]
        return ~self.exists() if other is None else self._compare(Relop.EQ, other)

    def __ne__(self, other: object) -> Restriction:  # type: ignore[override]
        return self.exists() if other is None else self._compare(Relop.NE, other)

    def __hash__(self) -> int:
        return hash(self.tag)

    def __lt__(self, other: T) -> Restriction:
        return self._ordered(Relop.LT, other)

    def __le__(self, other: T) -> Restriction:
        return self._ordered(Relop.LE, other)

    def __gt__(self, other: T) -> Restriction:
        return self._ordered(Relop.GT, other)

    def __ge__(self, other: T) -> Restriction:
        return self._ordered(Relop.GE, other)

    def __neg__(self) -> SortKey:
        return SortKey(self.tag, Order.DESCEND)

    def __pos__(self) -> SortKey:
        return SortKey(self.tag, Order.ASCEND)

    def exists(self) -> Restriction:
        """The message has the property."""
        return Exist(self.tag)

    def one_of(self, values: Sequence[T]) -> Restriction:
        """Equal to one of `values`."""
        return Or(tuple(self._compare(Relop.EQ, value) for value in values))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} {self.tag!r}>"

    def _compare(self, relop: Relop, value: Any) -> Restriction:
        return Property(relop, self.tag, self.to_mapi(value))

    def _ordered(self, relop: Relop, value: T) -> Restriction:
        """Ordered comparisons ask for presence too: an absent property is smaller than everything (R-020)."""
        return self.exists() & self._compare(relop, value)


class Text(Field[str]):
    """A text property."""

    def contains(self, text: str, *, case: bool = False) -> Restriction:
        """`text` occurs in it; case only matters when asked."""
        return self._content(text, Fuzzy.SUBSTRING, case)

    def startswith(self, text: str, *, case: bool = False) -> Restriction:
        """It begins with `text`."""
        return self._content(text, Fuzzy.PREFIX, case)

    def _content(self, text: str, how: Fuzzy, case: bool) -> Restriction:
        return Content(self.tag, text, how if case else how | Fuzzy.IGNORECASE)


class Integer(Field[int]):
    """A whole number."""


class YesNo(Field[bool]):
    """True or false; as a term on its own it says true, `~` false or absent."""

    def is_set(self) -> Restriction:
        """It is true."""
        return self._compare(Relop.EQ, True)

    def __invert__(self) -> Restriction:
        return Not(self.is_set())

    def __and__(self, other: Restriction | YesNo) -> Restriction:
        return self.is_set() & condition(other)

    def __or__(self, other: Restriction | YesNo) -> Restriction:
        return self.is_set() | condition(other)

    def __rand__(self, other: Restriction) -> Restriction:
        return other & self.is_set()

    def __ror__(self, other: Restriction) -> Restriction:
        return other | self.is_set()


class Flag(YesNo):
    """A property of true and false."""


class Binary(Field[bytes]):
    """Bytes."""


class Time(Moment, Field[datetime]):
    """A moment, as an aware datetime in UTC; a naive one that is set is taken as local time."""


class Bit(YesNo):
    """One bit of a number; as a term on its own it says the bit is set, `~` that it is not."""

    def __init__(self, tag: PropTag, mask: int, doc: str = "") -> None:
        super().__init__(tag, doc, read_only=True)
        self.mask = mask

    def from_mapi(self, value: Any) -> bool:
        """Whether the bit is set in the number."""
        return bool(value & self.mask)

    def _compare(self, relop: Relop, value: Any) -> Restriction:
        wanted = bool(value) == (relop == Relop.EQ)
        return Bitmask(self.tag, self.mask, nonzero=wanted)


def condition(term: Restriction | YesNo) -> Restriction:
    """A restriction as it is, a field that is true or false as one; `InvalidParameter` for anything else."""
    if isinstance(term, YesNo):
        return term.is_set()
    if not isinstance(term, Restriction):
        raise InvalidParameter("not a condition", value=term, hint='Message.subject == "Q3"')
    return term


def sort_key(term: SortKey | Field[Any]) -> SortKey:
    """A sort key as it is; a field ascending. `InvalidParameter` for anything else."""
    if not isinstance(term, SortKey | Field):
        raise InvalidParameter("not a field to sort by", value=term, hint="-Message.delivered")
    return term if isinstance(term, SortKey) else +term
