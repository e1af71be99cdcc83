"""Messages as messages: .msg, .eml, TNEF, and the pieces of mailboxes and maildirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from mapix.convert.targets.base import Target
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.flags import MSGFLAG_UNSENT

SMALL: Final = 1 << 20
"""Bytes of a piece of a mailbox that travels without a file."""


class Msg(Target):
    """One .msg file a message."""

    def write(self, content: MessageContent, path: Path, title: str) -> None:
        """See `Target`."""
        from mapix.formats.msg import write_msg

        with path.open("w+b") as file:
            write_msg(content, cast(BinaryIO, file))


class Tnef(Target):
    """One TNEF stream a message."""

    def write(self, content: MessageContent, path: Path, title: str) -> None:
        """See `Target`."""
        from mapix.formats.tnef import write_tnef

        with path.open("w+b") as file:
            write_tnef(content, cast(BinaryIO, file))


class Eml(Target):
    """One Internet mail a message; blind copies stay, drafts say that they are."""

    def write(self, content: MessageContent, path: Path, title: str) -> Any:
        """See `Target`."""
        from mapix.formats.mime import MimeOptions, write_mime

        unsent = bool((content.get(t.PR_MESSAGE_FLAGS) or 0) & MSGFLAG_UNSENT)
        with path.open("wb") as file:
            write_mime(content, file, options=MimeOptions(bcc=True, unsent=unsent))
        return None


class Mbox(Eml):
    """A message of a mailbox in one file: a line From, the mail, an empty line."""

    def write(self, content: MessageContent, path: Path, title: str) -> bytes | None:
        """See `Target`; small ones are returned."""
        from mapix.convert.mboxes import quote_file, quoted

        super().write(content, path, title)
        begin = _from_line(content)
        if path.stat().st_size <= SMALL:
            data = path.read_bytes()
            path.unlink()
            return begin + quoted(data)
        quote_file(path, begin)
        return None


TARGETS: Final[dict[str, type[Target]]] = {"msg": Msg, "tnef": Tnef, "eml": Eml, "maildir": Eml, "mbox": Mbox}


def _from_line(content: MessageContent) -> bytes:
    """`From ann@example.org Thu Jan  2 12:00:00 2020`, in UTC (RFC 4155)."""
    from time import asctime, gmtime

    from mapix.properties.times import TICKS_PER_SECOND, UNIX_EPOCH_TICKS

    address = content.get(t.PR_SENDER_SMTP_ADDRESS) or content.get(t.PR_SENDER_EMAIL_ADDRESS) or ""
    if "@" not in address or not address.isascii() or not address.isprintable() or " " in address:
        address = "MAILER-DAEMON"
    ticks = content.get(t.PR_MESSAGE_DELIVERY_TIME) or content.get(t.PR_CLIENT_SUBMIT_TIME) or UNIX_EPOCH_TICKS
    seconds = min(max((ticks - UNIX_EPOCH_TICKS) // TICKS_PER_SECOND, 0), 253402300799)
    return f"From {address} {asctime(gmtime(seconds))}\n".encode("ascii")
