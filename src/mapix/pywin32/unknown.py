"""PyIUnknown, the base of every wrapper, and the door between wrappers and the objects behind them.

A wrapper holds one object of `mapix.interfaces` and translates calls. Everything public on a wrapper class is called
through a guard that turns MAPI failures into `com_error` and remembers them for GetLastError; subclasses get it
without asking. A wrapper keeps the one it came from alive, as a COM object does with its parents.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, TypeVar

from mapix.formats.storageerrors import StorageError, mapi_error
from mapix.interfaces.progress import MapiProgress
from mapix.interfaces.prop import ErrorInfo
from mapix.properties.errors import InterfaceNotSupported, MapiError
from mapix.pywin32 import args, iids
from mapix.pywin32.convert.rows import error_out
from mapix.pywin32.errors import com_error, from_mapi, make
from mapix.pywin32.iid import IID, PyIID

T = TypeVar("T")

NONE_OBJECT = "None is not a valid interface object in this context"
NOT_COM = "The Python instance can not be converted to a COM object"
NOT_REGISTERED = "There is no interface object registered that supports this IID"

TYPES: dict[PyIID, type[PyIUnknown]] = {}
"""Wrapper classes by interface: `pythoncom.TypeIIDs`."""


def guarded(function: Callable[..., T]) -> Callable[..., T]:
    """`function` with failures of MAPI and of storages as `com_error`."""

    @wraps(function)
    def call(*given: Any) -> T:
        try:
            return function(*given)
        except MapiError as error:
            raise from_mapi(error) from None
        except StorageError as error:
            raise make(error.hresult, mapi_error(error)) from None

    return call


def method(function: Callable[..., T]) -> Callable[..., T]:
    """A wrapper's method: guarded, and the object's last error kept (P-101)."""

    @wraps(function)
    def call(self: PyIUnknown, *given: Any) -> T:
        try:
            return function(self, *given)
        except MapiError as error:
            self._failed = error
            raise self._com_error(error) from None
        except StorageError as error:
            self._failed = mapi_error(error)
            raise make(error.hresult, self._failed) from None

    return call


def interface(cls: type[PyIUnknown]) -> None:
    """Register a wrapper class under the interface it is named after; other classes are left alone."""
    text = iids.INTERFACES.get(cls.__name__) or iids.PYTHONCOM.get(f"IID_{cls.__name__[2:]}")
    if text is not None:
        TYPES[IID(text)] = cls


class PyIUnknown:
    """Any object. Equal to another wrapper of the same object."""

    _kind: ClassVar[type] = object
    """What the object behind must be."""

    _guarded: ClassVar[frozenset[str]] = frozenset()
    """Methods that leave failures of the object to a guarded one, and cost a wrapper less."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name, value in list(vars(cls).items()):
            if not name.startswith("_") and callable(value) and name not in cls._guarded:
                setattr(cls, name, method(value))
        interface(cls)

    def __init__(self, target: Any, owner: PyIUnknown | None = None) -> None:
        self._obj = target
        self._owner = owner
        self._failed: MapiError | None = None

    def __setattr__(self, name: str, value: Any) -> None:
        """Scripts cannot set attributes, so that a slip such as `message.Subject = …` is told."""
        if not name.startswith("_"):
            raise AttributeError(f"attribute {name!r} of '{type(self).__name__}' objects is not writable")
        object.__setattr__(self, name, value)

    @staticmethod
    def _com_error(error: MapiError) -> com_error:
        return from_mapi(error)

    @method
    def QueryInterface(self, iid: Any, useIID: Any = None, /) -> Any:
        """The same object through another interface; com_error E_NOINTERFACE when it has no such."""
        wanted = args.iid(iid)
        cls = TYPES.get(wanted if useIID is None else args.iid(useIID))
        if cls is None:
            raise TypeError(NOT_REGISTERED)
        known = TYPES.get(wanted, cls)
        if not known._fits(self._obj) or not cls._fits(self._obj):
            raise InterfaceNotSupported("the object has no such interface", value=known.__name__)
        return self._as(cls)

    def _as(self, cls: type[PyIUnknown]) -> PyIUnknown:
        """Another wrapper of the same object; it keeps this one, which may have to do something in the end."""
        return cls(self._obj, self)

    @classmethod
    def _fits(cls, target: object) -> bool:
        return isinstance(target, cls._kind)

    def _last_error(self) -> tuple[int, str, str, int, int] | None:
        """What GetLastError answers: the object's own words, else those of its last failed call (GEN-10)."""
        asked = getattr(self._obj, "get_last_error", None)
        info = asked() if asked is not None else None
        if info is None and self._failed is not None:
            info = ErrorInfo(str(self._failed), low_level=self._failed.low_level)
        return error_out(info)

    def __eq__(self, other: object) -> bool:
        return self._obj is other._obj if isinstance(other, PyIUnknown) else NotImplemented

    def __hash__(self) -> int:
        return id(self._obj)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at 0x{id(self):0>16X} with obj at 0x{id(self._obj):0>16X}>"


interface(PyIUnknown)


def checked(target: Any, iid: Any) -> Any:
    """`target`, when it has the interface asked for with an opening call; None asks for its own (GEN-8)."""
    wanted = args.iid_or_none(iid)
    if wanted is None:
        return target
    cls = TYPES.get(wanted)
    if cls is None or not cls._fits(target):
        raise InterfaceNotSupported("the object has no such interface", value=cls.__name__ if cls else str(wanted))
    return target


def wrapper(value: Any) -> PyIUnknown:
    """An interface argument: a wrapper, or an instance that carries one as `_oleobj_`."""
    if value is None:
        raise TypeError(NONE_OBJECT)
    found = value if isinstance(value, PyIUnknown) else getattr(value, "_oleobj_", None)
    if not isinstance(found, PyIUnknown):
        raise TypeError(NOT_COM)
    return found


def target_of(value: Any, cls: type[PyIUnknown]) -> Any:
    """The object behind an interface argument; E_NOINTERFACE when it has no `cls`."""
    found = wrapper(value)
    if not cls._fits(found._obj):
        raise InterfaceNotSupported("the object has no such interface", value=cls.__name__)
    return found._obj


def strict_target_of(value: Any, cls: type[PyIUnknown]) -> Any:
    """As `target_of`, for the functions that take wrappers only."""
    if value is not None and not isinstance(value, PyIUnknown):
        raise ValueError(f"argument is not a COM object (got type={type(value).__name__})")
    return target_of(value, cls)


def progress(value: Any) -> MapiProgress | None:
    """A progress argument: None, or a Python object that `win32com.server.util.wrap` made a watcher of."""
    if value is None:
        return None
    found = wrapper(value)._obj
    if not isinstance(found, MapiProgress):
        raise InterfaceNotSupported("the object shows no progress", value="IMAPIProgress", hint="pass None")
    return found
