"""Support objects: which methods each kind of provider gets, and what they do (session 5.7)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from tests.subsystem.bench import BookLogon, BookProvider, Script
from tests.subsystem.nasty import Courier, CourierProvider, MemoryStores

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import MessageService, ProviderKind, ProviderSpec, Setting
from mapix.interfaces.store import MsgStore
from mapix.interfaces.supportmethods import METHODS, SupportKind, SupportMethods
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import OneOff
from mapix.properties.errors import (
    Collision,
    Computed,
    FolderCycle,
    InvalidObject,
    InvalidParameter,
    NoSupport,
    UserCancel,
)
from mapix.properties.flags import (
    LOGOFF_COMPLETE,
    LOGOFF_ORDERLY,
    LOGOFF_PURGE,
    MAPI_EXTENDED,
    MAPI_NEW_SESSION,
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
from mapix.subsystem.session import Session
from mapix.testing.builders import a_folder, a_message

KINDS = {
    SupportKind.ADDRESS_BOOK: "book",
    SupportKind.STORE: "store",
    SupportKind.TRANSPORT: "transport",
    SupportKind.SERVICE: "service",
}


class Given:
    """The support objects of one session, by kind."""

    def __init__(self) -> None:
        self.book: Any = None
        self.store: Any = None
        self.transport: Any = None
        self.service: Any = None
        self.session: Session
        self.opened: MsgStore


class Books(BookProvider):
    def __init__(self, given: Given) -> None:
        super().__init__(Script(), {"Ann": "ann@example.com"})
        self.given = given

    def logon(self, support: Any) -> BookLogon:
        self.given.book = support
        return super().logon(support)


class Stores(MemoryStores):
    def __init__(self, given: Given) -> None:
        self.given = given

    def logon(self, support: Any, **how: Any) -> Any:
        if not how["spooler"]:
            self.given.store = support
        return super().logon(support, **how)


@pytest.fixture
def given(system: Subsystem, profile: str) -> Iterator[Given]:
    given, courier = Given(), Courier()
    specs = (
        ProviderSpec(ProviderKind.ADDRESS_BOOK, "book", "Book", lambda: Books(given)),
        ProviderSpec(ProviderKind.STORE, "store", "Store", lambda: Stores(given)),
        ProviderSpec(ProviderKind.TRANSPORT, "courier", "Courier", lambda: CourierProvider(courier)),
    )
    system.catalogue.register(MessageService("ALL", "All", specs, (Setting("name"),)))
    system.admin_profiles().admin_services(profile).create_msg_service("ALL", settings={"name": str(system.home)})
    with system.logon(profile, flags=MAPI_EXTENDED | MAPI_NEW_SESSION) as session:
        given.session = session
        given.opened = session.open_msg_store(query_all_rows(session.get_msg_stores_table(), (PR_ENTRYID,))[0][0])
        given.transport = courier.support
        given.service = given.store.get_svc_config_support_obj()
        session.open_address_book()
        yield given


WHOSE = """
get_last_error get_mem_alloc_routines do_config_propsheet get_svc_config_support_obj make_invalid new_uid
open_profile_section: book store transport service
subscribe unsubscribe notify modify_status_row compare_entry_ids create_one_off open_entry open_address_book
istorage_from_stream wrap_store_entryid: book store transport
set_provider_uid do_progress_dialog: book store
address details get_one_off_table new_entry open_template_id: book
complete_msg copy_folder copy_messages do_copy_props do_copy_to do_sent_mail expand_recips modify_profile prepare_submit
read_receipt store_logoff_transports: store
spooler_notify: store transport
register_preprocessor spooler_yield status_recips: transport
"""
"""The matrix, as it is written down: methods, a colon, and on the same line whose they are."""

REFUSED = [(kind, name) for name, kinds in METHODS.items() for kind in SupportKind if kind not in kinds]
GIVEN = [(kind, name) for name, kinds in METHODS.items() for kind in SupportKind if kind in kinds]


def test_there_are_39_methods() -> None:
    """Scenario 23."""
    assert len(METHODS) == 39
    assert all(hasattr(SupportMethods, name) for name in METHODS)


def test_the_matrix_is_the_one_that_is_written_down() -> None:
    """Scenario 23."""
    found, waiting = {}, []
    for line in WHOSE.strip().splitlines():
        names, _, kinds = line.partition(":")
        waiting += names.split()
        if kinds:
            found.update({name: set(kinds.split()) for name in waiting})
            waiting = []
    assert {name: {KINDS[kind] for kind in kinds} for name, kinds in METHODS.items()} == found


def test_what_is_not_of_a_kind_is_refused(given: Given) -> None:
    """Scenario 23: every other cell of the matrix answers MAPI_E_NO_SUPPORT."""
    for kind, name in REFUSED:
        with pytest.raises(NoSupport, match=name):
            getattr(getattr(given, KINDS[kind]), name)()


def test_what_is_of_a_kind_is_there(given: Given) -> None:
    """Scenario 23."""
    for kind, name in GIVEN:
        found = getattr(type(getattr(given, KINDS[kind])), name)
        assert found is not getattr(SupportMethods, name), (kind, name)


def test_the_own_section_is_opened_without_a_uid(given: Given) -> None:
    """SPI-35."""
    assert given.store.open_profile_section() is given.store.section
    assert given.service.open_profile_section(None) is not None


def test_one_offs_open_and_are_compared(given: Given) -> None:
    """SPI-42."""
    made = given.transport.create_one_off("Bob", "SMTP", "bob@example.com")
    assert OneOff.load(made).address == "bob@example.com"
    assert given.transport.compare_entry_ids(made, given.book.create_one_off("B", "SMTP", "BOB@example.com"))
    assert given.store.open_address_book().open_entry(made).get_prop(PR_EMAIL_ADDRESS) == "bob@example.com"


def test_uids_are_fresh_and_registered_ones_may_come_twice(given: Given) -> None:
    """SPI-36, SPI-37."""
    uid = given.book.new_uid()
    assert len(uid) == 16
    assert uid != given.service.new_uid()
    given.book.set_provider_uid(uid)
    given.book.set_provider_uid(uid)
    with pytest.raises(InvalidParameter):
        given.book.set_provider_uid(b"short")


def test_an_object_can_be_made_invalid(given: Given) -> None:
    """SPI-40."""
    message = a_message(a_folder(given.opened, "Work"), "Budget")
    given.store.make_invalid(message)
    for call in (message.get_props, message.save_changes, message.submit_message):
        with pytest.raises(InvalidObject):
            call()
    message.close()
    with pytest.raises(InvalidParameter):
        given.store.make_invalid(None)


def test_a_storage_is_made_on_a_stream_and_read_again(given: Given) -> None:
    """SPI-44."""
    stream = io.BytesIO()
    root = given.store.istorage_from_stream(stream, create=True)
    inner = root.create_stream("notes")
    inner.write(b"hello")
    inner.close()
    root.commit()
    root.close()
    again = given.transport.istorage_from_stream(stream)
    assert again.open_stream("notes").read(10) == b"hello"
    behind = io.BytesIO(b"head" + stream.getvalue())
    behind.seek(4)
    assert given.book.istorage_from_stream(behind, current=True).open_stream("notes").read(10) == b"hello"


def test_memory_is_given_and_taken(given: Given) -> None:
    """SUB-18, SUB-19: a block that belongs to another needs one, and giving back nothing is no error."""
    allocate, more, free = given.service.get_mem_alloc_routines()
    block = allocate(16)
    assert len(more(4, block)) == 4
    assert free(block) == free(None) == 0
    for wrong in (lambda: allocate(-1), lambda: more(4, None)):
        with pytest.raises(InvalidParameter):
            wrong()


def test_where_nobody_is_to_be_asked_dialogs_are_cancelled(given: Given) -> None:
    """SPI-46, GEN-15."""
    for support in (given.book, given.store, given.transport, given.service):
        with pytest.raises(UserCancel):
            support.do_config_propsheet()


def test_the_support_of_a_configuration_ends_with_it(given: Given) -> None:
    """PRF-44, SPI-46."""
    inner = given.service.get_svc_config_support_obj()
    section = inner.open_profile_section()
    inner.close()
    with pytest.raises(InvalidObject):
        inner.open_profile_section()
    with pytest.raises(InvalidObject):
        section.get_props()


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


def test_a_store_opened_for_a_while_can_become_one_of_the_profile(given: Given, system: Subsystem) -> None:
    """SPI-39."""
    extra = MemoryMailbox()
    before = len(query_all_rows(given.session.get_msg_stores_table(), (PR_ENTRYID,)))
    given.session.open_msg_store(extra.wrapped())
    given.store.modify_profile(temporary=True)
    assert len(query_all_rows(given.session.get_msg_stores_table(), (PR_ENTRYID,))) == before
    given.store.modify_profile()
    assert len(query_all_rows(given.session.get_msg_stores_table(), (PR_ENTRYID,))) == before + 1
    assert len(system.profiles.load("Work").services) == 2


class MemoryMailbox:
    """A store in memory that stands in no profile."""

    def wrapped(self) -> bytes:
        from mapix.objects.stores.storeobject import unwrapped_entry_id
        from mapix.properties.entryid import wrap_store
        from mapix.providers.memory.mailbox import open_mailbox
        from mapix.providers.memory.service import PROVIDER_UID

        return wrap_store("ALL", unwrapped_entry_id(PROVIDER_UID, open_mailbox("Elsewhere", "", "").uid))


def subjects(folder: MapiFolder) -> list[str]:
    return sorted(row[0] for row in query_all_rows(folder.get_contents_table(), (PR_SUBJECT,)))


def opened(given: Given, folder: MapiFolder) -> Message:
    ((entry_id, _),) = query_all_rows(folder.get_contents_table(), (PR_ENTRYID, PR_PARENT_ENTRYID))
    found = given.opened.open_entry(entry_id, Access.MODIFY)
    assert isinstance(found, Message)
    return found
