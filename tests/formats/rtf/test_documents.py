"""What documents of word processors have besides letters: merged cells, notes, boxes, lists, fields, bookmarks."""

import time

import pytest

from mapix.formats.rtf import attachment_places, to_html, to_text

from .test_render import HEAD, both, html, text

TD = '<td valign="top">'
LISTS = (
    rb"{\*\listtable{\list{\listlevel\levelnfc0\levelstartat3{\leveltext\'02\'00.;}{\levelnumbers\'01;}}"
    rb"{\listlevel\levelnfc2}{\listlevel\levelnfc3}\listid77}{\list{\listlevel\levelnfcn23}{\listlevel\levelnfc255}"
    rb"\listid5}}{\*\listoverridetable{\listoverride\listid77\listoverridecount0\ls1}{\listoverride\listid5\ls2}}"
)


def box(inner: str) -> str:
    return f'<div style="border:1px solid;padding:3pt">|{inner}|</div>|'


@pytest.mark.parametrize(
    ("body", "expected", "words"),
    [
        (rb"\trowd\clvmgf\cellx1\cellx2\intbl a\cell b\cell\row"
         rb"\trowd\clvmrg\cellx1\cellx2\intbl\cell c\cell\row\pard x",
         f'<table>|<tr><td rowspan="2" valign="top"><div>a</div>|</td>{TD}<div>b</div>|</td></tr>|'
         f"<tr>{TD}<div>c</div>|</td></tr>|</table>|<div>x</div>", "a\tb|\tc|x"),
        (rb"\trowd\clmgf\clvmgf\cellx1\clmrg\clvmgf\cellx2\intbl a\cell\cell\row"
         rb"\trowd\clmgf\clvmrg\cellx1\clmrg\clvmrg\cellx2\intbl\cell\cell\row\pard x",
         '<table>|<tr><td colspan="2" rowspan="2" valign="top"><div>a</div>|</td></tr>|<tr></tr>|</table>|<div>x</div>',
         "a\t|\t|x"),
        (rb"\trowd\clvmrg\cellx1\intbl a\cell\row\trowd\clvmrg\cellx1\intbl b\cell\row\trowd\cellx1\intbl c\cell\row",
         f'<table>|<tr><td rowspan="2" valign="top"><div>a</div>|<div>b</div>|</td></tr>|<tr></tr>|'
         f"<tr>{TD}<div>c</div>|</td></tr>|</table>", "a|b|c"),
    ],
)  # fmt: skip
def test_cells_merged_downwards_are_one(body: bytes, expected: str, words: str) -> None:
    """[MSFT-RTF] table cells: what a merged cell holds nevertheless is not lost."""
    assert both(body) == (expected, words)


@pytest.mark.parametrize(
    ("body", "expected", "words"),
    [
        (rb"T{\super\chftn{\footnote\pard\plain{\super\chftn} One\par more}}"
         rb" on{\chftn{\footnote\ftnalt\chftn  Two}}.\par",
         '<div>T<sup><a id="noteref1" href="#note1">1</a></sup> on<a id="noteref2" href="#note2">2</a>.</div>|<hr>|'
         '<div><sup><a id="note1" href="#noteref1">1</a></sup> One</div>|<div>more</div>|'
         '<div><a id="note2" href="#noteref2">2</a> Two</div>',
         "T[1] on[2].||[1] One|more|[2] Two"),
        (rb"\chftn\chftn{\footnote\chftn\chftn{\footnote deeper}}",
         '<div><a id="noteref1" href="#note1">1</a>1</div>|<hr>|<div><a id="note1" href="#noteref1">1</a>1deeper</div>',
         "[1]1||[1]1deeper"),
        (rb"x{\super *{\footnote * Starred}}", "<div>x<sup>*</sup></div>|<hr>|<div>* Starred</div>", "x*||* Starred"),
        (rb"\trowd\cellx1\intbl c{\footnote\trowd\cellx1\intbl n\cell\row}\cell\row",
         f"<table>|<tr>{TD}<div>c</div>|</td></tr>|</table>|<hr>|<table>|<tr>{TD}<div>n</div>|</td></tr>|</table>",
         "c||n"),
        (rb"a{\footnote b", "<div>a</div>|<hr>|<div>b</div>", "a||b"),
    ],
)  # fmt: skip
def test_notes_stand_at_the_end_and_their_marks_lead_there_and_back(body: bytes, expected: str, words: str) -> None:
    """[MSFT-RTF] footnotes and endnotes."""
    assert both(body) == (expected, words)


@pytest.mark.parametrize(
    ("body", "expected", "words"),
    [
        (rb"a {\shp{\*\shpinst\shpleft1{\sp{\sn n}{\sv 1}}{\shptxt\pard\plain In\par two\par}}"
         rb"{\shprslt{\*\do\dptxbx{\dptxbxtext again\par}}}}b\par",
         box("<div>In</div>|<div>two</div>") + "<div>a b</div>", "In|two|a b"),
        (rb"{\*\do\dobxpage\dptxbx{\dptxbxtext\pard old\par}\dpx0}b\par",
         box("<div>old</div>") + "<div>b</div>", "old|b"),
        (rb"{\shpgrp{\*\shpinst{\shp{\*\shpinst{\shptxt in\par}{\*\other no}}}}}b",
         box("<div>in</div>") + "<div>b</div>", "in|b"),
        (rb"{\shp{\*\shpinst{\sp{\sn pib}{\sv{\pict\pngblip 0a}}}}{\shprslt{\pict\pngblip 0a}}}b",
         '<div><img src="cid:image001@rtf.body" alt="">b</div>', "b"),
    ],
)  # fmt: skip
def test_boxes_of_drawings_stand_before_the_paragraph_that_has_them(body: bytes, expected: str, words: str) -> None:
    """[MSFT-RTF] Word 97 drawing objects and older ones: text and pictures once."""
    assert both(body) == (expected, words)


