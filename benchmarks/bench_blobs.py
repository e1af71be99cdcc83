"""Large attachments: a gigabyte through a stream against `cp`, the memory it takes, and two hundred copies of one.

`cp` copies the same file on the same disk in turns with ours; ours includes that the data is on the disk when the
message is saved. The memory is that of a process of its own, what it takes more than before.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.bench_store import folder_of, open_store
from benchmarks.harness import Result, most_memory
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.interfaces.stream import Stream
from mapix.properties import tags

GIGABYTE = 1 << 30
PIECE = 1 << 20
COPIES = 200
COPIED = 10 << 20
ROUNDS = 3


def run() -> list[Result]:
    """All measurements of large values."""
    with TemporaryDirectory(dir=os.environ.get("MAPIX_BENCH_DIR")) as directory:
        place = Path(directory)
        source = place / "source"
        with source.open("wb") as file:
            for _ in range(GIGABYTE // PIECE):
                file.write(os.urandom(PIECE))
        return [*speed(place, source), memory(place, source), deleting(place, source), *sharing(place)]


def speed(place: Path, source: Path) -> list[Result]:
    """Writing and reading back, in turns with `cp`."""
    writing, reading, copying = [], [], []
    for number in range(ROUNDS):
        copying.append(once(lambda: copy_file(source, place / "copy")))
        (place / "copy").unlink()
        with open_store(place / f"speed{number}.mapix") as store:
            writing.append(once(lambda store=store: write(store, source)))
            reading.append(once(lambda store=store: read(store)))
        remove(place, f"speed{number}")
    ours, floor = median(map(sum, zip(writing, reading, strict=True))), median(copying)
    return [
        Result("write and read back 1 GiB through a stream, against cp", ours, floor, 6.0),
        Result("of that, writing until it is saved", median(writing), floor),
        Result("of that, reading", median(reading), floor),
    ]


def memory(place: Path, source: Path) -> Result:
    """MiB that a process takes for it, told as seconds are."""
    said = subprocess.run(
        [sys.executable, "-c", _GROWTH, str(place / "memory.mapix"), str(source)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    ).stdout
    remove(place, "memory")
    return Result("MiB of memory for that, against 64", float(said), 64.0, 1.0, unit="MiB")


def deleting(place: Path, source: Path) -> Result:
    """Deleting it again."""
    with open_store(place / "deleting.mapix") as store:
        write(store, source)
        root = folder_of(store)
        took = once(lambda: root.empty_folder())
    remove(place, "deleting")
    return Result("delete a message with 1 GiB", took)


def sharing(place: Path) -> list[Result]:
    """The room that many copies take, against one."""
    data = os.urandom(COPIED)
    sizes = {}
    for count in (1, COPIES):
        with open_store(place / f"sharing{count}.mapix") as store:
            for _ in range(count // 2 or 1):
                attach(store, data)
            root = folder_of(store)
            first = entry_ids(root)[0]
            for _ in range(count - len(entry_ids(root))):
                root.copy_messages([first], root)
            assert len(entry_ids(root)) == count
        sizes[count] = sum(path.stat().st_size for path in place.rglob(f"sharing{count}.mapix*") if path.is_file())
        remove(place, f"sharing{count}")
    what = f"MiB on the disk, {COPIES} copies of 10 MiB against one"
    return [Result(what, sizes[COPIES] / PIECE, sizes[1] / PIECE, 1.1, unit="MiB")]


def write(store: MsgStore, source: Path) -> None:
    """A message with the file attached."""
    message = folder_of(store).create_message()
    message.set_props({tags.PR_SUBJECT: "large"})
    _, attachment = message.create_attach()
    attachment.set_props({tags.PR_ATTACH_METHOD: 1})
    data = attachment.open_property(tags.PR_ATTACH_DATA_BIN, Stream, access=Access.MODIFY, create=True)
    with source.open("rb") as file, data:
        while piece := file.read(PIECE):
            data.write(piece)
    attachment.save_changes()
    message.save_changes()


def read(store: MsgStore) -> None:
    """The attachment, to its end."""
    root = folder_of(store)
    message = root.open_entry(entry_ids(root)[0])
    assert isinstance(message, Message)
    size = 0
    with message.open_attach(0).open_property(tags.PR_ATTACH_DATA_BIN, Stream) as data:
        while piece := data.read(PIECE):
            size += len(piece)
    assert size == GIGABYTE


def attach(store: MsgStore, data: bytes) -> None:
    """A message with some bytes attached."""
    message = folder_of(store).create_message()
    _, attachment = message.create_attach()
    attachment.set_props({tags.PR_ATTACH_METHOD: 1, tags.PR_ATTACH_DATA_BIN: data})
    attachment.save_changes()
    message.save_changes(Keep.READONLY)


def entry_ids(folder: MapiFolder) -> list[bytes]:
    """The messages of a folder."""
    table = folder.get_contents_table()
    table.set_columns((tags.PR_ENTRYID,))
    return [row[0] for row in table.query_rows(10_000)]


def copy_file(source: Path, target: Path) -> None:
    """What `cp` does."""
    subprocess.run(["cp", source, target], check=True)


def remove(place: Path, name: str) -> None:
    """A store with everything beside it."""
    import shutil

    for path in place.glob(f"{name}.mapix*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def once(action: Callable[[], object]) -> float:
    """Seconds."""
    os.sync()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def growth(store_path: Path, source: Path) -> float:
    """MiB by which the most memory of this process grows from before to after writing and reading."""
    with open_store(store_path) as store:
        attach(store, os.urandom(PIECE))
        folder_of(store).empty_folder()
        before = most_memory()
        write(store, source)
        read(store)
    return (most_memory() - before) / 1024


_GROWTH = """
import sys
from pathlib import Path
from benchmarks.bench_blobs import growth
print(growth(Path(sys.argv[1]), Path(sys.argv[2])))
"""
