"""`mapix run`: a script written for pywin32's `win32com.mapi`, as it is."""

from __future__ import annotations

import os

import click

from mapix.cli.base import command
from mapix.cli.sessions import profile_option


@command(
    examples=("mapix run examples/send_mail.py ann@example.org Hello", "mapix run --profile Work script.py -x"),
    context_settings={"allow_interspersed_args": False},
)
@profile_option
@click.argument("script", type=click.Path())
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def run(script: str, args: tuple[str, ...], profile: str | None) -> int:
    """Run SCRIPT with win32com.mapi, pythoncom, pywintypes and winerror supplied where pywin32 is missing.

    Everything after SCRIPT goes to the script, options too. Where it asks for the default profile it gets the one that
    --profile names. The exit code is the script's.
    """
    from pathlib import Path

    from mapix.cli.sessions import set_up_dialogs
    from mapix.properties.errors import NotFound
    from mapix.pywin32.runner import run_script

    if not Path(script).exists():
        raise NotFound("there is no such script", value=script)
    if profile is not None:
        os.environ["MAPIX_PROFILE"] = profile
    set_up_dialogs()
    return run_script(script, args)
