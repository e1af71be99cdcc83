"""The floors diagram of `docs/architecture.md`, drawn from `.importlinter`.

Usage: `.venv/bin/python tools/update_floors.py` rewrites the part between the marked lines;
`--check` changes nothing and leaves with status 1 when the diagram is out of date.
"""

import argparse
import sys
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONTRACTS = ROOT / ".importlinter"
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- floors: begin, written by tools/update_floors.py -->", "<!-- floors: end -->"
MEANING = {
    "cli": "what people start",
    "simple": "Simple MAPI, on top of it",
    "client": "two faces of one session",
    "subsystem": "MAPI itself, and what it finds",
    "objects": "ready-made implementations",
    "formats": "bytes to values; contracts",
    "properties": "values",
}


def read_floors(contracts: Path = CONTRACTS) -> list[list[str]]:
    """The rooms of each floor, the highest floor first, as the layers contract lists them; `(web)` is not built yet."""
    parser = ConfigParser(interpolation=None)
    parser.read_string(contracts.read_text(encoding="utf-8"))
    lines = parser["importlinter:contract:floors"]["layers"].split("\n")
    return [[room.strip() for room in line.split("|")] for line in lines if line.strip()]


def draw(floors: list[list[str]]) -> str:
    """The diagram: one line a floor, its number, its meaning, its rooms."""
    numbered = zip(range(len(floors), 0, -1), floors, strict=True)
    lines = [f"floor {number}   {MEANING[rooms[0]]:<32}{' | '.join(rooms)}" for number, rooms in numbered]
    return "\n".join(["```text", *lines, f"{'beside':<10}{'may import all, none imports it':<32}testing", "```"])


def renew(page: str, diagram: str) -> str:
    """The page with the diagram between the marked lines."""
    head, found, rest = page.partition(BEGIN)
    _, ended, tail = rest.partition(END)
    if not (found and ended):
        raise SystemExit(f"{PAGE.name} has lost its marked lines: {BEGIN} … {END}")
    return f"{head}{BEGIN}\n{diagram}\n{END}{tail}"


def main() -> int:
    """Rewrite the page, or with `--check` say whether it is as it should be."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="change nothing, only tell")
    check = options.parse_args().check
    page = PAGE.read_text(encoding="utf-8")
    renewed = renew(page, draw(read_floors()))
    if check:
        return int(page != renewed)
    PAGE.write_text(renewed, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
