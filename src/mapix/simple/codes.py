"""The exception that carries a result code of Simple MAPI, and which code each failure of MAPI is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from mapix.properties import errors
from mapix.properties.errors import MapiError
from mapix.simple import constants
from mapix.simple.constants import (
    MAPI_E_ACCESS_DENIED,
    MAPI_E_AMBIGUOUS_RECIPIENT,
    MAPI_E_DISK_FULL,
    MAPI_E_FAILURE,
    MAPI_E_INSUFFICIENT_MEMORY,
    MAPI_E_INVALID_MESSAGE,
    MAPI_E_INVALID_RECIPS,
    MAPI_E_INVALID_SESSION,
    MAPI_E_LOGON_FAILURE,
    MAPI_E_MESSAGE_IN_USE,
    MAPI_E_NETWORK_FAILURE,
    MAPI_E_NOT_SUPPORTED,
    MAPI_E_TOO_MANY_SESSIONS,
    MAPI_E_USER_ABORT,
)

_SYMBOLS: Final[dict[int, str]] = {
    number: name
    for name, number in reversed(list(vars(constants).items()))
    if isinstance(number, int) and (name.startswith("MAPI_E_") or name == "SUCCESS_SUCCESS")
}

_MEANINGS: Final = (
    ((errors.UserCancel, errors.Cancel), MAPI_E_USER_ABORT),
    ((errors.LogonFailed,), MAPI_E_LOGON_FAILURE),
    ((errors.NotEnoughDisk, errors.StoreFull), MAPI_E_DISK_FULL),
    ((errors.NotEnoughMemory, errors.NotEnoughResources), MAPI_E_INSUFFICIENT_MEMORY),
    ((errors.NoAccess,), MAPI_E_ACCESS_DENIED),
    ((errors.SessionLimit,), MAPI_E_TOO_MANY_SESSIONS),
    ((errors.AmbiguousRecip,), MAPI_E_AMBIGUOUS_RECIPIENT),
    ((errors.NetworkError,), MAPI_E_NETWORK_FAILURE),
    ((errors.NoRecipients,), MAPI_E_INVALID_RECIPS),
    ((errors.NoSupport,), MAPI_E_NOT_SUPPORTED),
    ((errors.EndOfSession, errors.NotInitialized), MAPI_E_INVALID_SESSION),
    ((errors.InvalidEntryid, errors.UnknownEntryid, errors.ObjectDeleted), MAPI_E_INVALID_MESSAGE),
    ((errors.Busy, errors.ObjectChanged, errors.Submitted), MAPI_E_MESSAGE_IN_USE),
)
"""Which code a failure of MAPI is; all others are MAPI_E_FAILURE."""


class SimpleError(MapiError):
    """A function of Simple MAPI did not succeed: `code` is what it returns in C. Where a failure of MAPI is behind it
    that is its `__cause__`.
    """

    def __init__(self, code: int, text: str = "", *, value: object = None, hint: str = "") -> None:
        super().__init__(text, hint=hint)
        self.code, self.value, self.has_value = code, value, value is not None

    @property
    def name(self) -> str:
        """The symbol of the code."""
        return _SYMBOLS.get(self.code, "MAPI_E_FAILURE")

    @property
    def sentence(self) -> str:
        """See `MapiError.sentence`; symbol and number are Simple MAPI's."""
        shown = f": {errors.shown(self.value)}" if self.has_value else ""
        return f"{self.name} ({self.code}): {self.text}{shown}"


@contextmanager
def told_simply(not_found: int = MAPI_E_FAILURE) -> Iterator[None]:
    """Failures of MAPI as Simple MAPI tells them; `not_found` is what is wrong when something is not there."""
    try:
        yield
    except SimpleError:
        raise
    except errors.NotFound as error:
        raise _simple(error, not_found) from error
    except MapiError as error:
        code = next((code for kinds, code in _MEANINGS if isinstance(error, kinds)), MAPI_E_FAILURE)
        raise _simple(error, code) from error


def check_call(flags: int, known: int, reserved: int) -> None:
    """Refuse flags that a function does not know, and a reserved parameter that is not zero."""
    if flags & ~known:
        raise SimpleError(MAPI_E_FAILURE, "the function does not know these flags", value=hex(flags & ~known))
    if reserved:
        raise SimpleError(MAPI_E_FAILURE, "the reserved parameter is to be 0", value=reserved)


def _simple(error: MapiError, code: int) -> SimpleError:
    given = {"value": error.value} if error.has_value else {}
    return SimpleError(code, error.text or error.sentence, hint=error.hint, **given)
