"""Fields that are named properties: the name is looked up in the mapping of the message that is asked.

class Task(Item):
    status = NamedInteger(PidLidTaskStatus, "How far it is.")
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, Final, Protocol, Self, TypeVar, overload

from mapix.client.attributes import Attribute, Moment
from mapix.properties.errors import InvalidParameter
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropType
from mapix.properties.times import from_datetime, readable

T = TypeVar("T")

NO_DATE: Final = 915_151_392_000_000_000
"""The first of January 4501, which Outlook writes for no day at all ([MS-OXOTASK] 2.2.2.2.5)."""


class HasNames(Protocol):
    """An object with named properties."""

    def get_named(self, name: PropertyName, kind: int) -> Any:
        """One value in MAPI's own form, None where it is absent."""

    def set_named(self, name: PropertyName, kind: int, value: Any) -> None:
        """Set one value; None removes it."""


class Named(Attribute[T]):
    """One named property as a typed attribute."""

    kind: ClassVar[PropType]
    nothing: ClassVar[Any] = None
    """A value that says that there is none."""

    def __init__(self, name: PropertyName, doc: str = "") -> None:
        self.property_name = name
        self.__doc__ = doc

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: HasNames, owner: type) -> T | None: ...
    def __get__(self, instance: HasNames | None, owner: type) -> Self | T | None:
        if instance is None:
            return self
        value = instance.get_named(self.property_name, self.kind)
        return None if value is None or value == self.nothing else self.from_mapi(value)

    def __set__(self, instance: HasNames, value: T | None) -> None:
        instance.set_named(self.property_name, self.kind, None if value is None else self.to_mapi(value))


class NamedText(Named[str]):
    """Text."""

    kind = PropType.UNICODE


class NamedInteger(Named[int]):
    """A whole number."""

    kind = PropType.LONG


class NamedNumber(Named[float]):
    """A number with a fraction."""

    kind = PropType.DOUBLE


class NamedYesNo(Named[bool]):
    """True or false."""

    kind = PropType.BOOLEAN


class NamedTexts(Named[tuple[str, ...]]):
    """Several texts; an empty sequence removes them."""

    kind = PropType.MV_UNICODE

    def __set__(self, instance: HasNames, value: Any) -> None:
        if isinstance(value, str):
            raise InvalidParameter(f"{self.name} is a list of texts", value=value, hint=f"{self.name}=[{value!r}]")
        super().__set__(instance, tuple(value) if value else None)

    def from_mapi(self, value: Any) -> tuple[str, ...]:
        """As a tuple."""
        return tuple(value)


class NamedTime(Moment, Named[datetime]):
    """A moment, as an aware datetime in UTC; a naive one that is set is taken as local time."""

    kind = PropType.SYSTIME
    nothing = NO_DATE


class NamedDay(Named[date]):
    """A day without a time zone, kept as its midnight."""

    kind = PropType.SYSTIME
    nothing = NO_DATE

    def from_mapi(self, value: Any) -> date | None:
        """The day of FILETIME ticks."""
        found = readable(value)
        return None if found is None else found.date()

    def to_mapi(self, value: date) -> int:
        """FILETIME ticks of the day's midnight."""
        return midnight(value, self.name)


class NamedMinutes(Named[timedelta]):
    """A span of time in whole minutes."""

    kind = PropType.LONG

    def from_mapi(self, value: Any) -> timedelta:
        """Minutes as a timedelta."""
        return timedelta(minutes=value)

    def to_mapi(self, value: timedelta) -> int:
        """A timedelta in minutes; `InvalidParameter` for anything else."""
        if not isinstance(value, timedelta):
            raise InvalidParameter(f"{self.name} is a timedelta", value=value, hint="timedelta(hours=2)")
        return value // timedelta(minutes=1)


def midnight(day: date, name: str = "it") -> int:
    """FILETIME ticks of a day's midnight, as if it were in UTC; `InvalidParameter` for what is no day."""
    if type(day) is not date:
        raise InvalidParameter(f"{name} is a date", value=day, hint="datetime.date(2026, 3, 31)")
    return from_datetime(datetime.combine(day, time(), UTC))
