"""MAPI's failures as Python exceptions, one class a code.

    >>> raise NotFound("no such folder", value="Archive", hint="create_folder")
    Traceback (most recent call last):
    ...
    mapix.properties.errors.NotFound: MAPI_E_NOT_FOUND (0x8004010F): no such folder: 'Archive'. Try: create_folder

`lookup` and `from_hresult` go from a number to a class, `by_symbol` from a name, `symbol_of` from a number to its name,
`from_sentence` from the words of another process to the error.
Warnings (`MAPI_W_*`) are successes and never raised (GEN-1); failures are `0x80040000 | code` or the COM code they
stand for (GEN-2). The classes between the marked lines are generated from `tools/data` by `tools/update_errors.py`.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import ClassVar, Final

_FAILURE = 0x80000000
_SHOWN_BYTES = 20
_SHOWN_CHARACTERS = 120


class _Given(Enum):
    """Tells a value that was not given from a value that is `None`."""

    NOT = "not given"


class MapiError(Exception):
    """A MAPI call failed (GEN-1, GEN-2).

    `text` says what happened, `value` is what it happened to (a name, a tag, an identifier), `hint` what to do next,
    `low_level` the number of the layer below (an errno, an SMTP reply code), 0 for none. `symbol` and `hresult`
    (unsigned) belong to the class.
    """

    symbol: ClassVar[str] = "MAPI_E_CALL_FAILED"
    hresult: ClassVar[int] = 0x80004005

    def __init__(self, text: str = "", *, value: object = _Given.NOT, hint: str = "", low_level: int = 0) -> None:
        super().__init__(text)
        self.text = text
        self.has_value = value is not _Given.NOT
        self.value = value if self.has_value else None
        self.hint = hint
        self.low_level = low_level

    @property
    def scode(self) -> int:
        """The code as the signed 32-bit number that COM shows."""
        return self.hresult - (1 << 32) if self.hresult & _FAILURE else self.hresult

    @property
    def sentence(self) -> str:
        """Symbol, number, text and value without the hint: what goes into the text of another error."""
        parts = [f"{self.symbol} (0x{self.hresult:08X})"]
        if self.text:
            parts.append(self.text)
        if self.has_value:
            parts.append(shown(self.value))
        return ": ".join(parts)

    def __str__(self) -> str:
        return self.sentence + (f". Try: {self.hint}" if self.hint else "")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    def __reduce__(self) -> tuple[object, ...]:
        kind = self.hresult if type(self) is _class_for(self.hresult) else type(self)
        return _restore, (kind, self.args), self.__dict__


def _restore(kind: int | type[MapiError], args: tuple[object, ...]) -> MapiError:
    """An unpickled error without its attributes, which pickle sets next."""
    cls = _class_for(kind) if isinstance(kind, int) else kind
    return cls.__new__(cls, *args)


def shown(value: object) -> str:
    """`value` as the texts of errors show it: tags by name, bytes as hex, long things shortened."""
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        more = f"… ({len(data)} bytes)" if len(data) > _SHOWN_BYTES else ""
        return (data[:_SHOWN_BYTES].hex() or "no bytes") + more
    text = str(value) if isinstance(value, MapiError) else repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


# generated: begin (tools/update_errors.py)


class CallFailed(MapiError):
    """The call failed for a reason that no other code names (E_FAIL)."""

    symbol = "MAPI_E_CALL_FAILED"
    hresult = 0x80004005


class NotEnoughMemory(MapiError):
    """Memory ran out (E_OUTOFMEMORY)."""

    symbol = "MAPI_E_NOT_ENOUGH_MEMORY"
    hresult = 0x8007000E


class InvalidParameter(MapiError):
    """An argument has a value the call cannot take (E_INVALIDARG)."""

    symbol = "MAPI_E_INVALID_PARAMETER"
    hresult = 0x80070057


class InterfaceNotSupported(MapiError):
    """The object does not have the interface asked for (E_NOINTERFACE)."""

    symbol = "MAPI_E_INTERFACE_NOT_SUPPORTED"
    hresult = 0x80004002


class NoAccess(MapiError):
    """The access level or the permissions do not allow it (E_ACCESSDENIED)."""

    symbol = "MAPI_E_NO_ACCESS"
    hresult = 0x80070005


class NoSupport(MapiError):
    """The provider or object does not offer this operation."""

    symbol = "MAPI_E_NO_SUPPORT"
    hresult = 0x80040102


class BadCharwidth(MapiError):
    """The string width asked for cannot be served."""

    symbol = "MAPI_E_BAD_CHARWIDTH"
    hresult = 0x80040103


class StringTooLong(MapiError):
    """A string is longer than the place it goes to."""

    symbol = "MAPI_E_STRING_TOO_LONG"
    hresult = 0x80040105


class UnknownFlags(MapiError):
    """A flags argument has a bit that the call does not define."""

    symbol = "MAPI_E_UNKNOWN_FLAGS"
    hresult = 0x80040106


class InvalidEntryid(MapiError):
    """The bytes do not have the form of an entry identifier."""

    symbol = "MAPI_E_INVALID_ENTRYID"
    hresult = 0x80040107


class InvalidObject(MapiError):
    """The object is dead: closed, logged off, or its parent is gone."""

    symbol = "MAPI_E_INVALID_OBJECT"
    hresult = 0x80040108


class ObjectChanged(MapiError):
    """Somebody else saved the object after it was opened here."""

    symbol = "MAPI_E_OBJECT_CHANGED"
    hresult = 0x80040109


class ObjectDeleted(MapiError):
    """Somebody else deleted the object after it was opened here."""

    symbol = "MAPI_E_OBJECT_DELETED"
    hresult = 0x8004010A


class Busy(MapiError):
    """The provider is occupied; the same call may succeed later."""

    symbol = "MAPI_E_BUSY"
    hresult = 0x8004010B


class NotEnoughDisk(MapiError):
    """There is no room left on the disk."""

    symbol = "MAPI_E_NOT_ENOUGH_DISK"
    hresult = 0x8004010D


class NotEnoughResources(MapiError):
    """A resource other than memory or disk ran out."""

    symbol = "MAPI_E_NOT_ENOUGH_RESOURCES"
    hresult = 0x8004010E


class NotFound(MapiError, KeyError):
    """What was asked for does not exist."""

    symbol = "MAPI_E_NOT_FOUND"
    hresult = 0x8004010F


class Version(MapiError):
    """The two sides speak versions that do not fit."""

    symbol = "MAPI_E_VERSION"
    hresult = 0x80040110


class LogonFailed(MapiError):
    """The profile, a service or a server refused the logon."""

    symbol = "MAPI_E_LOGON_FAILED"
    hresult = 0x80040111


class SessionLimit(MapiError):
    """The number of sessions has reached its bound."""

    symbol = "MAPI_E_SESSION_LIMIT"
    hresult = 0x80040112


class UserCancel(MapiError):
    """The user said no."""

    symbol = "MAPI_E_USER_CANCEL"
    hresult = 0x80040113


class UnableToAbort(MapiError):
    """The operation is too far on to be stopped."""

    symbol = "MAPI_E_UNABLE_TO_ABORT"
    hresult = 0x80040114


class NetworkError(MapiError):
    """The network failed below the provider."""

    symbol = "MAPI_E_NETWORK_ERROR"
    hresult = 0x80040115


class DiskError(MapiError):
    """Reading or writing the disk failed."""

    symbol = "MAPI_E_DISK_ERROR"
    hresult = 0x80040116


class TooComplex(MapiError):
    """The restriction, sort or request is more than the object can work out."""

    symbol = "MAPI_E_TOO_COMPLEX"
    hresult = 0x80040117


class BadColumn(MapiError):
    """The table cannot have this column."""

    symbol = "MAPI_E_BAD_COLUMN"
    hresult = 0x80040118


class ExtendedError(MapiError):
    """The provider has details; the text and GetLastError tell them."""

    symbol = "MAPI_E_EXTENDED_ERROR"
    hresult = 0x80040119


class Computed(MapiError):
    """The property is worked out by the provider and cannot be written."""

    symbol = "MAPI_E_COMPUTED"
    hresult = 0x8004011A


class CorruptData(MapiError):
    """The bytes break the rules of their format."""

    symbol = "MAPI_E_CORRUPT_DATA"
    hresult = 0x8004011B


class Unconfigured(MapiError):
    """The message service lacks settings it needs."""

    symbol = "MAPI_E_UNCONFIGURED"
    hresult = 0x8004011C


class FailOneProvider(MapiError):
    """This provider failed; the others of its service may go on."""

    symbol = "MAPI_E_FAILONEPROVIDER"
    hresult = 0x8004011D


class UnknownCpid(MapiError):
    """The code page is not known."""

    symbol = "MAPI_E_UNKNOWN_CPID"
    hresult = 0x8004011E


class UnknownLcid(MapiError):
    """The locale is not known."""

    symbol = "MAPI_E_UNKNOWN_LCID"
    hresult = 0x8004011F


class PasswordChangeRequired(MapiError):
    """The server wants a new password first."""

    symbol = "MAPI_E_PASSWORD_CHANGE_REQUIRED"
    hresult = 0x80040120


class PasswordExpired(MapiError):
    """The password is too old."""

    symbol = "MAPI_E_PASSWORD_EXPIRED"
    hresult = 0x80040121


class InvalidWorkstationAccount(MapiError):
    """The account may not be used from this machine."""

    symbol = "MAPI_E_INVALID_WORKSTATION_ACCOUNT"
    hresult = 0x80040122


class InvalidAccessTime(MapiError):
    """The account may not be used at this hour."""

    symbol = "MAPI_E_INVALID_ACCESS_TIME"
    hresult = 0x80040123


class AccountDisabled(MapiError):
    """The account is switched off."""

    symbol = "MAPI_E_ACCOUNT_DISABLED"
    hresult = 0x80040124


class EndOfSession(MapiError):
    """The server has ended the session."""

    symbol = "MAPI_E_END_OF_SESSION"
    hresult = 0x80040200


class UnknownEntryid(MapiError):
    """No provider of the session owns the entry identifier."""

    symbol = "MAPI_E_UNKNOWN_ENTRYID"
    hresult = 0x80040201


class MissingRequiredColumn(MapiError):
    """A row lacks a column that the call cannot do without."""

    symbol = "MAPI_E_MISSING_REQUIRED_COLUMN"
    hresult = 0x80040202


class BadValue(MapiError):
    """The value is outside what the property allows."""

    symbol = "MAPI_E_BAD_VALUE"
    hresult = 0x80040301


class InvalidType(MapiError):
    """The property type is not one that exists."""

    symbol = "MAPI_E_INVALID_TYPE"
    hresult = 0x80040302


class TypeNoSupport(MapiError):
    """The object cannot hold values of this property type."""

    symbol = "MAPI_E_TYPE_NO_SUPPORT"
    hresult = 0x80040303


class UnexpectedType(MapiError):
    """The property type is valid but not the one this property has."""

    symbol = "MAPI_E_UNEXPECTED_TYPE"
    hresult = 0x80040304


class TooBig(MapiError):
    """The value is too large for this call; open the property as a stream."""

    symbol = "MAPI_E_TOO_BIG"
    hresult = 0x80040305


class DeclineCopy(MapiError):
    """The provider declines to copy by itself and leaves it to the caller."""

    symbol = "MAPI_E_DECLINE_COPY"
    hresult = 0x80040306


class UnexpectedId(MapiError):
    """The property identifier is one that this object does not expect."""

    symbol = "MAPI_E_UNEXPECTED_ID"
    hresult = 0x80040307


class UnableToComplete(MapiError):
    """The operation could not be brought to its end."""

    symbol = "MAPI_E_UNABLE_TO_COMPLETE"
    hresult = 0x80040400


class TimedOut(MapiError):
    """The time allowed ran out."""

    symbol = "MAPI_E_TIMEOUT"
    hresult = 0x80040401


class TableEmpty(MapiError):
    """The table has no rows."""

    symbol = "MAPI_E_TABLE_EMPTY"
    hresult = 0x80040402


class TableTooBig(MapiError):
    """The table has more rows than the call may take."""

    symbol = "MAPI_E_TABLE_TOO_BIG"
    hresult = 0x80040403


class InvalidBookmark(MapiError):
    """The bookmark was freed or never made."""

    symbol = "MAPI_E_INVALID_BOOKMARK"
    hresult = 0x80040405


class Wait(MapiError):
    """The transport asks to be given the message again later."""

    symbol = "MAPI_E_WAIT"
    hresult = 0x80040500


class Cancel(MapiError):
    """The operation was cancelled from outside."""

    symbol = "MAPI_E_CANCEL"
    hresult = 0x80040501


class NotMe(MapiError):
    """The transport does not handle these recipients."""

    symbol = "MAPI_E_NOT_ME"
    hresult = 0x80040502


class CorruptStore(MapiError):
    """The message store is damaged."""

    symbol = "MAPI_E_CORRUPT_STORE"
    hresult = 0x80040600


class NotInQueue(MapiError):
    """The message is not in the outgoing queue any more."""

    symbol = "MAPI_E_NOT_IN_QUEUE"
    hresult = 0x80040601


class NoSuppress(MapiError):
    """The receipt cannot be suppressed."""

    symbol = "MAPI_E_NO_SUPPRESS"
    hresult = 0x80040602


class Collision(MapiError):
    """An object with that name exists already."""

    symbol = "MAPI_E_COLLISION"
    hresult = 0x80040604


class NotInitialized(MapiError):
    """MAPIInitialize was not called first."""

    symbol = "MAPI_E_NOT_INITIALIZED"
    hresult = 0x80040605


class NonStandard(MapiError):
    """The message cannot be handled in the standard way."""

    symbol = "MAPI_E_NON_STANDARD"
    hresult = 0x80040606


class NoRecipients(MapiError):
    """The message has nobody to go to."""

    symbol = "MAPI_E_NO_RECIPIENTS"
    hresult = 0x80040607


class Submitted(MapiError):
    """The message is submitted and cannot be changed or opened for writing."""

    symbol = "MAPI_E_SUBMITTED"
    hresult = 0x80040608


class HasFolders(MapiError):
    """The folder has subfolders and DEL_FOLDERS was not given."""

    symbol = "MAPI_E_HAS_FOLDERS"
    hresult = 0x80040609


class HasMessages(MapiError):
    """The folder has messages and DEL_MESSAGES was not given."""

    symbol = "MAPI_E_HAS_MESSAGES"
    hresult = 0x8004060A


class FolderCycle(MapiError):
    """A folder would become its own descendant."""

    symbol = "MAPI_E_FOLDER_CYCLE"
    hresult = 0x8004060B


class AmbiguousRecip(MapiError):
    """The name fits more than one recipient."""

    symbol = "MAPI_E_AMBIGUOUS_RECIP"
    hresult = 0x80040700


class StoreFull(MapiError):
    """The message store has reached its size limit."""

    symbol = "MAPI_E_STORE_FULL"
    hresult = 0x8004060C


class LockidLimit(MapiError):
    """No more lock identifiers are to be had."""

    symbol = "MAPI_E_LOCKID_LIMIT"
    hresult = 0x8004060D


class NamedPropQuotaExceeded(MapiError):
    """The store's mapping takes no more property names."""

    symbol = "MAPI_E_NAMED_PROP_QUOTA_EXCEEDED"
    hresult = 0x80040900


