"""Messages of TNEF: streams as messages, without a session, and messages as streams.

message = mapix.from_tnef(Path("winmail.dat").read_bytes())
data = mapix.to_tnef(message)
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, BinaryIO, cast

from mapix.client.filemessage import empty_message
from mapix.client.items.classes import kind_of
from mapix.objects.messages.content import write_content
from mapix.properties.tags import PR_MESSAGE_CLASS

if TYPE_CHECKING:
    from mapix.client.message import Message
    from mapix.formats.defects import Strictness


def from_tnef(data: bytes | IO[bytes], *, strictness: Strictness | None = None) -> Message:
    """The message of a TNEF stream, what `winmail.dat` holds, as bytes or an open file ([MS-OXTNEF]).

    It is a message in memory, of the class that its content tells. Its `defects` tell what was wrong with the stream;
    with a `strictness` of `Strictness.STRICT` the first defect raises CorruptData, as what is no TNEF always does.
    Raises: InvalidParameter for what is neither, such as a path.
    """
    from mapix.formats.defects import Strictness as Reading
    from mapix.formats.mime.source import check_binary
    from mapix.formats.tnef import TnefFile

    if not isinstance(data, bytes | bytearray | memoryview):
        check_binary(data)
    with TnefFile.open(cast("bytes | BinaryIO", data), strictness=strictness or Reading.TOLERANT) as file:
        mapi = empty_message()
        write_content(file.content, mapi, keep_times=True)
        message = kind_of(mapi.get_prop(PR_MESSAGE_CLASS))(mapi)
        vars(message)["defects"] = file.defects
    return message


def to_tnef(message: Message, file: IO[bytes] | None = None, *, transmittable: bool = False) -> bytes:
    """A message as a TNEF stream ([MS-OXTNEF]); with `file` it is written there in pieces and b"" returned.

    `transmittable` leaves out what a transport does not carry (P-004). Raises: TooComplex where messages stand more
    than 64 deep in one another.
    """
    from mapix.formats.tnef import tnef_bytes, write_tnef

    if file is None:
        return tnef_bytes(message._content(), transmittable=transmittable)
    write_tnef(message._content(), cast(BinaryIO, file), transmittable=transmittable)
    return b""
