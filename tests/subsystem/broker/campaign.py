"""A campaign by lot over processes that share sessions: they come, submit, leave and are killed, the broker is killed,
the mail server stumbles and the line is cut. What was submitted is to arrive, once.

What leaves without a further logon: everything that was submitted in a shared session with mail while, ever since, a
member of that session with mail lived, or a broker that a member had told of the session. Everything else, and what a
member without mail submitted, leaves with the next logon at the latest (SUB-17, LOG-30).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fixtures_smtp import ACCEPT, DROP_AFTER, DROP_BEFORE, LOSE, Received, Running, Sink
from tests.subsystem.broker.conftest import Process, state, until

from mapix.interfaces.table import query_all_rows
from mapix.properties import tags as t
from mapix.properties.flags import MAPI_ALLOW_OTHERS, MAPI_NEW_SESSION, MAPI_NO_MAIL
from mapix.providers.sqlstore.sqlite.filecheck import check_store
from mapix.subsystem.broker.place import place_of
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

HICCUPS = ("451 4.3.0 later", LOSE, DROP_BEFORE, DROP_AFTER)
MOST = 5
"""Processes at a time."""


class Roaming(Process):
    """A process that logs on again and again."""

    program = "tests.subsystem.broker.roamer"


@dataclass
class Someone:
    """A process, and the session it is in."""

    process: Roaming
    session: str = ""
    shared: bool = False
    mail: bool = False


@dataclass
class Campaign:
    """One campaign. `covered` are messages that are to leave without a further logon, `late` those that may need one;
    `maybe` were under way to the queue when their process was killed.
    """

    home: Path
    seed: int
    mail: Path
    sink: Sink = field(default_factory=Sink)
    people: list[Someone] = field(default_factory=list)
    resting: list[Someone] = field(default_factory=list)
    covered: dict[str, str] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    maybe: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    """Sessions that the broker which lives now was told of."""
    kills: int = 0
    script: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.hiccups: deque[str] = deque()
        self.dropped = 0
        self.open = True
        self.named = 0
        self.twice: list[str] = []
        self.sink.on_data = lambda envelope: self._answer()
        self.sink.log = self._taken

    # the server

    def _answer(self) -> str:
        said = self.hiccups.popleft() if self.hiccups else ACCEPT
        self.dropped += said in (DROP_BEFORE, DROP_AFTER)
        return said

    def _taken(self, event: str, received: Received) -> None:
        before = [each for each in self.sink.accepted if each.message_id == received.message_id]
        if event == "accepted" and any(each.acknowledged for each in before if each is not received):
            self.twice.append(received.headers["subject"])

    # the steps

    def run(self, steps: int) -> list[str]:
        """Make a profile for the server, and take random steps; what is wrong at the end."""
        self.server = Running(self.sink)
        with closing(self):
            self._prepare(self.server.host, self.server.port)
            try:
                for _ in range(steps):
                    self._step()
                self._end()
                wrong = self._wrong()
            except BaseException:
                self._tell()
                raise
            finally:
                for each in (*self.people, *self.resting):
                    each.process.kill()
            if wrong:
                self._tell()
            return wrong

    def close(self) -> None:
        """End the server."""
        if self.open:
            self.server.stop()

    def _prepare(self, host: str, port: int) -> None:
        with Subsystem(self.home, sharing=False) as system:
            profiles = system.admin_profiles()
            profiles.create_profile("Bob")
            bobs = {"path": str(self.mail.with_name("bob.mapix")), "owner_address": "bob@example.com"}
            profiles.admin_services("Bob").create_msg_service("MAPIXSTORE", "Mail", bobs)
            work = profiles.admin_services("Work")
            work.create_msg_service("LOCAL", "Here", {"address": "ann@example.com"})
            smtp = {"host": host, "port": port, "security": "none", "address": "ann@example.com"}
            work.create_msg_service("SMTP", "Out", smtp)
        self._near()

    def _step(self) -> None:
        steps: dict[Callable[[], None], int] = {
            self._come: (20 if len(self.people) < MOST else 0),
            self._submit: 30,
            self._leave: 8,
            self._die: 8,
            self._die_while_submitting: 5,
            self._kill_broker: 4,
            self._look: 8,
            self._stumble: 10,
            self._stop_the_server: 3,
            self._close_or_open_the_server: 4,
            self._cut_or_restore: 6,
        }
        step = self.chance.choices(list(steps), list(steps.values()))[0] if self.people else self._come
        self.script.append(step.__name__)
        step()
        time.sleep(self.chance.choice((0.0, 0.0, 0.02, 0.1, 0.25)))

    def _note(self, text: object) -> None:
        self.script[-1] += f" {text}"

    def _anybody(self) -> Someone | None:
        return self.chance.choice(self.people) if self.people else None

    def _come(self) -> None:
        kinds = {MAPI_ALLOW_OTHERS: 7, 0: 3, MAPI_NEW_SESSION: 1, MAPI_NEW_SESSION | MAPI_ALLOW_OTHERS: 1}
        flags = self.chance.choices(list(kinds), list(kinds.values()))[0]
        flags |= self.chance.choices((0, MAPI_NO_MAIL), (4, 1))[0]
        resting = self.resting and self.chance.random() < 0.7
        self._enter(self.resting.pop() if resting else Someone(Roaming(self.home)), flags)

    def _enter(self, one: Someone, flags: int) -> None:
        self.people.append(one)
        one.session, one.shared = one.process.do("enter", "Work", flags)
        one.mail = not flags & MAPI_NO_MAIL
        self._note(f"{one.process.popen.pid} {flags:#x} {one.session[:6]} {'shared' if one.shared else 'private'}")
        if one.shared:
            self.known.add(one.session)

    def _submit(self) -> None:
        if (one := self._anybody()) is not None:
            names = self._names()
            one.process.do("submit_some", names[0].partition(".")[0], len(names))
            self._submitted(one, names)
            self._note(f"{one.process.popen.pid} {names}")

    def _names(self) -> list[str]:
        self.named += 1
        return [f"{self.named}.{each}" for each in range(self.chance.randint(1, 3))]

    def _submitted(self, one: Someone, names: list[str]) -> None:
        if one.mail:
            self.covered |= dict.fromkeys(names, one.session)
        else:
            self.late |= set(names)

    def _leave(self) -> None:
        if (one := self._anybody()) is not None:
            self._note(one.process.popen.pid)
            one.process.do("logoff", 0)
            self._gone(one)
            self.resting.append(one)

    def _die(self) -> None:
        if (one := self._anybody()) is not None:
            self._note(one.process.popen.pid)
            self._kill(one)

    def _die_while_submitting(self) -> None:
        if (one := self._anybody()) is not None:
            names = self._names()
            self._note(f"{one.process.popen.pid} {names}")
            self.maybe |= set(names)
            one.process.say("submit_some", names[0].partition(".")[0], len(names))
            time.sleep(self.chance.uniform(0, 0.06))
            self._kill(one)

    def _kill(self, one: Someone) -> None:
        self.kills += 1
        one.process.kill()
        self._gone(one)

    def _gone(self, one: Someone) -> None:
        self.people.remove(one)
        self._uncover()

    def _uncover(self) -> None:
        """What nobody looks after now may need the next logon."""
        alive = {each.session for each in self.people if each.mail}
        for name, session in list(self.covered.items()):
            if session not in alive | self.known:
                self.late.add(name)
                del self.covered[name]

    def _kill_broker(self) -> None:
        found = state(self.home)
        if found is None:
            return
        self.kills += 1
        self._note(found.pid)
        os.kill(found.pid, signal.SIGKILL)
        until(lambda: not _lives(found.pid))
        self.known.clear()
        self._uncover()

    def _look(self) -> None:
        """A member looks for notifications, and finds a broker again where the one it knew is dead."""
        if (one := self._anybody()) is not None:
            self._note(one.process.popen.pid)
            self._tie(one)

    def _tie(self, one: Someone) -> None:
        if one.process.do("ties") and one.shared:
            self.known.add(one.session)

    def _stumble(self) -> None:
        self.hiccups.extend(self.chance.choices(HICCUPS, k=self.chance.randint(1, 2)))

    def _stop_the_server(self) -> None:
        (self.sink.go_on.clear if self.sink.go_on.is_set() else self.sink.go_on.set)()

    def _close_or_open_the_server(self) -> None:
        """Nobody answers at its port, or it is there again."""
        if self.open:
            self.server.stop()
            self.dropped += 1
        else:
            self.server = Running(self.sink, port=self.server.port)
        self.open = not self.open

    def _cut_or_restore(self) -> None:
        if (one := self._anybody()) is not None and one.mail:
            what = self.chance.choice(("cut", "restore", "restore"))
            self._note(f"{one.process.popen.pid} {what}")
            one.process.do("line", what)

    # the end

    def _end(self) -> None:
        self.script.append("end")
        self.sink.go_on.set()
        self.hiccups.clear()
        if not self.open:
            self._close_or_open_the_server()
        self._restore()
        until(lambda: self._missing(self.covered) == [], 30)
        self._finish_late()
        until(lambda: self._missing(self.covered | dict.fromkeys(self.late)) == [], 30)
        for each in [*self.people]:
            each.process.do("logoff", 0)
        for each in (*self.people, *self.resting):
            each.process.close()
        until(lambda: state(self.home) is None)
        until(lambda: not list(_strays(self.home)))

    def _restore(self) -> None:
        """The line is there again; whoever can say it says it."""
        with_mail = [each for each in self.people if each.mail]
        if with_mail:
            with_mail[0].process.do("line", "restore")
        for file in (self.home / "offline").glob("*"):
            file.unlink()

    def _finish_late(self) -> None:
        """The next logon, which what nobody looked after was allowed to wait for."""
        if self.late or self.maybe:
            self.script.append("afterwards")
            self._enter(Someone(Roaming(self.home)), 0)

    def _missing(self, wanted: dict[str, str | None]) -> list[str]:
        far = {each.headers["subject"] for each in list(self.sink.accepted)}
        near = Counter(self._near())
        return [name for name in wanted if name not in far or name not in near]

    def _near(self) -> list[str]:
        """The subjects in the mailbox beside."""
        with _session(self.home, "Bob") as session:
            store = _opened(session)
            folder = store.open_entry(store.get_receive_folder("")[0])
            return [row[0] for row in query_all_rows(folder.get_contents_table(), (t.PR_SUBJECT,))]

    def _wrong(self) -> list[str]:
        """Each thing that is not as it must be, now that nobody works any more."""
        submitted = {*self.covered, *self.late}
        far = Counter(each.headers["subject"] for each in self.sink.accepted)
        near = Counter(self._near())
        ids = {(each.headers["subject"], each.message_id) for each in self.sink.accepted}
        holds = {
            "what was submitted arrived, and nothing else": submitted <= set(far) <= submitted | self.maybe,
            "a mailbox here has each message once": near == Counter(set(near)),
            "both recipients got the same": set(near) == set(far),
            "nothing is sent again once the client has read the reply": not self.twice,
            "a message has one identifier": len(ids) == len(far),
            "what came twice met a kill or a broken line": far.total() - len(far) <= self.kills + self.dropped,
            "the queue is empty": self._left() == 0,
            "the stores are sound": not any(
                check_store(path) for path in (self.mail, self.mail.with_name("bob.mapix"))
            ),
        }
        return [text for text, is_so in holds.items() if not is_so]

    def _tell(self) -> None:
        """What happened, for who looks for the reason."""
        print(f"seed {self.seed}:", *self.script, sep="\n  ")
        print(f"missing {self._missing(self.covered)}, may be late {self._missing(dict.fromkeys(self.late))}")
        log = place_of(self.home).log
        print(log.read_text() if log.exists() else "no broker")

    def _left(self) -> int:
        with _session(self.home, "Work") as session:
            return session.pending()


@contextmanager
def _session(home: Path, profile: str) -> Iterator[Session]:
    """A session of the test's own that sends nothing."""
    with (
        Subsystem(home, sharing=False) as system,
        system.logon(profile, flags=MAPI_NEW_SESSION | MAPI_NO_MAIL) as session,
    ):
        yield session


def _opened(session: Session) -> Any:
    rows = session.get_msg_stores_table()
    rows.set_columns((t.PR_ENTRYID,))
    return session.open_msg_store(rows.query_rows(1)[0][0])


def _lives(pid: int) -> bool:
    """Whether a process that is not ours has not ended; nobody may have taken note of its end yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _strays(home: Path) -> Iterator[str]:
    """The processes that have to do with a home directory."""
    listed = subprocess.run(["ps", "-axo", "pid=,stat=,command="], capture_output=True, text=True, check=True).stdout
    return (line for line in listed.splitlines() if f" {home}" in line)
