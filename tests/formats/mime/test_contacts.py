"""A card that is a whole mail is a contact, and a contact goes out as a card."""

from datetime import date
from pathlib import Path

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


def test_a_contact_comes_back_with_all_of_it(tmp_path: Path) -> None:
    """[MS-OXVCARD] 2.1.3: notes, picture, categories, numbers and addresses stand in its card."""
    place = mapix.PostalAddress
    ann = mapix.Contact(
        given_name="Ann",
        surname="Archer",
        emails=["ann@example.org"],
        business_phone="1",
        business_phone2="2",
        pager="3",
        home_fax="4",
        assistant_phone="5",
        home_address=place("1 Home", "Oxford"),
        work_address=place("2 Work", "Leeds", country="UK"),
        other_address=place("3 Else", "York"),
        mailing_address="home",
        birthday=date(1980, 4, 1),
        anniversary=date(2001, 2, 3),
        office="R 12",
        im_address="ann@im.example.org",
        categories=["one", "two"],
        text="Notes\r\non two lines",
        photo=b"\xff\xd8\xff",
    )
    ann.save(tmp_path / "ann.msg")
    mail = mapix.open(tmp_path / "ann.msg").to_mime()
    assert mail.count(b"Content-Type:") == 1
    again = mapix.from_mime(mail)
    assert isinstance(again, mapix.Contact)
    for name in ("business_phone2", "pager", "assistant_phone", "birthday", "anniversary", "office"):
        assert getattr(again, name) == getattr(ann, name) is not None, name
    for name in ("home_address", "work_address", "other_address", "im_address", "photo"):
        assert getattr(again, name) == getattr(ann, name) is not None, name
    assert again.get(t.PR_HOME_FAX_NUMBER) == "4"
    assert again.categories == ("one", "two")
    assert (again.text or "").split() == ["Notes", "on", "two", "lines"]


def test_what_of_a_card_is_kept_nowhere_is_told() -> None:
    card = CARD.replace(b"END:", b"X-SHOE-SIZE:43\r\nEND:")
    assert [defect.what for defect in from_mime(MAIL + card).defects] == ["X-SHOE-SIZE is not kept"]


def test_a_picture_too_large_for_a_card_stays_a_file() -> None:
    content = from_mime(MAIL + CARD.replace(b"END:", b"PHOTO;ENCODING=b:/9j/\r\nEND:")).value
    content.attachments[0].properties[t.PR_ATTACH_DATA_BIN] = bytes(2 << 20)
    data = to_mime(content, options=MimeOptions(original=False))
    assert b"PHOTO" not in data
    assert b'filename="ContactPicture.jpg"' in data
    assert from_mime(data).value.get(t.PR_MESSAGE_CLASS) == "IPM.Contact"


def test_a_contact_has_files_and_a_file_that_is_a_card_is_none() -> None:
    """Files that a contact has stand behind its card; a card with a name is a file."""
    head = b"From: a@b.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    text = b"\r\n--b\r\nContent-Type: text/csv; name=x.csv\r\n\r\n1;2\r\n--b--\r\n"
    contact = from_mime(head + b"Content-Type: text/vcard\r\n\r\n" + CARD + text).value
    assert contact.get(t.PR_MESSAGE_CLASS) == "IPM.Contact"
    assert [each.properties.get(t.PR_ATTACH_LONG_FILENAME) for each in contact.attachments] == ["x.csv"]
    for told in (b'; name="ann.vcf"', b"\r\nContent-Disposition: attachment"):
        note = from_mime(head + b"Content-Type: text/vcard" + told + b"\r\n\r\n" + CARD + text).value
        assert (note.get(t.PR_MESSAGE_CLASS), len(note.attachments)) == ("IPM.Note", 2)
