"""A personal address book in a session: beside other books, asked and asking, and sent to."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.subsystem.bench import ROOT, BookLogon, Script, book_service

from mapix.interfaces.addrbook import AbContainer, AddrBook, DistList
from mapix.interfaces.addressui import AddressCallbacks
from mapix.interfaces.notify import ErrorNotification, Event, Notification
from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import OneOff
from mapix.properties.errors import (
    CallFailed,
    InvalidParameter,
    MissingRequiredColumn,
    NoSupport,
    NotFound,
    UserCancel,
)
from mapix.properties.flags import MAPI_NEW_SESSION
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_COMMENT,
    PR_COMPANY_NAME,
    PR_DEF_CREATE_DL,
    PR_DEF_CREATE_MAILUSER,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_RECIPIENT_TYPE,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SERVICE_NAME,
    PR_SERVICE_UID,
)
from mapix.subsystem.books.bookdialogs import GENERIC_TEMPLATE
from mapix.subsystem.books.recipients import expand
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

Row = dict[PropTag, Any]
STAFF = {"Ann Archer": "ann@staff.example", "Bill Lee": "lee@staff.example"}


@pytest.fixture
def session(system: Subsystem, profile: str) -> Iterator[Session]:
    """A profile with a directory for everybody and a personal address book."""
    system.catalogue.register(book_service(Script(), STAFF))
    services = system.admin_profiles().admin_services(profile)
    services.create_msg_service("BOOK")
    services.create_msg_service("CONTACTS")
    with system.logon(profile, flags=MAPI_NEW_SESSION) as made:
        yield made


@pytest.fixture
def book(session: Session) -> AddrBook:
    return session.open_address_book()


def personal(book: AddrBook) -> AbContainer:
    opened = book.open_entry(book.get_pab(), Access.MODIFY)
    assert isinstance(opened, AbContainer)
    return opened


def add(book: AddrBook, name: str, address: str) -> bytes:
    values = {PR_DISPLAY_NAME: name, PR_EMAIL_ADDRESS: address}
    return book.new_entry(book.get_pab(), personal(book).get_prop(PR_DEF_CREATE_MAILUSER), values)


def add_list(book: AddrBook, name: str, *members: bytes) -> bytes:
    entry_id = book.new_entry(book.get_pab(), personal(book).get_prop(PR_DEF_CREATE_DL), {PR_DISPLAY_NAME: name})
    opened = book.open_entry(entry_id, Access.MODIFY)
    assert isinstance(opened, DistList)
    assert opened.copy_entries(members)
    return entry_id


def containers(book: AddrBook) -> list[str]:
    root = book.open_entry(None)
    assert isinstance(root, AbContainer)
    return [name for (name,) in query_all_rows(root.get_hierarchy_table(), (PR_DISPLAY_NAME,))]


def test_the_personal_book_stands_beside_the_others_and_is_the_personal_one(book: AddrBook) -> None:
    """ABK-1, ABK-70."""
    assert containers(book) == ["Staff", "Personal address book"]
    assert personal(book).get_prop(PR_DISPLAY_NAME) == "Personal address book"
    assert book.get_default_dir() == ROOT
    assert book.get_search_path() == [book.get_pab(), ROOT]


def test_the_personal_book_is_found_in_the_order_of_the_path(book: AddrBook) -> None:
    """ABK-21."""
    add(book, "Bill Lee", "lee@home.example")
    (row,) = book.resolve_name([{PR_DISPLAY_NAME: "bill"}]).rows
    assert row[PR_EMAIL_ADDRESS] == "lee@home.example"
    pab = book.get_pab()
    assert pab
    book.set_search_path([{PR_ENTRYID: ROOT}, {PR_ENTRYID: pab, PR_DISPLAY_NAME: "mine"}])
    (row,) = book.resolve_name([{PR_DISPLAY_NAME: "bill"}]).rows
    assert row[PR_EMAIL_ADDRESS] == "lee@staff.example"


def test_what_is_chosen_holds_in_later_sessions(system: Subsystem, session: Session, book: AddrBook) -> None:
    """ABK-1."""
    pab = book.get_pab()
    assert pab
    book.set_default_dir(pab)
    book.set_search_path([ROOT])
    book.set_pab(pab)
    session.logoff()
    with system.logon("Work", flags=MAPI_NEW_SESSION) as later:
        found = later.open_address_book()
        assert (found.get_pab(), found.get_default_dir(), found.get_search_path()) == (pab, pab, [ROOT])
        assert containers(found) == ["Staff", "Personal address book"]


def test_a_choice_needs_a_container_there_is(book: AddrBook) -> None:
    """ABK-1."""
    with pytest.raises(InvalidParameter):
        book.set_pab(b"")
    with pytest.raises(NotFound):
        book.set_default_dir(bytes(40))
    with pytest.raises(MissingRequiredColumn):
        book.set_search_path([{PR_DISPLAY_NAME: "Staff", PR_ENTRYID: ROOT}])


def test_a_choice_that_is_gone_counts_as_none(system: Subsystem, session: Session, book: AddrBook) -> None:
    """ABK-1."""
    pab = book.get_pab()
    assert pab
    book.set_pab(pab)
    book.set_search_path([pab, ROOT])
    services = system.admin_profiles().admin_services("Work")
    session.logoff()
    table = query_all_rows(services.get_msg_service_table(), (PR_SERVICE_NAME, PR_SERVICE_UID))
    services.delete_msg_service(dict(table)["CONTACTS"])
    with system.logon("Work", flags=MAPI_NEW_SESSION) as later:
        found = later.open_address_book()
        assert found.get_search_path() == [ROOT]
        assert found.get_pab() not in (None, pab)


def test_a_search_path_of_which_nothing_is_left_counts_as_none(
    system: Subsystem, session: Session, book: AddrBook
) -> None:
    """ABK-1, ABK-21: a copy of a profile has a personal address book of its own, and finds people in it."""
    book.set_search_path([book.get_pab() or b""])
    session.logoff()
    profiles = system.admin_profiles()
    profiles.copy_profile("Work", "Copy")
    with system.logon("Copy", flags=MAPI_NEW_SESSION) as later:
        found = later.open_address_book()
        add(found, "Zoe Zimmer", "zoe@home.example")
        (row,) = found.resolve_name([{PR_DISPLAY_NAME: "zoe"}]).rows
        assert row[PR_EMAIL_ADDRESS] == "zoe@home.example"
        assert found.get_search_path() == [found.get_pab(), ROOT]
        found.set_search_path([])
        assert found.get_search_path() == []


def test_the_file_of_contacts_is_there_as_long_as_somebody_is_in_it(book: AddrBook, home: Path) -> None:
    """ABK-1."""
    (home / "contacts.toml").write_text(
        f"[[contact]]\nuid = '{'0' * 31}1'\nPR_DISPLAY_NAME = 'Mia Moor'\nPR_EMAIL_ADDRESS = 'mia@home.example'\n"
        "PR_ADDRTYPE = 'SMTP'\n",
        encoding="utf-8",
    )
    assert containers(book) == ["Staff", "Personal address book", "Contacts"]
    assert personal(book).get_prop(PR_DISPLAY_NAME) == "Personal address book"


def test_a_provider_that_fails_at_logon_is_left_out_and_told(system: Subsystem, profile: str) -> None:
    """SES-20, SES-21."""
    system.catalogue.register(book_service(Script(CallFailed("no"), CallFailed("no"), CallFailed("no")), STAFF))
    services = system.admin_profiles().admin_services(profile)
    services.create_msg_service("BOOK")
    services.create_msg_service("CONTACTS")
    with system.logon(profile, flags=MAPI_NEW_SESSION) as session:
        book = session.open_address_book()
        add(book, "Mia Moor", "mia@home.example")
        assert containers(book) == ["Personal address book"]
        assert not book.resolve_name([{PR_DISPLAY_NAME: "mia"}]).unresolved
        told = session.get_last_error()
        assert told is not None
        assert "no" in told.text


def test_a_provider_that_fails_later_is_left_out_and_told(
    session: Session, book: AddrBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SES-21, ABK-1, NOT-4."""
    add(book, "Mia Moor", "mia@home.example")
    heard: list[Notification] = []
    connection = book.advise(None, Event.CRITICAL_ERROR, heard.extend)

    def broken(self: BookLogon) -> list[AbContainer]:
        raise RuntimeError("a bug of its own")

    monkeypatch.setattr(BookLogon, "containers", broken)
    assert containers(book) == ["Personal address book"]
    (row,) = book.resolve_name([{PR_DISPLAY_NAME: "mia"}]).rows
    assert row[PR_EMAIL_ADDRESS] == "mia@home.example"
    session.dispatch_notifications()
    assert any(isinstance(one, ErrorNotification) for one in heard)
    book.unadvise(connection)
    with pytest.raises(NotFound):
        book.unadvise(connection)


