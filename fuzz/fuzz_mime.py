"""Coverage-guided fuzzing of mail: `python fuzz/fuzz_mime.py -max_total_time=300`.

Any bytes are a message; what was read goes out as the same bytes, and made anew it is mail again, which says the same
subject. The first byte of an input chooses what comes before the rest: nothing, or a header that leads into multiparts,
reports, calendars, cards and encodings. Needs atheris; `make fuzz` runs it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from running import instrumented, run

with instrumented():
    from mapix.formats.mime import MimeOptions, from_mime, to_mime
    from mapix.formats.mime.bodyform import BodyParts, Flow
    from mapix.properties.errors import MapiError
    from mapix.properties.tags import PR_SUBJECT

MOST: Final = 100_000
"""Bytes of an input; more teach nothing."""

HEADS: Final = (
    b"",
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
    b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n"
    b"Content-Type: message/delivery-status\r\n\r\n",
    b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"
    b"DTSTART:20260303T100000Z\r\n",
    b"Content-Type: text/vcard\r\n\r\nBEGIN:VCARD\r\nVERSION:3.0\r\n",
    b"Content-Transfer-Encoding: base64\r\n\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/html; charset=",
    b"Content-Disposition: attachment; ",
    b"To: ",
    b"Subject: ",
    b"\r\nbegin 644 x\r\n",
    b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n",
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; format=flowed; delsp=",
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nfirst\r\n--b\r\nContent-Type: text/",
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<body>first</body>\r\n"
    b"--b\r\n"
    b"Content-Type: image/png\r\nContent-Disposition: inline\r\n\r\nx\r\n--b\r\nContent-Type: text/",
    b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    b"DTSTART:20260303T100000Z\r\nRRULE:FREQ=DAILY;COUNT=9\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    b"RECURRENCE-ID:20260304T100000Z\r\nDTSTART:2026",
    b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=iso-2022-jp\r\nSubject: \x1b$B",
)
"""What may come before an input."""


def one_input(data: bytes) -> None:
    """Read one input, and write what was read."""
    if 1 < len(data) < MOST:
        judge(HEADS[data[0] % len(HEADS)] + data[1:])
        kept_forms(data[1:])


def judge(data: bytes) -> None:
    """What is read goes out as it came, and made anew says the same."""
    content = from_mime(data).value
    assert to_mime(content) == data, "mail that nobody changed is other bytes"
    with suppress(MapiError):
        anew = to_mime(content, options=MimeOptions(original=False, trace=False))
        again = from_mime(anew).value
        assert " ".join(again.get(PR_SUBJECT).split()) == " ".join(content.get(PR_SUBJECT).split()), "another subject"


def kept_forms(data: bytes) -> None:
    """What is kept of the form of a body may be any bytes: it is read, or ignored."""
    text = data.decode("latin-1")
    if (flow := Flow.load(data)) is not None:
        flow.lines(text)
    if (parts := BodyParts.load(data)) is not None:
        parts.taken_off(text, data)


def seeds() -> list[bytes]:
    """Sound mails of several kinds."""
    head = b"From: Ann <ann@example.com>\r\nTo: Bill <bill@example.com>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    parts = (
        b"--b\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\nplain\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        b"<img src='cid:p'>\r\n--b\r\nContent-Type: image/png; name*=utf-8''a%20b.png\r\nContent-ID: <p>\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\ncGljdHVyZQ==\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
    )
    return [
        b"\0" + head + b"\r\nHello\r\n",
        b"\0"
        + head
        + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
        + parts
        + head
        + b"\r\nin\r\n--b--\r\n",
        b"\2Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--",
        b"\3UID:1\r\nRRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=3\r\nATTENDEE:mailto:a@b\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"\4FN:Ann\r\nEMAIL:a@b.test\r\nEND:VCARD\r\n",
        b"\12#0V%T\r\n`\r\nend\r\n",
        b"\14yes\r\n\r\n> a \r\n> b\r\n-- \r\nAnn \r\nB.\r\n",
        b"\15html\r\n\r\n<p>second</p>\r\n--b--\r\n",
        b"\16plain; charset=koi8-r\r\n\r\nthird\r\n--b--\r\n",
        b"\170310T120000Z\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"\20K\\\x1b(B\r\n\r\n\x1b$B-!\x1b(B\r\n",
    ]


if __name__ == "__main__":
    run("mime", one_input, seeds())
