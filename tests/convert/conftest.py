"""Folders of mail to be converted."""

from __future__ import annotations

import base64
import random
from pathlib import Path

import mapix
from mapix.properties.content import MessageContent

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"


def mail(number: int, *, attached: bytes = b"1;2;3\n") -> bytes:
    """A small mail with text, HTML and a file; the same bytes at every call."""
    head = f"""From: Carl <carl@example.org>
To: Ann {number} <ann{number}@example.org>
Cc: Bill <bill@example.org>
Subject: Case {number}
Date: Thu, 02 Jan 2020 12:00:{number % 60:02d} +0000
Message-ID: <{number}@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="mixed"

--mixed
Content-Type: multipart/alternative; boundary="either"

--either
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

The numbers of case {number}: é, ü
--either
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

<p>The numbers of <b>case {number}</b>: é, ü</p>
--either--
--mixed
Content-Type: text/csv; name="case {number}.csv"
Content-Disposition: attachment; filename="case {number}.csv"
Content-Transfer-Encoding: base64

"""
    data = base64.encodebytes(attached).decode("ascii")
    return (head + data + "--mixed--\n").replace("\n", "\r\n").encode()


def content_of(path: Path) -> MessageContent:
    """The message in a file."""
    return mapix.open(path)._content()


def mixed(folder: Path, count: int, *, seed: int = 1) -> int:
    """`count` files of mail, TNEF and .msg in folders; every twentieth is damaged. How many are not damaged."""
    from mapix.formats.mime import from_mime
    from mapix.formats.msg import write_msg
    from mapix.formats.tnef import write_tnef

    chance = random.Random(seed)
    models = [(from_mime(data).value, data) for data in map(mail, range(7))]
    sound = 0
    for number in range(count):
        place = folder / f"{number % 11}" / f"mail {number}"
        place.parent.mkdir(parents=True, exist_ok=True)
        content, data = models[number % 7]
        kind = number % 3
        path = place.with_suffix((".eml", ".msg", ".tnef")[kind])
        if kind == 0:
            path.write_bytes(data + b"%d\r\n" % number)
        else:
            (write_msg, write_tnef)[kind - 1](content, path)
        if number % 20 == 19:
            damage(path, chance)
        else:
            sound += 1
    return sound


def damage(path: Path, chance: random.Random) -> None:
    """Cut a file off, or turn bits in it, or take everything."""
    data = bytearray(path.read_bytes())
    way = chance.randrange(3)
    if way == 0:
        del data[chance.randrange(len(data)) :]
    elif way == 1:
        for _ in range(20):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    else:
        data.clear()
    path.write_bytes(data)