def test_changes_of_a_container_are_told(session: Session, book: AddrBook) -> None:
    """ABK-76, NOT-4."""
    heard: list[Notification] = []
    book.advise(book.get_pab(), Event.TABLE_MODIFIED, heard.extend)
    entry_id = add(book, "Mia Moor", "mia@home.example")
    session.dispatch_notifications()
    assert heard
    with pytest.raises(NoSupport):
        book.advise(entry_id, Event.OBJECT_MODIFIED, heard.extend)


def test_entries_open_and_compare_through_the_session(session: Session, book: AddrBook) -> None:
    """EID-5, GEN-14."""
    mia, zoe = add(book, "Mia Moor", "mia@home.example"), add(book, "Zoë", "zoe@home.example")
    assert session.open_entry(mia).get_prop(PR_DISPLAY_NAME) == "Mia Moor"
    assert book.compare_entry_ids(mia, mia)
    assert not book.compare_entry_ids(mia, zoe)
    assert not book.compare_entry_ids(mia, ROOT)


# people are asked


def test_somebody_may_say_who_is_meant(book: AddrBook) -> None:
    """ABK-20, ABK-21, GEN-15."""
    add(book, "Bill Long", "long@home.example")
    add(book, "Bill Short", "short@home.example")
    asked: list[tuple[str, str, list[str]]] = []

    def choose(title: str, name: str, people: Any) -> int:
        asked.append((title, name, [row[PR_DISPLAY_NAME] for row in people]))
        return 1

    rows = [{PR_DISPLAY_NAME: "bill"}, {PR_DISPLAY_NAME: "a@b.example"}]
    result = book.resolve_name(rows, ui=AddressCallbacks(on_choose=choose), title="To")
    assert asked == [("To", "bill", ["Bill Long", "Bill Short"])]
    assert result.rows[0][PR_EMAIL_ADDRESS] == "short@home.example"
    assert not result.ambiguous


