"""The parts of a message as bodies and attachments ([MS-OXCMAIL] 2.2.3.2).

The bodies are the first text that a reader is meant to see: plain text, HTML, or both as alternatives; inline texts
behind it in the same multipart/mixed are their end. Every other part is an attachment, so that nothing is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mapix.formats.mime.bodies import BODY_CONTENT_ID, body_props
from mapix.formats.mime.charsets import decode, true_charset
from mapix.formats.mime.intext import files_in_text
from mapix.formats.mime.read_attachments import attachment_of, content_id, made_up_name, name_of
from mapix.formats.mime.read_mac import is_double, mac_file, unpacked
from mapix.formats.mime.reading import Reading
from mapix.formats.mime.tree import Node, walk
from mapix.formats.mime.wrapped import CONTENT_TYPES, FILE_NAMES
from mapix.properties.content import AttachmentContent
from mapix.properties.tag import PropTag, PropType

if TYPE_CHECKING:
    from mapix.formats.mime.joining import Joining

_MESSAGES: Final = ("message/rfc822", "message/global")
_CALENDAR: Final = "text/calendar"
_ASKING: Final = ("REQUEST", "REPLY", "CANCEL", "COUNTER")


@dataclass(slots=True)
class Reader:
    """Walks the parts of one message, which stands inside `depth` others, and keeps what it finds."""

    reading: Reading
    depth: int = 0
    text: str | None = None
    html: bytes | None = None
    text_charset: str | None = None
    html_charset: str | None = None
    calendar: Node | None = None
    calendar_file: AttachmentContent | None = None
    attachments: list[AttachmentContent] = field(default_factory=list)
    extra: dict[PropTag, Any] = field(default_factory=dict)
    joining: Joining | None = None
    root: Node | None = None
    alternatives: int = 0

    def read(self, root: Node) -> None:
        """Take a whole message."""
        self.root = root
        self._take(root, body=True, related=False)
        if not root.fields("mime-version") and not root.inside and self.text is not None:
            self.text, files = files_in_text(self.text, self.text_charset, self.reading)
            self.attachments += files

    def show(self, part: Node) -> None:
        """Take the bodies of a part, whose other parts are kept elsewhere."""
        self.root = part
        self._take(part, body=True, related=False)
        self.attachments = []

    def attach_root(self, root: Node, name: str) -> None:
        """Take a message that is a file and nothing else."""
        self.attachments.append(attachment_of(root, self.reading, name=name))

    def props(self) -> dict[PropTag, Any]:
        """The properties of the bodies, and what else was found."""
        narrow = self.html is None or (self.html.isascii() and self.text_charset is not None)
        charset = self.text_charset if narrow else self.html_charset
        if self.joining is None or not self.joining.kept:
            return body_props(self.text, self.html, charset) | self.extra
        from mapix.formats.mime.bodyform import BODY_PARTS

        text, html, form = self.joining.joined(self.text, self.html, self.html_charset)
        self.extra[self.reading.names.tag(BODY_PARTS, PropType.BINARY)] = form.dump()
        return body_props(text, html, self.text_charset if form.html_new else charset) | self.extra

    def _take(self, node: Node, *, body: bool, related: bool) -> bool:
        """Take a part; whether a body was found in it. `body` tells that one may be."""
        children = node.inside
        if not children:
            return self._leaf(node, body=body, related=related)
        kind = node.told()[0]
        if kind == "multipart/alternative":
            return self._alternative(children, body=body, related=related)
        if kind == "multipart/related":
            return self._related(node, children, body=body)
        if kind == "multipart/appledouble" and is_double(children):
            self.attachments.append(mac_file(children, self.reading, len(self.attachments)))
            return False
        return self._mixed(node, children, body=body, related=related)

    def _alternative(self, children: list[Node], *, body: bool, related: bool) -> bool:
        """The same thing in several forms: plain text and HTML are both bodies."""
        found = False
        self.alternatives += 1
        for child in children:
            found = self._take(child, body=body, related=related) or found
        self.alternatives -= 1
        return found

    def _mixed(self, node: Node, children: list[Node], *, body: bool, related: bool) -> bool:
        """Parts one after another: the first that is text is the body, inline texts behind it are its end."""
        found = False
        before = self.text is None, self.html is None
        joins = body and node.told()[0] == "multipart/mixed"
        for child in children:
            if joins and found and self._joined(child, before, related=related):
                continue
            found = self._take(child, body=body and not found, related=related) or found
        return found

    def _joined(self, node: Node, before: tuple[bool, bool], *, related: bool) -> bool:
        """Take a part as the end of the bodies that were found since `before`; whether it is."""
        kind = node.told()[0]
        if not kind.startswith(("text/", "image/")):
            return False
        from mapix.formats.mime.joining import Joining, fits

        if self.joining is None:
            self.joining = Joining(closed=self.root is not None and any(map(_is_tnef, walk(self.root))))
        if self.joining.closed:
            return False
        in_text = before[0] and self.text is not None
        in_html = (before[1] and self.html is not None) or (kind == "text/html" and not self.alternatives)
        if kind.startswith("image/"):
            self._attach(node, kind, related=related)
            if in_html:
                self.joining.picture(node, self.attachments[-1])
            return True
        charset_fits = not in_html or fits(self.html, self.html_charset)
        return charset_fits and self.joining.add(node, len(self.attachments), (in_text, in_html), self.reading.defects)

    def _related(self, node: Node, children: list[Node], *, body: bool) -> bool:
        """A document and what it shows (RFC 2387); `start` tells which is the document, else the first that is one."""
        start = node.told()[1].get("start", "").strip("<> ")
        wanted = [child for child in children if start and content_id(child) == start]
        texts = [child for child in children if child.inside or child.told()[0].startswith("text/")]
        document = (wanted or texts or children)[0]
        found = self._take(document, body=body, related=False)
        for child in children:
            if child is not document:
                found = self._take(child, body=body and not found, related=True) or found
        return found

    def _leaf(self, node: Node, *, body: bool, related: bool) -> bool:
        kind = node.told()[0]
        kind = "text/plain" if kind.startswith("multipart/") else kind
        shown = node.disposition()[0] != "attachment" and (node.depth == 0 or not name_of(node))
        if body and shown and kind == "text/plain" and self.text is None:
            self._plain(node)
            return True
        if body and shown and kind == "text/html" and self.html is None:
            self._rich(node)
            return True
        self._attach(node, kind, related=related)
        if kind == _CALENDAR and self.calendar is None and _is_meant(node):
            self.calendar, self.calendar_file = node, self.attachments[-1]
        return False

    def _plain(self, node: Node) -> None:
        self._identify(node)
        self.text_charset = node.told()[1].get("charset")
        data = node.data(self.reading.defects)
        self.text, true = decode(data, self.text_charset)
        if true:
            self.text_charset = true_charset(data, self.text, self.text_charset)
        else:
            self.reading.defects.note("text/plain", "not in the character set it tells", value=self.text_charset)
            self.text_charset = None
        if node.told()[1].get("format", "").lower() == "flowed":
            self._flow(node.told()[1].get("delsp", "").lower() == "yes")

    def _flow(self, delsp: bool) -> None:
        """Join the lines of text that flows (RFC 3676), and keep how it stood."""
        from mapix.formats.mime.bodyform import BODY_FLOW, Flow

        self.text, flow = Flow.of(self.text or "", delsp=delsp)
        self.extra[self.reading.names.tag(BODY_FLOW, PropType.BINARY)] = flow.dump()

    def _identify(self, node: Node) -> None:
        """Keep the identifier of a body, the HTML's if there are two."""
        if identifier := content_id(node):
            self.extra[BODY_CONTENT_ID] = identifier

    def _rich(self, node: Node) -> None:
        self._identify(node)
        self.html_charset = node.told()[1].get("charset")
        self.html = node.data(self.reading.defects)
        if not decode(self.html, self.html_charset)[1]:
            self.reading.defects.note("text/html", "not in the character set it tells", value=self.html_charset)

    def _attach(self, node: Node, kind: str, *, related: bool) -> None:
        if (mac := unpacked(node, kind, self.reading)) is not None:
            self.attachments.append(mac)
            return
        message = self.reading.nested(node, self.depth) if kind in _MESSAGES else None
        name = "" if message is not None else made_up_name(len(self.attachments) + 1, kind)
        self.attachments.append(attachment_of(node, self.reading, kind, message, name=name, related=related))


def _is_tnef(node: Node) -> bool:
    """Whether a part claims to be a TNEF stream, whose body takes the place of the mail's."""
    return node.told()[0] in CONTENT_TYPES or name_of(node).lower() in FILE_NAMES


def _is_meant(node: Node) -> bool:
    """Whether a calendar is what the message says rather than a file: none asks to be one, or its method tells that
    something is asked of the reader (RFC 6047 2.4), wherever it stands.
    """
    return node.disposition()[0] != "attachment" or node.told()[1].get("method", "").upper() in _ASKING
