"""The tree of a compound file as it is edited: storages with items in them, streams with their content.

A nested transaction works on a fork: storages are copied, contents shared until one side writes.
"""

from __future__ import annotations

from collections.abc import Iterator

from mapix.formats.cfb.content import Content
from mapix.formats.cfb.names import order
from mapix.formats.storage import NO_CLASS

Key = tuple[int, bytes]


class StreamItem:
    """A stream under its name. While `shared`, the content is another transaction's too."""

    __slots__ = ("content", "name", "shared", "state_bits")

    clsid = NO_CLASS
    created = modified = 0
    children: tuple[()] = ()

    def __init__(self, name: str, content: Content, *, state_bits: int = 0, shared: bool = False) -> None:
        self.name, self.content, self.state_bits, self.shared = name, content, state_bits, shared

    @property
    def data(self) -> Content:
        """What tells a stream from a storage."""
        return self.content

    def own(self) -> Content:
        """The content, to be written."""
        if self.shared:
            self.content = self.content.copy()
            self.shared = False
        return self.content

    def fork(self) -> StreamItem:
        """The same stream for a nested transaction, or back from one."""
        self.content.flush()
        self.content.disown()
        self.shared = True
        return StreamItem(self.name, self.content, state_bits=self.state_bits, shared=True)


class StorageItem:
    """A storage under its name. `changes` counts what was done to it and to what is in it."""

    __slots__ = ("changes", "clsid", "created", "kids", "modified", "name", "state_bits")

    data = None

    def __init__(self, name: str) -> None:
        self.name = name
        self.kids: dict[Key, Item] = {}
        self.clsid = NO_CLASS
        self.state_bits = self.created = self.modified = self.changes = 0

    @property
    def children(self) -> list[Item]:
        """What is in it, in the order of the directory."""
        return [self.kids[key] for key in sorted(self.kids)]

    def find(self, name: str) -> Item | None:
        """What has that name, case aside."""
        return self.kids.get(order(name))

    def put(self, item: Item) -> None:
        """Add an item, in the place of one of the same name."""
        self.kids[order(item.name)] = item

    def fork(self) -> StorageItem:
        """The same storage with everything in it for a nested transaction, or back from one."""
        top = StorageItem(self.name)
        waiting = [(self, top)]
        while waiting:
            source, twin = waiting.pop()
            twin.clsid, twin.state_bits, twin.changes = source.clsid, source.state_bits, source.changes
            twin.created, twin.modified = source.created, source.modified
            for key, kid in source.kids.items():
                if isinstance(kid, StreamItem):
                    twin.kids[key] = kid.fork()
                else:
                    below = twin.kids[key] = StorageItem(kid.name)
                    waiting.append((kid, below))
        return top

    def adopt(self, other: StorageItem) -> None:
        """Become what another one is, but for the name."""
        self.kids, self.clsid, self.state_bits = other.kids, other.clsid, other.state_bits
        self.created, self.modified = other.created, other.modified
        self.changes += 1

    def contents(self) -> Iterator[Content]:
        """The contents of all streams in it, at any depth."""
        waiting = [self]
        while waiting:
            for kid in waiting.pop().kids.values():
                if isinstance(kid, StreamItem):
                    yield kid.content
                else:
                    waiting.append(kid)


Item = StorageItem | StreamItem
