"""Large attachments of .msg files: read, copied in and out, and the memory of a process of its own that does it."""

from __future__ import annotations

import gc
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from shutil import copyfileobj
from typing import Any

from benchmarks.harness import Result, side_by_side
from benchmarks.msg_made import FromFile, letter
from mapix.formats.msg import MsgFile, write_msg
from mapix.properties import tags

LARGE = 100 << 20
GIGABYTE = 1 << 30


def large(place: Path) -> list[Result]:
    """A large attachment read and hashed, against the same with its bytes in a file."""
    path, plain = place / "large.msg", place / "plain"
    plain.write_bytes(os.urandom(LARGE))
    write_msg(letter(1, 0), path)
    content = letter(1, 0)
    content.attachments[0].properties[tags.PR_ATTACH_DATA_BIN] = FromFile(plain)
    write_msg(content, path)
    ours, floor = side_by_side(lambda: hashed_attachment(path), lambda: hashed_file(plain), rounds=3)
    what = "MiB of memory for that, against 8"
    return [
        Result("read and hash an attachment of 100 MiB, against its file", ours, floor, 3.0),
        Result(what, growth("hashed_attachment", path), 8.0, 1.0, unit="MiB"),
    ]


def hashed_attachment(path: Path) -> str:
    """The hash of the first attachment."""
    with MsgFile.open(path) as file, file.attachments[0].get(tags.PR_ATTACH_DATA_BIN).open() as reader:
        return hashed(reader)


def hashed_file(path: Path) -> str:
    """The hash of a file."""
    with path.open("rb") as reader:
        return hashed(reader)


def hashed(reader: Any) -> str:
    """The hash of what is read."""
    digest = hashlib.sha256()
    while piece := reader.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def copying(place: Path) -> list[Result]:
    """A gigabyte into a message and out of it, against `cp`."""
    source = place / "gigabyte"
    with source.open("wb") as file:
        for _ in range(GIGABYTE >> 20):
            file.write(os.urandom(1 << 20))
    gc.collect()
    ours, floor = side_by_side(
        lambda: there_and_back(source), lambda: subprocess.run(["cp", source, place / "out"], check=True), rounds=1
    )
    return [
        Result("1 GiB into a message and out of it, against cp", ours, floor, 4.0),
        Result("MiB of memory for that, against 48", growth("there_and_back", source), 48.0, 1.0, unit="MiB"),
    ]


def there_and_back(source: Path) -> None:
    """A file into a message beside it, and out of that into another file."""
    content = letter(1, 0)
    content.attachments[0].properties[tags.PR_ATTACH_DATA_BIN] = FromFile(source)
    path = source.with_name("gigabyte.msg")
    write_msg(content, path)
    with MsgFile.open(path) as file, source.with_name("out").open("wb") as target:
        reader = file.attachments[0].get(tags.PR_ATTACH_DATA_BIN).open()
        copyfileobj(reader, target, 1 << 20)
        reader.close()


def growth(action: str, path: Path) -> float:
    """MiB by which the most memory of a process of its own grows while it does something of this module, once it has
    done the same with something small.
    """
    small = path.with_name("small")
    small.write_bytes(bytes(1 << 20))
    if action == "hashed_attachment":
        write_msg(letter(1, 300_000), small)
    said = subprocess.run(
        [sys.executable, "-c", _GROWTH, action, str(small), str(path)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    ).stdout
    return float(said)


_GROWTH = """
import sys
from pathlib import Path
from benchmarks import msg_large
from benchmarks.harness import most_memory
action, small, large = getattr(msg_large, sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
action(small)
before = most_memory()
action(large)
print((most_memory() - before) / 1024)
"""
