"""Python objects of scripts as streams and as watchers of progress: what `win32com.server.util.wrap` makes of them.

    class Watcher:
        _public_methods_ = ["Progress", "GetFlags", "GetMin", "GetMax", "SetLimits"]

        def Progress(self, value, count, total):
            print(f"{count} of {total}")

    folder.CopyMessages(ids, None, other, 0, wrap(Watcher()), 0)

A method may refuse by raising com_error; MAPI_E_USER_CANCEL stops the work. Other exceptions of a stream are a failed
call, those of a watcher are logged and of no matter.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from mapix.interfaces.progress import MAPI_TOP_LEVEL, MapiProgress
from mapix.interfaces.stream import Stream
from mapix.properties.errors import CallFailed, MapiError, NoSupport, from_hresult
from mapix.properties.interrupts import let_interrupt_through
from mapix.pywin32.errors import com_error
from mapix.pywin32.iid import IID
from mapix.pywin32.stream import PyIStream
from mapix.pywin32.unknown import PyIUnknown

IID_IMAPIProgress: Final = IID("{0002031F-0000-0000-C000-000000000046}")
_PIECE: Final = 1 << 20
_log = logging.getLogger("mapix.pywin32")


def _ask(server: Any, name: str, *given: Any) -> Any:
    """Call a method of a script's object; what it raises is an error of MAPI's."""
    try:
        return getattr(server, name)(*given)
    except MapiError:
        raise
    except com_error as error:
        raise from_hresult(error.hresult or 0, f"{name} of the script's object refused") from error
    except Exception as error:
        let_interrupt_through(error)
        raise CallFailed(f"{name} of the script's object failed ({error!r})") from error


class StreamGateway(Stream):
    """A Python object with `Read`, `Write` and `Seek`, and perhaps the other methods of IStream."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.writable = hasattr(server, "Write")

    def read(self, size: int = -1) -> bytes:
        """See `Stream`."""
        if size >= 0:
            return bytes(_ask(self.server, "Read", size))
        pieces = []
        while piece := bytes(_ask(self.server, "Read", _PIECE)):
            pieces.append(piece)
        return b"".join(pieces)

    def write(self, data: bytes) -> int:
        """See `Stream`; an object that does not say how much it took took everything."""
        done = 0
        while done < len(data):
            taken = _ask(self.server, "Write", data[done:])
            if taken is not None and taken <= 0:
                raise CallFailed("the script's stream takes nothing more", value=done)
            done = len(data) if taken is None else done + taken
        return done

    def seek(self, offset: int, origin: int = 0) -> int:
        """See `Stream`."""
        return int(_ask(self.server, "Seek", offset, origin))

    def truncate(self, size: int) -> None:
        """See `Stream`."""
        _ask(self.server, "SetSize", size)

    def size(self) -> int:
        """See `Stream`."""
        if hasattr(self.server, "Stat"):
            return int(_ask(self.server, "Stat", 0)[2])
        here = self.seek(0, 1)
        end = self.seek(0, 2)
        self.seek(here)
        return end

    def clone(self) -> Stream:
        """See `Stream`."""
        made = _ask(self.server, "Clone")
        target = made._obj if isinstance(made, PyIStream) else StreamGateway(made)
        if not isinstance(target, Stream):
            raise NoSupport("the script's stream has no clone")
        return target

    def commit(self) -> None:
        """See `Stream`."""
        if hasattr(self.server, "Commit"):
            _ask(self.server, "Commit", 0)

    def revert(self) -> None:
        """See `Stream`."""
        if hasattr(self.server, "Revert"):
            _ask(self.server, "Revert")

    def close(self) -> None:
        """See `Stream`; the object is the script's."""


class ProgressGateway(MapiProgress):
    """A Python object with `Progress`, and perhaps the other methods of IMAPIProgress."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self._limits = {"GetMin": 0, "GetMax": 1000, "GetFlags": MAPI_TOP_LEVEL}

    def progress(self, value: int, count: int = 0, total: int = 0) -> None:
        """See `MapiProgress`; a negative answer is a refusal as well."""
        try:
            answer = _ask(self.server, "Progress", value, count, total)
        except CallFailed as error:
            _log.warning("a script's progress object failed: %s", error)
            return
        if isinstance(answer, int) and answer < 0:
            raise from_hresult(answer, "the script's progress object stops the work")

    def get_flags(self) -> int:
        """See `MapiProgress`."""
        return self._get("GetFlags")

    def get_min(self) -> int:
        """See `MapiProgress`."""
        return self._get("GetMin")

    def get_max(self) -> int:
        """See `MapiProgress`."""
        return self._get("GetMax")

    def _get(self, name: str) -> int:
        return int(_ask(self.server, name)) if hasattr(self.server, name) else self._limits[name]

    def set_limits(self, low: int | None = None, high: int | None = None, flags: int | None = None) -> None:
        """See `MapiProgress`."""
        given = {"GetMin": low, "GetMax": high, "GetFlags": flags}
        self._limits.update({name: value for name, value in given.items() if value is not None})
        if hasattr(self.server, "SetLimits"):
            _ask(self.server, "SetLimits", low, high, flags)


def of_stream(server: Any) -> PyIStream:
    """A script's object as a stream."""
    return PyIStream(StreamGateway(server))


def of_progress(server: Any) -> PyIUnknown:
    """A script's object as a watcher."""
    return PyIUnknown(ProgressGateway(server))
