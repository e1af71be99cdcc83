"""Real mail through a .msg file and back, and real .msg files through mail and back: what stays, and what cannot.

The ledger below names every file of the samples that differs when it is made anew from properties, with the reason.
Unchanged mail is not made anew: it goes out as the bytes it came as, which the first test shows for all.
"""

import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.formats.mime.roundtrips import differences

from mapix.formats.mime import MimeOptions, from_mime, to_mime
from mapix.formats.mime.people import address_of
from mapix.formats.msg import MsgFile, content_of, write_msg
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.flags import MAPI_BCC
from mapix.properties.value import whole

SHARED = Path(__file__).parents[3].parent / "shared" / "corpora"


def samples(kind: str) -> list[Path]:
    folder = SHARED / kind
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


MAIL, FILES = samples("eml"), samples("msg")
needs_mail = pytest.mark.skipif(not MAIL, reason="the sample messages are not here")
needs_files = pytest.mark.skipif(not FILES, reason="the sample files are not here")

UTF_16 = "the whole file is UTF-16, which is no mail: Python's reader sees no header in it"
UTF_7 = "text in UTF-7 is written in UTF-8"
IN_TEXT = "mail without MIME has its files in its text; they are attachments afterwards"
LEDGER = {
    "eml~fake-email-utf-16-be.eml": UTF_16,
    "eml~fake-email-utf-16-le.eml": UTF_16,
    "eml~fake-email-utf-16.eml": UTF_16,
    "eml~empty.eml": "what is only blanks is all text: Python's reader takes the first line for a header",
    "Email~tnefWithMsgInside.eml": "winmail.dat is opened: what was in it goes out instead",
    "messages~attachment_2_base64.eml": "a message inside, in base64, is written as it is, and can be looked into",
    "yenc~simple.msg": IN_TEXT,
    "legacy~049.eml": IN_TEXT,
    "error_emails~encoding_madness.eml": "a name without an address stands as an empty group",
    "legacy~005.eml": UTF_7,
    "legacy~034.eml": UTF_7,
    "malformed~004.eml": "a multipart whose boundary is nowhere is its text",
    "thirdparty~005.eml": "text in UTF-16 is written in UTF-8",
    "thirdparty~012.eml": "a boundary that is told wrongly is found",
}
"""Files that differ, and why."""

ANEW = MimeOptions(original=False, bcc=True)


def through_a_file(content: MessageContent) -> MessageContent:
    """The same message out of a .msg file."""
    file = io.BytesIO()
    write_msg(content, file)
    with MsgFile.open(file.getvalue()) as opened:
        return content_of(opened)


@needs_mail
@pytest.mark.parametrize("path", MAIL, ids=lambda path: path.name)
def test_mail_that_nobody_changed_is_the_same_bytes_after_a_msg_file(path: Path) -> None:
    data = path.read_bytes()
    assert to_mime(through_a_file(from_mime(data).value)) == data


@needs_mail
@pytest.mark.parametrize("path", MAIL, ids=lambda path: path.name)
def test_mail_made_anew_keeps_parts_names_ids_addresses_and_fields(path: Path) -> None:
    data = path.read_bytes()
    found = differences(data, to_mime(through_a_file(from_mime(data).value), options=ANEW))
    assert found == [] or path.name in LEDGER, found


@needs_mail
def test_the_ledger_names_nothing_that_does_not_differ() -> None:
    found = {path.name: path for path in MAIL}
    for name in LEDGER:
        data = found[name].read_bytes()
        assert differences(data, to_mime(from_mime(data).value, options=ANEW)), name


CARRIED = (
    t.PR_SUBJECT,
    t.PR_IMPORTANCE,
    t.PR_PRIORITY,
    t.PR_SENSITIVITY,
    t.PR_IN_REPLY_TO_ID,
    t.PR_INTERNET_REFERENCES,
    t.PR_CONVERSATION_INDEX,
    t.PR_EXPIRY_TIME,
    t.PR_REPLY_TIME,
    t.PR_READ_RECEIPT_REQUESTED,
)
"""What every message keeps that has it, where it is not what is usual."""

USUAL = {t.PR_IMPORTANCE: (1,), t.PR_PRIORITY: (0,), t.PR_SENSITIVITY: (0,), t.PR_READ_RECEIPT_REQUESTED: (False,)}

NOT_CARRIED = {
    "hsmf~clusterfuzz-testcase-minimized-POIHSMFFuzzer-4735011465854976.msg": "a recipient without name and address",
}
"""Files with something that no mail can say, and what that is."""

TICKS_OF_A_SECOND = 10_000_000


@needs_files
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_msg_file_keeps_through_mail_what_mail_can_carry(path: Path) -> None:
    """[MS-OXCMAIL] 2.1: header, bodies, recipients, files, messages inside."""
    from mapix.formats.storageerrors import StorageError

    try:
        file = MsgFile.open(path)
    except StorageError:
        pytest.skip("this file is not one that can be opened")
    with file:
        before = content_of(file)
        after = from_mime(to_mime(before, options=MimeOptions(bcc=True))).value
        assert list(lost(before, after, path.name)) == []


WHOLE = {"test-messages~S_MIME test message signed.msg": "what was signed goes out as the parts that it is"}
"""Files whose attachment is the mail itself."""


def lost(before: MessageContent, after: MessageContent, name: str) -> Iterator[str]:
    """What mail could have carried and did not."""
    for tag in CARRIED:
        value = before.get(tag)
        if value is not None and value not in USUAL.get(tag, ()) and one_line(after.get(tag)) != one_line(value):
            yield str(tag)
    sent = before.get(t.PR_CLIENT_SUBMIT_TIME)
    if sent is not None and after.get(t.PR_CLIENT_SUBMIT_TIME) != sent // TICKS_OF_A_SECOND * TICKS_OF_A_SECOND:
        yield "when it was sent"
    shown = name not in NOT_CARRIED and not str(before.get(t.PR_MESSAGE_CLASS, "")).startswith("REPORT")
    if shown and len(addresses(after)) < len(addresses(before)):
        yield "recipients"
    names = [each.properties.get(t.PR_ATTACH_LONG_FILENAME) for each in after.attachments if each.message is None]
    for each in before.attachments:
        told = each.properties.get(t.PR_ATTACH_LONG_FILENAME)
        if told and each.message is None and told.isprintable() and told.strip() == told and told not in names:
            yield f"the file {told}"
    if files(before) - files(after) and name not in WHOLE:
        yield "bytes of files"
    if (text := one_text(before)) is not None and one_text(after) != text:
        yield "the text"
    inside = [sum(each.message is not None for each in content.attachments) for content in (before, after)]
    if inside[1] < inside[0]:
        yield "messages inside"


def one_line(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


def addresses(content: MessageContent) -> set[str]:
    """The addresses of the recipients that a header shows, blind copies among them."""
    kinds = (1, 2, MAPI_BCC)
    rows = (row for row in content.recipients if row.get(t.PR_RECIPIENT_TYPE, 1) & 15 in kinds)
    return {found.address.lower() for row in rows if (found := address_of(row)) and found.address}


def files(content: MessageContent) -> Counter[bytes]:
    """The bytes of the files that are attached."""
    found = [each.properties.get(t.PR_ATTACH_DATA_BIN) for each in content.attachments if each.message is None]
    return Counter(whole(t.PR_ATTACH_DATA_BIN, each) for each in found if each is not None)


def one_text(content: MessageContent) -> str | None:
    """The plain text with single blanks; None where there is none."""
    text = whole(t.PR_BODY, content.get(t.PR_BODY))
    return " ".join(text.split()) or None if text else None
