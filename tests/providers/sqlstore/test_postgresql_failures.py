"""What happens to a store on PostgreSQL when connections, processes and the server itself die."""

from __future__ import annotations

import itertools
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest
from tests.fixtures_postgresql import PostgreSql, postgresql, reason
from tests.providers.sqlstore.helpers import finish, save, start

from mapix.properties import tags
from mapix.properties.errors import Busy, NetworkError, NoAccess, NotFound, Version
from mapix.providers.sqlstore.postgresql import link, migrate
from mapix.providers.sqlstore.postgresql.backend import PostgreSqlBackend, open_named
from mapix.providers.sqlstore.postgresql.connection import Place

_names = itertools.count()


@pytest.fixture
def name() -> str:
    """What a test's mailbox is called."""
    return f"failing {next(_names)}"


@pytest.fixture
def store(server: PostgreSql, name: str) -> Iterator[PostgreSqlBackend]:
    backend = open_named(Place.of(server.dsn()), name, create=True)
    yield backend
    backend.close()


def cut(server: PostgreSql, store: PostgreSqlBackend) -> None:
    """End the connection of a store from the server's side."""
    pid = store.database.link.pid
    server.execute(f"SELECT pg_terminate_backend({pid}, 5000)")


def test_what_had_not_begun_goes_on_over_another_connection(server: PostgreSql, store: PostgreSqlBackend) -> None:
    number = save(store).number
    for _ in range(2):
        cut(server, store)
        assert store.messages(store.root) == [number]
        cut(server, store)
        store.set_flags([number], on=1)
        cut(server, store)
        with store.database.read():
            assert store.messages(store.root) == [number]
    assert store.database.link.generation == 7


def test_a_transaction_that_lost_its_connection_is_told_and_leaves_nothing(
    server: PostgreSql, store: PostgreSqlBackend
) -> None:
    def lose() -> None:
        with store.transaction():
            save(store)
            cut(server, store)
            save(store)

    with pytest.raises(NetworkError, match="was lost") as told:
        lose()
    assert told.value.hint
    assert store.messages(store.root) == []

    def swallow() -> None:
        with store.transaction():
            save(store)
            cut(server, store)
            with suppress(NetworkError):
                save(store)
            assert not store.database.in_transaction

    with pytest.raises(NetworkError):
        swallow()
    assert store.messages(store.root) == []
    save(store)
    assert len(store.messages(store.root)) == 1


def test_the_connection_s_loss_between_two_saves_of_a_message_is_not_seen(
    server: PostgreSql, store: PostgreSqlBackend
) -> None:
    message = save(store, {tags.PR_BODY: "x" * 100_000})
    cut(server, store)
    values, version = message.load(None)
    with values[tags.PR_BODY].open() as reader:
        reader.read(10)
        cut(server, store)
        assert len(reader.read()) == 2 * 100_000 - 10
    assert version == 1


class Wire:
    """Stands between a client and the server: `judge` is asked of what the client sends. It says `pass`, or `swallow`
    to end the connection before, `mute` to end it after the server has answered, or `desert` to leave the server alone
    with what it was doing.
    """

    def __init__(self, server: PostgreSql) -> None:
        self.home = Path(mkdtemp(prefix="mapix-wire-"))
        self.deserted: list[socket.socket] = []
        self.judge: Callable[[bytes], str] = lambda data: "pass"
        self._server = server
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.home / ".s.PGSQL.5432"))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def place(self) -> Place:
        """How to connect through it."""
        return Place.of(self._server.dsn().replace(str(self._server.home), str(self.home)))

    def close(self) -> None:
        self._listener.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self._server.home / ".s.PGSQL.5432"))
            muted = threading.Event()
            threading.Thread(target=self._up, args=(client, server, muted), daemon=True).start()
            threading.Thread(target=self._down, args=(client, server, muted), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket, muted: threading.Event) -> None:
        try:
            while data := client.recv(1 << 16):
                verdict = self.judge(data)
                if verdict == "swallow":
                    break
                if verdict == "desert":
                    self.deserted.append(server)
                    _shut(client)
                    return
                if verdict == "mute":
                    muted.set()
                server.sendall(data)
        except OSError:
            pass
        for side in (client, server):
            _shut(side)

    def _down(self, client: socket.socket, server: socket.socket, muted: threading.Event) -> None:
        try:
            while data := server.recv(1 << 16):
                if muted.is_set():
                    break
                client.sendall(data)
        except OSError:
            pass
        for side in (client, server):
            _shut(side)
            side.close()


