"""Work grows as the bytes do: the steps that hostile mail takes, read and written anew, counted at two sizes."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from mapix.formats.mime import MimeOptions, from_mime, to_mime

HEAD = b"From: Ann <ann@example.com>\r\nMIME-Version: 1.0\r\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
CALENDAR = (
    b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\n"
    b"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260303T100000Z\r\nDTEND:20260303T110000Z\r\n%sEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
CARD = b"Content-Type: text/vcard\r\n\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nFN:a%s\r\nEND:VCARD\r\n"
CHANGED = b"".join(
    b"BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:2026%02d%02dT100000Z\r\nDTSTART:20260303T100000Z\r\nEND:VEVENT\r\n"
    % (1 + day % 12, 1 + day // 12)
    for day in range(12 * 28)
)

MAILS: dict[str, Callable[[int], bytes]] = {
    "fields": lambda n: b"".join(b"X-%d: 1\r\n" % at for at in range(n)),
    "fields of people": lambda n: b"To: a@b.test\r\n" * n,
    "one folded field": lambda n: b"Subject: a" + b"\r\n a" * n + b"\r\n",
    "folded people": lambda n: b"To: a" + b"\r\n a" * n + b"\r\n",
    "encoded words": lambda n: b"Subject: " + b"=?utf-8?q?=C3?= =?utf-8?q?=BC?= " * n + b"\r\n",
    "addresses": lambda n: b'To: "x y" (z) <a@b.test>, ' * n + b"\r\n",
    "groups": lambda n: b"To: " + b"g: a@b.c;, " * n + b"\r\n",
    "open groups": lambda n: b"To: " + b"a:" * n + b"\r\n",
    "nested comments": lambda n: b"To: " + b"(" * n + b")" * n + b" a@b.c\r\n",
    "quotes": lambda n: b"To: " + b'"' * n + b"\r\n",
    "references": lambda n: b"References: " + b"<a@b> " * n + b"\r\n",
    "parameters": lambda n: b"Content-Type: a/b" + b"".join(b"; p%d=b" % at for at in range(n)) + b"\r\n",
    "segments": lambda n: b"Content-Type: a/b" + b"".join(b"; name*%d*=%%41" % at for at in range(n)) + b"\r\n",
    "huge indices": lambda n: (
        b"Content-Type: a/b" + b"".join(b"; name*9%d=a" % 10**at for at in range(n // 4)) + b"\r\n"
    ),
    "parts": lambda n: MIXED + b"--b\r\nContent-Type: application/x\r\n\r\nabc\r\n" * n,
    "texts": lambda n: MIXED + b"--b\r\n\r\nabc\r\n" * (n // 2),
    "pieces of HTML": lambda n: MIXED + b"--b\r\nContent-Type: text/html\r\n\r\n<body>abc\r\n" * (n // 2),
    "lookalikes": lambda n: MIXED + b"\n--bc" * n,
    "nested parts": lambda n: b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(n)
    ),
    "messages": lambda n: b"Content-Type: message/rfc822\r\n\r\n" * n,
    "padding": lambda n: b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QQ\r\n=\r\n" * n,
    "soft breaks": lambda n: b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=\r\n" * n,
    "flowing lines": lambda n: b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \r\n" * n,
    "flowing blanks": lambda n: b"Content-Type: text/plain; format=flowed\r\n\r\n" + b" " * 40 * n + b"a\r\nb",
    "folded card": lambda n: CARD % (b"\r\n a" * n),
    "addresses of a card": lambda n: CARD % (b"\r\nEMAIL:a@b.c" * n),
    "lines of a calendar": lambda n: CALENDAR % (b"X-A:b\r\n" * n),
    "folded calendar": lambda n: CALENDAR % (b"SUMMARY:a" + b"\r\n a" * n + b"\r\n"),
    "attendees": lambda n: CALENDAR % b"".join(b"ATTENDEE:mailto:a%d@b.c\r\n" % at for at in range(n)),
    "days left out": lambda n: (
        CALENDAR % (b"RRULE:FREQ=DAILY\r\nEXDATE:20260304T100000Z" + b",20260305T100000Z" * n + b"\r\n")
    ),
    "occurrences": lambda n: (
        CALENDAR
        % (
            b"RRULE:FREQ=DAILY;COUNT=9\r\nEND:VEVENT\r\n"
            + CHANGED[: n // 4 * (len(CHANGED) // 336)]
            + b"BEGIN:VEVENT\r\n"
        )
    ),
}


class Steps:
    """Counts the lines and calls that run while it is entered."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> "Steps":
        self.before = sys.gettrace()
        sys.settrace(self.step)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self.before)

    def step(self, frame: FrameType, event: str, arg: Any) -> "Callable[[FrameType, str, Any], Any]":
        self.count += 1
        return self.step


def steps(data: bytes) -> int:
    counted = Steps()
    with counted:
        to_mime(from_mime(data).value, options=MimeOptions(original=False))
    return counted.count


@pytest.mark.parametrize("name", MAILS)
def test_twice_the_bytes_take_at_most_about_twice_the_steps(name: str) -> None:
    pytest.importorskip("icalendar")
    end = b"" if b"END:V" in MAILS[name](1) else b"\r\nend"
    mails = [HEAD + MAILS[name](size) + end for size in (1, 100, 200)]
    steps(mails[0])
    base, one, two = map(steps, mails)
    assert two - base <= 2.6 * max(one - base, 200)
