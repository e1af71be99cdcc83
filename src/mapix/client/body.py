"""Bodies at the client face: text and HTML of a message, each from the other where it is missing."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from mapix.interfaces.prop import MapiProp
from mapix.properties import tags as t
from mapix.properties.codepage import UTF8, decode_text

if TYPE_CHECKING:
    from mapix.client.message import Message

_HIDDEN = re.compile(r"(?is)<(script|style|head|title)\b.*?</\1\s*>|<!--.*?-->")
_BREAK = re.compile(r"(?i)<(?:br|/p|/div|/tr|/h[1-6]|/li)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")


def text_of(message: MapiProp) -> str | None:
    """PR_BODY, or the words of the HTML."""
    text: str | None = message.get_prop(t.PR_BODY)
    if text is not None:
        return text
    html = html_of(message)
    return None if html is None else plain(html)


def html_of(message: MapiProp) -> str | None:
    """PR_HTML in its code page (P-046)."""
    data = message.get_prop(t.PR_HTML)
    return None if data is None else decode_text(data, message.get_prop(t.PR_INTERNET_CPID, UTF8))


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
