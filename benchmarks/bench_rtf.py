"""Compressed RTF, against the package compressed-rtf where it is installed.

It is looked for under the Python that MAPIX_BENCH_PEERS names, this one where it names none.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks.harness import Result, seconds
from mapix.formats.rtf import compress, decompress

PEER_PYTHON = os.environ.get("MAPIX_BENCH_PEERS", sys.executable)
SIZE, SMALL = 1 << 20, 1 << 16
_PEER = """
import sys, time, pathlib, compressed_rtf
action = getattr(compressed_rtf, sys.argv[1])
data = pathlib.Path(sys.argv[2]).read_bytes()
times = []
for _ in range(int(sys.argv[3])):
    begun = time.perf_counter(); action(data); times.append(time.perf_counter() - begun)
print(sorted(times)[len(times) // 2])
"""


def run() -> list[Result]:
    """All measurements of compressed RTF."""
    rtf = html_table(SIZE)
    packed = compress(rtf)
    with TemporaryDirectory() as directory:
        return [
            _compared("decompress 1 MiB", lambda: decompress(packed), packed, "decompress", 1 / 10, Path(directory)),
            _compared(
                "compress 64 KiB", lambda: compress(rtf[:SMALL]), rtf[:SMALL], "compress", 1 / 60, Path(directory)
            ),
        ]


def html_table(size: int) -> bytes:
    """RTF that encapsulates a table in HTML, as Outlook writes it."""
    chance = Random(2)
    row = (
        rb'{\*\htmltag148 <tr>}\htmlrtf {\htmlrtf0 {\*\htmltag156 <td class="c%d">}%d.%02d'
        rb"{\*\htmltag164 </td>}\htmlrtf }\htmlrtf0 \par "
    )
    rows: list[bytes] = []
    while sum(map(len, rows[-1:])) * len(rows) < size + 200:
        rows.append(row % (len(rows) % 7, chance.randint(0, 9999), chance.randint(0, 99)))
    return b"".join(rows)[:size]


def _compared(what: str, action: object, data: bytes, name: str, wanted: float, place: Path) -> Result:
    assert callable(action)
    return Result(f"{what}: compressed-rtf", seconds(action), _peer(name, data, place), wanted)


def _peer(name: str, data: bytes, place: Path) -> float | None:
    """Seconds the package takes; None where it is not installed."""
    path = place / name
    path.write_bytes(data)
    command = [PEER_PYTHON, "-c", _PEER, name, str(path), "3"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        print("compressed-rtf is not installed; ours alone is told")
        return None
    return float(ran.stdout)
