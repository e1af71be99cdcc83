"""TNEF streams read whole, each property to its value, against the package tnefparse where it is installed: real ones
together where there are some, else small mail of our own, and mail with files of several sizes. Both take turns.

It is looked for under the Python that MAPIX_BENCH_PEERS names, this one where it names none.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from math import inf
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.harness import Result
from mapix.formats.tnef import read_tnef, tnef_bytes
from mapix.formats.tnef.read import is_tnef
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_METHOD,
    PR_BODY,
    PR_MESSAGE_CLASS,
    PR_RTF_COMPRESSED,
    PR_SUBJECT,
)

PEER_PYTHON = os.environ.get("MAPIX_BENCH_PEERS", sys.executable)
CORPUS = Path(__file__).parents[1].parent / "shared" / "corpora" / "tnef"
ROUNDS = 15
TURNS = 3
WANTED = 1 / 5
_HANGS = "oom"
"""A stream that tnefparse does not come back from."""
_PEER = """
import sys, time, json, logging, pathlib
from tnefparse import TNEF
logging.disable(50)
def read(data):
    values(TNEF(data, do_checksum=True))
def values(found):
    for one in found.mapiprops: one.data
    for one in found.msgprops:
        if one.name == TNEF.ATTRECIPTABLE:
            for row in one.data:
                for value in row: value.data
    for part in found.attachments:
        for one in part.mapi_attrs: one.data
        if hasattr(part, "embed"): values(part.embed)
told = {}
for name in sys.argv[2:]:
    data = pathlib.Path(name).read_bytes()
    try:
        best = None
        for _ in range(int(sys.argv[1])):
            begun = time.perf_counter(); read(data); took = time.perf_counter() - begun
            best = took if best is None else min(best, took)
        told[name] = best
    except Exception:
        pass
print(json.dumps(told))
"""


def run() -> list[Result]:
    """All measurements of TNEF."""
    with TemporaryDirectory() as directory:
        place = Path(directory)
        results = []
        for size, wanted in ((20_000, None), (100_000, WANTED), (1_000_000, WANTED)):
            path = place / f"{size}.tnef"
            path.write_bytes(tnef_bytes(mail(size)))
            results.append(_compared(f"mail with a file of {size // 1000} kB", [path], wanted))
        real = [path for path in sorted(CORPUS.glob("*/*")) if _HANGS not in path.name and is_tnef(path.read_bytes())]
        if real:
            results.append(_compared(f"{len(real)} real streams together", real, WANTED))
        else:
            results.append(_compared("small mail together", _small(place), None))
        return results


def _small(place: Path) -> list[Path]:
    """Mail with files of next to nothing."""
    paths = []
    for size in (0, 500, 2_000, 8_000):
        paths.append(place / f"small-{size}.tnef")
        paths[-1].write_bytes(tnef_bytes(mail(size)))
    return paths


def mail(size: int) -> MessageContent:
    """A mail as Outlook sends it: text, RTF, sixty properties, and a file."""
    chance = Random(size)
    properties = {PropTag(0x10200000 + (number << 16) | 3): number for number in range(20)}
    properties |= {PropTag(0x10400000 + (number << 16) | 0x1F): f"value {number}" for number in range(20)}
    properties |= {PropTag(0x10600000 + (number << 16) | 0x102): chance.randbytes(20) for number in range(20)}
    properties |= {PR_MESSAGE_CLASS: "IPM.Note", PR_SUBJECT: "Q3", PR_BODY: "word " * 100}
    properties[PR_RTF_COMPRESSED] = chance.randbytes(2000)
    file = {PR_ATTACH_METHOD: 1, PR_ATTACH_LONG_FILENAME: "q3.pdf", PR_ATTACH_DATA_BIN: chance.randbytes(size)}
    return MessageContent(properties, attachments=[AttachmentContent(file)])


def _compared(what: str, paths: list[Path], wanted: float | None) -> Result:
    """The least times of both over the streams that both read."""
    ours: dict[str, float] = {}
    peers: dict[str, float] = {}
    for _ in range(TURNS):
        for path in paths:
            ours[str(path)] = min(ours.get(str(path), inf), _least(path.read_bytes()))
        for name, seconds in _peer(paths).items():
            peers[name] = min(peers.get(name, inf), seconds)
    total = sum(seconds for name, seconds in ours.items() if name in (peers or ours))
    return Result(f"{what}: tnefparse", total, sum(peers.values()) if peers else None, wanted if peers else None)


def _least(data: bytes) -> float:
    times = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        read_tnef(data)
        times.append(perf_counter() - begun)
    return min(times)


def _peer(paths: list[Path]) -> dict[str, float]:
    """Seconds the package takes by path; nothing where it is not installed."""
    command = [PEER_PYTHON, "-c", _PEER, str(ROUNDS), *map(str, paths)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        print("tnefparse is not installed; ours alone is told")
        return {}
    found: dict[str, float] = json.loads(ran.stdout)
    return found
