"""Objects that are to be dead though somebody still holds them (SPI-40)."""

from __future__ import annotations

from typing import Any

from mapix.properties.errors import InvalidObject, InvalidParameter

_KEPT = frozenset(("close",))


def make_invalid(target: object) -> None:
    """Let every public method and property of `target` raise `InvalidObject`; only `close` goes on working.

    `InvalidParameter` for what has no methods of its own to make invalid, such as None or a number.
    """
    kind = type(target)
    names = [name for name in dir(kind) if not name.startswith("_") and name not in _KEPT]
    members = {name: _dead(kind, name) for name in names}
    try:
        meta: Any = type(kind)
        dead = meta(kind.__name__, (kind,), {"__slots__": (), "__module__": kind.__module__, **members})
        object.__setattr__(target, "__class__", dead)
    except TypeError:
        raise InvalidParameter("this object cannot be made invalid", value=target) from None


def _dead(kind: type[Any], name: str) -> Any:
    """What stands in for a member: a method that refuses, or a property."""

    def refuse(_self: object, *_args: object, **_kwargs: object) -> Any:
        raise InvalidObject("the object was made invalid", value=name)

    return refuse if callable(getattr(kind, name)) else property(refuse)
