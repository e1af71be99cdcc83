"""Databases of every schema there was, made by the numbered scripts, with mailboxes of two owners in them: each becomes
one of this version with all its mail, however many processes come at once.
"""

from __future__ import annotations

import itertools
from typing import Any

import psycopg
import pytest
from tests.fixtures_postgresql import PostgreSql
from tests.providers.sqlstore.helpers import file, people, release, save, start

from mapix.interfaces.backend import Search
from mapix.properties import tags
from mapix.properties.errors import Version
from mapix.properties.flags import FOLDER_SEARCH, SEARCH_REBUILD, SEARCH_RUNNING
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.restriction import Content, Fuzzy
from mapix.properties.value import whole
from mapix.providers.sqlstore.postgresql import migrate
from mapix.providers.sqlstore.postgresql.backend import PostgreSqlBackend, open_named
from mapix.providers.sqlstore.postgresql.connection import Place
from mapix.providers.sqlstore.values import LARGE

NEWEST = len(migrate.scripts())
SEARCHES_SINCE = 3
OWNERS = ("keeping", "using")
SCHEMA = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default, generation_expression"
    " FROM information_schema.columns WHERE table_schema = 'mapix' ORDER BY 1, 2",
    "SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid), array_agg(a::text ORDER BY a::text) FROM pg_proc p"
    " LEFT JOIN unnest(p.proacl) a ON true WHERE p.pronamespace = 'mapix'::regnamespace GROUP BY 1, 2 ORDER BY 1",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'mapix' ORDER BY 1",
    "SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE c.relnamespace = 'mapix'::regnamespace AND NOT t.tgisinternal ORDER BY 1",
    "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies"
    " WHERE schemaname = 'mapix' ORDER BY 1, 2",
    "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'mapix'::regnamespace ORDER BY 1, 2",
    "SELECT relname, relrowsecurity, relforcerowsecurity, relacl::text FROM pg_class"
    " WHERE relnamespace = 'mapix'::regnamespace AND relkind = 'r' ORDER BY 1",
)
OPEN = """
import sys
from mapix.providers.sqlstore.postgresql.backend import open_named
from mapix.providers.sqlstore.postgresql.connection import Place
print("ready", flush=True)
sys.stdin.readline()
open_named(Place.of(sys.argv[1]), sys.argv[2]).close()
"""
_number = itertools.count()


