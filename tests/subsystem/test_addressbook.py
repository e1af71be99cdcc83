"""The integrated address book: scenarios 20 and 21."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples
from tests.subsystem.bench import ROOT, BookLogon, Script, book_service

from mapix.interfaces.addrbook import AbContainer, AddrBook
from mapix.interfaces.prop import Access, ObjectType
from mapix.interfaces.table import query_all_rows
from mapix.objects.restrictions.anr import anr_matches
from mapix.properties.entryid import ONE_OFF_UNICODE, OneOff
from mapix.properties.errors import (
    CorruptData,
    InvalidParameter,
    NoAccess,
    NoSupport,
    NotFound,
    UnknownEntryid,
)
from mapix.properties.flags import MAPI_NEW_SESSION
from mapix.properties.restriction import Content, Fuzzy, Property, Relop
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_ANR,
    PR_CONTAINER_FLAGS,
    PR_DEPTH,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_OBJECT_TYPE,
    PR_RECIPIENT_TYPE,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_SEND_RICH_INFO,
    PR_TITLE,
)
from mapix.subsystem.books.oneoff import parse_address
from mapix.subsystem.books.personal import PersonalContainer
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

STAFF = {
    "Billy Larson": "larson@example.com",
    "Bill Lee": "lee@example.com",
    "Bill Logan Jr.": "logan@example.com",
    "Sam Bill Lee": "sam@example.com",
    "Ann Archer": "ann@example.com",
}


@pytest.fixture
def session(system: Subsystem, profile: str) -> Iterator[Session]:
    system.catalogue.register(book_service(Script(), STAFF))
    system.admin_profiles().admin_services(profile).create_msg_service("BOOK")
    with system.logon(profile, flags=MAPI_NEW_SESSION) as made:
        yield made


@pytest.fixture
def book(session: Session) -> AddrBook:
    return session.open_address_book()


def contacts(book: AddrBook) -> PersonalContainer:
    opened = book.open_entry(book.get_pab(), Access.MODIFY)
    assert isinstance(opened, PersonalContainer)
    return opened


def add(book: AddrBook, name: str, address: str) -> bytes:
    user = contacts(book).create_entry()
    user.set_props({PR_DISPLAY_NAME: name, PR_EMAIL_ADDRESS: address})
    user.save_changes()
    entry_id: bytes = user.get_prop(PR_ENTRYID)
    return entry_id


# one-offs


def test_the_bytes_of_a_unicode_one_off_are_exact(book: AddrBook) -> None:
    """ABK-60; scenario 21."""
    entry_id = book.create_one_off("Bill", "SMTP", "bill@example.com")
    strings = "".join(text + "\0" for text in ("Bill", "SMTP", "bill@example.com")).encode("utf-16-le")
    head = bytes(4) + bytes.fromhex("812B1FA4BEA310199D6E00DD010F5402") + b"\0\0" + (0x8001).to_bytes(2, "little")
    assert entry_id == head + strings
    assert len(entry_id) == 24 + 2 * (5 + 5 + 17)
    assert OneOff.load(entry_id) == OneOff("Bill", "SMTP", "bill@example.com", flags=0x8001)


def test_the_bytes_of_an_8_bit_one_off_are_exact_and_read_back(session: Session) -> None:
    """ABK-60, ABK-61; scenario 21: exact, of exact length, read back, and opened by the session."""
    entry_id = OneOff("Bill", "SMTP", "bill@example.com", flags=1).dump()
    head = bytes(4) + bytes.fromhex("812B1FA4BEA310199D6E00DD010F5402") + b"\0\0\1\0"
    assert entry_id == head + b"Bill\0SMTP\0bill@example.com\0"
    assert len(entry_id) == 24 + 5 + 5 + 17
    assert OneOff.load(entry_id) == OneOff("Bill", "SMTP", "bill@example.com", flags=1)
    user = session.open_entry(entry_id)
    assert user.get_prop(PR_SEARCH_KEY) == b"SMTP:BILL@EXAMPLE.COM\0"
    assert (user.get_prop(PR_DISPLAY_NAME), user.get_prop(PR_EMAIL_ADDRESS)) == ("Bill", "bill@example.com")


def test_a_one_off_opens_through_session_and_book_as_a_mail_user(session: Session, book: AddrBook) -> None:
    """ABK-5, ABK-61, ABK-65, ABK-3, SES-1, SES-8; scenario 21."""
    entry_id = book.create_one_off("Bill", "SMTP", "bill@example.com")
    for user in (session.open_entry(entry_id), book.open_entry(entry_id, Access.MODIFY)):
        assert user.object_type is ObjectType.MAILUSER
        assert user.get_prop(PR_SEARCH_KEY) == b"SMTP:BILL@EXAMPLE.COM\0"
        assert user.get_prop(PR_RECORD_KEY) == user.get_prop(PR_ENTRYID) == entry_id
        assert (user.get_prop(PR_DISPLAY_NAME), user.get_prop(PR_ADDRTYPE)) == ("Bill", "SMTP")
        assert (user.get_prop(PR_OBJECT_TYPE), user.get_prop(PR_DISPLAY_TYPE)) == (6, 0)
        assert user.get_prop(PR_SEND_RICH_INFO) is False
        with pytest.raises(NoAccess):
            user.set_props({PR_DISPLAY_NAME: "William"})


def test_a_one_off_that_takes_rich_text_says_so_unless_it_is_an_internet_address(book: AddrBook) -> None:
    """ABK-62."""
    fax = book.open_entry(book.create_one_off("Bill", "FAX", "555", rich=True))
    mail = book.open_entry(book.create_one_off("Bill", "SMTP", "b@example.com", rich=True))
    assert fax.get_prop(PR_SEND_RICH_INFO) is True
    assert mail.get_prop(PR_SEND_RICH_INFO) is False


def test_a_one_off_without_a_name_is_called_by_its_address(book: AddrBook) -> None:
    """ABK-64."""
    assert OneOff.load(book.create_one_off(None, "FAX", "555")).name == "555"
    for kind, address in (("", "555"), ("FAX", "")):
        with pytest.raises(InvalidParameter):
            book.create_one_off("Bill", kind, address)


def test_one_offs_are_compared_by_address(book: AddrBook) -> None:
    """EID-5."""
    one = book.create_one_off("Bill", "SMTP", "bill@example.com")
    same = book.create_one_off("William", "smtp", "BILL@example.com")
    assert book.compare_entry_ids(one, same)
    assert not book.compare_entry_ids(one, book.create_one_off("Bill", "SMTP", "lee@example.com"))
    assert not book.compare_entry_ids(one, ROOT)
    with pytest.raises(UnknownEntryid):
        book.compare_entry_ids(one, bytes(40))


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("a@b.com", ("a@b.com", "SMTP", "a@b.com")),
        ("  a.b@c.d.com ", ("a.b@c.d.com", "SMTP", "a.b@c.d.com")),
        ("N[FAX:123]", ("N", "FAX", "123")),
        ("[FAX:123]", ("123", "FAX", "123")),
        (r"Bill Lee[MSPEER:\\\\billl\in]", ("Bill Lee", "MSPEER", r"\\billl\in")),
        (r"A\[B\][FAX:\x31\,2]", ("A[B]", "FAX", "1,2")),
    ],
)
def test_a_text_may_spell_a_one_off(text: str, person: tuple[str, str, str]) -> None:
    """ABK-63."""
    found = parse_address(text)
    assert found is not None
    assert (found.name, found.address_type, found.address) == person


@pytest.mark.parametrize("text", ["", "Bill", "a@b", "@b.com", "a@.com", "a@b@c.com", "N[FAX:1] x", "N[FAX]", "N[:1]"])
def test_other_texts_are_names(text: str) -> None:
    """ABK-21, ABK-63."""
    assert parse_address(text) is None


# resolving


def test_an_address_resolves_without_any_book(book: AddrBook) -> None:
    """ABK-21, ABK-81; scenario 20."""
    result = book.resolve_name([{PR_DISPLAY_NAME: "a@b.com", PR_RECIPIENT_TYPE: 2}, {PR_DISPLAY_NAME: "N[FAX:123]"}])
    assert not result.unresolved
    assert not result.ambiguous
    first, second = result.rows
    assert first[PR_SEND_RICH_INFO] is False
    assert first[PR_RECIPIENT_TYPE] == 2
    assert OneOff.load(first[PR_ENTRYID]).flags & ONE_OFF_UNICODE
    assert (second[PR_DISPLAY_NAME], second[PR_ADDRTYPE], second[PR_EMAIL_ADDRESS]) == ("N", "FAX", "123")


def test_unique_ambiguous_and_unknown_names_are_told_apart(book: AddrBook) -> None:
    """ABK-21, ABK-22, ABK-24; scenario 20: the book resolves no names itself, so its table is asked for PR_ANR."""
    with pytest.raises(NoSupport):
        book.open_entry(ROOT).resolve_names([], ())  # type: ignore[attr-defined]
    names = ["Archer", "Bill L", "Zebedee", "billy"]
    result = book.resolve_name([{PR_DISPLAY_NAME: name} for name in names])
    assert result.unresolved == [2]
    assert result.ambiguous == [1]
    assert result.rows[0][PR_EMAIL_ADDRESS] == "ann@example.com"
    assert result.rows[1] == {PR_DISPLAY_NAME: "Bill L"}
    assert result.rows[3][PR_DISPLAY_NAME] == "Billy Larson"


def test_resolved_and_empty_rows_are_left_alone(book: AddrBook) -> None:
    """ABK-21, ABK-80."""
    rows = [{PR_DISPLAY_NAME: "Bill L", PR_ENTRYID: b"x"}, {}]
    result = book.resolve_name(rows)
    assert result.rows == rows
    assert not result.unresolved
    assert not result.ambiguous


def test_a_container_earlier_in_the_search_path_decides(book: AddrBook) -> None:
    """ABK-21, ABK-24; scenario 20."""
    add(book, "Bill Lee", "friend@example.com")
    (row,) = book.resolve_name([{PR_DISPLAY_NAME: "Bill Lee"}]).rows
    assert row[PR_EMAIL_ADDRESS] == "friend@example.com"
    add(book, "Bill Lewis", "other@example.com")
    result = book.resolve_name([{PR_DISPLAY_NAME: "Bill Le"}])
    assert result.ambiguous == [0]
    path = book.get_search_path()
    book.set_search_path(path[::-1])  # type: ignore[attr-defined]
    (row,) = book.resolve_name([{PR_DISPLAY_NAME: "Sam"}]).rows
    assert row[PR_EMAIL_ADDRESS] == "sam@example.com"
    assert book.get_search_path() == path[::-1]


def test_bill_l_matches_as_the_reference_says() -> None:
    """ABK-25."""
    assert [name for name in STAFF if anr_matches("Bill L", name)] == list(STAFF)[:4]
    assert not anr_matches("", "Bill")


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.text("abcAB", min_size=1, max_size=4), min_size=1, max_size=4), st.data())
def test_beginnings_of_words_of_a_name_always_match_it(words: list[str], data: st.DataObject) -> None:
    """ABK-25."""
    chosen = data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=3))
    parts = [word[: data.draw(st.integers(1, len(word)))] for word in chosen]
    assert anr_matches(" ".join(parts), " ".join(words))


# containers


def test_the_root_shows_the_containers_of_all_books(book: AddrBook) -> None:
    """ABK-1, ABK-70."""
    root = book.open_entry(None)
    assert isinstance(root, AbContainer)
    rows = query_all_rows(root.get_hierarchy_table(), [PR_DISPLAY_NAME, PR_DEPTH, PR_CONTAINER_FLAGS, PR_OBJECT_TYPE])
    assert rows == [("Contacts", 0, 5, 4), ("Staff", 0, 9, 4)]
    assert query_all_rows(root.get_contents_table()) == []
    entry_id = query_all_rows(root.get_hierarchy_table(), [PR_ENTRYID])[1][0]
    assert root.open_entry(entry_id).get_prop(PR_DISPLAY_NAME) == "Staff"


def test_the_personal_book_and_the_directory_have_defaults(book: AddrBook) -> None:
    assert book.get_default_dir() == ROOT
    assert book.get_search_path() == [book.get_pab(), ROOT]


def test_a_contact_is_kept_for_every_session(system: Subsystem, session: Session, book: AddrBook, home: Path) -> None:
    """ABK-5."""
    entry_id = add(book, "Zoë Zimmer", "zoe@example.com")
    assert "Zoë Zimmer" in (home / "contacts.toml").read_text(encoding="utf-8")
    system.admin_profiles().create_profile("Other")
    with system.logon("Other", flags=MAPI_NEW_SESSION) as other:
        user = other.open_entry(entry_id)
        assert user.get_prop(PR_DISPLAY_NAME) == "Zoë Zimmer"
        assert user.get_prop(PR_ADDRTYPE) == "SMTP"
        assert user.get_prop(PR_SEARCH_KEY) == b"SMTP:ZOE@EXAMPLE.COM\0"


def test_a_contact_has_no_identifier_before_it_is_saved(book: AddrBook) -> None:
    """ABK-71."""
    user = contacts(book).create_entry()
    assert user.get_prop(PR_ENTRYID) is None
    user.set_props({PR_DISPLAY_NAME: "Only a name"})
    with pytest.raises(InvalidParameter, match="address"):
        user.save_changes()


def test_a_contact_can_be_changed_and_removed(session: Session, book: AddrBook) -> None:
    entry_id = add(book, "Zoë", "zoe@example.com")
    user = session.open_entry(entry_id, Access.MODIFY)
    user.set_props({PR_EMAIL_ADDRESS: "zz@example.com"})
    user.save_changes()
    assert session.open_entry(entry_id).get_prop(PR_EMAIL_ADDRESS) == "zz@example.com"
    contacts(book).delete_entries([entry_id])
    with pytest.raises(NotFound):
        session.open_entry(entry_id)


def test_a_container_opened_to_read_takes_no_contacts(book: AddrBook) -> None:
    """ABK-71."""
    container = book.open_entry(book.get_pab())
    assert isinstance(container, PersonalContainer)
    with pytest.raises(NoAccess):
        container.create_entry()


def test_the_contents_table_finds_people_by_name_prefix_and_key(book: AddrBook) -> None:
    """ABK-25, ABK-76, R-030."""
    for name, address in STAFF.items():
        add(book, name, address)
    table = contacts(book).get_contents_table()
    table.set_columns([PR_DISPLAY_NAME])
    table.restrict(Property(Relop.EQ, PR_ANR, "bill l"))
    assert [name for (name,) in table.query_rows(9)] == list(STAFF)[:4]
    assert table.get_row_count() == 4
    table.restrict(~Property(Relop.EQ, PR_ANR, "bill"))
    assert table.query_rows(9) == [("Ann Archer",)]
    table.restrict(Content(PR_DISPLAY_NAME, "Bill ", Fuzzy.PREFIX))
    assert [name for (name,) in table.query_rows(9)] == ["Bill Lee", "Bill Logan Jr."]
    table.restrict(None)
    key = query_all_rows(contacts(book).get_contents_table(), [PR_INSTANCE_KEY])[4][0]
    table.find_row(Property(Relop.EQ, PR_INSTANCE_KEY, key))
    assert table.query_rows(1) == [("Ann Archer",)]


def test_a_damaged_file_of_contacts_is_named(book: AddrBook, home: Path) -> None:
    (home / "contacts.toml").write_text("[[contact]]\nuid = 'xyz'\n", encoding="utf-8")
    with pytest.raises(CorruptData, match=r"contacts\.toml"):
        contacts(book).get_contents_table()


# recipients


def test_prepared_recipients_have_the_columns_in_front_and_keep_the_rest(book: AddrBook) -> None:
    """ABK-40."""
    entry_id = add(book, "Zoë", "zoe@example.com")
    rows = [
        {PR_RECIPIENT_TYPE: 1, PR_ENTRYID: entry_id, PR_DISPLAY_NAME: "As written"},
        {PR_RECIPIENT_TYPE: 2, PR_DISPLAY_NAME: "Nobody"},
        {PR_ENTRYID: ROOT + b"ann@example.com"},
    ]
    columns = [PR_ADDRTYPE, PR_EMAIL_ADDRESS, PR_DISPLAY_NAME]
    first, second, third = book.prepare_recips(rows, columns)
    assert list(first)[:3] == columns
    assert first[PR_DISPLAY_NAME] == "As written"
    assert first[PR_RECIPIENT_TYPE] == 1
    assert second == rows[1]
    assert third[PR_DISPLAY_NAME] == "Ann Archer"
    full = [*rows[:2], rows[2] | {PR_ENTRYID: ROOT + b"ann@example.com"}]
    assert book.prepare_recips(rows, None) == full


def test_a_provider_prepares_its_recipients_itself(book: AddrBook, monkeypatch: pytest.MonkeyPatch) -> None:
    """ABK-40, SPI-26: what it leaves open comes from the entry, also where it fails."""
    row = {PR_ENTRYID: ROOT + b"ann@example.com"}

    def prepare(logon: BookLogon, rows: Sequence[dict[Any, Any]], columns: Sequence[Any]) -> list[dict[Any, Any]]:
        return [one | {PR_TITLE: "Dr."} if one.get(PR_ENTRYID) == row[PR_ENTRYID] else one for one in rows]

    monkeypatch.setattr(BookLogon, "prepare_recips", prepare)
    first, second = book.prepare_recips([row, {PR_DISPLAY_NAME: "Nobody"}], [PR_TITLE, PR_EMAIL_ADDRESS])
    assert list(first.items()) == [(PR_TITLE, "Dr."), (PR_EMAIL_ADDRESS, "ann@example.com"), *row.items()]
    assert second == {PR_DISPLAY_NAME: "Nobody"}
    monkeypatch.setattr(BookLogon, "prepare_recips", lambda *_: [])
    assert book.prepare_recips([row], [PR_EMAIL_ADDRESS]) == [{PR_EMAIL_ADDRESS: "ann@example.com", **row}]


def test_identifiers_become_long_term_with_columns_and_without(book: AddrBook) -> None:
    """ABK-40, EID-3: as the entry itself says; nothing else is changed."""
    long = ROOT + b"ann@example.com"
    row = {PR_ENTRYID: b"\xff" + long[1:], PR_RECIPIENT_TYPE: 1}
    for columns in (None, ()):
        assert book.prepare_recips([row], columns) == [row | {PR_ENTRYID: long}]
    (found,) = book.prepare_recips([row], [PR_EMAIL_ADDRESS])
    assert (found[PR_ENTRYID], found[PR_EMAIL_ADDRESS]) == (long, "ann@example.com")


def test_a_recipient_that_is_gone_is_not_found(book: AddrBook) -> None:
    """ABK-40."""
    entry_id = add(book, "Zoë", "zoe@example.com")
    contacts(book).delete_entries([entry_id])
    with pytest.raises(NotFound):
        book.prepare_recips([{PR_ENTRYID: entry_id}], [PR_ADDRTYPE])
