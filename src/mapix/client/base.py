"""What all client objects share: properties by tag or name over a MAPI object."""

from __future__ import annotations

from typing import Any, Final, Self

from mapix.interfaces.prop import Keep, MapiProp
from mapix.properties.errors import MapiError, NotFound, ObjectDeleted, from_hresult
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag
from mapix.properties.tagnames import by_name
from mapix.properties.value import Problems

GONE: Final = (NotFound, ObjectDeleted)
"""What objects raise that others have deleted since they were listed."""


def tag_of(key: str | int) -> PropTag:
    """The tag of a name (`PR_SUBJECT`, `PidTagSubject`) or number; `NotFound` for an unknown name."""
    return by_name(key) if isinstance(key, str) else PropTag(key)


def raise_problems(problems: Problems) -> None:
    """Raise the first of a call's problems: at this face nothing is left unsaid."""
    for problem in problems:
        raise from_hresult(problem.scode, f"{problem.tag!r} could not be set")


class PropertyObject:
    """A MAPI object with fields. `object["PR_SUBJECT"]` and `object[0x0037001F]` reach every property."""

    def __init__(self, mapi: MapiProp) -> None:
        self._mapi: MapiProp | None = mapi

    @property
    def mapi(self) -> MapiProp:
        """The MAPI object underneath."""
        assert self._mapi is not None
        return self._mapi

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_") and not hasattr(type(self), name):
            raise AttributeError(f"{type(self).__name__} has no field {name!r}", name=name, obj=self)
        super().__setattr__(name, value)

    def get(self, tag: PropTag) -> Any:
        """One value in MAPI's own form, None where it is absent."""
        return self.mapi.get_prop(tag)

    def set(self, tag: PropTag, value: Any) -> None:
        """Set one value; None removes it. Raises what the object says of it."""
        if value is None:
            raise_problems(self.mapi.delete_props((tag,)))
        else:
            raise_problems(self.mapi.set_props({tag: value}))

    def get_named(self, name: PropertyName, kind: int) -> Any:
        """The value of a named property of type `kind`, None where it is absent."""
        number = self.mapi.get_ids_from_names((name,)).get(name)
        return None if number is None else self.get(PropTag.of(number, kind))

    def set_named(self, name: PropertyName, kind: int, value: Any) -> None:
        """Set a named property; None removes it."""
        number = self.mapi.get_ids_from_names((name,), create=value is not None).get(name)
        if number is not None:
            self.set(PropTag.of(number, kind), value)

    def __getitem__(self, key: str | int) -> Any:
        tag = tag_of(key)
        value = self.get(tag)
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: str | int, value: Any) -> None:
        self.set(tag_of(key), value)

    def __delitem__(self, key: str | int) -> None:
        self.set(tag_of(key), None)

    def __contains__(self, key: str | int) -> bool:
        try:
            return self.get(tag_of(key)) is not None
        except MapiError:
            return False

    def properties(self) -> dict[PropTag, Any]:
        """Every property by tag."""
        return self.mapi.get_props()

    def save(self) -> Self:
        """Make changes permanent; the object stays open."""
        self.mapi.save_changes(Keep.READWRITE)
        return self