def test_places_of_attachments_are_right_in_boxes_and_notes() -> None:
    """M-045."""
    rtf = HEAD + rb"a{\footnote n\objattph  }{\shp{\*\shpinst{\shptxt b\objattph  c\par}}}d\objattph  \par e}"
    shown = to_text(rtf)
    assert shown == "b c\r\nad \r\ne\r\n\r\nn "
    assert sorted(attachment_places(rtf)) == [1, 7, len(shown) - 1]


def test_items_whose_signs_the_reader_makes_are_counted() -> None:
    """[MSFT-RTF] list tables; a level begins anew below the next item above it."""
    body = LISTS + rb"\ls1 a\par\ilvl1 b\par c\par\ilvl0 d\par\ilvl1 e\par\pard\ls2 f\par\ilvl1 g\par\pard\ls9 h\par"
    assert text(body) == "\r\n".join(("3. a", "i. b", "ii. c", "4. d", "i. e", "* f", "g", "h"))
    assert (
        '<ol start="3">\r\n<li>a<ol type="i">\r\n<li>b</li>\r\n<li>c</li></ol>\r\n</li>\r\n<li>d<ol type="i">'
        in html(body)
    )
    letters = LISTS + rb"\ls1\ilvl2 x\par\ilvl2 y\par"
    assert text(letters) == "A. x\r\nB. y"
    assert text(LISTS + rb"{\listtext 7)\tab}\ls1 a\par") == "7) a"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rb'{\field{\*\fldinst SYMBOL 183 \\f "Symbol" \\s 10 \\h}{\fldrslt }}x', "\u2022x"),
        (rb'{\field{\*\fldinst SYMBOL 0xE9}}{\field{\*\fldinst SYMBOL 8364 \\u}}', "\xe9\u20ac"),
        (rb'{\field{\*\fldinst SYMBOL 183 \\f "Symbol"}{\fldrslt s}}', "s"),
        (rb'{\field{\*\fldinst SYMBOL 55296 \\u}{\fldrslt }}{\field{\*\fldinst SYMBOL x}}y', "y"),
        (rb'{\field{\*\fldinst HYPERLINK \\o "tip" "http://z" \\t "_new"}{\fldrslt z}}', '<a href="http://z">z</a>'),
        (rb'{\field{\*\fldinst HYPERLINK "http://z" \\* MERGEFORMAT \\l "t"}{\fldrslt z}}', '<a href="http://z#t">z</a>'),
        (rb'{\field{\*\fldinst INCLUDEPICTURE \\* MERGEFORMAT "http://x/y.png" \\d}{\fldrslt }}',
         '<img src="http://x/y.png" alt="">'),
        (rb'{\field{\*\fldinst INCLUDEPICTURE "C:\\\\x.png"}{\fldrslt }}x', "x"),
        (rb'{\field{\*\fldinst INCLUDEPICTURE "http://x"}{\fldrslt{\pict\pngblip 0a}}}',
         '<img src="cid:image001@rtf.body" alt="">'),
        (rb'{\*\bkmkstart top}Top{\*\bkmkend top}{\field{\*\fldinst HYPERLINK \\l "top"}{\fldrslt up}}',
         '<a id="top"></a>Top<a href="#top">up</a>'),
        (rb"a{\deleted b}c{\header no}{\footerf no}", "a<s>b</s>c"),
    ],
)  # fmt: skip
def test_fields_and_bookmarks_are_what_readers_see(body: bytes, expected: str) -> None:
    """[MSFT-RTF] fields, bookmarks; switches are no targets, and a result is shown rather than what it was made of."""
    assert html(body) == f"<div>{expected}</div>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rb"{\f2\'83}{\f2\'41\'83}{\b\f2 A}", "\u30a2\u30a2"),
        (rb"{\f2\'83}x", "\ufffdx"),
        (rb"{\f2\'83}\par x", "\ufffd\r\nx"),
        (rb"{\f2\'83}\u65?", "\ufffdA"),
        (rb"{\f2\'83\'83\'83}", "\u30e3\ufffd"),
    ],
)
def test_letters_of_two_bytes_may_stand_in_two_groups(body: bytes, expected: str) -> None:
    """[MSFT-RTF] double-byte code pages: the looks may change between the bytes."""
    assert text(body) == expected


@pytest.mark.parametrize(
    "piece",
    [
        rb"{\footnote\chftn ",
        rb"{\shp{\*\shpinst{\shptxt ",
        rb"x{\footnote a}\chftn",
        rb"\trowd\clvmrg\cellx1\intbl\cell\row",
        rb"{\field{\*\fldinst SYMBOL 183}",
        rb'{\field{\*\fldinst HYPERLINK "',
        rb"{\*\bkmkstart a}",
        rb"\ls1\ilvl8 a\par",
        rb"{\f2\'83}",
        rb"{\*\listtable{\list{\listlevel\listid1",
    ],
)
def test_hostile_documents_take_time_as_they_are_long(piece: bytes) -> None:
    """Ten times as much takes no more than some thirty times as long, whatever is nested."""
    times = []
    for count in (300, 3_000):
        rtf = HEAD + LISTS + piece * count
        begun = time.process_time()
        to_html(rtf)
        to_text(rtf)
        times.append(time.process_time() - begun)
    assert times[1] < 30 * times[0] + 0.3
