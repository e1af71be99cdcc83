"""What messages propose to type next, for the profile that the command line names.

>>> with_profile("the store is damaged. Try: mapix store check", "Old mail")
"the store is damaged. Try: mapix store check --profile 'Old mail'"

Without `--profile` a proposal is for the default profile, as the command was.
"""

from __future__ import annotations

import re
from shlex import quote
from typing import Final

import click

PROFILE: Final = "profile"
MARK: Final = "Try: "
_SINGLE = (
    "attachments|cat|compose|convert|cp|doctor|folders|ls|mkdir|mv|props|restore|rm|search|send|set|show|status|watch"
)
_COMMAND: Final = re.compile(
    rf"\bmapix (?:(?:ab|provider|service|spooler|store) (?!(?:salvage|types)\b)[a-z]+|{_SINGLE})(?![\w-])", re.ASCII
)
_BETWEEN: Final = re.compile(r"`mapix [^`]+`")


def with_profile(text: str, profile: str | None) -> str:
    """`text` with `--profile` in the commands it proposes at its end or between backquotes, where one is named and they
    say none.
    """
    if not profile:
        return text
    text = _BETWEEN.sub(lambda found: command_with_profile(found[0], profile), text)
    before, mark, proposed = text.rpartition(MARK)
    if not mark or "--profile" in proposed:
        return text
    return before + mark + command_with_profile(proposed, profile)


def command_with_profile(command: str, profile: str | None) -> str:
    """A proposal with `--profile` after the words of each command that takes it."""
    return _COMMAND.sub(lambda found: f"{found[0]} --profile {quote(profile)}", command) if profile else command


def named_profile() -> str | None:
    """The profile that the command line names by `--profile`; None where it names none."""
    context = click.get_current_context(silent=True)
    state = context.find_object(dict) if context is not None else None
    return state.get(PROFILE) if state is not None else None


def remember_profile(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Note that the profile was named on the command line; one that the environment names holds for proposals, too."""
    from click.core import ParameterSource

    if value is not None and context.get_parameter_source(str(parameter.name)) is ParameterSource.COMMANDLINE:
        context.ensure_object(dict)[PROFILE] = value
    return value
