"""Bytes that mean harm, or were harmed: a message or a MAPI error, in time and memory that grow with the bytes."""

import io
import random
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from mapix.formats.mime import MimeOptions, from_mime, to_mime, write_mime
from mapix.formats.mime.transfer import base64_pieces_undone
from mapix.properties import tags as t
from mapix.properties.errors import MapiError
from mapix.properties.value import LargeValue

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpora" / "eml"
HEAD = b"From: Ann <ann@example.com>\r\nTo: Bill <bill@example.com>\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
OWN = (
    HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\n"
    b"plain\r\n--c\r\nContent-Type: text/html\r\n\r\n<b>rich</b>\r\n--c--\r\n--b\r\n"
    b"Content-Type: message/rfc822\r\n\r\n" + HEAD + b"\r\ninside\r\n--b\r\nContent-Type: image/png; name=a.png\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\ncGljdHVyZQ==\r\n--b--\r\n",
    HEAD + b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
    b"UID:1\r\nDTSTART:20260303T100000Z\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    HEAD + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n"
    b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\n"
    b"Action: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n",
)  # fmt: skip


def samples() -> list[bytes]:
    """Mails of our own, and real ones where they are."""
    paths = sorted(path for path in CORPUS.rglob("*") if path.is_file()) if CORPUS.is_dir() else []
    return [*OWN, *(path.read_bytes() for path in paths if path.stat().st_size < 12_000)]


def mutant(dice: random.Random, whole: list[bytes]) -> bytes:
    """A mail that was truncated, flipped, spliced, repeated, or whose numbers are too large."""
    data = bytearray(dice.choice(whole))
    for _ in range(dice.randrange(1, 6)):
        at, kind = dice.randrange(len(data) + 1), dice.randrange(6)
        if kind == 0 and at < len(data):
            data[at] = dice.randrange(256)
        elif kind == 1:
            del data[at : at + dice.randrange(1, 300)]
        elif kind == 2:
            other = dice.choice(whole)
            start = dice.randrange(len(other) + 1)
            data[at:at] = other[start : start + dice.randrange(500)]
        elif kind == 3:
            data[at:at] = data[max(0, at - dice.randrange(1, 200)) : at] * dice.randrange(1, 5)
        elif kind == 4:
            del data[at:]
        else:
            data[at:at] = b"%d" % 10 ** dice.randrange(3, 30)
    return bytes(data)


def read_and_write(data: bytes) -> bool:
    """Read, write as it came and anew, and read that; whether it could be written anew."""
    content = from_mime(data).value
    assert to_mime(content) == data
    with suppress(MapiError):
        from_mime(to_mime(content, options=MimeOptions(original=False)))
        return True
    return False


@pytest.mark.parametrize("seed", range(8))
def test_mutants_end_in_a_message_or_a_mapi_error(seed: int) -> None:
    dice, whole = random.Random(seed), samples()
    for _ in range(40):
        data = mutant(dice, whole)
        started = time.thread_time()
        read_and_write(data)
        assert time.thread_time() - started < 20


@pytest.mark.soak
def test_two_thousand_mutants_end_in_a_message_or_a_mapi_error() -> None:
    dice, whole = random.Random(2026), samples()
    written = sum(read_and_write(mutant(dice, whole)) for _ in range(2000))
    assert written > 1000


BOMBS = {
    "fields": b"X-%d: 1\r\n" * 200_000,
    "one long field": b"Subject: " + b"a" * 3_000_000 + b"\r\n",
    "folds": b"Subject: a" + b"\r\n a" * 300_000 + b"\r\n",
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\r\n",
    "halves of encoded words": b"Subject: " + b"=?utf-8?q?" * 100_000 + b"\r\n",
    "addresses": b"To: " + b"a@b.test," * 30_000 + b"\r\n",
    "quotes": b'To: "' + b'\\"' * 200_000 + b"\r\n",
    "comments": b"To: " + b"(" * 500_000 + b"\r\n",
    "angles": b"To: " + b"<" * 500_000 + b"\r\n",
    "groups": b"To: " + b"a:" * 100_000 + b"\r\n",
    "identifiers": b"References: " + b"<a@b> " * 100_000 + b"\r\n",
    "parameters": b"Content-Type: a/b" + b"; a=b" * 200_000 + b"\r\n",
    "segments": b"Content-Disposition: attachment" + b"".join(b"; filename*%d*=%%41" % n for n in range(900)) + b"\r\n",
    "keywords": b"Keywords: " + b"a," * 300_000 + b"\r\n",
    "dates": b"Date: " + b"1 " * 300_000 + b"\r\n",
    "blanks": b"Subject:" + b" " * 1_000_000 + b"x\r\n",
    "boundaries": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * 200_000,
    "almost boundaries": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"\n--bc" * 300_000,
    "nested": b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(5000)),
    "messages": b"Content-Type: message/rfc822\r\n\r\n" * 20_000,
    "digest": b"Content-Type: multipart/digest; boundary=b\r\n\r\n" + b"--b\r\n\r\nSubject: x\r\n\r\n" * 4_000,
    "uuencode": b"\r\n" + b"begin 644 x\r\n" * 100_000,
    "yenc": b"\r\n" + b"=ybegin name=x\r\n" * 100_000,
    "padding": b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QQ==" * 300_000,
    "cids": b"Content-Type: text/html\r\n\r\n" + b"cid:" * 300_000,
    "metas": b"Content-Type: text/html\r\n\r\n" + b"<meta " * 300_000,
    "received": b"Received: x; " + b";" * 500_000 + b"\r\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_nothing_takes_more_time_than_its_size(name: str) -> None:
    started = time.thread_time()
    content = from_mime(HEAD + BOMBS[name] + b"\r\nend").value
    to_mime(content, options=MimeOptions(original=False))
    assert time.thread_time() - started < 20


