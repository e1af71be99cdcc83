"""Coverage-guided fuzzing of RTF: `python fuzz/fuzz_rtf.py -max_total_time=300`.

The first byte of an input says whether it is a whole document, or stands behind the head of one that carries HTML, or
of one that does not. Whatever comes in, HTML and text come out, no longer than they may be, with elements that are
closed. Needs atheris; `make fuzz` runs it.
"""

from __future__ import annotations

from typing import Final

from running import instrumented, run

with instrumented():
    from mapix.formats.rtf import attachment_places, de_encapsulate, to_html, to_text

MOST: Final = 100_000
FONTS: Final = (
    rb"{\fonttbl{\f0\fswiss Arial;}{\f1\fcharset204 Courier;}{\f2\fcharset128 Gothic;}{\f3\fcharset2 Symbol;}}"
)
HEADS: Final = (
    b"",
    rb"{\rtf1\ansi\ansicpg1252\deff0" + FONTS + rb"{\colortbl;\red255\green0\blue0;}\uc1\pard ",
    rb"{\rtf1\ansi\ansicpg932\fromhtml1 \deff0" + FONTS + rb"\uc1\pard\plain\f0 ",
    rb"{\rtf1\ansi\fromtext \deff0" + FONTS + rb"\pard ",
)


def one_input(data: bytes) -> None:
    """Read one input behind the head it asks for."""
    if 1 < len(data) < MOST:
        judge(HEADS[data[0] % len(HEADS)] + data[1:])


def judge(data: bytes) -> None:
    """HTML and text come out, bounded and whole."""
    page, words = to_html(data), to_text(data)
    page.html.encode("utf-8")
    words.encode("utf-8")
    assert len(words) <= 10 * len(data) + 10_000, "more text than there can be"
    assert len(page.html) <= 40 * len(data) + 200_000, "more HTML than there can be"
    assert min(attachment_places(data), default=0) >= 0
    if de_encapsulate(data) is None:
        for name in ("div", "table", "tr", "td", "ul", "ol", "span", "a"):
            opened = page.html.count(f"<{name}>") + page.html.count(f"<{name} ")
            assert opened == page.html.count(f"</{name}>"), f"{name} is not closed"
        assert sum(len(one.data) for one in page.pictures) <= len(data) + 54 * len(page.pictures)


def seeds() -> list[bytes]:
    """A little of everything."""
    bodies = [
        rb"{\b bold}{\i\ul\strike x}{\super 2}{\v h}\fs40\cf1\highlight1 x\plain y}",
        rb"a\par\pard\qc\li720\fi-360 b\par{\pntext\f3\'B7\tab}c\par{\listtext 1.\tab}\ls1\ilvl1 d\par}",
        rb"\trowd\clbrdrt\clmgf\cellx1\clmrg\cellx2\intbl a\cell"
        rb"{\itap2 b\nestcell{\*\nesttableprops\nestrow}}c\cell\row}",
        rb'{\field{\*\fldinst HYPERLINK "http://x" \\l "y"}{\fldrslt z}}\objattph  x}',
        rb"{\*\shppict{\pict\pngblip\picwgoal100 0a0b}}{\pict\dibitmap0\bin3 {}}{\object{\*\objdata 00}{\result r}}}",
        rb"\'e4{\f1\'e4}{\f2\'83\'41}\u1076?{\uc2\u8364 ab}\u-10179?\u-8704?{\upr{a}{\*\ud{\u1?}}}{\rtlch\af1 x}}",
        rb"x{\super\chftn{\footnote\ftnalt\chftn  n\par}}"
        rb"{\shp{\*\shpinst{\sp{\sv{\pict\pngblip 0a}}}{\shptxt b\par}}{\shprslt y}}",
        rb"{\*\do{\dptxbxtext b\par}}\trowd\clvmgf\cellx1\intbl a\cell\row\trowd\clvmrg\cellx1\intbl\cell\row}",
        rb"{\*\listtable{\list{\listlevel\levelnfc2\levelstartat3}\listid7}}"
        rb"{\*\listoverridetable{\listoverride\listid7\ls1}}"
        rb"\ls1 a\par\ilvl1 b\par{\*\bkmkstart t}"
        rb"{\field{\*\fldinst SYMBOL 183 \\f Symbol}{\fldrslt }}{\f2\'83}{\f2\'41}}",
        rb"{\*\htmltag64 <p>}\htmlrtf {\b \htmlrtf0 x\htmlrtf }\htmlrtf0 "
        rb"{\*\mhtmltag64 y}\lquote\par\tab {\*\htmltag84 \'e4}}",
    ]
    return [bytes([number]) + body for number in range(1, 4) for body in bodies]


if __name__ == "__main__":
    run("rtf", one_input, seeds())
