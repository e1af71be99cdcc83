"""Damaged bodies: of what is written here, and of real messages; they end in text, HTML or a MAPI error."""

from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples

from mapix.formats.html import to_text as text_of_html
from mapix.formats.msg import MsgFile
from mapix.formats.rtf import compress, decompress, encapsulate_html, encapsulate_text, to_html, to_text, uncompressed
from mapix.objects.bags.bodies import Body, converted
from mapix.properties import tags
from mapix.properties.errors import CorruptData
from mapix.properties.value import whole

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpora" / "msg"
PAGE = "<html><body><p>One <b>two</b> &amp; \u2211<ul><li>x</ul><table><tr><td>1<td>2</table><pre>a\n b</pre>"
RICH = (
    rb"{\rtf1\ansi{\fonttbl{\f0 A;}{\f1\fcharset128 B;}}{\colortbl;\red9\green9\blue9;}\trowd\cellx9\intbl a\cell\row"
    rb"\pard{\field{\*\fldinst HYPERLINK {x}}{\fldrslt y}}{\pict\pngblip 00}{\pntext 1.}b\u8364?\'83\'41\par}"
)


@cache
def bodies() -> tuple[bytes, ...]:
    """Values of PR_RTF_COMPRESSED: ours, and short ones of real messages."""
    made = [encapsulate_html(PAGE), encapsulate_text("one\ntwo \u00e4"), RICH, b""]
    found = [compress(rtf) for rtf in made] + [uncompressed(rtf) for rtf in made]
    for path in sorted(CORPUS.glob("*/*.msg")) if CORPUS.is_dir() else ():
        if "clusterfuzz" not in path.name:
            with MsgFile.open(path) as file:
                value = file.message.get(tags.PR_RTF_COMPRESSED)
                packed = whole(tags.PR_RTF_COMPRESSED, value) if value else b""
            if 0 < len(packed) < 4000:
                found.append(packed)
    return tuple(found)


def mutant(data: st.DataObject, sound: bytes) -> bytes:
    """A body with bytes changed, taken out, doubled, or cut off."""
    body = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body)))
        kind = data.draw(st.sampled_from(("flip", "cut", "double", "insert", "end")))
        if kind == "flip" and place < len(body):
            body[place] ^= 1 << data.draw(st.integers(0, 7))
        elif kind == "cut":
            del body[place : place + data.draw(st.integers(1, 40))]
        elif kind == "double":
            body[place:place] = body[place : place + data.draw(st.integers(1, 200))]
        elif kind == "insert":
            body[place:place] = data.draw(st.binary(min_size=1, max_size=8))
        else:
            del body[place:]
    return bytes(body)


@settings(max_examples=examples(150))
@given(st.data())
def test_damaged_packed_bodies_are_read_or_refused(data: st.DataObject) -> None:
    """M-041: what cannot be read becomes nothing, never something out of bounds."""
    packed = mutant(data, data.draw(st.sampled_from(bodies())))
    try:
        found = decompress(packed)
    except CorruptData:
        assert converted(Body.RTF, Body.PLAIN, packed) is None
        return
    assert len(found.value) <= 9 * len(packed) + 18
    text, html = converted(Body.RTF, Body.PLAIN, packed), converted(Body.RTF, Body.HTML, packed)
    assert (text is None) == (html is None)
    assert text is None or len(text) <= 10 * len(found.value) + 10_000


@settings(max_examples=examples(150))
@given(st.data())
def test_damaged_documents_are_shown(data: st.DataObject) -> None:
    """[MS-OXRTFEX], [MSFT-RTF]: text and HTML of whatever there is."""
    rtf = mutant(data, decompress(data.draw(st.sampled_from(bodies()))).value)
    html = to_html(rtf).html
    assert len(html) <= 40 * len(rtf) + 200_000
    assert len(to_text(rtf)) <= 10 * len(rtf) + 10_000
    assert len(text_of_html(html)) <= 60 * len(html) + 100


@given(st.data())
def test_damaged_html_comes_out_of_rtf_as_damaged_as_it_was(data: st.DataObject) -> None:
    """[MS-OXRTFEX] 2.2.2."""
    html = mutant(data, PAGE.encode()).decode("utf-8", "replace")
    assert to_html(encapsulate_html(html)).html == html
