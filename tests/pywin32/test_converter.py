"""IConverterSession: mail into messages of both stores and back, by the flags of the call."""

from typing import Any

import pytest
from tests.pywin32.calls.world import World, value

from mapix.pywin32 import mapi, mapitags, pythoncom
from mapix.pywin32.errors import com_error

MESSAGE_ID = 0x1035001F
MAIL = (
    b"From: Ann <ann@example.org>\r\nTo: Bob <bob@example.org>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"Message-ID: <1@example.org>\r\nX-Colour: green\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
    b"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n"
    b'--x\r\nContent-Type: application/octet-stream; name="a.bin"\r\n'
    b'Content-Disposition: attachment; filename="a.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--x--\r\n'
)


def read(world: World, mail: bytes = MAIL) -> Any:
    """A saved message made of mail."""
    message = world.folder.CreateMessage(None, 0)
    assert world.converter.MIMEToMAPI(world.stream(mail), message) is None
    message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    return message


def written(world: World, message: Any, flags: int = 0) -> bytes:
    """A message as mail."""
    stream = world.stream()
    assert world.converter.MAPIToMIMEStm(message, stream, flags) is None
    stream.Seek(0, 0)
    return stream.Read(-1)


def head(data: bytes) -> bytes:
    return data.partition(b"\r\n\r\n")[0]


def test_mail_becomes_a_message_with_everything(world: World) -> None:
    message = read(world)
    assert value(message, mapitags.PR_SUBJECT_W) == "Grüße"
    assert value(message, mapitags.PR_SENDER_EMAIL_ADDRESS_W) == "ann@example.org"
    assert value(message, MESSAGE_ID) == "<1@example.org>"
    assert value(message, mapitags.PR_BODY_W).strip() == "Hello"
    (tag,) = message.GetIDsFromNames([(mapi.PS_INTERNET_HEADERS, "x-colour")])
    assert message.GetProps((tag | mapitags.PT_UNICODE,)) == (0, ((tag | mapitags.PT_UNICODE, "green"),))
    rows = mapi.HrQueryAllRows(message.GetRecipientTable(0), mapitags.PR_EMAIL_ADDRESS_W, None, None, 0)
    assert rows == (((mapitags.PR_EMAIL_ADDRESS_W, "bob@example.org"),),)
    attach = message.OpenAttach(0, None, 0)
    assert value(attach, mapitags.PR_ATTACH_DATA_BIN) == b"\0\1\2"
    assert value(attach, mapitags.PR_ATTACH_LONG_FILENAME_W) == "a.bin"


def test_a_message_becomes_mail_again(world: World) -> None:
    data = written(world, read(world))
    assert b"Message-ID: <1@example.org>" in head(data)
    again = read(world, data)
    assert value(again, mapitags.PR_SUBJECT_W) == "Grüße"
    assert again.GetAttachmentTable(0).GetRowCount(0) == 1


def test_streams_are_read_and_written_at_their_cursor(world: World) -> None:
    stream = world.stream(b"skipped" + MAIL)
    stream.Seek(7, 0)
    message = world.folder.CreateMessage(None, 0)
    world.converter.MIMEToMAPI(stream, message, mapi.CCSF_SMTP)
    assert value(message, mapitags.PR_SUBJECT_W) == "Grüße"
    target = world.stream(b"before")
    target.Seek(0, pythoncom.STREAM_SEEK_END)
    world.converter.MAPIToMIMEStm(message, target)
    target.Seek(0, 0)
    assert target.Read(6) == b"before"
    assert b"Subject:" in target.Read(-1)


def test_mail_is_written_into_a_property(world: World) -> None:
    """What a direct stream wrote counts when its owner is saved (P-141)."""
    _, attach = world.message.CreateAttach(None, 0)
    flags = mapi.MAPI_CREATE | mapi.MAPI_MODIFY
    stream = attach.OpenProperty(mapitags.PR_ATTACH_DATA_BIN, pythoncom.IID_IStream, 0, flags)
    world.converter.MAPIToMIMEStm(world.message, stream, 0)
    attach.SaveChanges(mapi.KEEP_OPEN_READWRITE)
    assert b"Subject: Minutes" in value(attach, mapitags.PR_ATTACH_DATA_BIN)


def test_flags_choose_what_is_written(world: World) -> None:
    message = world.made("Minutes")
    secret = [
        *world.recipient[:2],
        (mapitags.PR_EMAIL_ADDRESS_W, "secret@example.org"),
        (mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_BCC),
    ]
    message.ModifyRecipients(mapi.MODRECIP_ADD, [secret])
    message.SetProps([(MESSAGE_ID, "<2@example.org>")])
    assert b"secret@example.org" not in written(world, message)
    assert b"secret@example.org" in head(written(world, message, mapi.CCSF_INCLUDE_BCC))
    assert b"<2@example.org>" in head(written(world, message))
    assert b"Message-ID" not in written(world, message, mapi.CCSF_NO_MSGID)
    assert written(world, message, mapi.CCSF_NOHEADERS).strip() == b"Hello"
    message.SetProps([(mapitags.PR_SUBJECT_W, "Grüße")])
    assert "Subject: Grüße".encode() in written(world, message, mapi.CCSF_8BITHEADERS)


def test_plain_text_only_leaves_html_away(world: World) -> None:
    message = read(world, b"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n")
    assert b"text/html" in written(world, message)
    plain = written(world, message, mapi.CCSF_PLAIN_TEXT_ONLY)
    assert (b"text/html" in plain, b"Hello" in plain) == (False, True)


def test_tnef_carries_what_mail_does_not(world: World) -> None:
    (tag,) = world.message.GetIDsFromNames([(mapi.PS_PUBLIC_STRINGS, "Weight")], mapi.MAPI_CREATE)
    tag |= mapitags.PT_LONG
    world.message.SetProps([(tag, 7)])
    data = written(world, world.message, mapi.CCSF_USE_TNEF)
    assert b"application/ms-tnef" in data
    message = read(world, data)
    assert value(message, mapitags.PR_SUBJECT_W) == "Minutes"
    assert value(message, tag) == 7
    assert message.GetAttachmentTable(0).GetRowCount(0) == 0


def test_encodings_and_formats_are_chosen(world: World) -> None:
    converter, message = world.converter, world.message
    assert converter.SetEncoding(1) is converter.SetSaveFormat(1) is None
    assert b"Content-Transfer-Encoding: base64" in written(world, message)
    converter.SetSaveFormat(0)
    assert b"MIME-Version" not in written(world, message)
    for call, wrong in ((converter.SetEncoding, 99), (converter.SetSaveFormat, 2)):
        with pytest.raises(com_error) as caught:
            call(wrong)
        assert caught.value.hresult == mapi.MAPI_E_INVALID_PARAMETER


def test_flags_nobody_defined_are_unknown(world: World) -> None:
    with pytest.raises(com_error) as caught:
        world.converter.MIMEToMAPI(world.stream(MAIL), world.message, 0x100000)
    assert caught.value.hresult == mapi.MAPI_E_UNKNOWN_FLAGS


def test_a_large_mail_goes_through(world: World) -> None:
    from base64 import encodebytes

    body = encodebytes(bytes(6 << 20)).replace(b"\n", b"\r\n")
    mail = MAIL.replace(b"AAEC\r\n", body)
    message = read(world, mail)
    attach = message.OpenAttach(0, None, 0)
    stream = attach.OpenProperty(mapitags.PR_ATTACH_DATA_BIN, pythoncom.IID_IStream, 0, 0)
    assert stream.Stat()[2] == 6 << 20
    assert len(written(world, message)) > 8 << 20
