"""Cards: read, written, and read again; hostile files."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples

from mapix.formats.defects import Strictness
from mapix.formats.vcard import Card, from_vcards, to_vcards, unwritten
from mapix.formats.vcard.lines import MOST_BYTES
from mapix.properties import tags as t
from mapix.properties.errors import CorruptData, InvalidParameter, TooBig

BODY = "FN:Ann Archer\r\nN:Archer;Ann;;;\r\nEMAIL:ann@example.org\r\n"

TEXTS = (
    t.PR_SURNAME,
    t.PR_GIVEN_NAME,
    t.PR_MIDDLE_NAME,
    t.PR_DISPLAY_NAME_PREFIX,
    t.PR_GENERATION,
    t.PR_NICKNAME,
    t.PR_COMPANY_NAME,
    t.PR_DEPARTMENT_NAME,
    t.PR_TITLE,
    t.PR_COMMENT,
    t.PR_BUSINESS_TELEPHONE_NUMBER,
    t.PR_HOME_TELEPHONE_NUMBER,
    t.PR_MOBILE_TELEPHONE_NUMBER,
    t.PR_BUSINESS_FAX_NUMBER,
    t.PR_BUSINESS_HOME_PAGE,
    t.PR_PERSONAL_HOME_PAGE,
    t.PR_STREET_ADDRESS,
    t.PR_LOCALITY,
    t.PR_POSTAL_CODE,
    t.PR_COUNTRY,
    t.PR_HOME_ADDRESS_STREET,
    t.PR_HOME_ADDRESS_COUNTRY,
    t.PR_OTHER_ADDRESS_STREET,
    t.PR_OFFICE_LOCATION,
    t.PR_PROFESSION,
    t.PR_SPOUSE_NAME,
    t.PR_PAGER_TELEPHONE_NUMBER,
    t.PR_CAR_TELEPHONE_NUMBER,
    t.PR_HOME_FAX_NUMBER,
    t.PR_OTHER_TELEPHONE_NUMBER,
    t.PR_PRIMARY_TELEPHONE_NUMBER,
    t.PR_ASSISTANT_TELEPHONE_NUMBER,
)


MARKS = list(b'BEGIN:VCARD\r\n;=",\\ FNT\x00\xff')


def card(body: str = BODY, version: str = "3.0") -> bytes:
    return f"BEGIN:VCARD\r\nVERSION:{version}\r\n{body}END:VCARD\r\n".encode()


def values(data: bytes) -> dict[Any, Any]:
    (found,) = from_vcards(data).value
    return found.values


def test_a_card_becomes_properties() -> None:
    found = values(
        card(
            BODY + "NICKNAME:Annie\r\nTEL;TYPE=work,voice:+1 1\r\nTEL;TYPE=cell:+1 2\r\nTEL;TYPE=HOME:+1 3\r\n"
            "TEL;TYPE=fax,work:+1 4\r\nORG:Archers;Bows\r\nTITLE:Bowyer\r\nNOTE:two\\nlines\\, really\r\n"
            "ADR;TYPE=work:;;1 Main St;Town;ST;12345;Land\r\nADR;TYPE=home:;;2 Side St;;;;\r\n"
            "URL:https://archers.example\r\nBDAY:1985-04-12\r\n"
        )
    )
    assert found[t.PR_DISPLAY_NAME] == "Ann Archer"
    assert (found[t.PR_SURNAME], found[t.PR_GIVEN_NAME]) == ("Archer", "Ann")
    assert (found[t.PR_ADDRTYPE], found[t.PR_EMAIL_ADDRESS]) == ("SMTP", "ann@example.org")
    assert found[t.PR_NICKNAME] == "Annie"
    numbers = (
        t.PR_BUSINESS_TELEPHONE_NUMBER,
        t.PR_MOBILE_TELEPHONE_NUMBER,
        t.PR_HOME_TELEPHONE_NUMBER,
        t.PR_BUSINESS_FAX_NUMBER,
    )
    assert [found[tag] for tag in numbers] == ["+1 1", "+1 2", "+1 3", "+1 4"]
    assert (found[t.PR_COMPANY_NAME], found[t.PR_DEPARTMENT_NAME]) == ("Archers", "Bows")
    assert found[t.PR_COMMENT] == "two\nlines, really"
    assert (found[t.PR_STREET_ADDRESS], found[t.PR_COUNTRY]) == ("1 Main St", "Land")
    assert found[t.PR_HOME_ADDRESS_STREET] == "2 Side St"
    assert found[t.PR_BIRTHDAY] == 121265856000000000


@pytest.mark.parametrize("mark", ["EMAIL;TYPE=pref", "EMAIL;PREF=1", "EMAIL;PREF", "item1.EMAIL;type=INTERNET,PREF"])
def test_the_preferred_address_is_the_first(mark: str) -> None:
    found = values(card(f"{BODY}{mark}:best@example.org\r\n"))
    assert found[t.PR_EMAIL_ADDRESS] == "best@example.org"
    assert found[t.PR_CONTACT_EMAIL_ADDRESSES] == ("ann@example.org",)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_folded_lines_are_one_line_whatever_ends_them(end: str) -> None:
    text = "BEGIN:VCARD\nFN:Ann\n  Arch\n\ter\nEMAIL:ann@ex\n ample.org\nEND:VCARD\n".replace("\n", end)
    assert values(text.encode())[t.PR_DISPLAY_NAME] == "Ann Archer"


def test_a_letter_may_be_folded_in_the_middle() -> None:
    data = card("FN:Zoë\r\nEMAIL:zoe@example.org\r\n").replace(b"\xc3\xab", b"\xc3\r\n \xab")
    assert values(data)[t.PR_DISPLAY_NAME] == "Zoë"


def test_written_lines_are_at_most_75_octets_and_never_cut_letters() -> None:
    data = to_vcards([Card({t.PR_DISPLAY_NAME: "é🎉" * 100, t.PR_EMAIL_ADDRESS: "a@example.org"})])
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() is not None for line in lines)
    assert values(data)[t.PR_DISPLAY_NAME] == "é🎉" * 100


@pytest.mark.parametrize(
    "data",
    [
        card("FN:Jörg\r\nEMAIL:j@example.org\r\n"),
        b"\xef\xbb\xbf" + card("FN:Jörg\r\nEMAIL:j@example.org\r\n"),
        card("FN:Jörg\r\nEMAIL:j@example.org\r\n").decode().encode("utf-16"),
        card("FN:Jörg\r\nEMAIL:j@example.org\r\n").decode().encode("cp1252"),
        card("FN;CHARSET=ISO-8859-1:J\xf6rg\r\nEMAIL:j@example.org\r\n").decode().encode("latin-1"),
        card("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=\r\n=B6rg\r\nEMAIL;INTERNET:j@example.org\r\n", "2.1"),
        card("FN;QUOTED-PRINTABLE;CHARSET=cp1252:J=F6rg\r\nEMAIL;INTERNET:j@example.org\r\n", "2.1"),
    ],
)
def test_names_are_read_in_the_character_set_they_are_in(data: bytes) -> None:
    assert values(data)[t.PR_DISPLAY_NAME] == "Jörg"


def test_parameters_may_be_quoted_and_have_carets() -> None:
    found = values(card(BODY + 'TEL;X-A="a;b:c";TYPE="cell,voice";X-B=one^ntwo:+1\r\n'))
    assert found[t.PR_MOBILE_TELEPHONE_NUMBER] == "+1"


def test_other_kinds_of_address_are_kept() -> None:
    """ABK-4."""
    fax = Card({t.PR_DISPLAY_NAME: "Fax", t.PR_ADDRTYPE: "FAX", t.PR_EMAIL_ADDRESS: "+1 555;0100"})
    assert from_vcards(to_vcards([fax])).value == [fax]


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_a_list_has_its_members(version: str) -> None:
    """ABK-75."""
    team = Card({t.PR_DISPLAY_NAME: "Team"}, ("ann@example.org", "urn:uuid:1234"), "urn:uuid:1")
    assert from_vcards(to_vcards([team], version)).value == [team]


def test_a_second_number_of_a_kind_has_a_place_of_its_own() -> None:
    numbers = "TEL;TYPE=work:+1\r\nTEL;TYPE=work,voice:+2\r\nTEL;TYPE=home:+3\r\nTEL;TYPE=home:+4\r\n"
    found = values(card(BODY + numbers))
    assert (found[t.PR_BUSINESS_TELEPHONE_NUMBER], found[t.PR_BUSINESS2_TELEPHONE_NUMBER]) == ("+1", "+2")
    assert (found[t.PR_HOME_TELEPHONE_NUMBER], found[t.PR_HOME2_TELEPHONE_NUMBER]) == ("+3", "+4")
    alone = Card({t.PR_DISPLAY_NAME: "Ann", t.PR_HOME2_TELEPHONE_NUMBER: "+4"})
    assert from_vcards(to_vcards([alone])).value == [alone]


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_pictures_and_categories_are_read_where_they_have_a_place(version: str) -> None:
    ann = Card({t.PR_DISPLAY_NAME: "Ann"}, None, "", b"\xff\xd8\xff", ("one", "two, too"), "ann@im.example.org")
    data = to_vcards([ann], version)
    assert from_vcards(data, whole=True).value == [ann]
    assert len(from_vcards(data).defects) == 3


@pytest.mark.parametrize("photo", ["PHOTO;VALUE=uri:http://a.test/b", "PHOTO;ENCODING=b:A", "PHOTO:x", "PHOTO:data:,"])
def test_a_picture_that_is_elsewhere_or_damaged_is_told(photo: str) -> None:
    parsed = from_vcards(card(BODY + photo + "\r\n"), whole=True)
    assert parsed.value[0].photo == b""
    assert [defect.what for defect in parsed.defects] == ["PHOTO is not kept"]


def test_what_has_no_place_is_told() -> None:
    parsed = from_vcards(card(BODY + "X-SHOE-SIZE:43\r\nPHOTO;ENCODING=b:AAAA\r\nTEL:+1\r\nTEL:+2\r\n"))
    assert [defect.what.split(" ")[0] for defect in parsed.defects] == ["X-SHOE-SIZE", "PHOTO", "TEL"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("ORG:Archers;Bows;Strings", "ORG is not kept as a whole: 'Archers;Bows;Strings'"),
        ("N:Archer;Ann;;;;van", "N is not kept as a whole: 'Archer;Ann;;;;van'"),
        ("ADR;TYPE=home:;;1 Main St;;;;;suite", "ADR is not kept as a whole: ';;1 Main St;;;;;suite'"),
        ("N:Archer;Ann\r\nN:Larson;Bill", "N is not kept: 'Larson;Bill'"),
        ("BDAY:1985-04-12\r\nBDAY:1985-04-13", "BDAY is not kept: '1985-04-13'"),
        ("KIND:org", "KIND is not kept: 'org'"),
        ("AGENT:\r\nBEGIN:VCARD\r\nFN:Zoe\r\nEND:VCARD", "a card within a card is not kept"),
    ],
)
def test_what_is_too_much_for_a_field_is_told(body: str, told: str) -> None:
    found = from_vcards(card(f"FN:Ann Archer\r\n{body}\r\n"))
    assert [str(one).partition(": ")[2] for one in found.defects] == [told]
    assert len(found.value) == 1


def test_what_is_told_names_the_card_wherever_its_name_stands() -> None:
    found = from_vcards(card("GEO:1;2\r\nLANG;PREF=1:de\r\nN:Archer;Ann\r\n") + card("TEL:+1\r\nTZ:+1\r\n"))
    told = [str(one) for one in found.defects]
    assert told[:2] == ["Ann Archer: LANG is not kept: 'de'", "Ann Archer: GEO is not kept: '1;2'"]
    assert told[2:] == ["a card: TZ is not kept: '+1'", "a card: it names nobody"]


def test_a_birthday_whose_year_is_not_known_is_told() -> None:
    found = from_vcards(card(BODY + "BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12\r\n", "3.0"))
    assert t.PR_BIRTHDAY not in found.value[0].values
    assert [str(one) for one in found.defects] == ["Ann Archer: BDAY is not kept: '1604-04-12'"]


def test_schemes_may_be_written_in_capitals() -> None:
    found = values(card("FN:Ann\r\nEMAIL:MAILTO:ann@example.org\r\nTEL;VALUE=uri:TEL:+1-555\r\n", "4.0"))
    assert found[t.PR_EMAIL_ADDRESS] == "ann@example.org"
    assert found[t.PR_BUSINESS_TELEPHONE_NUMBER] == "+1-555"


def test_members_are_uris_that_are_written_and_read_the_same() -> None:
    members = ("ann@example.org", "50%?#off@example.org", "urn:uuid:1", "xmpp:bill@example.org", "grüße@example.org")
    data = to_vcards([Card({t.PR_DISPLAY_NAME: "Team"}, members)])
    assert b"MEMBER:mailto:50%25%3F%23off@example.org\r\n" in data
    assert from_vcards(data).value[0].members == members
    shouted = card("FN:Team\r\nKIND:group\r\nMEMBER:MAILTO:ann@example.org\r\nMEMBER:\r\n", "4.0")
    assert from_vcards(shouted).value[0].members == ("ann@example.org",)


def test_a_birthday_that_is_no_day_is_left_out_and_told() -> None:
    ann = Card({t.PR_DISPLAY_NAME: "Ann", t.PR_BIRTHDAY: -1, t.PR_WEDDING_ANNIVERSARY: 1 << 62})
    assert from_vcards(to_vcards([ann])).value[0].values == {t.PR_DISPLAY_NAME: "Ann"}
    assert unwritten(ann) == [t.PR_BIRTHDAY, t.PR_WEDDING_ANNIVERSARY]


def test_it_is_told_which_properties_have_no_field() -> None:
    ann = Card(
        {t.PR_DISPLAY_NAME: "Ann", t.PR_GENDER: 1, t.PR_ACCOUNT: "", t.PR_BIRTHDAY: 0, t.PR_CHILDRENS_NAMES: ("Zoe",)}
    )
    assert unwritten(ann) == [t.PR_GENDER, t.PR_CHILDRENS_NAMES]


@pytest.mark.parametrize("body", ["EMAIL:ann@example.org\r\n", "N:Archer;Ann;;;\r\n", "ORG:Archers\r\n"])
def test_a_card_without_fn_is_called_by_what_there_is(body: str) -> None:
    assert values(card(body))[t.PR_DISPLAY_NAME] in ("ann@example.org", "Ann Archer", "Archers")


def test_a_card_that_names_nobody_is_left_out_and_noted() -> None:
    parsed = from_vcards(card("TEL:+1\r\n") + card())
    assert len(parsed.value) == 1
    assert parsed.defects
    with pytest.raises(CorruptData):
        from_vcards(card("TEL:+1\r\n"), strictness=Strictness.STRICT)


def test_only_two_versions_are_written() -> None:
    with pytest.raises(InvalidParameter):
        to_vcards([], "2.1")


def test_files_of_unreasonable_size_are_refused() -> None:
    with pytest.raises(TooBig):
        from_vcards(bytes(MOST_BYTES + 1))


@pytest.mark.parametrize(
    "data",
    [
        b"BEGIN:VCARD\r\n" * 20000,
        b"BEGIN:VCARD\r\nFN" + b";A=b" * 100_000 + b":x\r\nEND:VCARD",
        b"BEGIN:VCARD\r\nFN;ENCODING=QUOTED-PRINTABLE:" + b"a=\r\n" * 200_000,
        b"BEGIN:VCARD\r\nFN:" + b"\\" * 500_000 + b"\r\nEND:VCARD",
        b"BEGIN:VCARD\r\nN:" + b";" * 500_000 + b"\r\nEND:VCARD",
        b"BEGIN:VCARD\r\nFN:a\r\n" + b" \r\n" * 300_000 + b"END:VCARD",
        b'BEGIN:VCARD\r\nFN;A="' + b'"' * 200_000 + b"\r\nEND:VCARD",
        b"BEGIN:VCARD\r\nFN:a\r\n" + b"EMAIL:a@b.c\r\n" * 20_000 + b"END:VCARD",
    ],
)
def test_hostile_files_cost_no_more_than_their_size(data: bytes) -> None:
    start = time.thread_time()
    from_vcards(data)
    assert time.thread_time() - start < 20


@settings(max_examples=examples(200), deadline=None)
@given(
    st.binary(max_size=300)
    | st.lists(st.sampled_from(list(b'BEGIN:VCARD\r\n;=",\\ FNT\x00\xff')), max_size=200).map(bytes)
)
def test_anything_is_read_without_failing(data: bytes) -> None:
    for text in (b"BEGIN:VCARD\r\n" + data + b"\r\nEND:VCARD\r\n", data):
        assert len(from_vcards(text).value) <= text.count(b"V")


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")) | st.sampled_from('\n\\,;:"'), min_size=1
).filter(lambda text: text == text.strip())
addresses = st.from_regex(r"[a-z0-9.+-]{1,20}@[a-z0-9-]{1,20}\.example", fullmatch=True)


@settings(max_examples=examples(200), deadline=None)
@given(
    st.dictionaries(st.sampled_from(TEXTS), texts),
    texts,
    st.lists(addresses, min_size=1, max_size=3, unique=True),
    st.sampled_from(["3.0", "4.0"]),
)
def test_what_was_written_reads_the_same(found: dict[Any, Any], name: str, mails: list[str], version: str) -> None:
    found |= {t.PR_DISPLAY_NAME: name, t.PR_ADDRTYPE: "SMTP", t.PR_EMAIL_ADDRESS: mails[0]}
    if mails[1:]:
        found[t.PR_CONTACT_EMAIL_ADDRESSES] = tuple(mails[1:])
    cards = [Card(found), Card({t.PR_DISPLAY_NAME: name}, tuple(mails))]
    parsed = from_vcards(to_vcards(cards, version))
    assert parsed.value == cards
    assert not parsed.defects
