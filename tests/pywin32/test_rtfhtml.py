"""RTFStreamToHTML in pywin32's way."""

from typing import Any

import pytest

from mapix.pywin32 import mapi, pythoncom

HEAD = rb"{\rtf1\ansi\ansicpg1252\fromhtml1 "


def html(rtf: bytes, skip: int = 0) -> Any:
    stream = pythoncom.CreateStreamOnHGlobal()
    stream.Write(rtf)
    stream.Seek(skip, 0)
    return mapi.RTFStreamToHTML(stream)


@pytest.mark.parametrize(
    ("rtf", "answer"),
    [
        (rb"a\par b}", b"a\r\nb"),
        (rb"a\tab b}", b"a   b"),
        (rb"caf\'e9}", b"caf\xe9"),
        (b"{a}\r\n{b}}", b"ab"),
        (rb"a\htmlrtf hidden\htmlrtf0 b}", b"ab"),
        (rb"\li360 \fi-20{\pntext 1.\tab}a}", b"a"),
        (rb"{\*\htmltag64 <p>}a{\*\htmltag72 </p>}}", b"<p>a</p>"),
        (rb"{\*\mhtmltag84 <a href=x>}{\*\htmltag84 <a href=y>}a{\*\htmltag92 </a>}}", b"<a href=x>a</a>"),
        (rb"{\*\mhtmltag84 <a>}{\*\htmltag64 <p>}{\*\htmltag84 <b>}{\*\htmltag84 <i>}}", b"<a><p><i>"),
    ],
)
def test_html_comes_out_as_pywin32_takes_it_out(rtf: bytes, answer: bytes) -> None:
    assert html(HEAD + rtf) == answer


@pytest.mark.parametrize("rtf", [rb"{\rtf1\ansi a}", rb"{\rtf1\fromtext a}", rb"{\rtf1\fromtext\fromhtml1 a}", b""])
def test_rtf_that_was_not_made_of_html_has_none(rtf: bytes) -> None:
    """The first word about it decides."""
    assert html(rtf) is None


def test_reading_begins_at_the_cursor() -> None:
    assert html(b"skipped" + HEAD + b"a}", 7) == b"a"
