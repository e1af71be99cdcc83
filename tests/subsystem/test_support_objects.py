"""Support objects: which methods each kind of provider gets, and what they do (session 5.7)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from tests.subsystem.supports import Given, MemoryMailbox, opened_supports

from mapix.interfaces.prop import Access
from mapix.interfaces.supportmethods import METHODS, SupportKind, SupportMethods
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import OneOff
from mapix.properties.errors import (
    InvalidObject,
    InvalidParameter,
    NoSupport,
    UserCancel,
)
from mapix.properties.flags import MAPI_EXTENDED, MAPI_NEW_SESSION
from mapix.properties.tags import (
    PR_COMMENT,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_RECORD_KEY,
)
from mapix.subsystem.initialize import Subsystem
from mapix.testing.builders import a_folder, a_message

KINDS = {
    SupportKind.ADDRESS_BOOK: "book",
    SupportKind.STORE: "store",
    SupportKind.TRANSPORT: "transport",
    SupportKind.SERVICE: "service",
}


@pytest.fixture
def given(system: Subsystem, profile: str) -> Iterator[Given]:
    with opened_supports(system, profile) as given:
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


def test_a_store_that_became_one_of_the_profile_is_the_same_at_the_next_logon(
    given: Given, system: Subsystem, profile: str
) -> None:
    """SPI-39: which one it is stands in its section, and its files are not those of another one."""
    extra = MemoryMailbox()
    given.session.open_msg_store(extra.wrapped(), Access.MODIFY).set_props({PR_COMMENT: "elsewhere"})
    given.store.modify_profile()
    given.store.modify_profile()
    columns = (PR_ENTRYID, PR_RECORD_KEY)
    shown = query_all_rows(given.session.get_msg_stores_table(), columns)
    assert shown[1][0] == extra.wrapped()
    given.session.logoff()
    assert [each.number for each in system.profiles.load(profile).services] == [0, 2]
    with system.logon(profile, flags=MAPI_EXTENDED | MAPI_NEW_SESSION) as again:
        assert query_all_rows(again.get_msg_stores_table(), columns) == shown
        assert again.open_msg_store(shown[1][0]).get_prop(PR_COMMENT) == "elsewhere"
        assert PR_COMMENT not in again.open_msg_store(shown[0][0]).get_props([PR_COMMENT])


@pytest.mark.parametrize("wrong", [None, 5, "text"])
def test_no_identifier_is_none(given: Given, wrong: object) -> None:
    """SPI-42: an identifier must be there."""
    for support in (given.book, given.store, given.transport):
        for call in (lambda s: s.open_entry(wrong), lambda s: s.compare_entry_ids(b"x" * 20, wrong)):
            with pytest.raises(InvalidParameter):
                call(support)


def test_a_support_object_ends_with_its_logon(given: Given) -> None:
    """SPI-50: what needs the session is over; what helps with memory and identifiers is not."""
    some_id = given.opened.get_prop(PR_ENTRYID)
    given.session.logoff()
    for support in (given.book, given.store, given.transport):
        calls: list[Callable[[], object]] = [
            partial(support.open_entry, some_id),
            partial(support.compare_entry_ids, some_id, some_id),
            partial(support.open_profile_section),
            partial(getattr, support, "section"),
            partial(support.create_one_off, "Ann", "SMTP", "ann@example.com"),
        ]
        for call in calls:
            with pytest.raises(InvalidObject):
                call()
        assert len(support.new_uid()) == 16
    for gone in (
        partial(given.store.expand_recips, []),
        partial(given.store.copy_messages, None, [], None),
        partial(given.store.copy_folder, None, some_id, None),
        partial(given.store.do_copy_to, None, None),
        partial(given.store.do_copy_props, None, None, []),
    ):
        with pytest.raises(InvalidObject):
            gone()
