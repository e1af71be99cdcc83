"""Mailboxes in one file (RFC 4155): where each message begins and ends, and the quoting of lines that begin with From.

Lines `>From ` and `>>From ` lose one sign when they are read and gain one when they are written (mboxrd). Where a
Content-Length tells where a message ends, and the mailbox agrees, it does (mboxcl, mboxcl2): lines From before that
belong to the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from io import SEEK_END
from pathlib import Path
from typing import IO, Final

from mapix.convert.items import Item, Kind
from mapix.convert.names import joined
from mapix.properties.scratch import scratch_file

_QUOTED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)
_TO_QUOTE: Final = re.compile(rb"^(>*From )", re.MULTILINE)
_LENGTH: Final = re.compile(rb"Content-Length:[ \t]*(\d{1,15})[ \t]*\r?\n", re.IGNORECASE)
_NEXT: Final = re.compile(rb"(?:\r?\n)?(?:From |\Z)")
_BARE: Final = re.compile(rb"^\r?\nFrom ", re.MULTILINE)
_LINE: Final = 1 << 16


def items_of(path: str, name: str, target: str) -> Iterator[Item]:
    """The messages of a mailbox, numbered from 1."""
    from mapix.convert.sources import broken

    try:
        for number, (start, size) in enumerate(stretches(path), 1):
            place = joined(target, f"{number:06d}")
            yield Item(f"{name}#{number}", place, Kind.MBOX, path, start, size, weight=size)
    except OSError as error:
        yield broken(name, target, error)


def stretches(path: str) -> Iterator[tuple[int, int]]:
    """Where the messages of a mailbox begin, behind their From lines, and their bytes."""
    start = -1
    at, blank, begin, gap = 0, True, True, 0
    told: int | None = None
    with Path(path).open("rb") as file:
        while line := file.readline(_LINE):
            if begin and blank and line.startswith(b"From "):
                if start >= 0:
                    yield start, max(at - gap - start, 0)
                start, told = at + len(line), -1
            elif told is not None and (found := _LENGTH.match(line)):
                told = int(found[1])
            at += len(line)
            blank = begin and line in (b"\n", b"\r\n")
            gap = len(line) if blank else 0
            begin = line.endswith(b"\n")
            if blank and told is not None:
                if told > 0 and _ends(file, at, at + told):
                    at, blank, gap = at + told, False, 0
                told = None
    if start >= 0:
        yield start, max(at - gap - start, 0)


def _ends(file: IO[bytes], body: int, end: int) -> bool:
    """Whether a message ends at `end`, and what follows is the next one; then the file stands there, else at `body`."""
    if end <= file.seek(0, SEEK_END):
        file.seek(end - 1)
        line_ends = file.read(1) == b"\n"
        if line_ends and _NEXT.match(file.read(7)):
            file.seek(end)
            return True
    file.seek(body)
    return False


def unquoted(source: bytes | IO[bytes], files: ExitStack) -> bytes | IO[bytes]:
    """A message of a mailbox as it was before it was put there. Nothing is quoted where a line From stands bare, as a
    Content-Length told the end.
    """
    if isinstance(source, bytes):
        return source if _BARE.search(source) else _QUOTED.sub(rb"\1", source)
    plain = files.enter_context(scratch_file())
    fresh, blank = True, False
    while line := source.readline(_LINE):
        if blank and line.startswith(b"From "):
            source.seek(0)
            return source
        plain.write(_QUOTED.sub(rb"\1", line) if fresh else line)
        blank = fresh and line in (b"\n", b"\r\n")
        fresh = line.endswith(b"\n")
    plain.seek(0)
    return plain


def quoted(data: bytes) -> bytes:
    """A message as it stands in a mailbox: lines ended by LF, one empty line behind it."""
    text = data.replace(b"\r\n", b"\n") if b"\n" in data else data.replace(b"\r", b"\n")
    text = _TO_QUOTE.sub(rb">\1", text)
    return text.rstrip(b"\n") + b"\n\n"


def quote_file(path: Path, begin: bytes) -> None:
    """Make a mail in a file what stands in a mailbox, `begin` before it; read and written a line at a time."""
    source = path.with_name(f"{path.name}.mail")
    path.replace(source)
    with source.open("rb") as mail, path.open("wb") as file:
        file.write(begin)
        fresh = True
        while line := mail.readline(_LINE):
            whole = line.endswith(b"\n")
            if whole and line.endswith(b"\r\n"):
                line = line[:-2] + b"\n"
            file.write(_TO_QUOTE.sub(rb">\1", line) if fresh else line)
            fresh = whole
        file.write(b"\n" if fresh else b"\n\n")
    source.unlink()
