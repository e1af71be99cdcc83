"""Mail read into properties, recipients and attachments, and written of them, against Python's `email`.

Reading is held against `email` parsing alone (compat32), which decodes nothing; writing against its generator, which
has the encoded parts already. The mails are the sample files where they are, else a few made here.
"""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage, Message
from pathlib import Path

from benchmarks.harness import Result, side_by_side
from mapix.formats.mime import MimeOptions, from_mime, to_mime

SAMPLES = Path(__file__).parents[2] / "shared" / "corpora" / "eml"
READ, WRITTEN = 2.5, 2.0
ANEW = MimeOptions(original=False)


def run() -> list[Result]:
    """All measurements of mail."""
    mails = samples()
    contents = [from_mime(data).value for data in mails]
    parsed = [email.message_from_bytes(to_mime(content, options=ANEW)) for content in contents]
    parsing = side_by_side(lambda: [from_mime(data) for data in mails], lambda: [_parsed(data) for data in mails])
    bare = MimeOptions(keep_original=False)
    without = side_by_side(
        lambda: [from_mime(data, options=bare) for data in mails], lambda: [_parsed(d) for d in mails]
    )
    anew = side_by_side(
        lambda: [to_mime(content, options=ANEW) for content in contents], lambda: [each.as_bytes() for each in parsed]
    )
    same = side_by_side(
        lambda: [to_mime(content) for content in contents], lambda: [each.as_bytes() for each in parsed]
    )
    many = f"{len(mails)} mails"
    return [
        Result(f"{many} read", *parsing, READ),
        Result(f"{many} read, originals not kept", *without, READ),
        Result(f"{many} written anew", *anew, WRITTEN),
        Result(f"{many} written unchanged", *same, WRITTEN),
    ]


def samples() -> list[bytes]:
    """The mails that are measured with."""
    paths = sorted(path for path in SAMPLES.rglob("*") if path.is_file()) if SAMPLES.is_dir() else []
    return [path.read_bytes() for path in paths] or [made(number) for number in range(100)]


def made(number: int) -> bytes:
    """A mail with text, HTML and a file."""
    message = EmailMessage(policy=email.policy.SMTP)
    message["Subject"] = f"Grüße {number}"
    message["From"], message["To"] = "Ann <ann@example.com>", "Bill <bill@example.com>, eve@example.com"
    message["Received"] = "from a.example by b.example; Thu, 2 Jan 2020 12:00:00 +0000"
    message.set_content("Hello " * 100 + "\n")
    message.add_alternative("<p>Hello</p>" * 100, subtype="html")
    message.add_attachment(bytes(range(256)) * (number % 40), maintype="image", subtype="png", filename="a.png")
    return message.as_bytes()


def _parsed(data: bytes) -> Message:
    return email.message_from_bytes(data)


def _generated(messages: list[Message]) -> list[bytes]:
    return [each.as_bytes() for each in messages]
