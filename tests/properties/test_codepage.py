"""Code pages: bytes and text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.properties.codepage import UTF8, codec_name, decode_text, encode_text
from mapix.properties.errors import UnknownCpid

PAGES = {
    437: ("é", "82"),
    850: ("é", "82"),
    874: ("ก", "a1"),
    932: ("日本", "93fa967b"),
    936: ("中文", "d6d0cec4"),
    949: ("한글", "c7d1b1db"),
    950: ("中文", "a4a4a4e5"),
    1200: ("é", "e900"),
    1250: ("č", "e8"),
    1251: ("Привет", "cff0e8e2e5f2"),
    1252: ("café €", "636166e92080"),
    1253: ("α", "e1"),
    1254: ("ş", "fe"),
    1255: ("א", "e0"),
    1256: ("س", "d3"),
    1257: ("ē", "e7"),
    1258: ("ă", "e3"),
    10000: ("é", "8e"),
    20127: ("plain", "706c61696e"),
    20866: ("Привет", "f0d2c9d7c5d4"),
    28591: ("é", "e9"),
    28605: ("€", "a4"),
    50220: ("日", "1b2442467c1b2842"),
    51932: ("日本", "c6fccbdc"),
    54936: ("中文", "d6d0cec4"),
    65001: ("Grüße \U0001f600", "4772c3bcc39f6520f09f9880"),
}
CODES = st.integers(-5, 70000)


@pytest.mark.parametrize("codepage", PAGES)
def test_text_of_a_code_page_has_its_bytes(codepage: int) -> None:
    text, data = PAGES[codepage]
    assert encode_text(text, codepage).hex() == data
    assert decode_text(bytes.fromhex(data), codepage) == text


@given(st.binary(max_size=30), CODES)
def test_decoding_never_fails(data: bytes, codepage: int) -> None:
    assert isinstance(decode_text(data, codepage), str)


@given(st.text(max_size=20), CODES)
def test_encoding_never_fails(text: str, codepage: int) -> None:
    assert isinstance(encode_text(text, codepage), bytes)


@given(st.text())
def test_utf8_carries_every_text(text: str) -> None:
    assert decode_text(encode_text(text, UTF8), UTF8) == text


def test_letters_a_code_page_lacks_become_question_marks() -> None:
    assert encode_text("a日b", 1252) == b"a?b"


def test_bytes_that_are_not_of_the_code_page_are_read_as_western_text() -> None:
    assert decode_text(b"caf\xe9", UTF8) == "café"
    assert decode_text(b"\x81", UTF8) == "\x81"


def test_a_code_page_nobody_has_is_unknown() -> None:
    with pytest.raises(UnknownCpid):
        codec_name(4711)


def test_code_page_zero_is_this_systems_own() -> None:
    assert codec_name(0) == "utf-8"
