"""`mapix ab`: people and lists from the command line."""

from pathlib import Path

import pytest

from .conftest import Mapix


@pytest.fixture
def book(mapix: Mapix) -> Mapix:
    """Ann's profile, with a personal address book of its own file and two people in it."""
    mapix.init()
    mapix("ab", "add", "Bill Lee", "lee@example.org", "--set", "company=Archers")
    mapix("ab", "add", "Billy Larson", "larson@example.org")
    return mapix


def names(book: Mapix) -> list[str]:
    return [entry["name"] for entry in book.json("ab", "list")["entries"]]


def test_people_are_added_listed_and_shown(book: Mapix) -> None:
    """ABK-71, ABK-74."""
    assert names(book) == ["Bill Lee", "Billy Larson"]
    assert book("ab", "list", "--like", "lee").stdout == "Bill Lee\tlee@example.org\tSMTP\n"
    shown = book.json("ab", "show", "lee@example.org")
    assert shown["fields"]["company"] == "Archers"
    assert "company\tArchers" in book("ab", "show", "Bill Lee").stdout
    assert "there" not in book("ab", "list", "--limit", "1").stdout


def test_who_is_there_is_not_added_again(book: Mapix) -> None:
    """ABK-71."""
    assert "MAPI_E_COLLISION" in book("ab", "add", "Bill Lee", "lee@example.org", code=1).stderr


def test_an_address_has_to_be_one(book: Mapix) -> None:
    assert "not an e-mail address: 'here'" in book("ab", "add", "Dan", "here", code=1).stderr
    book("ab", "add", "Dan", "555-0100", "--set", "type=FAX")
    book("ab", "add", "Eve", "eve@example.org")
    assert "not an e-mail address" in book("ab", "edit", "Eve", "--set", "address=there", code=1).stderr
    assert book.json("ab", "show", "Eve")["fields"]["address"] == "eve@example.org"


def test_a_book_that_is_damaged_is_told_and_nothing_goes_elsewhere(book: Mapix) -> None:
    """SES-20, SES-21: whoever is not found may be in it."""
    for path in (book.home / "books").iterdir():
        path.write_bytes(b"nothing of a book")
    assert "Personal address book is out of use: MAPI_E_CORRUPT_DATA" in book("ab", "list", code=3).stderr
    for command in (("ab", "show", "Bill Lee"), ("ab", "resolve", "lee"), ("send", "--to", "lee", "--text", "Hello")):
        assert "out of use: MAPI_E_CORRUPT_DATA" in book(*command, code=4).stderr
    card = "BEGIN:VCARD\nFN:Zoe\nEMAIL:zoe@example.org\nEND:VCARD\n"
    for command in (("ab", "add", "Zoe", "zoe@example.org"), ("ab", "import", "-"), ("ab", "export")):
        assert "MAPI_E_LOGON_FAILED" in book(*command, stdin=card, code=5).stderr
    assert not (book.home / "contacts.toml").exists()
    assert "wrong Personal address book: MAPI_E_CORRUPT_DATA" in book("doctor", code=1).stdout


def test_somebody_with_a_comma_in_his_name_is_written_to_by_it(book: Mapix) -> None:
    """ABK-25: a whole name wins over those that its commas part."""
    book("ab", "add", "Archer, Ann", "archer@example.org")
    book("spooler", "offline")
    for people in ("archer, ann", "lee, larson"):
        book("send", "--to", people, "--subject", people, "--text", "Hello")
    shown = [book("show", f"outbox#{number}").stdout for number in (1, 2)]
    assert any('To: "Archer, Ann" <archer@' in one or "To: Archer, Ann <archer@" in one for one in shown)
    assert any("lee@example.org" in one and "larson@example.org" in one for one in shown)


def test_whoever_is_named_twice_is_deleted_once(book: Mapix) -> None:
    """ABK-72."""
    assert len(book.json("ab", "rm", "Bill Lee", "lee@example.org")["deleted"]) == 1
    assert names(book) == ["Billy Larson"]


def test_names_with_addresses_are_known_as_they_are_to_sending(book: Mapix) -> None:
    """ABK-21."""
    (found,) = book.json("ab", "resolve", "Zoe Zimmer <zoe@example.org>")["names"]
    assert (found["state"], found["name"], found["address"]) == ("resolved", "Zoe Zimmer", "zoe@example.org")


def test_the_books_are_listed(book: Mapix) -> None:
    """ABK-1."""
    (found,) = book.json("ab", "list", "--books")["books"]
    assert found == {"book": "Personal address book", "personal": True, "default": True, "search": 1}


def test_people_are_changed_and_deleted(book: Mapix) -> None:
    """ABK-72, ABK-74."""
    book("ab", "edit", "Bill Lee", "--set", "address=bill@new.example", "--set", "company=")
    shown = book.json("ab", "show", "Bill Lee")["fields"]
    assert shown["address"] == "bill@new.example"
    assert "company" not in shown
    book("ab", "rm", "bill@new.example")
    assert names(book) == ["Billy Larson"]
    assert "Nothing to change" in book("ab", "edit", "Billy Larson", code=2).stderr
    assert "no field" in book("ab", "edit", "Billy Larson", "--set", "shoe=43", code=2).stderr
    book("ab", "rm", "Nobody", code=4)


