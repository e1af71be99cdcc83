"""`mapix convert`: messages from files, folders, archives, mailboxes and stores, all accounted for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from mapix.cli.base import command
from mapix.cli.errors import Exit
from mapix.cli.output import clean, emit_json, emit_rows, json_option, say
from mapix.cli.sessions import profile_option

if TYPE_CHECKING:
    from mapix.convert.outcome import Outcome, Totals
    from mapix.convert.plan import Plan
    from mapix.convert.run import Course

FORMATS: Final = ("msg", "eml", "mbox", "maildir", "tnef", "json", "md", "txt", "html", "ics", "vcf", "parquet")
_ELSEWHERE: Final = ("mbox", "parquet", "maildir")
"""Formats whose names of messages are not those of the sources."""


@command(
    examples=(
        "mapix convert mail.eml -o mail.msg",
        "mapix convert inbox/ old.zip --to eml -o out --manifest out.jsonl",
        "mapix convert Inbox --to mbox -o inbox.mbox",
    )
)
@click.argument("source", nargs=-1, required=True, metavar="SRC...")
@click.option("--to", type=click.Choice(FORMATS), help="The format; without it the name of the output tells.")
@click.option("--output", "-o", required=True, metavar="OUT", help="The folder, or the file, that is written.")
@click.option("--manifest", metavar="FILE", help="Write what became of each source, a line of JSON each.")
@click.option("--verify", is_flag=True, help="Read what was written again, compare, and tell differences.")
@click.option("--strict/--lenient", default=False, help="Let messages with any defect fail, or take what can be read.")
@click.option("--jobs", type=click.IntRange(0), default=0, metavar="N", help="Processes; 0: one a processor.")
@click.option(
    "--time-limit",
    type=click.FloatRange(0),
    default=300,
    metavar="SECONDS",
    help="Of one message; 0: none. Default 300.",
)
@click.option("--memory-limit", type=click.IntRange(256), metavar="MIB", help="Of each process that converts.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most so many sources.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be converted, and to what.")
@click.option(
    "--attachments",
    type=click.Choice(("beside", "list")),
    default="beside",
    help="With md, txt and html: written beside, or only listed.",
)
@click.option("--fresh", is_flag=True, help="Begin anew where a conversion was interrupted or done.")
@click.option("--cluster", metavar="ADDRESS", default="", help="Work on a dask cluster: tcp://host:port, or a file.")
@json_option
@profile_option
def convert(
    source: tuple[str, ...],
    to: str | None,
    output: str,
    manifest: str | None,
    verify: bool,
    strict: bool,
    jobs: int,
    time_limit: float,
    memory_limit: int | None,
    limit: int | None,
    dry_run: bool,
    attachments: str,
    fresh: bool,
    cluster: str,
    as_json: bool,
    profile: str | None,
) -> int:
    """Convert messages from SRC into another format.

    SRC are message files, folders with all below them, zip and tar archives, mbox files, maildirs, `-` for stdin, and
    folders (`Inbox`) or messages (`inbox#1`) of a profile's store. One message file to a name with a suffix of a format
    is one file; all else goes into a folder, or with mbox into one file. What was interrupted goes on by the same
    command. The exit code is 3 when something failed.
    """
    from mapix.convert.plan import Plan
    from mapix.convert.run import Course

    form = _format(to, output)
    _check_there(source)
    plan = Plan(
        form,
        output,
        strict,
        verify,
        attachments == "beside",
        profile,
        time_limit=time_limit,
        memory_limit=(memory_limit or 0) << 20,
    )
    single = not dry_run and _is_single(source, output, form)
    if single and not fresh:
        _check_free(Path(output))
    course = Course(jobs, cluster, limit, fresh, manifest or "")
    with _stdin(source, plan, elsewhere=single or dry_run) as kept:
        if single:
            return _single(source[0], plan, kept, manifest, as_json)
        words = [str(kept) if kept is not None and word == "-" else word for word in source]
        return _dry_run(words, plan, limit, as_json) if dry_run else _run(words, plan, course, as_json)


def _format(to: str | None, output: str) -> str:
    from mapix.convert.plan import format_of
    from mapix.properties.errors import InvalidParameter

    form = to or format_of(output)
    if form is None:
        raise InvalidParameter("the output's name tells no format", value=output, hint=f"--to {'|'.join(FORMATS)}")
    return form


def _check_there(source: tuple[str, ...]) -> None:
    """A single source must exist; `NotFound`. Of several those that do are converted."""
    import os

    from mapix.convert.forms import names_file
    from mapix.properties.errors import NotFound

    if len(source) == 1 and source[0] != "-" and names_file(source[0]) and not os.path.lexists(source[0]):
        raise NotFound("there is no such file", value=source[0])


def _check_free(target: Path) -> None:
    """Nothing that is there is written over, neither the file nor the folder of what was attached; `Collision`."""
    from mapix.convert.names import BESIDE
    from mapix.properties.errors import Collision

    for place in (target, target.with_name(target.stem + BESIDE)):
        if place.exists():
            raise Collision("a file of this name was there before", value=str(place), hint="--fresh replaces it")


def _is_single(source: tuple[str, ...], output: str, form: str) -> bool:
    """Whether one message goes into one file."""
    from mapix.convert.forms import form_of
    from mapix.convert.plan import format_of

    if len(source) != 1 or Path(output).is_dir() or format_of(output) != form:
        return False
    if source[0] == "-":
        return True
    path = Path(source[0])
    return path.is_file() and form_of(str(path), any_name=True) in ("message", "")


@contextmanager
def _stdin(source: tuple[str, ...], plan: Plan, *, elsewhere: bool) -> Iterator[Path | None]:
    """Stdin as a file, of the work folder or `elsewhere`; None where it is no source."""
    if "-" not in source:
        yield None
        return
    from tempfile import TemporaryDirectory

    from mapix.convert.footprint import Footprint
    from mapix.convert.run import check
    from mapix.convert.stdin import kept

    if elsewhere:
        with TemporaryDirectory() as folder, kept(sys.stdin.buffer, Path(folder)) as path:
            yield path
        return
    check(plan)
    footprint = Footprint(plan)
    try:
        with kept(sys.stdin.buffer, plan.work) as path:
            yield path
    finally:
        footprint.sweep()


def _single(source: str, plan: Plan, kept: Path | None, manifest: str | None, as_json: bool) -> int:
    from mapix.convert.outcome import Totals
    from mapix.convert.single import convert_file

    outcome = convert_file(source, Path(plan.out), plan, kept=kept)
    totals = Totals()
    totals.add(outcome.told())
    if manifest:
        _write_line(outcome, manifest)
    _tell_failure(outcome)
    if totals.unfit:
        say(f"mapix: {clean(source)}: nothing written: {plan.to} holds no such message")
    if as_json:
        emit_json(totals.told())
    return Exit.PARTIAL if totals.unfit else _code(totals)


def _write_line(outcome: Outcome, manifest: str) -> None:
    import json

    from mapix.client.files import replacing

    with replacing(Path(manifest)) as file:
        file.write(json.dumps(outcome.told()).encode("ascii") + b"\n")


def _run(words: list[str], plan: Plan, course: Course, as_json: bool) -> int:
    import time

    from mapix.cli.convertprogress import progress
    from mapix.convert.outcome import Totals
    from mapix.convert.run import Stopped
    from mapix.convert.run import convert as converted

    begun, totals, stopped = time.monotonic(), Totals(), False
    with progress(words, plan) as shown:

        def told(outcome: Outcome, so_far: Totals) -> None:
            shown(so_far)
            _tell_failure(outcome)

        try:
            totals = converted(words, plan, course, told)
        except KeyboardInterrupt as stop:
            totals, stopped = stop.totals if isinstance(stop, Stopped) else totals, True
            totals.seconds = time.monotonic() - begun
    return _tell_end(totals, stopped, as_json)


def _tell_end(totals: Totals, stopped: bool, as_json: bool) -> int:
    if as_json:
        emit_json(totals.told())
    else:
        say(_sentence(totals))
    if stopped:
        say("mapix: stopped. Try: the same command, which goes on from there")
    return Exit.INTERRUPTED if stopped else _code(totals)


def _sentence(totals: Totals) -> str:
    parts = [f"{totals.read} read = {totals.written} written + {totals.repaired} repaired + {totals.failed} failed"]
    parts += [f" + {totals.unfit} of another kind"] if totals.unfit else []
    notes = [
        f"{number} {what}"
        for number, what in (
            (totals.different, "differ"),
            (totals.ignored, "files ignored"),
            (totals.resumed, "done before"),
        )
        if number
    ]
    rate = (totals.read - totals.resumed) / totals.seconds if totals.seconds else 0
    notes.append(f"{totals.seconds:.1f} s, {rate:.0f} a second")
    return "".join(parts) + "; " + ", ".join(notes)


def _tell_failure(outcome: Outcome) -> None:
    if outcome.error:
        say(f"mapix: {clean(outcome.source)}: {outcome.code}: {clean(outcome.error)}")
    for line in outcome.differences or ():
        say(f"mapix: {clean(outcome.source)}: {clean(line)}")


def _code(totals: Totals) -> int:
    return Exit.PARTIAL if totals.partial else Exit.OK


def _dry_run(words: list[str], plan: Plan, limit: int | None, as_json: bool) -> int:
    from mapix.convert.run import chosen
    from mapix.convert.sources import Scan

    scan = Scan(words, plan)
    rows = (
        (
            item.name,
            "" if plan.to in _ELSEWHERE else f"{plan.out}/{item.target}{plan.suffix}",
        )
        for item in chosen(scan.items(), None, limit)
    )
    if as_json:
        emit_json({"items": [{"source": name, "target": target or None} for name, target in rows]})
    else:
        emit_rows(("source", "target"), rows)
    return Exit.OK
