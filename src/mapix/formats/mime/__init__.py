"""Internet mail: messages as RFC 5322 and MIME bytes, and such bytes as messages ([MS-OXCMAIL]).

`to_mime` writes, `from_mime` reads; both speak `mapix.properties.content.MessageContent`. `MimeOptions` chooses.
"""

from mapix.formats.mime.from_mime import from_mime
from mapix.formats.mime.options import SENDING, Encoding, MimeOptions, SaveFormat
from mapix.formats.mime.to_mime import mime_pieces, needs_smtputf8, to_mime, write_mime

__all__ = [
    "SENDING",
    "Encoding",
    "MimeOptions",
    "SaveFormat",
    "from_mime",
    "mime_pieces",
    "needs_smtputf8",
    "to_mime",
    "write_mime",
]
