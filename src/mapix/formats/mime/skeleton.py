"""The bytes a message came as, without those that its attachments hold anyway (PidTagMimeSkeleton).

`skeleton_of` makes it when a message is read. `original_pieces` gives the same bytes again, unless somebody has
changed what the message says. It is a format of our own behind a mark, in zlib: pieces of the original, and references
to attachments with the form their base64 had.
"""

from __future__ import annotations

import binascii
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from mapix.formats.mime.attachments import data_of
from mapix.formats.mime.fingerprint import SIZE, fingerprint
from mapix.formats.mime.source import PIECE, Source
from mapix.formats.mime.values import bytes_of, pieces_of
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_BODY, PR_HTML

PR_MIME_SKELETON: Final = PropTag(0x64F00102)
"""PidTagMimeSkeleton ([MS-OXPROPS] 2.783)."""

MOST_LITERAL: Final = 8 << 20
"""A message of which more is no attachment's keeps no skeleton."""

_MARK: Final = b"mapix MIME skeleton 1\n"
_ALONE, _NOT_ALONE = b"h", b"-"
_LEAST: Final = 300
_LITERAL, _REFERENCE = 0, 1
_HEAD: Final = struct.Struct("<BI")
_FORM: Final = struct.Struct("<HB")
_ENDS: Final = (b"\r\n", b"\n")
_LONGEST_LINE: Final = 998
_MOST_ITEMS: Final = 40_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where the base64 of an attachment lies in the original."""

    start: int
    end: int
    attachment: AttachmentContent


def skeleton_of(content: MessageContent, source: Source, stretches: Iterable[Stretch]) -> bytes | None:
    """The skeleton of a message that was read from the whole of `source`; None where it would be too large."""
    paths = {id(each): path for path, each in _walk(content, ())}
    items, at, literal = [], 0, 0
    for each in sorted(stretches, key=lambda one: one.start):
        form = _form(source, each) if each.start >= at and id(each.attachment) in paths else None
        if form is None:
            continue
        start, (width, end_number, over) = each.start, form
        items += [_literal(source, at, start), _reference(paths[id(each.attachment)], width, end_number)]
        literal += start - at
        at = over
    if literal + source.size - at > MOST_LITERAL:
        return None
    items.append(_literal(source, at, source.size))
    packer = zlib.compressobj(1, zlib.DEFLATED, -13, 5)
    alone = _ALONE if PR_HTML in content.properties and PR_BODY not in content.properties else _NOT_ALONE
    return _MARK + fingerprint(content) + alone + packer.compress(b"".join(items)) + packer.flush()


def html_came_alone(content: MessageContent) -> bool | None:
    """Whether a message came with HTML and no text; None where nothing was kept that tells it."""
    data = content.properties.get(PR_MIME_SKELETON)
    if not isinstance(data, bytes) or not data.startswith(_MARK):
        return None
    return data[len(_MARK) + SIZE : len(_MARK) + SIZE + 1] == _ALONE


def original_pieces(content: MessageContent) -> Iterator[bytes] | None:
    """The bytes that `content` came as, in pieces; None where they were not kept, or it says something else now."""
    data = bytes_of(content.properties, PR_MIME_SKELETON)
    if data is None or not data.startswith(_MARK) or not _unchanged(content, data[len(_MARK) : len(_MARK) + SIZE]):
        return None
    unpacked = _unpacked(data[len(_MARK) + SIZE + 1 :])
    items = None if unpacked is None else _items(unpacked, dict(_walk(content, ())))
    return None if items is None else _pieces(items)


def keep_as_unchanged(content: MessageContent) -> None:
    """Take a message as it is now for what came: whoever gave it more than the mail tells still gets the same bytes."""
    data = content.properties.get(PR_MIME_SKELETON)
    if isinstance(data, bytes) and data.startswith(_MARK):
        behind = data[len(_MARK) + SIZE :]
        content.properties[PR_MIME_SKELETON] = _MARK + fingerprint(content) + behind


def _unchanged(content: MessageContent, told: bytes) -> bool:
    """Whether a message says what it said, text aside that a store made of HTML that came without."""
    return told == fingerprint(content) or told == fingerprint(content, derived=True)


def _pieces(items: list[Any]) -> Iterator[bytes]:
    for item in items:
        if isinstance(item, bytes):
            yield item
        else:
            attachment, width, end = item
            yield from _base64(pieces_of(data_of(attachment.properties)), width, end)


def _walk(content: MessageContent, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], AttachmentContent]]:
    for number, attachment in enumerate(content.attachments):
        yield (*path, number), attachment
        if attachment.message is not None:
            yield from _walk(attachment.message, (*path, number))


def _form(source: Source, stretch: Stretch) -> tuple[int, int, int] | None:
    """How the base64 of a stretch is written: columns, which line end, where it is over; None for no usual way."""
    look = source.slice(stretch.start, min(stretch.start + _LONGEST_LINE + 2, stretch.end))
    line = look.partition(b"\n")[0]
    end_number = 0 if line.endswith(b"\r") else 1
    width = len(line.rstrip(b"\r"))
    if not width or width % 4 or stretch.end - stretch.start < _LEAST:
        return None
    at = stretch.start
    for piece in _base64(pieces_of(data_of(stretch.attachment.properties)), width, _ENDS[end_number]):
        if source.slice(at, at + len(piece)) != piece:
            return None
        at += len(piece)
    return (width, end_number, at) if at <= stretch.end else None


def _base64(chunks: Iterable[bytes], width: int, end: bytes) -> Iterator[bytes]:
    """Bytes in base64 in lines of `width` letters, with `end` between them."""
    size = width // 4 * 3
    rest, first = b"", True
    for chunk in chunks:
        data = rest + chunk
        whole = len(data) - len(data) % size
        rest = data[whole:]
        for at in range(0, whole, size * 1000):
            yield (b"" if first else end) + _lines(data[at : min(at + size * 1000, whole)], size, end)
            first = False
    if rest:
        yield (b"" if first else end) + _lines(rest, size, end)


def _lines(data: bytes, size: int, end: bytes) -> bytes:
    encode = binascii.b2a_base64
    return end.join([encode(data[at : at + size], newline=False) for at in range(0, len(data), size)])


def _literal(source: Source, start: int, end: int) -> bytes:
    return _HEAD.pack(_LITERAL, end - start) + source.slice(start, end)


def _reference(path: tuple[int, ...], width: int, end_number: int) -> bytes:
    numbers = struct.pack(f"<{len(path)}I", *path)
    return _HEAD.pack(_REFERENCE, len(path)) + numbers + _FORM.pack(width, end_number)


def _unpacked(data: bytes) -> bytes | None:
    """The items of a skeleton, None for what is none; never much more than a skeleton may have."""
    inflate = zlib.decompressobj(-13)
    try:
        found = inflate.decompress(data, MOST_LITERAL + PIECE)
    except zlib.error:
        return None
    return found if inflate.eof else None


def _items(data: bytes, attachments: dict[tuple[int, ...], AttachmentContent]) -> list[Any] | None:
    items: list[Any] = []
    at = 0
    try:
        while at < len(data) and len(items) < _MOST_ITEMS:
            kind, size = _HEAD.unpack_from(data, at)
            at += _HEAD.size
            if kind == _LITERAL:
                items.append(data[at : at + size])
                at += size
                continue
            path = struct.unpack_from(f"<{size}I", data, at)
            at += 4 * size
            width, end_number = _FORM.unpack_from(data, at)
            at += _FORM.size
            items.append((attachments[path], width, _ENDS[end_number]))
    except (struct.error, KeyError, IndexError):
        return None
    return items
