"""Settings of message services on command lines: `NAME=VALUE` and `--NAME VALUE`, read and completed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from mapix.cli.base import Command

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from mapix.interfaces.service import MessageService, Setting


class SettingsCommand(Command):
    """A command that takes the settings of its argument `service` as options, and completes their names."""

    def __init__(self, *args: Any, **extra: Any) -> None:
        extra["context_settings"] = {"ignore_unknown_options": True, **extra.get("context_settings", {})}
        super().__init__(*args, **extra)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The options of the command, and those that are settings."""
        return [*super().shell_complete(ctx, incomplete), *_names(ctx, incomplete)]


def complete_settings(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Values after the name of a setting that has choices; else names, for the shell to complete."""
    from click.shell_completion import CompletionItem

    said = context.params.get("options") or ()
    setting = _settings(context).get(said[-1]) if said else None
    if setting is None:
        return _names(context, typed)
    choices = setting.choices or (("yes", "no") if setting.kind.value == "flag" else ())
    return [CompletionItem(choice) for choice in choices if choice.lower().startswith(typed.lower())]


def parse_settings(words: Iterable[str]) -> dict[str, str]:
    """Settings of `name=value` words; a usage error for a word without `=`."""
    settings: dict[str, str] = {}
    for word in words:
        name, mark, value = word.partition("=")
        if not mark or not name:
            raise click.UsageError(f"A setting is NAME=VALUE, not {word!r}.")
        settings[name] = value
    return settings


def parse_options(words: Iterable[str], service: MessageService | None = None) -> dict[str, str]:
    """Settings of `--name value`, `--name=value` and `name=value`, by the options of `service`, too; a usage error for
    other words.
    """
    short: Mapping[str, str] = {each.option: each.name for each in service.settings} if service is not None else {}
    settings: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("-") and "=" in word[1:]:
            word = f"--{word}"
        if not word.startswith("--"):
            raise click.UsageError(f"A setting is --NAME VALUE or NAME=VALUE, not {word!r}.")
        name, mark, value = word[2:].partition("=")
        name = name.replace("-", "_")
        if not mark and (value := next(rest, "")) == "":
            raise click.UsageError(f"{word} wants a value.")
        settings[short.get(name, name)] = value
    return settings


def _names(context: click.Context, typed: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    said = set(context.params.get("options") or ())
    found = ((name, setting) for name, setting in _settings(context).items() if name not in said)
    return [CompletionItem(name, help=setting.help) for name, setting in found if name.startswith(typed)]


def _settings(context: click.Context) -> dict[str, Setting]:
    """The settings of the service that the command is about, by the options that say them."""
    from mapix.cli.profiles import service_meant
    from mapix.subsystem.profiles.settings import declared

    service = service_meant(context)
    return {f"--{name.replace('_', '-')}": setting for name, setting in declared(service).items()} if service else {}
