"""Contacts and distribution lists, in files and in folders."""

from datetime import date
from pathlib import Path

import pytest

import mapix
from mapix.client.items.distlist import LARGEST, checksum, read_stream, write_stream
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.entryid import OneOff
from mapix.properties.errors import CorruptData, InvalidParameter
from mapix.properties.named import PropertyName


def named(message: mapix.Message, name: PropertyName) -> object:
    """A named property in MAPI's form."""
    return message.get_named(name, n.NAMED_TYPES[name][0])


def ann(**fields: object) -> mapix.Contact:
    return mapix.Contact(given_name="Ann", middle_name="B.", surname="Archer", title="Dr", **fields)


def saved(item: mapix.Message, path: Path) -> mapix.Message:
    return mapix.open(item.save(path / "item.msg") and path / "item.msg")


def test_a_contact_is_filed_shown_and_called_by_its_names(tmp_path: Path) -> None:
    """[MS-OXOCNTC] 2.2.1.1: what follows from the parts of the name."""
    contact = saved(ann(company="Example Ltd"), tmp_path)
    assert isinstance(contact, mapix.Contact)
    assert contact.display_name == "Dr Ann B. Archer"
    assert contact.subject == "Ann B. Archer"
    assert (contact.file_as, named(contact, n.PidLidFileUnderId)) == ("Archer, Ann B.", 0x8017)
    assert contact.initials == "A.B.A."
    assert (contact.message_class, contact["PR_ICON_INDEX"]) == ("IPM.Contact", 0x200)


def test_a_contact_without_names_is_filed_under_the_company_or_its_address(tmp_path: Path) -> None:
    company = saved(mapix.Contact(company="Example Ltd"), tmp_path)
    assert (company.file_as, named(company, n.PidLidFileUnderId)) == ("Example Ltd", 0x3A16)
    address = saved(mapix.Contact(emails=["ann@example.org"]), tmp_path)
    assert (address.file_as, address.subject) == ("ann@example.org", "ann@example.org")
    own = saved(ann(file_as="Boss"), tmp_path)
    assert (own.file_as, named(own, n.PidLidFileUnderId)) == ("Boss", -1)


def test_names_that_change_take_along_what_follows_from_them(tmp_path: Path) -> None:
    path = tmp_path / "ann.msg"
    ann(nickname="Annie").save(path)
    with mapix.open(path, "r+") as contact:
        contact.surname = "Baker"
        contact.save()
        assert (contact.display_name, contact.file_as) == ("Dr Ann B. Baker", "Baker, Ann B.")
        contact.display_name = "Her"
        contact.save()
        contact.nickname = "Nan"
        contact.file_as = "Friend"
        contact.save()
    with mapix.open(path) as contact:
        assert (contact.nickname, contact.file_as) == ("Nan", "Friend")


def test_three_addresses_for_mail_each_with_five_properties(tmp_path: Path) -> None:
    """[MS-OXOCNTC] 2.2.1.2: and the list of those there are, in two forms."""
    contact = saved(
        ann(emails=["ann@example.org", "Work <w@example.org>"], business_fax="+44 1", home_fax="+44 2"), tmp_path
    )
    shown = "Dr Ann B. Archer (ann@example.org)"
    assert contact.emails == [
        mapix.EmailAddress("ann@example.org", shown),
        mapix.EmailAddress("w@example.org", "Work"),
    ]
    assert contact.email == "ann@example.org"
    assert named(contact, n.PidLidEmail1AddressType) == "SMTP"
    assert named(contact, n.PidLidEmail1OriginalDisplayName) == "ann@example.org"
    entry_id = named(contact, n.PidLidEmail1OriginalEntryId)
    assert isinstance(entry_id, bytes)
    assert OneOff.load(entry_id) == OneOff(shown, "SMTP", "ann@example.org")
    assert named(contact, n.PidLidFax2EmailAddress) == "Dr Ann B. Archer@+44 1"
    assert named(contact, n.PidLidFax2AddressType) == "FAX"
    assert named(contact, n.PidLidAddressBookProviderEmailList) == (0, 1, 3, 4)
    assert named(contact, n.PidLidAddressBookProviderArrayType) == 0b11011
    assert str(contact.as_recipient(number=1)) == "Dr Ann B. Archer <w@example.org>"
    with pytest.raises(InvalidParameter):
        contact.as_recipient(number=2)


def test_addresses_that_go_leave_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "ann.msg"
    ann(emails=["a@example.org", "b@example.org"], business_fax="+44 1").save(path)
    with mapix.open(path, "r+") as contact:
        contact.emails = []
        contact.business_fax = None
        contact.save()
    with mapix.open(path) as contact:
        assert contact.emails == []
        for name in (n.PidLidEmail2OriginalEntryId, n.PidLidFax2EmailAddress, n.PidLidAddressBookProviderArrayType):
            assert named(contact, name) is None


