"""`python -m benchmarks [NAME…]`: run the measurements, all or those whose names are given, and print their tables.

Ends with 1 when something takes longer than is wanted.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.harness import table


def main(names: list[str]) -> int:
    """Run the modules; the exit code."""
    found = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    wanted = [name for name in found if not names or name.removeprefix("bench_") in names or name in names]
    slow = False
    for name in wanted:
        results = import_module(f"benchmarks.{name}").run()
        print(f"{name.removeprefix('bench_')}\n{table(results)}\n", flush=True)
        slow = slow or not all(result.kept for result in results)
    return 1 if slow or not wanted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
