"""The `mapix` command: which commands there are. Each is loaded when it is called."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

import click

from mapix._version import __version__
from mapix.cli.base import DEBUG, Lazy, LazyGroup, debug_option

_TABLE = {
    "init": Lazy("mapix.cli.init", "Make a profile, with a store and what sends."),
    "send": Lazy("mapix.cli.send", "Send a message."),
    "compose": Lazy("mapix.cli.compose", "Make a draft of a mailto: URI or of addresses, edit it, send it."),
    "ls": Lazy("mapix.cli.ls", "List the messages of a folder."),
    "show": Lazy("mapix.cli.show", "Show a message, or save it and what is attached."),
    "cat": Lazy("mapix.cli.cat", "Show message files."),
    "attachments": Lazy("mapix.cli.attachments", "List what is attached to a message, or write it into a folder."),
    "new": Lazy("mapix.cli.new", "Write a new message to a file: a draft, a template."),
    "msg": Lazy("mapix.cli.msg", "Check, compare and write anew message files."),
    "convert": Lazy("mapix.cli.convert", "Convert messages in bulk: files, archives, mailboxes, folders."),
    "filter": Lazy("mapix.cli.filter", "Make winmail.dat into real parts, in mail passing by.", "filter_mail"),
    "search": Lazy("mapix.cli.search", "Find messages in every folder."),
    "mv": Lazy("mapix.cli.moving", "Move messages and folders."),
    "cp": Lazy("mapix.cli.moving", "Copy messages and folders."),
    "rm": Lazy("mapix.cli.removing", "Delete messages and folders."),
    "restore": Lazy("mapix.cli.removing", "Have deleted messages and folders back."),
    "watch": Lazy("mapix.cli.watch", "Tell what happens in a folder, as it happens."),
    "mkdir": Lazy("mapix.cli.mkdir", "Make folders."),
    "props": Lazy("mapix.cli.props", "Show every property of an object."),
    "set": Lazy("mapix.cli.setting", "Change properties of an object.", "set_"),
    "folders": Lazy("mapix.cli.folders", "List the folders of the store."),
    "run": Lazy("mapix.cli.run", "Run a script written for pywin32's win32com.mapi."),
    "stubs": Lazy("mapix.cli.stubs", "Write type stubs for such scripts, for editors and type checkers."),
    "ab": Lazy("mapix.cli.ab", "Keep contacts and lists, and find out who is meant by a name."),
    "profile": Lazy("mapix.cli.profile", "List, show, make, copy, export and delete profiles."),
    "service": Lazy("mapix.cli.service", "List, add, configure, order and remove message services."),
    "provider": Lazy("mapix.cli.provider", "List, add and remove what message services consist of."),
    "spooler": Lazy("mapix.cli.spooler", "Send what waits in the Outbox."),
    "broker": Lazy("mapix.cli.broker", "Show and end what shares sessions."),
    "vault": Lazy("mapix.cli.vault", "Keep secrets where there is no keyring."),
    "store": Lazy("mapix.cli.store", "List and check message stores."),
    "status": Lazy("mapix.cli.status", "Show what the session's parts say of themselves."),
    "completion": Lazy("mapix.cli.completion", "Print what makes a shell complete the words of mapix."),
    "doctor": Lazy("mapix.cli.doctor", "Find out what works, and what to do next."),
}
_START = """\
mapix - Extended MAPI without Outlook, Exchange or Windows

  mapix init                  make a profile: where mail is kept, and what sends it
  mapix send --to ann@example.org --subject Hello --text "Good morning"
  mapix ls                    what is in the Inbox
  mapix run script.py         run a script written for win32com.mapi

mapix --help lists all commands, mapix COMMAND --help explains one.
mapix doctor finds out what works here."""


class Root(LazyGroup):
    """The top of the tree: failures become one line and an exit code here, and nowhere else."""

    def short_text(self, ctx: click.Context) -> str:
        """The first commands one needs."""
        return _START

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run the command that the arguments name, and exit by the table of `mapix.cli.errors.Exit`."""
        state: dict[str, Any] = {}
        colour = False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None
        try:
            code = super().main(*args, **{"color": colour, **extra, "standalone_mode": False, "obj": state})
        except BaseException as error:
            from mapix.cli.errors import report

            code = report(error, debug=DEBUG in state, profile=state.get("profile"))
        sys.exit(code if isinstance(code, int) else 0)


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"mapix {__version__}")
        ctx.exit()


cli = Root(
    "mapix",
    table=_TABLE,
    examples=("mapix init", 'mapix send --to ann@example.org --subject Hello --text "Good morning" --wait'),
    help="Extended MAPI without Outlook, Exchange or Windows: profiles, message stores, mail.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done in part, 4 not found, 5 no logon, 6 corrupt.",
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_version,
            help="Show the version.",
        ),
        debug_option(),
    ],
)


def main() -> NoReturn:
    """The console command, all of which is loaded."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    cli.main(prog_name="mapix")


def _open_streams() -> None:
    """Streams that whoever started this has closed: what is written there goes nowhere, what is read there fails, and
    no file that is opened later gets their numbers.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_WRONLY)
            os.set_inheritable(number, True)
            setattr(sys, name, os.fdopen(number, mode, closefd=False))
