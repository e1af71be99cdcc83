"""`mapix run`: a script written for pywin32's `win32com.mapi`, as it is."""

from __future__ import annotations

import click

from mapix.cli.base import command


@command(
    examples=("mapix run examples/send_mail.py ann@example.org Hello", "MAPIX_PROFILE=Work mapix run script.py -x"),
    context_settings={"allow_interspersed_args": False},
)
@click.argument("script", type=click.Path())
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def run(script: str, args: tuple[str, ...]) -> int:
    """Run SCRIPT with win32com.mapi, pythoncom, pywintypes and winerror supplied where pywin32 is missing.

    Everything after SCRIPT goes to the script, options too. The exit code is the script's.
    """
    from pathlib import Path

    from mapix.properties.errors import NotFound
    from mapix.pywin32.runner import run_script

    if not Path(script).exists():
        raise NotFound("there is no such script", value=script)
    return run_script(script, args)
