"""Compressed and encapsulated RTF, against the packages compressed-rtf and RTFDE where they are installed.

They are looked for under the Python that MAPIX_BENCH_PEERS names, this one where it names none.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks.harness import Result, seconds
from mapix.formats.rtf import compress, de_encapsulate, decompress

PEER_PYTHON = os.environ.get("MAPIX_BENCH_PEERS", sys.executable)
SIZE, SMALL = 1 << 20, 1 << 16
_PEER = """
import sys, time, pathlib
from importlib import import_module
action = getattr(import_module(sys.argv[1]), sys.argv[2])
data = pathlib.Path(sys.argv[3]).read_bytes()
if sys.argv[2] == "DeEncapsulator":
    reader = action
    action = lambda data: reader(data).deencapsulate()
times = []
for _ in range(3):
    begun = time.perf_counter(); action(data); times.append(time.perf_counter() - begun)
print(sorted(times)[1])
"""
_LZFU, _RTFDE = "compressed_rtf", "RTFDE.deencapsulate"
_HEAD = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fmodern\fcharset204 Courier;}}"
    rb"{\colortbl;\red0\green0\blue0;}\uc1\pard\plain\deftab360 \f0\fs24 {\*\htmltag18 <html>}"
)


def run() -> list[Result]:
    """All measurements of compressed RTF."""
    rtf = html_table(SIZE)
    packed = compress(rtf)
    body = encapsulated(100 << 10)
    with TemporaryDirectory() as directory:
        place = Path(directory)
        return [
            _compared("decompress 1 MiB", lambda: decompress(packed), packed, (_LZFU, "decompress"), 1 / 10, place),
            _compared(
                "compress 64 KiB", lambda: compress(rtf[:SMALL]), rtf[:SMALL], (_LZFU, "compress"), 1 / 60, place
            ),
            _compared(
                "HTML out of 100 KiB RTF",
                lambda: de_encapsulate(body),
                body,
                (_RTFDE, "DeEncapsulator"),
                1 / 150,
                place,
            ),
        ]


def encapsulated(size: int) -> bytes:
    """A whole document of about `size` bytes that encapsulates a table in HTML."""
    return _HEAD + html_table(size).rsplit(rb"{\*\htmltag148", 1)[0] + rb"{\*\htmltag27 </html>}}"


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


def _compared(
    what: str, action: Callable[[], object], data: bytes, peer: tuple[str, str], wanted: float, place: Path
) -> Result:
    return Result(f"{what}: {peer[0].partition('.')[0]}", seconds(action), _peer(peer, data, place), wanted)


def _peer(peer: tuple[str, str], data: bytes, place: Path) -> float | None:
    """Seconds the package takes; None where it is not installed."""
    path = place / peer[1]
    path.write_bytes(data)
    ran = subprocess.run([PEER_PYTHON, "-c", _PEER, *peer, str(path)], capture_output=True, text=True, check=False)
    if ran.returncode:
        print(f"{peer[0]} is not installed; ours alone is told")
        return None
    return float(ran.stdout)
