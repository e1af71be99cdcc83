"""Writes `mapix.properties.flags`, and the constants and interface identifiers of the pywin32 face.

Usage: `python tools/update_flags.py [--check]`.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.generate import SOURCE, module, records, run

NAME = "update_flags.py"

FLAGS_TEXT = """
MAPI's numbers by their own names: flags, events, enumerations, status codes.

Plain unsigned integers, because the same bit means different things in different calls; `mapix.properties.flagnames`
turns a value back into names. Grouped by the header that defines them (`documented`: values that only the reference
or the pywin32 binding gives; `storage`: the structured storage flags that OpenProperty and message sessions take).

"""

CONSTANTS_TEXT = """
The constants of `win32com.mapi.mapi`: the same names and numbers, signed as COM programs expect them.
"""

STORAGE_TEXT = """
The constants of `win32com.storagecon`: STGM_*, STGC_*, STGTY_* and the property set numbers.
"""

COM_TEXT = """
The constants of `pythoncom`: contexts, variants, dispatching, streams and whatever else COM numbers.
"""

IIDS_TEXT = """
Interface identifiers, class identifiers and property sets of the pywin32 modules, as text by name.

`INTERFACES` has the identifier of each wrapper class.
"""


def flags() -> str:
    """Source of `mapix.properties.flags`: one assignment a constant, a comment line a header."""
    lines: list[str] = []
    for group, rows in groupby(records("constants.csv"), key=lambda row: row["group"]):
        lines += [f"# {group}", *(f"{row['name']} = {row['value']}" for row in rows), ""]
    return module(FLAGS_TEXT, NAME, lines)


def constants(name: str, docstring: str) -> str:
    """Source of a module with the constants of one pywin32 module and nothing else."""
    rows = [row for row in records("pywin32_constants.csv") if row["module"] == name]
    return module(docstring, NAME, [f"{row['name']} = {row['value']}" for row in rows])


def iids() -> str:
    """Source of `mapix.pywin32.iids`: a dict for each module, and one for the wrapper classes."""
    lines = ["from typing import Final"]
    for name, rows in groupby(records("pywin32_iids.csv"), key=lambda row: row["module"]):
        lines += table(name.upper(), {row["name"]: row["guid"] for row in rows})
    lines += table("INTERFACES", {row["interface"]: row["iid"] for row in records("pywin32_interfaces.csv")})
    return module(IIDS_TEXT, NAME, lines)


def table(name: str, entries: dict[str, str]) -> list[str]:
    """Source lines of a dict of strings, after an empty line."""
    return ["", f"{name}: Final = {{", *(f'    "{key}": "{value}",' for key, value in entries.items()), "}"]


def main() -> int:
    """Generate everything; returns the exit status."""
    return run(
        {
            SOURCE / "properties" / "flags.py": flags(),
            SOURCE / "pywin32" / "mapi_constants.py": constants("mapi", CONSTANTS_TEXT),
            SOURCE / "pywin32" / "storagecon.py": constants("storagecon", STORAGE_TEXT),
            SOURCE / "pywin32" / "com_constants.py": constants("pythoncom", COM_TEXT),
            SOURCE / "pywin32" / "iids.py": iids(),
        }
    )


if __name__ == "__main__":
    raise SystemExit(main())
