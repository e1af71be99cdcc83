"""What a store provider may have MAPI do for it: copies, the sent-mail step, submission, reports (session 5.7)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.subsystem.supports import Given, MemoryMailbox, opened_supports

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import OneOff
from mapix.properties.errors import (
    Collision,
    Computed,
    FolderCycle,
    InvalidParameter,
    MapiError,
    NoAccess,
    NoSupport,
)
from mapix.properties.flags import (
    FOLDER_SEARCH,
    LOGOFF_COMPLETE,
    LOGOFF_ORDERLY,
    LOGOFF_PURGE,
    MAPI_P1,
    MAPI_SUBMITTED,
    MAPI_TO,
    MSGFLAG_RN_PENDING,
)
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_COMMENT,
    PR_DEFERRED_SEND_TIME,
    PR_DELETE_AFTER_SUBMIT,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_NON_RECEIPT_NOTIFICATION_REQUESTED,
    PR_PARENT_ENTRYID,
    PR_READ_RECEIPT_REQUESTED,
    PR_RECIPIENT_TYPE,
    PR_RESPONSIBILITY,
    PR_SENDER_ADDRTYPE,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SENDER_ENTRYID,
    PR_SENDER_NAME,
    PR_SENTMAIL_ENTRYID,
    PR_SUBJECT,
)
from mapix.properties.times import TICKS_PER_SECOND, now
from mapix.subsystem.initialize import Subsystem
from mapix.testing.builders import a_folder, a_message


@pytest.fixture
def given(system: Subsystem, profile: str) -> Iterator[Given]:
    with opened_supports(system, profile) as given:
        yield given


def test_messages_are_copied_between_stores(given: Given) -> None:
    """SPI-43."""
    source, target = a_folder(given.opened, "From"), a_folder(given.opened, "To")
    ids = [a_message(source, subject).get_prop(PR_ENTRYID) for subject in ("One", "Two")]
    assert given.store.copy_messages(source, ids, target)
    assert subjects(target) == ["One", "Two"]
    assert not given.store.copy_messages(source, [b"\0" * 30], target)
    assert given.store.copy_messages(source, ids[:1], target, move=True)
    assert subjects(source) == ["Two"]


def test_a_folder_is_copied_with_what_is_in_it(given: Given) -> None:
    """SPI-43."""
    top = a_folder(given.opened, "Top")
    a_message(a_folder(given.opened, "Top/Work/Deep"), "Below")
    work, target = a_folder(given.opened, "Top/Work"), a_folder(given.opened, "Other")
    entry_id = work.get_prop(PR_ENTRYID)
    assert given.store.copy_folder(top, entry_id, target)
    assert subjects(a_folder(given.opened, "Other/Work/Deep")) == ["Below"]
    with pytest.raises(Collision):
        given.store.copy_folder(top, entry_id, target)
    for inside in (work, a_folder(given.opened, "Top/Work/Deep")):
        with pytest.raises(FolderCycle):
            given.store.copy_folder(top, entry_id, inside)
    assert given.store.copy_folder(top, entry_id, target, name="Moved", move=True)
    assert query_all_rows(top.get_hierarchy_table(), (PR_DISPLAY_NAME,)) == []


def test_properties_are_copied_between_any_two_objects(given: Given) -> None:
    """SPI-43."""
    first = a_message(a_folder(given.opened, "Work"), "Budget", to=["ann@example.org"])
    second = a_folder(given.opened, "Work").create_message()
    problems = given.store.do_copy_to(first, second, exclude=[PR_SUBJECT])
    assert {problem.scode for problem in problems} <= {Computed.hresult}
    assert PR_SUBJECT not in second.get_props((PR_SUBJECT,))
    assert not given.store.do_copy_props(first, second, [PR_SUBJECT])
    assert second.get_prop(PR_SUBJECT) == "Budget"
    with pytest.raises(InvalidParameter):
        given.store.do_copy_to(first, second, exclude=[])


def test_a_folder_is_moved_with_all_below_it(given: Given) -> None:
    """SPI-43, F-065: whether subfolders were asked for or not; its properties come along."""
    top, target = a_folder(given.opened, "Top"), a_folder(given.opened, "Other")
    a_message(a_folder(given.opened, "Top/Work/Deep"), "Below")
    work = a_folder(given.opened, "Top/Work")
    work.set_props({PR_COMMENT: "what is to be done"})
    entry_id = work.get_prop(PR_ENTRYID)
    assert given.store.copy_folder(top, entry_id, target, name="Alone", subfolders=False)
    assert a_folder(given.opened, "Other/Alone").get_prop(PR_COMMENT) == "what is to be done"
    assert a_folder(given.opened, "Other/Alone").get_hierarchy_table().get_row_count() == 0
    assert given.store.copy_folder(top, entry_id, target, move=True, subfolders=False)
    assert subjects(a_folder(given.opened, "Other/Work/Deep")) == ["Below"]
    assert top.get_hierarchy_table().get_row_count() == 0


def test_what_cannot_be_copied_whole_is_not_moved(given: Given) -> None:
    """SPI-43, F-040, F-070: a search folder stays, and so does the folder it is in; the rest is copied."""
    top, target = a_folder(given.opened, "Top"), a_folder(given.opened, "Other")
    work = a_folder(given.opened, "Top/Work")
    a_message(work, "Here")
    found = work.create_folder("Found", kind=FOLDER_SEARCH)
    a_message(a_folder(given.opened, "Top/Work/Last"), "Behind it")
    entry_id, found_id = work.get_prop(PR_ENTRYID), found.get_prop(PR_ENTRYID)
    assert given.store.copy_folder(top, entry_id, target, move=True).left_out == (found_id,)
    assert subjects(a_folder(given.opened, "Top/Work")) == ["Here"]
    assert subjects(a_folder(given.opened, "Other/Work/Last")) == ["Behind it"]
    with pytest.raises(NoAccess):
        given.store.copy_folder(work, found_id, target)


def test_a_submitted_message_is_not_moved(given: Given) -> None:
    """SPI-43, F-063: it stays one message."""
    source, target = a_folder(given.opened, "From"), a_folder(given.opened, "To")
    later = {PR_DEFERRED_SEND_TIME: now() + 3600 * TICKS_PER_SECOND}
    message = a_message(source, "On its way", to=["ann@example.org"], props=later)
    entry_id = message.get_prop(PR_ENTRYID)
    message.submit_message()
    assert given.store.copy_messages(source, [entry_id], target, move=True).left_out == (entry_id,)
    assert subjects(target) == []
    with pytest.raises(MapiError):
        source.open_entry(entry_id, Access.MODIFY)


@pytest.mark.parametrize("move", [False, True])
def test_reports_are_owed_once(given: Given, move: bool) -> None:
    """SPI-43, F-062: by the first message where it is copied, by the second where it is moved within the store."""
    source, target = a_folder(given.opened, "From"), a_folder(given.opened, "To")
    ann = OneOff("Ann", "SMTP", "ann@example.com").dump()
    asks = {PR_MESSAGE_FLAGS: 0, PR_READ_RECEIPT_REQUESTED: True, PR_SENDER_ENTRYID: ann, PR_SENDER_NAME: "Ann"}
    message = a_message(source, "Please read", props=asks)
    assert owed(source) == [True]
    outbox = len(given.opened.outgoing.entries())
    assert given.store.copy_messages(source, [message.get_prop(PR_ENTRYID)], target, move=move)
    assert (owed(source), owed(target)) == (([], [True]) if move else ([True], [False]))
    assert len(given.opened.outgoing.entries()) == outbox


@pytest.mark.parametrize("whole", [False, True])
def test_what_leaves_the_store_is_reported_as_read(given: Given, whole: bool) -> None:
    """SPI-43, F-062, RP-013: though it is not there any more, it was not thrown away."""
    top, there = a_folder(given.opened, "Top"), given.session.open_msg_store(MemoryMailbox().wrapped(), Access.MODIFY)
    target, source = a_folder(there, f"To {whole}"), a_folder(given.opened, "Top/From")
    ann = {PR_SENDER_ENTRYID: OneOff("Ann", "SMTP", "ann@example.com").dump(), PR_SENDER_NAME: "Ann"}
    asks = {PR_MESSAGE_FLAGS: 0, PR_READ_RECEIPT_REQUESTED: True, PR_NON_RECEIPT_NOTIFICATION_REQUESTED: True, **ann}
    entry_id = a_message(source, "Please read", props=asks).get_prop(PR_ENTRYID)
    if whole:
        assert given.store.copy_folder(top, source.get_prop(PR_ENTRYID), target, move=True)
        target = a_folder(there, f"To {whole}/From")
    else:
        assert given.store.copy_messages(source, [entry_id], target, move=True)
    assert (subjects(target), owed(target)) == (["Please read"], [False])
    assert given.session.flush(60) == 0
    assert (given.courier.sent, given.courier.classes) == (["ann@example.com"], ["REPORT.IPM.Note.IPNRN"])


@pytest.mark.parametrize(("sent", "delete"), [(False, False), (True, False), (False, True), (True, True)])
def test_the_sent_mail_step_has_four_ends(given: Given, sent: bool, delete: bool) -> None:
    """SPL-25, SPI-21."""
    outbox, kept = a_folder(given.opened, "Out"), a_folder(given.opened, "Sent")
    message = a_message(outbox, "Budget")
    if sent:
        message.set_props({PR_SENTMAIL_ENTRYID: kept.get_prop(PR_ENTRYID)})
    message.set_props({PR_DELETE_AFTER_SUBMIT: delete})
    message.save_changes()
    message = opened(given, outbox)
    place = given.store.do_sent_mail(message)
    where = None if delete else kept if sent else outbox
    assert place == (where.get_prop(PR_ENTRYID) if where is not None else None)
    assert [len(subjects(folder)) for folder in (outbox, kept)] == [
        int(where is outbox),
        int(where is kept),
    ]


def test_recipients_are_made_ready_for_the_spooler(given: Given) -> None:
    """SPL-25, SPI-11."""
    message = a_folder(given.opened, "Out").create_message()
    row = {PR_DISPLAY_NAME: "Bob", PR_ADDRTYPE: "SMTP", PR_EMAIL_ADDRESS: "bob@example.com", PR_RECIPIENT_TYPE: MAPI_TO}
    message.modify_recipients(0, [row])
    given.store.prepare_submit(message)
    table = message.get_recipient_table()
    ((entry_id, responsibility),) = query_all_rows(table, (PR_ENTRYID, PR_RESPONSIBILITY))
    assert OneOff.load(entry_id).address == "bob@example.com"
    assert responsibility is False


def test_a_sent_message_stays_where_its_folder_cannot_be_had(given: Given) -> None:
    """SPL-25: it was sent, and that is all that counts."""
    outbox, kept = a_folder(given.opened, "Out"), a_folder(given.opened, "Sent")
    gone = kept.get_prop(PR_ENTRYID)
    a_message(outbox, "Budget", props={PR_SENTMAIL_ENTRYID: gone})
    given.opened.open_entry(kept.get_prop(PR_PARENT_ENTRYID), Access.MODIFY).delete_folder(gone, hard=True)
    assert given.store.do_sent_mail(opened(given, outbox)) == outbox.get_prop(PR_ENTRYID)
    assert subjects(outbox) == ["Budget"]


def test_of_a_message_sent_again_those_who_had_it_are_shown_only(given: Given) -> None:
    """SPL-31: their mark goes, and they do not get it a second time; who stands there twice gets it once (C9)."""
    message = a_folder(given.opened, "Out").create_message()
    bob = {PR_DISPLAY_NAME: "Bob", PR_ADDRTYPE: "SMTP", PR_EMAIL_ADDRESS: "bob@example.com"}
    kinds = (MAPI_TO | MAPI_SUBMITTED, MAPI_TO | MAPI_P1, MAPI_TO)
    message.modify_recipients(0, [{**bob, PR_RECIPIENT_TYPE: kind} for kind in kinds])
    given.store.prepare_submit(message)
    rows = query_all_rows(message.get_recipient_table(), (PR_RECIPIENT_TYPE, PR_RESPONSIBILITY))
    assert [tuple(row) for row in rows] == [(MAPI_TO, True), (MAPI_TO | MAPI_P1, False), (MAPI_TO, True)]


def test_a_read_report_is_filled(given: Given) -> None:
    """SPI-22."""
    folder = a_folder(given.opened, "In")
    message, report = a_message(folder, "Budget"), folder.create_message()
    with pytest.raises(NoSupport):
        given.store.read_receipt(message, report)
    ann = OneOff("Ann", "SMTP", "ann@example.com").dump()
    message.set_props(
        {
            PR_READ_RECEIPT_REQUESTED: True,
            PR_SENDER_ENTRYID: ann,
            PR_SENDER_NAME: "Ann",
            PR_SENDER_ADDRTYPE: "SMTP",
            PR_SENDER_EMAIL_ADDRESS: "ann@example.com",
        }
    )
    given.store.read_receipt(message, report)
    assert report.get_prop(PR_MESSAGE_CLASS) == "REPORT.IPM.Note.IPNRN"
    assert query_all_rows(report.get_recipient_table(), (PR_EMAIL_ADDRESS,)) == [("ann@example.com",)]


def test_a_store_that_leaves_hears_what_is_left(given: Given) -> None:
    """SPI-23, SPL-60."""
    assert given.store.store_logoff_transports(LOGOFF_ORDERLY) == LOGOFF_COMPLETE
    assert given.store.store_logoff_transports(LOGOFF_PURGE) == LOGOFF_COMPLETE
    for both in (LOGOFF_ORDERLY | LOGOFF_PURGE, LOGOFF_COMPLETE):
        with pytest.raises(InvalidParameter):
            given.store.store_logoff_transports(both)
    with pytest.raises(InvalidParameter):
        given.store.store_logoff_transports(0)


def owed(folder: MapiFolder) -> list[bool]:
    """Whether a report is owed for each message."""
    rows = query_all_rows(folder.get_contents_table(), (PR_MESSAGE_FLAGS,))
    return [bool(state & MSGFLAG_RN_PENDING) for (state,) in rows]


def subjects(folder: MapiFolder) -> list[str]:
    return sorted(row[0] for row in query_all_rows(folder.get_contents_table(), (PR_SUBJECT,)))


def opened(given: Given, folder: MapiFolder) -> Message:
    ((entry_id, _),) = query_all_rows(folder.get_contents_table(), (PR_ENTRYID, PR_PARENT_ENTRYID))
    found = given.opened.open_entry(entry_id, Access.MODIFY)
    assert isinstance(found, Message)
    return found
