"""Messages in .msg files: reading and writing them, against other readers where these are installed.

Peers are python-oxmsg, extract-msg and aspose-email-foss, each run as a program of its own under the Python that
MAPIX_BENCH_PEERS names (this one where it names none), and Apache POI in Java; a line says which are missing. Files are
real ones where they are present beside the project, and made up ones. Times are medians over the files of the least of
some rounds; `ours` is of the files that the peer can read, too.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import mapix
from benchmarks.bench_rtf import html_table
from benchmarks.harness import Result, seconds, side_by_side
from benchmarks.msg_large import copying, large
from benchmarks.msg_made import letter, made_files
from benchmarks.msg_peer import PEERS, ROUNDS
from benchmarks.msg_poi import WAYS
from benchmarks.msg_poi import measured as poi
from mapix.formats.msg import MsgFile, content_of, write_msg
from mapix.formats.rtf import compress
from mapix.properties import tags
from mapix.properties.content import MessageContent
from mapix.properties.value import whole

REAL = Path(__file__).parents[1].parent / "shared" / "corpora" / "msg"
PEER_PYTHON = os.environ.get("MAPIX_BENCH_PEERS", sys.executable)
WANTED = {"fields": 1 / 10, "attachments": 1 / 8, "everything": 1 / 6}
CROWD = 2000

Read = Callable[[Path], Any]


def run() -> list[Result]:
    """All measurements of .msg files."""
    with TemporaryDirectory(dir=os.environ.get("MAPIX_BENCH_DIR")) as directory:
        place = Path(directory)
        files = real_files() + made_files(place)
        results = [one for task in WANTED for one in reading(task, files)]
        results += java(files)
        results += rich(files, place)
        return [*results, *crowd(place), *large(place), *writing(place), *copying(place)]


def real_files() -> list[Path]:
    """The real files that are no inputs of fuzzers."""
    found = [path for path in sorted(REAL.glob("*/*")) if "clusterfuzz" not in path.name] if REAL.is_dir() else []
    if not found:
        print("no real files are present; made up ones are measured")
    return found


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


def rich(files: Sequence[Path], place: Path) -> list[Result]:
    """HTML where it lies only in compressed rich text, against extract-msg; real files, or one that is made up."""
    only = [path for path in files if rich_only(path)]
    if not only:
        only = [place / "rich.msg"]
        write_msg(rich_letter(20_000), only[0])
    theirs = measured("extract-msg", "rich", only)
    if theirs is None:
        return []
    ours = [least(lambda path=path: html(path)) for path in only]
    pairs = [(mine, other) for mine, other in zip(ours, theirs, strict=True) if other is not None]
    if not pairs:
        return []
    mine, other = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    what = f"HTML that lies only in rich text: extract-msg, {len(pairs)} of {len(only)} files"
    return [Result(what, mine, other, 1 / 40)]


def rich_letter(size: int) -> MessageContent:
    """A message with HTML of about this size in its rich text, and nowhere else."""
    rows = html_table(size).rpartition(b"\\par ")[0]
    head = rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}"
    values = {tags.PR_MESSAGE_CLASS: "IPM.Note", tags.PR_SUBJECT: "Rich"}
    return MessageContent({**values, tags.PR_RTF_COMPRESSED: compress(head + rows + b"}")})


def html(path: Path) -> str | None:
    """The HTML of a message, from whichever form it lies in."""
    with mapix.open(path) as message:
        return message.html


def rich_only(path: Path) -> bool:
    """Whether a message has HTML in its rich text only."""
    with MsgFile.open(path) as file:
        if file.get(tags.PR_HTML) is not None:
            return False
    return html(path) is not None


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
