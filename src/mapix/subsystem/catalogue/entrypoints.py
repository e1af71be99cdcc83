"""Entry points of one group, read from the metadata files of what is installed.

Only `entry_points.txt` files are looked at, which takes a few milliseconds; the standard library's reader imports the
mail parser and takes ten times as long. Archives on the path are left to it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

_ENDINGS = (".dist-info", ".egg-info")


def read_group(group: str) -> dict[str, str]:
    """`{name: "module:attribute"}` of a group; of one name offered twice the first on the path counts."""
    found: dict[str, str] = {}
    for name, value in _entries(group):
        found.setdefault(name, value)
    return found


def _entries(group: str) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for folder in dict.fromkeys(sys.path):
        place = folder or "."
        if place.endswith((".zip", ".whl", ".egg")) and Path(place).is_file():
            yield from _from_archive(group, place)
            continue
        for text in _files(place, seen):
            yield from _parse(text, group)


def _files(place: str, seen: set[str]) -> Iterator[str]:
    """Texts of the metadata files in a directory; of a distribution found twice the first counts."""
    try:
        entries = sorted(entry.name for entry in os.scandir(place) if entry.name.endswith(_ENDINGS))
    except OSError:
        return
    for name in entries:
        distribution = name.partition("-")[0].lower()
        if distribution in seen:
            continue
        seen.add(distribution)
        try:
            yield (Path(place) / name / "entry_points.txt").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue


def _parse(text: str, group: str) -> Iterator[tuple[str, str]]:
    inside = False
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("["):
            inside = line == f"[{group}]"
        elif inside and line and line[0] not in "#;" and "=" in line:
            name, _, value = line.partition("=")
            yield name.strip(), value.partition("[")[0].strip()


def _from_archive(group: str, place: str) -> Iterator[tuple[str, str]]:
    from importlib.metadata import distributions

    for distribution in distributions(path=[place]):
        for entry in distribution.entry_points:
            if entry.group == group:
                yield entry.name, entry.value
