"""Messages without MIME (SAVE_RFC822): text, with files uuencoded behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mapix.formats.mime.attachments import data_of, name_of
from mapix.formats.mime.bodies import Bodies, text_of_html
from mapix.formats.mime.parts import CRLF, Part, canonical_text
from mapix.formats.mime.uuencode import uu_pieces
from mapix.formats.mime.values import pieces_of
from mapix.formats.mime.writing import Writing


def plain_part(writing: Writing, bodies: Bodies) -> Part:
    """The text of a message and its files; messages inside it are not carried, for nothing could tell them apart."""
    text = bodies.text
    if text is None:
        text = text_of_html(bodies) if bodies.html is not None else ""
    data = canonical_text(text).encode("utf-8", "replace")
    files = [each.properties for each in writing.content.attachments if each.message is None]
    bodies_and_files = [data if data.endswith(CRLF) or not files else data + CRLF]
    return Part([], [*bodies_and_files, *(_file(props) for props in files)], not data.isascii())


def _file(props: Any) -> Callable[[], Iterator[bytes]]:
    return lambda: uu_pieces(pieces_of(data_of(props)), name_of(props) or "file")
