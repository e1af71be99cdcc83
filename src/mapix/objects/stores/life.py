"""Whether an object may still be used, and what its last failure was.

Every object of a store is as long alive as the store: a `Life` is shared downwards and ended once (GEN-9). Methods
marked `@remembered` leave what they raise for `get_last_error` (P-100, P-101).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from mapix.interfaces.prop import ErrorInfo
from mapix.properties.errors import InvalidObject, MapiError

P = ParamSpec("P")
R = TypeVar("R")


class Life:
    """Time in which objects may be used; over when it is ended or the life it depends on is."""

    __slots__ = ("_ended", "_within")

    def __init__(self, within: Life | None = None) -> None:
        self._ended = False
        self._within = within

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._ended or (self._within is not None and self._within.over)

    def end(self) -> None:
        """Everything that shares this life is dead from now on."""
        self._ended = True

    def check(self) -> None:
        """`InvalidObject` when it is over."""
        if self._ended or (self._within is not None and self._within.over):
            raise InvalidObject("the object has been released, submitted, or its store closed")


class Remembering(Protocol):
    """An object that keeps its last failure."""

    _last_error: MapiError | None


Self = TypeVar("Self", bound=Remembering)


def remembered(method: Callable[Concatenate[Self, P], R]) -> Callable[Concatenate[Self, P], R]:
    """`method`, whose failures the object remembers."""

    @wraps(method)
    def call(self: Self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(self, *args, **kwargs)
        except MapiError as error:
            self._last_error = error
            raise

    return call


def told(error: MapiError | None) -> ErrorInfo | None:
    """What there is to say about a failure (P-102)."""
    if error is None:
        return None
    return ErrorInfo(str(error), low_level=error.low_level, context=error.hresult)