def test_lists_have_members(book: Mapix) -> None:
    """ABK-75."""
    book("ab", "add", "Team", "--member", "Bill Lee", "--member", "zoe@example.org")
    assert book.json("ab", "show", "Team")["members"] == ["Bill Lee <lee@example.org>", "zoe@example.org"]
    book("ab", "edit", "Team", "--member", "Billy Larson", "--no-member", "zoe@example.org")
    members = book.json("ab", "show", "Team")["members"]
    assert members == ["Bill Lee <lee@example.org>", "Billy Larson <larson@example.org>"]
    assert "MAPI_E_INVALID_PARAMETER" in book("ab", "edit", "Team", "--member", "Team", code=1).stderr


def test_names_resolve_or_say_why_not(book: Mapix) -> None:
    """ABK-21, ABK-22."""
    said = book("ab", "resolve", "lee", "zoe@example.org").stdout
    assert said.splitlines() == [
        "lee\tresolved\tBill Lee\tlee@example.org",
        "zoe@example.org\tresolved\tzoe@example.org\tzoe@example.org",
    ]
    assert "bill\tambiguous" in book("ab", "resolve", "bill", "lee", code=4).stdout
    assert "nobody\tunknown" in book("ab", "resolve", "nobody", code=4).stdout


def test_who_is_ambiguous_is_told_with_those_it_may_be(book: Mapix) -> None:
    """ABK-22."""
    told = book("ab", "show", "bill l", code=1).stderr
    assert "MAPI_E_AMBIGUOUS_RECIP" in told
    assert "Billy Larson <larson@example.org>" in told
    told = book("send", "--to", "bill l", "--subject", "x", "--text", "x", code=1).stderr
    assert "MAPI_E_AMBIGUOUS_RECIP" in told
    assert '"Bill Lee <lee@example.org>" or "Billy Larson <larson@example.org>"' in told


def test_cards_go_out_and_come_back(book: Mapix, tmp_path: Path) -> None:
    """ABK-72."""
    book("ab", "add", "Team", "--member", "Bill Lee", "--member", "zoe@example.org")
    book("ab", "add", "All", "--member", "Team")
    file = tmp_path / "people.vcf"
    assert "4 cards" in book("ab", "export", file).stderr
    assert "already" in book("ab", "export", file, code=2).stderr
    before = {name: book.json("ab", "show", name)["fields"] for name in names(book)}
    for name in reversed(names(book)):
        book("ab", "rm", name)
    assert names(book) == []
    assert "4 added" in book("ab", "import", file).stderr
    assert {name: book.json("ab", "show", name)["fields"] for name in names(book)} == before
    assert book.json("ab", "show", "Team")["members"] == ["Bill Lee <lee@example.org>", "zoe@example.org"]
    assert book.json("ab", "show", "All")["members"] == ["Team"]
    assert book.json("ab", "import", file)["present"] == 4
    assert book("ab", "export", "--version", "3.0").stdout.count("VERSION:3.0") == 4
    assert book("ab", "export", "-").stdout == book("ab", "export").stdout


def test_lists_of_cards_find_their_members_however_they_are_named_and_who_is_there_already(book: Mapix) -> None:
    """ABK-75: some write `urn:uuid:` in front of a member and not of its UID."""
    person = "BEGIN:VCARD\nVERSION:3.0\nUID:AA-1\nFN:Dan Dove\nEMAIL:dan@example.org\nEND:VCARD\n"
    other = "BEGIN:VCARD\nVERSION:3.0\nUID:urn:uuid:aa-2\nFN:Bill Lee\nEMAIL:lee@example.org\nEND:VCARD\n"
    members = "".join(f"X-ADDRESSBOOKSERVER-MEMBER:{one}\n" for one in ("urn:uuid:aa-1", "AA-2", "urn:uuid:gone"))
    group = f"BEGIN:VCARD\nVERSION:3.0\nFN:Doves\nX-ADDRESSBOOKSERVER-KIND:group\n{members}END:VCARD\n"
    told = book("ab", "import", "-", stdin=group + person + other).stderr
    assert "2 added, 1 there already" in told
    assert "a member is not in the file: urn:uuid:gone" in told
    everybody = ["Bill Lee <lee@example.org>", "Dan Dove <dan@example.org>"]
    assert sorted(book.json("ab", "show", "Doves")["members"]) == everybody
    book("ab", "rm", "Doves")
    assert "1 added, 2 there already" in book("ab", "import", "-", stdin=group + person + other).stderr
    assert sorted(book.json("ab", "show", "Doves")["members"]) == everybody


