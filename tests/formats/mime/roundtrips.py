"""What two mails have in common, as Python's own reader of mail sees them."""

from __future__ import annotations

import email
from collections import Counter
from email.message import Message

from mapix.formats.mime.addresses import parse_addresses
from mapix.formats.mime.headers import header_text, raw_text

OF_THE_BODY = ("content-type", "content-transfer-encoding", "content-disposition", "mime-version", "content-id")
OF_PEOPLE = ("from", "sender", "to", "cc", "bcc", "reply-to")


def fields(data: bytes) -> Counter[tuple[str, str]]:
    """The fields of a header, their values as people read them."""
    message = email.message_from_bytes(data)
    return Counter((name.lower(), shown(name.lower(), value)) for name, value in message._headers if counts(name))  # type: ignore[attr-defined]


def counts(name: str) -> bool:
    return name.lower() not in OF_THE_BODY


def shown(name: str, value: str) -> str:
    raw = str(value).encode("utf-8", "surrogateescape").decode("ascii", "surrogateescape")
    if name in OF_PEOPLE:
        return ", ".join(f"{each.name} <{each.address}>" for each in parse_addresses(raw_text(raw)))
    return " ".join(header_text(raw).split())


def parts(data: bytes) -> Counter[tuple[str, str, str, bytes]]:
    """The parts that have something in them: type, name, identifier, decoded bytes with one kind of line end."""
    leaves = (part for part in email.message_from_bytes(data).walk() if not part.is_multipart())
    found = ((kind(part), name(part), identifier(part), content(part)) for part in leaves)
    return Counter(each for each in found if each[3])


def kind(part: Message) -> str:
    return part.get_content_type()


def name(part: Message) -> str:
    """A name; none where it was in letters that the header does not tell, which that reader cannot say."""
    found = part.get_filename() or ""
    return "" if not found.isascii() or "\ufffd" in found else found


def identifier(part: Message) -> str:
    return str(part.get("content-id") or "").strip("<> ")


def content(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    assert data is None or isinstance(data, bytes)
    return (data or b"").replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n")


def differences(before: bytes, after: bytes) -> list[str]:
    """What the one mail has that the other has not."""
    lost, new = fields(before) - fields(after), fields(after) - fields(before)
    gone, made = parts(before) - parts(after), parts(after) - parts(before)
    told = [f"-{key}: {text[:60]}" for key, text in lost] + [f"+{key}: {text[:60]}" for key, text in new]
    told += [f"-{each[0]} {each[1]} {each[2]} {each[3][:30]!r}" for each in gone]
    return told + [f"+{each[0]} {each[1]} {each[2]} {each[3][:30]!r}" for each in made]
