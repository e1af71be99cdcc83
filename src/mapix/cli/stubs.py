"""`mapix stubs`: type stubs for scripts, for editors and type checkers."""

from __future__ import annotations

from pathlib import Path

import click

from mapix.cli.base import command
from mapix.cli.output import say


@command(examples=("mapix stubs", "mapix stubs src/typings"))
@click.argument("folder", default="typings", type=click.Path(file_okay=False))
def stubs(folder: str) -> int:
    """Write type stubs for win32com.mapi, pythoncom, pywintypes and winerror into FOLDER, by default typings.

    With them editors complete MAPI calls and show what they do, and type checkers find mistakes in scripts. Stubs that
    are there are written anew; other files stay. FOLDER is made, the one it is to be in has to be there.
    """
    from mapix.properties.errors import CallFailed, NotFound
    from mapix.pywin32.stubs import checker_lines, write

    above = Path(folder).parent
    if not above.is_dir():
        raise NotFound("there is no such folder", value=str(above))
    try:
        files = write(folder)
    except OSError as error:
        raise CallFailed(f"the stubs cannot be written: {error.strerror}", value=folder) from None
    say(f"{len(files)} stubs in {folder}. Tell your type checker:")
    for line in checker_lines(folder):
        say(f"  {line}")
    return 0
