"""MAPISendMail and MAPISendDocuments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures_smtp import Running, Sink, running

import mapix
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import MapiError, UserCancel
from mapix.properties.tags import PR_SERVICE_NAME, PR_SERVICE_UID
from mapix.simple import (
    MAPI_BCC,
    MAPI_CC,
    MAPI_DIALOG,
    MAPI_E_AMBIGUOUS_RECIPIENT,
    MAPI_E_ATTACHMENT_NOT_FOUND,
    MAPI_E_BAD_RECIPTYPE,
    MAPI_E_FAILURE,
    MAPI_E_INVALID_MESSAGE,
    MAPI_E_INVALID_RECIPS,
    MAPI_E_INVALID_SESSION,
    MAPI_E_LOGON_FAILURE,
    MAPI_E_NO_MESSAGES,
    MAPI_E_NOT_SUPPORTED,
    MAPI_E_TOO_MANY_FILES,
    MAPI_E_TYPE_NOT_SUPPORTED,
    MAPI_E_UNKNOWN_RECIPIENT,
    MAPI_E_USER_ABORT,
    MAPI_OLE,
    MAPI_RECEIPT_REQUESTED,
    MAPI_TO,
    SUCCESS_SUCCESS,
    MapiFileDesc,
    MAPIFindNext,
    MAPILogoff,
    MAPILogon,
    MapiMessage,
    MAPIReadMail,
    MapiRecipDesc,
    MAPISendDocuments,
    MAPISendMail,
    SimpleError,
    set_ui,
)
from mapix.subsystem.initialize import subsystem
from mapix.testing.sandbox import Sandbox, sandbox

BOB = MapiRecipDesc(MAPI_TO, "Bob", "SMTP:bob@example.org")


def code_of(call: Any, *args: Any) -> int:
    """The code that a call fails with."""
    with pytest.raises(SimpleError) as caught:
        call(*args)
    return caught.value.code


def test_a_message_is_sent_with_everything_it_says(handle: int, box: Sandbox, files: list[Path]) -> None:
    """SPL-11, M-082, A-001."""
    message = MapiMessage(
        "Budget",
        "Hello Bob",
        flags=MAPI_RECEIPT_REQUESTED,
        recips=[BOB, MapiRecipDesc(MAPI_CC, address="cy@example.org"), MapiRecipDesc(MAPI_BCC, "dan@example.org")],
        files=[MapiFileDesc(str(files[0]), "figures.csv"), MapiFileDesc(str(files[1]))],
    )
    assert MAPISendMail(handle, 0, message, 0, 0) == SUCCESS_SUCCESS
    (sent,) = box.outbox
    assert (sent.subject, sent.text.strip(), sent.sender) == ("Budget", "Hello Bob", "ann@example.org")
    assert (sent.to, sent.cc, sent.bcc) == (["bob@example.org"], ["cy@example.org"], ["dan@example.org"])
    assert sent.attachments == {"figures.csv": files[0].read_bytes(), "photo.png": files[1].read_bytes()}
    assert sent.message["PR_READ_RECEIPT_REQUESTED"]
    assert sent.message.message_class == "IPM.Note"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    """A real SMTP server that knows nobody called Eve, and Ann's profile that sends through it."""
    refusing = Sink(on_rcpt={"eve@example.org": "550 5.1.1 no such mailbox"})
    with running(refusing) as server, sandbox(tmp_path, address="ann@example.org") as box:
        services = subsystem().admin_profiles().admin_services(box.profile)
        rows = query_all_rows(services.get_msg_service_table(), (PR_SERVICE_NAME, PR_SERVICE_UID))
        services.delete_msg_service(dict(rows)["CAPTURE"])
        place = {"host": server.host, "port": server.port, "security": "none", "address": "ann@example.org"}
        services.create_msg_service("SMTP", settings=place)
        yield server


