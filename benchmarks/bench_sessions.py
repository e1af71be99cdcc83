"""Sessions: logging on and off against opening the store's file with `sqlite3`, joining against logging on, and reading
a property through a session that another process shares against the same where the session began.

The profile has three services: a store in a file, a transport, an address book. Owner and joiner are processes of their
own, told through pipes what to do; both sides of a measurement take turns, and the quickest turn of each counts:
the others had to wait for what else the machine does.
"""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.harness import Result
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.store import MsgStore
from mapix.properties import tags
from mapix.properties.flags import MAPI_ALLOW_OTHERS, MAPI_NEW_SESSION
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

MESSAGES: Final = 30
ROWS: Final = 20
TURNS: Final = 25
READS: Final = 2_000
EVEN: Final = 1.1
"""What two equal times differ by from one process to another, told as a ratio."""

_PROFILE: Final = "Bench"
_ROWS: Final = "SELECT * FROM message ORDER BY id LIMIT ?"


def run() -> list[Result]:
    """All measurements of sessions."""
    with TemporaryDirectory(prefix="mx-") as directory, _broker_in(Path(directory)):
        home = Path(directory) / "home"
        message = _prepare(home)
        return [*_private(home), *_shared(home, message)]


# within one process


def _private(home: Path) -> Iterator[Result]:
    with Subsystem(home, sharing=False) as system:
        raw = partial(_once, lambda: _read_file(home))
        ours, floor = _turns(lambda: _once(lambda: _logon(system).logoff()), raw)
        yield Result("private logon and logoff, 3 services", ours, floor, 10)
        ours, floor = _turns(lambda: _once(lambda: _read_session(system)), raw)
        yield Result(f"the same, with {ROWS} rows of a folder", ours, floor)


def _once(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def _read_file(home: Path) -> None:
    """The floor: open the store's file and read some rows."""
    with closing(sqlite3.connect(home / "mail.mapix")) as file:
        assert len(file.execute(_ROWS, (ROWS,)).fetchall()) == ROWS


def _read_session(system: Subsystem) -> None:
    with _logon(system) as session:
        table = _outbox(_default_store(session)).get_contents_table()
        assert len(table.query_rows(ROWS)) == ROWS


# between processes


def _shared(home: Path, message: bytes) -> Iterator[Result]:
    with _process(home) as owner, _process(home) as joiner:
        _ask(owner, "own")
        join, private = _turns(lambda: _ask(joiner, "join"), lambda: _ask(joiner, "private"))
        yield Result("joining a shared session, against a private logon", join, private, 1.0)
        with _started(home) as first, _started(home) as second:
            join, private = first("join"), second("private")
        yield Result("the same, the first logon of a process", join, private)
        for each in (owner, joiner):
            _ask(each, "open", message)
        for word, what in (("read", "of a property"), ("reopen", "of a property of a message opened anew")):
            there, here = _turns(partial(_ask, joiner, word), partial(_ask, owner, word))
            yield Result(f"reads {what}, joined against owning process", there, here, EVEN)


def _turns(ours: Callable[[], float], floor: Callable[[], float]) -> tuple[float, float]:
    """The quickest of some turns of each."""
    pairs = [(ours(), floor()) for _ in range(TURNS)]
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)


@contextmanager
def _started(home: Path) -> Iterator[Callable[[str], float]]:
    """Asks a process that has done nothing before, a new one each time; the quickest of some."""

    def first(word: str) -> float:
        times = []
        for _ in range(5):
            with _process(home) as process:
                times.append(_ask(process, word))
        return min(times)

    yield first


