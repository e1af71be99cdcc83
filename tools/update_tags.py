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

NAMED_TEXT = """
Property names by name: `PidLidReminderSet = dispidReminderSet = PropertyName(PSETID_Common, 0x8503)`.

`NAMED_TYPES` has the property types each may have, the usual one first; empty where the reference gives none.
"""

MAPITAGS_TEXT = """
The names of `win32com.mapi.mapitags`, in its order: property tags and types as plain unsigned numbers.
"""

MAPITAGS_FUNCTIONS = """

def PROP_TYPE(ulPropTag: int) -> int:
    \"""The type of a tag.\"""
    return ulPropTag & 0xFFFF


def PROP_ID(ulPropTag: int) -> int:
    \"""The identifier of a tag; of a negative tag a negative one.\"""
    return ulPropTag >> 16


def PROP_TAG(ulPropType: int, ulPropID: int) -> int:
    \"""The tag of a type and an identifier, in this order.\"""
    return (ulPropID << 16) | ulPropType
"""

EMSABTAGS_TEXT = """
The names of `win32com.mapi.emsabtags`, in its order: tags of an Exchange directory as plain unsigned numbers.
"""


def tags(file: str, docstring: str) -> str:
    """Source of a module of tags, one line a tag, its names in order of preference."""
    lines = ["from mapix.properties.tag import PropTag", ""]
    for row in records(file):
        lines += assignment([*row["names"].split(), *row["canonical"].split()], f"PropTag({row['tag']})")
    return module(docstring, NAME, lines)


def named_tags() -> str:
    """Source of `mapix.properties.named_tags`: one line a property name, then the types."""
    rows = records("named.csv")
    names = sorted({"PropertyName", *(row["set"] for row in rows)}, key=lambda name: (not name.isupper(), name.lower()))
    lines = [
        "from typing import Final",
        "",
        "from mapix.properties.named import (",
        *(f"    {name}," for name in names),
        ")",
        "",
    ]
    for row in rows:
        name = row["name"] if row["name"].startswith("0x") else f'"{row["name"]}"'
        lines += assignment([row["canonical"], *row["names"].split()], f"PropertyName({row['set']}, {name})")
    lines += ["", "NAMED_TYPES: Final[dict[PropertyName, tuple[int, ...]]] = {"]
    lines += [f"    {row['canonical']}: {_tuple(row['types'].split())}," for row in rows]
    return module(NAMED_TEXT, NAME, [*lines, "}"])


def _tuple(items: list[str]) -> str:
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def mapitags() -> str:
    """Source of `mapix.pywin32.mapitags`: the exact names of the original, no import of its own."""
    lines = [f"{row['name']} = {row['value']}" for row in records("pywin32_mapitags.csv")]
    return module(MAPITAGS_TEXT, NAME, [*lines, *MAPITAGS_FUNCTIONS.splitlines()])


def emsabtags() -> str:
    """Source of `mapix.pywin32.emsabtags`: the exact names of the original."""
    lines = [f"{row['name']} = {row['value']}" for row in records("pywin32_emsabtags.csv")]
    return module(EMSABTAGS_TEXT, NAME, ["from mapix.pywin32.mapitags import PROP_TAG as PROP_TAG", "", *lines])


def main() -> int:
    """Generate everything; returns the exit status."""
    return run(
        {
            PROPERTIES / "tags.py": tags("tags.csv", TAGS_TEXT),
            PROPERTIES / "ems_tags.py": tags("ems_tags.csv", EMS_TEXT),
            PROPERTIES / "named_tags.py": named_tags(),
            SOURCE / "pywin32" / "mapitags.py": mapitags(),
            SOURCE / "pywin32" / "emsabtags.py": emsabtags(),
        }
    )


if __name__ == "__main__":
    raise SystemExit(main())