def test_more_than_three_addresses_and_bad_ones_are_refused() -> None:
    with pytest.raises(InvalidParameter, match="three"):
        ann(emails=[f"a{number}@example.org" for number in range(4)])
    with pytest.raises(InvalidParameter):
        ann(emails=["nobody"])


def test_postal_addresses_have_parts_and_a_whole_and_mail_goes_to_one(tmp_path: Path) -> None:
    """[MS-OXOCNTC] 2.2.1.3."""
    home = mapix.PostalAddress("12 Mill Lane", "Oxford", "Oxon", "OX1 1AA", "United Kingdom", country_code="GB")
    work = mapix.PostalAddress("1 High Street", "Bath", post_office_box="PO Box 7")
    contact = saved(ann(home_address=home, work_address=work, mailing_address="home"), tmp_path)
    assert (contact.home_address, contact.work_address, contact.other_address) == (home, work, None)
    whole = "12 Mill Lane\r\nOxford, Oxon  OX1 1AA\r\nUnited Kingdom"
    assert (named(contact, n.PidLidHomeAddress), contact["PR_POSTAL_ADDRESS"]) == (whole, whole)
    assert named(contact, n.PidLidWorkAddress) == "1 High Street\r\nPO Box 7\r\nBath"
    assert (named(contact, n.PidLidPostalAddressId), contact.mailing_address) == (1, "home")
    assert (contact["PR_LOCALITY"], named(contact, n.PidLidAddressCountryCode)) == ("Oxford", "GB")


def test_mail_goes_where_somebody_works_unless_told_and_follows_changes(tmp_path: Path) -> None:
    path = tmp_path / "ann.msg"
    ann(work_address=mapix.PostalAddress(city="Bath"), home_address=mapix.PostalAddress(city="Oxford")).save(path)
    with mapix.open(path, "r+") as contact:
        assert (contact.mailing_address, contact["PR_POSTAL_ADDRESS"]) == ("work", "Bath")
        contact.work_address = mapix.PostalAddress(city="York")
        contact.save()
        assert contact["PR_LOCALITY"] == "York"
        contact.mailing_address = "none"
        contact.save()
        assert "PR_POSTAL_ADDRESS" not in contact
        with pytest.raises(InvalidParameter):
            contact.mailing_address = "moon"


def test_a_birthday_is_a_day_wherever_one_lives(tmp_path: Path) -> None:
    """[MS-OXOCNTC] 2.2.1.5: the local midnight, and a moment that is this day nearly everywhere."""
    contact = saved(ann(birthday=date(1980, 4, 1), anniversary=date(2004, 5, 6)), tmp_path)
    assert (contact.birthday, contact.anniversary) == (date(1980, 4, 1), date(2004, 5, 6))
    assert str(mapix.Message.delivered.from_mapi(contact["PR_BIRTHDAY"])) == "1980-04-01 11:59:00+00:00"
    assert named(contact, n.PidLidBirthdayLocal) % 864_000_000_000 == 0
    with pytest.raises(InvalidParameter, match="birthday"):
        mapix.Contact(birthday="1980-04-01")


@pytest.mark.parametrize("hour", [0, 5, 11, 13, 23])
def test_a_birthday_that_others_wrote_as_their_midnight_is_the_same_day(tmp_path: Path, hour: int) -> None:
    contact = mapix.Contact()
    noon = 119678688000000000
    contact.set(t.PR_BIRTHDAY, noon + (hour - 24 if hour > 12 else hour) * 36_000_000_000)
    assert contact.birthday == date(1980, 4, 1)


def test_a_photo_is_a_hidden_attachment_that_is_marked(tmp_path: Path) -> None:
    """[MS-OXOCNTC] 2.2.1.8: the picture, and that there is one."""
    picture = tmp_path / "me.jpg"
    picture.write_bytes(b"\xff\xd8picture")
    path = tmp_path / "ann.msg"
    ann(photo=picture).save(path)
    with mapix.open(path, "r+") as contact:
        assert contact.photo == b"\xff\xd8picture"
        (attachment,) = contact.attachments
        assert attachment.filename == "ContactPicture.jpg"
        assert (attachment["PR_ATTACHMENT_CONTACTPHOTO"], attachment["PR_ATTACHMENT_HIDDEN"]) == (True, True)
        assert named(contact, n.PidLidHasPicture) is True
        contact.photo = b"other"
        contact.photo = None
        contact.save()
    with mapix.open(path) as contact:
        assert (contact.photo, len(contact.attachments), named(contact, n.PidLidHasPicture)) == (None, 0, False)


