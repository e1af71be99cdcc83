"""IConverterSession with an address book: entries for addresses, and addresses for entries."""

from typing import Any

import pytest
from tests.pywin32.calls.world import World, value
from tests.pywin32.test_converter import head, read, written

from mapix.interfaces.prop import Access
from mapix.properties import tags as t
from mapix.pywin32 import mapi, mapitags

PAGED = (t.PR_ENTRYID, t.PR_DISPLAY_NAME, t.PR_ADDRTYPE, t.PR_EMAIL_ADDRESS, t.PR_SMTP_ADDRESS, t.PR_SEARCH_KEY)
MAIL = (
    b"From: carl@example.org\r\nTo: Bobby <BOB@example.org>, carl@example.org, eve@example.net\r\n"
    b"Subject: s\r\n\r\nHi\r\n"
)
SENDER_ENTRY, SENDER_NAME, SENDER_TYPE, SENDER_SMTP = 0x0C190102, 0x0C1A001F, 0x0C1E001F, 0x5D01001F


def added(world: World, name: str, address: str, kind: str = "SMTP", smtp: str | None = None) -> bytes:
    """A contact in the personal address book; its identifier."""
    book = world.book._obj
    pab = book.get_pab()
    template = book.open_entry(pab, Access.MODIFY).get_prop(t.PR_DEF_CREATE_MAILUSER)
    values = {t.PR_DISPLAY_NAME: name, t.PR_ADDRTYPE: kind, t.PR_EMAIL_ADDRESS: address}
    found: bytes = book.new_entry(pab, template, values | ({t.PR_SMTP_ADDRESS: smtp} if smtp else {}))
    return found


@pytest.fixture
def people(world: World) -> dict[str, bytes]:
    world.converter.SetAdrBook(world.book)
    return {
        "bob": added(world, "Bob B.", "bob@example.org"),
        "carl": added(world, "Carl C.", "/o=x/cn=carl", "EX", "carl@example.org"),
    }


def rows(message: Any) -> list[dict[int, Any]]:
    table = message.GetRecipientTable(0)
    return [dict(row) for row in mapi.HrQueryAllRows(table, tuple(map(int, PAGED)), None, None, 0)]


def test_people_of_mail_get_their_entries_and_the_names_they_lack(world: World, people: dict[str, bytes]) -> None:
    """[MS-OXCMAIL] 2.2.1.1; SetAdrBook."""
    message = read(world, MAIL)
    bob, carl, eve = rows(message)
    assert (bob[t.PR_ENTRYID], bob[t.PR_DISPLAY_NAME], bob[t.PR_ADDRTYPE]) == (people["bob"], "Bobby", "SMTP")
    assert bob[t.PR_SMTP_ADDRESS] == "BOB@example.org"
    assert (carl[t.PR_ENTRYID], carl[t.PR_DISPLAY_NAME], carl[t.PR_ADDRTYPE]) == (people["carl"], "Carl C.", "EX")
    assert (carl[t.PR_SMTP_ADDRESS], carl[t.PR_SEARCH_KEY]) == ("carl@example.org", b"EX:/O=X/CN=CARL\0")
    assert (eve[t.PR_DISPLAY_NAME], eve[t.PR_ADDRTYPE]) == ("eve@example.net", "SMTP")
    assert value(message, SENDER_ENTRY) == people["carl"]
    assert (value(message, SENDER_NAME), value(message, SENDER_TYPE)) == ("Carl C.", "EX")
    assert value(message, SENDER_SMTP) == "carl@example.org"


def test_mail_that_nobody_changed_is_the_same_bytes_with_a_book_too(world: World, people: dict[str, bytes]) -> None:
    assert written(world, read(world, MAIL)) == MAIL


def test_entries_of_other_networks_are_written_with_internet_addresses(world: World, people: dict[str, bytes]) -> None:
    """[MS-OXCMAIL] 2.1.2.1: PR_SMTP_ADDRESS of the entry."""
    message = world.made("Minutes")
    row = [
        (mapitags.PR_ENTRYID, people["carl"]),
        (mapitags.PR_DISPLAY_NAME_W, "Carl C."),
        (mapitags.PR_ADDRTYPE_W, "EX"),
        (mapitags.PR_EMAIL_ADDRESS_W, "/o=x/cn=carl"),
        (mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_TO),
    ]
    message.ModifyRecipients(0, [row])
    message.SetProps(
        [
            (mapitags.PR_SENDER_ENTRYID, people["carl"]),
            (SENDER_NAME, "Carl C."),
            (SENDER_TYPE, "EX"),
            (mapitags.PR_SENDER_EMAIL_ADDRESS_W, "/o=x/cn=carl"),
        ]
    )
    data = head(written(world, message))
    assert b'To: "Carl C." <carl@example.org>' in data
    assert b"<carl@example.org>" in data.partition(b"To:")[0] + data.partition(b"From:")[2]
    world.converter.SetAdrBook(None)
    assert b"carl@example.org" not in head(written(world, message))


def test_two_entries_of_one_address_are_nobody(world: World, people: dict[str, bytes]) -> None:
    added(world, "Bob again", "bob@example.org")
    bob, carl, _ = rows(read(world, MAIL))
    assert (bob[t.PR_ADDRTYPE], bob[t.PR_ENTRYID] in people.values()) == ("SMTP", False)
    assert carl[t.PR_ENTRYID] == people["carl"]
