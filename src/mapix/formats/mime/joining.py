"""Text that goes on behind files: inline parts beside the body, which are read as its end ([MS-OXCMAIL] 2.2.3.3).

Apple's mail puts a picture between two texts, lists put a footer behind what was sent. A message has one body, so these
become the end of it: text behind text, HTML behind HTML, each made of the other where only that is there. The parts as
they came are kept in a property (`mapix.formats.mime.bodyform`), so that a body which nobody changed goes out as them.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mapix.formats.html.from_text import document, from_text
from mapix.formats.html.to_text import to_text
from mapix.formats.mime.attachments import clean_id
from mapix.formats.mime.bodies import WITHOUT_ASCII
from mapix.formats.mime.bodyform import BodyParts, KeptPart
from mapix.formats.mime.charsets import codepage_of, decode
from mapix.formats.mime.flowed import unflowed
from mapix.formats.mime.parts import canonical, canonical_text, lines_fit
from mapix.formats.mime.read_attachments import name_of
from mapix.properties.codepage import UTF8
from mapix.properties.tags import PR_ATTACH_CONTENT_ID

if TYPE_CHECKING:
    from mapix.formats.defects import Defects
    from mapix.formats.mime.tree import Node
    from mapix.properties.content import AttachmentContent

MOST_JOINED: Final = 100
"""Parts that may be the end of a body; more stay files."""

MOST_BYTES: Final = 1 << 20
"""Bytes of all of them; larger ones stay files."""

_TEXTS: Final = ("text/plain", "text/html")
_ENCODINGS: Final = ("", "7bit", "8bit", "quoted-printable", "base64")
_BODY: Final = re.compile(r"<body(?:\s[^<>]{0,2000})?>", re.IGNORECASE)
_END: Final = "</body"


@dataclass(slots=True)
class _Piece:
    """One part behind a body: what it says, as text or HTML; which bodies it belongs to; the picture it is."""

    words: str
    rich: bool
    in_text: bool
    in_html: bool
    picture: AttachmentContent | None = None


@dataclass(slots=True)
class Joining:
    """What is to become the end of the bodies of one message; nothing where it is `closed`."""

    pieces: list[_Piece] = field(default_factory=list)
    kept: list[KeptPart] = field(default_factory=list)
    size: int = 0
    closed: bool = False

    def add(self, node: Node, attached: int, targets: tuple[bool, bool], defects: Defects) -> bool:
        """Take a part behind a body and `attached` files; whether it can be. `targets`: behind the text, the HTML."""
        raw = self._raw(node)
        if raw is None:
            return False
        told = node.told()[1]
        words = decode(node.data(defects), told.get("charset"))[0]
        if told.get("format", "").lower() == "flowed":
            words = unflowed(words, delsp=told.get("delsp", "").lower() == "yes")
        self.pieces.append(_Piece(words, node.told()[0] == "text/html", *targets))
        self.kept.append(KeptPart(attached, raw))
        self.size += node.size
        return True

    def picture(self, node: Node, attachment: AttachmentContent) -> None:
        """Take a picture that stands inline behind HTML; it is shown there if anything follows."""
        if node.told()[0].startswith("image/") and node.disposition()[0] == "inline" and len(self.pieces) < MOST_JOINED:
            self.pieces.append(_Piece("", rich=True, in_text=False, in_html=True, picture=attachment))

    def joined(
        self, text: str | None, html: bytes | None, charset: str | None
    ) -> tuple[str | None, bytes | None, BodyParts]:
        """The bodies with what belongs behind them, and how to take it off again."""
        while self.pieces and self.pieces[-1].picture is not None:
            self.pieces.pop()
        form = BodyParts(parts=tuple(self.kept))
        if html is None and any(each.rich and each.in_html for each in self.pieces):
            html, form.html_new = document(from_text(text or "")).encode("ascii", "xmlcharrefreplace"), True
        if text is not None:
            text = canonical_text(text)
            form.text_size = len(text)
            text = _behind(text, [each for each in self.pieces if each.in_text])
            form.text_crc = zlib.crc32(text.encode("utf-8", "replace"))
        if html is not None:
            html, form.html_start, form.html_end = _inside(
                html, charset, [each for each in self.pieces if each.in_html]
            )
            form.html_crc = zlib.crc32(html)
        return text, html, form

    def _raw(self, node: Node) -> bytes | None:
        """The bytes of a part where they can stand in any mail; None for one that stays a file."""
        if node.told()[0] not in _TEXTS or node.inside or name_of(node) or node.disposition()[0] not in ("", "inline"):
            return None
        if len(self.kept) >= MOST_JOINED or self.size + node.size > MOST_BYTES or node.encoding() not in _ENCODINGS:
            return None
        head = node.block.raw.rstrip(b"\r\n") or f"Content-Type: {node.told()[0]}".encode()
        raw = head + b"\r\n\r\n" + node.raw()
        return raw if head.isascii() and b"\0" not in raw and lines_fit(canonical(raw)) else None


def fits(html: bytes | None, charset: str | None) -> bool:
    """Whether ASCII can be put into HTML as it stands."""
    return html is None or codepage_of(charset or "") not in WITHOUT_ASCII


def _behind(text: str, pieces: list[_Piece]) -> str:
    found = [text]
    for each in pieces:
        if found[-1] and not found[-1].endswith("\r\n"):
            found.append("\r\n")
        found.append(canonical_text(to_text(each.words) if each.rich else each.words))
    return "".join(found)


def _inside(html: bytes, charset: str | None, pieces: list[_Piece]) -> tuple[bytes, int, int]:
    """HTML with what belongs behind it, before the end of its body; where that stands."""
    more = "".join(map(_fragment, pieces))
    utf8 = not html.isascii() and codepage_of(charset or "") == UTF8 and decode(html, charset)[1]
    data = more.encode("utf-8", "replace") if utf8 else more.encode("ascii", "xmlcharrefreplace")
    at = html.lower().rfind(_END.encode())
    at = len(html) if at < 0 else at
    return html[:at] + data + html[at:], at, at + len(data)


def _fragment(piece: _Piece) -> str:
    if piece.picture is not None:
        return f'<div><img src="cid:{_identifier(piece.picture)}"></div>\r\n'
    if not piece.rich:
        return f"<div>{from_text(piece.words)}</div>\r\n"
    begin = _BODY.search(piece.words)
    end = piece.words.lower().rfind(_END)
    inner = piece.words[begin.end() if begin else 0 : end if end > (begin.end() if begin else 0) else None]
    return f"<div>{inner}</div>\r\n"


def _identifier(picture: AttachmentContent) -> str:
    """What HTML refers to a picture by; one that had none is given one."""
    from mapix.formats.mime.bodyform import made_up_id

    told = picture.properties.get(PR_ATTACH_CONTENT_ID)
    if not told:
        told = picture.properties[PR_ATTACH_CONTENT_ID] = made_up_id(picture)
    return clean_id(str(told))
