"""Bodies at the client face: text and HTML of a message, each from another form where it is missing."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from mapix.interfaces.prop import MapiProp
from mapix.properties import tags as t
from mapix.properties.codepage import UTF8, decode_text
from mapix.properties.errors import CorruptData

if TYPE_CHECKING:
    from mapix.client.message import Message

_HIDDEN = re.compile(r"(?is)<(script|style|head|title)\b.*?</\1\s*>|<!--.*?-->")
_BREAK = re.compile(r"(?i)<(?:br|/p|/div|/tr|/h[1-6]|/li)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")


def text_of(message: MapiProp) -> str | None:
    """PR_BODY, or the words of the HTML, or those of the rich text."""
    text: str | None = message.get_prop(t.PR_BODY)
    if text is not None:
        return text
    html = html_of(message)
    if html is not None:
        return plain(html)
    rtf = _rtf_of(message)
    return None if rtf is None else text_of_rtf(rtf)


def html_of(message: MapiProp) -> str | None:
    """PR_HTML in its code page (P-046), or the HTML that the rich text was made of ([MS-OXRTFEX])."""
    data = message.get_prop(t.PR_HTML)
    if data is not None:
        return decode_text(data, message.get_prop(t.PR_INTERNET_CPID, UTF8))
    rtf = _rtf_of(message)
    return None if rtf is None else html_of_rtf(rtf)


def _rtf_of(message: MapiProp) -> bytes | None:
    """The rich text; None where there is none, or what stands there is not it."""
    packed = message.get_prop(t.PR_RTF_COMPRESSED)
    if not packed:
        return None
    from mapix.formats.rtf import decompress

    try:
        return decompress(packed).value
    except CorruptData:
        return None


def html_of_rtf(rtf: bytes) -> str | None:
    """The HTML that rich text was made of; None where it was made of something else."""
    from mapix.formats.rtf import de_encapsulate

    found = de_encapsulate(rtf)
    return None if found is None else found.html


def text_of_rtf(rtf: bytes) -> str:
    """The words of rich text."""
    from mapix.formats.rtf import plain_text

    return plain_text(rtf)


def set_html(message: Message, html: str | None) -> None:
    """Set PR_HTML as UTF-8, or remove it."""
    if html is not None:
        message.set(t.PR_INTERNET_CPID, UTF8)
    message.set(t.PR_HTML, None if html is None else html.encode())


def plain(html: str) -> str:
    """The words of an HTML text, a line a paragraph."""
    bare = _TAG.sub("", _BREAK.sub("\n", _HIDDEN.sub("", html)))
    lines = (" ".join(line.split()) for line in unescape(bare).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
