"""`mapix filter`: mail in passing, from stdin to stdout, with winmail.dat made into the parts it stands for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, BinaryIO, Final, TypeVar

import click

from mapix.cli.base import command
from mapix.cli.errors import Exit
from mapix.cli.output import clean, say

if TYPE_CHECKING:
    from mapix.formats.defects import Defect
    from mapix.formats.mime.source import Source

T = TypeVar("T")

TRY_LATER: Final = 75
"""EX_TEMPFAIL: what programs that deliver mail understand as: keep it, and try again."""

_IN_MEMORY: Final = 4 << 20
"""Mail of at most so many bytes is looked at where it is."""


@command(name="filter", examples=("mapix filter < in.eml > out.eml",))
@click.option("--quiet", is_flag=True, help="Say nothing of TNEF that is damaged.")
def filter_mail(quiet: bool) -> int:
    """Take a mail from stdin and write it to stdout, with TNEF (winmail.dat) made into the parts it stands for.

    Text that has looks becomes an alternative of the text there is, files become attachments. Everything else stays
    byte for byte as it came; mail without TNEF, mail that is signed, and mail whose TNEF is damaged pass unchanged.
    No mail is lost: where it cannot be read or written whole, the exit code is 75, at which mail programs keep what
    they have.
    """
    if sys.__stdin__ is None or sys.__stdout__ is None:
        say("mapix filter: there is no stdin or stdout")
        return TRY_LATER
    try:
        notes = _pass(sys.stdin.buffer, sys.stdout.buffer)
    except (OSError, MemoryError) as error:
        say(f"mapix filter: {clean(str(error) or type(error).__name__)}")
        return TRY_LATER
    for note in () if quiet else notes:
        say(f"mapix filter: {clean(note)}")
    return Exit.OK


def _pass(mail: BinaryIO, target: BinaryIO) -> list[str]:
    """Write a mail as it goes on, and tell what is to be said. A large one lies in files while it is looked at."""
    begin = mail.read(_IN_MEMORY + 1)
    if len(begin) <= _IN_MEMORY:
        changed, notes = _changed(begin)
        target.write(changed)
    else:
        from mapix.formats.mime.parts import read_in_pieces
        from mapix.formats.mime.source import PipeSource, pieces

        source = PipeSource(begin, mail)
        del begin
        with TemporaryFile() as made:
            size, notes = _unless_it_fails(lambda: _made(source, made), 0)
            made.seek(0)
            target.writelines(read_in_pieces(made) if size else pieces(source, 0, source.size))
    target.flush()
    return notes


def _changed(data: bytes) -> tuple[bytes, list[str]]:
    """The mail as it goes on, and what is to be said; the mail as it came where anything fails."""
    if b"tnef" not in data.lower() and b".dat" not in data.lower():
        return data, []
    return _unless_it_fails(lambda: _without_tnef(data), data)


def _without_tnef(data: bytes) -> tuple[bytes, Iterable[Defect]]:
    from mapix.formats.tnef.inmail import without_tnef

    return without_tnef(data)


def _made(source: Source, target: IO[bytes]) -> tuple[int, Iterable[Defect]]:
    """Write a large mail as it goes on: its size, 0 where that is as it came."""
    from mapix.formats.tnef.inmail import filtered

    made, defects = filtered(source)
    return sum(map(target.write, made or ())), defects


def _unless_it_fails(make: Callable[[], tuple[T, Iterable[Defect]]], otherwise: T) -> tuple[T, list[str]]:
    """What is made of a mail, and what is to be said; something else where that fails.

    Raises: OSError, MemoryError, at which the mail is to be kept.
    """
    try:
        found, defects = make()
    except (OSError, MemoryError):
        raise
    except Exception as error:  # whatever it is, the mail goes on
        return otherwise, [f"the mail passes unchanged: {type(error).__name__}: {error}"]
    return found, [str(defect) for defect in defects]
