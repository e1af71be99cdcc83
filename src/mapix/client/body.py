"""Bodies at the client face: text and HTML of a message.

Messages of stores make one body from another themselves; message files have what is in them, and the rest is made here
by the same converters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Self, cast, overload

from mapix.client.base import PropertyObject
from mapix.client.fields import HasProperties, Text
from mapix.interfaces.prop import MapiProp
from mapix.objects.bags import bodyconverters
from mapix.objects.bags.bodies import Body, best_body, converted
from mapix.properties import tags as t
from mapix.properties.codepage import UTF8, decode_text

if TYPE_CHECKING:
    from mapix.client.message import Message

bodyconverters.register_all()

_HEAD: Final = 4096
"""Letters of a document among which its character set is looked for."""
_CHARSET: Final = re.compile(
    r"(<meta\b[^>]{0,200}?\bcharset\s{0,9}=\s{0,9}[\"']?\s{0,9})(?!utf-?8\b)[\w:.\-]{1,40}", re.ASCII | re.IGNORECASE
)


def text_of(message: MapiProp) -> str | None:
    """PR_BODY, or the words of the HTML, or those of the rich text."""
    text: str | None = message.get_prop(t.PR_BODY)
    if text is None:
        text = _made(message, Body.PLAIN, Body.HTML, Body.RTF)
    return text


def html_of(message: MapiProp) -> str | None:
    """PR_HTML in its code page (P-046), or what the rich text carries or looks like; None for a message of plain text
    alone.
    """
    if message.get_prop(t.PR_NATIVE_BODY_INFO) == Body.PLAIN:
        return None
    data = message.get_prop(t.PR_HTML)
    if data is None and not _carries_text(message):
        data = _made(message, Body.HTML, Body.RTF)
    return None if data is None else decode_text(data, message.get_prop(t.PR_INTERNET_CPID, UTF8))


class PlainText(Text):
    """The words of a message, whichever body has them. As a term they are those of PR_BODY, which stores make of HTML
    and rich text themselves.
    """

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: HasProperties, owner: type) -> str | None: ...
    def __get__(self, instance: HasProperties | None, owner: type) -> Self | str | None:
        return self if instance is None else text_of(cast(RichBody, instance)._bodies)


class RichBody(PropertyObject):
    """What has rich text as a field: a `Message`."""

    @property
    def _bodies(self) -> MapiProp:
        """Where its bodies are read from."""
        return self.mapi

    @property
    def rtf(self) -> bytes | None:
        """The rich text, unpacked, where the message was written so; None where RTF would only repeat text or HTML, or
        cannot be read.
        """
        if self.get(t.PR_NATIVE_BODY_INFO) in (Body.PLAIN, Body.HTML):
            return None
        packed = self.get(t.PR_RTF_COMPRESSED)
        return bodyconverters.rtf_of(packed) if packed else None

    @rtf.setter
    def rtf(self, value: bytes | None) -> None:
        from mapix.formats.rtf import compress

        self.set(t.PR_RTF_COMPRESSED, None if value is None else compress(value))


def _carries_text(message: MapiProp) -> bool:
    """Whether the rich text is plain text in disguise."""
    from mapix.formats.rtf.encapsulated import origin

    rtf = bodyconverters.rtf_of(message.get_prop(t.PR_RTF_COMPRESSED) or b"")
    return rtf is not None and origin(rtf) == "text"


def _made(message: MapiProp, wanted: Body, *sources: Body) -> Any:
    """A body made of the best of `sources` that is there."""
    tags = {Body.HTML: t.PR_HTML, Body.RTF: t.PR_RTF_COMPRESSED}
    present = {body: value for body in sources if (value := message.get_prop(tags[body]))}
    source = best_body(present, in_sync=False)
    if source not in present:
        return None
    return converted(source, wanted, present[source], message.get_prop(t.PR_INTERNET_CPID, UTF8))


def set_html(message: Message, html: str | None) -> None:
    """Set PR_HTML as UTF-8, or remove it. A document that names another character set in its head names UTF-8 then:
    some readers believe that, not PR_INTERNET_CPID.
    """
    if html is not None:
        message.set(t.PR_INTERNET_CPID, UTF8)
    message.set(t.PR_HTML, None if html is None else _naming_utf8(html).encode())


def _naming_utf8(html: str) -> str:
    """`html` with UTF-8 in the place of another character set in its head; ASCII is the same in all of them."""
    if html.isascii():
        return html
    head, rest = html[:_HEAD], html[_HEAD:]
    return _CHARSET.sub(r"\1utf-8", head) + rest
