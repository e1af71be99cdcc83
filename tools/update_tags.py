"""Writes the property tags (`tags`, `ems_tags`), the named properties (`named_tags`) and pywin32's tag modules.

Usage: `python tools/update_tags.py [--check]`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.generate import SOURCE, assignment, module, records, run

NAME = "update_tags.py"
PROPERTIES = SOURCE / "properties"

TAGS_TEXT = """
Property tags by name: `PR_SUBJECT = PR_SUBJECT_W = PidTagSubject = PropTag(0x0037001F)`.

A string property without suffix is the Unicode one, `_A` asks for the 8-bit form (`P-025`). From a tag back to its
names: `mapix.properties.tagnames`. The directory's own tags are in `mapix.properties.ems_tags`.
"""

EMS_TEXT = """
Property tags of an Exchange directory by name: `PR_EMS_AB_DISPLAY_NAME_PRINTABLE`, `PR_EMS_AB_PROXY_ADDRESSES`, …

They hold on address book entries only: above 0x8000 the same identifiers are named properties elsewhere (`P-003`).
`_O` is the object form, `_T` the text form, `_A` and `_W` the 8-bit and Unicode ones.
"""


def tags(file: str, docstring: str) -> str:
    """Source of a module of tags, one line a tag, its names in order of preference."""
    lines = ["from mapix.properties.tag import PropTag", ""]
    for row in records(file):
        lines += assignment([*row["names"].split(), *row["canonical"].split()], f"PropTag({row['tag']})")
    return module(docstring, NAME, lines)


def main() -> int:
    """Generate everything; returns the exit status."""
    return run(
        {
            PROPERTIES / "tags.py": tags("tags.csv", TAGS_TEXT),
            PROPERTIES / "ems_tags.py": tags("ems_tags.csv", EMS_TEXT),
        }
    )


if __name__ == "__main__":
    raise SystemExit(main())
