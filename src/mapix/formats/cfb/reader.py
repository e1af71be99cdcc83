"""Compound files read: `CompoundFile.open`, then `root`, `read` and `open_stream`.

    with CompoundFile.open(Path("mail.msg")) as file:
        data = file.read(file.root.children["__properties_version1.0"])

Opening looks at the whole structure once, so that nothing read afterwards can run in circles, out of the file or out
of memory. A file of up to two mebibytes is read at once; of a larger one only the tables and what is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, BinaryIO, Final, Self, cast

from mapix.formats.cfb.check import examine
from mapix.formats.cfb.defects import CfbDefects
from mapix.formats.cfb.entry import Entry
from mapix.formats.cfb.header import read_header
from mapix.formats.cfb.layout import CUTOFF, ENTRY, ENTRY_SIZE, MINI_SHIFT, STREAM
from mapix.formats.cfb.lockbytes import read_small
from mapix.formats.cfb.names import is_usual, name_at, names_of
from mapix.formats.cfb.opening import READ_AT_ONCE, Source, bytes_at, opened, structure_of
from mapix.formats.cfb.outline import Outline, outline_of
from mapix.formats.cfb.sectors import Extents, Sectors
from mapix.formats.cfb.streamfile import StreamFile
from mapix.formats.cfb.structure import Structure
from mapix.formats.cfb.tree import in_order
from mapix.formats.defects import Defect, Strictness
from mapix.formats.storage import LockBytes
from mapix.formats.storageerrors import InvalidFunction

MINI_AT_ONCE: Final = 1 << 22
"""Bytes of a mini stream that is small enough to be held."""


class CompoundFile:
    """A compound file open for reading.

    `root` is its root storage. A context manager that closes; entries are of no use afterwards. A small file that is
    sound has an `outline` that answers quickly; what that does not know is told by `structure`.
    """

    __slots__ = (
        "_all",
        "_children",
        "_closes",
        "_examined",
        "_mini",
        "_names",
        "_root",
        "_structure",
        "directory",
        "outline",
    )

    def __init__(self, file: Structure | Outline, closes: LockBytes | None = None) -> None:
        if isinstance(file, Outline):
            self.outline: Outline | None = file
            self._structure: Structure | None = None
        else:
            self.outline, self._structure = None, file
        self.directory = file.directory
        self._closes = closes
        self._examined = False
        self._names: dict[int, dict[str, int]] = {}
        self._children: dict[int, dict[str, Entry]] = {}
        self._mini: bytes | Extents | None = None
        self._all: list[str] | None = None
        self._root: Entry | None = None

    @classmethod
    def open(cls, source: Source, *, strictness: Strictness = Strictness.TOLERANT) -> CompoundFile:
        """Open bytes, a file of the system, a seekable Python file (which stays open) or lock bytes.

        Raises: InvalidHeader for what is no compound file, DocfileCorrupt where nothing can be read or, with STRICT,
        for the first defect; FileNotFound, AccessDenied, ReadFault.
        """
        kind = type(source)
        if kind is str or hasattr(kind, "__fspath__"):
            source = read_small(cast(str, source), READ_AT_ONCE) or source
        if type(source) is bytes and strictness is Strictness.TOLERANT:
            outline = outline_of(source)
            if outline is not None:
                return cls(outline)
        bytes_or_place, mine = opened(source)
        try:
            found = structure_of(bytes_or_place, CfbDefects(strictness))
            file = cls(found, mine)
            if strictness is Strictness.STRICT:
                file._examine()
        except BaseException:
            if mine is not None:
                mine.close()
            raise
        if isinstance(found, Outline) or found.sectors.data is not None:
            file.close()
        return file

    @property
    def root(self) -> Entry:
        """The root storage."""
        if self._root is None:
            self._root = Entry(self, 0, self.name_of(0), None)
        return self._root

    @property
    def structure(self) -> Structure:
        """All that can be found out of the file; what was told before remains true."""
        if self._structure is None:
            data = cast(Outline, self.outline).data
            defects = CfbDefects(Strictness.TOLERANT)
            header = read_header(data, defects)
            self._structure = Structure(Sectors(data, None, len(data), header.shift), header, defects)
        return self._structure

    @property
    def defects(self) -> tuple[Defect, ...]:
        """Everything that is wrong with the file; asked first, what does not hinder reading is looked for too."""
        self._examine()
        return self.structure.defects.all

    @property
    def version(self) -> int:
        """The major version: 3, or 4."""
        return 4 if self.outline is None and self.structure.sectors.shift == 12 else 3

    def read(self, entry: Entry) -> bytes:
        """The whole of a stream. Raises: InvalidFunction for a storage."""
        return self.stream(entry.number)

    def open_stream(self, entry: Entry) -> BinaryIO:
        """A stream as a seekable file that reads what is asked for. Raises: InvalidFunction for a storage."""
        return cast(BinaryIO, StreamFile(self.extents(entry.number)))

    def names(self, number: int) -> dict[str, int]:
        """The numbers of what is in the storage of that number, by name. To be read only."""
        found = self._names.get(number)
        if found is None:
            found = self._names[number] = self._name_kids(number)
        return found

    def children(self, entry: Entry) -> Mapping[str, Entry]:
        """What is in a storage, by name."""
        found = self._children.get(entry.number)
        if found is None:
            named = self.names(entry.number).items()
            found = self._children[entry.number] = {name: Entry(self, kid, name, entry) for name, kid in named}
        return found

    def kind(self, number: int) -> int:
        """The type of an entry: STORAGE, STREAM or ROOT."""
        return self.structure.reached[number] if self.outline is None else self.outline.types[number]

    def size_of(self, number: int) -> int:
        """Bytes of a stream that can be read; 0 for a storage."""
        outline = self.outline
        if outline is not None:
            if outline.types[number] != STREAM:
                return 0
            if outline.stream(number) is not None:
                return outline.sizes[number]
        return self.structure.sizes[number] if self.structure.reached[number] == STREAM else 0

    def stream(self, number: int) -> bytes:
        """The whole of the stream of that number. Raises: InvalidFunction for a storage."""
        outline = self.outline
        if outline is not None and outline.types[number] == STREAM:
            data = outline.stream(number)
            if data is not None:
                return data
        structure = self.structure
        size = structure.sizes[number]
        if size < CUTOFF and structure.mini_runs is None and structure.reached[number] == STREAM:
            mini = self._mini or self._load_mini()
            if type(mini) is bytes:
                start = structure.starts[number] << MINI_SHIFT
                return mini[start : start + size]
        return self.extents(number).read_at(0, size)

    def extents(self, number: int) -> Extents:
        """The bytes of the stream of that number, to be read at places. Raises: InvalidFunction for a storage."""
        structure = self.structure
        if structure.reached[number] != STREAM:
            raise InvalidFunction("a storage has no bytes", value=number)
        size = structure.sizes[number]
        runs = structure.runs.get(number)
        if runs is not None:
            return structure.sectors.extents(runs, size)
        if not size:
            return Extents(bytes_at(b""), 0, MINI_SHIFT, [], 0)
        mini = self._mini or self._load_mini()
        read_at = bytes_at(mini) if type(mini) is bytes else cast(Extents, mini).read_at
        crooked = structure.mini_runs
        mini_runs = [(structure.starts[number], (size + 63) >> MINI_SHIFT)] if crooked is None else crooked[number]
        return Extents(read_at, 0, MINI_SHIFT, mini_runs, size)

    def describe(self, number: int) -> tuple[str, bytes, int, int, int]:
        """Name, class, state bits and the two times of the entry of that number."""
        fields = self.record(number)
        return self.name_of(number), fields[7], fields[8], fields[9], fields[10]

    def record(self, number: int) -> tuple[Any, ...]:
        """All fields of an entry, as they stand (`layout.ENTRY`)."""
        return ENTRY.unpack_from(self.directory, number * ENTRY_SIZE)

    def name_of(self, number: int) -> str:
        """The name of the entry of that number."""
        return self._all[number] if self._all is not None else name_at(self.directory, number * ENTRY_SIZE)

    def close(self) -> None:
        """Close the file of the system, where one is held; twice is harmless."""
        if self._closes is not None:
            self._closes.close()
            self._closes = None

    def kids(self, number: int) -> list[int]:
        """The numbers of what is in the storage of that number, in order, two of one name as well."""
        if self.outline is not None:
            outline = self.outline
            return in_order(outline.left, outline.right, outline.child[number]) if number in outline.kids else []
        structure = self.structure
        if structure.kids is not None:
            return structure.kids.get(number, [])
        if structure.reached[number] == STREAM:
            return []
        return list(in_order(structure.left, structure.right, structure.child[number]))

    def _name_kids(self, number: int) -> dict[str, int]:
        if self._all is None:
            self._all = names_of(self.directory)
        named: dict[str, int] = {}
        for kid in self.kids(number):
            name = self._all[kid]
            if (first := named.setdefault(name, kid)) != kid:
                taken = kid
                if is_usual(self.directory, kid) and not is_usual(self.directory, first):
                    named[name], taken = kid, first
                self.structure.defects.note(f"directory entry {taken}", "its name is taken", value=name)
        return named

    def _load_mini(self) -> bytes | Extents:
        structure = self.structure
        whole = structure.mini_room + (-structure.mini_room & 63)
        extents = structure.sectors.extents(structure.root_runs, whole)
        self._mini = extents.read_at(0, extents.size) if extents.size <= MINI_AT_ONCE else extents
        return self._mini

    def _examine(self) -> None:
        if not self._examined:
            self._examined = True
            examine(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<CompoundFile version {self.version}: {len(self.directory) // ENTRY_SIZE} entries>"