class ProfileDeleted(MapiError):
    """The profile was deleted while in use."""

    symbol = "MAPI_E_PROFILE_DELETED"
    hresult = 0x80040204


class Reconnected(MapiError):
    """The connection was lost and made anew; repeat the call."""

    symbol = "MAPI_E_RECONNECTED"
    hresult = 0x80040125


class Offline(MapiError):
    """The provider is offline."""

    symbol = "MAPI_E_OFFLINE"
    hresult = 0x80040126


CLASSES: Final[tuple[type[MapiError], ...]] = (
    CallFailed,
    NotEnoughMemory,
    InvalidParameter,
    InterfaceNotSupported,
    NoAccess,
    NoSupport,
    BadCharwidth,
    StringTooLong,
    UnknownFlags,
    InvalidEntryid,
    InvalidObject,
    ObjectChanged,
    ObjectDeleted,
    Busy,
    NotEnoughDisk,
    NotEnoughResources,
    NotFound,
    Version,
    LogonFailed,
    SessionLimit,
    UserCancel,
    UnableToAbort,
    NetworkError,
    DiskError,
    TooComplex,
    BadColumn,
    ExtendedError,
    Computed,
    CorruptData,
    Unconfigured,
    FailOneProvider,
    UnknownCpid,
    UnknownLcid,
    PasswordChangeRequired,
    PasswordExpired,
    InvalidWorkstationAccount,
    InvalidAccessTime,
    AccountDisabled,
    EndOfSession,
    UnknownEntryid,
    MissingRequiredColumn,
    BadValue,
    InvalidType,
    TypeNoSupport,
    UnexpectedType,
    TooBig,
    DeclineCopy,
    UnexpectedId,
    UnableToComplete,
    TimedOut,
    TableEmpty,
    TableTooBig,
    InvalidBookmark,
    Wait,
    Cancel,
    NotMe,
    CorruptStore,
    NotInQueue,
    NoSuppress,
    Collision,
    NotInitialized,
    NonStandard,
    NoRecipients,
    Submitted,
    HasFolders,
    HasMessages,
    FolderCycle,
    AmbiguousRecip,
    StoreFull,
    LockidLimit,
    NamedPropQuotaExceeded,
    ProfileDeleted,
    Reconnected,
    Offline,
)
WARNINGS: Final = {
    0x00040203: "MAPI_W_NO_SERVICE",
    0x00040380: "MAPI_W_ERRORS_RETURNED",
    0x00040481: "MAPI_W_POSITION_CHANGED",
    0x00040482: "MAPI_W_APPROX_COUNT",
    0x00040580: "MAPI_W_CANCEL_MESSAGE",
    0x00040680: "MAPI_W_PARTIAL_COMPLETION",
}
ALIASES: Final = {
    "MAPI_E_INVALID_FLAGS": "MAPI_E_UNKNOWN_FLAGS",
    "MAPI_E_ACCESS_DENIED": "MAPI_E_NO_ACCESS",
    "MAPI_E_USER_CANCELED": "MAPI_E_USER_CANCEL",
    "MAPI_UNCONFIGURED": "MAPI_E_UNCONFIGURED",
    "MAPI_E_BAD_CHAR_WIDTH": "MAPI_E_BAD_CHARWIDTH",
    "MAPI_E_NO_INTERFACE": "MAPI_E_INTERFACE_NOT_SUPPORTED",
    "MAPI_E_UNEXPECTED": "MAPI_E_UNEXPECTED_ID",
    "E_FAIL": "MAPI_E_CALL_FAILED",
    "E_OUTOFMEMORY": "MAPI_E_NOT_ENOUGH_MEMORY",
    "E_INVALIDARG": "MAPI_E_INVALID_PARAMETER",
    "E_NOINTERFACE": "MAPI_E_INTERFACE_NOT_SUPPORTED",
    "E_ACCESSDENIED": "MAPI_E_NO_ACCESS",
    "SYNC_E_UNKNOWN_FLAGS": "MAPI_E_UNKNOWN_FLAGS",
    "SYNC_E_INVALID_PARAMETER": "MAPI_E_INVALID_PARAMETER",
    "SYNC_E_ERROR": "MAPI_E_CALL_FAILED",
}
# generated: end


