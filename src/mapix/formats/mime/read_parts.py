"""The parts of a message as bodies and attachments ([MS-OXCMAIL] 2.2.3.2).

The bodies are the first text that a reader is meant to see: plain text, HTML, or both as alternatives. Every other
part is an attachment, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from mapix.formats.defects import Defects
from mapix.formats.mime.attachments import MHTML_REFERENCE
from mapix.formats.mime.bodies import body_props
from mapix.formats.mime.charsets import decode
from mapix.formats.mime.parameters import clean_name
from mapix.formats.mime.tree import Node
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import ATTACH_BY_VALUE, ATTACH_EMBEDDED_MSG
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_CONTENT_ID,
    PR_ATTACH_CONTENT_LOCATION,
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_EXTENSION,
    PR_ATTACH_FILENAME,
    PR_ATTACH_FLAGS,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_METHOD,
    PR_ATTACH_MIME_TAG,
    PR_DISPLAY_NAME,
    PR_RENDERING_POSITION,
    PR_SUBJECT,
)

Nested = Callable[[bytes], MessageContent | None]
"""How the bytes of a message inside become one; None where it stands too deep."""

_MESSAGES: Final = ("message/rfc822", "message/global")
_NOT_PLACED: Final = -1
_LONGEST_ENDING: Final = 32


@dataclass(slots=True)
class Reader:
    """Walks the parts of one message and keeps what it finds."""

    nested: Nested
    defects: Defects
    text: str | None = None
    html: bytes | None = None
    text_charset: str | None = None
    html_charset: str | None = None
    attachments: list[AttachmentContent] = field(default_factory=list)

    def read(self, root: Node) -> None:
        """Take a whole message."""
        self._take(root, body=True, related=False)

    def props(self) -> dict[PropTag, Any]:
        """The properties of the bodies."""
        return body_props(self.text, self.html, self.html_charset if self.html is not None else self.text_charset)

    def _take(self, node: Node, *, body: bool, related: bool) -> bool:
        """Take a part; whether a body was found in it. `body` tells that one may be."""
        children = node.children()
        if not children:
            return self._leaf(node, body=body, related=related)
        kind = node.told()[0]
        if kind == "multipart/alternative":
            return self._alternative(children, body=body)
        if kind == "multipart/related":
            return self._related(node, children, body=body)
        return self._mixed(children, body=body, related=related)

    def _alternative(self, children: list[Node], *, body: bool) -> bool:
        """The same thing in several forms: plain text and HTML are both bodies."""
        found = False
        for child in children:
            found = self._take(child, body=body, related=False) or found
        return found

    def _mixed(self, children: list[Node], *, body: bool, related: bool) -> bool:
        """Parts one after another: only the first that is text is the body."""
        found = False
        for child in children:
            found = self._take(child, body=body and not found, related=related) or found
        return found

    def _related(self, node: Node, children: list[Node], *, body: bool) -> bool:
        """A document and what it shows (RFC 2387); the `start` parameter tells which is the document."""
        start = node.told()[1].get("start", "").strip("<> ")
        wanted = [child for child in children if start and _content_id(child) == start]
        document = wanted[0] if wanted else children[0]
        found = self._take(document, body=body, related=False)
        for child in children:
            if child is not document:
                self._take(child, body=False, related=True)
        return found

    def _leaf(self, node: Node, *, body: bool, related: bool) -> bool:
        kind, _ = node.told()
        kind = "text/plain" if kind.startswith("multipart/") else kind
        shown = node.disposition()[0] != "attachment" and (node.depth == 0 or not _name(node))
        if body and shown and kind == "text/plain" and self.text is None:
            self._plain(node)
            return True
        if body and shown and kind == "text/html" and self.html is None:
            self._rich(node)
            return True
        self._attach(node, kind, related=related)
        return False

    def _plain(self, node: Node) -> None:
        self.text_charset = node.told()[1].get("charset")
        self.text, true = decode(node.data(self.defects), self.text_charset)
        if not true:
            self.defects.note("text/plain", "not in the character set it tells", value=self.text_charset)

    def _rich(self, node: Node) -> None:
        self.html_charset = node.told()[1].get("charset")
        self.html = node.data(self.defects)
        if not decode(self.html, self.html_charset)[1]:
            self.defects.note("text/html", "not in the character set it tells", value=self.html_charset)

    def _attach(self, node: Node, kind: str, *, related: bool) -> None:
        data = node.data(self.defects)
        message = self.nested(data) if kind in _MESSAGES else None
        props: dict[PropTag, Any] = {PR_RENDERING_POSITION: _NOT_PLACED, PR_ATTACH_MIME_TAG: kind}
        identifier, location = _content_id(node), node.value_of("content-location")
        if identifier:
            props[PR_ATTACH_CONTENT_ID] = identifier
        if location:
            props[PR_ATTACH_CONTENT_LOCATION] = location
        if related:
            props[PR_ATTACH_FLAGS] = MHTML_REFERENCE
        if message is not None:
            props |= _embedded(node, message)
        else:
            props |= _file(_name(node) or self._made_up_name(kind), data)
        self.attachments.append(AttachmentContent(props, message))

    def _made_up_name(self, kind: str) -> str:
        from mimetypes import guess_extension

        ending = ".eml" if kind in _MESSAGES else ".dat" if kind.endswith("octet-stream") else guess_extension(kind)
        return f"ATT{len(self.attachments) + 1:05}{ending or '.dat'}"


def _embedded(node: Node, message: MessageContent) -> dict[PropTag, Any]:
    name = _name(node)
    shown = name or message.get(PR_SUBJECT) or ""
    props: dict[PropTag, Any] = {PR_ATTACH_METHOD: ATTACH_EMBEDDED_MSG, PR_DISPLAY_NAME: shown}
    return props | {PR_ATTACH_LONG_FILENAME: name} if name else props


def _file(name: str, data: bytes) -> dict[PropTag, Any]:
    _, dot, ending = name.rpartition(".")
    props: dict[PropTag, Any] = {
        PR_ATTACH_METHOD: ATTACH_BY_VALUE,
        PR_ATTACH_DATA_BIN: data,
        PR_ATTACH_LONG_FILENAME: name,
        PR_ATTACH_FILENAME: name,
        PR_DISPLAY_NAME: name,
    }
    return props | {PR_ATTACH_EXTENSION: dot + ending} if dot and len(ending) < _LONGEST_ENDING else props


def _name(node: Node) -> str:
    """The file name of a part, without control characters."""
    return clean_name(node.disposition()[1].get("filename") or node.told()[1].get("name") or "")


def _content_id(node: Node) -> str:
    return node.value_of("content-id").strip("<> ")
