"""How one body of a message becomes another: the converters of `bodies`, each loaded when it is first needed.

HTML and text go into RTF so that they come out as they were ([MS-OXRTFEX]); RTF that carries neither is rendered, with
its pictures inside the HTML. What is damaged is converted to nothing, and the other bodies stay.
"""

from __future__ import annotations

from typing import Final

from mapix.objects.bags.bodies import Body, register
from mapix.properties.codepage import codec_name, decode_text
from mapix.properties.errors import CorruptData, UnknownCpid

_WORTH_PACKING: Final = 4096
"""Bytes of RTF below which it is kept as it is (M-046)."""


def text_of_html(html: bytes, codepage: int) -> str:
    """The words of HTML."""
    from mapix.formats.html import to_text

    return to_text(decode_text(html, codepage))


def rtf_of_html(html: bytes, codepage: int) -> bytes:
    """Compressed RTF that carries HTML."""
    from mapix.formats.rtf import encapsulate_html

    return _packed(encapsulate_html(decode_text(html, codepage)))


def html_of_text(text: str, codepage: int) -> bytes:
    """An HTML document that reads like a text; what the code page does not have is written by number."""
    from mapix.formats.html import document, from_text

    return encoded_html(document(from_text(text)), codepage)


def rtf_of_text(text: str, codepage: int) -> bytes:
    """Compressed RTF that carries a text."""
    from mapix.formats.rtf import encapsulate_text

    return _packed(encapsulate_text(text))


def html_of_rtf(packed: bytes, codepage: int) -> bytes | None:
    """The HTML that compressed RTF carries or looks like; None where it is no compressed RTF."""
    from mapix.formats.rtf import to_html

    rtf = rtf_of(packed)
    return None if rtf is None else encoded_html(to_html(rtf, embed=True).html, codepage)


def text_of_rtf(packed: bytes, codepage: int) -> str | None:
    """The words of compressed RTF; None where it is no compressed RTF."""
    from mapix.formats.rtf import to_text

    rtf = rtf_of(packed)
    return None if rtf is None else to_text(rtf)


def rtf_of(packed: bytes) -> bytes | None:
    """The RTF in a value of PR_RTF_COMPRESSED; None where there is none."""
    from mapix.formats.rtf import decompress

    try:
        rtf = decompress(packed).value
    except CorruptData:
        return None
    return rtf if rtf.lstrip(b"\0 \r\n\t").startswith(b"{\\rtf") else None


def register_all() -> None:
    """Let every body follow from every other one."""
    register(Body.HTML, Body.PLAIN, text_of_html)
    register(Body.HTML, Body.RTF, rtf_of_html)
    register(Body.PLAIN, Body.HTML, html_of_text)
    register(Body.PLAIN, Body.RTF, rtf_of_text)
    register(Body.RTF, Body.HTML, html_of_rtf)
    register(Body.RTF, Body.PLAIN, text_of_rtf)


def _packed(rtf: bytes) -> bytes:
    from mapix.formats.rtf import compress, uncompressed

    return uncompressed(rtf) if len(rtf) < _WORTH_PACKING else compress(rtf)


def encoded_html(html: str, codepage: int) -> bytes:
    """HTML in a code page. Characters it lacks become references, which mean the same."""
    try:
        return html.encode(codec_name(codepage), "xmlcharrefreplace")
    except (UnknownCpid, UnicodeError):
        return html.encode("utf-8", "replace")