_BY_CODE: Final = {cls.hresult: cls for cls in CLASSES}
_SYMBOLS: Final = {0: "S_OK", 1: "S_FALSE", **WARNINGS, **{code: cls.symbol for code, cls in _BY_CODE.items()}}


@lru_cache(maxsize=512)
def _unknown(hresult: int) -> type[MapiError]:
    """A class for a failure code that MAPI does not define."""
    symbol = f"MAPI_E_0x{hresult:08X}"
    return type(f"Error{hresult:08X}", (MapiError,), {"symbol": symbol, "hresult": hresult, "__doc__": symbol})


def _class_for(hresult: int) -> type[MapiError]:
    return _BY_CODE.get(hresult) or _unknown(hresult)


def lookup(hresult: int) -> type[MapiError]:
    """The class of a failure code, signed or unsigned; an unknown one gets a class of its own.

    Raises InvalidParameter for a success or warning code, which is no error (GEN-1).
    """
    code = hresult & 0xFFFFFFFF
    if not code & _FAILURE:
        raise InvalidParameter("not a failure code", value=hresult)
    return _class_for(code)


def from_hresult(
    hresult: int, text: str = "", *, value: object = _Given.NOT, hint: str = "", low_level: int = 0
) -> MapiError:
    """An error of the class of `hresult`, ready to raise; the other parameters are `MapiError`'s."""
    return lookup(hresult)(text, value=value, hint=hint, low_level=low_level)


def from_sentence(told: str) -> MapiError | None:
    """The error whose `sentence` another process told, with the same sentence; None where it is none."""
    symbol, _, rest = told.partition(" (0x")
    number, _, text = rest.partition(")")
    try:
        found = lookup(int(number, 16))
    except (ValueError, InvalidParameter):
        return None
    return found(text.removeprefix(": ")) if found.symbol == symbol else None


def by_symbol(name: str) -> type[MapiError]:
    """The class of a symbol such as `MAPI_E_NOT_FOUND`, of an alias the reference uses, or of a COM name (`E_FAIL`).

    Raises NotFound for a name that no failure has.
    """
    symbol = ALIASES.get(name, name)
    for cls in CLASSES:
        if cls.symbol == symbol:
            return cls
    raise NotFound("no failure has this name", value=name)


def symbol_of(code: int) -> str:
    """The name of any status code, signed or unsigned: failures, warnings, `S_OK`; a number where there is no name."""
    code &= 0xFFFFFFFF
    kind = "E" if code & _FAILURE else "W"
    return _SYMBOLS.get(code) or f"MAPI_{kind}_0x{code:08X}"
