"""One storage or stream of a compound file that is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO

from mapix.formats.cfb.layout import STREAM
from mapix.formats.cfb.names import order

if TYPE_CHECKING:
    from mapix.formats.cfb.reader import CompoundFile


class Entry:
    """A storage or stream: a view of one directory entry, decoded where asked.

    `number` is its place in the directory, `parent` the storage that has it (None: the root's).
    """

    __slots__ = ("file", "name", "number", "parent")

    def __init__(self, file: CompoundFile, number: int, name: str, parent: Entry | None) -> None:
        self.file, self.number, self.name, self.parent = file, number, name, parent

    @property
    def is_storage(self) -> bool:
        """Whether it has children rather than bytes."""
        return self.file.kind(self.number) != STREAM

    @property
    def size(self) -> int:
        """Bytes that can be read; 0 for a storage."""
        return self.file.size_of(self.number)

    @property
    def clsid(self) -> bytes:
        """The class identifier, 16 bytes."""
        return bytes(self.file.record(self.number)[7])

    @property
    def state_bits(self) -> int:
        """The user's bits."""
        return int(self.file.record(self.number)[8])

    @property
    def created(self) -> int:
        """FILETIME ticks, 0 where none is kept."""
        return int(self.file.record(self.number)[9])

    @property
    def modified(self) -> int:
        """FILETIME ticks, 0 where none is kept."""
        return int(self.file.record(self.number)[10])

    @property
    def described(self) -> tuple[bytes, int, int, int]:
        """Class, state bits, and the two times."""
        return self.file.describe(self.number)[1:]

    @property
    def path(self) -> tuple[str, ...]:
        """The names from below the root down to this one; () for the root."""
        return (*self.parent.path, self.name) if self.parent is not None else ()

    @property
    def children(self) -> Mapping[str, Entry]:
        """What is in a storage, by name as it stands, in the order of the directory; nothing for a stream."""
        return self.file.children(self)

    def find(self, name: str) -> Entry | None:
        """The child of this name, case aside; None where there is none."""
        exact = self.children.get(name)
        if exact is not None:
            return exact
        wanted = order(name)
        return next((child for child in self.children.values() if order(child.name) == wanted), None)

    def read(self) -> bytes:
        """The whole of a stream."""
        return self.file.read(self)

    def open(self) -> BinaryIO:
        """A stream as a file to read from."""
        return self.file.open_stream(self)

    def walk(self) -> Iterator[Entry]:
        """Everything below, a storage before what is in it, to any depth."""
        waiting = list(self.children.values())[::-1]
        while waiting:
            entry = waiting.pop()
            yield entry
            waiting.extend(list(entry.children.values())[::-1])

    def __repr__(self) -> str:
        kind = "storage" if self.is_storage else f"stream of {self.size} bytes"
        return f"<Entry {self.number} {'/'.join(self.path) or self.name!r}: {kind}>"
