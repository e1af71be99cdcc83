"""Parts of a message that are the same object however often they are opened, with the first opener's access (IMS-13).

MAPI leaves that open in general; messages on storages are promised it. An object that was opened twice is closed with
the second `close`; one that nobody holds any more is opened anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Protocol, TypeVar, cast
from weakref import WeakValueDictionary

from mapix.interfaces.stream import DocfileStream, Stream
from mapix.objects.stores.life import Life
from mapix.properties.errors import InvalidObject


class Part(Protocol):
    """What can be opened more than once."""

    def share(self) -> bool:
        """Count one more who has to close it; False when it is closed."""


P = TypeVar("P", bound=Part)


class SharedParts:
    """The parts that are open; `life` ends their streams."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._parts: WeakValueDictionary[Hashable, Part] = WeakValueDictionary()
        self._streams: WeakValueDictionary[Hashable, _Shared] = WeakValueDictionary()

    def opened(self, key: Hashable, make: Callable[[], P], *, fresh: bool = False) -> P:
        """The object that is open under `key`, or what `make` gives; `fresh` is always another one."""
        found = None if fresh else self._parts.get(key)
        if found is None or not found.share():
            found = self._parts[key] = make()
        return cast(P, found)

    def stream(self, key: Hashable, make: Callable[[], Stream], *, fresh: bool) -> Stream:
        """A stream with the cursor of the one that is open under `key`; `fresh` is always another one."""
        found = None if fresh else self._streams.get(key)
        if found is None or not found.holders:
            found = self._streams[key] = _Shared(make())
        made = SharedDocfile if isinstance(found.stream, DocfileStream) else SharedStream
        return made(found, self._life)


class _Shared:
    """A stream and how many hold it."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.holders = 0


class SharedStream(Stream):
    """One holder's part in a stream that others may hold, too."""

    def __init__(self, shared: _Shared, life: Life) -> None:
        shared.holders += 1
        self._shared, self._life, self._closed = shared, life, False
        self.writable = shared.stream.writable

    def read(self, size: int = -1) -> bytes:
        """See `Stream.read`."""
        return self._stream().read(size)

    def write(self, data: bytes) -> int:
        """See `Stream.write`."""
        return self._stream().write(data)

    def seek(self, offset: int, origin: int = 0) -> int:
        """See `Stream.seek`."""
        return self._stream().seek(offset, origin)

    def truncate(self, size: int) -> None:
        """See `Stream.truncate`."""
        self._stream().truncate(size)

    def size(self) -> int:
        """See `Stream.size`."""
        return self._stream().size()

    def clone(self) -> Stream:
        """See `Stream.clone`."""
        return self._stream().clone()

    def commit(self) -> None:
        """See `Stream.commit`."""
        self._stream().commit()

    def revert(self) -> None:
        """See `Stream.revert`."""
        self._stream().revert()

    def close(self) -> None:
        """See `Stream.close`: the stream ends with its last holder."""
        if self._closed:
            return
        self._closed = True
        self._shared.holders -= 1
        if not self._shared.holders:
            self._shared.stream.close()

    def _stream(self) -> Stream:
        self._life.check()
        if self._closed:
            raise InvalidObject("the stream is closed")
        return self._shared.stream


class SharedDocfile(SharedStream, DocfileStream):
    """The same of a property that holds a structured-storage file."""
