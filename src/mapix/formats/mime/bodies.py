"""The bodies of a message: chosen from its properties for writing, and put into them after reading.

Plain text is PR_BODY. HTML is 0x1013, as bytes in the code page PR_INTERNET_CPID or as text (M-040).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mapix.formats.mime.charsets import charset_of, codepage_of, decode, true_charset
from mapix.formats.mime.headers import LONGEST_WORD, is_plain
from mapix.formats.mime.options import USUAL, MimeOptions
from mapix.formats.mime.parts import Part, base64_pieces, bytes_part, multipart, text_part
from mapix.formats.mime.values import bytes_of, number_of, text_of
from mapix.properties.codepage import UTF8, decode_text
from mapix.properties.content import MessageContent
from mapix.properties.errors import MapiError
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_BODY,
    PR_BODY_HTML,
    PR_HTML,
    PR_INTERNET_CPID,
    PR_RTF_COMPRESSED,
)

if TYPE_CHECKING:
    from mapix.formats.mime.bodyform import Flow

_CID: Final = re.compile(rb"cid:([^\"'\s<>)]+)", re.IGNORECASE)
_META: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{1,40})", re.IGNORECASE)
_SEVERAL: Final = frozenset((20936, 936, 50220, 50221, 50222, 28591, 28599, 20127))
_META_WITHIN: Final = 4096
BODY_CONTENT_ID: Final = PropTag(0x1015001F)
"""PidTagBodyContentId ([MS-OXPROPS] 2.621)."""

WITHOUT_ASCII: Final = frozenset((65000, 1200, 1201, 12000, 12001))
"""Code pages whose bytes are none of ASCII: UTF-7, UTF-16, UTF-32."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """What a message says: text, HTML as bytes and their character set, each where there is one.

    `told` is the character set that the message came in, which its text is written in again where that can say it;
    `identifier` is what others refer to the body by, `pictures` what HTML made of RTF shows, `flow` how the text flowed
    when it came.
    """

    text: str | None = None
    html: bytes | None = None
    charset: str = "utf-8"
    told: str = "utf-8"
    identifier: str = ""
    pictures: tuple[Any, ...] = ()
    flow: Flow | None = None

    def content_ids(self) -> frozenset[str]:
        """The content identifiers that the HTML refers to."""
        return frozenset(found.decode("latin-1") for found in _CID.findall(self.html or b""))


def bodies_of(content: MessageContent) -> Bodies:
    """The bodies of a message to be written; HTML of RTF where there is no other ([MS-OXCMAIL] 2.1.3.1)."""
    props = content.properties
    text = text_of(props, PR_BODY)
    html, charset = _html_of(content)
    if not text and html is None and PR_RTF_COMPRESSED in props:
        found = bodies_of_rtf(bytes_of(props, PR_RTF_COMPRESSED) or b"")
        return found
    pictures: tuple[Any, ...] = ()
    if html is None and PR_RTF_COMPRESSED in props:
        html, charset, pictures = _rich_beside_text(bytes_of(props, PR_RTF_COMPRESSED) or b"")
    told = charset_of(number_of(props, PR_INTERNET_CPID)) or "utf-8"
    identifier = text_of(props, BODY_CONTENT_ID) or ""
    told = "utf-8" if told == "utf-7" else told
    return Bodies(text, html, charset, told, identifier.strip("<> "), pictures)


def _rich_beside_text(data: bytes) -> tuple[bytes | None, str, tuple[Any, ...]]:
    """The HTML of RTF, its character set and pictures; none where the RTF only wraps text, or is damaged."""
    try:
        found = bodies_of_rtf(data)
    except MapiError:
        return None, "utf-8", ()
    return found.html, found.charset, found.pictures


def bodies_of_rtf(data: bytes) -> Bodies:
    """The bodies that compressed RTF shows: what it encapsulates, or else itself as HTML with its text."""
    from mapix.formats.rtf import de_encapsulate, decompress, to_html, to_text

    rtf = decompress(data).value
    found = de_encapsulate(rtf)
    if found is not None and found.html is None:
        return Bodies(found.text or "")
    shown = to_html(rtf)
    return Bodies(to_text(rtf), shown.html.encode("utf-8", "replace"), pictures=tuple(shown.pictures))


def picture_parts(bodies: Bodies) -> list[Part]:
    """The pictures that HTML made of RTF shows, as parts it refers to."""
    return [
        Part(
            [
                f"Content-Type: {each.media_type}",
                "Content-Transfer-Encoding: base64",
                f"Content-ID: <{each.content_id}>",
            ],
            list(base64_pieces([each.data])),
        )
        for each in bodies.pictures
    ]


def text_of_html(bodies: Bodies) -> str:
    """The text that stands beside HTML for those who show no HTML."""
    from mapix.formats.html.to_text import to_text

    return to_text(decode(bodies.html or b"", bodies.charset)[0])


def body_part(
    bodies: Bodies,
    inline: list[Part],
    options: MimeOptions = USUAL,
    within: tuple[str, list[Part]] | None = None,
) -> Part:
    """The bodies as one part: the two alternatives where both are there, inline parts related to the HTML; `within` are
    parts that follow one of the two, `plain` or `html`.
    """
    if bodies.html is None or options.plain_text:
        text = text_of_html(bodies) if not bodies.text and bodies.html is not None else bodies.text
        return _identified(_text(text or "", bodies, options), bodies)
    html = _identified(bytes_part("html", bodies.html, bodies.charset, options.encoding), bodies)
    text = bodies.text
    if text is None and options.alternative:
        text = text_of_html(bodies)
    inline = [*picture_parts(bodies), *inline]
    rich = multipart("related", [html, *inline], ('type="text/html"',)) if inline else html
    if text is None:
        return rich
    plain = _text(text, bodies, options)
    if within is not None and within[0] == "plain":
        plain = multipart("mixed", [plain, *within[1]])
    elif within is not None:
        rich = multipart("mixed", [rich, *within[1]])
    return multipart("alternative", [plain, rich])


def _identified(part: Part, bodies: Bodies) -> Part:
    if is_plain(bodies.identifier) and not set(bodies.identifier) & set("<>") and len(bodies.identifier) < LONGEST_WORD:
        part.headers.append(f"Content-ID: <{bodies.identifier}>")
    return part


def _text(text: str, bodies: Bodies, options: MimeOptions) -> Part:
    told = ""
    if options.wrap:
        from mapix.formats.mime.flowed import flowed

        text, told = flowed(text, options.wrap), "; format=flowed"
    elif bodies.flow is not None:
        text, told = bodies.flow.lines(text)
    part = text_part("plain", text, options.charset or bodies.told, options.encoding)
    part.headers[0] += told
    return part


def body_props(text: str | None, html: bytes | None, charset: str | None) -> dict[PropTag, Any]:
    """The properties of bodies that were read: `html` in the character set its part was labelled with, if it was."""
    props: dict[PropTag, Any] = {}
    if text is not None:
        props[PR_BODY] = text
    if html is not None:
        data, codepage = html_in_codepage(html, charset)
        props |= {PR_HTML: data, PR_INTERNET_CPID: codepage}
    elif text is not None:
        props[PR_INTERNET_CPID] = codepage_of(charset or "") or UTF8
    return props


def html_in_codepage(html: bytes, charset: str | None) -> tuple[bytes, int]:
    """HTML bytes and the code page they are in: as they are where label or content tells it, else turned into UTF-8."""
    label = charset or _meta_charset(html)
    text, true = decode(html, label)
    label = true_charset(html, text, label) if true else label
    codepage = codepage_of(label) if label else None
    if codepage is not None and true and codepage not in WITHOUT_ASCII and _says(html, codepage, text):
        return html, codepage
    return (html if decode_text(html, UTF8) == text else text.encode("utf-8", "replace")), UTF8


def _says(html: bytes, codepage: int, text: str) -> bool:
    """Whether HTML in a code page is what was read of it; sets that mail has in several forms are looked at."""
    plain = codepage not in _SEVERAL or (html.isascii() and b"\x1b" not in html)
    return plain or decode_text(html, codepage) == text


def _html_of(content: MessageContent) -> tuple[bytes | None, str]:
    data = bytes_of(content.properties, PR_HTML)
    if data is None:
        text = text_of(content.properties, PR_BODY_HTML)
        return (None if text is None else text.encode("utf-8", "replace")), "utf-8"
    codepage = number_of(content.properties, PR_INTERNET_CPID, 0) or (UTF8 if _is_utf8(data) else 1252)
    charset = charset_of(codepage)
    if charset is None or codepage in WITHOUT_ASCII:
        return decode_text(data, codepage).encode("utf-8", "replace"), "utf-8"
    return data, charset


def _meta_charset(html: bytes) -> str | None:
    """The character set that an HTML document names in its head."""
    found = _META.search(html, 0, _META_WITHIN)
    return found[1].decode("ascii") if found else None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
