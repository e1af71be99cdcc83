"""Reading .msg files: every form of values, and what is damaged."""

import struct
from pathlib import Path

import pytest
from tests.formats.msg.msg_cases import at, attachment, handmade, nodes, packed, plain, plainly, read, size, written

from mapix.formats.cfb import Node
from mapix.formats.defects import Strictness
from mapix.formats.msg import MsgFile, content_of
from mapix.formats.msg.layout import LARGE, PROPERTIES
from mapix.formats.storageerrors import StorageError
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import CorruptData
from mapix.properties.flags import ATTACH_BY_REFERENCE, ATTACH_EMBEDDED_MSG, ATTACH_OLE
from mapix.properties.named import PS_MAPI, PS_PUBLIC_STRINGS, PropertyName, PSETID_Common
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_LONG_PATHNAME,
    PR_ATTACH_METHOD,
    PR_BODY,
    PR_DISPLAY_NAME,
    PR_IMPORTANCE,
    PR_SUBJECT,
)
from mapix.properties.value import LargeValue

SUBJECT = "__substg1.0_0037001F"


def told(file: MsgFile) -> list[str]:
    return [str(defect) for defect in file.defects]


def test_a_message_is_read_lazily_from_a_path_bytes_or_a_file(tmp_path: Path) -> None:
    data = written(plain())
    path = tmp_path / "mail.msg"
    path.write_bytes(data)
    with path.open("rb") as opened:
        for source in (data, path, str(path), opened):
            with MsgFile.open(source) as file:
                assert file.get(PR_SUBJECT) == "Q3 – ключ"
                assert [one.get(PR_DISPLAY_NAME) for one in file.recipients] == ["Bill", "Anna"]
                assert file.attachments[0].get(PR_ATTACH_DATA_BIN) == b"text"


def test_what_is_no_compound_file_is_a_storage_error() -> None:
    for data in (b"", b"From: a@b.test\r\n\r\n", bytes(5000)):
        with pytest.raises(StorageError):
            MsgFile.open(data)


def test_a_missing_property_is_absent() -> None:
    with MsgFile.open(written(MessageContent())) as file:
        assert file.get(PR_SUBJECT) is None
        assert file.get(PR_SUBJECT, "none") == "none"
        assert PR_SUBJECT not in file.properties()


def test_text_is_found_in_either_width() -> None:
    with MsgFile.open(written(plain())) as file:
        assert file.get(PR_SUBJECT.with_type(PropType.STRING8)) == "Q3 – ключ"


def test_a_message_inside_has_its_own_parts_and_the_names_of_the_file() -> None:
    with MsgFile.open(written(plain())) as file:
        inner = file.attachments[1].message
        assert inner is not None
        assert inner.get(PR_SUBJECT) == "Inside"
        assert [one.get(PR_DISPLAY_NAME) for one in inner.recipients] == ["Ann"]
        assert inner.attachments[0].get(PR_ATTACH_DATA_BIN) == b"\0\1"
        assert file.names[0x8001] == PropertyName(PS_PUBLIC_STRINGS, "Keywords")
        assert PR_ATTACH_DATA_OBJ not in file.attachments[1].properties()


def test_names_are_found_both_ways_and_new_ones_get_the_next_identifier() -> None:
    with MsgFile.open(written(plain())) as file:
        names = file.names
        assert names.id_of(PropertyName(PSETID_Common, 0x8503)) == 0x8000
        assert names.id_of(PropertyName(bytes(range(16)), "of nobody")) == 0x8003
        assert names.id_of(PropertyName(PSETID_Common, 1)) is None
        assert names.add(PropertyName(PSETID_Common, 1)) == 0x8004
        assert names.add(PropertyName(PSETID_Common, 0x8503)) == 0x8000
        assert len(names) == 5