def test_telephones_texts_children_and_categories_come_back(tmp_path: Path) -> None:
    told = {
        "mobile_phone": "+44 7700 900123",
        "home_phone2": "2",
        "company": "Example",
        "job_title": "Head",
        "department": "Sales",
        "office": "2.01",
        "spouse": "Bo",
        "web_page": "https://example.org",
        "im_address": "im:ann",
        "user_field4": "x",
        "nickname": "Annie",
    }
    contact = saved(ann(children=["Cay", "Dan"], categories=["Friends"], text="Notes", **told), tmp_path)
    assert {name: getattr(contact, name) for name in told} == told
    assert (contact.children, contact.categories, contact.text) == (("Cay", "Dan"), ("Friends",), "Notes")


def test_a_contact_lies_in_a_folder_and_is_found_as_one(folder: mapix.Folder) -> None:
    """M-002: items of every kind are messages of a folder."""
    contact = ann(emails=["ann@example.org"]).save(folder)
    contact.mobile_phone = "1"
    contact.save()
    (found,) = folder.messages
    assert isinstance(found, mapix.Contact)
    assert (found.email, found.mobile_phone, repr(found)) == ("ann@example.org", "1", "<Contact 'Ann B. Archer'>")
    again = folder.messages.get(contact.entry_id or b"")
    assert isinstance(again, mapix.Contact)
    assert again.file_as == "Archer, Ann B."


def test_fields_that_do_not_exist_are_refused() -> None:
    with pytest.raises(InvalidParameter, match="Contact"):
        mapix.Contact(telephone="1")
    with pytest.raises(InvalidParameter, match="list of texts"):
        mapix.Contact(categories="Friends")


# distribution lists


def test_a_list_has_members_by_address_and_a_checksum(tmp_path: Path) -> None:
    """[MS-OXOCNTC] 2.2.2.2."""
    team = saved(mapix.DistributionList("Team", members=["Ann <ann@example.org>", "bob@example.org"]), tmp_path)
    assert isinstance(team, mapix.DistributionList)
    assert [str(one) for one in team.people()] == ["Ann <ann@example.org>", "bob@example.org"]
    assert (team.name, team.subject, team["PR_DISPLAY_NAME"], team["PR_ICON_INDEX"]) == ("Team", "Team", "Team", 0x202)
    ids = named(team, n.PidLidDistributionListMembers)
    assert ids == named(team, n.PidLidDistributionListOneOffMembers)
    assert named(team, n.PidLidDistributionListChecksum) == checksum(ids)
    assert team.is_intact


def test_a_checksum_tells_that_somebody_changed_the_members(tmp_path: Path) -> None:
    path = tmp_path / "team.msg"
    mapix.DistributionList("Team", members=["ann@example.org"]).save(path)
    with mapix.open(path, "r+") as team:
        name = n.PidLidDistributionListMembers
        team.set_named(name, 0x1102, (OneOff("x", "SMTP", "x@example.org").dump(),))
        assert not team.is_intact
        team.members = []
        assert (team.is_intact, team.members) == (True, [])


def test_a_large_list_is_a_stream(tmp_path: Path) -> None:
    """[MS-OXOCNTC] 2.2.2.2.4: the other forms are limited to 15,000 bytes."""
    people = [f"Member {number} <m{number}@example.org>" for number in range(300)]
    team = saved(mapix.DistributionList("All", members=people), tmp_path)
    assert [str(one) for one in team.people()] == people
    assert named(team, n.PidLidDistributionListMembers) is None
    assert len(named(team, n.PidLidDistributionListStream)) > LARGEST
    assert team.is_intact


def test_members_that_lie_in_a_store_are_wrapped(folder: mapix.Folder, tmp_path: Path) -> None:
    """[MS-OXOCNTC] 2.2.2.2.4.1.1."""
    contact = ann(emails=["ann@example.org"]).save(folder)
    inner = mapix.DistributionList("Inner", members=["x@example.org"]).save(folder)
    team = saved(
        mapix.DistributionList("Team", members=[contact, inner, mapix.Recipient("Bob", "b@example.org")]), tmp_path
    )
    first, second, third = team.members
    assert (first.stored, first.address, first.email, first.is_list) == (contact.entry_id, "ann@example.org", 0, False)
    assert (second.stored, second.is_list, second.name) == (inner.entry_id, True, "Inner")
    assert (third.stored, third.name) == (b"", "Bob")
    assert first.entry_id[20] == 0xC3
    assert second.entry_id[20] == 0xB4
    assert [one.address for one in team.people()] == ["ann@example.org", "b@example.org"]


def test_streams_that_are_cut_short_are_corrupt_data() -> None:
    whole = write_stream([b"one", b"two"], [b"1", b"2"])
    assert list(read_stream(whole)) == [(b"one", b"1"), (b"two", b"2")]
    for end in (0, 10, 31, len(whole) - 15):
        with pytest.raises(CorruptData):
            list(read_stream(whole[:end]))


def test_members_are_a_list_of_addresses() -> None:
    with pytest.raises(InvalidParameter, match="list"):
        mapix.DistributionList("x", members="ann@example.org")
    with pytest.raises(InvalidParameter):
        mapix.DistributionList("x", members=["nobody"])
