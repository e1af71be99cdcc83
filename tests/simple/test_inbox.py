"""MAPIFindNext, MAPIReadMail, MAPISaveMail, MAPIDeleteMail."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import mapix
from mapix.simple import (
    MAPI_BODY_AS_FILE,
    MAPI_E_INVALID_MESSAGE,
    MAPI_E_INVALID_SESSION,
    MAPI_E_NO_MESSAGES,
    MAPI_ENVELOPE_ONLY,
    MAPI_GUARANTEE_FIFO,
    MAPI_LONG_MSGID,
    MAPI_ORIG,
    MAPI_PEEK,
    MAPI_SUPPRESS_ATTACH,
    MAPI_TO,
    MAPI_UNREAD,
    MAPI_UNREAD_ONLY,
    MAPIDeleteMail,
    MapiFileDesc,
    MAPIFindNext,
    MAPIFreeBuffer,
    MapiMessage,
    MAPIReadMail,
    MapiRecipDesc,
    MAPISaveMail,
    MAPISendMail,
    SimpleError,
)
from mapix.testing.sandbox import Sandbox

from .test_sending import BOB, code_of

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def session(box: Sandbox) -> Iterator[mapix.Session]:
    """Who puts mail into the Inbox."""
    with box.logon() as made:
        yield made


def arrive(
    session: mapix.Session, subject: str, minutes: int, *, message_class: str = "IPM.Note", **fields: object
) -> None:
    """A message that arrived some minutes after noon, unread."""
    message = mapix.Message(
        subject=subject,
        message_class=message_class,
        delivered=NOON + timedelta(minutes=minutes),
        to="ann@example.org",
        **fields,
    )
    session.inbox.messages.add(message).mark_read(False)


def walk(handle: int, message_type: str = "", flags: int = 0) -> list[str]:
    """The subjects of everything MAPIFindNext finds, in its order."""
    found, seed = [], ""
    while name := next_after(handle, message_type, seed, flags):
        found.append(MAPIReadMail(handle, 0, name, MAPI_PEEK | MAPI_ENVELOPE_ONLY).subject)
        seed = name
    return found


def next_after(handle: int, message_type: str, seed: str, flags: int) -> str:
    """What MAPIFindNext says, nothing at the end."""
    try:
        return MAPIFindNext(handle, 0, message_type, seed, flags | MAPI_LONG_MSGID)
    except SimpleError as error:
        if error.code != MAPI_E_NO_MESSAGES:
            raise
        return ""


def test_messages_are_found_in_the_order_they_arrived(handle: int, session: mapix.Session) -> None:
    """T-050: several of one minute, too, each once."""
    for subject, minutes in (("c", 3), ("a", 1), ("d", 3), ("b", 2), ("e", 3)):
        arrive(session, subject, minutes)
    for subject in ("z", "w", "y", "x"):
        session.inbox.messages.new(subject=subject).save()
    found = walk(handle, flags=MAPI_GUARANTEE_FIFO)
    assert found[:2] == ["a", "b"]
    assert sorted(found[2:5]) == ["c", "d", "e"]
    assert found[5:] == ["z", "w", "y", "x"]


def test_classes_are_searched_with_what_is_below_them(handle: int, session: mapix.Session) -> None:
    """F-060."""
    for number, message_class in enumerate(("IPM.Note", "IPM.Note.Secret", "IPM.Notebook", "IPC.Own", "ipm.contact")):
        arrive(session, message_class, number, message_class=message_class)
    assert walk(handle) == ["IPM.Note", "IPM.Note.Secret", "IPM.Notebook", "ipm.contact"]
    assert walk(handle, "IPM.Note") == ["IPM.Note", "IPM.Note.Secret"]
    assert walk(handle, "IPM.Nothing") == []


def test_a_walk_goes_on_when_its_seed_was_read_or_deleted(handle: int, session: mapix.Session) -> None:
    """M-120."""
    for number in range(4):
        arrive(session, str(number), number)
    seed, read = "", []
    for _ in range(4):
        seed = MAPIFindNext(handle, 0, "", seed, MAPI_UNREAD_ONLY)
        read.append(MAPIReadMail(handle, 0, seed).subject)
        MAPIDeleteMail(handle, 0, seed)
    assert read == ["0", "1", "2", "3"]
    assert code_of(MAPIFindNext, handle, 0, "", seed, MAPI_UNREAD_ONLY) == MAPI_E_NO_MESSAGES
    assert session.deleted.count == 4


def test_only_unread_ones_are_found_where_that_is_asked(handle: int, session: mapix.Session) -> None:
    """M-120."""
    arrive(session, "old", 1)
    arrive(session, "new", 2)
    MAPIReadMail(handle, 0, MAPIFindNext(handle, 0))
    assert walk(handle, flags=MAPI_UNREAD_ONLY) == ["new"]
    assert walk(handle) == ["old", "new"]


def test_a_message_says_who_when_and_what(handle: int, session: mapix.Session) -> None:
    """M-082."""
    arrive(session, "Budget", 0, text="Hello Ann", sender="Bob <bob@example.org>", cc="Cy <cy@example.org>")
    message = MAPIReadMail(handle, 0, MAPIFindNext(handle, 0), MAPI_PEEK)
    assert (message.subject, message.note_text.strip(), message.message_type) == ("Budget", "Hello Ann", "IPM.Note")
    assert message.date_received == NOON.astimezone().strftime("%Y/%m/%d %H:%M")
    assert message.originator is not None
    assert (message.originator.recip_class, message.originator.name) == (MAPI_ORIG, "Bob")
    assert message.originator.address == "SMTP:bob@example.org"
    assert [(one.recip_class, one.address) for one in message.recips] == [
        (1, "SMTP:ann@example.org"),
        (2, "SMTP:cy@example.org"),
    ]
    assert message.flags & MAPI_UNREAD
    assert MAPIFreeBuffer(message) == 0


def test_reading_marks_as_read_unless_one_only_peeks(handle: int, session: mapix.Session) -> None:
    """M-120."""
    arrive(session, "Budget", 0)
    name = MAPIFindNext(handle, 0)
    MAPIReadMail(handle, 0, name, MAPI_PEEK)
    assert session.inbox.unread == 1
    MAPIReadMail(handle, 0, name)
    assert session.inbox.unread == 0


def test_what_is_attached_is_written_into_files(handle: int, session: mapix.Session) -> None:
    """A-001, A-012: names that lead elsewhere do not."""
    message = mapix.Message(subject="Files", text="The words", delivered=NOON)
    message.attach(b"1;2;3\n", "q3.csv")
    message.attach(b"4;5;6\n", "q3.csv")
    message.attach(b"#!", "../../evil.sh")
    message.attach(mapix.Message(subject="Inner"))
    session.inbox.messages.add(message)
    name = MAPIFindNext(handle, 0)
    files = MAPIReadMail(handle, 0, name, MAPI_BODY_AS_FILE).files
    folder = Path(files[0].path_name).parent
    try:
        assert Path(files[0].path_name).read_text().strip() == "The words"
        assert [Path(file.path_name).read_bytes() for file in files[1:3]] == [b"1;2;3\n", b"4;5;6\n"]
        assert all(folder in Path(file.path_name).parents for file in files)
        with mapix.open(files[4].path_name) as inner:
            assert inner.subject == "Inner"
    finally:
        shutil.rmtree(folder)
    assert MAPIReadMail(handle, 0, name, MAPI_SUPPRESS_ATTACH).files == []
    bare = MAPIReadMail(handle, 0, name, MAPI_ENVELOPE_ONLY | MAPI_BODY_AS_FILE)
    assert (bare.files, bare.note_text, bare.subject) == ([], "", "Files")


def test_a_message_is_saved_and_changed_in_its_place(handle: int, session: mapix.Session, files: list[Path]) -> None:
    """M-081."""
    first = MapiMessage("Draft", "One", recips=[BOB], files=[MapiFileDesc(str(files[0]))], flags=MAPI_UNREAD)
    name = MAPISaveMail(handle, 0, first)
    assert (session.inbox.count, session.inbox.unread) == (1, 1)
    again = MapiMessage("Changed", "Two", recips=[MapiRecipDesc(MAPI_TO, address="cy@example.org")])
    assert MAPISaveMail(handle, 0, again, 0, 0, name) == name
    (found,) = session.inbox.messages
    assert (found.subject, (found.text or "").strip(), len(found.attachments)) == ("Changed", "Two", 0)
    assert [one.address for one in found.recipients] == ["cy@example.org"]
    assert walk(handle) == ["Changed"]


def test_a_message_can_be_saved_without_a_session_but_not_changed(box: Sandbox, session: mapix.Session) -> None:
    """LOG-13."""
    name = MAPISaveMail(0, 0, MapiMessage("Draft"))
    assert [message.subject for message in session.inbox.messages] == ["Draft"]
    assert code_of(MAPISaveMail, 0, 0, MapiMessage("Draft"), 0, 0, name) == MAPI_E_INVALID_SESSION


def test_an_answer_stands_in_the_conversation(handle: int, box: Sandbox, session: mapix.Session) -> None:
    """M-010."""
    MAPISendMail(handle, 0, MapiMessage("Budget", recips=[BOB]))
    sent = box.outbox[0].message["PR_CONVERSATION_INDEX"]
    answer = MapiMessage("RE: Budget", recips=[BOB], conversation_id=sent.hex())
    MAPISendMail(handle, 0, answer)
    index = box.outbox[1].message["PR_CONVERSATION_INDEX"]
    assert index.startswith(sent)
    assert len(index) == len(sent) + 5


@pytest.mark.parametrize("name", ["", "zz", "00", "ab" * 40, None])
def test_what_is_no_identifier_is_an_invalid_message(handle: int, name: Any) -> None:
    """E-001."""
    for call in (MAPIReadMail, MAPIDeleteMail):
        assert code_of(call, handle, 0, name) == MAPI_E_INVALID_MESSAGE
    if name:
        assert code_of(MAPIFindNext, handle, 0, "", name) == MAPI_E_INVALID_MESSAGE


def test_these_functions_need_a_session() -> None:
    """LOG-13."""
    assert code_of(MAPIFindNext, 0, 0) == MAPI_E_INVALID_SESSION
    assert code_of(MAPIReadMail, 0, 0, "00") == MAPI_E_INVALID_SESSION
    assert code_of(MAPIDeleteMail, 0, 0, "00") == MAPI_E_INVALID_SESSION


def test_what_is_no_message_is_not_saved(handle: int) -> None:
    assert code_of(MAPISaveMail, handle, 0, None) == MAPI_E_INVALID_MESSAGE
