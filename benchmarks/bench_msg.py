"""Messages in .msg files: reading and writing them, against other readers where these are installed.

Peers are python-oxmsg, extract-msg and aspose-email-foss, each run as a program of its own under the Python that
MAPIX_BENCH_PEERS names (this one where it names none), and Apache POI in Java; a line says which are missing. Files are
real ones where they are present beside the project, and made up ones. Times are medians over the files of the least of
some rounds; `ours` is of the files that the peer can read, too.
"""

from __future__ import annotations

import gc
import hashlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import copyfileobj
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.harness import Result, seconds, side_by_side
from benchmarks.msg_peer import PEERS, ROUNDS
from benchmarks.msg_poi import WAYS
from benchmarks.msg_poi import measured as poi
from mapix.formats.msg import MsgFile, content_of, write_msg
from mapix.properties import tags
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.value import whole

REAL = Path(__file__).parents[1].parent / "shared" / "corpora" / "msg"
PEER_PYTHON = os.environ.get("MAPIX_BENCH_PEERS", sys.executable)
WANTED = {"fields": 1 / 10, "attachments": 1 / 8, "everything": 1 / 6}
CROWD = 2000
LARGE = 100 << 20
GIGABYTE = 1 << 30

Read = Callable[[Path], Any]


def run() -> list[Result]:
    """All measurements of .msg files."""
    with TemporaryDirectory(dir=os.environ.get("MAPIX_BENCH_DIR")) as directory:
        place = Path(directory)
        files = real_files() + made_files(place)
        results = [one for task in WANTED for one in reading(task, files)]
        results += java(files)
        return [*results, *crowd(place), *large(place), *writing(place), *copying(place)]


def real_files() -> list[Path]:
    """The real files that are no inputs of fuzzers."""
    found = [path for path in sorted(REAL.glob("*/*")) if "clusterfuzz" not in path.name] if REAL.is_dir() else []
    if not found:
        print("no real files are present; made up ones are measured")
    return found


def made_files(place: Path) -> list[Path]:
    """Messages of several sizes."""
    paths = []
    for number in range(12):
        path = place / f"made{number}.msg"
        write_msg(letter(number, 2_000 * number), path)
        paths.append(path)
    return paths


def letter(people: int, size: int) -> MessageContent:
    """A message to some people with two attachments of some bytes each."""
    rows = [
        {
            tags.PR_ROWID: number,
            tags.PR_DISPLAY_NAME: f"Person {number}",
            tags.PR_ADDRTYPE: "SMTP",
            tags.PR_EMAIL_ADDRESS: f"person{number}@example.com",
            tags.PR_RECIPIENT_TYPE: 1,
        }
        for number in range(people)
    ]
    parts = [
        AttachmentContent(
            {tags.PR_ATTACH_METHOD: 1, tags.PR_ATTACH_LONG_FILENAME: name, tags.PR_ATTACH_DATA_BIN: bytes(size)}
        )
        for name in ("a.bin", "b.bin")
    ]
    values = {
        tags.PR_MESSAGE_CLASS: "IPM.Note",
        tags.PR_SUBJECT: "Subject",
        tags.PR_SENDER_NAME: "Me",
        tags.PR_SENDER_EMAIL_ADDRESS: "me@example.com",
        tags.PR_BODY: "x" * 10_000,
    }
    return MessageContent(values, rows, parts)


def fields(path: Path) -> Any:
    """Subject, sender, recipients and body."""
    with MsgFile.open(path) as file:
        return fields_of(file)


def fields_of(file: MsgFile) -> Any:
    """The same of an open file."""
    get = file.get
    people = [(one.get(tags.PR_DISPLAY_NAME), one.get(tags.PR_EMAIL_ADDRESS)) for one in file.recipients]
    return get(tags.PR_SUBJECT), get(tags.PR_SENDER_NAME), people, get(tags.PR_BODY), get(tags.PR_HTML)


def attachments(path: Path) -> Any:
    """The same, and the bytes of attachments."""
    with MsgFile.open(path) as file:
        fields_of(file)
        for one in file.attachments:
            value = one.get(tags.PR_ATTACH_DATA_BIN)
            _ = one.get(tags.PR_ATTACH_LONG_FILENAME), whole(tags.PR_ATTACH_DATA_BIN, value)


def everything(path: Path) -> Any:
    """Every property of everything, messages inside messages too."""
    with MsgFile.open(path) as file:
        return content_of(file)


OURS: dict[str, Read] = {"fields": fields, "attachments": attachments, "everything": everything}