def test_what_a_card_says_is_shown(book: Mapix) -> None:
    """ABK-74."""
    place = "ADR;TYPE=work:;Room 7;1 High St;Springfield;IL;62701;USA\nADR;TYPE=home:;;2 Low St;Bonn;;53111;Germany\n"
    rest = "EMAIL;PREF=1:zoe@example.org\nEMAIL:zoe@home.example\nTEL;TYPE=work,fax:555-1\nURL:https://zoe.example\n"
    book("ab", "import", "-", stdin=f"BEGIN:VCARD\nVERSION:4.0\nFN:Zoë\n{place}{rest}END:VCARD\n")
    shown = book.json("ab", "show", "Zoë")
    assert shown["other_addresses"] == ["zoe@home.example"]
    places = {"office": "Room 7", "street": "1 High St", "home_city": "Bonn", "home_postal_code": "53111"}
    assert places.items() <= shown["fields"].items()
    assert {"business_fax": "555-1", "web_page": "https://zoe.example"}.items() <= shown["fields"].items()
    assert "other_address\tzoe@home.example" in book("ab", "show", "Zoë").stdout
    book("ab", "edit", "Zoë", "--set", "city=Bonn")
    assert book.json("ab", "show", "Zoë")["fields"]["city"] == "Bonn"


def test_what_of_a_card_is_kept_nowhere_is_told(book: Mapix) -> None:
    card = "BEGIN:VCARD\nVERSION:4.0\nFN:Zoë\nEMAIL:zoe@example.org\nX-SHOE:43\nEND:VCARD\n"
    told = book("ab", "import", "-", stdin=card).stderr
    assert "X-SHOE is not kept" in told
    assert "1 added" in told


def test_a_file_without_cards_is_corrupt_and_one_that_is_missing_not_found(book: Mapix, tmp_path: Path) -> None:
    assert "0 added" in book("ab", "import", "-", stdin="print('Hello')\n", code=6).stderr
    assert "MAPI_E_NOT_FOUND" in book("ab", "import", tmp_path / "nothing.vcf", code=4).stderr


def test_the_file_of_contacts_keeps_working_and_can_be_taken_over(mapix: Mapix) -> None:
    """ABK-1, ABK-72."""
    mapix.init()
    mapix("service", "remove", "CONTACTS")
    mapix("ab", "add", "Ann Archer", "ann@example.org")
    file = mapix.home / "contacts.toml"
    before = file.read_bytes()
    assert "the personal address book itself" in mapix("ab", "import", "--contacts", code=1).stderr
    mapix("service", "add", "CONTACTS")
    assert mapix("ab", "resolve", "zoe", "arch", code=4).stdout.splitlines()[1].startswith("arch\tresolved")
    assert "1 added, 0 there already" in mapix("ab", "import", "--contacts").stderr
    assert "0 added, 1 there already" in mapix("ab", "import", "--contacts").stderr
    assert file.read_bytes() == before
    books = mapix.json("ab", "list", "--books")["books"]
    assert [(each["book"], each["personal"]) for each in books] == [
        ("Personal address book", True),
        ("Contacts", False),
    ]


def test_two_services_with_one_file_are_one_address_book(mapix: Mapix) -> None:
    """ABK-1: somebody is found once, whoever brings him."""
    mapix.init()
    mapix("service", "add", "contacts")
    mapix("ab", "add", "Ann Archer", "ann@example.org")
    assert [each["book"] for each in mapix.json("ab", "list", "--books")["books"]] == ["Personal address book"]
    assert mapix.json("ab", "resolve", "arch")["names"][0]["address"] == "ann@example.org"


def test_mail_goes_to_names_and_to_the_members_of_lists(mapix: Mapix) -> None:
    """ABK-21, ABK-75, SPL-15."""
    mapix.init()
    mapix("ab", "add", "Ann Archer", "ann@example.org")
    mapix("ab", "add", "Team", "--member", "Ann Archer")
    told = mapix("send", "--to", "Team", "--subject", "Practice", "--text", "x", "--wait").stdout
    assert [line.split("\t")[:2] for line in told.splitlines()] == [["sent", "ann@example.org"]]
    mapix("send", "--to", "arch", "--subject", "Alone", "--text", "x", "--wait")
    assert {each["subject"] for each in mapix.json("ls")["messages"]} == {"Practice", "Alone"}
    assert "MAPI_E_NOT_FOUND" in mapix("send", "--to", "nobody", "--subject", "x", "--text", "x", code=4).stderr


def test_mail_to_a_list_without_members_is_told_to_its_sender(mapix: Mapix) -> None:
    """SPL-15, ABK-75: nobody got it, so it was not sent."""
    mapix.init()
    mapix("ab", "add", "Nobody yet", "--list")
    told = mapix("send", "--to", "Nobody yet", "--subject", "Lost", "--text", "x", "--wait", code=1).stdout
    assert told == "failed\tNobody yet\tthe list has no members\n"
    both = ("--to", "Nobody yet", "--to", "ann@example.org", "--subject", "Half", "--text", "x", "--wait")
    halves = mapix("send", *both, code=3)
    assert "service add SMTP" not in halves.stderr
    states = [line.split("\t")[:2] for line in halves.stdout.splitlines()]
    assert states == [["failed", "Nobody yet"], ["sent", "ann@example.org"]]
    assert {each["subject"] for each in mapix.json("ls")["messages"]} == {
        "Undeliverable: Lost",
        "Undeliverable: Half",
        "Half",
    }
