"""8-bit text and its code pages."""

import encodings
import struct
from contextlib import suppress
from pkgutil import iter_modules

import pytest
from tests.formats.msg.msg_cases import handmade, read, size, written

from mapix.formats.msg import MsgFile
from mapix.formats.msg.texts import Texts, locale_codepage
from mapix.properties.codepage import _SPECIAL, codec_name
from mapix.properties.content import MessageContent
from mapix.properties.errors import BadValue, UnknownCpid
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_HTML, PR_INTERNET_CPID, PR_MESSAGE_CODEPAGE, PR_MESSAGE_LOCALE_ID, PR_SUBJECT

SAMPLES = {
    874: "ภาษาไทย",
    932: "日本語テスト",
    936: "简体中文",
    949: "한국어",
    950: "繁體中文",
    1250: "Příliš žluťoučký",
    1251: "Ключ",
    1252: "Größe €",
    1253: "Ελληνικά",
    1254: "ığüşöç",
    1255: "עברית",
    1256: "العربية",
    1257: "Ąžuolas",
    1258: "Đường",
    20866: "Ключ",
    21866: "Їжак",
    28591: "Größe",
    28592: "Příliš",
    28595: "Ключ",
    28605: "œuvre €",
    50220: "日本語",
    50225: "한국어",
    51932: "日本語",
    51949: "한국어",
    52936: "中文",
    54936: "中文 ключ",
    65000: "Größe + ключ",
    65001: "Größe ключ 日本語 \U0001f600",
}


@pytest.mark.parametrize("codepage", sorted(SAMPLES))
def test_every_code_page_is_written_and_read(codepage: int) -> None:
    text = SAMPLES[codepage]
    if codepage == 1258:
        text = "Duong co"
    content = MessageContent({PR_SUBJECT: text, PR_MESSAGE_CODEPAGE: codepage, PropTag(0x3A05101F): (text, "")})
    with MsgFile.open(written(content, unicode=False)) as file:
        assert file.get(PR_SUBJECT) == text
        assert file.get(PropTag(0x3A05101F)) == (text, "")
        assert file.place.read(file.place.names["__substg1.0_0037001E"]) == text.encode(codec_name(codepage))
        assert file.defects == ()


def known_pages() -> list[int]:
    """Every number that has a codec: those of codecs that are called by one, and those that are mapped."""
    named = [module.name[2:] for module in iter_modules(encodings.__path__) if module.name.startswith("cp")]
    found = []
    for page in sorted({*_SPECIAL, *range(28591, 28607), *map(int, filter(str.isdigit, named))} - {0}):
        with suppress(UnknownCpid):
            codec_name(page)
            found.append(page)
    return found


LETTERS = "".join(dict.fromkeys("".join(SAMPLES.values()) + "plain"))
WIDE = {1200, 1201, 12000, 12001}


@pytest.mark.parametrize("page", known_pages())
def test_all_code_pages_there_are_keep_all_their_letters(page: int) -> None:
    """Told by the message, or as that of the internet only; a wide one is none for 8 bits, and something else does."""
    codec, text = codec_name(page), "plain"
    if page not in WIDE:
        text += "".join(one for one in LETTERS if one.encode(codec, "ignore").decode(codec, "ignore") == one)
    for tag in (PR_MESSAGE_CODEPAGE, PR_INTERNET_CPID):
        content = MessageContent({PR_SUBJECT: text, tag: page})
        assert read(written(content, unicode=False)).get(PR_SUBJECT) == text
        assert read(written(content)).get(PR_SUBJECT) == text


def narrow(subject: bytes, **told: int) -> bytes:
    """A file whose subject is these bytes, and that tells these code pages."""
    tags = {"codepage": PR_MESSAGE_CODEPAGE, "locale": PR_MESSAGE_LOCALE_ID, "internet": PR_INTERNET_CPID}
    entries = [(int(tags[name]), struct.pack("<Q", number)) for name, number in told.items()]
    return handmade([*entries, (0x0037001E, size(len(subject) + 1))], {"__substg1.0_0037001E": subject})


KEY = "Ключ".encode("cp1251")


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ({"codepage": 1251, "locale": 0x0409, "internet": 1252}, "Ключ"),
        ({"locale": 0x0419, "internet": 1252}, "Ключ"),
        ({"internet": 1251}, "Ключ"),
        ({"codepage": 1200, "internet": 1251}, "Ключ"),
        ({"codepage": 0, "locale": 0x0419}, "Ключ"),
        ({}, "Êëþ÷"),
    ],
)
def test_the_code_page_is_that_of_the_message_then_its_locale_then_the_internet(
    told: dict[str, int], text: str
) -> None:
    assert read(narrow(KEY, **told)).get(PR_SUBJECT) == text


