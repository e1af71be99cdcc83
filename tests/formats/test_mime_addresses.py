"""Mail addresses written into fields and read out of them."""

from email.headerregistry import HeaderRegistry

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.mime_cases import NAMES, PEOPLE

from mapix.formats.mime.addresses import (
    Address,
    ascii_domain,
    mailbox,
    parse_addresses,
    smtp_form,
)
from mapix.formats.mime.addresses import address_field as written
from mapix.formats.mime.headers import raw_text

KINDS = st.sampled_from(["FAX", "EX", "X400", "MAPIPDL"])


def read(line: str | None) -> list[Address]:
    """The mailboxes of a whole field."""
    return parse_addresses(raw_text((line or "").partition(":")[2]))


def expected(person: Address) -> Address:
    name = "" if person.name == person.address else person.name
    return Address(name, person.address, person.address_type)


@given(st.lists(PEOPLE, min_size=1, max_size=6))
def test_people_come_back_from_a_field(people: list[Address]) -> None:
    line = written("To", people)
    assert line is not None
    assert read(line) == list(map(expected, people))
    assert max(map(len, line.split("\r\n"))) <= 998


@given(st.lists(st.builds(Address, NAMES, st.from_regex(r"[a-z]{1,9}@[a-z]{1,9}\.test", fullmatch=True)), min_size=1))
def test_the_standard_library_finds_the_same_addresses(people: list[Address]) -> None:
    header = HeaderRegistry()("To", (written("To", people) or "").partition(": ")[2].replace("\r\n", ""))
    assert [each.addr_spec for each in header.addresses] == [person.address for person in people]


@given(st.builds(Address, NAMES, st.text(min_size=1, max_size=20), KINDS))
def test_an_address_of_another_kind_travels_inside_one_of_mail(person: Address) -> None:
    line = written("To", [person])
    found = read(line)
    assert len(found) == 1
    if person.address.replace("_", "").isprintable():
        assert (found[0].address_type, found[0].address.replace("_", "/")) == (
            person.address_type,
            person.address.replace("_", "/"),
        )


@given(st.lists(st.builds(Address, st.text(max_size=30), st.text(max_size=30)), min_size=1, max_size=4))
def test_no_name_or_address_starts_a_field_or_a_recipient_of_its_own(people: list[Address]) -> None:
    line = written("To", people) or ""
    assert all(each.startswith(" ") for each in line.split("\r\n")[1:])
    assert not set("\r\n\0") & set(line.replace("\r\n ", ""))
    assert len(read(line)) <= len(people)


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("bill@example.com", "bill@example.com"),
        ("a b@x.test", '"a b"@x.test'),
        ('"a b"@x.test', '"a b"@x.test'),
        ('"bill"@x.test', "bill@x.test"),
        ("a@b@x.test", '"a@b"@x.test'),
        ('q"uote@x.test', '"q\\"uote"@x.test'),
        (".dot@x.test", '".dot"@x.test'),
        ("root", "root"),
        ("bill@[192.0.2.1]", "bill@[192.0.2.1]"),
        ("jörg@x.test", "jörg@x.test"),
        ("", None),
        ("@x.test", None),
        ("bill@", None),
        ("bill@x y.test", None),
        ("bill@x.test>\r\nBcc: <y@z.test", None),
        ("a\r\nb@x.test", None),
        ("two words", None),
        ("x" * 2000 + "@x.test", None),
    ],
)
def test_an_address_is_quoted_where_it_must_be(address: str, form: str | None) -> None:
    assert smtp_form(address) == form


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("bill@bücher.test", "bill@xn--bcher-kva.test"),
        ("jörg@bücher.test", "jörg@bücher.test"),
        ("bill@faß.test", "bill@faß.test"),
        ("bill@x.test", "bill@x.test"),
    ],
)
def test_a_domain_of_other_letters_is_written_in_ascii_where_that_is_the_same_domain(address: str, form: str) -> None:
    assert ascii_domain(address) == form


@pytest.mark.parametrize(
    ("person", "text"),
    [
        (Address("Bill", "b@x.test"), "Bill <b@x.test>"),
        (Address("", "b@x.test"), "b@x.test"),
        (Address("b@x.test", "b@x.test"), "b@x.test"),
        (Address("Lee, Bill", "b@x.test"), '"Lee, Bill" <b@x.test>'),
        (Address('The "Boss"', "b@x.test"), '"The \\"Boss\\"" <b@x.test>'),
        (Address("Jürgen", "b@x.test"), "=?utf-8?q?J=C3=BCrgen?= <b@x.test>"),
        (Address("root", "root"), "<root>"),
        (Address("Fax", "555 1234", "FAX"), "Fax <IMCEAFAX-555+201234@imcea.invalid>"),
        (Address("Broken", "no address"), "Broken no address:;"),
    ],
)
def test_a_mailbox_is_written_as_mailers_do(person: Address, text: str) -> None:
    assert mailbox(person) == text


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Mary Smith <mary@x.test>", [Address("Mary Smith", "mary@x.test")]),
        ("mary@x.test (Mary Smith)", [Address("Mary Smith", "mary@x.test")]),
        ('"Smith, Mary" <mary@x.test>, bob@y.test', [Address("Smith, Mary", "mary@x.test"), Address("", "bob@y.test")]),
        ("A Group:Ed <ed@x.test>,joe@y.test;", [Address("Ed", "ed@x.test"), Address("", "joe@y.test")]),
        ("undisclosed-recipients:;", []),
        ("(Empty list)(start)Undisclosed recipients  :(nobody(that I know))  ;", []),
        ("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", [Address("Pete", "pete@silly.test")]),
        ("<@route.test,@b.test:joe@x.test>", [Address("", "joe@x.test")]),
        ("a@x.test; b@y.test", [Address("", "a@x.test"), Address("", "b@y.test")]),
        ("=?utf-8?q?J=C3=BCrgen?= <j@x.test>", [Address("Jürgen", "j@x.test")]),
        ('"=?utf-8?q?J=C3=BCrgen?=" <j@x.test>', [Address("Jürgen", "j@x.test")]),
        ("root", [Address("", "root")]),
        ("Just A Name", [Address("Just A Name", "")]),
        ("mailto:joe@x.test", [Address("", "joe@x.test")]),
        ("<>", [Address("", "")]),
        (",,;,", []),
        ('"unfinished <a@b.test>', [Address("unfinished", "a@b.test")]),
        ("joe @ x . test", [Address("", "joe@x.test")]),
        ("Jürgen <jörg@x.test>", [Address("Jürgen", "jörg@x.test")]),
        ("IMCEAEX-_O=ORG_CN=BILL@imcea.invalid", [Address("", "/O=ORG/CN=BILL", "EX")]),
    ],
)
def test_fields_are_read_generously(text: str, people: list[Address]) -> None:
    assert parse_addresses(text) == people


@given(st.text(st.sampled_from('ab@.<>(),;:"\\[] \t='), max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    for person in parse_addresses(text):
        assert isinstance(person.name, str)
        assert isinstance(person.address, str)


@pytest.mark.parametrize("text", ["(", '"', "<", "a,", "[", "\\", '"\\', "(\\", '<"\\', "a:"])
def test_hostile_fields_are_read_in_time(text: str) -> None:
    assert len(parse_addresses(text * 60_001)) <= 50_000
