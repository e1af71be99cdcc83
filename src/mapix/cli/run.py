"""`mapix run`: a script written for pywin32's `win32com.mapi`, as it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TextIO

import click

from mapix.cli.base import command
from mapix.cli.sessions import profile_option


@command(
    examples=(
        "mapix run examples/send_mail.py ann@example.org Hello",
        "mapix run --profile Work script.py -x",
        "mapix run --dry-run --explain-to calls.txt script.py",
    ),
    context_settings={"allow_interspersed_args": False},
)
@profile_option
@click.option("--explain", is_flag=True, help="Tell every MAPI call on stderr: names for numbers, and the answers.")
@click.option("--explain-to", metavar="FILE", type=click.Path(dir_okay=False), help="The same into a file.")
@click.option("--dry-run", is_flag=True, help="Send nothing; tell on stderr what would leave.")
@click.option("--json", "as_json", is_flag=True, help="Tell it as JSON, one object a line.")
@click.option("--as-windows", is_flag=True, help="Let the script find sys.platform to be win32.")
@click.argument("script", type=click.Path())
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def run(
    script: str,
    args: tuple[str, ...],
    *,
    profile: str | None,
    explain: bool,
    explain_to: str | None,
    dry_run: bool,
    as_json: bool,
    as_windows: bool,
) -> int:
    """Run SCRIPT with win32com.mapi, pythoncom, pywintypes and winerror supplied where pywin32 is missing.

    Everything after SCRIPT goes to the script, options too. Where it asks for the default profile it gets the one that
    --profile names. The exit code is the script's.
    """
    from pathlib import Path

    from mapix.cli.sessions import set_up_dialogs
    from mapix.properties.errors import NotFound
    from mapix.pywin32.runner import run_script

    if as_json and not (explain or explain_to or dry_run):
        raise click.UsageError("--json says how to tell what --explain or --dry-run tell.")
    if not Path(script).exists():
        raise NotFound("there is no such script", value=script)
    if profile is not None:
        os.environ["MAPIX_PROFILE"] = profile
    set_up_dialogs()
    with ExitStack() as around:
        if dry_run:
            around.enter_context(_rehearsed(as_json=as_json))
        if explain or explain_to:
            around.enter_context(_explained(explain_to, as_json=as_json))
        if as_windows:
            around.enter_context(_windows())
        return run_script(script, args)


@contextmanager
def _windows() -> Iterator[None]:
    """The script's sys as on Windows."""
    from mapix.pywin32.windows import as_windows

    with as_windows():
        yield


@contextmanager
def _explained(path: str | None, *, as_json: bool) -> Iterator[None]:
    """Every call told, into a file or on stderr."""
    from mapix.pywin32.explaining.lines import Lines
    from mapix.pywin32.explaining.tracing import tracing

    with ExitStack() as files:
        file = sys.stderr if path is None else files.enter_context(_file(path))
        with tracing(Lines(file, as_json=as_json)):
            yield


@contextmanager
def _rehearsed(*, as_json: bool) -> Iterator[None]:
    """Nothing sent, and told what would be."""
    from mapix.objects.messages.rehearsal import rehearsing
    from mapix.pywin32.explaining.leaving import Leaving

    leaving = Leaving(sys.stderr, as_json=as_json)
    with rehearsing(leaving):
        yield
    leaving.end()


def _file(path: str) -> TextIO:
    from pathlib import Path

    from mapix.properties.errors import CallFailed

    try:
        return Path(path).open("w", encoding="utf-8")
    except OSError as error:
        raise CallFailed(f"the file cannot be written: {error.strerror}", value=path) from None
