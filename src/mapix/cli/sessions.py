"""How commands log on, and how they reach the profiles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from mapix.cli.base import DEBUG
from mapix.cli.output import say
from mapix.cli.proposals import remember_profile
from mapix.cli.seconds import SECONDS

if TYPE_CHECKING:
    from mapix.client.session import Session
    from mapix.interfaces.logonui import LogonUI
    from mapix.subsystem.initialize import Subsystem


def _complete(context: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    from mapix.cli.profiles import complete_profiles

    return complete_profiles(context, parameter, typed)


profile_option = click.option(
    "--profile",
    metavar="NAME",
    envvar="MAPIX_PROFILE",
    shell_complete=_complete,
    callback=remember_profile,
    help="The profile to log on to, instead of the default one.",
)

_FILES: Final = "files"
WAIT: Final = 60.0
"""Seconds that `--wait` waits when it is not told."""

wait_option = click.option(
    "--wait",
    type=SECONDS,
    is_flag=False,
    flag_value=WAIT,
    metavar="[SECONDS]",
    help=f"Send it now, wait until it is handed over (at most {WAIT:.0f} s when not told), and say how that went.",
)


@contextmanager
def logged_on(profile: str | None, *, mail: bool = False) -> Iterator[Session]:
    """A session on a profile, the default one for None; `mail` lets it send and receive."""
    from mapix.client.session import logon
    from mapix.subsystem import dialogs

    _set_up()
    with logon(profile, mail=mail, ui=dialogs.standing) as session:
        yield session


@contextmanager
def mapi() -> Iterator[Subsystem]:
    """The subsystem without a session, for profiles and services."""
    from mapix.subsystem.initialize import mapi_initialize, mapi_uninitialize, subsystem

    _set_up()
    mapi_initialize()
    try:
        yield subsystem()
    finally:
        mapi_uninitialize()


@contextmanager
def warnings_told() -> Iterator[None]:
    """Say what administration warns of meanwhile: secrets that stay where they are, entry functions that fail."""
    import logging

    class Told(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say(record.getMessage())

    log, handler = logging.getLogger("mapix.subsystem"), Told(logging.WARNING)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


def _set_up() -> None:
    """What the log goes to, and who is asked what a logon needs to know: nobody where there is no terminal."""
    set_up_log()
    set_up_dialogs()
    _tell_of_files()


def _tell_of_files() -> None:
    """Say once which files cannot be read that should describe message services (SPI-2)."""
    if os.environ.get("MAPIX_MAPISVC") and not files_told():
        from mapix.subsystem.catalogue.inffiles import unread_files

        for each in unread_files():
            say(f"Message services are missing: {each}")


def files_told() -> bool:
    """Whether this command has told of files that cannot be read; from now on it has."""
    context = click.get_current_context(silent=True)
    state = context.find_object(dict) if context is not None else None
    if state is None:
        return False
    told, state[_FILES] = state.get(_FILES, False), True
    return bool(told)


def set_up_dialogs() -> None:
    """Let a logon ask at the terminal, where there is one."""
    from mapix.subsystem.asking import ask_by

    ask_by(_terminal)


def _terminal() -> LogonUI | None:
    from mapix.cli.logonui import terminal_ui

    return terminal_ui()


def set_up_log() -> None:
    """What the house logs is shown with `--debug` and goes nowhere else."""
    import logging

    log = logging.getLogger("mapix")
    if log.handlers:
        return
    context = click.get_current_context(silent=True)
    if context is not None and DEBUG in (context.find_object(dict) or {}):
        log.addHandler(logging.StreamHandler())
        log.setLevel(logging.DEBUG)
    else:
        log.addHandler(logging.NullHandler())