def test_html_as_text_is_in_the_code_page_of_the_internet() -> None:
    html = "<p>Größe</p>".encode()
    tag = PR_HTML.with_type(0x1E)
    entries = [(int(PR_MESSAGE_CODEPAGE), struct.pack("<Q", 1252)), (int(PR_INTERNET_CPID), struct.pack("<Q", 65001))]
    data = handmade([*entries, (int(tag), size(len(html) + 1))], {"__substg1.0_1013001E": html})
    content = read(data)
    assert content.get(PR_HTML.with_type(0x1F)) == "<p>Größe</p>"
    assert read(written(content, unicode=False)).get(PR_HTML.with_type(0x1F)) == "<p>Größe</p>"


def test_text_that_lies_about_its_code_page_is_tried_as_utf_8() -> None:
    with MsgFile.open(narrow("Größe 日本語".encode(), codepage=932)) as file:
        assert file.get(PR_SUBJECT) == "Größe 日本語"
        assert "not in the code page" in str(file.defects[0])


def test_text_that_no_code_page_can_read_is_still_text() -> None:
    with MsgFile.open(narrow(b"a\x81 \xe9", codepage=932)) as file:
        assert file.get(PR_SUBJECT) == "a\x81 é"
        assert len(file.defects) == 1


def test_bytes_without_a_letter_are_control_characters_and_can_be_written_again() -> None:
    content = read(narrow(b"a\x81\x8d\x9d\xe9", codepage=1252))
    assert content.get(PR_SUBJECT) == "a\x81\x8d\x9dé"
    again = written(content, unicode=False)
    with MsgFile.open(again) as file:
        assert file.place.read(file.place.names["__substg1.0_0037001E"]) == b"a\x81\x8d\x9d\xe9"


def test_an_unknown_code_page_is_read_as_well_as_can_be() -> None:
    assert read(narrow(b"plain", codepage=99999)).get(PR_SUBJECT) == "plain"
    assert read(narrow("Größe".encode(), codepage=99999)).get(PR_SUBJECT) == "Größe"
    assert read(narrow("Größe".encode("cp1252"), codepage=99999)).get(PR_SUBJECT) == "Größe"
    content = MessageContent({PR_SUBJECT: "Größe", PR_MESSAGE_CODEPAGE: 99999})
    assert read(written(content, unicode=False)).get(PR_SUBJECT) == "Größe"


def test_a_message_inside_that_tells_no_code_page_has_that_of_the_one_around_it() -> None:
    texts = Texts.of({PR_MESSAGE_CODEPAGE: 1251})
    assert Texts.of({}, texts) is texts
    assert Texts.of({PR_MESSAGE_CODEPAGE: 1252}, texts).codepages == (1252,)


def test_shifting_code_pages_are_decoded_though_their_bytes_are_ascii() -> None:
    assert Texts((50220,)).decode("日本".encode("iso2022_jp")) == ("日本", True)
    assert Texts((65000,)).decode(b"1 +- 1") == ("1 + 1", True)


@pytest.mark.parametrize("page", [20127, 1251, 932])
def test_text_that_would_be_read_otherwise_is_refused(page: int) -> None:
    with pytest.raises(BadValue):
        Texts((page,)).encode("é\x81ÿ")


LANGUAGES = {
    **{0x0409: 1252, 0x0419: 1251, 0x0411: 932, 0x0804: 936, 0x0404: 950, 0x0C1A: 1251, 0x081A: 1250, 0x041F: 1254},
    **{0x0408: 1253, 0x040D: 1255, 0x0401: 1256, 0x0427: 1257, 0x042A: 1258, 0x041E: 874, 0x0412: 949},
}


@pytest.mark.parametrize("locale", sorted(LANGUAGES))
def test_languages_have_their_code_pages(locale: int) -> None:
    assert locale_codepage(locale) == LANGUAGES[locale]


@pytest.mark.parametrize("ending", [b"", b"\0", b"\0\0"])
def test_sixteen_bits_where_eight_are_told_are_read_as_what_they_are(ending: bytes) -> None:
    texts = Texts.of({PR_MESSAGE_CODEPAGE: 1252})
    assert texts.decode("This line".encode("utf-16-le")[:-1] + ending[:1]) == ("This line", False)
    assert texts.decode(b"a\0b") == ("a\0b", True)
    with pytest.raises(BadValue):
        texts.encode("a\0b\0c\0d\0")
