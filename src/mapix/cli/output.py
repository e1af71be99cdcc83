"""What commands print: data on stdout as lines, tables or JSON; talk on stderr.

On a terminal a list is a table (drawn by rich where that is installed), elsewhere lines with tabs between the columns.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from mapix.cli.proposals import named_profile, with_profile

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
SCHEMA = 1
"""Version of the JSON documents; it changes when a key changes its meaning."""

_WIDEST, _NARROWEST, _GAP = 32, 12, 2
"""On a terminal: cells of any column but the last at most, of the last one at least, and between columns."""


def say(text: str) -> None:
    """Talk to the person at the terminal; what is proposed to type next is for the profile that was named."""
    click.echo(with_profile(clean_text(text), named_profile()), err=True)


def emit_json(document: Mapping[str, Any]) -> None:
    """One JSON document, its `schema` first."""
    import json

    click.echo(json.dumps({"schema": SCHEMA, **document}, ensure_ascii=False, indent=2, default=str))


def tell(as_json: bool, text: str, **document: Any) -> None:
    """What a command has done: a sentence for people, or a document of it for programs."""
    if as_json:
        emit_json(document)
    else:
        say(text)


def emit_rows(titles: Sequence[str], rows: Iterable[Sequence[object]], *, wrap: bool = False) -> None:
    """A list: a table on a terminal, else a line a row with tabs between.

    Where the table is wider than the terminal its last column is cut, or broken into lines with `wrap`.
    """
    cells = [[clean(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for line in cells:
            click.echo("\t".join(line))
    elif cells:
        _table(titles, cells, wrap)


def clean(value: object) -> str:
    """A value as one line that cannot steer a terminal; nothing for None."""
    text = "" if value is None else str(value)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def clean_text(text: str) -> str:
    """Text of several lines that cannot steer a terminal."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(_visible(letter) for letter in line) for line in lines)


def when(moment: Any) -> str:
    """A moment in local time, to the minute; nothing for None."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment else ""


def iso(moment: Any) -> str | None:
    """A moment for JSON."""
    return moment.isoformat() if moment else None


def _visible(letter: str) -> str:
    return letter if letter.isprintable() or letter in "\t\xa0" else "�"


def _table(titles: Sequence[str], cells: Sequence[Sequence[str]], wrap: bool) -> None:
    try:
        from rich.cells import cell_len
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError:
        _columns([titles, *cells])
        return
    console = Console(highlight=False, color_system=None if os.environ.get("NO_COLOR") else "auto")
    widths = [max(cell_len(line[number]) for line in (titles, *cells)) for number in range(len(titles) - 1)]
    widths = [min(width, _WIDEST) for width in widths]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, width in enumerate(widths):
        table.add_column(titles[number], width=width, no_wrap=True, overflow="ellipsis", style="" if number else "cyan")
    rest = max(console.width - sum(widths) - _GAP * len(widths), _NARROWEST)
    table.add_column(titles[-1], max_width=rest, no_wrap=not wrap, overflow="fold" if wrap else "ellipsis")
    for line in cells:
        table.add_row(*map(Text, line))
    console.print(table)


def _columns(lines: Sequence[Sequence[str]]) -> None:
    """The table without rich: columns padded to their widest cell."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())
