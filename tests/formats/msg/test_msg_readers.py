"""Independent readers read what is written; where they read a real file otherwise, it is known who is right."""

from __future__ import annotations

import io
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import olefile
import pytest
from oxmsg import Message
from tests.formats.msg.msg_cases import attachment, plain, written

from mapix.formats.msg import MsgAttachment, MsgFile
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_FILENAME,
    PR_ATTACH_LONG_FILENAME,
    PR_BODY,
    PR_CLIENT_SUBMIT_TIME,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_HTML,
    PR_MESSAGE_CODEPAGE,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SENDER_NAME,
    PR_SUBJECT,
)
from mapix.properties.value import whole

FOLDER = Path(__file__).parents[3].parent / "shared" / "corpora" / "msg"
FILES = [path for path in sorted(FOLDER.glob("*/*")) if "clusterfuzz" not in path.name] if FOLDER.is_dir() else []

CODE_PAGE: Final = "8-bit text is in the code page of PR_MESSAGE_CODEPAGE, which the reader does not look at"
SIXTEEN: Final = "the text is there in 16 bits though 8 are told, which the reader takes by its word"
SHORT_NAME: Final = "an attachment without a long name has PR_ATTACH_FILENAME, which the reader does not look at"

DIFFERENCES: Final[dict[tuple[str, str], str]] = {
    ("test~nonUnicodeCP932.msg", "subject"): CODE_PAGE,
    ("test~nonUnicodeCP932.msg", "body"): CODE_PAGE,
    ("hsmf~ASCII_CP1251_LCID1049.msg", "subject"): CODE_PAGE,
    ("POP3~Message.msg", "body"): SIXTEEN,
    ("hsmf~58214_with_attachment.msg", "names"): SHORT_NAME,
    ("hsmf~attachment_msg_pdf.msg", "names"): SHORT_NAME,
    ("Outlook~WithEmbeddedMsg.msg", "names"): SHORT_NAME,
    ("hughbe~custom.msg", "names"): SHORT_NAME,
    ("issue127~test.msg", "names"): SHORT_NAME,
}
"""Where the reader and this house disagree: in each case the house is right."""

COUNTS: Final[dict[str, tuple[int, str]]] = {
    "test-messages~Test at sign in personal From header.msg": (1, "an entry whose stream is missing has no value here"),
}
"""How many properties more the reader counts of a file, and why."""


def value(item: Any, tag: PropTag) -> Any:
    found = item.get(tag)
    return None if found is None else whole(tag, found)


def name(part: MsgAttachment) -> Any:
    return value(part, PR_ATTACH_LONG_FILENAME) or value(part, PR_ATTACH_FILENAME)


def ours(path: Path) -> dict[str, Any]:
    with MsgFile.open(path) as file:
        return {
            "subject": value(file, PR_SUBJECT),
            "body": value(file, PR_BODY),
            "people": [value(one, PR_DISPLAY_NAME) or "" for one in file.recipients],
            "names": [
                value(one, PR_ATTACH_LONG_FILENAME) or value(one, PR_ATTACH_FILENAME) for one in file.attachments
            ],
            "data": [value(one, PR_ATTACH_DATA_BIN) for one in file.attachments],
            "html": value(file, PR_HTML),
            "count": len(file.properties()),
        }


def theirs(path: Path) -> dict[str, Any]:
    message = Message.load(str(path))
    return {
        "subject": message.subject,
        "body": attempt(lambda: message.body),
        "people": [one.name or "" for one in message.recipients],
        "names": [one.file_name for one in message.attachments],
        "data": [one.file_bytes for one in message.attachments],
        "html": attempt(lambda: message.properties.binary_prop_value(0x1013)),
        "count": len({(one.pid, one.ptyp) for one in message.properties if one.pid}),
    }


def attempt(call: Any) -> Any:
    try:
        return call()
    except UnicodeDecodeError as error:
        return error


@pytest.mark.skipif(not FILES, reason="the real files are not on this machine")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_real_files_are_read_as_an_independent_reader_reads_them(path: Path) -> None:
    mine, other = ours(path), theirs(path)
    differing = {field for field in mine if field != "count" and not same(mine[field], other[field])}
    assert differing == {field for name, field in DIFFERENCES if name == path.name}
    assert other["count"] - mine["count"] == COUNTS.get(path.name, (0, ""))[0]


def same(mine: Any, other: Any) -> bool:
    """Readers differ in whether a terminator left in the file is text, and in what nothing looks like."""
    if isinstance(mine, list) and isinstance(other, list):
        return len(mine) == len(other) and all(map(same, mine, other))
    if isinstance(other, str):
        other = other.rstrip("\0")
    return mine == other or not (mine or other)


@pytest.mark.parametrize("unicode", [True, False])
def test_what_is_written_is_read_by_an_independent_reader_field_by_field(unicode: bool) -> None:
    content = plain()
    if not unicode:
        content.properties[PR_SUBJECT] = "Größe"
        content.properties[PR_MESSAGE_CODEPAGE] = 1252
    content.properties |= {
        PR_SENDER_NAME: "Me Myself",
        PR_SENDER_EMAIL_ADDRESS: "me@example.com",
        PR_CLIENT_SUBMIT_TIME: 132224400000000000,
        PR_HTML: b"<p>Hello</p>",
    }
    content.attachments.insert(0, attachment("büro.bin", bytes(range(256)) * 100))
    message = Message.load(io.BytesIO(written(content, unicode=unicode)))
    assert message.subject == content.properties[PR_SUBJECT]
    assert message.body == "Hello\r\n"
    assert message.sender in ('"Me Myself" <me@example.com>', "Me Myself <me@example.com>")
    assert message.sent_date == datetime(2020, 1, 2, 12, tzinfo=UTC)
    assert [(one.name, one.email_address) for one in message.recipients] == [
        (row[PR_DISPLAY_NAME], row[PR_EMAIL_ADDRESS]) for row in content.recipients
    ]
    assert [one.file_name for one in message.attachments] == ["büro.bin", "a.txt", None]
    assert [one.file_bytes for one in message.attachments][:2] == [bytes(range(256)) * 100, b"text"]
    assert message.properties.binary_prop_value(0x1013) == b"<p>Hello</p>"


def test_an_independent_reader_of_compound_files_finds_nothing_wrong() -> None:
    data = written(plain())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with olefile.OleFileIO(data, raise_defects=olefile.DEFECT_UNSURE) as ole:
            assert ole.parsing_issues == []
            assert ole.root.clsid == "00020D0B-0000-0000-C000-000000000046"
            streams = ole.listdir()
            assert ["__substg1.0_0037001F"] in streams
            assert ["__attach_version1.0_#00000001", "__substg1.0_3701000D", "__substg1.0_0037001F"] in streams
            for path in streams:
                assert len(ole.openstream(path).read()) == ole.get_size(path)
