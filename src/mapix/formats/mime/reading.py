"""What all the parts of one message share while it is read: defects, options, names, the place of large parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from mapix.formats.defects import Defects
from mapix.formats.mime.nametable import NameTable
from mapix.formats.mime.options import USUAL, MimeOptions
from mapix.formats.mime.source import PIECE, FileSource, Source, pieces
from mapix.formats.mime.spooledpart import Spool
from mapix.formats.mime.transfer import base64_pieces_undone
from mapix.formats.mime.tree import Node
from mapix.properties.content import AttachmentContent, MessageContent

DEEPEST_MESSAGES: Final = 16
"""How many messages may stand in one another; deeper ones stay files."""

_SPOOLED: Final = ("", "7bit", "8bit", "binary", "base64")


@dataclass(slots=True)
class Reading:
    """One reading. `read` reads the message that lies in a stretch of a source, at a depth; see `read_message`."""

    read: Callable[[Reading, Source, int, int, int], MessageContent]
    defects: Defects
    options: MimeOptions = USUAL
    names: NameTable = field(default_factory=NameTable)
    messages: int = 0
    stretches: list[tuple[Node, AttachmentContent]] = field(default_factory=list)
    _spool: Spool | None = None

    def data(self, node: Node) -> Any:
        """The decoded body of a part: bytes, or a large value where it is a large part of a file."""
        encoding = node.encoding()
        if node.size <= PIECE or not isinstance(node.source, FileSource) or encoding not in _SPOOLED:
            return node.data(self.defects)
        raw: Iterator[bytes] = pieces(node.source, node.block.body, node.end)
        self._spool = self._spool or Spool()
        return self._spool.add(base64_pieces_undone(raw) if encoding == "base64" else raw)

    def nested(self, node: Node, depth: int) -> MessageContent | None:
        """The message inside a part of a message that stands inside `depth` others; None where it is too deep."""
        if depth >= DEEPEST_MESSAGES or self.messages >= MOST_MESSAGES:
            self.defects.note("message/rfc822", "stands too deep, kept as a file")
            return None
        self.messages += 1
        if node.encoding() in ("base64", "quoted-printable"):
            from mapix.formats.mime.source import MemorySource

            data = node.data(self.defects)
            return self.read(self, MemorySource(data), 0, len(data), depth + 1)
        return self.read(self, node.source, node.block.body, node.end, depth + 1)


MOST_MESSAGES: Final = 2_000
"""How many messages may stand in one, however deep."""
