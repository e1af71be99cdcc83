"""MAPISVC.INF, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.formats.defects import Strictness
from mapix.formats.mapisvc import DEFAULTS, LONGEST, Section, ServiceFile, dump, parse, property_entry
from mapix.properties.errors import CorruptData, InvalidParameter, NotFound, TooBig
from mapix.properties.flags import SERVICE_NO_PRIMARY_IDENTITY, SERVICE_SINGLE_COPY, STATUS_NO_DEFAULT_STORE
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_DISPLAY_NAME, PR_RESOURCE_FLAGS, PR_RESOURCE_TYPE, PR_SERVICE_DLL_NAME

SAMPLE = """\
; what is installed
[Services]
AB=Book of addresses
Ours=Our service

[Default Services]
AB=Book of addresses

[Help File Mappings]
Ours=ours.hlp

[AB]
PR_DISPLAY_NAME=Book of addresses
Providers=AB One
PR_SERVICE_DLL_NAME=BOOK.DLL
PR_SERVICE_ENTRY_NAME=BookEntry
PR_RESOURCE_FLAGS=SERVICE_NO_PRIMARY_IDENTITY
[Ours]
PR_DISPLAY_NAME=Our service
Providers=Ours One, Ours Two, Ours Three
Sections=First Extra, Second Extra
PR_RESOURCE_FLAGS=SERVICE_SINGLE_COPY | SERVICE_NO_PRIMARY_IDENTITY
66040003=00000000
[First Extra]
UID=13DB0C8AA05101A9BB000AA002FC45A0
66020003=01000000
66050003=03000000
[Second Extra]
UID=23DB0C8AA05101A9BB000AA002FC45A0
6601001E=text; with = signs
[AB One]
PR_RESOURCE_TYPE=MAPI_AB_PROVIDER
[Ours One]
PR_RESOURCE_TYPE=MAPI_AB_PROVIDER
[Ours Two]
PR_RESOURCE_TYPE=MAPI_STORE_PROVIDER
PR_RESOURCE_FLAGS=STATUS_NO_DEFAULT_STORE
34140102=78b2fa70aff711cd9bc800aa002fc45a
66090003=06000000
[Ours Three]
PR_RESOURCE_TYPE=MAPI_TRANSPORT_PROVIDER
"""


def test_services_providers_and_extra_sections_are_found() -> None:
    """PRF-31, PRF-32, PRF-33, PRF-34; scenario 24."""
    parsed = parse(SAMPLE, strictness=Strictness.STRICT)
    assert parsed.defects == ()
    file = parsed.value
    assert list(file.names()) == ["AB", "Ours"]
    assert list(file.names(DEFAULTS)) == ["AB"]
    ours = file.service("OURS")
    assert ours.display_name == "Our service"
    assert [each.properties()[PR_RESOURCE_TYPE] for each in ours.providers] == [35, 33, 36]
    assert [each.uid for each in ours.extras] == [
        bytes.fromhex("13DB0C8AA05101A9BB000AA002FC45A0"),
        bytes.fromhex("23DB0C8AA05101A9BB000AA002FC45A0"),
    ]
    assert file.service("ab").section.properties()[PR_SERVICE_DLL_NAME] == "BOOK.DLL"


def test_values_are_read_by_the_type_of_their_tag() -> None:
    """PRF-35: numbers are the little-endian bytes; flags are names joined by bars."""
    file = parse(SAMPLE).value
    ours = file.service("Ours")
    assert ours.section.properties()[PR_RESOURCE_FLAGS] == SERVICE_SINGLE_COPY | SERVICE_NO_PRIMARY_IDENTITY
    store = ours.providers[1].properties()
    assert store[PropTag(0x66090003)] == 6
    assert store[PropTag(0x34140102)] == bytes.fromhex("78b2fa70aff711cd9bc800aa002fc45a")
    assert store[PR_RESOURCE_FLAGS] == STATUS_NO_DEFAULT_STORE
    assert ours.extras[1].properties()[PropTag(0x6601001E)] == "text; with = signs"


def test_names_are_compared_case_aside() -> None:
    """PRF-35."""
    section = parse("[a]\nproviders=X\npr_display_name=Name").value.section("A")
    assert section is not None
    assert section.listed("PROVIDERS") == ["X"]
    assert section.properties() == {PR_DISPLAY_NAME: "Name"}


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("stray=1", "line 1", "before the first section"),
        ("[a]\nno equals sign", "line 2", "not an entry"),
        ("[a]\nx=1\nX=2", "line 3", "was there before"),
        ("[a]\n[A]", "line 2", "was there before"),
        ("[a", "line 1", "head of a section"),
        ("[Services]\nGone=1", "[Services] Gone", "without a section"),
        ("[Services]\nA=1\n[A]", "[A]", "without providers"),
        ("[Services]\nA=1\n[A]\nProviders=B", "[A] Providers", "no such section"),
        ("[a]\nUID=13DB0C8AA05101A9BB000AA002FC45A", "[a] UID", "32 hexadecimal"),
        ("[a]\n66040003=00", "[a] 66040003", "not a value"),
        ("[a]\n66040003=xyz", "[a] 66040003", "not a value"),
        ("[a]\nPR_NOT_A_PROPERTY=1", "[a] PR_NOT_A_PROPERTY", "no property"),
        ("[a]\nPR_RESOURCE_FLAGS=NO_SUCH_FLAG", "[a] PR_RESOURCE_FLAGS", "not a value"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, where: str, what: str) -> None:
    (defect, *_) = parse(text).defects
    assert defect.where == where
    assert what in defect.what
    with pytest.raises(CorruptData):
        parse(text, strictness=Strictness.STRICT)


def test_what_is_written_is_read_as_the_same() -> None:
    file = parse(SAMPLE).value
    assert parse(dump(file)).value == file


names = st.text(
    st.characters(codec="utf-8", exclude_characters="[]\r\n\0=;", exclude_categories=("Zs", "Cc")), min_size=1
)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0")).map(str.strip)


@given(st.dictionaries(names, st.dictionaries(names, texts, max_size=4), max_size=4))
def test_any_file_is_read_as_it_was_written(content: dict[str, dict[str, str]]) -> None:
    file = ServiceFile()
    for name, entries in content.items():
        kept = {key: value for key, value in entries.items() if key.strip() == key}
        unique = {key.upper(): (key, value) for key, value in kept.items()}
        if name.strip() == name:
            file.put(Section(name, dict(unique.values())))
    assert parse(dump(file)).value == file


@given(st.text(max_size=400))
def test_any_text_is_a_file_with_defects(text: str) -> None:
    found = parse(text)
    assert parse(dump(found.value)).value == found.value


@given(st.sampled_from([(0x66040003, 5), (0x6604000B, True), (0x66040102, b"\x01"), (0x6604001F, "text")]))
def test_a_property_comes_back_from_its_entry(case: tuple[int, object]) -> None:
    tag, value = PropTag(case[0]), case[1]
    assert Section("a", dict([property_entry(tag, value)])).properties() == {tag: value}


def test_text_of_several_lines_is_not_written() -> None:
    with pytest.raises(InvalidParameter):
        property_entry(PropTag(0x6604001F), "one\ntwo")


def test_an_unknown_service_is_not_found() -> None:
    with pytest.raises(NotFound):
        parse(SAMPLE).value.service("nope")


def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(TooBig):
        parse(";" * (LONGEST + 1))
