"""Big folders in a mailbox of a PostgreSQL database, made by hand, and the bare driver beside the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from benchmarks.bench_store import folder_of
from benchmarks.bench_texts import MESSAGE_COLUMNS, drawn_texts, message_row, text_values
from benchmarks.big_folder import Bare
from benchmarks.copies import COPIED, Place, backend_of, copying, seeded
from mapix.interfaces.store import MsgStore
from mapix.properties import tags as t

_VALUES = "number, real, data, key"
_KEYS = ", display_name_key, address_type_key, address_key"
_IN_TURN = " ORDER BY n.i, c.place"


class BarePostgresql(Bare):
    """`psycopg` in the schema of the stores, on one mailbox for who is no superuser."""

    value = "data"
    part = "position(? IN {}) > 0"

    def __init__(self, dsn: str, mailbox: int = 0) -> None:
        import psycopg

        self.connection = psycopg.connect(dsn, autocommit=True)
        self.run(f"SET search_path = mapix; SET mapix.mailbox = '{mailbox}'")

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[Any]:
        """See `Bare.rows`."""
        return self.connection.cursor(binary=True).execute(_marked(sql), params).fetchall()

    def stream(self, sql: str, params: Sequence[Any] = ()) -> Callable[[int], list[Any]]:
        """See `Bare.stream`: a cursor of the server's, whose rows do not come all at once."""
        cursor = self.connection.cursor(name="stream", withhold=False)
        self.run("ROLLBACK; BEGIN")
        cursor.execute(_marked(sql), params, binary=True)
        return cursor.fetchmany

    def text(self, value: str) -> bytes:
        """See `Bare.text`."""
        return value.encode()

    def run(self, sql: str) -> None:
        """Statements without parameters."""
        self.connection.execute(sql.encode())

    def settle(self) -> None:
        """What the server does by itself while nobody asks it."""
        self.run("COMMIT")
        self.run("VACUUM ANALYZE")
        self.run("CHECKPOINT")

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()


@lru_cache(maxsize=256)
def _marked(sql: str) -> bytes:
    """`sql` with psycopg's placeholders."""
    return sql.replace("?", "%s").encode()


def filled(store: MsgStore, raw: BarePostgresql, size: int) -> Place:
    """A new folder with copies of a few messages, made by hand."""
    with store.transaction():
        place, numbers = seeded(store, size)
    wanted = size - COPIED
    first = _numbers(raw, wanted + COPIED)
    columns = [name for name in columns_of(raw, "message") if name != "id"]
    with by_hand(raw):
        raw.run("CREATE TEMP TABLE copied (id bigint PRIMARY KEY, place bigint) ON COMMIT DROP")
        for number, each in enumerate(numbers):
            raw.rows("INSERT INTO copied VALUES (?, ?) RETURNING 1", (each, number))
        counter = f"WITH n (i) AS (SELECT generate_series(0, CAST({wanted // COPIED} AS bigint)))"
        for sql in copying(columns, str(first), values=f"{_VALUES}, mailbox", keys=f"{_KEYS}, mailbox", order=_IN_TURN):
            raw.run(f"{counter} {sql}".replace("?", str(wanted)))
        _count(raw, place)
    return place


def filled_with_texts(store: MsgStore, raw: BarePostgresql, size: int) -> Place:
    """A folder with messages whose subjects differ."""
    entry_id: bytes = folder_of(store).create_folder("texts").get_prop(t.PR_ENTRYID)
    place = Place(entry_id, int.from_bytes(entry_id[-8:], "little"))
    mailbox = backend_of(store).database.store_object
    first = _numbers(raw, size)
    with by_hand(raw), raw.connection.cursor() as cursor:
        texts = drawn_texts()
        raw.run("CREATE TEMP TABLE value (object bigint, id bigint, data bytea) ON COMMIT DROP")
        drawn = [(first + each, *next(texts)) for each in range(size)]
        with cursor.copy(f"COPY message ({MESSAGE_COLUMNS}, mailbox) FROM STDIN".encode()) as copy:
            for one in drawn:
                copy.write_row((*map(_cell, message_row(place.number, *one)), 0, 1, 1, mailbox))
        with cursor.copy(b"COPY value FROM STDIN") as copy:
            for one in drawn:
                for row in text_values(*one):
                    copy.write_row(tuple(map(_cell, row)))
        raw.run(
            f"INSERT INTO property (mailbox, object, id, type, data, key) SELECT {mailbox}, object, id, 31, data,"
            " nullif(convert_to(lower(convert_from(data, 'UTF8')), 'UTF8'), data) FROM value"
        )
        _count(raw, place)
    return place


def _cell(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def _numbers(raw: BarePostgresql, count: int) -> int:
    """The first of so many numbers that no object has."""
    first: int = raw.rows("SELECT nextval('number')")[0][0]
    raw.rows("SELECT setval('number', ?)", (first + (count // 32 + 2) * 32,))
    return first


@contextmanager
def by_hand(raw: BarePostgresql) -> Iterator[None]:
    """A transaction in which no trigger fires."""
    with raw.connection.transaction():
        raw.run("SET LOCAL session_replication_role = replica")
        yield


def _count(raw: BarePostgresql, place: Place) -> None:
    """What triggers would have counted."""
    raw.run(
        "UPDATE folder f SET content_count = c.n, unread_count = c.unread FROM (SELECT count(*) AS n,"
        f" count(*) FILTER (WHERE flags & 1 = 0) AS unread FROM message WHERE folder = {place.number}) c"
        f" WHERE f.id = {place.number}"
    )


def columns_of(raw: BarePostgresql, table: str) -> list[str]:
    """The columns of a table that are written."""
    sql = (
        "SELECT attname FROM pg_attribute WHERE attrelid = CAST(? AS regclass) AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' ORDER BY attnum"
    )
    return [name for (name,) in raw.rows(sql, (table,))]
