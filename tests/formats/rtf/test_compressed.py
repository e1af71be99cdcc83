"""Compressed RTF: both forms, in one piece and in a stream, whole and damaged."""

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.formats.defects import Defects, Strictness
from mapix.formats.msg import MsgFile
from mapix.formats.rtf import compress, decompress, decompressed_pieces, uncompressed
from mapix.formats.rtf.compressed import HEAD, PRELOAD
from mapix.properties import tags
from mapix.properties.errors import CorruptData
from mapix.properties.value import whole

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpora" / "msg"
HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
CROSSING = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")


def test_the_examples_of_the_specification_are_read() -> None:
    """[MS-OXRTFCP] 3.1."""
    assert decompress(HELLO, strictness=Strictness.STRICT).value == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert decompress(CROSSING, strictness=Strictness.STRICT).value == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


def test_the_example_that_overlaps_itself_is_written_alike() -> None:
    """[MS-OXRTFCP] 3.2."""
    assert compress(b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}") == CROSSING


def test_the_window_starts_with_what_rtf_often_has() -> None:
    """[MS-OXRTFCP] 2.1.2.1."""
    assert len(PRELOAD) == 207
    assert len(compress(PRELOAD)) < 60


parts = st.sampled_from([b"\\par ", b"{", b"}", b"a", b"ab", b"abcabc", PRELOAD[:40]])
texts = st.lists(parts | st.binary(max_size=30))


@given(texts.map(b"".join))
def test_what_is_compressed_comes_back(rtf: bytes) -> None:
    for packed in (compress(rtf), uncompressed(rtf)):
        assert decompress(packed, strictness=Strictness.STRICT).value == rtf


def test_long_text_is_compressed_across_many_windows() -> None:
    rtf = b"".join(b"{\\*\\htmltag84 <p class=c%d>}line %d\\par " % (each % 7, each) for each in range(20_000))
    packed = compress(rtf)
    assert decompress(packed, strictness=Strictness.STRICT).value == rtf
    assert len(packed) < len(rtf) // 3


class Dripping(io.BytesIO):
    """A stream that answers a few bytes at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 0, 7) if size != -1 else 7)


@given(texts.map(b"".join), st.integers(1, 40))
def test_a_stream_in_drops_says_the_same(rtf: bytes, times: int) -> None:
    rtf = rtf * times
    defects = Defects(Strictness.STRICT)
    assert b"".join(decompressed_pieces(Dripping(compress(rtf)).read, defects)) == rtf


@given(texts.map(b"".join), st.data())
def test_damage_is_a_defect_and_never_more_text_than_the_head_allows(rtf: bytes, data: st.DataObject) -> None:
    packed = bytearray(compress(rtf))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(packed) - 1))
        packed[place] ^= data.draw(st.integers(1, 255))
    cut = packed[: data.draw(st.integers(0, len(packed)))]
    try:
        found = decompress(bytes(cut))
    except CorruptData:
        return
    assert len(found.value) <= 9 * len(cut) + 18
    assert found.value == rtf or found.defects or cut[8:12] == b"MELA"


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_an_error(data: bytes) -> None:
    head = HEAD.pack(len(data) + 12, 1 << 30, b"LZFu", 0)
    found = decompress(head + data)
    assert len(found.value) <= 9 * len(data) + 18
    assert found.defects


@pytest.mark.parametrize("data", [b"", b"LZFu", struct.pack("<II4sI", 12, 0, b"ZIP!", 0)])
def test_what_has_no_head_is_refused(data: bytes) -> None:
    with pytest.raises(CorruptData):
        decompress(data)


def test_a_truncated_text_keeps_what_is_there() -> None:
    rtf = b"{\\rtf1 " + bytes(range(65, 91)) * 3 + b"}"
    found = decompress(compress(rtf)[:-9])
    assert found.defects
    assert len(found.value) > 20
    assert rtf.startswith(found.value)
    with pytest.raises(CorruptData):
        decompress(compress(rtf)[:-9], strictness=Strictness.STRICT)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not there")
def test_bodies_of_real_messages_are_read_and_survive_being_written() -> None:
    read = 0
    for path in sorted(CORPUS.glob("*/*.msg")):
        if "clusterfuzz" in path.name:
            continue
        with MsgFile.open(path) as file:
            value = file.message.get(tags.PR_RTF_COMPRESSED)
            if not value:
                continue
            data = whole(tags.PR_RTF_COMPRESSED, value)
        found = decompress(data)
        # One writer counts the head into the size of RTF that is not compressed.
        assert found.defects == () or data[8:12] == b"MELA", path.name
        assert found.value.lstrip().startswith(b"{\\rtf"), path.name
        assert decompress(compress(found.value), strictness=Strictness.STRICT).value == found.value
        read += 1
    assert read > 20
