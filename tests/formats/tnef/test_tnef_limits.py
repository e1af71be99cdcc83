"""Large TNEF streams: values that stay in their file, and memory that does not grow with them."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from tests.formats.streamed import memory_of
from tests.formats.tnef.tnef_cases import attachment, embedded, told

from mapix.formats.tnef import TnefFile, read_tnef, source, tnef_bytes, write_tnef
from mapix.formats.tnef.layout import LARGE, Att
from mapix.formats.tnef.source import FileValue
from mapix.properties.content import MessageContent
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ATTACH_DATA_BIN, PR_ATTACH_DATA_OBJ, PR_BODY, PR_SUBJECT, PR_TNEF_UNPROCESSED_PROPS


def large() -> MessageContent:
    """A message in whose every part there is something large."""
    inner = MessageContent({PR_SUBJECT: "Inside"}, attachments=[attachment("deep", bytes(range(256)) * 2000)])
    document = attachment("doc", b"")
    del document.properties[PR_ATTACH_DATA_BIN]
    document.properties[PR_ATTACH_DATA_OBJ] = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(LARGE)
    return MessageContent(
        {
            PR_SUBJECT: "Large",
            PR_BODY: "ü" * LARGE,
            PropTag(0x36000102): b"x" * (LARGE + 1),
            PropTag(0x36011102): (b"a" * LARGE, b"b" * LARGE),
            PropTag(0x36021003): tuple(range(1000)),
            PropTag(0x3603000B): True,
            PropTag(0x36040001): None,
            PropTag(0x36050048): bytes(16),
            PropTag(0x80000102): b"n" * (LARGE + 3),
            PropTag(0x8001001F): "ß",
        },
        attachments=[attachment("a", b"y" * (LARGE + 5)), embedded(inner), document],
        names={0x8000: PropertyName(PS_PUBLIC_STRINGS, "Large"), 0x8001: PropertyName(PS_PUBLIC_STRINGS, "Small")},
    )


@pytest.fixture
def _pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in pieces however small they are."""
    for module in ("source", "attributes", "parts"):
        monkeypatch.setattr(f"mapix.formats.tnef.{module}.AT_ONCE", 0)


@pytest.mark.usefixtures("_pieces")
def test_a_file_read_in_pieces_says_the_same(tmp_path: Path) -> None:
    """P-060."""
    path = tmp_path / "winmail.dat"
    write_tnef(large(), path)
    with TnefFile.open(path) as file:
        assert file.defects == ()
        assert isinstance(file.content.attachments[0].properties[PR_ATTACH_DATA_BIN], FileValue)
        assert isinstance(file.content.properties[PR_BODY], FileValue)
        assert told(file.content) == told(large())
        again = io.BytesIO()
        write_tnef(file.content, again)
    assert again.getvalue() == path.read_bytes()