def reading(task: str, files: Sequence[Path]) -> list[Result]:
    """One task over all files, against each peer."""
    ours = [least(lambda path=path: OURS[task](path)) for path in files]
    results = [Result(f"{task}: read the bytes of the files", median(ours), median(map(bytes_of, files)))]
    for peer in PEERS:
        theirs = measured(peer, task, files)
        if theirs is None:
            print(f"{peer} is not installed under {PEER_PYTHON}")
            continue
        pairs = [(mine, other) for mine, other in zip(ours, theirs, strict=True) if other is not None]
        mine, other = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
        results.append(Result(f"{task}: {peer}, {len(pairs)} of {len(files)} files", mine, other, WANTED[task]))
    return results


def java(files: Sequence[Path]) -> list[Result]:
    """The fields of all files, against Apache POI where a Java virtual machine that is warm reads them."""
    results = []
    for way, how in WAYS.items():
        theirs = poi(way, files)
        if theirs is None:
            print("Apache POI is not installed")
            break
        ours = [least(lambda path=path: fields(path)) for path in files]
        pairs = [(mine, other) for mine, other in zip(ours, theirs, strict=True) if other is not None]
        mine, other = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
        results.append(Result(f"fields: Apache POI, {how}, {len(pairs)} of {len(files)} files", mine, other, 1.0))
    return results


def bytes_of(path: Path) -> float:
    """The time that reading a file takes."""
    return least(path.read_bytes)


def least(action: Callable[[], Any]) -> float:
    """The least time of some rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def measured(peer: str, task: str, files: Sequence[Path]) -> list[float | None] | None:
    """A peer's seconds of each file; None where it is not installed."""
    program = Path(__file__).with_name("msg_peer.py")
    said = subprocess.run(
        [PEER_PYTHON, str(program), peer, task, *map(str, files)], capture_output=True, text=True, check=False
    ).stdout.splitlines()
    found: list[float | None] | None = json.loads(said[-1]) if said else None
    return found


def crowd(place: Path) -> list[Result]:
    """Two thousand recipients, all read; and that twice as many take twice the time."""
    few, many = place / "few.msg", place / "many.msg"
    write_msg(letter(CROWD // 2, 10), few)
    write_msg(letter(CROWD, 10), many)
    ours, half = side_by_side(lambda: fields(many), lambda: fields(few))
    results = [Result(f"{CROWD} recipients against half as many", ours, half, 2.5)]
    theirs = measured("aspose-email-foss", "fields", [many])
    if theirs is not None and theirs[0] is not None:
        results.append(Result(f"{CROWD} recipients: aspose-email-foss", ours, theirs[0], 1 / 4))
    return results


def large(place: Path) -> list[Result]:
    """A large attachment read and hashed, against the same with its bytes in a file."""
    path, plain = place / "large.msg", place / "plain"
    plain.write_bytes(os.urandom(LARGE))
    write_msg(letter(1, 0), path)
    content = letter(1, 0)
    content.attachments[0].properties[tags.PR_ATTACH_DATA_BIN] = FromFile(plain)
    write_msg(content, path)
    ours, floor = side_by_side(lambda: hashed_attachment(path), lambda: hashed_file(plain), rounds=3)
    return [Result("read and hash an attachment of 100 MiB, against its file", ours, floor, 3.0)]


class FromFile:
    """A large value that is a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size

    def open(self) -> Any:
        """The file."""
        return self.path.open("rb")


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


def writing(place: Path) -> list[Result]:
    """A message of 50 KiB with two attachments."""
    content, path = letter(1, 20_000), place / "written.msg"
    ours = min(
        seconds(lambda: write_msg(content, path), rounds=1, before=lambda: path.unlink(missing_ok=True))
        for _ in range(20)
    )
    memory = min(seconds(lambda: write_msg(content, io.BytesIO()), rounds=1) for _ in range(20))
    results = [Result("write 50 KiB with two attachments into memory", memory)]
    theirs = measured("aspose-email-foss", "write", [place / "theirs.msg"])
    if theirs is not None and theirs[0] is not None:
        results.append(Result("write 50 KiB with two attachments: aspose-email-foss", ours, theirs[0], 1 / 4))
    return results


def copying(place: Path) -> list[Result]:
    """A gigabyte into a message and out of it, against `cp`."""
    source, path, out = place / "gigabyte", place / "gigabyte.msg", place / "out"
    with source.open("wb") as file:
        for _ in range(GIGABYTE >> 20):
            file.write(os.urandom(1 << 20))
    content = letter(1, 0)
    content.attachments[0].properties[tags.PR_ATTACH_DATA_BIN] = FromFile(source)

    def there_and_back() -> None:
        write_msg(content, path)
        with MsgFile.open(path) as file, out.open("wb") as target:
            reader = file.attachments[0].get(tags.PR_ATTACH_DATA_BIN).open()
            copyfileobj(reader, target, 1 << 20)
            reader.close()

    gc.collect()
    ours, floor = side_by_side(there_and_back, lambda: subprocess.run(["cp", source, out], check=True), rounds=1)
    return [Result("1 GiB into a message and out of it, against cp", ours, floor, 4.0)]