def test_calendars_that_never_end_are_bounded() -> None:
    rules = (b"FREQ=DAILY;COUNT=2000000000", b"FREQ=YEARLY;UNTIL=99991231T000000Z", b"FREQ=MONTHLY;BYDAY=5SU,5MO")
    for rule in rules:
        started = time.thread_time()
        from_mime(OWN[1].replace(b"FREQ=WEEKLY;COUNT=3", rule))
        assert time.thread_time() - started < 20


def large_mail(path: Path, mebibytes: int) -> None:
    """A mail with one large file."""
    import base64

    line = base64.b64encode(bytes(range(57))) + b"\r\n"
    with path.open("wb") as file:
        file.write(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n")
        file.write(b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n")
        for _ in range(mebibytes * (1 << 20) // (57 * 1000)):
            file.write(line * 1000)
        file.write(b"--b--\r\n")


def test_a_large_file_is_a_large_value_and_comes_out_the_same(tmp_path: Path) -> None:
    large_mail(tmp_path / "a.eml", 12)
    with (tmp_path / "a.eml").open("rb") as file:
        content = from_mime(file).value
    value = content.attachments[0].properties[t.PR_ATTACH_DATA_BIN]
    assert isinstance(value, LargeValue)
    assert value.size == 12 * (1 << 20) // 57_000 * 57_000
    with value.open() as reader:
        assert reader.read(57) == bytes(range(57))
    out = io.BytesIO()
    write_mime(content, out)
    assert out.getvalue() == (tmp_path / "a.eml").read_bytes()
    content.properties[t.PR_SUBJECT] = "changed"
    with (tmp_path / "b.eml").open("wb") as file:
        write_mime(content, file)
    with (tmp_path / "b.eml").open("rb") as file:
        again = from_mime(file).value.attachments[0].properties[t.PR_ATTACH_DATA_BIN]
    with value.open() as one, again.open() as two:
        assert one.read() == two.read()


PROGRAM = """
import re, sys
from mapix.formats.mime import MimeOptions, from_mime, write_mime
with open(sys.argv[1], "rb") as file:
    content = from_mime(file).value
with open(sys.argv[2], "wb") as file:
    write_mime(content, file)
content.properties[0x0037001F] = "changed"
with open(sys.argv[2], "wb") as file:
    write_mime(content, file, options=MimeOptions(original=False))
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""


def peak(path: Path) -> int:
    """Mebibytes that reading and writing a mail takes at most."""
    words = [sys.executable, "-c", PROGRAM, str(path), str(path.with_suffix(".out"))]
    ran = subprocess.run(words, check=True, capture_output=True, text=True, timeout=300)
    return int(ran.stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is told in /proc")
@pytest.mark.parametrize("mebibytes", [40, pytest.param(500, marks=pytest.mark.soak)])
def test_memory_does_not_grow_with_a_file(tmp_path: Path, mebibytes: int) -> None:
    large_mail(tmp_path / "a.eml", mebibytes)
    assert peak(tmp_path / "a.eml") < 150


def test_base64_in_pieces_of_any_size_is_what_it_is_in_one() -> None:
    letters = b"QUJDREVGR0hJSktMTU5P\r\nUFFSU1RVVldY\r\nWVo="
    for size in range(1, 12):
        chunks = [letters[at : at + size] for at in range(0, len(letters), size)]
        assert b"".join(base64_pieces_undone(chunks)) == b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