def test_it_goes_out_through_a_real_server(server: Running, files: list[Path]) -> None:
    """SPL-76: a session for one call hands over before it ends; nobody sees the blind copy."""
    blind = MapiRecipDesc(MAPI_BCC, "Dan", "SMTP:dan@example.org")
    whole = MapiMessage("Zürich", "Hello", recips=[BOB, blind], files=[MapiFileDesc(str(path)) for path in files])
    MAPISendMail(0, 0, whole)
    (received,) = server.sink.accepted
    assert sorted(received.recipients) == ["bob@example.org", "dan@example.org"]
    assert received.sender == "ann@example.org"
    assert b"dan@example.org" not in received.data
    mail = message_from_bytes(received.data, policy=policy.default)
    assert (mail["Subject"], mail["To"]) == ("Zürich", "Bob <bob@example.org>")
    assert [one.get_payload(decode=True) for one in mail.iter_attachments()] == [path.read_bytes() for path in files]


def test_what_a_server_refuses_is_found_as_a_report(server: Running) -> None:
    """RP-008."""
    session = MAPILogon()
    MAPISendMail(session, 0, MapiMessage("Budget", recips=[BOB, MapiRecipDesc(MAPI_TO, "Eve", "eve@example.org")]))
    MAPILogoff(session)
    session = MAPILogon()
    report = MAPIReadMail(session, 0, MAPIFindNext(session, 0, "REPORT"))
    assert report.message_type == "REPORT.IPM.Note.NDR"
    assert "Budget" in report.subject
    assert code_of(MAPIFindNext, session, 0) == MAPI_E_NO_MESSAGES
    MAPILogoff(session)
    assert [received.recipients for received in server.sink.accepted] == [("bob@example.org",)]


def test_names_are_looked_up_in_the_address_book(handle: int, box: Sandbox) -> None:
    """ABK-21."""
    with box.logon() as session:
        session.address_book.add("Bob Baker", "baker@example.org")
        session.address_book.add("Bob Butcher", "butcher@example.org")
    MAPISendMail(handle, 0, MapiMessage("Budget", recips=[MapiRecipDesc(MAPI_TO, "Baker")]))
    assert box.outbox[0].to == ["baker@example.org"]
    several = MapiMessage("Budget", recips=[MapiRecipDesc(MAPI_TO, "Bob")])
    assert code_of(MAPISendMail, handle, 0, several) == MAPI_E_AMBIGUOUS_RECIPIENT
    nobody = MapiMessage("Budget", recips=[BOB, MapiRecipDesc(MAPI_TO, "Zacharias")])
    assert code_of(MAPISendMail, handle, 0, nobody) == MAPI_E_UNKNOWN_RECIPIENT
    assert len(box.outbox) == 1


def test_nothing_is_sent_or_kept_when_something_is_wrong(handle: int, box: Sandbox, files: list[Path]) -> None:
    """SPL-11."""
    mail = MapiMessage("Budget", recips=[BOB])
    missing = MapiFileDesc(str(files[0]) + ".gone")
    assert code_of(MAPISendMail, handle, 0, MapiMessage("Budget")) == MAPI_E_INVALID_RECIPS
    assert code_of(MAPISendMail, handle, 0, replace(mail, files=[missing])) == MAPI_E_ATTACHMENT_NOT_FOUND
    ole = MapiFileDesc(str(files[0]), flags=MAPI_OLE)
    assert code_of(MAPISendMail, handle, 0, replace(mail, files=[ole])) == MAPI_E_TYPE_NOT_SUPPORTED
    for who, code in (
        (MapiRecipDesc(7, "Bob", "bob@example.org"), MAPI_E_BAD_RECIPTYPE),
        (MapiRecipDesc(MAPI_TO, "Bob", "SMTP:bob at example"), MAPI_E_INVALID_RECIPS),
        (MapiRecipDesc(MAPI_TO), MAPI_E_INVALID_RECIPS),
    ):
        assert code_of(MAPISendMail, handle, 0, replace(mail, recips=[who])) == code
    assert code_of(MAPISendMail, handle, 0, mail, 0x10000000) == MAPI_E_FAILURE
    assert code_of(MAPISendMail, handle, 0, mail, 0, 1) == MAPI_E_FAILURE
    assert len(box.outbox) == 0
    with box.logon() as session:
        assert session.outbox.count == 0


def test_another_originator_is_who_it_is_sent_for(handle: int, box: Sandbox) -> None:
    """M-010."""
    MAPISendMail(
        handle, 0, MapiMessage("Budget", recips=[BOB], originator=MapiRecipDesc(0, "Boss", "boss@example.org"))
    )
    assert box.outbox[0].message["PR_SENT_REPRESENTING_EMAIL_ADDRESS"] == "boss@example.org"
    assert box.outbox[0].sender == "ann@example.org"


