"""What typed attributes of objects have in common, whatever their properties are found by."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

from mapix.properties.errors import InvalidParameter
from mapix.properties.times import from_datetime, readable

T = TypeVar("T")


class Attribute(Generic[T]):
    """A property as an attribute of type `T`, as it is where `from_mapi` and `to_mapi` are not overridden."""

    name: str
    """What the attribute is called."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def from_mapi(self, value: Any) -> T | None:
        """The attribute's value of a property value; None for one it cannot tell."""
        result: T = value
        return result

    def to_mapi(self, value: T) -> Any:
        """The property value of an attribute's value."""
        return value


class Moment(Attribute[datetime]):
    """A moment, as an aware datetime in UTC; a naive one that is set is taken as local time. Where others wrote ticks
    of no year from 1601 to 9999 it is None.
    """

    def from_mapi(self, value: Any) -> datetime | None:
        """FILETIME ticks as a datetime; below a microsecond is cut."""
        return readable(value)

    def to_mapi(self, value: datetime) -> int:
        """A datetime as FILETIME ticks; `InvalidParameter` for anything else."""
        if not isinstance(value, datetime):
            raise InvalidParameter(f"{self.name} is a datetime", value=value)
        return from_datetime(value)