@contextmanager
def _process(home: Path) -> Iterator[Connection]:
    """A process that does what `_Member` can."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(home, theirs), daemon=True)
    process.start()
    try:
        yield ours
    finally:
        ours.send(None)
        process.join(10)


def _ask(process: Connection, word: str, *arguments: object) -> float:
    process.send((word, arguments))
    return float(process.recv())


def _serve(home: Path, told: Connection) -> None:
    with Subsystem(home) as system:
        member = _Member(system)
        while (order := told.recv()) is not None:
            word, arguments = order
            told.send(getattr(member, word)(*arguments))


class _Member:
    """What a process does; each method answers the seconds it took."""

    def __init__(self, system: Subsystem) -> None:
        self.system = system
        self.session: Session | None = None
        self.message: MapiProp | None = None
        self.entry_id = b""

    def own(self) -> float:
        """Share a session."""
        self.session = self.system.logon(_PROFILE, flags=MAPI_NEW_SESSION | MAPI_ALLOW_OTHERS)
        return 0.0

    def join(self) -> float:
        """Be a member for a moment."""
        return _timed(lambda: self.system.logon(flags=0))

    def private(self) -> float:
        """Have a session of one's own for a moment."""
        return _timed(lambda: _logon(self.system))

    def open(self, entry_id: bytes) -> float:
        """Open a message through the session that is shared."""
        session = self.session = self.session or self.system.logon(flags=0)
        _default_store(session)
        self.message, self.entry_id = session.open_entry(entry_id), entry_id
        return 0.0

    def read(self) -> float:
        """Read its subject again and again."""
        assert self.message is not None
        begun = time.perf_counter()
        for _ in range(READS):
            self.message.get_props((tags.PR_SUBJECT,))
        return time.perf_counter() - begun

    def reopen(self) -> float:
        """Open it and read its subject again and again."""
        assert self.session is not None
        begun = time.perf_counter()
        for _ in range(READS // 10):
            message = self.session.open_entry(self.entry_id)
            message.get_props((tags.PR_SUBJECT,))
        return time.perf_counter() - begun


def _timed(logon: Callable[[], Session]) -> float:
    begun = time.perf_counter()
    session = logon()
    taken = time.perf_counter() - begun
    session.logoff()
    return taken


# what all of it stands on


def _prepare(home: Path) -> bytes:
    """A profile with a store, a transport and an address book, and messages; the identifier of one."""
    services: dict[str, dict[str, Any]] = {
        "MAPIXSTORE": {"path": str(home / "mail.mapix")},
        "SMTP": {"host": "localhost", "address": "ann@home.example"},
        "CONTACTS": {"path": str(home / "people.mapixbook")},
    }
    with Subsystem(home, sharing=False) as system:
        system.admin_profiles().create_profile(_PROFILE)
        admin = system.admin_profiles().admin_services(_PROFILE)
        for name, settings in services.items():
            admin.create_msg_service(name, settings=settings)
        with _logon(system) as session:
            outbox = _outbox(_default_store(session))
            for number in range(MESSAGES):
                message = outbox.create_message()
                message.set_props({tags.PR_SUBJECT: f"Message {number}", tags.PR_BODY: "text"})
                message.save_changes()
            return bytes(message.get_prop(tags.PR_ENTRYID))


def _logon(system: Subsystem) -> Session:
    return system.logon(_PROFILE, flags=MAPI_NEW_SESSION)


def _default_store(session: Session) -> MsgStore:
    table = session.get_msg_stores_table()
    table.set_columns((tags.PR_ENTRYID,))
    return session.open_msg_store(table.query_rows(1)[0][0], Access.MODIFY)


def _outbox(store: MsgStore) -> MapiFolder:
    folder = store.open_entry(store.get_prop(tags.PR_IPM_OUTBOX_ENTRYID), Access.MODIFY)
    assert isinstance(folder, MapiFolder)
    return folder


@contextmanager
def _broker_in(directory: Path) -> Iterator[None]:
    """A broker of our own, which ends soon after its last session."""
    wanted = {"XDG_RUNTIME_DIR": str(directory), "MAPIX_BROKER": "on", "MAPIX_BROKER_LINGER": "0.5"}
    former = {name: os.environ.get(name) for name in wanted}
    os.environ |= wanted
    try:
        yield
    finally:
        for name, value in former.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
