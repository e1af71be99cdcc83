"""Messages of Internet mail: bytes or open files as messages, without a session, and messages as bytes.

message = mapix.from_mime(Path("mail.eml").read_bytes())
print(message.subject, [one.name for one in message.attachments])
data = mapix.to_mime(message)
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from mapix.client.filemessage import empty_message
from mapix.client.items.classes import kind_of
from mapix.objects.messages.content import write_content
from mapix.properties.tags import PR_MESSAGE_CLASS

if TYPE_CHECKING:
    from mapix.client.message import Message
    from mapix.formats.defects import Strictness
    from mapix.formats.mime.options import MimeOptions


def from_mime(
    data: bytes | IO[bytes], *, options: MimeOptions | None = None, strictness: Strictness | None = None
) -> Message:
    """The message that Internet mail is: RFC 5322 and MIME, as bytes or an open file ([MS-OXCMAIL] 2.2).

    It is a message in memory, of the class that its content tells: mail, a meeting request, a contact, a report. Its
    `defects` tell what was wrong with the bytes; any bytes are a message of some kind. A large file is read in pieces.

    Parameters: `options` chooses what becomes of header fields, calendars and cards; with a `strictness` of
    `Strictness.STRICT` the first defect raises CorruptData.
    """
    from mapix.formats.defects import Strictness as Reading
    from mapix.formats.mime import MimeOptions as Options
    from mapix.formats.mime import from_mime as read

    parsed = read(data, strictness=strictness or Reading.TOLERANT, options=options or Options())
    mapi = empty_message()
    write_content(parsed.value, mapi, keep_times=True)
    message = kind_of(mapi.get_prop(PR_MESSAGE_CLASS))(mapi)
    vars(message)["defects"] = parsed.defects
    return message


def to_mime(message: Message, file: IO[bytes] | None = None, *, options: MimeOptions | None = None) -> bytes:
    """A message as Internet mail ([MS-OXCMAIL] 2.1); with `file` it is written there in pieces and b"" returned.

    What came as Internet mail and was not changed is the same bytes again. Blind copies are left out of everything
    else, unless `options` wants them (`MimeOptions(bcc=True)`).

    Raises: TooComplex where messages stand more than 64 deep in one another, CorruptData for a body that is only RTF
    and damaged, NoSupport for a calendar item where `icalendar` is not installed.
    """
    from mapix.formats.mime import MimeOptions as Options
    from mapix.formats.mime import to_mime as written
    from mapix.formats.mime import write_mime

    if file is None:
        return written(message._content(), options=options or Options())
    write_mime(message._content(), file, options=options or Options())
    return b""
