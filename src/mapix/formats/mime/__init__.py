"""Internet mail: messages as RFC 5322 and MIME bytes, and such bytes as messages ([MS-OXCMAIL]).

`to_mime` writes, `from_mime` reads; both speak `mapix.properties.content.MessageContent`.
"""

from mapix.formats.mime.from_mime import from_mime
from mapix.formats.mime.to_mime import needs_smtputf8, to_mime

__all__ = ["from_mime", "needs_smtputf8", "to_mime"]
