"""Whole messages: written, read again, and the same."""

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from tests.drawn import examples
from tests.formats.msg.msg_cases import attachment, contents, nodes, plain, plainly, read, written

from mapix.formats.defects import Strictness
from mapix.formats.msg import MsgFile, content_of, foreign_of, write_msg
from mapix.properties.content import MessageContent
from mapix.properties.errors import BadValue
from mapix.properties.named import PropertyName, PSETID_Common
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_BODY, PR_MESSAGE_CODEPAGE, PR_STORE_SUPPORT_MASK, PR_SUBJECT


@given(contents())
@settings(max_examples=examples(120), deadline=None)
def test_any_message_survives_and_is_sound(content: MessageContent) -> None:
    data = written(content)
    with MsgFile.open(data, strictness=Strictness.STRICT) as file:
        again = content_of(file)
        assert file.defects == ()
    assert plainly(again) == plainly(content)
    assert dict(again.names) == content.names


@given(contents())
@settings(max_examples=examples(60), deadline=None)
def test_any_message_survives_in_eight_bits_or_is_refused(content: MessageContent) -> None:
    content.properties[PR_MESSAGE_CODEPAGE] = 65001
    again = read(written(content, unicode=False))
    assert plainly(again) == plainly(content)


@given(contents())
@settings(max_examples=examples(40), deadline=None)
def test_equal_messages_make_equal_bytes(content: MessageContent) -> None:
    once = written(content)
    assert once == written(content)
    assert written(read(once)) == once


def test_text_of_an_eight_bit_file_comes_as_unicode_and_the_file_is_smaller() -> None:
    content = plain()
    content.properties[PR_MESSAGE_CODEPAGE] = 1251
    content.properties[PR_SUBJECT] = "Ключ"
    data = written(content, unicode=False)
    with MsgFile.open(data) as file:
        assert not file.unicode
        assert file.get(PR_SUBJECT) == "Ключ"
        assert file.place.read(file.place.names["__substg1.0_0037001E"]) == "Ключ".encode("cp1251")
        assert file.attachments[1].message is not None
        assert file.attachments[1].message.get(PropTag(0x8001101F)) == ("red", "blue")


def test_text_that_the_code_page_lacks_is_refused_and_not_replaced() -> None:
    content = MessageContent({PR_SUBJECT: "Ключ", PR_MESSAGE_CODEPAGE: 1252})
    with pytest.raises(BadValue, match="Unicode"):
        written(content, unicode=False)


@pytest.mark.parametrize(("text", "told"), [("plain", None), ("café", 1252), ("Ключ", 65001)])
def test_eight_bit_text_without_a_code_page_gets_one_only_where_it_needs_one(text: str, told: int | None) -> None:
    content = MessageContent({}, attachments=[attachment("x", b"")])
    content.attachments[0].message = MessageContent({PR_SUBJECT: text})
    again = read(written(content, unicode=False))
    assert again.get(PR_MESSAGE_CODEPAGE) == told
    assert again.attachments[0].message is not None
    assert again.attachments[0].message.get(PR_SUBJECT) == text


def test_the_support_mask_tells_the_width() -> None:
    """IMS-2, IMS-21."""
    assert read(written(MessageContent())).get(PR_STORE_SUPPORT_MASK) == 0x40000
    marked = MessageContent({PR_STORE_SUPPORT_MASK: 0x40E79})
    assert read(written(marked)).get(PR_STORE_SUPPORT_MASK) == 0x40E79
    assert read(written(marked, unicode=False)).get(PR_STORE_SUPPORT_MASK) == 0xE79


def test_identifiers_of_a_store_become_those_of_a_file() -> None:
    name = PropertyName(PSETID_Common, 0x8503)
    content = MessageContent({PropTag(0xC1230003): 7, PropTag(0x8000001F): "nameless"}, names={0xC123: name})
    again = read(written(content))
    assert again.names == {0x8000: name}
    assert again.get(PropTag(0x80000003)) == 7
    assert again.get(PropTag(0x8001001F)) == "nameless"


def test_a_file_can_be_written_over_itself(tmp_path: Path) -> None:
    path = tmp_path / "mail.msg"
    write_msg(MessageContent({PR_SUBJECT: "x"}, attachments=[attachment("big", b"0123456789" * 200_000)]), path)
    with MsgFile.open(path) as file:
        content = content_of(file)
        content.properties[PR_BODY] = "more"
        write_msg(content, path, foreign=foreign_of(file))
        again = read(path.read_bytes())
        assert plainly(again) == plainly(content)
    assert again.get(PR_BODY) == "more"
    assert [one.name for one in tmp_path.iterdir()] == ["mail.msg"]


def test_a_template_has_its_class_and_keeps_it() -> None:
    data = written(plain(), template=True)
    with MsgFile.open(data) as file:
        assert file.template
        again = io.BytesIO()
        write_msg(content_of(file), again, foreign=foreign_of(file))
    assert again.getvalue() == data
    assert nodes(written(plain())).clsid.hex() == "0b0d020000000000c000000000000046"
