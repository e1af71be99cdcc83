"""One message from one file into one other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from mapix.convert.footprint import Footprint, within
from mapix.convert.items import Item
from mapix.convert.names import BESIDE
from mapix.convert.outcome import Outcome, Status
from mapix.convert.plan import GATHERED, Plan
from mapix.convert.run import check
from mapix.convert.work import convert_item
from mapix.properties.interrupts import undisturbed


def convert_file(source: str, target: Path, plan: Plan, *, kept: Path | None = None) -> Outcome:
    """Convert the message in a file to `target`, which is replaced when the new one is whole. What is only called
    `source` lies in the file `kept`. `plan.out` does not matter.

    Raises: InvalidParameter, NoSupport, OSError. What is wrong with the message is told by the outcome.
    """
    footprint = Footprint(replace(plan, out=str(target)))
    try:
        return _converted(source, target, plan, kept or Path(source))
    finally:
        footprint.sweep()


def _converted(source: str, target: Path, plan: Plan, path: Path) -> Outcome:
    with within(target.parent, lambda: TemporaryDirectory(dir=target.parent, prefix=".mapix-convert-")) as folder:
        inside = replace(plan, out=str(Path(folder, "message.mbox" if plan.to == "mbox" else "out")))
        check(inside)
        size = path.stat().st_size
        item = Item(source, target.stem, path=str(path), size=size, weight=size)
        outcome = convert_item(item, inside)
        if outcome.status in (Status.WRITTEN, Status.REPAIRED):
            with undisturbed():
                _moved(outcome, inside, target)
    return outcome


def _moved(outcome: Outcome, plan: Plan, target: Path) -> None:
    """Give what was written its place."""
    from shutil import rmtree

    if plan.to in GATHERED:
        _gather(outcome, plan, target)
    else:
        made = Path(plan.out, outcome.target)
        beside = made.with_name(made.stem + BESIDE)
        if beside.is_dir():
            place = target.with_name(target.stem + BESIDE)
            if place.is_dir():
                rmtree(place)
            beside.rename(place)
        made.replace(target)
    outcome.target = str(target)


def _gather(outcome: Outcome, plan: Plan, target: Path) -> None:
    part = plan.folder / "piece"
    part.parent.mkdir(exist_ok=True)
    if plan.to == "parquet":
        from mapix.convert.parquetparts import write_part

        row = outcome.piece | {"source": outcome.source, "sha256": outcome.sha256}
        outcome.written = write_part([row], target, part)
    elif outcome.spooled:
        Path(outcome.spooled).replace(target)
    else:
        part.write_bytes(outcome.piece)
        part.replace(target)
