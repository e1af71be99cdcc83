"""A message as text for the editor, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import mapix
from mapix.cli.editing import as_text, take_text
from mapix.properties.errors import InvalidParameter, NotFound
from mapix.testing.sandbox import sandbox


@pytest.fixture
def session(tmp_path: Path) -> Iterator[mapix.Session]:
    with sandbox(tmp_path) as box, box.logon() as made:
        yield made


@pytest.fixture
def draft(session: mapix.Session) -> mapix.Message:
    people = {"to": "Ann <ann@example.org>, bob@example.org", "cc": "cy@example.org"}
    return session.store.drafts.messages.new(subject="Budget", html="<p>Dear <b>all</b></p>", **people).save()


def test_a_message_is_headers_an_empty_line_and_its_text(draft: mapix.Message) -> None:
    """M-082."""
    assert as_text(draft).splitlines() == [
        "To: Ann <ann@example.org>, bob@example.org",
        "Cc: cy@example.org",
        "Bcc: ",
        "Subject: Budget",
        "",
        "Dear all",
    ]


def test_html_stays_where_only_headers_were_changed(session: mapix.Session, draft: mapix.Message) -> None:
    """M-080."""
    take_text(
        session,
        draft,
        as_text(draft)
        .replace("Budget", "Tea")
        .replace("Cc: cy@example.org", "Bcc: cy@example.org", 1)
        .replace("Bcc: \n", "", 1),
    )
    draft.save()
    assert (draft.subject, draft.html) == ("Tea", "<p>Dear <b>all</b></p>")
    assert [one.kind for one in draft.recipients] == ["to", "to", "bcc"]


def test_another_text_takes_the_place_of_html(session: mapix.Session, draft: mapix.Message) -> None:
    """P-046."""
    take_text(session, draft, as_text(draft).replace("Dear all", "Dear both\n\nyours").replace("\n", "\r\n"))
    draft.save()
    assert (draft.text, draft.html) == ("Dear both\n\nyours", None)


def test_people_of_the_address_book_may_be_named(session: mapix.Session, draft: mapix.Message) -> None:
    """ABK-21."""
    session.address_book.add("Dan Dor", "dan@example.org")
    take_text(session, draft, "To: dor\n\n")
    assert [one.address for one in draft.recipients] == ["dan@example.org"]


@pytest.mark.parametrize(
    "text", ["Hello\n\n", "To: a@x.org\nTo: b@x.org\n\n", "X-Own: 1\n\n", "Subject: a\n continued\n\n"]
)
def test_what_is_no_header_is_told(session: mapix.Session, draft: mapix.Message, text: str) -> None:
    """C-004."""
    with pytest.raises(InvalidParameter, match="no header of a message"):
        take_text(session, draft, text)
    assert len(draft.recipients) == 3


def test_somebody_nobody_knows_is_told(session: mapix.Session, draft: mapix.Message) -> None:
    """ABK-21."""
    with pytest.raises(NotFound):
        take_text(session, draft, "To: nobody at all\nSubject: x\n\n")
    assert (draft.subject, len(draft.recipients)) == ("Budget", 3)
