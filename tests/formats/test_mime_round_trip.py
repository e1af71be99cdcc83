"""What is written is read back: messages made up, and real ones."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from tests.formats.mime_cases import canonical, messages

from mapix.formats.mime import from_mime, to_mime
from mapix.formats.mime.people import address_of
from mapix.properties import tags
from mapix.properties.codepage import decode_text
from mapix.properties.content import MessageContent
from mapix.properties.flags import MAPI_BCC
from mapix.properties.tag import PropTag

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpora" / "eml"
FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file()) if CORPUS.is_dir() else []


def files(content: MessageContent) -> list[tuple[str, bytes]]:
    found = ((each.properties.get(tags.PR_ATTACH_LONG_FILENAME), each) for each in content.attachments)
    return [(name, each.properties[tags.PR_ATTACH_DATA_BIN]) for name, each in found if each.message is None]


def people(content: MessageContent) -> list[tuple[int, str, str]]:
    """The visible recipients: kind, name, address."""
    rows = [row for row in content.recipients if row[tags.PR_RECIPIENT_TYPE] != MAPI_BCC]
    found = [(row[tags.PR_RECIPIENT_TYPE], address_of(row)) for row in rows]
    return sorted(
        (kind, address.name or address.address, address.address)
        for kind, address in found
        if address and address.address
    )


def text(content: MessageContent, tag: PropTag) -> str | None:
    """A body in one canonical form; the last line end is not part of a message's text for certain."""
    value = content.get(tag)
    if isinstance(value, bytes):
        value = decode_text(value, content.get(tags.PR_INTERNET_CPID))
    return None if value is None else canonical(value).rstrip("\r\n")


def assert_same(one: MessageContent, two: MessageContent) -> None:
    """Two messages say the same: subject, bodies, people, files, and so do the messages inside."""
    assert two.get(tags.PR_SUBJECT) == one.get(tags.PR_SUBJECT)
    assert text(two, tags.PR_BODY) == text(one, tags.PR_BODY)
    assert text(two, tags.PR_HTML) == text(one, tags.PR_HTML)
    assert people(two) == people(one)
    assert sorted(files(two)) == sorted(files(one))
    inner = [[each.message for each in content.attachments if each.message] for content in (one, two)]
    assert len(inner[0]) == len(inner[1])
    for first, second in zip(*inner, strict=True):
        assert_same(first, second)


@settings(deadline=None)
@given(messages(depth=2))
def test_a_message_comes_back_from_its_bytes(content: MessageContent) -> None:
    back = from_mime(to_mime(content))
    assert back.defects == ()
    assert_same(content, back.value)
    for tag in (tags.PR_CLIENT_SUBMIT_TIME, tags.PR_INTERNET_MESSAGE_ID, tags.PR_SENDER_EMAIL_ADDRESS):
        assert back.value.get(tag) == content.get(tag)


@settings(deadline=None)
@given(messages(depth=1))
def test_a_message_that_was_read_is_written_alike_ever_after(content: MessageContent) -> None:
    first = from_mime(to_mime(content)).value
    second = from_mime(to_mime(first)).value
    assert _without_header(second) == _without_header(first)


def _without_header(content: MessageContent) -> dict[PropTag, Any]:
    """The properties without the raw header, which holds a fresh boundary each time."""
    return {tag: value for tag, value in content.properties.items() if tag != tags.PR_TRANSPORT_MESSAGE_HEADERS}


needs_corpus = pytest.mark.skipif(not FILES, reason="the sample messages are not here")


@needs_corpus
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_message_is_read_written_and_read_again(path: Path) -> None:
    content = from_mime(path.read_bytes()).value
    again = from_mime(to_mime(content)).value
    assert again.get(tags.PR_SUBJECT) == content.get(tags.PR_SUBJECT).strip()
    assert (text(again, tags.PR_BODY) or "") == (text(content, tags.PR_BODY) or "")
    assert text(again, tags.PR_HTML) == text(content, tags.PR_HTML)
    assert len(again.attachments) == len(content.attachments)


@needs_corpus
def test_real_messages_have_what_mail_has() -> None:
    contents = [from_mime(path.read_bytes()).value for path in FILES]
    assert sum(tags.PR_SENDER_EMAIL_ADDRESS in content.properties for content in contents) > len(contents) * 0.8
    assert sum(bool(content.recipients) for content in contents) > len(contents) * 0.7
    assert sum(tags.PR_CLIENT_SUBMIT_TIME in content.properties for content in contents) > len(contents) * 0.6
    assert (
        sum(bool(content.get(tags.PR_BODY) or content.get(tags.PR_HTML)) for content in contents) > len(contents) * 0.8
    )
