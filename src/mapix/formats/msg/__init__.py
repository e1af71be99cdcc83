"""Messages in .msg files ([MS-OXMSG]): read lazily, written whole, and pieces to edit them in place.

    with MsgFile.open(Path("mail.msg")) as file:
        content = content_of(file)
    write_msg(content, Path("copy.msg"))

What a file holds besides its message is `foreign_of`'s; `onstorage` reads and writes single objects on a live storage.
"""

from mapix.formats.msg.content import content_of
from mapix.formats.msg.file import MsgAttachment, MsgFile, MsgMessage, MsgRecipient
from mapix.formats.msg.foreign import Foreign, foreign_of
from mapix.formats.msg.write import write_msg

__all__ = [
    "Foreign",
    "MsgAttachment",
    "MsgFile",
    "MsgMessage",
    "MsgRecipient",
    "content_of",
    "foreign_of",
    "write_msg",
]
