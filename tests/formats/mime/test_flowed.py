"""Text that flows (RFC 3676): joined when it is read, broken again where it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.formats.mime import MimeOptions, from_mime, to_mime
from mapix.formats.mime.bodyform import Flow
from mapix.formats.mime.flowed import flowed, unflowed
from mapix.properties import tags as t

HEAD = b"From: Ann <ann@example.com>\r\nSubject: s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8"
ANEW = MimeOptions(original=False)


def mail(text: bytes, told: bytes = b"; format=flowed") -> bytes:
    return HEAD + told + b"\r\n\r\n" + text


def read(text: bytes, told: bytes = b"; format=flowed") -> str:
    found = from_mime(mail(text, told)).value.get(t.PR_BODY)
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (b"one \r\ntwo\r\nthree", "one two\r\nthree"),
        (b" From the \r\n >start", "From the >start"),
        (b"> quoted \r\n> more\r\n>> deeper \r\n>> still\r\nown", "> quoted more\r\n>> deeper still\r\nown"),
        (b"> quoted \r\nanswer", "> quoted \r\nanswer"),
        (b"the end \r\n-- \r\nAnn", "the end \r\n-- \r\nAnn"),
        (b"> x\r\n> -- \r\n> Ann", "> x\r\n> -- \r\n> Ann"),
        (b"last \r\n", "last "),
        (b"one \n two \nthree\n", "one two three\r\n"),
    ],
)
def test_paragraphs_are_joined_when_text_flows(lines: bytes, joined: str) -> None:
    """RFC 3676 4.1 to 4.5: soft breaks, stuffing, depths of quotes, the signature."""
    assert read(lines).rstrip("\r\n") == joined.rstrip("\r\n")


def test_blanks_that_were_added_with_the_breaks_go() -> None:
    """RFC 3676 4.2."""
    assert read("日本 \r\n語 \r\nで\r\nend".encode(), b"; format=Flowed; DelSp=Yes") == "日本語で\r\nend"


def test_text_that_does_not_say_that_it_flows_stays_in_its_lines() -> None:
    assert read(b"one \r\ntwo", b"") == "one \r\ntwo"
    assert read(b"one \r\ntwo", b"; format=fixed") == "one \r\ntwo"


SAMPLES = (
    b"a word \r\nor two of \r\nwords\r\n\r\n> quoted \r\n> words\r\n-- \r\nAnn\r\n",
    b" >no quote \r\n> a quote \r\nan answer \r\n\r\nodd   \r\nblanks\r\n",
    "日本 \r\n語\r\n".encode(),
)


@pytest.mark.parametrize("text", SAMPLES)
@pytest.mark.parametrize("told", [b"; format=flowed", b"; format=flowed; delsp=yes"])
def test_what_came_flowing_goes_out_in_the_same_lines(text: bytes, told: bytes) -> None:
    """RFC 3676: also where other things of the message were changed."""
    content = from_mime(mail(text, told)).value
    assert to_mime(content) == mail(text, told)
    content.properties[t.PR_SUBJECT] = "changed"
    anew = to_mime(content, options=MimeOptions(original=False))
    head, _, body = anew.partition(b"\r\n\r\n")
    assert told in head
    assert from_mime(anew).value.get(t.PR_BODY) == content.get(t.PR_BODY)
    assert text.isascii() is (body == text)


def test_changed_text_flows_in_lines_that_fit() -> None:
    content = from_mime(mail(b"one \r\ntwo\r\n")).value
    content.properties[t.PR_BODY] = "> " + "more words " * 40 + "end\r\nfine\r\n"
    anew = to_mime(content)
    assert b"; format=flowed\r\n" in anew
    assert max(map(len, anew.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 78
    assert from_mime(anew).value.get(t.PR_BODY) == content.get(t.PR_BODY)
    content.properties[t.PR_BODY] = "blank at the end \r\nof a line\r\n"
    assert b"format=flowed" not in to_mime(content)
    assert from_mime(to_mime(content)).value.get(t.PR_BODY) == content.get(t.PR_BODY)


def test_text_beside_html_flows_too() -> None:
    data = (
        b"Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: text/plain; format=flowed\r\n\r\none \r\ntwo\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        b"<p>one two</p>\r\n--b--\r\n"
    )
    content = from_mime(data).value
    assert content.get(t.PR_BODY) == "one two"
    assert b"format=flowed\r\nContent-Transfer-Encoding: 7bit\r\n\r\none \r\ntwo\r\n" in to_mime(content, options=ANEW)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 30 + " -- " + "b" * 40 + " end",
        "> " + "a" * 30 + " -- " + "b" * 40 + " end",
        "-- " + "b" * 40,
        ">From here",
        ">From " + "here " * 10 + "From there",
        "From here " * 5 + "> end",
        "> -- \r\n> Ann",
    ],
)
def test_no_line_is_broken_so_that_it_means_something_else(text: str) -> None:
    """RFC 3676 4.3, 4.4: a dash between words is no signature, and only lines that need a blank more get one."""
    lines = flowed(text, 20)
    assert unflowed(lines) == text
    assert "-- " not in lines.split("\r\n")


WORDS = st.lists(st.sampled_from(["--", "From", ">", "a" * 9, "b" * 25, "c"]), min_size=1, max_size=12).map(" ".join)


@given(st.lists(st.builds(str.__add__, st.sampled_from(["", ">", "> ", ">> "]), WORDS), max_size=5).map("\r\n".join))
def test_words_come_back_as_they_were(text: str) -> None:
    assert unflowed(flowed(text, 20)) == text


LINES = st.lists(st.text(st.sampled_from("ab >-F\u00e4"), max_size=12), max_size=8).map("\r\n".join)


@given(LINES, st.booleans(), LINES)
def test_how_text_flowed_is_kept_exactly(text: str, delsp: bool, other: str) -> None:
    joined, flow = Flow.of(text, delsp=delsp)
    assert joined == unflowed(text, delsp=delsp)
    again = Flow.load(flow.dump())
    assert again == flow
    lines, told = flow.lines(joined)
    assert lines == text
    assert ("delsp" in told) is delsp
    lines, told = flow.lines(other)
    assert unflowed(lines, delsp="delsp" in told) == other if told else lines == other


@given(st.binary(max_size=40))
def test_bytes_that_tell_no_flow_are_ignored(data: bytes) -> None:
    found = Flow.load(data)
    assert found is None or isinstance(found.lines("a b")[0], str)
