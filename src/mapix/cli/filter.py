"""`mapix filter`: mail in passing, from stdin to stdout, with winmail.dat made into the parts it stands for."""

from __future__ import annotations

import sys
from typing import Final

import click

from mapix.cli.base import command
from mapix.cli.errors import Exit
from mapix.cli.output import clean, say

TRY_LATER: Final = 75
"""EX_TEMPFAIL: what programs that deliver mail understand as: keep it, and try again."""


@command(name="filter", examples=("mapix filter < in.eml > out.eml",))
@click.option("--quiet", is_flag=True, help="Say nothing of TNEF that is damaged.")
def filter_mail(quiet: bool) -> int:
    """Take a mail from stdin and write it to stdout, with TNEF (winmail.dat) made into the parts it stands for.

    Text that has looks becomes an alternative of the text there is, files become attachments. Everything else stays
    byte for byte as it came; mail without TNEF, mail that is signed, and mail whose TNEF is damaged pass unchanged.
    No mail is lost: where it cannot be read or written whole, the exit code is 75, at which mail programs keep what
    they have.
    """
    if sys.stdin is None or sys.stdout is None:
        say("mapix filter: there is no stdin or stdout")
        return TRY_LATER
    try:
        data = sys.stdin.buffer.read()
        changed, notes = _changed(data)
        sys.stdout.buffer.write(changed)
        sys.stdout.buffer.flush()
    except (OSError, MemoryError) as error:
        say(f"mapix filter: {clean(str(error) or type(error).__name__)}")
        return TRY_LATER
    for note in () if quiet else notes:
        say(f"mapix filter: {clean(note)}")
    return Exit.OK


def _changed(data: bytes) -> tuple[bytes, list[str]]:
    """The mail as it goes on, and what is to be said; the mail as it came where anything fails."""
    if b"tnef" not in data.lower() and b".dat" not in data.lower():
        return data, []
    try:
        from mapix.formats.tnef.inmail import without_tnef

        changed, defects = without_tnef(data)
    except Exception as error:  # whatever it is, the mail goes on
        return data, [f"the mail passes unchanged: {type(error).__name__}: {error}"]
    return changed, [str(defect) for defect in defects]
