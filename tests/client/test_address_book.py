"""The address book through the typed face."""

import pytest

import mapix
from mapix.client.addressbook import AddressBook
from mapix.interfaces.addressui import AddressCallbacks
from mapix.properties import tags as t
from mapix.properties.errors import AmbiguousRecip, Collision, InvalidParameter, NoSupport, NotFound
from mapix.subsystem.initialize import mapi_initialize, mapi_uninitialize, subsystem


@pytest.fixture
def book(profile: str, request: pytest.FixtureRequest) -> AddressBook:
    """The address book of a profile with a personal one of its own."""
    mapi_initialize()
    try:
        subsystem().admin_profiles().admin_services(profile).create_msg_service("CONTACTS")
    finally:
        mapi_uninitialize()
    session: mapix.Session = request.getfixturevalue("session")
    return session.address_book


def test_people_are_added_found_changed_and_removed(book: AddressBook) -> None:
    """ABK-71, ABK-72, ABK-74."""
    ann = book.add("Ann Archer", "ann@example.org", company="Archers")
    assert str(ann) == "Ann Archer <ann@example.org>"
    assert book.find("ANN@example.org").company == "Archers"
    ann.update(title="Bowyer", company=None)
    assert book.find("archer").fields["title"] == "Bowyer"
    assert "company" not in book.find("archer").fields
    with pytest.raises(Collision):
        book.add("Ann Archer", "ann@example.org")
    with pytest.raises(InvalidParameter, match="no such"):
        ann.update(shoe=43)
    book.remove(ann)
    with pytest.raises(NotFound):
        book.find("archer")
    assert list(book) == []


def test_a_name_may_mean_several(book: AddressBook) -> None:
    """ABK-22, ABK-25."""
    book.add("Bill Lee", "lee@example.org")
    book.add("Billy Larson", "larson@example.org")
    for look in (book.find, book.resolve):
        with pytest.raises(AmbiguousRecip):
            look("bill l")
    assert book.resolve("bill l", AddressCallbacks(on_choose=lambda title, name, people: 1)).name == "Billy Larson"
    assert book.resolve("zoe@example.org").address == "zoe@example.org"
    assert [row[0] for row in book.rows("bill")] == ["Bill Lee", "Billy Larson"]


def test_lists_have_members(book: AddressBook) -> None:
    """ABK-75."""
    ann = book.add("Ann Archer", "ann@example.org")
    team = book.add_list("Team", ann, "zoe@example.org")
    assert [one.name for one in team.members] == ["Ann Archer", "zoe@example.org"]
    with pytest.raises(InvalidParameter):
        team.add(team)
    with pytest.raises(InvalidParameter):
        ann.add("zoe@example.org")
    team.remove("zoe@example.org", ann)
    assert list(team.members) == []
    with pytest.raises(NotFound):
        team.remove("nobody")


def test_entries_are_recipients(book: AddressBook, session: mapix.Session) -> None:
    """ABK-81."""
    ann = book.add("Ann Archer", "ann@example.org")
    message = session.new(subject="Practice", to=[ann, book.add_list("Team", ann)])
    assert [(one.name, one.address) for one in message.recipients] == [("Ann Archer", "ann@example.org"), ("Team", "")]
    assert [str(one) for one in message.recipients] == ["Ann Archer <ann@example.org>", "Team"]
    message.submit()
    assert session.flush() == 0


def test_the_file_of_contacts_has_no_lists(session: mapix.Session) -> None:
    """ABK-73, GEN-7."""
    book = session.address_book
    book.add("Ann Archer", "ann@example.org")
    with pytest.raises(NoSupport, match="CONTACTS"):
        book.add_list("Team")
    with pytest.raises(NotFound):
        book.container("Nowhere")


