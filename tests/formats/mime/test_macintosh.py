"""Files of the Macintosh in mail: BinHex and AppleSingle are the file, with its resources beside (RFC 1740, 1741)."""

import base64
import binascii
import struct

from hypothesis import given
from hypothesis import strategies as st

from mapix.formats.mime import from_mime, to_mime
from mapix.formats.mime.macfiles import (
    APPLE_SINGLE,
    DATA,
    NAME,
    RESOURCES,
    apple_file,
    apple_single,
    binhex,
)
from mapix.properties import tags as t

LETTERS = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def as_binhex(name: bytes, data: bytes, fork: bytes) -> bytes:
    """A file in BinHex, written without any repetition but the one that must be escaped."""
    head = bytes((len(name),)) + name + b"\0" + struct.pack(">4s4sHII", b"TEXT", b"ttxt", 0, len(data), len(fork))
    raw = b"".join(each + struct.pack(">H", binascii.crc_hqx(each, 0)) for each in (head, data, fork))
    letters = base64.b64encode(raw.replace(b"\x90", b"\x90\0")).rstrip(b"=").translate(bytes.maketrans(BASE64, LETTERS))
    lines = [letters[at : at + 60] for at in range(0, len(letters), 60)]
    return b"(This file must be converted with BinHex 4.0)\r\n\r\n:" + b"\r\n".join(lines) + b":\r\n"


def mail(kind: str, data: bytes, encoding: str = "base64") -> bytes:
    body = base64.encodebytes(data) if encoding == "base64" else data
    head = "From: a@b.test\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n"
    part = f"--b\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return (head + part).encode() + body + b"\r\n--b--\r\n"


@given(st.binary(max_size=300), st.binary(max_size=50))
def test_binhex_is_the_file_it_stands_for(data: bytes, fork: bytes) -> None:
    found = binhex(as_binhex(b"Notes", data, fork))
    assert found is not None
    assert (found.name, found.data, found.sound) == ("Notes", data, True)
    assert fork in found.resources


def test_repetitions_are_written_out() -> None:
    raw = as_binhex(b"a", b"zzzzzz", b"")
    assert binhex(raw) is not None
    assert binhex(b":" + b"!" * 30 + b":") is None


def test_a_file_in_binhex_is_an_attachment() -> None:
    content = from_mime(mail("application/mac-binhex40", as_binhex(b"Notes.txt", b"words", b"fork"), "7bit")).value
    (file,) = content.attachments
    assert file.properties[t.PR_ATTACH_LONG_FILENAME] == "Notes.txt"
    assert file.properties[t.PR_ATTACH_DATA_BIN] == b"words"
    assert file.properties[t.PR_ATTACH_MIME_TAG] == "text/plain"


def test_a_wrong_checksum_is_told() -> None:
    sound = as_binhex(b"a", b"words and words", b"")
    damaged = sound.replace(b"\r\n\r\n:", b"\r\n\r\n:", 1)[:-12] + b"!!!!!!!!!:\r\n"
    parsed = from_mime(mail("application/mac-binhex40", damaged, "7bit"))
    assert [str(defect) for defect in parsed.defects] == ["application/mac-binhex40: a checksum is wrong: 'a'"]
    assert len(parsed.value.attachments) == 1


def test_apple_single_is_an_attachment_with_its_resources() -> None:
    single = apple_file(APPLE_SINGLE, [(NAME, b"Pic.png"), (DATA, b"picture"), (RESOURCES, b"forked")])
    content = from_mime(mail("application/applefile", single)).value
    (file,) = content.attachments
    assert file.properties[t.PR_ATTACH_LONG_FILENAME] == "Pic.png"
    assert file.properties[t.PR_ATTACH_DATA_BIN] == b"picture"
    assert any(isinstance(value, bytes) and b"forked" in value for value in file.properties.values())
    assert to_mime(content) == mail("application/applefile", single)


@given(st.binary(max_size=200))
def test_what_is_no_such_file_stays_what_it_is(data: bytes) -> None:
    assert binhex(data) is None or binhex(data)
    assert apple_single(data) is None
    for kind in ("application/mac-binhex40", "application/applefile"):
        assert len(from_mime(mail(kind, data)).value.attachments) == 1