class Editor:
    """Somebody at a dialog who writes a subject and sends it, or gives up."""

    def __init__(self, answer: str | None) -> None:
        self.answer = answer
        self.seen: list[MapiMessage] = []

    def compose(self, message: MapiMessage) -> MapiMessage | None:
        self.seen.append(message)
        if self.answer == "cancel":
            raise UserCancel("not today")
        return None if self.answer is None else replace(message, subject=self.answer, recips=[BOB])


def test_a_dialog_finishes_the_message(handle: int, box: Sandbox) -> None:
    """GEN-15."""
    set_ui(Editor("Finished"))  # type: ignore[arg-type]
    MAPISendMail(handle, 0, MapiMessage("Begun"), MAPI_DIALOG)
    assert [sent.subject for sent in box.outbox] == ["Finished"]


@pytest.mark.parametrize("answer", [None, "cancel"])
def test_who_gives_up_sends_nothing(handle: int, box: Sandbox, answer: str | None) -> None:
    """GEN-15."""
    set_ui(Editor(answer))  # type: ignore[arg-type]
    assert code_of(MAPISendMail, handle, 0, MapiMessage("Begun", recips=[BOB]), MAPI_DIALOG) == MAPI_E_USER_ABORT
    assert len(box.outbox) == 0


def test_what_somebody_was_to_look_at_is_not_sent_unseen(handle: int, box: Sandbox) -> None:
    """GEN-15."""
    assert code_of(MAPISendMail, handle, 0, MapiMessage("Begun", recips=[BOB]), MAPI_DIALOG) == MAPI_E_NOT_SUPPORTED
    assert len(box.outbox) == 0


def test_documents_are_sent_with_the_names_they_are_given(box: Sandbox, files: list[Path]) -> None:
    """A-001."""
    editor = Editor("Two files")
    set_ui(editor)  # type: ignore[arg-type]
    paths = ";".join(map(str, files))
    assert MAPISendDocuments(0, ";", paths, "a.csv;b.png", 0) == SUCCESS_SUCCESS
    assert [file.file_name for file in editor.seen[0].files] == ["a.csv", "b.png"]
    assert sorted(box.outbox[0].attachments) == ["a.csv", "b.png"]
    MAPISendDocuments(0, ";", str(files[0]), "")
    assert list(box.outbox[1].attachments) == ["q3.csv"]
    assert code_of(MAPISendDocuments, 0, ";", paths, "only-one.csv") == MAPI_E_TOO_MANY_FILES


def test_handles_are_sessions_until_they_are_logged_off(box: Sandbox) -> None:
    """LOG-13, LOG-35."""
    first, second = MAPILogon(), MAPILogon(0, box.profile)
    assert first != second
    assert MAPILogoff(first) == SUCCESS_SUCCESS
    assert code_of(MAPILogoff, first) == MAPI_E_INVALID_SESSION
    MAPISendMail(second, 0, MapiMessage("Still there", recips=[BOB]))
    MAPILogoff(second)
    assert [sent.subject for sent in box.outbox] == ["Still there"]
    assert code_of(MAPISendMail, second, 0, MapiMessage("Too late", recips=[BOB])) == MAPI_E_INVALID_SESSION


def test_a_profile_that_is_not_there_is_a_failed_logon(box: Sandbox) -> None:
    """LOG-13."""
    with pytest.raises(SimpleError, match=r"MAPI_E_LOGON_FAILURE \(3\)") as caught:
        MAPILogon(0, "Nowhere")
    assert caught.value.code == MAPI_E_LOGON_FAILURE
    assert isinstance(caught.value.__cause__, mapix.MapiError)


def test_failures_are_failures_of_mapi_too() -> None:
    """GEN-1."""
    error = SimpleError(MAPI_E_USER_ABORT, "given up")
    assert isinstance(error, MapiError)
    assert (error.name, str(error)) == ("MAPI_E_USER_ABORT", "MAPI_E_USER_ABORT (1): given up")


@pytest.mark.parametrize("flags", [0, MAPI_DIALOG])
def test_what_is_no_message_is_not_sent(handle: int, flags: int) -> None:
    assert code_of(MAPISendMail, handle, 0, None, flags) == MAPI_E_INVALID_MESSAGE
