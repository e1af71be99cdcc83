"""Spans of time as options have them."""

from __future__ import annotations

from math import isnan
from typing import Any, Final

import click

_LONGEST: Final = 1e9
"""Seconds that are as good as for ever: thirty years."""


class Seconds(click.FloatRange):
    """Seconds from 0 up; `inf` is as long as it takes."""

    def __init__(self) -> None:
        super().__init__(min=0)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; a usage error for what is none."""
        found = super().convert(value, param, ctx)
        if isnan(found):
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        return min(found, _LONGEST)


SECONDS: Final = Seconds()