def test_names_of_all_guid_indices_are_read() -> None:
    """[MS-OXMSG] 2.2.3.1.2: 1 and 2 are PS_MAPI and PS_PUBLIC_STRINGS, from 3 on the stream of GUIDs counts."""
    entries = b"".join(
        struct.pack("<IHH", ident, kind, number)
        for number, (ident, kind) in enumerate([(0x8501, 1 << 1), (0, 2 << 1 | 1), (7, 3 << 1), (8, 4 << 1), (9, 0)])
    )
    text = "größe".encode("utf-16-le")
    streams = {
        "__substg1.0_00020102": PSETID_Common + bytes(range(16)),
        "__substg1.0_00030102": entries,
        "__substg1.0_00040102": struct.pack("<I", len(text)) + text,
    }
    storage = Node("__nameid_version1.0", children=[Node(*item) for item in streams.items()])
    with MsgFile.open(handmade([], {}, storage)) as file:
        assert dict(file.names) == {
            0x8000: PropertyName(PS_MAPI, 0x8501),
            0x8001: PropertyName(PS_PUBLIC_STRINGS, "größe"),
            0x8002: PropertyName(PSETID_Common, 7),
            0x8003: PropertyName(bytes(range(16)), 8),
            0x8004: PropertyName(bytes(16), 9),
        }
        assert file.defects == ()


def test_entries_of_names_that_tell_nothing_are_noted_and_the_others_read() -> None:
    entries = struct.pack("<IHH", 5, 9 << 1, 0) + struct.pack("<IHH", 99, 2 << 1 | 1, 1) + struct.pack("<IHH", 6, 4, 2)
    storage = Node("__nameid_version1.0", children=[Node("__substg1.0_00030102", entries + b"rest")])
    with MsgFile.open(handmade([], {}, storage)) as file:
        assert dict(file.names) == {0x8002: PropertyName(PS_PUBLIC_STRINGS, 6)}
        assert sum("an entry that tells no name" in one for one in told(file)) == 2


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (PropType.SHORT, b"\xff\xff\0\0\0\0\0\0", -1),
        (PropType.LONG, b"\x07\0\0\0\xff\xff\xff\xff", 7),
        (PropType.FLOAT, struct.pack("<f4x", 1.5), 1.5),
        (PropType.DOUBLE, struct.pack("<d", -2.25), -2.25),
        (PropType.CURRENCY, struct.pack("<q", -10000), -10000),
        (PropType.APPTIME, struct.pack("<d", 2.0), 2.0),
        (PropType.ERROR, struct.pack("<I4x", 0x8004010F), 0x8004010F - (1 << 32)),
        (PropType.BOOLEAN, b"\x01\0\0\0\0\0\0\0", True),
        (PropType.BOOLEAN, b"\0\0\x01\x01\x01\x01\x01\x01", False),
        (PropType.LONGLONG, struct.pack("<q", 1 << 40), 1 << 40),
        (PropType.SYSTIME, struct.pack("<q", 132224400000000000), 132224400000000000),
        (PropType.NULL, bytes(8), None),
        (0x00F7, b"unknown!", b"unknown!"),
    ],
)
def test_values_that_stand_in_the_property_stream(kind: int, raw: bytes, value: object) -> None:
    """P-020, P-026."""
    tag = PropTag.of(0x3A01, kind)
    with MsgFile.open(handmade([(tag, raw)], {})) as file:
        assert file.properties() == {tag: value}
        assert file.get(tag, "absent") == value


def test_several_values_have_streams_of_their_lengths() -> None:
    """[MS-OXMSG] 2.1.4."""
    texts, binaries, numbers = PropTag(0x3A01101F), PropTag(0x3A021102), PropTag(0x3A031003)
    guids, narrow = PropTag(0x3A041048), PropTag(0x3A05101E)
    streams = {
        "__substg1.0_3A01101F": struct.pack("<II", 4, 2),
        "__substg1.0_3A01101F-00000000": "x\0".encode("utf-16-le"),
        "__substg1.0_3A01101F-00000001": b"\0\0",
        "__substg1.0_3A021102": struct.pack("<QQ", 3, 0),
        "__substg1.0_3A021102-00000000": b"\0\1\0",
        "__substg1.0_3A021102-00000001": b"",
        "__substg1.0_3A031003": struct.pack("<iii", 1, -1, 7),
        "__substg1.0_3A041048": bytes(32),
        "__substg1.0_3A05101E": struct.pack("<I", 2),
        "__substg1.0_3A05101E-00000000": b"y\0",
    }
    entries = [
        (int(tag), size(len(streams[f"__substg1.0_{tag:08X}"]))) for tag in (texts, binaries, numbers, guids, narrow)
    ]
    with MsgFile.open(handmade(entries, streams)) as file:
        assert file.properties() == {
            texts: ("x", ""),
            binaries: (b"\0\1\0", b""),
            numbers: (1, -1, 7),
            guids: (bytes(16), bytes(16)),
            PropTag(0x3A05101F): ("y",),
        }
        assert file.defects == ()


