"""The bodies of a message: chosen from its properties for writing, and put into them after reading.

Plain text is PR_BODY. HTML is 0x1013, as bytes in the code page PR_INTERNET_CPID or as text (M-040).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from mapix.formats.mime.charsets import charset_of, codepage_of, decode
from mapix.formats.mime.parts import Part, bytes_part, multipart, text_part
from mapix.formats.mime.values import bytes_of, number_of, text_of
from mapix.properties.codepage import UTF8, decode_text
from mapix.properties.content import MessageContent
from mapix.properties.errors import NoSupport
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_BODY, PR_BODY_HTML, PR_HTML, PR_INTERNET_CPID, PR_RTF_COMPRESSED

_CID: Final = re.compile(rb"cid:([^\"'\s<>)]+)", re.IGNORECASE)
_META: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{1,40})", re.IGNORECASE)
_META_WITHIN: Final = 4096
_WITHOUT_ASCII: Final = frozenset((65000, 1200, 1201, 12000, 12001))


@dataclass(frozen=True, slots=True)
class Bodies:
    """What a message says: text, HTML as bytes and their character set, each where there is one."""

    text: str | None = None
    html: bytes | None = None
    charset: str = "utf-8"

    def content_ids(self) -> frozenset[str]:
        """The content identifiers that the HTML refers to."""
        return frozenset(found.decode("latin-1") for found in _CID.findall(self.html or b""))


def bodies_of(content: MessageContent) -> Bodies:
    """The bodies of a message to be written.

    Raises NoSupport where RTF is all there is, rather than send a message without its text.
    """
    text = text_of(content.properties, PR_BODY)
    html, charset = _html_of(content)
    if text is None and html is None and PR_RTF_COMPRESSED in content.properties:
        return bodies_of_rtf(content)
    return Bodies(text, html, charset)


def bodies_of_rtf(content: MessageContent) -> Bodies:
    """The bodies of a message that has RTF only; it has to be given one of the others first."""
    raise NoSupport(
        "the message has only an RTF body, which mail cannot carry",
        value=PR_RTF_COMPRESSED,
        hint="set PR_BODY or PR_HTML as well",
    )


def body_part(bodies: Bodies, inline: list[Part]) -> Part:
    """The bodies as one part: the two alternatives where both are there, inline parts related to the HTML."""
    plain = text_part("plain", bodies.text or "")
    if bodies.html is None:
        return plain
    html = bytes_part("html", bodies.html, bodies.charset)
    rich = multipart("related", [html, *inline], ('type="text/html"',)) if inline else html
    return rich if bodies.text is None else multipart("alternative", [plain, rich])


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
    codepage = codepage_of(label) if label else None
    text, true = decode(html, label)
    if codepage is not None and true and codepage not in _WITHOUT_ASCII:
        return html, codepage
    return (html, UTF8) if _is_utf8(html) else (text.encode("utf-8", "replace"), UTF8)


def _html_of(content: MessageContent) -> tuple[bytes | None, str]:
    data = bytes_of(content.properties, PR_HTML)
    if data is None:
        text = text_of(content.properties, PR_BODY_HTML)
        return (None if text is None else text.encode("utf-8", "replace")), "utf-8"
    codepage = number_of(content.properties, PR_INTERNET_CPID, 0) or (UTF8 if _is_utf8(data) else 1252)
    charset = charset_of(codepage)
    if charset is None or codepage in _WITHOUT_ASCII:
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