def test_somebody_may_spell_a_name_anew_or_leave_it(book: AddrBook) -> None:
    """ABK-21."""
    answers = iter(["nobody else", "archer"])
    ui = AddressCallbacks(on_spell=lambda title, name: next(answers, None))
    (row,) = book.resolve_name([{PR_DISPLAY_NAME: "nobody"}], ui=ui).rows
    assert row[PR_EMAIL_ADDRESS] == "ann@staff.example"
    assert book.resolve_name([{PR_DISPLAY_NAME: "nobody"}], ui=AddressCallbacks()).unresolved == [0]


def test_without_somebody_to_ask_dialogs_are_not_supported(book: AddrBook) -> None:
    """ABK-10."""
    with pytest.raises(NoSupport):
        book.details(add(book, "Mia", "mia@home.example"), None)
    with pytest.raises(NoSupport):
        book.address(None)
    with pytest.raises(NoSupport):
        book.recip_options({})
    assert book.query_default_recip_opt("SMTP") == {}


def test_details_are_shown_and_changed(book: AddrBook) -> None:
    """ABK-10, ABK-74."""
    entry_id = add(book, "Mia Moor", "mia@home.example")
    seen: list[Mapping[PropTag, Any]] = []

    def edit(title: str, fields: Any, values: Mapping[PropTag, Any]) -> Mapping[PropTag, Any]:
        assert title == "Mia Moor"
        seen.append(dict(values))
        return {PR_COMPANY_NAME: "Moors", PR_COMMENT: None}

    assert book.details(entry_id, AddressCallbacks(on_edit=edit))
    assert not book.details(entry_id, AddressCallbacks())
    assert seen[0][PR_EMAIL_ADDRESS] == "mia@home.example"
    assert book.open_entry(entry_id).get_prop(PR_COMPANY_NAME) == "Moors"


def test_recipients_are_asked_for_and_resolved(book: AddrBook) -> None:
    """ABK-80, ABK-81."""

    def recipients(title: str, wells: Any, rows: Any) -> list[Row]:
        assert list(wells) == ["To", "Cc", "Bcc"]
        return [{PR_DISPLAY_NAME: "archer", PR_RECIPIENT_TYPE: 1}, {}]

    (row,) = book.address(AddressCallbacks(on_recipients=recipients))
    assert (row[PR_EMAIL_ADDRESS], row[PR_RECIPIENT_TYPE]) == ("ann@staff.example", 1)
    assert {PR_DISPLAY_NAME, PR_ADDRTYPE, PR_ENTRYID} <= set(row)
    with pytest.raises(UserCancel):
        book.address(AddressCallbacks())