def _shut(side: socket.socket) -> None:
    with suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def wire(server: PostgreSql) -> Iterator[Wire]:
    with closing(Wire(server)) as between:
        yield between


def once(word: bytes, verdict: str) -> Callable[[bytes], str]:
    """Judge the first thing that begins with a word."""
    left = [verdict]
    return lambda data: left.pop() if word in data and left else "pass"


@pytest.mark.parametrize("verdict", ["mute", "swallow"])
def test_a_commit_whose_answer_was_lost_is_found_out(wire: Wire, name: str, verdict: str) -> None:
    store = open_named(wire.place(), name, create=True)
    wire.judge = once(b"COMMIT", verdict)
    if verdict == "mute":
        number = save(store).number
        assert store.messages(store.root) == [number]
    else:
        with pytest.raises(NetworkError):
            save(store)
        assert store.messages(store.root) == []
    assert store.database.link.generation == 2
    told: list[object] = []
    store.listen(told.extend)
    save(store)
    assert told
    store.close()


def test_what_cannot_be_found_out_is_told_as_unknown(wire: Wire, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "RECONNECT", 0.0)
    store = open_named(wire.place(), name, create=True)
    committed = [False]

    def judge(data: bytes) -> str:
        if b"COMMIT" in data:
            committed[0] = True
            return "mute"
        return "swallow" if committed[0] else "pass"

    wire.judge = judge
    with pytest.raises(NetworkError, match="is not known"):
        save(store)
    wire.judge = lambda data: "pass"
    assert len(store.messages(store.root)) == 1
    store.close()


def test_what_the_server_still_does_for_a_lost_connection_is_ended(wire: Wire, name: str) -> None:
    store = open_named(wire.place(), name, create=True)
    wire.judge = once(b"COMMIT", "desert")
    began = time.monotonic()
    with pytest.raises(NetworkError):
        save(store)
    save(store)
    assert time.monotonic() - began < 60, "the mailbox was not locked by nobody"
    assert len(store.messages(store.root)) == 1
    assert len(wire.deserted) == 1
    store.close()


def test_a_lost_beginning_is_begun_again(wire: Wire, name: str) -> None:
    store = open_named(wire.place(), name, create=True)
    wire.judge = once(b"BEGIN", "mute")
    save(store)
    assert len(store.messages(store.root)) == 1
    store.close()


def test_a_server_that_starts_again_is_waited_for() -> None:
    if why := reason():
        pytest.skip(why)
    with postgresql() as server:
        store = open_named(Place.of(server.dsn()), "ann", create=True)
        numbers = [save(store).number]
        for _ in range(3):
            server.crash()
            again = threading.Timer(0.2, server.start)
            again.start()
            assert store.messages(store.root) == numbers
            again.join()
            numbers.append(save(store).number)
        server.stop()
        with pytest.raises(NetworkError) as told:
            open_named(Place.of(server.dsn()), "ann")
        assert told.value.hint
        store.close()


# the schema


def fresh(server: PostgreSql, owner: str = "keeper") -> str:
    """An empty database."""
    made = f"fresh{next(_names)}"
    server.execute(f"CREATE DATABASE {made} OWNER {owner}")
    return made


OPEN = """
import sys
from mapix.providers.sqlstore.postgresql.backend import open_named
from mapix.providers.sqlstore.postgresql.connection import Place
sys.stdin.readline()
store = open_named(Place.of(sys.argv[1]), "ann", create=True)
print(store.uid.hex(), store.root)
store.close()
"""


