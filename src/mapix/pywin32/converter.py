"""PyIConverterSession: messages of stores and Internet mail, one into the other.

    session = pythoncom.CoCreateInstance(
        mapi.CLSID_IConverterSession, None, pythoncom.CLSCTX_INPROC_SERVER, mapi.IID_IConverterSession
    )
    session.MIMEToMAPI(stream, message)
    message.SaveChanges(0)

The conversion itself is `mapix.formats.mime`'s.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.addrbook import AddrBook
from mapix.interfaces.message import Message
from mapix.interfaces.stream import Stream
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import InvalidParameter
from mapix.properties.flags import ATTACH_BY_VALUE
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_METHOD,
    PR_ATTACH_MIME_TAG,
    PR_HTML,
    PR_RTF_COMPRESSED,
)
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

if TYPE_CHECKING:
    from mapix.formats.mime.options import MimeOptions

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
_ENCODINGS: Final = {0: "AUTO", 1: "BASE64", 2: "UUENCODE", 3: "QUOTED", 4: "SEVEN_BIT", 5: "EIGHT_BIT"}
"""What the transfer encodings of mimeole.h's ENCODINGTYPE are called by `mapix.formats.mime.options`."""

_SAVE_FORMATS: Final = {0: "PLAIN", 1: "MIME"}
"""SAVE_RFC822 and SAVE_RFC1521 of mimeole.h's MIMESAVETYPE."""

_PIECE: Final = 1 << 20
_IN_MEMORY: Final = 4 << 20


class ConverterTarget:
    """What a converter session remembers between its calls."""

    def __init__(self) -> None:
        self.book: Any = None
        self.encoding = 0
        self.save_format = 1

    def options(self, word: int) -> MimeOptions:
        """How MIME is written with the flags of a call."""
        from mapix.formats.mime.options import Encoding, MimeOptions, SaveFormat

        chosen = MimeOptions(
            encoding=Encoding[_ENCODINGS[self.encoding]],
            save_format=SaveFormat[_SAVE_FORMATS[self.save_format]],
        )
        return MimeOptions.of_flags(word, chosen)


class PyIConverterSession(PyIUnknown):
    """IConverterSession."""

    _kind = ConverterTarget

    def SetAdrBook(self, adrBook: Any, /) -> None:
        """The address book of the session; None for none.

        With one, people of other networks get the Internet addresses that it has of them when mail is written, and
        people of mail get its entries, and its names where the mail has none. Without one they are one-offs.
        """
        self._obj.book = None if adrBook is None else target_of(adrBook, PyIAddrBook)

    def SetEncoding(self, encoding: Any, /) -> None:
        """Which transfer encoding is wanted (ENCODINGTYPE): 0 takes what suits, 1 base64, 2 uuencode, 3
        quoted-printable, 4 and 5 none.
        """
        wanted = args.int32(encoding)
        if wanted not in _ENCODINGS:
            raise InvalidParameter("no such transfer encoding", value=wanted, hint="0 to 5")
        self._obj.encoding = wanted

    def SetSaveFormat(self, saveFormat: Any, /) -> None:
        """What is written (MIMESAVETYPE): MIME (1), or a message without it (0)."""
        wanted = args.int32(saveFormat)
        if wanted not in _SAVE_FORMATS:
            raise InvalidParameter("messages are saved as MIME or as RFC 822", value=wanted, hint="0 or 1")
        self._obj.save_format = wanted

    def MAPIToMIMEStm(self, message: Any, stream: Any, flags: Any = 0, /) -> None:
        """Write a message as Internet mail to a stream, at its cursor; `flags` are CCSF_*."""
        from mapix.formats.mime.to_mime import mime_pieces
        from mapix.objects.messages.content import read_content

        source: Message = target_of(message, PyIMessage)
        target: Stream = target_of(stream, PyIStream)
        word = args.flags(flags, _FLAGS, common=0)
        content = read_content(source)
        if self._obj.book is not None:
            from mapix.objects.messages.addressing import with_internet_addresses

            content = with_internet_addresses(content, self._obj.book)
        if word & CCSF_USE_TNEF:
            content = _wrapped(content)
        for piece in mime_pieces(content, options=self._obj.options(word)):
            target.write(piece)
        note_written(stream)

    def MIMEToMAPI(self, stream: Any, message: Any, flags: Any = 0, /) -> None:
        """Read Internet mail from a stream's cursor on into a message, which must still be saved."""
        source: Stream = target_of(stream, PyIStream)
        target: Message = target_of(message, PyIMessage)
        args.flags(flags, _FLAGS, common=0)
        _read(source, target, self._obj.book)


def _read(source: Stream, target: Message, book: AddrBook | None) -> None:
    """Large mail goes by a temporary file."""
    from tempfile import SpooledTemporaryFile

    from mapix.formats.mime import from_mime
    from mapix.objects.messages.content import write_content

    with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        while piece := source.read(_PIECE):
            file.write(piece)
        file.seek(0)
        content = from_mime(file).value
        if book is not None:
            _look_up(content, book)
        write_content(content, target)


def _look_up(content: MessageContent, book: AddrBook) -> None:
    """Give people the entries of a book; mail that nobody changes is the same bytes afterwards all the same."""
    from mapix.formats.mime.skeleton import keep_as_unchanged
    from mapix.objects.messages.addressing import with_entries

    with_entries(content, book)
    keep_as_unchanged(content)


def _wrapped(content: MessageContent) -> MessageContent:
    """The message as its text, with everything else in `winmail.dat`."""
    from mapix.formats.tnef import tnef_bytes

    data = tnef_bytes(content, transmittable=True, recipients=False)
    winmail = {
        PR_ATTACH_METHOD: ATTACH_BY_VALUE,
        PR_ATTACH_LONG_FILENAME: "winmail.dat",
        PR_ATTACH_MIME_TAG: "application/ms-tnef",
        PR_ATTACH_DATA_BIN: data,
    }
    richer = (PR_HTML.id, PR_RTF_COMPRESSED.id)
    kept = {tag: value for tag, value in content.properties.items() if tag.id not in richer}
    return replace(content, properties=kept, attachments=[AttachmentContent(winmail)])


def new_session() -> PyIUnknown:
    """What CoCreateInstance makes of CLSID_IConverterSession."""
    return PyIConverterSession(ConverterTarget())