def test_unknown_types_are_kept_byte_for_byte() -> None:
    tag = PropTag(0x3A017F01)
    data = handmade([(tag, size(5))], {"__substg1.0_3A017F01": b"\0\1\2\3\4"})
    assert read(data).properties == {tag: b"\0\1\2\3\4"}
    assert read(written(read(data))).get(tag) == b"\0\1\2\3\4"


@pytest.mark.parametrize("ending", ["", "\0"])
def test_a_terminator_that_a_writer_left_in_is_no_part_of_the_text(ending: str) -> None:
    raw = f"Hi{ending}".encode("utf-16-le")
    for stated in (len(raw), len(raw) + 2):
        with MsgFile.open(handmade([(PR_SUBJECT, size(stated))], {SUBJECT: raw})) as file:
            assert file.get(PR_SUBJECT) == "Hi"
            assert file.defects == ()


def test_a_nul_at_the_end_of_text_survives() -> None:
    assert read(written(MessageContent({PR_SUBJECT: "a\0b\0"}))).get(PR_SUBJECT) == "a\0b\0"


def test_a_size_that_lies_is_noted_and_the_stream_believed() -> None:
    with MsgFile.open(handmade([(PR_SUBJECT, size(1 << 31))], {SUBJECT: "Hi".encode("utf-16-le")})) as file:
        assert file.get(PR_SUBJECT) == "Hi"
        assert "message 0x0037001F: the entry tells another size" in told(file)[0]


def test_a_strict_reader_refuses_at_the_first_defect() -> None:
    data = handmade([(PR_SUBJECT, size(99))], {SUBJECT: "Hi".encode("utf-16-le")})
    with MsgFile.open(data, strictness=Strictness.STRICT) as file, pytest.raises(CorruptData):
        file.get(PR_SUBJECT)


def test_without_a_property_stream_the_values_with_streams_are_read() -> None:
    root = nodes(written(plain()))
    for node in (root, at(root, "__recip_version1.0_#00000001"), at(root, "__attach_version1.0_#00000000")):
        node.children = [child for child in node.children if child.name != PROPERTIES]
    with MsgFile.open(packed(root)) as file:
        assert file.get(PR_SUBJECT) == "Q3 – ключ"
        assert file.properties()[PR_BODY] == "Hello\r\n"
        assert [one.get(PR_DISPLAY_NAME) for one in file.recipients] == ["Bill", "Anna"]
        assert file.attachments[0].get(PR_ATTACH_DATA_BIN) == b"text"
        found = told(file)
        assert "recipient 1: there is no property stream" in found
        assert "attachment 0: there is no property stream" in found


@pytest.mark.parametrize("length", [0, 7, 31, 32, 40, 49])
def test_a_short_property_stream_is_read_as_far_as_it_goes(length: int) -> None:
    root = nodes(written(plain()))
    stream = at(root, PROPERTIES)
    assert isinstance(stream.data, bytes)
    stream.data = stream.data[:length]
    with MsgFile.open(packed(root)) as file:
        assert file.get(PR_SUBJECT) == "Q3 – ключ"
        assert len(file.recipients) == 2
        assert file.defects


def test_a_missing_stream_is_noted_and_the_rest_read() -> None:
    root = nodes(written(plain()))
    root.children = [child for child in root.children if child.name != SUBJECT]
    with MsgFile.open(packed(root)) as file:
        assert file.get(PR_SUBJECT) is None
        assert file.get(PR_BODY) == "Hello\r\n"
        assert told(file) == ["message 0x0037001F: the stream of the value is missing"]


