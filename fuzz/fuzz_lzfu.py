"""Coverage-guided fuzzing of compressed RTF: `python fuzz/fuzz_lzfu.py -max_total_time=300`.

The first byte of an input says whether it is packed, or what is inside of a sound head, so that damage is reached
without a checksum being right. What comes out is bounded by what goes in, the same in one piece and in drops, and what
is packed comes back. Needs atheris; `make fuzz` runs it.
"""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import Final

from running import instrumented, run

with instrumented():
    from mapix.formats.defects import Defects, Strictness
    from mapix.formats.rtf.compressed import HEAD, compress, decompress, decompressed_pieces, uncompressed
    from mapix.properties.errors import CorruptData, MapiError

MOST: Final = 100_000
_TEXT: Final = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fswiss Arial;}}\f0\fs20 Some words and {\b more} of them\par}"


class Drops(BytesIO):
    """A stream that answers a few bytes at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 0, 5))


def one_input(data: bytes) -> None:
    """Read one input in both ways, and pack it."""
    if not 1 < len(data) < MOST:
        return
    if data[0] & 1:
        judge(HEAD.pack(len(data) + 11, 9 * len(data), b"LZFu", 0) + data[1:])
    else:
        judge(data[1:])
    assert decompress(compress(data), strictness=Strictness.STRICT).value == data


def judge(data: bytes) -> None:
    """What is read is bounded, and the same however it comes."""
    with suppress(MapiError):
        decompress(data, strictness=Strictness.STRICT)
    try:
        found = decompress(data)
    except CorruptData:
        return
    assert len(found.value) <= 9 * len(data) + 18, "more than there can be"
    drops = b"".join(decompressed_pieces(Drops(data).read, Defects(Strictness.TOLERANT)))
    assert drops == found.value, "in drops it says something else"


def seeds() -> list[bytes]:
    """Both forms, long and short texts, and the tokens alone."""
    packed = compress(_TEXT)
    whole = [packed, uncompressed(_TEXT), compress(b""), compress(b"WXYZ" * 9), compress(bytes(range(256)))]
    return [*(b"\0" + one for one in whole), b"\1" + packed[16:], b"\0" + compress(_TEXT * 40)]


if __name__ == "__main__":
    run("lzfu", one_input, seeds())
