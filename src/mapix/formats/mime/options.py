"""How messages are read from MIME and written as it: what `IConverterSession` lets be chosen, and what is our own.

    to_mime(content, options=MimeOptions(encoding=Encoding.QUOTED, wrap=72))

The flags of `IConverterSession` are taken by `MimeOptions.of_flags`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from mapix.properties import flags as f


class Encoding(Enum):
    """How the bytes of bodies and files travel; AUTO takes what suits each."""

    AUTO = "auto"
    QUOTED = "quoted-printable"
    BASE64 = "base64"
    SEVEN_BIT = "7bit"
    EIGHT_BIT = "8bit"
    UUENCODE = "uuencode"


class SaveFormat(Enum):
    """MIME (SAVE_RFC1521), or a message without it, files uuencoded into the text (SAVE_RFC822)."""

    MIME = "mime"
    PLAIN = "rfc822"


@dataclass(frozen=True, slots=True)
class MimeOptions:
    """Choices for reading and writing MIME.

    Writing: `encoding` and `save_format`; `charset` of text instead of the message's own; `wrap` is the width in
    columns at which plain text is broken by format=flowed, 0 for never; `eight_bit_headers` leaves UTF-8 in headers
    (RFC 6532); `headers` writes the outer header; `bcc` shows blind copies; `message_id` writes Message-ID;
    `plain_text` sends no HTML; `alternative` puts text made of HTML beside HTML that has none; `unsent` tells by
    X-Unsent that a message was never sent; `original` sends what came as MIME and is unchanged as the same bytes;
    `trace` repeats Received and other fields that tell of a message's way.

    Reading: `named_headers` makes fields that have no property of their own named properties; `keep_original` keeps
    what is needed to write the same bytes again; `items` makes appointments and contacts of calendars and cards;
    `unwrap` makes what came as TNEF (winmail.dat) the message itself.
    """

    encoding: Encoding = Encoding.AUTO
    save_format: SaveFormat = SaveFormat.MIME
    charset: str | None = None
    wrap: int = 0
    eight_bit_headers: bool = False
    headers: bool = True
    bcc: bool = False
    message_id: bool = True
    plain_text: bool = False
    alternative: bool = False
    unsent: bool = False
    original: bool = True
    trace: bool = True
    named_headers: bool = True
    keep_original: bool = True
    items: bool = True
    unwrap: bool = True

    @property
    def usual_writing(self) -> bool:
        """Whether nothing is chosen that would make other bytes of a message that is unchanged."""
        reading = ("named_headers", "keep_original", "items", "unwrap", "bcc")
        return self.original and self == replace(USUAL, **{name: getattr(self, name) for name in reading})

    @classmethod
    def of_flags(cls, flags: int, base: MimeOptions | None = None) -> MimeOptions:
        """The choices that CCSF_* flags stand for, on top of `base`."""
        return replace(
            base or cls(),
            headers=not flags & f.CCSF_NOHEADERS,
            bcc=bool(flags & f.CCSF_INCLUDE_BCC),
            eight_bit_headers=bool(flags & f.CCSF_8BITHEADERS),
            plain_text=bool(flags & f.CCSF_PLAIN_TEXT_ONLY),
            message_id=not flags & f.CCSF_NO_MSGID,
            unsent=bool(flags & f.CCSF_EMBEDDED_MESSAGE),
        )


USUAL: Final = MimeOptions()
SENDING: Final = MimeOptions(alternative=True, original=False, trace=False)
"""How a transport writes what it sends: text for everybody, and nothing of the way that an earlier message took."""
