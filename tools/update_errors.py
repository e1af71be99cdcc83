"""Writes the generated part of `mapix.properties.errors`: a class a failure, the warnings, the other names.

Usage: `python tools/update_errors.py [--check]`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.generate import SOURCE, between, records, run

TARGET = SOURCE / "properties" / "errors.py"
BEGIN = "# generated: begin (tools/update_errors.py)"
END = "# generated: end"


def error_class(row: dict[str, str]) -> list[str]:
    """Source lines of one error class."""
    bases = ", ".join(["MapiError", *row["also"].split()])
    return [
        f"class {row['class']}({bases}):",
        f'    """{row["says"]}"""',
        "",
        f'    symbol = "{row["symbol"]}"',
        f"    hresult = {row['hresult']}",
        "",
        "",
    ]


def section() -> list[str]:
    """The generated lines."""
    rows = records("errors.csv")
    failures = [row for row in rows if row["class"]]
    lines = [line for row in failures for line in error_class(row)]
    lines += ["CLASSES: Final[tuple[type[MapiError], ...]] = (", *(f"    {row['class']}," for row in failures), ")"]
    lines += ["WARNINGS: Final = {"]
    lines += [f'    {row["hresult"]}: "{row["symbol"]}",' for row in rows if not row["class"]]
    lines += ["}", "ALIASES: Final = {"]
    lines += [f'    "{row["alias"]}": "{row["symbol"]}",' for row in records("error_aliases.csv")]
    return [*lines, "}"]


def main() -> int:
    """Generate everything; returns the exit status."""
    return run({TARGET: between(TARGET.read_text(encoding="utf-8"), BEGIN, END, ["", "", *section()])})


if __name__ == "__main__":
    raise SystemExit(main())
