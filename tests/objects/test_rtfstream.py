"""RTF streams over PR_RTF_COMPRESSED, and RTFSync."""

import tracemalloc
from io import BytesIO
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.formats.defects import Strictness
from mapix.formats.rtf import compress, decompress, encapsulate_html, encapsulate_text, to_text, uncompressed
from mapix.formats.rtf.packing import Packer
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.stream import Stream
from mapix.objects.bags.memorysource import MemorySource
from mapix.objects.bags.propdata import PropertyBag
from mapix.objects.messages.rtfstream import (
    rtf_stream_to_html,
    wrap_compressed_rtf_stream,
    wrap_compressed_rtf_stream_ex,
)
from mapix.objects.messages.rtfsync import rtf_sync
from mapix.properties import flags as f
from mapix.properties.errors import CorruptData, InvalidParameter, NoAccess, NoSupport, UnknownFlags
from mapix.properties.tags import PR_BODY, PR_HTML, PR_NATIVE_BODY_INFO, PR_RTF_COMPRESSED, PR_RTF_IN_SYNC

RICH = rb"{\rtf1\ansi Hello {\b w\'f6rld}}"
BOTH = f.RTF_SYNC_RTF_CHANGED | f.RTF_SYNC_BODY_CHANGED


def packed_stream(message: Message, *, write: bool = False) -> Stream:
    access = Access.MODIFY if write else Access.READ
    return message.open_property(PR_RTF_COMPRESSED, Stream, access=access, create=write)


@pytest.mark.parametrize(("flags", "form"), [(0, b"LZFu"), (f.STORE_UNCOMPRESSED_RTF, b"MELA")])
def test_a_body_is_written_and_read_through_wrappers(folder: MapiFolder, flags: int, form: bytes) -> None:
    """P-143, P-144, M-046: both streams are committed; what is written replaces all there was."""
    message = folder.create_message()
    message.set_props({PR_RTF_COMPRESSED: compress(b"{\\rtf1 something long that was there before}" * 9)})
    below = packed_stream(message, write=True)
    with wrap_compressed_rtf_stream(below, f.MAPI_MODIFY | flags) as rtf:
        assert rtf.writable
        assert rtf.write(RICH[:10]) + rtf.write(RICH[10:]) == len(RICH)
    below.commit()
    below.close()
    message.save_changes(Keep.READWRITE)
    assert message.get_prop(PR_RTF_COMPRESSED)[8:12] == form
    assert message.get_prop(PR_BODY) == "Hello w\u00f6rld"
    reader = wrap_compressed_rtf_stream(packed_stream(message))
    assert (reader.read(5), reader.read(), reader.read()) == (RICH[:5], RICH[5:], b"")


def test_a_wrapper_can_be_committed_more_than_once(folder: MapiFolder) -> None:
    """P-144."""
    message = folder.create_message()
    below = packed_stream(message, write=True)
    rtf = wrap_compressed_rtf_stream(below, f.MAPI_MODIFY)
    for part in (RICH[:12], RICH[12:]):
        rtf.write(part)
        rtf.commit()
    below.commit()
    assert decompress(message.get_prop(PR_RTF_COMPRESSED), strictness=Strictness.STRICT).value == RICH


def test_wrappers_go_forward_only(folder: MapiFolder) -> None:
    """P-144: Seek, SetSize, Stat, Clone and Revert are not offered; nor reading what is written."""
    message = folder.create_message()
    message.set_props({PR_RTF_COMPRESSED: compress(RICH)})
    reader = wrap_compressed_rtf_stream(packed_stream(message))
    assert reader.read(4) == RICH[:4]
    writer = wrap_compressed_rtf_stream(packed_stream(message, write=True), f.MAPI_MODIFY)
    for stream in (reader, writer):
        for call in (stream.size, stream.clone, stream.revert, stream.stat, stream.tell):
            with pytest.raises(NoSupport):
                call()
        with pytest.raises(NoSupport):
            stream.truncate(0)
    with pytest.raises(NoAccess):
        reader.write(b"x")
    with pytest.raises(NoAccess):
        writer.read()


