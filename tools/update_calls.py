"""Writes `mapix.pywin32.calls`: every call of the pywin32 face with the kinds of its arguments and its answer.

Usage: `python tools/update_calls.py [--check]`.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.generate import LINE_LENGTH, SOURCE, module, records, run

NAME = "update_calls.py"

TEXT = """
The calls of the pywin32 face as data: `CALLS[owner][call]` is `(parameters, answer)`.

Parameters are `name:kind` or `name:kind=default`, separated by spaces; owners are modules and wrapper classes. Type
stubs and the explanation of scripts are made from it.
"""


def calls() -> str:
    """Source of `mapix.pywin32.calls`."""
    rows = [*records("pywin32_calls.csv"), *records("pywin32_com_calls.csv")]
    lines = ["from typing import Final", "", "CALLS: Final[dict[str, dict[str, tuple[str, str]]]] = {"]
    for owner, group in groupby(rows, key=lambda row: row["owner"]):
        lines.append(f'    "{owner}": {{')
        for row in group:
            lines += entry(row["call"], row["parameters"], row["answer"])
        lines.append("    },")
    return module(TEXT, NAME, [*lines, "}"])


def entry(name: str, parameters: str, answer: str) -> list[str]:
    """Source lines of one call."""
    line = f'        "{name}": ("{parameters}", "{answer}"),'
    if len(line) <= LINE_LENGTH:
        return [line]
    opened = [f'        "{name}": (', *broken(parameters), f'            "{answer}",', "        ),"]
    return opened


def broken(parameters: str) -> list[str]:
    """A long string on one line, or in pieces."""
    line = f'            "{parameters}",'
    if len(line) <= LINE_LENGTH:
        return [line]
    words, half = parameters.split(" "), len(parameters) // 2
    first = ""
    while len(first) < half:
        first += words.pop(0) + " "
    return [f'            "{first}"', f'            "{" ".join(words)}",']


def main() -> int:
    """Generate the module; returns the exit status."""
    return run({SOURCE / "pywin32" / "calls.py": calls()})


if __name__ == "__main__":
    raise SystemExit(main())
