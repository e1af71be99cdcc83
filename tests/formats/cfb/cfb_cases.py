"""What tests of compound files share: strict reading, a model of a tree, bytes that fail like a medium."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from mapix.formats.cfb import CompoundFile, Node
from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.cfb.treecheck import unbalanced
from mapix.formats.storage import Mode, Storage

RW = Mode.READWRITE | Mode.SHARE_EXCLUSIVE
READ = Mode.READ | Mode.SHARE_EXCLUSIVE
CORPORA = Path(__file__).parents[3].parent / "shared" / "corpora"

Tree = dict[str, Any]
"""A storage as names with bytes or trees."""


def corpus(*kinds: str) -> list[Path]:
    """The real files of those kinds, none where they are absent."""
    return sorted(path for kind in kinds for path in (CORPORA / kind).rglob("*") if path.is_file())


def nodes(tree: Tree, name: str = "") -> Node:
    """A tree as nodes."""
    kids = [Node(key, value) if isinstance(value, bytes) else nodes(value, key) for key, value in tree.items()]
    return Node(name, children=kids)


def read_tree(file: CompoundFile) -> Tree:
    """All that is in a file."""
    top: Tree = {}
    waiting = [(file.root, top)]
    while waiting:
        entry, tree = waiting.pop()
        for name, kid in entry.children.items():
            tree[name] = {} if kid.is_storage else file.read(kid)
            if kid.is_storage:
                waiting.append((kid, tree[name]))
    return top


def strictly(source: Any) -> Tree:
    """All that is in a file that has no defect and is balanced."""
    with CompoundFile.open(source) as file:
        assert list(map(str, file.defects)) == []
        assert unbalanced(file) == []
        return read_tree(file)


def storage_tree(storage: Storage) -> Tree:
    """All that an open storage shows."""
    tree: Tree = {}
    for element in storage.elements():
        if element.type == 1:
            with storage.open_storage(element.name, READ) as below:
                tree[element.name] = storage_tree(below)
        else:
            with storage.open_stream(element.name, READ) as stream:
                tree[element.name] = stream.read()
    return tree


def put(storage: Storage, name: str, data: bytes) -> None:
    """A stream, new or instead of what is there."""
    with storage.create_stream(name, RW | Mode.CREATE) as stream:
        stream.write(data)


class FailingMedium(MemoryBytes):
    """Bytes that remember what was written between two flushes, to show what a power cut may leave.

    `survivors(chance)` is such a state: of what was not flushed any part may be there, but 512 bytes are written whole
    or not at all.
    """

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(data)
        self.safe = bytearray(data)
        self.since: list[tuple[int, bytes] | int] = []
        self.at_flush: list[Any] = []

    def write_at(self, offset: int, data: bytes) -> None:
        super().write_at(offset, data)
        self.since.append((offset, bytes(data)))
        self.happened()

    def set_size(self, size: int) -> None:
        super().set_size(size)
        self.since.append(size)
        self.happened()

    def flush(self) -> None:
        self.happened()
        self.safe = bytearray(self.data)
        self.since = []

    def happened(self) -> None:
        for look in self.at_flush:
            look(self)

    def survivors(self, chance: random.Random) -> bytes:
        """What may be left now."""
        state = MemoryBytes(bytes(self.safe))
        for what in self.since:
            if isinstance(what, int):
                if chance.random() < 0.5:
                    state.set_size(what)
            else:
                offset, data = what
                for start in range(0, len(data), 512):
                    if chance.random() < 0.6:
                        state.write_at(offset + start, data[start : start + 512])
        return bytes(state.data)
