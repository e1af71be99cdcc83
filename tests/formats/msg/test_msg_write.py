"""What is written, looked at byte by byte ([MS-OXMSG])."""

import struct
import zlib
from typing import Any

import pytest
from tests.formats.msg.msg_cases import OWN_NAMES, at, attachment, nodes, packed, plain, read, written

from mapix.formats.cfb import Node
from mapix.formats.msg import MsgFile, content_of, foreign_of
from mapix.formats.msg.layout import DEEPEST
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import BadValue, NamedPropQuotaExceeded, TooComplex
from mapix.properties.flags import ATTACH_EMBEDDED_MSG, ATTACH_OLE
from mapix.properties.named import PropertyName, PSETID_Common
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_ATTACH_DATA_BIN, PR_ATTACH_DATA_OBJ, PR_ATTACH_METHOD, PR_BODY, PR_SUBJECT
from mapix.properties.value import whole

PROPERTIES = "__properties_version1.0"


def stream(root: Node, *path: str) -> bytes:
    data = at(root, *path).data
    assert isinstance(data, bytes)
    return data


def entries(data: bytes, header: int) -> dict[int, tuple[int, int, int]]:
    assert (len(data) - header) % 16 == 0
    return {tag: (flags, size, rest) for tag, flags, size, rest in struct.iter_unpack("<IIII", data[header:])}


def test_headers_count_recipients_and_attachments() -> None:
    """[MS-OXMSG] 2.4.1: 32 bytes at the top, 24 inside, 8 for parts."""
    root = nodes(written(plain()))
    assert stream(root, PROPERTIES)[:32] == bytes(8) + struct.pack("<IIII", 2, 2, 2, 2) + bytes(8)
    inside = stream(root, "__attach_version1.0_#00000001", "__substg1.0_3701000D", PROPERTIES)
    assert inside[:24] == bytes(8) + struct.pack("<IIII", 1, 1, 1, 1)
    assert entries(inside, 24)
    for part in ("__recip_version1.0_#00000001", "__attach_version1.0_#00000000"):
        assert stream(root, part, PROPERTIES)[:8] == bytes(8)
        assert entries(stream(root, part, PROPERTIES), 8)


def test_sizes_count_the_terminator_that_the_stream_does_not_have() -> None:
    root = nodes(written(plain()))
    found = entries(stream(root, PROPERTIES), 32)
    subject = "Q3 – ключ".encode("utf-16-le")
    assert found[PR_SUBJECT] == (6, len(subject) + 2, 0)
    assert stream(root, "__substg1.0_0037001F") == subject
    narrow = nodes(written(MessageContent({PR_SUBJECT: "Hi", PR_BODY: ""}), unicode=False))
    assert entries(stream(narrow, PROPERTIES), 32) == {0x0037001E: (6, 3, 0), 0x1000001E: (6, 1, 0)}
    assert stream(narrow, "__substg1.0_0037001E") == b"Hi"


def test_several_texts_have_their_terminators_and_lengths() -> None:
    root = nodes(written(plain()))
    assert stream(root, "__substg1.0_8001101F") == struct.pack("<II", 8, 8)
    assert stream(root, "__substg1.0_8001101F-00000001") == "two\0".encode("utf-16-le")
    assert entries(stream(root, PROPERTIES), 32)[0x8001101F] == (6, 8, 0)


def test_several_binaries_have_lengths_of_eight_bytes() -> None:
    root = nodes(written(MessageContent({PropTag(0x3A011102): (b"abc", b"")})))
    assert stream(root, "__substg1.0_3A011102") == struct.pack("<IIII", 3, 0, 0, 0)
    assert stream(root, "__substg1.0_3A011102-00000001") == b""


def test_entries_say_which_properties_can_be_written() -> None:
    root = nodes(written(plain()))
    part = entries(stream(root, "__attach_version1.0_#00000000", PROPERTIES), 8)
    assert part[PR_ATTACH_METHOD][0] == 7
    assert part[0x0E210003] == (2, 0, 0)
    assert part[PR_ATTACH_DATA_BIN] == (6, 4, 0)
    assert entries(stream(root, "__recip_version1.0_#00000001", PROPERTIES), 8)[0x30000003] == (6, 1, 0)


