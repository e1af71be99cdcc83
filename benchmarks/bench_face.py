"""What the pywin32 face costs: GetProps of 10 tags, SetProps of 10, QueryRows of 1,000 rows, against the same on the
objects below; and `mapix run` of an empty script, a whole process, against `python` on it.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL
from subprocess import run as run_process
from typing import Any

from benchmarks.harness import Result, side_by_side
from mapix.properties.tag import PropTag
from mapix.pywin32 import mapi, mapitags
from mapix.subsystem.initialize import Subsystem

TEXTS = (
    mapitags.PR_SUBJECT_W,
    mapitags.PR_BODY_W,
    mapitags.PR_SENDER_NAME_W,
    mapitags.PR_SENT_REPRESENTING_NAME_W,
    mapitags.PR_CONVERSATION_TOPIC_W,
)
NUMBERS = (mapitags.PR_IMPORTANCE, mapitags.PR_PRIORITY, mapitags.PR_SENSITIVITY)
OTHERS = (mapitags.PR_SEARCH_KEY, mapitags.PR_CLIENT_SUBMIT_TIME)
READ = (*TEXTS, *NUMBERS, *OTHERS)
COLUMNS = (
    mapitags.PR_ENTRYID,
    mapitags.PR_SUBJECT_W,
    mapitags.PR_SENDER_NAME_W,
    mapitags.PR_MESSAGE_FLAGS,
    mapitags.PR_MESSAGE_SIZE,
    mapitags.PR_MESSAGE_DELIVERY_TIME,
)
ROWS = 1000
CALLS = 100
ROUNDS = 40
ENOUGH = 0.2
WANTED, START_WANTED = 1.6, 10


def run() -> list[Result]:
    """The face over both stores, and the start."""
    results = []
    with tempfile.TemporaryDirectory() as home:
        for service in ("MEMORY", "MAPIXSTORE"):
            results += _over(Path(home) / service, service)
    return [*results, _start()]


def _over(home: Path, service: str) -> list[Result]:
    with Subsystem(home) as subsystem:
        profiles = subsystem.admin_profiles()
        profiles.create_profile("Bench")
        profiles.admin_services("Bench").create_msg_service(service)
        flags = mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION | mapi.MAPI_NO_MAIL
        from mapix.pywin32.session import PyIMAPISession

        session = PyIMAPISession(subsystem.logon("Bench", None, flags & 0xFFFFFFFF))
        folder = _folder(session)
        measures = [_get_props, _set_props, _query_rows]
        return [Result(f"{service}: {each.__doc__}", *_quietest(*each(folder)), WANTED) for each in measures]


def _folder(session: Any) -> Any:
    table = session.GetMsgStoresTable(0)
    ((entry_id,),) = mapi.HrQueryAllRows(table, (mapitags.PR_ENTRYID,), None, None, 0)
    store = session.OpenMsgStore(0, entry_id[1], None, mapi.MAPI_BEST_ACCESS)
    folder = store.OpenEntry(None, None, mapi.MAPI_BEST_ACCESS).CreateFolder(1, "Bench", None, None, 0)
    for number in range(ROWS):
        message = folder.CreateMessage(None, 0)
        message.SetProps([*_values(number), (mapitags.PR_MESSAGE_DELIVERY_TIME, _moment(number))])
        message.SaveChanges(0)
    return folder


def _values(number: int) -> list[tuple[int, Any]]:
    texts = [(tag, f"Some text of number {number}") for tag in TEXTS]
    numbers = [(tag, number % 3) for tag in NUMBERS]
    return [*texts, *numbers, (mapitags.PR_SEARCH_KEY, bytes(16)), (mapitags.PR_CLIENT_SUBMIT_TIME, _moment(number))]


def _moment(number: int) -> Any:
    from mapix.pywin32.pywintypes import Time

    return Time(1_700_000_000 + number)


def _get_props(folder: Any) -> tuple[Callable[[], object], Callable[[], object]]:
    """GetProps of 10 tags"""
    message, tags = _message(folder), [PropTag(tag) for tag in READ]
    plain = message._obj.get_props
    return _often(lambda: message.GetProps(READ, mapi.MAPI_UNICODE)), _often(lambda: plain(tags))


def _set_props(folder: Any) -> tuple[Callable[[], object], Callable[[], object]]:
    """SetProps of 10"""
    from mapix.properties.times import from_datetime

    message, pairs = _message(folder), _values(5)
    values = {PropTag(tag): value for tag, value in pairs}
    values[PropTag(mapitags.PR_CLIENT_SUBMIT_TIME)] = from_datetime(_moment(5))
    plain = message._obj.set_props
    return _often(lambda: message.SetProps(pairs)), _often(lambda: plain(values))


def _query_rows(folder: Any) -> tuple[Callable[[], object], Callable[[], object]]:
    """QueryRows of 1,000 rows"""
    table = folder.GetContentsTable(mapi.MAPI_UNICODE)
    table.SetColumns(COLUMNS, 0)
    plain = table._obj

    def ours() -> object:
        table.SeekRow(mapi.BOOKMARK_BEGINNING, 0)
        return table.QueryRows(ROWS, 0)

    def below() -> object:
        plain.seek_row(0, 0)
        return plain.query_rows(ROWS)

    assert len(ours()) == len(below()) == ROWS  # type: ignore[arg-type]
    return ours, below


def _message(folder: Any) -> Any:
    table = folder.GetContentsTable(0)
    table.SetColumns((mapitags.PR_ENTRYID,), 0)
    ((entry_id,),) = table.QueryRows(1, 0)
    return folder.OpenEntry(entry_id[1], None, mapi.MAPI_MODIFY)


def _often(action: Callable[[], object]) -> Callable[[], object]:
    def work() -> None:
        for _ in range(CALLS):
            action()

    return work


def _quietest(ours: Callable[[], object], below: Callable[[], object]) -> tuple[float, float]:
    """Both, done in turns, each at its quickest: what others do on the machine only ever adds."""
    pairs: list[tuple[float, float]] = []
    while len(pairs) < ROUNDS or sum(map(sum, pairs)) < ENOUGH:
        pairs.append((_once(ours), _once(below)))
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)


def _once(action: Callable[[], object]) -> float:
    """Seconds without the garbage collector, as `timeit` measures: when it runs is chance, and both sides' garbage."""
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        action()
        return time.perf_counter() - start
    finally:
        gc.enable()


def _start() -> Result:
    """An empty script."""
    command = Path(sys.executable).with_name("mapix")
    with tempfile.TemporaryDirectory() as place:
        script = Path(place) / "empty.py"
        script.write_text("", encoding="utf-8")
        ours, floor = _process(str(command), "run", str(script)), _process(sys.executable, str(script))
        return Result("mapix run, an empty script : python", *side_by_side(ours, floor, rounds=15), START_WANTED)


def _process(*command: str) -> Callable[[], object]:
    def start() -> object:
        return run_process(command, check=True, stdout=DEVNULL)

    start()
    return start