def test_of_several_processes_one_makes_the_schema_and_the_mailbox(server: PostgreSql) -> None:
    dsn = server.dsn(database=fresh(server))
    processes = [start(OPEN, dsn, feed=True) for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = {finish(process) for process in processes}
    assert len(said) == 1
    applied = server.execute("SELECT count(*) FROM mapix.migration", database=dsn.split("?")[0].rpartition("/")[2])
    assert applied == [(len(migrate.scripts()),)]


def test_a_newer_schema_is_left_alone(server: PostgreSql) -> None:
    made = fresh(server)
    place = Place.of(server.dsn(database=made))
    open_named(place, "ann", create=True).close()
    server.execute(f"INSERT INTO mapix.migration VALUES ({len(migrate.scripts()) + 1})", database=made)
    with pytest.raises(Version, match="newer version"):
        open_named(place, "ann", create=True)


def test_an_older_schema_is_updated_by_who_owns_it(server: PostgreSql, monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("keeping", "using"):
        server.role(role)
    made = fresh(server, "keeping")
    keeping, using = (Place.of(server.dsn(role, made)) for role in ("keeping", "using"))
    store = open_named(keeping, "ann", create=True)
    number = save(store).number
    store.close()
    open_named(using, "bob", create=True).close()
    newer = (*migrate.scripts(), "ALTER TABLE message ADD COLUMN extra bigint; UPDATE message SET extra = id;")
    monkeypatch.setattr(migrate, "scripts", lambda: newer)
    with pytest.raises(Version, match="keeping"):
        open_named(using, "bob")
    store = open_named(keeping, "ann")
    assert store.database.rows("SELECT id, extra FROM message") == [(number, number)]
    store.close()
    bob = open_named(using, "bob")
    assert bob.database.rows("SELECT id FROM message") == []
    bob.close()


def test_a_migration_that_fails_changes_nothing(server: PostgreSql, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place.of(server.dsn(database=fresh(server)))
    open_named(place, "ann", create=True).close()
    with monkeypatch.context() as patch:
        newer = (*migrate.scripts(), "CREATE TABLE added (id integer); CREATE TABLE message (id integer)")
        patch.setattr(migrate, "scripts", lambda: newer)
        with pytest.raises(Exception, match="message"):
            open_named(place, "ann")
    store = open_named(place, "ann")
    assert store.database.value("SELECT to_regclass('added')::text") is None
    store.close()


def test_a_database_where_nothing_may_be_made_is_no_place_for_stores(server: PostgreSql) -> None:
    server.role("poor")
    made = fresh(server)
    place = Place.of(server.dsn("poor", made))
    with pytest.raises(NotFound, match="no stores"):
        open_named(place, "ann")
    with pytest.raises(NoAccess):
        open_named(place, "ann", create=True)


# the spooler's role


def test_one_connection_has_the_spooler_s_role(server: PostgreSql, store: PostgreSqlBackend, name: str) -> None:
    other = open_named(Place.of(server.dsn()), name)
    assert store.become_spooler()
    assert store.become_spooler()
    assert not other.become_spooler()
    store.resign_spooler()
    assert other.become_spooler()
    assert not store.become_spooler()
    other.close()
    assert store.become_spooler()


def test_the_role_falls_free_with_its_connection(server: PostgreSql, store: PostgreSqlBackend, name: str) -> None:
    number = save(store, submit=True).number
    other = open_named(Place.of(server.dsn()), name)
    assert store.become_spooler()
    store.set_lock(number, locked=True)
    cut(server, store)
    assert other.become_spooler()
    assert not other.queue(number=number)[0].locked
    assert not store.become_spooler()
    with pytest.raises(Busy, match="role was lost"):
        store.set_lock(number, locked=True)
    store.record(number, {}, due=5, attempts=1, reason="what was done is still recorded")
    assert other.queue(number=number)[0].attempts == 1
    other.close()


def test_a_lost_connection_is_noticed_without_asking(server: PostgreSql, store: PostgreSqlBackend) -> None:
    assert store.become_spooler()
    cut(server, store)
    assert not store._queue.role.stands()
    assert store.become_spooler(), "it is free, so it is had again"
