"""`mapix completion`: what a shell needs to complete commands, options and names."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mapix.cli.base import command

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_MAPIX_COMPLETE"
_BARE, _QUOTED = "COMPREPLY+=($value)", """COMPREPLY+=("$(printf '%q' "$value")")"""
"""What bash puts onto the line: names may have blanks in them, and zsh and fish see to that themselves."""


@command(examples=('eval "$(mapix completion bash)"', "mapix completion fish > ~/.config/fish/completions/mapix.fish"))
@click.argument("shell", required=False, type=click.Choice(SHELLS))
def completion(shell: str | None) -> None:
    """Print what makes SHELL, by default the one of SHELL in the environment, complete the words of mapix.

    Commands and options are completed, and the names of profiles, message services and providers.
    """
    from click.shell_completion import get_completion_class

    from mapix.cli.main import cli

    found = get_completion_class(shell or _own_shell())
    assert found is not None
    click.echo(found(cli, {}, "mapix", VARIABLE).source().replace(_BARE, _QUOTED))


def _own_shell() -> str:
    name = Path(os.environ.get("SHELL") or "").name
    if name not in SHELLS:
        raise click.UsageError(f"Which shell? One of {', '.join(SHELLS)}.")
    return name
