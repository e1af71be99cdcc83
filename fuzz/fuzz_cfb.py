"""Coverage-guided fuzzing of compound files: `python fuzz/fuzz_cfb.py -max_total_time=300`.

The first byte of an input chooses what is fuzzed: a whole file, or a sound one in which the rest of the input changes
bytes, so that what lies behind the first checks is reached. Whatever comes in, only storage errors come out, no more is
read than a few times the file, and what was read survives being edited and being written anew. Needs atheris:
`make fuzz` runs it.
"""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Final

from running import instrumented, run

with instrumented():
    from mapix.formats.cfb import CompoundFile, Entry, Node, write_compound_file
    from mapix.formats.cfb.lockbytes import MemoryBytes
    from mapix.formats.cfb.storage import open_docfile
    from mapix.formats.defects import Strictness
    from mapix.formats.storage import Mode
    from mapix.formats.storageerrors import FileAlreadyExists, InvalidName, StorageError

MOST: Final = 100_000
"""Bytes of an input; more teach nothing."""

RW: Final = Mode.READWRITE | Mode.SHARE_EXCLUSIVE

Streams = dict[tuple[str, ...], bytes]


def sound(version: int) -> bytes:
    """A file with everything in it."""
    small = [Node(f"s{number}", b"x" * number) for number in (0, 1, 63, 64, 65, 1000)]
    below = Node("below", children=[Node("deep", children=[Node("t", b"t" * 70)]), Node("u", b"u" * 5000)])
    file = io.BytesIO()
    root = Node("", children=[*small, below, Node("big", b"b" * 20_000)])
    write_compound_file(root, file, version=version)
    return file.getvalue()


SOUND: Final = (sound(3), sound(4))


def one_input(data: bytes) -> None:
    """Read one input, edit it, and write what was read."""
    if 1 < len(data) < MOST:
        with suppress(StorageError):
            judge(data[1:] if data[0] & 1 else changed(data))


def changed(data: bytes) -> bytes:
    """A sound file with changes: two bytes of place, one of length, then so many bytes; the file may be cut."""
    file = bytearray(SOUND[data[0] >> 1 & 1])
    at = 1
    while at + 3 < len(data):
        place = (data[at] << 8 | data[at + 1]) * 4 % len(file)
        length = data[at + 2] % 16 + 1
        new = data[at + 3 : at + 3 + length]
        file[place : place + len(new)] = new
        at += 3 + length
    return bytes(file[: len(file) - data[-1]] if data[0] & 4 else file)


def judge(data: bytes) -> None:
    """Everything that can be done with a file that is read."""
    with CompoundFile.open(data) as file:
        streams = read(file)
        assert sum(map(len, streams.values())) < 12 * len(data) + 10_000, "more was read than there is"
        defects = file.defects
        with suppress(InvalidName, FileAlreadyExists):
            copy = io.BytesIO()
            write_compound_file(nodes(file.root), copy)
            with CompoundFile.open(copy.getvalue(), strictness=Strictness.STRICT) as again:
                assert read(again) == streams, "what was written is not what was read"
    with suppress(StorageError), CompoundFile.open(data, strictness=Strictness.STRICT):
        assert not defects, "a strict reader takes what has defects"
    edit(data, streams)


def edit(data: bytes, streams: Streams) -> None:
    """A file can be edited in place, whatever is wrong with it, and has no structural damage afterwards."""
    place = MemoryBytes(data)
    with open_docfile(place, RW) as root, root.create_stream("added by us", RW | Mode.CREATE) as stream:
        stream.write(b"a" * 5000)
    with CompoundFile.open(bytes(place.data)) as file:
        assert file.structure.is_sound, file.defects
        after = read(file)
        assert after.pop(("added by us",)) == b"a" * 5000
        streams.pop(("added by us",), None)
        assert after == {path: value for path, value in streams.items() if path != ("added by us",)}, "edited too much"


def read(file: CompoundFile) -> Streams:
    """All streams by their paths."""
    return {entry.path: entry.read() for entry in file.root.walk() if not entry.is_storage}


def nodes(root: Entry) -> Node:
    """All that is in a file, to be written."""
    top = Node(root.name[:31])
    waiting = [(root, top)]
    while waiting:
        entry, node = waiting.pop()
        pairs = [(kid, Node(kid.name, None if kid.is_storage else kid.read())) for kid in entry.children.values()]
        node.children = [child for _, child in pairs]
        waiting += [(kid, child) for kid, child in pairs if kid.is_storage]
    return top


def seeds() -> list[bytes]:
    """Whole files."""
    return [b"\1" + file for file in SOUND]


if __name__ == "__main__":
    run("cfb", one_input, seeds())
