"""Commands of the `mapix` command line: help that leads with examples, groups that load their commands when asked.

@command(examples=("mapix ls", "mapix ls sent --limit 5"))
def ls() -> None:
    \"\"\"List the messages of a folder.\"\"\"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import click

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
DEBUG = "debug"


class Command(click.Command):
    """A command whose help shows examples before anything else, and that knows `--debug`."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), debug: bool = True, **extra: Any) -> None:
        extra["context_settings"] = {**_CONTEXT, **extra.get("context_settings", {})}
        super().__init__(*args, **extra)
        self.examples = tuple(examples)
        if debug:
            self.params.append(debug_option())

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples, then what click says."""
        _examples(self.examples, formatter)
        super().format_help(ctx, formatter)


class Group(click.Group):
    """A group of such commands. Without a subcommand it shows its help."""

    command_class = Command

    def __init__(self, *args: Any, examples: Sequence[str] = (), **extra: Any) -> None:
        extra["context_settings"] = {**_CONTEXT, **extra.get("context_settings", {})}
        extra.setdefault("invoke_without_command", True)
        extra.setdefault("callback", click.pass_context(_alone))
        super().__init__(*args, **extra)
        self.examples = tuple(examples)

    def short_text(self, ctx: click.Context) -> str:
        """What the group says when it is called alone."""
        return self.get_help(ctx)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples, then what click says."""
        _examples(self.examples, formatter)
        super().format_help(ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The subcommand that `args` names; a usage error proposes the nearest one."""
        unknown = bool(args) and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None
        if unknown and not ctx.resilient_parsing:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)


class Lazy(NamedTuple):
    """Where a command is, and the line that `--help` has for it; `attribute` where it is not called as the command."""

    module: str
    help: str
    attribute: str = ""


class LazyGroup(Group):
    """A group whose commands are imported when they are called; `table` says which module has the one of a name."""

    def __init__(self, *args: Any, table: Mapping[str, Lazy], **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.table = dict(table)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table: what one needs first comes first."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None for an unknown name."""
        place = self.table.get(cmd_name)
        if place is None:
            return None
        from importlib import import_module

        found: click.Command = getattr(import_module(place.module), place.attribute or cmd_name)
        found.short_help = place.help
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The names with their lines, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.help) for name, place in self.table.items()])


def command(
    *, examples: Sequence[str], cls: type[Command] = Command, **extra: Any
) -> Callable[[Callable[..., Any]], Command]:
    """Make a function a `Command`."""
    return click.command(cls=cls, examples=examples, **extra)


def debug_option() -> click.Option:
    """`--debug`, understood before and after the command's name."""
    return click.Option(
        ["--debug"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        envvar="MAPIX_DEBUG",
        callback=_set_debug,
        help="Show the traceback of a failure.",
    )


def _set_debug(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(dict)[DEBUG] = True


def _alone(ctx: click.Context) -> None:
    """What a group does: nothing before its subcommand, and tell which there are when none is named."""
    if ctx.invoked_subcommand is None and isinstance(ctx.command, Group):
        click.echo(ctx.command.short_text(ctx))


def _examples(examples: Sequence[str], formatter: click.HelpFormatter) -> None:
    if examples:
        with formatter.section("Examples"):
            for example in examples:
                formatter.write(f"  {example}\n")
        formatter.write("\n")
