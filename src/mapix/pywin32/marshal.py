"""Objects handed from thread to thread: streams that carry an object, and classes written into streams.

    stream = pythoncom.CoMarshalInterThreadInterfaceInStream(mapi.IID_IMAPISession, session)
    session = pythoncom.CoGetInterfaceAndReleaseStream(stream, mapi.IID_IMAPISession)  # in the other thread

Objects here may be used by any thread; the functions are for programs that keep COM's rules.
"""

from __future__ import annotations

from typing import Any, Final

from mapix.properties.errors import InvalidParameter
from mapix.pywin32 import args
from mapix.pywin32.bytestreams import MemoryStream
from mapix.pywin32.iid import PyIID, from_bytes
from mapix.pywin32.stream import PyIStream
from mapix.pywin32.unknown import PyIUnknown, guarded, strict_target_of, wrapper

_CLASS_SIZE: Final = 16


class _Carrier(MemoryStream):
    """A stream that carries an object until somebody takes it."""

    def __init__(self, carried: PyIUnknown) -> None:
        super().__init__()
        self.carried: PyIUnknown | None = carried


@guarded
def CoMarshalInterThreadInterfaceInStream(iid: Any, unk: Any, /) -> PyIStream:
    """A stream that carries an object to another thread."""
    return PyIStream(_Carrier(wrapper(unk).QueryInterface(args.iid(iid))))


@guarded
def CoGetInterfaceAndReleaseStream(stream: Any, iid: Any, /) -> Any:
    """The object that a stream carries, which carries it no longer; MAPI_E_INVALID_PARAMETER where there is none."""
    return _taken(strict_target_of(stream, PyIStream), release=True).QueryInterface(args.iid(iid))


@guarded
def CoMarshalInterface(Stm: Any, riid: Any, Unk: Any, DestContext: Any, flags: Any = 0, /) -> None:
    """Put an object into a stream of CreateStreamOnHGlobal; contexts and flags make no difference here."""
    target = strict_target_of(Stm, PyIStream)
    args.int32(DestContext), args.int32(flags)
    target.carried = wrapper(Unk).QueryInterface(args.iid(riid))


@guarded
def CoUnmarshalInterface(Stm: Any, riid: Any, /) -> Any:
    """The object in a stream, which keeps it."""
    return _taken(strict_target_of(Stm, PyIStream), release=False).QueryInterface(args.iid(riid))


@guarded
def CoReleaseMarshalData(Stm: Any, /) -> None:
    """Let go of the object in a stream."""
    _taken(strict_target_of(Stm, PyIStream), release=True)


@guarded
def WriteClassStm(Stm: Any, clsid: Any, /) -> None:
    """Write a class identifier, 16 bytes, into a stream."""
    strict_target_of(Stm, PyIStream)
    Stm.Write(bytes(args.iid(clsid)))


@guarded
def ReadClassStm(Stm: Any, /) -> PyIID:
    """The class identifier at the cursor of a stream."""
    data: bytes = strict_target_of(Stm, PyIStream).read(_CLASS_SIZE)
    if len(data) < _CLASS_SIZE:
        raise InvalidParameter("the stream ends within a class identifier", value=len(data))
    return from_bytes(data)


def _taken(target: Any, *, release: bool) -> PyIUnknown:
    carried: PyIUnknown | None = getattr(target, "carried", None)
    if carried is None:
        raise InvalidParameter("the stream carries no object", hint="CoMarshalInterThreadInterfaceInStream")
    if release:
        target.carried = None
    return carried