@pytest.mark.usefixtures("_pieces")
def test_a_damaged_file_read_in_pieces_is_told(tmp_path: Path) -> None:
    data = tnef_bytes(large())
    for cut in (10, 100, 5000, len(data) // 2, len(data) - 10):
        (tmp_path / "cut").write_bytes(data[:cut])
        with TnefFile.open(tmp_path / "cut") as file:
            assert file.defects
            told(file.content)
    changed = data.replace(b"y" * 100, b"z" * 100, 1)
    (tmp_path / "changed").write_bytes(changed)
    with TnefFile.open(tmp_path / "changed") as file:
        assert [defect.what for defect in file.defects] == ["a checksum is wrong"]


@pytest.mark.usefixtures("_pieces")
def test_8_bit_text_in_a_large_list_is_read_as_text(tmp_path: Path) -> None:
    from tests.formats.tnef.tnef_cases import attribute, listed, prop, stream

    body = prop(0x1000001E, b"caf\xe9" * LARGE + b"\0")
    odd = prop(0x0037001F, b"a\0" * LARGE + b"b")
    many = struct.pack("<II", 0x3600101E, 2) + b"\2\0\0\0a\0\0\0" + b"\2\0\0\0b\0\0\0"
    (tmp_path / "a").write_bytes(stream(attribute(Att.MSG_PROPS, listed(body, odd, many))))
    with TnefFile.open(tmp_path / "a") as file:
        assert file.content.properties[PR_BODY] == "café" * LARGE
        assert file.content.properties[PR_SUBJECT] == "a" * LARGE
        assert file.content.properties[PropTag(0x3600101F)] == ("a", "b")


def test_what_comes_out_of_a_pipe_is_kept_in_a_file_where_it_is_large() -> None:
    data = tnef_bytes(MessageContent(attachments=[attachment("a", b"z" * (source.AT_ONCE + 1))]))

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with TnefFile.open(Pipe(data)) as file:
        value = file.content.attachments[0].properties[PR_ATTACH_DATA_BIN]
        assert isinstance(value, FileValue)
        assert value.size == source.AT_ONCE + 1
        with value.open() as reader:
            assert reader.read(3) == b"zzz"
            assert reader.seek(-1, 2) == source.AT_ONCE
            assert reader.read() == b"z"
    assert read_tnef(Pipe(tnef_bytes(MessageContent({PR_SUBJECT: "s"})))).value.properties == {PR_SUBJECT: "s"}


STREAMED = """
import sys
from pathlib import Path
from tests.formats.streamed import MadeValue, peak
from mapix.formats.msg import MsgFile, content_of, write_msg
from mapix.formats.tnef import TnefFile, write_tnef
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.tags import PR_ATTACH_DATA_BIN, PR_ATTACH_METHOD, PR_SUBJECT

size, folder = int(sys.argv[1]), Path(sys.argv[2])

inner = MessageContent({PR_SUBJECT: "Inside"}, attachments=[
    AttachmentContent({PR_ATTACH_METHOD: 1, PR_ATTACH_DATA_BIN: MadeValue(size)})])
parts = [AttachmentContent({PR_ATTACH_METHOD: 5}, inner)]
write_tnef(MessageContent({PR_SUBJECT: "Large"}, attachments=parts), folder / "a.tnef")
with TnefFile.open(folder / "a.tnef") as file:
    assert file.defects == ()
    write_msg(file.content, folder / "b.msg")
with MsgFile.open(folder / "b.msg") as file:
    write_tnef(content_of(file), folder / "c.tnef")
with TnefFile.open(folder / "c.tnef") as file:
    assert file.content.attachments[0].message.attachments[0].properties[PR_ATTACH_DATA_BIN].size == size
print(peak())
"""


def peak(size: int, folder: Path) -> int:
    """MiB of memory that a process takes which makes a stream, a .msg file of it, and a stream of that."""
    return memory_of(STREAMED, size, folder)


def test_a_large_attachment_is_never_in_memory(tmp_path: Path) -> None:
    assert peak(64 << 20, tmp_path) < 100


@pytest.mark.soak
def test_500_mib_take_less_than_150(tmp_path: Path) -> None:
    assert peak(500 << 20, tmp_path) < 150


def test_few_bytes_make_no_more_things_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.formats.tnef.tnef_cases import attribute, listed, stream

    for module in ("context", "attributes"):
        monkeypatch.setattr(f"mapix.formats.tnef.{module}.MOST_THINGS", 100)
    empty = struct.pack("<I", 0x36000001)
    cases = {
        "too many properties": attribute(Att.MSG_PROPS, listed(*[empty] * 200)),
        "too many recipients": attribute(Att.RECIP_TABLE, struct.pack("<I", 200) + struct.pack("<I", 0) * 200),
        "too many attributes": attribute(Att.ATTACH_RENDDATA, bytes(14)) * 200,
    }
    for what, data in cases.items():
        parsed = read_tnef(stream(data))
        assert what in [defect.what for defect in parsed.defects], what
        assert len(parsed.value.recipients) + len(parsed.value.attachments) <= 100


@pytest.mark.usefixtures("_pieces")
def test_several_values_too_large_for_memory_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapix.formats.tnef.largeprops.MOST_AT_ONCE", 1000)
    many = MessageContent({PropTag(0x36011003): tuple(range(1000)), PR_SUBJECT: "s"})
    write_tnef(many, tmp_path / "a")
    with TnefFile.open(tmp_path / "a") as file:
        assert file.content.properties == {PR_SUBJECT: "s"}
        assert [defect.what for defect in file.defects] == ["a property too large for memory was left out"]


def test_few_bytes_make_no_more_values_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.formats.tnef.tnef_cases import attribute, listed, stream

    monkeypatch.setattr("mapix.formats.tnef.context.MOST_THINGS", 100)
    cases = {
        0x36001102: struct.pack("<I", 200) + bytes(800),
        0x36011003: struct.pack("<I", 200) + bytes(800),
    }
    for tag, value in cases.items():
        data = struct.pack("<I", tag) + value
        parsed = read_tnef(stream(attribute(Att.MSG_PROPS, listed(data))))
        assert parsed.defects[0].what == "too many values"
        assert parsed.value.properties == {PR_TNEF_UNPROCESSED_PROPS: data}


@pytest.mark.usefixtures("_pieces")
def test_large_lists_have_room_for_no_more_properties_than_small_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapix.formats.tnef.context.MOST_THINGS", 100)
    properties: dict[PropTag, object] = {PropTag(0x30000003 + (number << 16)): number for number in range(300)}
    write_tnef(MessageContent(properties), tmp_path / "a")
    with TnefFile.open(tmp_path / "a") as file:
        assert len(file.content.properties) <= 100
        assert [defect.what for defect in file.defects] == ["too many properties"]


@pytest.mark.usefixtures("_pieces")
def test_what_cannot_be_read_in_pieces_is_left_out_where_it_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.formats.tnef.tnef_cases import attribute, listed, prop, stream

    for module in ("attributes", "largeprops"):
        monkeypatch.setattr(f"mapix.formats.tnef.{module}.MOST_AT_ONCE", 2 * LARGE)
    narrow = prop(0x1000001E, b"a" * 3 * LARGE + b"\0")
    odd = prop(0x3600001F, b"a" * 3 * LARGE + b"b")
    sound = prop(0x3601001F, b"a\0" * 2 * LARGE + b"\0\0")
    parts = [attribute(Att.SUBJECT, b"s" * 3 * LARGE), attribute(Att.MSG_PROPS, listed(narrow, odd, sound))]
    (tmp_path / "a").write_bytes(stream(*parts))
    with TnefFile.open(tmp_path / "a") as file:
        assert list(file.content.properties) == [PropTag(0x3601001F)]
        assert [defect.what for defect in file.defects] == [
            "an attribute too large for memory was left out",
            "a text too large for memory was left out",
            "a text too large for memory was left out",
        ]
