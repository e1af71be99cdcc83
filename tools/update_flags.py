"""Writes `mapix.properties.flags`, and the constants and interface identifiers of the pywin32 face.

Usage: `python tools/update_flags.py [--check]`.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.generate import SOURCE, module, records, run

FLAGS_TEXT = """
MAPI's numbers by their own names: flags, events, enumerations, status codes.

Plain unsigned integers, because the same bit means different things in different calls; `mapix.properties.flagnames`
turns a value back into names. Grouped by the header that defines them (`documented`: values that only the reference
or the pywin32 binding gives; `storage`: the structured storage flags that OpenProperty and message sessions take).

"""


def flags() -> str:
    """Source of `mapix.properties.flags`: one assignment a constant, a comment line a header."""
    lines: list[str] = []
    for group, rows in groupby(records("constants.csv"), key=lambda row: row["group"]):
        lines += [f"# {group}", *(f"{row['name']} = {row['value']}" for row in rows), ""]
    return module(FLAGS_TEXT, "update_flags.py", lines)


def main() -> int:
    """Generate everything; returns the exit status."""
    return run({SOURCE / "properties" / "flags.py": flags()})


if __name__ == "__main__":
    raise SystemExit(main())
