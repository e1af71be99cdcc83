"""PyIConverterSession: messages of stores and Internet mail, one into the other.

    session = pythoncom.CoCreateInstance(
        mapi.CLSID_IConverterSession, None, pythoncom.CLSCTX_INPROC_SERVER, mapi.IID_IConverterSession
    )
    session.MIMEToMAPI(stream, message)
    message.SaveChanges(0)

The conversion itself is `mapix.formats.mime`'s.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from mapix.interfaces.message import Message
from mapix.interfaces.stream import Stream
from mapix.properties.content import MessageContent
from mapix.properties.errors import InvalidParameter, NoSupport
from mapix.properties.flags import MAPI_BCC
from mapix.properties.tags import PR_BODY, PR_HTML, PR_RTF_COMPRESSED
from mapix.pywin32 import args
from mapix.pywin32.addrbook import PyIAddrBook
from mapix.pywin32.mapi_constants import (
    CCSF_8BITHEADERS,
    CCSF_EMBEDDED_MESSAGE,
    CCSF_INCLUDE_BCC,
    CCSF_NO_MSGID,
    CCSF_NOHEADERS,
    CCSF_PLAIN_TEXT_ONLY,
    CCSF_PRESERVE_SOURCE,
    CCSF_SMTP,
    CCSF_USE_RTF,
    CCSF_USE_TNEF,
)
from mapix.pywin32.message import PyIMessage
from mapix.pywin32.stream import PyIStream, note_written
from mapix.pywin32.unknown import PyIUnknown, target_of

_FLAGS: Final = (
    CCSF_SMTP
    | CCSF_NOHEADERS
    | CCSF_USE_TNEF
    | CCSF_INCLUDE_BCC
    | CCSF_8BITHEADERS
    | CCSF_USE_RTF
    | CCSF_PLAIN_TEXT_ONLY
    | CCSF_NO_MSGID
    | CCSF_EMBEDDED_MESSAGE
    | CCSF_PRESERVE_SOURCE
)
_ENCODINGS: Final = range(15)
"""The values of mimeole.h's ENCODINGTYPE."""

_SAVE_FORMATS: Final = (0, 1)
"""SAVE_RFC822 and SAVE_RFC1521 of mimeole.h's MIMESAVETYPE."""


class ConverterTarget:
    """What a converter session remembers between its calls."""

    def __init__(self) -> None:
        self.book: Any = None
        self.encoding = 0
        self.save_format = 1


class PyIConverterSession(PyIUnknown):
    """IConverterSession."""

    _kind = ConverterTarget

    def SetAdrBook(self, adrBook: Any, /) -> None:
        """The address book that senders and recipients are looked up in; None for none."""
        self._obj.book = None if adrBook is None else target_of(adrBook, PyIAddrBook)

    def SetEncoding(self, encoding: Any, /) -> None:
        """Which transfer encoding is wanted (ENCODINGTYPE). The writer chooses what the text needs whatever it is."""
        wanted = args.int32(encoding)
        if wanted not in _ENCODINGS:
            raise InvalidParameter("no such transfer encoding", value=wanted)
        self._obj.encoding = wanted

    def SetSaveFormat(self, saveFormat: Any, /) -> None:
        """What is written (MIMESAVETYPE): MIME (1); plain RFC 822 (0) has the text only."""
        wanted = args.int32(saveFormat)
        if wanted not in _SAVE_FORMATS:
            raise InvalidParameter("messages are saved as MIME or as RFC 822", value=wanted)
        self._obj.save_format = wanted

    def MAPIToMIMEStm(self, message: Any, stream: Any, flags: Any = 0, /) -> None:
        """Write a message as Internet mail to a stream, at its cursor."""
        source: Message = target_of(message, PyIMessage)
        target: Stream = target_of(stream, PyIStream)
        word = args.flags(flags, _FLAGS, common=0)
        if not self._obj.save_format:
            word |= CCSF_PLAIN_TEXT_ONLY
        target.write(_mime(source, word))
        note_written(stream)

    def MIMEToMAPI(self, stream: Any, message: Any, flags: Any = 0, /) -> None:
        """Read Internet mail from a stream's cursor into a message, which must still be saved."""
        source: Stream = target_of(stream, PyIStream)
        target: Message = target_of(message, PyIMessage)
        args.flags(flags, _FLAGS, common=0)
        from mapix.formats.mime import from_mime
        from mapix.objects.messages.content import write_content

        write_content(from_mime(source.read()).value, target)


def _mime(source: Message, word: int) -> bytes:
    """The bytes of a message as the flags want them."""
    from mapix.formats.mime import to_mime
    from mapix.objects.messages.content import read_content

    if word & CCSF_USE_TNEF:
        raise NoSupport("messages are not written as TNEF here", hint="leave CCSF_USE_TNEF away")
    content = read_content(source)
    if word & CCSF_PLAIN_TEXT_ONLY:
        content = _plain(content)
    data = to_mime(content)
    head, _, body = data.partition(b"\r\n\r\n")
    if word & CCSF_NOHEADERS:
        return body
    if word & CCSF_NO_MSGID:
        head = _without(head, b"message-id")
    if word & CCSF_INCLUDE_BCC:
        head += _bcc(content)
    return head + b"\r\n\r\n" + body


def _plain(content: MessageContent) -> MessageContent:
    """The message with its text only, when it has some."""
    richer = {PR_HTML.id, PR_RTF_COMPRESSED.id} if content.get(PR_BODY) else set()
    kept = {tag: value for tag, value in content.properties.items() if tag.id not in richer}
    return replace(content, properties=kept)


def _without(head: bytes, name: bytes) -> bytes:
    """A header without the field of a name, its further lines included."""
    return re.sub(rb"(?im)^" + re.escape(name) + rb":.*(?:\r\n[ \t].*)*(?:\r\n|\Z)", b"", head).removesuffix(b"\r\n")


def _bcc(content: MessageContent) -> bytes:
    """The field of the blind copies, with the end of the line before it."""
    from mapix.formats.mime.addresses import address_field
    from mapix.formats.mime.people import recipients_of

    field = address_field("Bcc", recipients_of(content, MAPI_BCC))
    return b"\r\n" + field.encode("utf-8") if field else b""


def new_session() -> PyIUnknown:
    """What CoCreateInstance makes of CLSID_IConverterSession."""
    return PyIConverterSession(ConverterTarget())