@pytest.mark.parametrize(("method", "reserved"), [(ATTACH_EMBEDDED_MSG, 1), (ATTACH_OLE, 4)])
def test_the_entry_of_a_storage_says_what_lies_in_it(method: int, reserved: int) -> None:
    """[MS-OXMSG] 2.4.2.2."""
    document = packed(Node("", children=[Node("x", b"y")]))
    inner = MessageContent() if method == ATTACH_EMBEDDED_MSG else None
    values: dict[PropTag, Any] = {} if inner else {PR_ATTACH_DATA_OBJ: document}
    root = nodes(written(MessageContent(attachments=[AttachmentContent(values, inner)])))
    found = entries(stream(root, "__attach_version1.0_#00000000", PROPERTIES), 8)
    assert found[PR_ATTACH_DATA_OBJ] == (6, 0xFFFFFFFF, reserved)
    assert found[PR_ATTACH_METHOD][1] == method


def test_names_stand_in_the_bucket_of_their_hash() -> None:
    """[MS-OXMSG] 2.2.3."""
    storage = at(nodes(written(plain())), "__nameid_version1.0")
    guids = stream(storage, "__substg1.0_00020102")
    strings = stream(storage, "__substg1.0_00040102")
    found = list(struct.iter_unpack("<IHH", stream(storage, "__substg1.0_00030102")))
    assert len(guids) == 48
    assert len(strings) % 4 == 0
    for number, name in enumerate(OWN_NAMES.values()):
        ident, kind, index = found[number]
        assert index == number
        group = kind >> 1
        assert group == 2 or guids[(group - 3) * 16 : (group - 2) * 16] == name.guid
        if isinstance(name.name, str):
            data = name.name.encode("utf-16-le")
            assert strings[ident : ident + 4 + len(data)] == struct.pack("<I", len(data)) + data
            hashed = zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF
        else:
            hashed = ident
        bucket = 0x1000 + (hashed ^ kind) % 31
        assert struct.pack("<IHH", hashed, kind, index) in stream(storage, f"__substg1.0_{bucket:04X}0102")


def test_a_message_without_names_has_an_empty_map() -> None:
    storage = at(nodes(written(MessageContent())), "__nameid_version1.0")
    assert {child.name: child.data for child in storage.children} == {
        "__substg1.0_00020102": b"",
        "__substg1.0_00030102": b"",
        "__substg1.0_00040102": b"",
    }


def test_more_names_than_there_is_room_for_are_refused() -> None:
    names = {0x8000 + number: PropertyName(PSETID_Common, number) for number in range(0x7FFF)}
    content = MessageContent({PropTag(0xFFFE0003): 1}, names=names)
    again = read(written(content))
    assert len(again.names) == 0x7FFF
    with MsgFile.open(written(content)) as file, pytest.raises(NamedPropQuotaExceeded):
        file.names.add(PropertyName(PSETID_Common, 0x8000))


def test_streams_and_storages_of_others_are_kept() -> None:
    """IMS-12."""
    root = nodes(written(plain()))
    root.clsid = bytes(range(16))
    inside = at(root, "__attach_version1.0_#00000001", "__substg1.0_3701000D")
    for node in (root, at(root, "__nameid_version1.0"), at(root, "__recip_version1.0_#00000000"), inside):
        more = Node("\1Foreign", children=[Node("stream", b"theirs"), Node("empty", children=[])])
        node.children = [*node.children, Node("large", b"x" * 300_000), more]
    data = packed(root)
    with MsgFile.open(data) as file:
        again = written(content_of(file), foreign=foreign_of(file))
        assert again == data
        assert written(content_of(file)) != data


def test_attributes_of_entries_are_kept() -> None:
    root = nodes(written(plain()))
    properties = at(root, PROPERTIES)
    properties.data = stream(root, PROPERTIES).replace(
        struct.pack("<II", PR_SUBJECT, 6), struct.pack("<II", PR_SUBJECT, 1)
    )
    data = packed(root)
    with MsgFile.open(data) as file:
        assert file.message.attributes()[PR_SUBJECT] == 1
        assert written(content_of(file), foreign=foreign_of(file)) == data


