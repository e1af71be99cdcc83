"""Internet mail at the typed face: `mapix.from_mime` and `mapix.to_mime`."""

import io
from pathlib import Path
from typing import Any

import pytest

import mapix
from mapix.formats.defects import Strictness
from mapix.formats.mime import Encoding, MimeOptions
from mapix.interfaces.message import ModifyRecipients
from mapix.properties.errors import CorruptData, InvalidParameter
from mapix.properties.tags import PR_DISPLAY_NAME, PR_RECIPIENT_TYPE

MAIL = (
    b"Date: Thu, 2 Jan 2020 12:00:00 +0000\r\nFrom: Ann <ann@example.org>\r\nTo: Bill <bill@example.org>\r\n"
    b"Subject: Q3\r\nX-Project: one\r\nX-Project: two\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nThe numbers\r\n--b\r\n"
    b"Content-Type: text/csv; name=q3.csv\r\nContent-Transfer-Encoding: base64\r\n\r\nMTsyOzMK\r\n--b--\r\n"
)


def test_mail_is_a_message_without_a_session() -> None:
    message = mapix.from_mime(MAIL)
    assert (message.subject, message.text) == ("Q3", "The numbers")
    assert [str(one) for one in message.recipients] == ["Bill <bill@example.org>"]
    assert message.attachments["q3.csv"].data == b"1;2;3\n"
    assert message.defects == ()


def test_mail_comes_from_open_files_and_goes_into_them(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)
    with (tmp_path / "a.eml").open("rb") as file:
        message = mapix.from_mime(file)
    out = io.BytesIO()
    assert mapix.to_mime(message, out) == b""
    assert out.getvalue() == MAIL == mapix.to_mime(message)


def test_mail_that_lies_in_a_store_or_a_file_comes_out_the_same(tmp_path: Path) -> None:
    mapix.from_mime(MAIL).save(tmp_path / "a.msg")
    with mapix.open(tmp_path / "a.msg") as message:
        assert message.to_mime() == MAIL
    with mapix.open(tmp_path / "a.msg", "r+") as message:
        message.subject = "Q4"
        message.save()
    with mapix.open(tmp_path / "a.msg") as message:
        changed = message.to_mime()
    assert b"Subject: Q4\r\n" in changed
    assert b"X-Project: one\r\nX-Project: two\r\n" in changed


def test_what_is_wrong_is_told_or_refused() -> None:
    message = mapix.from_mime(MAIL.replace(b"--b--", b""))
    assert [str(defect) for defect in message.defects] == ["multipart/mixed: has no end"]
    with pytest.raises(CorruptData):
        mapix.from_mime(MAIL.replace(b"--b--", b""), strictness=Strictness.STRICT)


@pytest.mark.parametrize("data", ["text", io.StringIO("text"), None])
def test_what_gives_no_bytes_is_refused(data: Any) -> None:
    with pytest.raises(InvalidParameter, match="bytes are wanted"):
        mapix.from_mime(data)


def test_a_name_that_nobody_resolved_is_the_address_when_it_is_one() -> None:
    message = mapix.Message(subject="Q3", draft=True)
    rows = [{PR_RECIPIENT_TYPE: 1, PR_DISPLAY_NAME: name} for name in ("ann@example.org", "Bill Lee", "a b@c")]
    message.mapi.modify_recipients(ModifyRecipients.ADD, rows)
    field = message.to_mime().partition(b"\r\n")[0]
    assert field == b'To: ann@example.org, Bill Lee:;, "a b@c":;'


def test_options_choose_how_it_is_written() -> None:
    message = mapix.from_mime(MAIL)
    data = message.to_mime(options=MimeOptions(encoding=Encoding.BASE64))
    assert b"VGhlIG51bWJlcnM=" in data
    assert mapix.from_mime(data).text.strip() == "The numbers"