def test_several_values_of_which_one_is_missing_keep_their_places() -> None:
    root = nodes(written(plain()))
    root.children = [child for child in root.children if child.name != "__substg1.0_8001101F-00000000"]
    with MsgFile.open(packed(root)) as file:
        assert file.get(PropTag(0x8001101F)) == ("", "two")
        assert told(file) == ["message 0x8001101F: value 0 of several is missing"]


def test_a_count_of_values_that_nobody_could_have_costs_nothing() -> None:
    tag = PropTag(0x3A01101F)
    with MsgFile.open(handmade([(tag, size(40_000))], {"__substg1.0_3A01101F": b"\xff" * 40_000})) as file:
        assert len(file.get(tag)) <= 3
        assert "more values are told than there are streams" in told(file)[0]


def test_bytes_that_are_no_value_of_their_type_are_there_as_binary() -> None:
    guid, longs = PropTag(0x3A010048), PropTag(0x3A021003)
    data = handmade(
        [(guid, size(3)), (longs, size(5))], {"__substg1.0_3A010048": b"abc", "__substg1.0_3A021003": b"12345"}
    )
    with MsgFile.open(data) as file:
        assert file.get(guid) is None
        assert file.properties() == {
            guid.with_type(PropType.BINARY): b"abc",
            longs.with_type(PropType.BINARY): b"12345",
        }
        assert len(file.defects) == 3


def test_half_a_letter_at_the_end_of_text_is_noted() -> None:
    with MsgFile.open(handmade([(PR_SUBJECT, size(7))], {SUBJECT: b"H\0i\0!"})) as file:
        assert file.get(PR_SUBJECT) == "Hi"
        assert told(file) == ["message 0x0037001F: text ends in half a letter"]


def test_names_of_streams_are_found_whatever_their_case() -> None:
    tag = PropTag(0x3A0B001F)
    data = handmade([(tag, size(6))], {"__substg1.0_3a0b001f": "Hi".encode("utf-16-le")})
    assert read(data).properties == {tag: "Hi"}


def test_properties_that_stand_twice_count_once() -> None:
    with MsgFile.open(handmade([(PR_IMPORTANCE, size(1)), (PR_IMPORTANCE, size(2)), (0, bytes(8))], {})) as file:
        assert file.properties() == {PR_IMPORTANCE: 2}
        assert told(file) == [
            "message: properties stand in the property stream twice",
            "message: the property stream has empty entries",
        ]


def test_text_in_both_widths_is_the_wide_one() -> None:
    narrow = PR_SUBJECT.with_type(PropType.STRING8)
    streams = {"__substg1.0_0037001E": b"narrow", SUBJECT: "wide".encode("utf-16-le")}
    for tags in ((narrow, PR_SUBJECT), (PR_SUBJECT, narrow)):
        data = handmade([(int(tag), size(7 if tag == narrow else 10)) for tag in tags], streams)
        with MsgFile.open(data) as file:
            assert file.properties() == {PR_SUBJECT: "wide"}
            assert told(file) == ["message 0x0037001E: text stands there in both widths"]


def test_large_values_stay_in_the_file_until_they_are_read() -> None:
    blob, text = bytes(range(256)) * 2000, "ключ" * 100_000
    data = written(MessageContent({PR_BODY: text}, attachments=[attachment("big", blob)]))
    with MsgFile.open(data) as file:
        found = file.attachments[0].get(PR_ATTACH_DATA_BIN)
        assert isinstance(found, LargeValue)
        assert found.size == len(blob) > LARGE
        with found.open() as reader:
            reader.seek(1000)
            assert reader.read(5) == blob[1000:1005]
        body = file.get(PR_BODY)
        assert isinstance(body, LargeValue)
        with body.open() as reader:
            assert reader.read().decode("utf-16-le") == text
        assert plainly(content_of(file))[0][PR_BODY] == text


