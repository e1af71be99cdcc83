"""TNEF streams read whole, each property to its value, against the package tnefparse where it is installed: real ones
where there are some, and mail with files of several sizes. Ours reads more: recipients and messages inside.

It is looked for under the Python that MAPIX_BENCH_PEERS names, this one where it names none.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.harness import Result
from mapix.formats.tnef import read_tnef, tnef_bytes
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
_HANGS = "oom"
"""A stream that tnefparse does not come back from."""
_PEER = """
import sys, time, json, logging, pathlib
from tnefparse import TNEF
logging.disable(50)
def read(data):
    found = TNEF(data, do_checksum=True)
    for one in found.mapiprops: one.data
    for part in found.attachments:
        for one in part.mapi_attrs: one.data
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
        for size, wanted in ((20_000, None), (100_000, 1 / 5), (1_000_000, 1 / 5)):
            path = place / f"{size}.tnef"
            path.write_bytes(tnef_bytes(mail(size)))
            results.append(_compared(f"mail with a file of {size // 1000} kB: tnefparse", [path], wanted))
        real = [path for path in sorted(CORPUS.glob("*/*")) if _HANGS not in path.name]
        if real:
            results.append(_compared(f"{len(real)} real streams together: tnefparse", real, None))
        return results


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
    peer = _peer(paths)
    both = [path for path in paths if not peer or str(path) in peer]
    ours = sum(_least(path.read_bytes()) for path in both)
    return Result(what, ours, sum(peer[str(path)] for path in both) if peer else None, wanted if peer else None)


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