def test_a_whole_name_is_the_one_meant_however_many_others_have_it_among_their_words(book: AddressBook) -> None:
    """ABK-25."""
    for first in "ABCDEFGH":
        book.add(f"{first} Zed", f"{first}@example.org")
    book.add("Zed", "zed@example.org")
    assert book.find("zed").address == book.resolve("zed").address == "zed@example.org"
    book.add("zed", "another@example.org")
    with pytest.raises(AmbiguousRecip):
        book.find("Zed")


def test_what_cards_say_comes_back_or_is_told(book: AddressBook) -> None:
    """ABK-75."""
    fax = book.add("Faxi", "+1 2", type="FAX")
    one_off = book.mapi.create_one_off("Zoe", "FAX", "+1 3")
    team = book.add_list("Team", fax, "zoe@example.org", book.entry(one_off)).update(comment="On Fridays")
    fax.mapi.set_props({t.PR_GENDER: 2})
    fax.mapi.save_changes()
    notes: list[str] = []
    data = book.export_cards(notes=notes)
    assert notes == [
        "Faxi: PR_GENDER has no place in a card",
        "Team: a member has no place in a card: Zoe <+1 3> (FAX)",
    ]
    book.remove(team, book.find("Faxi"))
    assert book.import_cards(data).notes == []
    team = book.find("Team")
    assert team.comment == "On Fridays"
    assert [(one.name, one.type) for one in team.members] == [("Faxi", "FAX"), ("zoe@example.org", "SMTP")]


def test_a_list_that_is_replaced_has_the_members_of_its_card(book: AddressBook) -> None:
    """ABK-72, ABK-75: and stays a member of other lists."""
    book.add_list("Everybody", book.add_list("Team", "ann@example.org", "zoe@example.org"))
    card = b"BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Team\nMEMBER:mailto:bill@example.org\nEND:VCARD\n"
    assert book.import_cards(card).present == 1
    assert len(list(book.find("Team").members)) == 2
    assert book.import_cards(card, replace=True).added == 1
    assert [str(one) for one in book.find("Team").members] == ["bill@example.org"]
    assert [str(one) for one in book.find("Everybody").members] == ["Team"]


def test_members_that_are_nobody_to_write_to_are_told(book: AddressBook) -> None:
    """ABK-75."""
    card = "BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Team\nEMAIL:team@example.org\nMEMBER:{}\nEND:VCARD\n"
    found = book.import_cards(card.format("xmpp:bill@example.org").encode())
    assert found.notes == [
        "Team: the address of a list is not kept: 'team@example.org'",
        "Team: a member is not in the file: xmpp:bill@example.org",
    ]
    assert list(book.find("Team").members) == []


def test_members_whose_own_book_is_gone_are_known_by_what_the_list_says(
    profile: str, request: pytest.FixtureRequest
) -> None:
    """ABK-75: the list is shown, changed and exported without them being there."""
    mapi_initialize()
    try:
        services = subsystem().admin_profiles().admin_services(profile)
        services.create_msg_service("CONTACTS", settings={"path": str(subsystem().home / "own.mapixbook")})
        other = services.create_msg_service("CONTACTS", "Old", {"path": str(subsystem().home / "old.mapixbook")})
        with mapix.logon() as session:
            book = session.address_book
            own, old = book.mapi.open_entry(None).get_hierarchy_table().query_rows(2)
            ids = [next(value for value in row if isinstance(value, bytes)) for row in (own, old)]
            book.mapi.set_pab(ids[1])
            ann = book.add("Ann Archer", "ann@example.org")
            book.mapi.set_pab(ids[0])
            book.add_list("Team", ann, "zoe@example.org")
        services.delete_msg_service(other)
    finally:
        mapi_uninitialize()
    session = request.getfixturevalue("session")
    team = session.address_book.find("Team")
    assert [str(one) for one in team.members] == ["Ann Archer <ann@example.org>", "zoe@example.org"]
    assert b"MEMBER:mailto:ann@example.org\r\n" in session.address_book.export_cards()
    team.remove("ann@example.org")
    assert [str(one) for one in team.members] == ["zoe@example.org"]
