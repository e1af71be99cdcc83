"""Storages with everything in them as nodes to be written, and as the bytes of a compound file of their own.

The document of an OLE attachment, and messages nested too deeply to be read, are such bytes; written again they become
a storage again. Nothing here calls itself: a file decides how deep its storages lie.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, Final, cast

from mapix.formats.cfb import CompoundFile, Node, write_compound_file
from mapix.formats.cfb.names import checked, order
from mapix.formats.msg.fileplace import file_place
from mapix.formats.msg.layout import LARGE
from mapix.formats.msg.places import Place, StoredValue
from mapix.formats.storageerrors import InvalidName, StorageError
from mapix.properties.value import LargeValue

SIGNATURE: Final = bytes.fromhex("D0CF11E0A1B11AE1")
"""How every compound file begins."""
_IN_MEMORY: Final = 1 << 20


def node_of(place: Place, name: str, refuse: Callable[[str], None], without: Collection[str] = ()) -> Node:
    """A storage with everything in it, but for elements whose names in capitals are in `without`.

    Large streams are read when the node is written. What has a name that cannot be written, or a name that is taken but
    for case, is told to `refuse` and left out.
    """
    top = _empty(place, name)
    waiting = [(place, top, without)]
    while waiting:
        at, node, skipped = waiting.pop()
        children: list[Node] = []
        for child, handle in _writable(at.names, refuse):
            if child.upper() in skipped:
                continue
            if at.is_storage(handle):
                inner = at.inside(handle)
                children.append(_empty(inner, child))
                waiting.append((inner, children[-1], ()))
            else:
                children.append(Node(child, _data(at, handle)))
        node.children = children
    return top


def node_from(value: bytes | LargeValue, name: str, files: ExitStack) -> Node | None:
    """The storage that the bytes of a compound file stand for; None for other bytes. What is opened for that is put on
    `files`, which must stay open until the node is written.
    """
    if isinstance(value, Subtree):
        return value.node(name)
    reader = files.enter_context(BytesIO(value) if isinstance(value, bytes) else value.open())
    if reader.read(len(SIGNATURE)) != SIGNATURE:
        return None
    try:
        source = value if isinstance(value, bytes) else cast(BinaryIO, reader)
        file = files.enter_context(CompoundFile.open(source))
        return node_of(file_place(file), name, _refuse)
    except StorageError:
        return None


class Subtree:
    """A storage as the bytes of a compound file: a `LargeValue`, made when first asked for."""

    def __init__(self, place: Place, refuse: Callable[[str], None]) -> None:
        self._place = place
        self._refuse = refuse
        self._size: int | None = None

    @property
    def size(self) -> int:
        """Bytes."""
        if self._size is None:
            with self.open() as file:
                self._size = file.seek(0, 2)
        return self._size

    def open(self) -> IO[bytes]:
        """A reader at the start."""
        file = _temporary()
        write_compound_file(self.node("Root Entry"), file)
        file.seek(0)
        return file

    def node(self, name: str) -> Node:
        """The storage itself, to be written under a name."""
        return node_of(self._place, name, self._refuse)

    def fitting(self) -> bytes | Subtree:
        """Bytes where there are few, else itself."""
        if self.size > LARGE:
            return self
        with self.open() as file:
            return file.read()


def _writable(names: Mapping[str, Any], refuse: Callable[[str], None]) -> Iterator[tuple[str, Any]]:
    """The elements of a storage that another file can have."""
    taken = set()
    for name, handle in names.items():
        try:
            key = order(checked(name))
        except InvalidName:
            refuse(name)
            continue
        if key in taken:
            refuse(name)
        else:
            taken.add(key)
            yield name, handle


def _refuse(name: str) -> None:
    raise InvalidName("no element can be called that", value=name)


def _temporary() -> IO[bytes]:
    return cast(IO[bytes], SpooledTemporaryFile(_IN_MEMORY))


def _empty(place: Place, name: str) -> Node:
    stat = place.stat()
    return Node(
        name, clsid=stat.clsid, state_bits=stat.state_bits, created=stat.created, modified=stat.modified, children=[]
    )


def _data(place: Place, handle: Any) -> bytes | LargeValue:
    return StoredValue(place, handle) if place.size(handle) > LARGE else place.read(handle)