def test_elements_whose_names_nobody_can_write_are_noted_and_left_out() -> None:
    root = nodes(written(plain()))
    root.children = [
        *root.children,
        Node("foreign1", b"x"),
        Node("foreign2", children=[Node("a", b""), Node("b", b"")]),
    ]
    names = {"foreign1": "for/ign1", "b": "A"}
    data = packed(root)
    for name, other in names.items():
        data = data.replace(name.encode("utf-16-le") + bytes(4), other.encode("utf-16-le") + bytes(4))
    with MsgFile.open(data) as file:
        again = written(content_of(file), foreign=foreign_of(file))
        left = [defect.found for defect in file.defects if "cannot be written" in defect.what]
    assert left == ["'for/ign1'", "'A'"]
    assert [child.name for child in at(nodes(again), "foreign2").children] == ["a"]


def test_names_with_separators_and_nuls_are_values_and_never_names_of_streams() -> None:
    awkward = "../..\\C:/a\0b!\ud800.txt"
    data = written(MessageContent({PR_SUBJECT: awkward}, attachments=[attachment(awkward, b"x")]))
    with MsgFile.open(data) as file:
        assert file.get(PR_SUBJECT) == awkward
        assert file.attachments[0].get(PropTag(0x3707001F)) == awkward


def test_eight_bit_text_given_as_bytes_is_read_in_the_code_page() -> None:
    narrow = PR_SUBJECT.with_type(PropType.STRING8)
    content = MessageContent({narrow: "Ключ".encode("cp1251"), PropTag(0x3FFD0003): 1251, PropTag(0x3A05101E): (b"x",)})
    again = read(written(content))
    assert again.get(PR_SUBJECT) == "Ключ"
    assert again.get(PropTag(0x3A05101F)) == ("x",)
    assert read(written(MessageContent({PR_SUBJECT: "wide", narrow: b"narrow"}))).get(PR_SUBJECT) == "wide"


WRONG = [
    *[(PR_SUBJECT, 7), (PR_SUBJECT, b"x"), (PropTag(0x3A011003), 5), (PropTag(0x3A01101F), "x"), (PropTag(0), b"")],
    *[(PropTag(0x3A010003), "x"), (PropTag(0x3A010048), b"x"), (PropTag(0x3A010102), "text")],
]


@pytest.mark.parametrize(("tag", "value"), WRONG)
def test_values_of_another_type_are_refused(tag: PropTag, value: object) -> None:
    with pytest.raises(BadValue):
        written(MessageContent({tag: value}))


def nested(levels: int) -> MessageContent:
    content = MessageContent({PR_SUBJECT: f"level {levels}"})
    for level in range(levels - 1, -1, -1):
        part = AttachmentContent({PR_ATTACH_METHOD: ATTACH_EMBEDDED_MSG}, content)
        content = MessageContent({PR_SUBJECT: f"level {level}"}, attachments=[part])
    return content


def depth(content: MessageContent) -> int:
    levels = 0
    while content.attachments and content.attachments[0].message is not None:
        levels, content = levels + 1, content.attachments[0].message
        assert content.get(PR_SUBJECT) == f"level {levels}"
    return levels


def test_messages_lie_inside_one_another_as_deep_as_is_told() -> None:
    assert depth(read(written(nested(20)))) == 20
    assert depth(read(written(nested(DEEPEST)))) == DEEPEST
    with pytest.raises(TooComplex):
        written(nested(DEEPEST + 1))


def test_what_lies_deeper_is_kept_as_bytes_and_noted() -> None:
    root = nodes(written(nested(DEEPEST)))
    deepest, path = root, ("__attach_version1.0_#00000000", "__substg1.0_3701000D")
    for _ in range(DEEPEST):
        deepest = at(deepest, *path)
    part = at(nodes(written(nested(3))), "__attach_version1.0_#00000000")
    deepest.children = [*deepest.children, part]
    data = packed(root)
    with MsgFile.open(data) as file:
        content = content_of(file)
        assert depth(content) == DEEPEST
        assert any("nested too deeply" in defect.what for defect in file.defects)
        again = written(content, foreign=foreign_of(file))
    for _ in range(DEEPEST):
        content = content.attachments[0].message or content
    value = whole(PR_ATTACH_DATA_OBJ, content.attachments[0].properties[PR_ATTACH_DATA_OBJ])
    assert isinstance(value, bytes)
    root = nodes(again)
    for _ in range(DEEPEST):
        root = at(root, *path)
    assert stream(root, *path, "__substg1.0_0037001F") == "level 1".encode("utf-16-le")
