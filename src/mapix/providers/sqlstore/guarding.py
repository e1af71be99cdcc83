"""Methods that stumble over what stands in a damaged database say so.

    @guarded
    class StoredThing:
        database: Database

What is read is taken for what was written. Where it is not, some conversion fails sooner or later, and the database is
asked whether anything in it is of a kind that it cannot be (`Database.blame`): if so that is told, and if not the error
stays what it is, a mistake in the program.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import wraps
from inspect import isgeneratorfunction
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from mapix.properties.errors import MapiError

if TYPE_CHECKING:
    from mapix.providers.sqlstore.database import Database

STUMBLES: Final = (TypeError, ValueError, ArithmeticError, AttributeError, LookupError, struct.error)
"""What conversions raise of values of another kind than they expect."""

_Kind = TypeVar("_Kind", bound=type)


class _Guarded(Protocol):
    """What methods are guarded of."""

    @property
    def database(self) -> Database:
        """Where it reads."""


def guarded(kind: _Kind) -> _Kind:
    """A class whose public methods tell of damage."""
    for name, member in list(vars(kind).items()):
        if isinstance(member, FunctionType) and not name.startswith("_") and not isgeneratorfunction(member):
            setattr(kind, name, _guarded(member))
    return kind


def _guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(self: _Guarded, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except STUMBLES as error:
            if isinstance(error, MapiError):
                raise
            raise self.database.blame(error) from error

    return call
