"""Compound files: small ones opened, large ones read and written, editing in place.

The floors: hashing the bytes for a large stream, copying the file for a large one in and out, olefile for small ones
(`pip install olefile`, among the tools for tests).
"""

from __future__ import annotations

import hashlib
import random
import shutil
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Final

import olefile

from benchmarks.harness import Result, seconds, side_by_side
from mapix.formats.cfb import CompoundFile, Node, write_compound_file
from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.storage import Mode

PIECE: Final = 1 << 20
LARGE: Final = 100 << 20
RW: Final = Mode.READWRITE | Mode.SHARE_EXCLUSIVE


def run() -> list[Result]:
    """All measurements."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [*_small(folder), *_wide(folder), *_large(folder), *_edited(folder)]


def _small(folder: Path) -> list[Result]:
    """A file like a mail with an attachment: 90 small streams and two of 25 KiB."""
    chance = random.Random(1)
    streams = [Node(f"__substg1.0_{number:08X}", chance.randbytes(chance.randrange(400))) for number in range(90)]
    root = Node("", children=[*streams, *(Node(f"large {part}", chance.randbytes(25_600)) for part in (1, 2))])
    path = folder / "small"
    write_compound_file(root, path)

    def ours() -> None:
        with CompoundFile.open(path) as file:
            for number in file.names(0).values():
                file.stream(number)

    def theirs() -> None:
        with olefile.OleFileIO(str(path)) as file:
            for entry in file.listdir():
                file.openstream(entry).read()

    opened, floor = side_by_side(lambda: CompoundFile.open(path).close(), lambda: olefile.OleFileIO(str(path)).close())
    return [
        Result("open a small file (olefile)", opened, floor, 0.3),
        Result("open it and read every stream (olefile)", *side_by_side(ours, theirs), 0.15),
        Result("write it", seconds(lambda: write_compound_file(root, path), rounds=20)),
    ]


def _wide(folder: Path) -> list[Result]:
    """Thousands of storages: in proportion to their number."""
    times = []
    for count in (2_000, 8_000):
        path = folder / f"wide {count}"
        kids = [Node(f"{number:08}", children=[Node("a", b"x" * 60), Node("b", b"y" * 60)]) for number in range(count)]
        write_compound_file(Node("", children=kids), path)
        times.append(seconds(lambda path=path: _read_all(path), rounds=3))  # type: ignore[misc]
    return [Result("8,000 storages read (4 times 2,000)", times[1], 4 * times[0], 1.5)]


def _large(folder: Path) -> list[Result]:
    path, copy = folder / "large", folder / "copy"
    data = random.Random(2).randbytes(PIECE)
    plain = folder / "plain"
    with plain.open("wb") as file:
        for _ in range(LARGE // PIECE):
            file.write(data)
    writing, copied = side_by_side(
        lambda: write_compound_file(Node("", children=[Node("x", lambda: plain.open("rb"))]), path),
        lambda: shutil.copyfile(plain, copy),
        rounds=3,
    )
    reading, hashing = side_by_side(lambda: _hashed(path), lambda: _hash_of(plain), rounds=3)
    return [
        Result("write a stream of 100 MiB (copy the file)", writing, copied, 4),
        Result("open a file of 100 MiB", seconds(lambda: CompoundFile.open(path).close())),
        Result("read and hash a stream of 100 MiB (hash the file)", reading, hashing, 3),
        Result("memory that takes", _memory(lambda: _hashed(path)), 8, 1, unit="MB"),
    ]


def _edited(folder: Path) -> list[Result]:
    path, plain, copy = folder / "edited", folder / "plain", folder / "copy"

    def fill() -> None:
        with create_docfile(path, RW | Mode.TRANSACTED | Mode.CREATE) as root:
            with root.create_stream("x") as stream, plain.open("rb") as source:
                while piece := source.read(PIECE):
                    stream.write(piece)
            root.commit()

    def change() -> None:
        with open_docfile(path, RW | Mode.TRANSACTED) as root:
            with root.open_stream("x", RW) as stream:
                stream.seek(50_000_000)
                stream.write(b"changed")
            root.commit()

    filled, copied = side_by_side(fill, lambda: _copy_and_wait(plain, copy), rounds=3)
    memory = _memory(fill)
    return [
        Result("put 100 MiB into a storage and commit (copy, fsync)", filled, copied, 4),
        Result("memory that takes", memory, 8, 1, unit="MB"),
        Result("change 7 bytes in the middle of it and commit", seconds(change)),
    ]


def _read_all(path: Path) -> None:
    with CompoundFile.open(path) as file:
        for entry in file.root.walk():
            if not entry.is_storage:
                entry.read()


def _hashed(path: Path) -> str:
    digest = hashlib.sha256()
    with CompoundFile.open(path) as file, file.root.children["x"].open() as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _copy_and_wait(source: Path, target: Path) -> None:
    import os

    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _memory(action: Callable[[], object]) -> float:
    """The most that Python had at once meanwhile, in megabytes."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
