"""HTML and text taken out of RTF that carries them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.rtf.realmail import needs_corpus, rtf_and_text

from mapix.formats.rtf.encapsulated import de_encapsulate, origin

HEAD = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset204 Courier;}"
    rb"{\f2\fcharset128 MS Gothic;}{\f3\fcharset2 Symbol;}}{\colortbl\red0\green0\blue0;}\uc1\pard\plain\f0 "
)


def html(body: bytes) -> str:
    found = de_encapsulate(HEAD + body + b"}")
    assert found is not None
    assert found.html is not None
    return found.html


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rb"{\*\htmltag64 <p>}one{\*\htmltag72 </p>}", "<p>one</p>"),
        (rb"{\*\htmltag64 <p>}\htmlrtf {\b\htmlrtf0 one\htmlrtf }\htmlrtf0{\*\htmltag72 </p>}", "<p>one</p>"),
        (rb"{\*\mhtmltag84 <a href=cid>}{\*\htmltag84 <a href=x>}t", "<a href=x>t"),
        (rb"{\*\htmltag4 \par }{\*\htmltag84 &lt;}\htmlrtf <\htmlrtf0 x", "\r\n&lt;x"),
        (rb"a\par b\line c\tab d", "a\r\nb\r\nc\td"),
        (rb"\{ \} \\ \~ \_ \lquote \rdblquote \emdash \bullet ", "{ } \\ &nbsp; &shy; &lsquo;&rdquo;&mdash;&bull;"),
        (rb"{\*\htmltag84 a\~b\emdash }", "a\u00a0b\u2014"),
        (rb"{\*\htmltag84 <x y='\{\}'>}", "<x y='{}'>"),
        (rb"{\*\unknown {\b hidden}}{\pict 0102}{\info{\title t}}shown", "shown"),
        (rb"\'e4{\f1\'e4}\'e4", "\u00e4\u0434\u00e4"),
        (rb"{\f1 {\*\htmltag84 \'e4}}", "\u00e4"),
        (rb"{\f2\'83\'41\'83A}", "\u30a2\u30a2"),
        (rb"{\f3\'a7}", "\uf0a7"),
        (rb"\u1076?x\u1076\'64y{\uc2\u1076 ab}z{\uc0\u1076}w", "\u0434x\u0434y\u0434z\u0434w"),
        (rb"\u-10179?\u-8704?", "\U0001f600"),
        (rb"\u-10179?lone", "\ufffdlone"),
        (rb"\htmlrtf \u8364?\htmlrtf0 kept{\info \u8364?}", "kept"),
        (rb"a\bin3 }}}b", "ab"),
        (b"one\r\ntwo\\\nthree", "onetwo\r\nthree"),
        (b"\r\n\\par x", "\r\nx"),
        (rb"\htmlrtf {\htmlrtf0 {\f1\'e4}\'e4\htmlrtf }\htmlrtf0 x", "\u0434\u00e4x"),
        (rb"\htmlrtf{\htmlrtf0 \f1\'e4\htmlrtf }\htmlrtf0\'e4", "\u0434\u00e4"),
        (rb"{\*\htmltag84 a\htmlrtf {\htmlrtf0 b\htmlrtf }\htmlrtf0 c}", "abc"),
        (rb"{\*\htmlrtf {\htmlrtf0 a}b}c", "c"),
        (rb"{\info \htmlrtf {\htmlrtf0 a}b}c", "c"),
        (rb"{\fonttbl\htmlrtf {\htmlrtf0\f1\fcharset161 G;}}{\f1\'e4}", "\u03b4"),
    ],
)
def test_each_part_becomes_what_it_was(body: bytes, expected: str) -> None:
    """[MS-OXRTFEX] 2.2.3.2."""
    assert html(body) == expected


def test_text_is_taken_out_as_text() -> None:
    """[MS-OXRTFEX] 2.2.3.3."""
    found = de_encapsulate(rb"{\rtf1\ansi\ansicpg1251\fromtext \pard one\par \'e4 \lquote x\rquote\~y}")
    assert found is not None
    assert found.html is None
    assert found.text == "one\r\n\u0434 \u2018x\u2019\u00a0y"
    assert found.codepage == 1251


def test_rtf_that_carries_nothing_is_told_apart() -> None:
    """[MS-OXRTFEX] 2.2.3.1."""
    assert origin(rb"{\rtf1\ansi hello}") is None
    assert de_encapsulate(rb"{\rtf1\ansi{\fonttbl{\f0 A;}} \fromhtml1 too late}") is None
    assert de_encapsulate(b"") is None


pieces = st.sampled_from(
    [
        b"{",
        b"}",
        rb"\htmlrtf ",
        rb"\htmlrtf0 ",
        rb"{\*\htmltag84 ",
        rb"\u-10179 ",
        rb"\'8",
        rb"\'83",
        rb"\f2 ",
        rb"\uc9 ",
        rb"\bin99999 ",
        rb"\*",
        b"\\",
        rb"\par",
        b"text",
        rb"{\fonttbl{\f0\fcharset",
        rb"\ansicpg1 ",
        rb"\u99999999 ",
    ]
)


@given(st.lists(pieces | st.binary(max_size=6), max_size=60))
def test_whatever_comes_there_is_text(parts: list[bytes]) -> None:
    text = html(b"".join(parts))
    assert text.encode("utf-8").decode("utf-8") == text


@pytest.mark.parametrize(
    "body", [b"{" * 500_000, b"{\\*" * 200_000, b"\\'83" * 200_000, b"{\\*\\htmltag84 " * 60_000, b"\\u1 " * 200_000]
)
def test_hostile_text_takes_time_in_proportion(body: bytes) -> None:
    begun = time.thread_time()
    html(body)
    assert time.thread_time() - begun < 20


@needs_corpus
def test_text_of_real_messages_is_the_text_that_stands_beside_it() -> None:
    compared = 0
    for name, rtf, text in rtf_and_text():
        found = de_encapsulate(rtf)
        if found is None or found.text is None:
            continue
        assert found.text.split() == text.split(), name
        compared += 1
    assert compared >= 10
