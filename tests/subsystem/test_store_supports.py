"""What a store provider may have MAPI do for it: copies, the sent-mail step, submission, reports (session 5.7)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.subsystem.supports import Given, opened_supports

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
    NoSupport,
)
from mapix.properties.flags import (
    LOGOFF_COMPLETE,
    LOGOFF_ORDERLY,
    LOGOFF_PURGE,
    MAPI_TO,
)
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DELETE_AFTER_SUBMIT,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_MESSAGE_CLASS,
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


def subjects(folder: MapiFolder) -> list[str]:
    return sorted(row[0] for row in query_all_rows(folder.get_contents_table(), (PR_SUBJECT,)))


def opened(given: Given, folder: MapiFolder) -> Message:
    ((entry_id, _),) = query_all_rows(folder.get_contents_table(), (PR_ENTRYID, PR_PARENT_ENTRYID))
    found = given.opened.open_entry(entry_id, Access.MODIFY)
    assert isinstance(found, Message)
    return found
