"""Whether bytes are Internet mail at all, before they are read as such: any bytes would be a message with one body.

>>> is_mail(b"Subject: x\\r\\n\\r\\nHello", "mail.txt"), is_mail(b"Hello", "notes.txt"), is_mail(b"Hello", "note.eml")
(True, False, True)
>>> is_mail(bytes(range(40)), "picture.eml")
False
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

LOOKED_AT: Final = 1024
"""Bytes of a file by which it is known."""

MAILS: Final = (".eml", ".emltpl", ".mht", ".mhtml")
MAILBOXES: Final = (".mbox", ".mbx")

_HEADED: Final = re.compile(
    rb"\A(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*(?:>?From [^\r\n]*\s+)?[A-Za-z0-9][!-9;-~\x00]*[ \t]*\x00?:(?!//)"
)
_LOOSE: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*BEGIN:V(CALENDAR|CARD)[ \t]*\r?\n", re.IGNORECASE)
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\r\f\b\x1b"))
_A_FEW: Final = 10


def is_mail(head: bytes, name: str) -> bool:
    """Whether a file of this name that begins so is taken for mail: it begins with a header line; or its name says so,
    and it is text.
    """
    return has_header(head) or (named_mail(name) and not is_binary(head))


def loose_kind(head: bytes) -> str:
    """The media type of a calendar or card that begins so, without a mail around it; nothing for all else."""
    found = _LOOSE.match(head)
    return "" if found is None else f"text/v{found[1].decode().lower()}".replace("/vcalendar", "/calendar")


def has_header(head: bytes) -> bool:
    """Whether a text begins with a header line, empty lines aside."""
    return _HEADED.match(head) is not None


def named_mail(name: str) -> bool:
    """Whether a name says that a file is Internet mail, or a mailbox of it."""
    lower = name.lower()
    return lower.endswith((*MAILS, *MAILBOXES)) or Path(lower).name == "mbox"


def is_binary(head: bytes) -> bool:
    """Whether more than a tenth of the bytes are control characters that no text has."""
    return (len(head) - len(head.translate(None, _CONTROLS))) * _A_FEW > len(head)
