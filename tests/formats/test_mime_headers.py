"""Header fields: folded, encoded, and read again."""

import email
import re
from email.header import decode_header, make_header
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.mime_cases import LINES, NOON

from mapix.formats.mime.dates import date_text, parse_date
from mapix.formats.mime.headers import decode_words, encode_words, field, header_text, loose_base64
from mapix.properties.times import MAX_TICKS

ENCODED_WORD = re.compile(r"=\?utf-8\?[bq]\?[!->@-~]*\?=")


def unfolded(line: str) -> str:
    """The value of a field made by `field`, as a reader gets it."""
    return header_text(line.partition(":")[2])


@given(LINES)
def test_a_subject_comes_back(text: str) -> None:
    assert unfolded(field("Subject", text)) == text


@given(st.text(max_size=200))
def test_a_field_is_ascii_in_short_lines_that_start_nothing_new(text: str) -> None:
    line = field("Subject", text)
    assert line.isascii()
    first, *rest = line.split("\r\n")
    assert first.startswith("Subject:")
    assert all(re.match(r"[ \t]+[!-~]", each) for each in rest)
    assert "\n" not in line.replace("\r\n", "")
    assert "\r" not in line.replace("\r\n", "")
    assert max(map(len, line.split("\r\n"))) <= 78 or " " not in text.strip()


@given(LINES.filter(lambda text: not text.isascii()))
def test_the_standard_library_reads_encoded_words_alike(text: str) -> None:
    words = encode_words(text, 9)
    assert str(make_header(decode_header(words.replace("\r\n ", "\r\n ")))) == text


@given(st.text(max_size=300), st.integers(0, 70))
def test_an_encoded_word_has_at_most_75_columns(text: str, used: int) -> None:
    for word in encode_words(text, used).split("\r\n "):
        assert len(word) <= 75
        assert ENCODED_WORD.fullmatch(word)


def test_plain_text_stays_plain() -> None:
    assert field("Subject", "Budget for 2026: a draft") == "Subject: Budget for 2026: a draft"


def test_long_plain_text_is_folded_at_spaces() -> None:
    lines = field("Subject", "many words " * 20).split("\r\n")
    assert len(lines) > 2
    assert max(map(len, lines)) <= 78


def test_text_that_looks_encoded_is_encoded() -> None:
    assert unfolded(field("Subject", "=?utf-8?q?no?=")) == "=?utf-8?q?no?="


@pytest.mark.parametrize(
    "text", ["a\r\nBcc: x@y.test", "a\nb", "a\rb", "a\x00b", "a\u2028b", "a\x0bb\x0cc", "\r\n\r\nbody"]
)
def test_line_ends_become_spaces(text: str) -> None:
    message = email.message_from_string(field("Subject", text) + "\r\n\r\n", policy=default)
    assert list(message.keys()) == ["Subject"]
    assert not message.get_payload().strip()


def test_a_word_too_long_for_a_line_is_encoded() -> None:
    assert max(map(len, field("Subject", "x" * 5000).split("\r\n"))) <= 78
    assert unfolded(field("Subject", "x" * 5000)) == "x" * 5000


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?iso-8859-1?Q?Gr=FC=DFe?=", "Grüße"),
        ("=?ISO-8859-1?q?a?= =?iso-8859-1?q?b?=", "ab"),
        ("=?utf-8?q?a?= plain =?utf-8?b?Yg==?=", "a plain b"),
        ("=?utf-8?b?w7w?= =?utf-8?q?=C3?= =?utf-8?q?=BC?=", "üü"),
        ("=?utf-8*de?Q?=C3=BC?=", "ü"),
        ("=?gb2312?B?1tDOxA==?=", "中文"),
        ("=?unknown-8bit?q?=FC?=", "ü"),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ("=?utf-8?q?unfinished", "=?utf-8?q?unfinished"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?punycode?q?abc-?=", "abc-"),
        ("a =?utf-8?q?b_c?= d", "a b c d"),
    ],
)
def test_encoded_words_are_read_generously(raw: str, text: str) -> None:
    assert decode_words(raw) == text


def test_raw_bytes_in_a_header_are_read() -> None:
    raw = "Gr\udcc3\udcbc\udcc3\udc9fe"
    assert header_text(raw) == "Grüße"
    assert header_text("Gr\udcfc\udcdfe", "iso-8859-1") == "Grüße"


@given(st.text(st.sampled_from("=?utf-8bqBQ?_ \r\nA=FC"), max_size=80))
def test_no_text_breaks_the_reader_of_words(text: str) -> None:
    assert "\n" not in header_text(text)


def test_a_great_many_half_words_are_read_in_time() -> None:
    assert decode_words("=?a?q?" * 50_000).startswith("=?a?q?")


@given(st.binary(max_size=40))
def test_loose_base64_reads_any_bytes(data: bytes) -> None:
    assert isinstance(loose_base64(data), bytes)


@given(st.integers(0, 2_650_467_743_999_999_999).map(lambda ticks: ticks - ticks % 10_000_000))
def test_a_date_comes_back_to_the_second(ticks: int) -> None:
    text = date_text(ticks)
    assert text is not None
    assert parse_date(text) == ticks


def test_a_date_is_what_the_standard_asks_for() -> None:
    assert date_text(NOON) == "Thu, 02 Jan 2020 12:00:00 +0000"
    assert date_text(MAX_TICKS) is None


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 2 Jan 2020 12:00:00 GMT",
        "2 Jan 2020 13:00 +0100",
        "Thu, 02 Jan 2020 12:00:00 +0000 (comment)",
        "2020-01-02T12:00:00Z",
        "2020-01-02T12:00:00.000",
    ],
)
def test_dates_are_read_in_the_forms_found(text: str) -> None:
    assert parse_date(text) == NOON


@pytest.mark.parametrize("text", ["", "yesterday", "99 Foo 20 99:99", "1 Jan 1500 00:00 +0000", "1 Jan 99999 00:00:00"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader_of_dates(text: str) -> None:
    assert parse_date(text) is None or isinstance(parse_date(text), int)