def test_what_cannot_be_wrapped_is_refused(folder: MapiFolder) -> None:
    """P-144."""
    message = folder.create_message()
    message.set_props({PR_RTF_COMPRESSED: compress(RICH)})
    with pytest.raises(NoAccess):
        wrap_compressed_rtf_stream(packed_stream(message), f.MAPI_MODIFY)
    with pytest.raises(UnknownFlags):
        wrap_compressed_rtf_stream(packed_stream(message), 0x40)
    moved = packed_stream(message)
    moved.seek(4)
    with pytest.raises(InvalidParameter):
        wrap_compressed_rtf_stream(moved)
    message.set_props({PR_RTF_COMPRESSED: b"neither of both, but long enough"})
    with pytest.raises(CorruptData):
        wrap_compressed_rtf_stream(packed_stream(message))


def test_native_bodies_come_in_the_code_page_that_is_wanted(folder: MapiFolder) -> None:
    """P-144: HTML, text or RTF, each with its kind."""
    message = folder.create_message()

    def native(rtf: bytes, *codepages: int) -> tuple[bytes, int]:
        message.set_props({PR_RTF_COMPRESSED: compress(rtf)})
        stream, kind = wrap_compressed_rtf_stream_ex(packed_stream(message), f.MAPI_NATIVE_BODY, *codepages)
        return stream.read(), kind

    html = encapsulate_html("<p>\u00f6 \u2211?")
    assert native(html) == (b"<p>\xf6 &#8721;?", f.MAPI_NATIVE_BODY_TYPE_HTML)
    assert native(html, 65001) == ("<p>\u00f6 \u2211?".encode(), f.MAPI_NATIVE_BODY_TYPE_HTML)
    assert native(encapsulate_text("\u00f6"), 65001, 850) == (b"\x94", f.MAPI_NATIVE_BODY_TYPE_PLAINTEXT)
    assert native(RICH, 65001) == (RICH, f.MAPI_NATIVE_BODY_TYPE_RTF)
    stream, kind = wrap_compressed_rtf_stream_ex(packed_stream(message))
    assert (stream.read(), kind) == (RICH, f.MAPI_NATIVE_BODY_TYPE_RTF)
    with pytest.raises(InvalidParameter):
        wrap_compressed_rtf_stream_ex(packed_stream(message), f.MAPI_NATIVE_BODY | f.MAPI_MODIFY)


