"""The address book through the typed face."""

import pytest

import mapix
from mapix.client.addressbook import AddressBook
from mapix.interfaces.addressui import AddressCallbacks
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
