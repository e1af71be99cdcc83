"""Writes `mapix.pywin32.winerror_codes`: the codes of Windows by their names.

Usage: `python tools/update_winerror.py [--check]`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.generate import SOURCE, module, records, run

NAME = "update_winerror.py"

TEXT = """
The names of Windows' result codes, errors and facilities, signed where they are HRESULTs; `winerror` offers them.
"""


def codes() -> str:
    """Source of `mapix.pywin32.winerror_codes`."""
    return module(TEXT, NAME, [f"{row['name']} = {row['value']}" for row in records("winerror.csv")])


def main() -> int:
    """Generate the module; returns the exit status."""
    return run({SOURCE / "pywin32" / "winerror_codes.py": codes()})


if __name__ == "__main__":
    raise SystemExit(main())