def fill(store: PostgreSqlBackend) -> None:
    """Folders, messages with everything that there is a table for, and a search folder."""
    store.ids_from_names([PropertyName(PS_PUBLIC_STRINGS, "Keyword")], create=True)
    inbox = store.create_folder(store.root, "Größe", {tags.PR_COMMENT: "inbox"})
    for number in range(4):
        values = {
            tags.PR_SUBJECT: f"Budget {number} \U0001f4b0 \ud83d",
            tags.PR_BODY: "many words " * (LARGE // 10 if number % 2 else 1),
            tags.PR_MESSAGE_FLAGS: number % 2,
        }
        save(store, values, folder=inbox, recipients=people(2), attachments={0: file(b"attached" * 10_000)})
    save(store, {tags.PR_SUBJECT: "waiting"}, recipients=people(1), submit=True)
    store.set_receive_folder("IPM.Note", inbox)
    found = store.create_folder(store.root, "Found", {tags.PR_FOLDER_TYPE: FOLDER_SEARCH})
    wanted = Content(tags.PR_SUBJECT, "budget", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE)
    store.set_search(found, Search(wanted, (inbox,), SEARCH_RUNNING | SEARCH_REBUILD), restart=True)
    assert store.build_search(found)


def content(store: PostgreSqlBackend) -> list[Any]:
    """What is in a mailbox, search folders aside."""
    found: list[Any] = [store.uid, sorted(store.receive_folders()), len(store.queue())]
    for folder in (store.root, store.find_folder(store.root, "größe") or 0):
        counts = store.folder(folder).load((tags.PR_CONTENT_COUNT, tags.PR_CONTENT_UNREAD))[0]
        found.append(sorted(counts.values()))
        for number in store.messages(folder):
            message = store.message(number)
            values = {tag: whole(tag, value) for tag, value in message.load(None)[0].items()}
            parts = {
                each: whole(tags.PR_ATTACH_DATA_BIN, part[tags.PR_ATTACH_DATA_BIN])
                for each, part in message.attachments().items()
            }
            found.append((number, values, list(message.recipients()), parts))
    return found


@pytest.fixture(scope="module")
def model(server: PostgreSql) -> tuple[str, dict[str, list[Any]]]:
    """A database of this version that is filled, and what is in the mailbox of each owner."""
    for role in OWNERS:
        if not server.execute(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'"):
            server.role(role)
    name = f"model{next(_number)}"
    server.execute(f"CREATE DATABASE {name} OWNER {OWNERS[0]}")
    contents = {}
    for role in OWNERS:
        store = open_named(Place.of(server.dsn(role, name)), role, create=True)
        fill(store)
        contents[role] = content(store)
        store.close()
    return name, contents


def old_database(server: PostgreSql, model: str, version: int) -> str:
    """A database as a version left it, with the rows of `model` as far as it has room for them."""
    name = f"old{next(_number)}"
    server.execute(f"CREATE DATABASE {name} OWNER {OWNERS[0]}")
    server.execute(
        "CREATE SCHEMA mapix",
        "SET search_path = mapix; CREATE TABLE migration (number integer PRIMARY KEY,"
        " applied timestamptz NOT NULL DEFAULT now()); GRANT SELECT ON migration TO PUBLIC",
        *(
            f"SET search_path = mapix; {script}; INSERT INTO migration (number) VALUES ({number})"
            for number, script in enumerate(migrate.scripts()[:version], 1)
        ),
        user=OWNERS[0],
        database=name,
    )
    with psycopg.connect(server.dsn(database=model)) as source, psycopg.connect(server.dsn(database=name)) as target:
        target.execute("SET session_replication_role = replica")
        for table, columns in _columns(target).items():
            there = _columns(source).get(table, [])
            _copy(source, target, table, [column for column in columns if column in there])
        if version < SEARCHES_SINCE:
            target.execute("DELETE FROM mapix.folder WHERE folder_type = 2")
        (last,) = source.execute("SELECT last_value FROM mapix.number").fetchone() or (0,)
        target.execute("SELECT setval('mapix.number', %s)", (last,))
    return name


def _columns(connection: psycopg.Connection) -> dict[str, list[str]]:
    """The columns that are written, by table."""
    rows = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'mapix'"
        " AND is_generated = 'NEVER' AND table_name <> 'migration' ORDER BY 1, ordinal_position"
    ).fetchall()
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    return found


def _copy(source: psycopg.Connection, target: psycopg.Connection, table: str, columns: list[str]) -> None:
    what = f"mapix.{table} ({', '.join(columns)})"
    with source.cursor() as reader, target.cursor() as writer:
        with (
            reader.copy(f"COPY {what} TO STDOUT".encode()) as given,
            writer.copy(f"COPY {what} FROM STDIN".encode()) as to,
        ):
            for piece in given:
                to.write(piece)
        for serial in {"blob": ("id",), "queue": ("seq",)}.get(table, ()):
            writer.execute(
                f"SELECT setval(pg_get_serial_sequence('mapix.{table}', '{serial}'), max({serial}) + 1)"
                f" FROM mapix.{table} HAVING count(*) > 0"
            )


def schema(server: PostgreSql, database: str) -> list[Any]:
    """All that is defined in a database."""
    return [server.execute(sql, database=database) for sql in SCHEMA]


def version_of(server: PostgreSql, database: str) -> int:
    """How far it is."""
    return int(server.execute("SELECT max(number) FROM mapix.migration", database=database)[0][0])


@pytest.mark.parametrize("version", range(1, NEWEST))
def test_a_database_of_any_version_keeps_everybody_s_mail(
    server: PostgreSql, model: tuple[str, dict[str, list[Any]]], version: int
) -> None:
    name = old_database(server, model[0], version)
    with pytest.raises(Version, match=OWNERS[0]):
        open_named(Place.of(server.dsn(OWNERS[1], name)), OWNERS[1])
    assert version_of(server, name) == version

    processes = [start(OPEN, server.dsn(OWNERS[0], name), OWNERS[0], feed=True) for _ in range(2)]
    release(processes)

    assert version_of(server, name) == NEWEST
    assert schema(server, name) == schema(server, model[0])
    for role in OWNERS:
        store = open_named(Place.of(server.dsn(role, name)), role)
        assert content(store) == model[1][role]
        assert list(store.care().check()) == []
        number = save(
            store, {tags.PR_SUBJECT: "a new budget"}, folder=store.find_folder(store.root, "größe") or 0
        ).number
        found = store.find_folder(store.root, "found")
        assert (found is None) == (version < SEARCHES_SINCE)
        assert found is None or (len(store.results(found)) == 5 and number in store.results(found))
        assert list(store.care().check()) == []
        store.close()
