"""A card that is a whole mail is a contact, and a contact goes out as a card."""

import mapix
from mapix.formats.mime import MimeOptions, from_mime, to_mime
from mapix.properties import tags as t

CARD = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Archer\r\nN:Archer;Ann;;;\r\nORG:Fabrikam\r\nEMAIL:ann@example.com\r\n"
    b"EMAIL:archer@example.org\r\nTEL;TYPE=cell:+1 555 0100\r\nEND:VCARD\r\n"
)
MAIL = b"From: a@b.test\r\nSubject: A card\r\nContent-Type: text/vcard; charset=utf-8\r\n\r\n"


def test_a_card_is_a_contact() -> None:
    """[MS-OXOCNTC] 2.2.1.2: its addresses stand in the three places of a contact."""
    contact = mapix.from_mime(MAIL + CARD)
    assert isinstance(contact, mapix.Contact)
    assert (contact.given_name, contact.surname, contact.company) == ("Ann", "Archer", "Fabrikam")
    assert contact.get(t.PR_MOBILE_TELEPHONE_NUMBER) == "+1 555 0100"
    assert [each.address for each in contact.emails] == ["ann@example.com", "archer@example.org"]
    assert len(contact.attachments) == 0


def test_a_contact_goes_out_as_a_card() -> None:
    content = from_mime(MAIL + CARD).value
    data = to_mime(content, options=MimeOptions(original=False))
    assert b"Content-Type: text/vcard; charset=utf-8\r\n" in data
    again = from_mime(data).value
    assert again.get(t.PR_MESSAGE_CLASS) == "IPM.Contact"
    for tag in (t.PR_DISPLAY_NAME, t.PR_SURNAME, t.PR_GIVEN_NAME, t.PR_COMPANY_NAME, t.PR_MOBILE_TELEPHONE_NUMBER):
        assert again.get(tag) == content.get(tag) is not None
    assert sorted(map(str, again.names.values())) == sorted(map(str, content.names.values()))


def test_several_cards_and_cards_beside_text_stay_files() -> None:
    for mail in (MAIL + CARD + CARD, MAIL + b"no card"):
        content = from_mime(mail).value
        assert content.get(t.PR_MESSAGE_CLASS) == "IPM.Note"
        assert len(content.attachments) == 1
    options = MimeOptions(items=False)
    assert from_mime(MAIL + CARD, options=options).value.get(t.PR_MESSAGE_CLASS) == "IPM.Note"