def test_new_entries_are_one_offs_where_no_container_is_named(book: AddrBook) -> None:
    """ABK-64."""
    made = book.new_entry(None, None, {PR_EMAIL_ADDRESS: "mia@home.example"})
    assert OneOff.load(made).address == "mia@home.example"
    ui = AddressCallbacks(on_edit=lambda title, fields, values: {PR_ADDRTYPE: "FAX", PR_EMAIL_ADDRESS: "5"})
    assert OneOff.load(book.new_entry(None, GENERIC_TEMPLATE, ui=ui)).address_type == "FAX"
    with pytest.raises(UserCancel):
        book.new_entry(None, None, ui=AddressCallbacks())
    with pytest.raises(InvalidParameter):
        book.new_entry(None, None)


def test_the_templates_of_all_books_and_mapis_own_are_in_one_table(book: AddrBook) -> None:
    """ABK-66."""
    rows = query_all_rows(book.one_off_table(), (PR_DISPLAY_NAME, PR_ENTRYID))
    assert [name for name, _ in rows] == ["Contact", "Other address"]
    assert rows[-1][1] == GENERIC_TEMPLATE


# recipients


def test_a_list_is_sent_to_as_its_members(book: AddrBook) -> None:
    """ABK-75, SPL-15."""
    mia, zoe = add(book, "Mia Moor", "mia@home.example"), add(book, "Zoë", "zoe@home.example")
    guest = OneOff("Guest", "SMTP", "guest@home.example").dump()
    inner = add_list(book, "Inner", zoe, guest, mia)
    outer = add_list(book, "Outer", mia, inner, ROOT + b"ann@staff.example")
    (row,) = book.resolve_name([{PR_DISPLAY_NAME: "outer"}]).rows
    assert row[PR_ENTRYID] == outer
    rows = expand([{PR_ROWID: 0, PR_RECIPIENT_TYPE: 1, **row}], lambda: book)
    sent = [each[PR_EMAIL_ADDRESS] for each in rows if not each.get(PR_RESPONSIBILITY)]
    assert sorted(sent) == [
        "ann@staff.example",
        "guest@home.example",
        "mia@home.example",
        "zoe@home.example",
    ]


def test_prepared_rows_have_the_columns_of_their_entries(book: AddrBook) -> None:
    """ABK-40."""
    mia = add(book, "Mia Moor", "mia@home.example")
    rows = [{PR_RECIPIENT_TYPE: 1, PR_ENTRYID: mia}, {PR_ENTRYID: OneOff("G", "SMTP", "g@h.example").dump()}]
    first, second = book.prepare_recips(rows, [PR_EMAIL_ADDRESS, PR_DISPLAY_NAME])
    assert list(first)[:2] == [PR_EMAIL_ADDRESS, PR_DISPLAY_NAME]
    assert first[PR_DISPLAY_NAME] == "Mia Moor"
    assert second[PR_EMAIL_ADDRESS] == "g@h.example"


# the file


def test_a_book_whose_file_is_gone_is_told_and_no_empty_one_takes_its_place(
    system: Subsystem, session: Session, book: AddrBook, home: Path
) -> None:
    add(book, "Mia Moor", "mia@home.example")
    session.logoff()
    file = home / "books" / "Work.mapixbook"
    for each in file.parent.iterdir():
        each.unlink()
    with system.logon("Work", flags=MAPI_NEW_SESSION) as later:
        found = later.open_address_book()
        assert "Personal address book" not in containers(found)
        told = later.get_last_error()
        assert told is not None
        assert "no address book at this place" in told.text
    assert not file.exists()


def test_a_file_that_is_no_book_is_told(system: Subsystem, profile: str, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(b"Dear Bill, " * 1000)
    services = system.admin_profiles().admin_services(profile)
    services.create_msg_service("CONTACTS", settings={"path": str(path)})
    with system.logon(profile, flags=MAPI_NEW_SESSION) as session:
        assert containers(session.open_address_book()) == ["Contacts"]
        told = session.get_last_error()
        assert told is not None
        assert "damaged" in told.text
    assert path.read_bytes() == b"Dear Bill, " * 1000


def test_a_new_book_is_its_users_alone(book: AddrBook, home: Path) -> None:
    assert (home / "books" / "Work.mapixbook").stat().st_mode & 0o777 == 0o600
