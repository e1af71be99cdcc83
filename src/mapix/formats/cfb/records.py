"""Directory entries made from nodes: numbered, sorted, hung into balanced red-black trees, packed.

Equal nodes make equal bytes: numbers follow the sorted tree, not the order in which children were given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol, TypeVar

from mapix.formats.cfb.layout import BLACK, ENDOFCHAIN, ENTRY, NOSTREAM, RED, ROOT, STORAGE, STREAM, UNUSED
from mapix.formats.cfb.names import checked, order
from mapix.formats.storage import NO_CLASS
from mapix.formats.storageerrors import FileAlreadyExists, InvalidParameter

T = TypeVar("T", bound="Described")

ROOT_NAME: Final = "Root Entry"

EMPTY_RECORD: Final = ENTRY.pack(b"", 0, UNUSED, RED, NOSTREAM, NOSTREAM, NOSTREAM, NO_CLASS, 0, 0, 0, 0, 0)
"""An entry that is not in use."""


class Described(Protocol):
    """What an entry is made from: a `Node`, or an item of a file that is edited."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def data(self) -> Any:
        """None for a storage."""

    @property
    def children(self) -> Sequence[Any]:
        """What is in it."""

    @property
    def clsid(self) -> bytes:
        """Its class."""

    @property
    def state_bits(self) -> int:
        """The user's bits."""

    @property
    def created(self) -> int:
        """FILETIME ticks."""

    @property
    def modified(self) -> int:
        """FILETIME ticks."""


@dataclass(slots=True)
class Record:
    """One entry on its way into the directory."""

    node: Any
    kind: int
    colour: int = BLACK
    left: int = NOSTREAM
    right: int = NOSTREAM
    child: int = NOSTREAM
    start: int = 0
    size: int = 0

    def pack(self) -> bytes:
        """The 128 bytes. Streams keep no class and no times, the root not when it was created ([MS-CFB] 2.6.1)."""
        node = self.node
        name = (node.name if self.kind != ROOT else node.name or ROOT_NAME).encode("utf-16-le", "surrogatepass")
        links = (self.colour, self.left, self.right, self.child)
        if self.kind == STREAM:
            kept: tuple[bytes | int, ...] = (NO_CLASS, node.state_bits, 0, 0)
        else:
            kept = (node.clsid, node.state_bits, 0 if self.kind == ROOT else node.created, node.modified)
        return ENTRY.pack(name, len(name) + 2, self.kind, *links, *kept, self.start, self.size)


def records_of(root: T, children: Callable[[T], Sequence[Any]] | None = None) -> list[Record]:
    """The entries of a whole tree, root first, each storage's before what is in them.

    `children` answers those of a storage that are sorted and known to be in order; None checks and sorts them.
    Raises: InvalidName, FileAlreadyExists for two children of one name, InvalidParameter for a stream with children.
    """
    records = [Record(root, ROOT)]
    if root.data is not None:
        raise InvalidParameter("the root has no bytes", value=root.name)
    waiting = [records[0]]
    while waiting:
        record = waiting.pop()
        if not record.node.children:
            continue
        kids = [_record(node) for node in (children or _sorted)(record.node)]
        first = len(records)
        records.extend(kids)
        record.child = _hang(kids, first)
        waiting.extend(kid for kid in reversed(kids) if kid.kind == STORAGE)
    return records


def balance(count: int) -> list[tuple[int, int, int]]:
    """Left, right and colour of `count` sorted entries as a balanced red-black tree whose top is `count // 2`.

    All levels but the last are full, and only the last one, where it is not, is red: every way down has equally many
    black entries, and no red one below a red one.
    """
    links = [(NOSTREAM, NOSTREAM, BLACK)] * count
    full = (count + 1).bit_length() - 1
    waiting = [(0, count, 0)]
    while waiting:
        low, high, depth = waiting.pop()
        middle = (low + high) // 2
        left = right = NOSTREAM
        if low < middle:
            left = (low + middle) // 2
            waiting.append((low, middle, depth + 1))
        if middle + 1 < high:
            right = (middle + 1 + high) // 2
            waiting.append((middle + 1, high, depth + 1))
        links[middle] = (left, right, RED if depth >= full else BLACK)
    return links


def _record(node: Described) -> Record:
    if node.data is None:
        return Record(node, STORAGE)
    if node.children:
        raise InvalidParameter("a stream has no children", value=node.name)
    return Record(node, STREAM, start=ENDOFCHAIN)


def _sorted(storage: Described) -> list[Any]:
    keyed = {_key(node.name): node for node in storage.children}
    if len(keyed) != len(storage.children):
        raise FileAlreadyExists("two elements of one name", value=_twice(storage))
    return [keyed[key] for key in sorted(keyed)]


@lru_cache(maxsize=4096)
def _key(name: str) -> tuple[int, bytes]:
    """What a name is sorted by; the same few hundred come again and again. Raises: InvalidName."""
    return order(checked(name))


def _twice(storage: Described) -> object:
    keys = [order(node.name) for node in storage.children]
    return next(node.name for place, node in enumerate(storage.children) if keys[place] in keys[:place])


def _hang(kids: list[Record], first: int) -> int:
    for kid, (left, right, colour) in zip(kids, balance(len(kids)), strict=True):
        kid.left = left if left == NOSTREAM else left + first
        kid.right = right if right == NOSTREAM else right + first
        kid.colour = colour
    return first + len(kids) // 2
