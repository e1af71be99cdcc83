"""Our scanner against the parser of Python's `email`: the same parts and fields in mails put together at random."""

import email
from collections.abc import Iterator
from email.message import Message

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples

from mapix.formats.defects import Defects
from mapix.formats.mime.fieldblock import read_fields
from mapix.formats.mime.source import MemorySource
from mapix.formats.mime.tree import Node, parse, walk

NAMES = st.sampled_from(("Subject", "X-Odd", "To", "received", "Content-Language"))
VALUES = st.text(st.sampled_from('abc :;="<>\t'), max_size=30).map(str.strip).filter(bool)
FOLDS = st.sampled_from(("", "\r\n ", "\r\n\t"))
FIELD = st.tuples(NAMES, VALUES, FOLDS, VALUES).map(lambda one: f"{one[0]}: {one[1]}{one[2]}{one[3]}")
FIELDS = st.lists(FIELD, max_size=4)
LETTERS = st.text(st.sampled_from("ab -\r\n\u00e4"), max_size=40)
TEXTS = LETTERS.map(lambda text: text.replace("\r", "").replace("\n", "\r\n"))


@st.composite
def mails(draw: st.DrawFn, depth: int = 3) -> str:
    """A part with its header, maybe of parts."""
    fields = draw(FIELDS)
    if depth and draw(st.integers(0, 2)):
        boundary = f"b{depth}{draw(st.sampled_from('xyz'))}"
        kind = draw(st.sampled_from(("mixed", "alternative", "related")))
        fields.append(f"Content-Type: multipart/{kind}; boundary={boundary}")
        inside = draw(st.lists(mails(depth - 1), min_size=1, max_size=3))
        preamble = draw(st.sampled_from(("", "preamble\r\n")))
        body = preamble + "".join(f"--{boundary}\r\n{one}\r\n" for one in inside) + f"--{boundary}--\r\n"
    else:
        fields.append("Content-Type: text/plain")
        body = draw(TEXTS).replace("--", "- ")
    return "\r\n".join(fields) + "\r\n\r\n" + body


def leaves(message: Message) -> Iterator[tuple[str, bytes]]:
    for part in message.walk():
        if not part.is_multipart():
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            yield part.get_content_type(), data


def ours(node: Node) -> Iterator[tuple[str, bytes]]:
    for each in walk(node):
        if not each.inside:
            yield each.told()[0], each.raw()


@settings(deadline=None, max_examples=examples(300))
@given(mails())
def test_the_parts_are_those_that_the_standard_library_finds(text: str) -> None:
    data = text.encode()
    assert list(ours(parse(MemorySource(data), Defects()))) == list(leaves(email.message_from_bytes(data)))


@settings(deadline=None, max_examples=examples(300))
@given(st.lists(FIELD, min_size=1, max_size=4), TEXTS)
def test_the_fields_are_those_that_the_standard_library_finds(fields: list[str], text: str) -> None:
    data = ("\r\n".join(fields) + "\r\n\r\n" + text).encode()
    found = read_fields(MemorySource(data), 0, len(data))
    expected = [(name, value.strip(" \t\r\n")) for name, value in email.message_from_bytes(data).items()]
    assert found.items == expected
    assert data[found.body :] == text.encode()


@settings(deadline=None, max_examples=examples(300))
@given(st.binary(max_size=200), st.sampled_from((b"", b"Subject: x\r\n", b"A: 1\n B\nC:2\n\n")))
def test_a_header_and_its_body_are_all_there_is(data: bytes, head: bytes) -> None:
    whole = head + data
    found = read_fields(MemorySource(whole), 0, len(whole))
    assert whole.startswith(found.raw)
    assert whole[len(found.raw) : found.body].strip(b"\r\n") == b""
