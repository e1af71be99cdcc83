"""From failures to exit codes and one line on stderr: `mapix: MAPI_E_NOT_FOUND (0x8004010F): why. Try: ...`."""

from __future__ import annotations

import errno
import os
import sys
from enum import IntEnum
from typing import Any

import click

from mapix.cli.proposals import with_profile
from mapix.properties import errors
from mapix.properties.errors import MapiError
from mapix.properties.interrupts import is_interrupt


class Exit(IntEnum):
    """How the command ended."""

    OK = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    NOT_FOUND = 4
    LOGON = 5
    CORRUPT = 6
    INTERRUPTED = 130


_NOT_FOUND = (errors.NotFound, errors.UnknownEntryid, errors.InvalidEntryid, errors.ObjectDeleted)
_LOGON = (
    errors.LogonFailed,
    errors.NoAccess,
    errors.PasswordChangeRequired,
    errors.PasswordExpired,
    errors.AccountDisabled,
    errors.InvalidWorkstationAccount,
    errors.InvalidAccessTime,
    errors.ProfileDeleted,
)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CORRUPT = (errors.CorruptData, errors.CorruptStore, errors.Version)


def exit_code(error: MapiError) -> Exit:
    """The exit code of a MAPI failure; a logon that a store nobody can read prevented counts as corrupt."""
    if isinstance(error.__cause__, _CORRUPT):
        return Exit.CORRUPT
    table = ((_NOT_FOUND, Exit.NOT_FOUND), (_LOGON, Exit.LOGON), (_CORRUPT, Exit.CORRUPT))
    return next((code for classes, code in table if isinstance(error, classes)), Exit.FAILED)


def report(error: BaseException, *, debug: bool = False, profile: str | None = None) -> int:
    """Tell a failure on stderr, with its traceback when `debug`; the exit code. What it proposes is for `profile`."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else Exit.FAILED if error.code else Exit.OK
    if debug:
        _traceback(error)
    if isinstance(error, click.ClickException):
        return _click(error)
    if isinstance(error, click.Abort) or is_interrupt(error):
        click.echo("mapix: stopped", err=True)
        return Exit.INTERRUPTED
    if isinstance(error, BrokenPipeError):
        _abandon_stdout()
        return Exit.FAILED
    failure = error if isinstance(error, MapiError) else translated(error)
    click.echo(f"mapix: {with_profile(one_line(str(failure)), profile)}", err=True)
    return exit_code(failure)


def translated(error: BaseException) -> MapiError:
    """A failure of the operating system, or one that nobody foresaw, as a MAPI error."""
    if isinstance(error, FileNotFoundError):
        return errors.NotFound("there is no such file or folder", **_place(error))
    if isinstance(error, PermissionError):
        return errors.NoAccess("the operating system does not permit it", **_place(error))
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return errors.NotEnoughDisk("there is no room on the disk", **_place(error), hint="make room")
    if isinstance(error, OSError):
        return errors.DiskError(error.strerror or type(error).__name__, **_place(error))
    if isinstance(error, MemoryError):
        return errors.NotEnoughMemory("there is not enough memory")
    text = f"unexpected {type(error).__name__}: {error}"
    return errors.CallFailed(text, hint="the same with MAPIX_DEBUG=1, which shows where")


def _place(error: OSError) -> dict[str, Any]:
    """The file an error speaks of, where it names one."""
    return {} if error.filename is None else {"value": str(error.filename)}


def one_line(text: str) -> str:
    """`text` without line breaks and other control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _click(error: click.ClickException) -> int:
    if isinstance(error, click.UsageError):
        error.show()
    else:
        click.echo(f"mapix: {error.format_message()}", err=True)
    return error.exit_code


def _traceback(error: BaseException) -> None:
    import traceback

    traceback.print_exception(error)


def _abandon_stdout() -> None:
    """The reader is gone: nothing may be flushed there at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