def test_html_is_taken_out_of_plain_rtf(folder: MapiFolder) -> None:
    """[MS-OXRTFEX]."""
    message = folder.create_message()
    message.set_props({PR_RTF_COMPRESSED: compress(encapsulate_html("<p>\u00f6"))})
    assert rtf_stream_to_html(wrap_compressed_rtf_stream(packed_stream(message))) == b"<p>\xf6"
    message.set_props({PR_RTF_COMPRESSED: uncompressed(RICH)})
    assert rtf_stream_to_html(wrap_compressed_rtf_stream(packed_stream(message))) is None


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"\\par ", b"abc" * 30]), max_size=12), st.integers(1, 3000))
def test_how_text_is_cut_does_not_change_how_it_is_packed(parts: list[bytes], times: int) -> None:
    """[MS-OXRTFCP] 2.2.2.2."""
    parts *= max(times // (len(parts) or 1) // 20, 1)
    packer = Packer()
    packed = b"".join(map(packer.feed, parts)) + packer.end()
    assert compress(b"".join(parts))[16:] == packed
    assert decompress(compress(b"".join(parts)), strictness=Strictness.STRICT).value == b"".join(parts)


def test_long_bodies_take_little_memory(folder: MapiFolder) -> None:
    """P-144, P-060: twenty megabytes through both wrappers."""
    message = folder.create_message()
    below = packed_stream(message, write=True)
    piece = b"{\\b some text of a row}\\par\r\n" * 1100
    tracemalloc.start()
    with wrap_compressed_rtf_stream(below, f.MAPI_MODIFY | f.STORE_UNCOMPRESSED_RTF) as rtf:
        for _ in range(700):
            rtf.write(piece)
    below.commit()
    reader, length = wrap_compressed_rtf_stream(packed_stream(message)), 0
    while data := reader.read(1 << 16):
        length += len(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert length == 700 * len(piece) > 20 << 20
    assert most < 3 << 20


def test_packing_remembers_no_more_than_its_window() -> None:
    """[MS-OXRTFCP] 2.1.2.1: whatever is fed."""
    packer, chance = Packer(), Random(1)
    for _ in range(12):
        packer.feed(chance.randbytes(1 << 16))
        assert len(packer._known) < 10_000
        assert len(packer._data) < 10_000


def bag(values: dict[Any, Any]) -> PropertyBag:
    """An object that keeps no bodies in step."""
    return PropertyBag(MemorySource(values), access=Access.MODIFY)


def test_the_text_follows_changed_rtf() -> None:
    """M-042: both flags for a new message; the RTF is believed."""
    for flags in (f.RTF_SYNC_RTF_CHANGED, BOTH):
        message = bag({PR_RTF_COMPRESSED: compress(RICH), PR_BODY: "old"})
        assert rtf_sync(message, flags)
        assert message.get_props((PR_BODY, PR_RTF_IN_SYNC)) == {PR_BODY: "Hello w\u00f6rld", PR_RTF_IN_SYNC: True}
        assert message.get_prop(PR_RTF_COMPRESSED) == compress(RICH)
        assert not rtf_sync(message, flags)


def test_the_rtf_follows_a_changed_text() -> None:
    """M-042, M-043."""
    message = bag({PR_RTF_COMPRESSED: compress(RICH), PR_BODY: "new words", PR_RTF_IN_SYNC: False})
    assert rtf_sync(message, f.RTF_SYNC_BODY_CHANGED)
    assert to_text(decompress(message.get_prop(PR_RTF_COMPRESSED)).value) == "new words"
    assert message.get_prop(PR_RTF_IN_SYNC) is True
    assert rtf_sync(bag({PR_BODY: "alone"}), f.RTF_SYNC_BODY_CHANGED)


def test_other_blanks_are_no_change_of_words() -> None:
    """M-041, M-043: only the mark is missing."""
    values = {PR_RTF_COMPRESSED: compress(RICH), PR_BODY: " Hello\r\n w\u00f6rld"}
    message = bag(values)
    assert rtf_sync(message, BOTH)
    assert message.get_props((PR_BODY, PR_RTF_COMPRESSED, PR_RTF_IN_SYNC)) == values | {PR_RTF_IN_SYNC: True}


def test_what_cannot_be_brought_in_step_is_left_alone() -> None:
    """M-043."""
    damaged = bag({PR_RTF_COMPRESSED: b"damaged", PR_BODY: "text"})
    assert not rtf_sync(damaged, f.RTF_SYNC_RTF_CHANGED)
    assert damaged.get_props() == {PR_RTF_COMPRESSED: b"damaged", PR_BODY: "text"}
    assert not rtf_sync(bag({}), BOTH)
    assert not rtf_sync(bag({PR_BODY: "x", PR_RTF_COMPRESSED: compress(RICH)}), 0)
    with pytest.raises(UnknownFlags):
        rtf_sync(damaged, 4)


def test_a_message_in_a_store_keeps_its_rtf_when_its_text_is_brought_in_step(folder: MapiFolder) -> None:
    """M-041, M-043: the text that was made of the RTF is no reason to make other RTF."""
    message = folder.create_message()
    message.set_props({PR_RTF_COMPRESSED: compress(RICH), PR_BODY: "other", PR_HTML: b"other"})
    message.save_changes(Keep.READWRITE)
    assert message.get_prop(PR_NATIVE_BODY_INFO) == 3
    assert rtf_sync(message, f.RTF_SYNC_RTF_CHANGED)
    message.save_changes(Keep.READWRITE)
    found = message.get_props((PR_BODY, PR_RTF_COMPRESSED, PR_NATIVE_BODY_INFO))
    assert found == {PR_BODY: "Hello w\u00f6rld", PR_RTF_COMPRESSED: compress(RICH), PR_NATIVE_BODY_INFO: 2}


def test_streams_below_may_be_any(folder: MapiFolder) -> None:
    """P-144: what is read comes as it is asked for."""
    source = BytesIO(compress(RICH * 500))
    message = folder.create_message()
    message.set_props({PR_RTF_COMPRESSED: source.getvalue()})
    reader = wrap_compressed_rtf_stream(packed_stream(message))
    assert b"".join(iter(lambda: reader.read(7), b"")) == RICH * 500
    reader.close()
    assert reader.read() == b""
