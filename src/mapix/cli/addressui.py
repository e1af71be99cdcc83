"""The address book asks on a terminal (`AddressUI`). Where nobody sits at one, nobody is asked."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from mapix.cli.output import clean
from mapix.interfaces.addressui import AddressUI, Fields, Row
from mapix.properties.errors import UserCancel
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_DISPLAY_NAME, PR_EMAIL_ADDRESS, PR_RECIPIENT_TYPE


def terminal_ui() -> AddressUI | None:
    """Somebody to ask, None where standard input is no terminal."""
    return TerminalAddressUI() if sys.stdin.isatty() else None


class TerminalAddressUI:
    """Asks by lines; questions go to stderr."""

    def choose(self, title: str, name: str, people: Sequence[Row]) -> int | None:
        """See `AddressUI.choose`."""
        click.echo(f"{clean(name)} may be:", err=True)
        for place, row in enumerate(people, 1):
            click.echo(f"  {place}  {clean(row.get(PR_DISPLAY_NAME))}  {clean(row.get(PR_EMAIL_ADDRESS))}", err=True)
        answer = _ask("Which one (0: none)", type=click.IntRange(0, len(people)), default=0)
        return answer - 1 if answer else None

    def spell(self, title: str, name: str) -> str | None:
        """See `AddressUI.spell`."""
        return _ask(f"Nobody is called {clean(name)}. Another name or address", default="", show_default=False) or None

    def edit(self, title: str, fields: Fields, values: Mapping[PropTag, Any]) -> Mapping[PropTag, Any] | None:
        """See `AddressUI.edit`: a line for each field; return keeps what is there, `-` takes it away."""
        click.echo(f"{clean(title)}: return keeps what is there, - takes it away.", err=True)
        changed: dict[PropTag, Any] = {}
        for label, tag in fields:
            old = values.get(tag)
            answer = _ask(label, default="" if old is None else str(old), show_default=old is not None)
            if answer == "-":
                changed |= {tag: None} if old is not None else {}
            elif answer and answer != old:
                changed[tag] = answer
        return changed or None

    def recipients(self, title: str, wells: Sequence[str], rows: Sequence[Row]) -> Sequence[Row] | None:
        """See `AddressUI.recipients`: names and addresses with commas between."""
        chosen: list[Row] = []
        for place, well in enumerate(wells, 1):
            old = [row for row in rows if row.get(PR_RECIPIENT_TYPE) == place]
            told = ", ".join(row.get(PR_DISPLAY_NAME, "") for row in old)
            answer = _ask(well, default=told, show_default=bool(told))
            names = [name.strip() for name in answer.split(",") if name.strip()]
            chosen += old if answer == told else [{PR_DISPLAY_NAME: name, PR_RECIPIENT_TYPE: place} for name in names]
        return chosen


def _ask(question: str, **options: Any) -> Any:
    try:
        return click.prompt(question, err=True, **options)
    except click.Abort:
        raise UserCancel("nothing was said") from None
