"""How far a conversion is: a bar on the terminal where rich is installed, with the rate and the time left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mapix.convert.outcome import Totals
    from mapix.convert.plan import Plan


@contextmanager
def progress(words: Sequence[str], plan: Plan) -> Iterator[Callable[[Totals], None]]:
    """Show progress while the block runs; what is given takes the sums so far. Nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda totals: None
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    except ImportError:
        yield lambda totals: None
        return
    from mapix.convert.sources import Scan

    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=Scan(words, plan).weight() or None)

        def shown(totals: Totals) -> None:
            done = totals.read - totals.resumed
            rate = done / (bar.tasks[task].elapsed or 1)
            text = f"{totals.read} read, {totals.failed} failed, {rate:.0f} a second"
            bar.update(task, completed=totals.weight, description=text)

        yield shown