def test_an_ole_document_is_the_bytes_of_a_compound_file_and_a_storage_again() -> None:
    document = packed(Node("", children=[Node("\1Ole", b"ole"), Node("Data", children=[Node("x", b"y" * 5000)])]))
    part = AttachmentContent({PR_ATTACH_METHOD: ATTACH_OLE, PR_ATTACH_DATA_OBJ: document})
    data = written(MessageContent(attachments=[part]))
    stored = at(nodes(data), "__attach_version1.0_#00000000", "__substg1.0_3701000D")
    assert {child.name for child in stored.children} == {"\1Ole", "Data"}
    with MsgFile.open(data) as file:
        assert file.attachments[0].message is None
        assert file.attachments[0].get(PR_ATTACH_DATA_OBJ) == document
    assert written(read(data)) == data


def test_a_large_ole_document_is_a_large_value() -> None:
    document = packed(Node("", children=[Node("Contents", b"y" * (LARGE + 1))]))
    part = AttachmentContent({PR_ATTACH_METHOD: ATTACH_OLE, PR_ATTACH_DATA_OBJ: document})
    data = written(MessageContent(attachments=[part]))
    with MsgFile.open(data) as file:
        found = file.attachments[0].get(PR_ATTACH_DATA_OBJ)
        assert isinstance(found, LargeValue)
        with found.open() as reader:
            assert reader.read() == document
        assert found.size == len(document)
        assert written(content_of(file)) == data


def test_a_document_that_is_no_compound_file_is_a_stream() -> None:
    part = AttachmentContent({PR_ATTACH_METHOD: ATTACH_OLE, PR_ATTACH_DATA_OBJ: b"no storage"})
    again = read(written(MessageContent(attachments=[part])))
    assert again.attachments[0].properties[PR_ATTACH_DATA_OBJ] == b"no storage"


def test_attachments_by_reference_have_their_path() -> None:
    part = AttachmentContent(
        {PR_ATTACH_METHOD: ATTACH_BY_REFERENCE, PR_ATTACH_LONG_PATHNAME: r"\\server\share\a:b/c.txt"}
    )
    with MsgFile.open(written(MessageContent(attachments=[part]))) as file:
        assert file.attachments[0].method == ATTACH_BY_REFERENCE
        assert file.attachments[0].get(PR_ATTACH_LONG_PATHNAME) == r"\\server\share\a:b/c.txt"


def test_a_message_inside_is_found_without_its_method_and_without_its_property_stream() -> None:
    root = nodes(written(plain()))
    part = at(root, "__attach_version1.0_#00000001")
    part.children = [child for child in part.children if child.name != PROPERTIES]
    with MsgFile.open(packed(root)) as file:
        assert file.attachments[1].message is not None
    root = nodes(written(plain()))
    inside = at(root, "__attach_version1.0_#00000001", "__substg1.0_3701000D")
    inside.children = [child for child in inside.children if child.name != PROPERTIES]
    with MsgFile.open(packed(root)) as file:
        inner = file.attachments[1].message
        assert inner is not None
        assert inner.get(PR_SUBJECT) == "Inside"


def test_a_header_that_miscounts_is_noted_and_the_storages_count() -> None:
    root = nodes(written(plain()))
    stream = at(root, PROPERTIES)
    assert isinstance(stream.data, bytes)
    stream.data = stream.data[:16] + struct.pack("<II", 9, 0xFFFFFFFF) + stream.data[24:]
    with MsgFile.open(packed(root)) as file:
        assert (len(file.recipients), len(file.attachments)) == (2, 2)
        assert len(file.defects) == 2


def test_storages_that_are_not_numbered_are_no_parts() -> None:
    extra = [Node("__recip_version1.0_#0000000G", children=[]), Node("__attach_version1.0_#1", children=[])]
    stream = Node("__recip_version1.0_#00000007", b"a stream")
    with MsgFile.open(handmade([], {}, *extra, stream)) as file:
        assert (file.recipients, file.attachments) == ([], [])


def test_method_and_message_agree_for_what_outlook_writes() -> None:
    with MsgFile.open(written(plain())) as file:
        assert [one.method for one in file.attachments] == [1, ATTACH_EMBEDDED_MSG]
        assert file.attachments[0].message is None
