"""Conversions in bulk: two processes against one, files a second, and the memory that a large attachment takes.

MAPIX_BENCH_FILES says how many files (10,000 where it does not), MAPIX_BENCH_DIR where they lie.
Processor time is told beside the clock's, for a machine that does other things meanwhile.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory

from benchmarks.harness import Result

FILES = int(os.environ.get("MAPIX_BENCH_FILES", "10000"))
ROUNDS = 3
LARGE = 500 << 20
WAYS = (("eml", "msg"), ("msg", "eml"))
_RUN = """
import sys
from mapix.convert.plan import Plan
from mapix.convert.run import Course, convert
from benchmarks.harness import most_memory
if __name__ == "__main__":
    totals = convert([sys.argv[1]], Plan(sys.argv[2], sys.argv[3]), Course(jobs=int(sys.argv[4])))
    assert totals.read == totals.written > 0, totals
    print(totals.seconds, most_memory())
"""


def run() -> list[Result]:
    """All measurements of conversions."""
    with TemporaryDirectory(dir=os.environ.get("MAPIX_BENCH_DIR")) as directory:
        place = Path(directory)
        (place / "program.py").write_text(_RUN, encoding="ascii")
        _write_mails(place / "eml")
        results = [one for source, to in WAYS for one in _speed(place, source, to)]
        return results + _memory(place)


def _speed(place: Path, source: str, to: str) -> list[Result]:
    """One process and two in turns; the quickest of each counts."""
    taken: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    for number in range(ROUNDS):
        for jobs in (1, 2):
            out = place / ("msg" if (to, number, jobs) == ("msg", 0, 1) else f"{to}-{number}-{jobs}")
            taken[jobs].append(_timed(place, place / source, to, out, jobs)[:2])
    one, two = (min(pair[0] for pair in taken[jobs]) for jobs in (1, 2))
    work = min(pair[1] for pair in taken[1])
    way = f"{source} -> {to}"
    return [
        Result(f"{way}, {FILES} files, two processes (one is the floor)", two, one, 1 / 1.7),
        Result(f"{way}, two processes, a second", FILES / two, 300, None, "files"),
        Result(f"{way}, one process, a second of its processor time", FILES / work, None, None, "files"),
    ]


def _memory(place: Path) -> list[Result]:
    """The most that a mail with a large attachment takes, in MiB; 150 MB are allowed."""
    (place / "large").mkdir()
    _write_large(place / "large" / "large.eml")
    found = []
    for source, to in WAYS:
        folder = place / ("large" if source == "eml" else "large-msg")
        out = place / f"large-{to}"
        _, _, kibibytes = _timed(place, folder, to, out, 1)
        allowed = 150e6 / (1 << 20)
        found.append(Result(f"{source} -> {to}, 500 MiB attached, memory", kibibytes / 1024, allowed, 1, "MiB"))
    same = (place / "large" / "large.eml").read_bytes() == (place / "large-eml" / "large.eml").read_bytes()
    print(f"the large mail came back {'the same' if same else 'CHANGED'}")
    return found


def _timed(place: Path, source: Path, to: str, out: Path, jobs: int) -> tuple[float, float, int]:
    """Seconds of a conversion by the clock, of processors, and KiB at most."""
    os.sync()
    root = Path(__file__).parents[1]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(root), str(root / "src")))}
    command = [sys.executable, str(place / "program.py"), str(source), to, str(out), str(jobs)]
    before, begun = getrusage(RUSAGE_CHILDREN), time.monotonic()
    said = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    after, taken = getrusage(RUSAGE_CHILDREN), time.monotonic() - begun
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return min(float(said.split()[0]), taken), processor, int(said.split()[1])


def _write_mails(folder: Path) -> None:
    """Mails with text, HTML and a small file, fifty a folder."""
    for number in range(FILES):
        path = folder / str(number // 50) / f"{number}.eml"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = base64.encodebytes(bytes(range(256)) * (number % 40)).decode("ascii")
        text = f"The numbers of case {number}: é, ü. " * 20
        path.write_bytes(_MAIL.format(number=number, text=text, data=data).replace("\n", "\r\n").encode())


def _write_large(path: Path) -> None:
    head, _, tail = _MAIL.format(number=1, text="large", data="\0").partition("\0")
    block = os.urandom(57 << 10)
    lines = base64.encodebytes(block).replace(b"\n", b"\r\n")
    with path.open("wb") as file:
        file.write(head.replace("\n", "\r\n").encode())
        for _ in range(LARGE // len(block) + 1):
            file.write(lines)
        file.write(tail.lstrip("\n").replace("\n", "\r\n").encode())


_MAIL = """From: Carl <carl@example.org>
To: Ann {number} <ann{number}@example.org>
Cc: Bill <bill@example.org>
Subject: Case {number}
Date: Thu, 02 Jan 2020 12:00:00 +0000
Message-ID: <{number}@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="mixed"

--mixed
Content-Type: multipart/alternative; boundary="either"

--either
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{text}
--either
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

<html><body><p>{text}</p></body></html>
--either--
--mixed
Content-Type: text/csv; name="case.csv"
Content-Disposition: attachment; filename="case.csv"
Content-Transfer-Encoding: base64

{data}
--mixed--
"""
