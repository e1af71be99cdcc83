"""Messages written as TNEF streams ([MS-OXTNEF] 2.2).

    write_tnef(content, Path("winmail.dat"))
    write_tnef(content, target, transmittable=True, recipients=False)

Equal messages make equal bytes. Everything stands in the lists of properties; what Microsoft Mail knew stands in
attributes of its own as well, for readers that look only there. Sizes are known before anything is written, so that
large values go straight from where they are to the target.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from struct import error as struct_error
from typing import Any, BinaryIO, Final

from mapix.formats.tnef.attachment import FILE, MAC, NOT_PLACED, OLE, RENDDATA
from mapix.formats.tnef.encode import Encoding, encode_list
from mapix.formats.tnef.layout import DEEPEST, HEAD, IID_MESSAGE, MAC_BINARY, SIGNATURE, VERSION, Att
from mapix.formats.tnef.oldforms import narrow, old_attributes, stream_pages
from mapix.formats.tnef.pieces import Pieces
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import BadValue, TooComplex
from mapix.properties.flags import ATTACH_EMBEDDED_MSG, ATTACH_OLE
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag
from mapix.properties.value import LargeValue

Target = str | os.PathLike[str] | BinaryIO

KEY: Final = 1
_LONGEST: Final = 0xFFFFFFFF


def write_tnef(
    content: MessageContent,
    target: Target,
    *,
    transmittable: bool = False,
    recipients: bool = True,
    legacy: bool = True,
    key: int = KEY,
) -> None:
    """Write a message to a path or a binary file, which need not be seekable.

    `transmittable` leaves out what a transport does not carry (P-004), `recipients=False` the recipients of the message
    itself, for a mail has its own; `legacy=False` the attributes that only repeat properties. `key` is the stream's.
    Raises: BadValue for a value that is not of its type, a key that is 0 or larger than 16 bits, or a message of more
    than 4 GiB; TooComplex for messages nested too deeply.
    """
    if not 0 < key <= 0xFFFF:
        raise BadValue("the key of a TNEF stream has 16 bits and is not 0", value=key)
    writing = _Writing(content.names, transmittable, legacy)
    pieces = writing.stream(content, key, 0, recipients)
    if isinstance(target, str | os.PathLike):
        with Path(target).open("wb") as file:
            pieces.write(file)
    else:
        pieces.write(target)


def tnef_bytes(content: MessageContent, **options: Any) -> bytes:
    """The stream of a message as bytes; options as of `write_tnef`."""
    file = BytesIO()
    write_tnef(content, file, **options)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class _Writing:
    """What all messages of a stream share."""

    names: Mapping[int, PropertyName]
    transmittable: bool
    legacy: bool

    def stream(self, content: MessageContent, key: int, deep: int, recipients: bool) -> Pieces:
        """A message with its signature."""
        if deep > DEEPEST:
            raise TooComplex("messages are nested too deeply", value=DEEPEST)
        pages = stream_pages(content)
        how = Encoding(pages[0], self.names)
        properties = self._kept(content.properties)
        stream = Pieces()
        stream.add(HEAD.pack(SIGNATURE, key))
        stream.attribute(Att.TNEF_VERSION, Pieces(VERSION.to_bytes(4, "little")))
        stream.attribute(Att.OEM_CODEPAGE, Pieces(b"".join(page.to_bytes(4, "little") for page in pages)))
        if self.legacy:
            shown = content.properties if deep else properties
            for number, data in old_attributes(shown, pages[0]):
                stream.attribute(number, Pieces(data))
        if recipients and content.recipients:
            stream.attribute(Att.RECIP_TABLE, self._rows(content.recipients, how))
        stream.attribute(Att.MSG_PROPS, encode_list(properties, how))
        for part in content.attachments:
            self._attachment(stream, part, how, deep)
        if stream.size > _LONGEST:
            raise BadValue("a TNEF stream has at most 4 GiB", value=stream.size)
        return stream

    def _kept(self, values: Mapping[PropTag, Any]) -> Mapping[PropTag, Any]:
        if not self.transmittable:
            return values
        return {tag: value for tag, value in values.items() if tag.is_transmittable}

    def _rows(self, rows: Iterable[Mapping[PropTag, Any]], how: Encoding) -> Pieces:
        lists = [encode_list(self._kept_row(row), how) for row in rows]
        table = Pieces(len(lists).to_bytes(4, "little"))
        for one in lists:
            table.extend(one)
        return table

    def _kept_row(self, row: Mapping[PropTag, Any]) -> Mapping[PropTag, Any]:
        """Recipients keep what tells who they are."""
        if not self.transmittable:
            return row
        return {tag: value for tag, value in row.items() if tag.is_transmittable or tag.id in _OF_RECIPIENTS}

    def _attachment(self, stream: Pieces, part: AttachmentContent, how: Encoding, deep: int) -> None:
        values = dict(self._kept(part.properties))
        stream.attribute(Att.ATTACH_RENDDATA, Pieces(_rendering(part.properties)))
        data = values.pop(t.PR_ATTACH_DATA_BIN, None)
        title = _title(part.properties)
        if title and self.legacy:
            stream.attribute(Att.ATTACH_TITLE, Pieces(narrow(title, how.codepage)))
        if data is not None:
            stream.attribute(Att.ATTACH_DATA, _data(data))
        extra = Pieces()
        if part.message is not None:
            values.pop(t.PR_ATTACH_DATA_OBJ, None)
            values.setdefault(t.PR_ATTACH_METHOD, ATTACH_EMBEDDED_MSG)
            inner = self.stream(part.message, KEY, deep + 1, True)
            extra = _object(inner)
        stream.attribute(Att.ATTACHMENT, encode_list(values, how, extra))


_OF_RECIPIENTS: Final = frozenset((t.PR_ENTRYID.id, t.PR_OBJECT_TYPE.id, t.PR_RECIPIENT_TYPE.id))


def _data(value: Any) -> Pieces:
    if not isinstance(value, bytes | LargeValue):
        raise BadValue("the data of an attachment are bytes", value=value)
    return Pieces(value)


def _object(inner: Pieces) -> Pieces:
    """PR_ATTACH_DATA_OBJ with a message inside."""
    size = inner.size + len(IID_MESSAGE)
    head = int(t.PR_ATTACH_DATA_OBJ).to_bytes(4, "little") + b"\1\0\0\0" + size.to_bytes(4, "little") + IID_MESSAGE
    found = Pieces(head)
    found.extend(inner)
    found.add(bytes(-size & 3))
    return found


def _rendering(values: Mapping[PropTag, Any]) -> bytes:
    kind = OLE if values.get(t.PR_ATTACH_METHOD) == ATTACH_OLE else FILE
    place = values.get(t.PR_RENDERING_POSITION, NOT_PLACED)
    mac = MAC if values.get(t.PR_ATTACH_ENCODING) == MAC_BINARY else 0
    width = -1 if kind == FILE else 32
    try:
        return RENDDATA.pack(kind, place, width, width, mac)
    except struct_error:
        raise BadValue("no place in a text", value=place) from None


def _title(values: Mapping[PropTag, Any]) -> str:
    """The name of an attachment for readers that know no other."""
    names = (t.PR_ATTACH_FILENAME, t.PR_ATTACH_LONG_FILENAME, t.PR_DISPLAY_NAME)
    return next((name for tag in names if isinstance(name := values.get(tag), str) and name.partition("\0")[0]), "")
