"""The connection of a store to its mailbox, made again when it was lost.

    link = Link(place, mailbox, full=True)
    link.reader.execute(numbered(sql), params)
    link.renew()

Who makes a connection again ends what the server may still be doing for the lost one: its transaction would keep others
from the mailbox for as long as the server does not know that nobody is there any more.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from selectors import EVENT_READ, DefaultSelector
from typing import Final

from psycopg.pq import ConnStatus, TransactionStatus

from mapix.properties.errors import MapiError
from mapix.providers.sqlstore.postgresql.connection import Connection, Cursor, Place, reading, writing
from mapix.providers.sqlstore.postgresql.failures import ERRORS
from mapix.providers.sqlstore.watching import Stop

RECONNECT: Final = 20.0
"""Seconds for which a server that went away is waited for."""

LOOK_ANYWAY: Final = 30.0
"""Seconds after which it is looked for changes that nobody told of."""

_RESOLVE: Final = 30.0
_OPEN: Final = (TransactionStatus.ACTIVE, TransactionStatus.INTRANS, TransactionStatus.INERROR)
_END_LOST: Final = (
    b"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2"
)
_OUTCOME: Final = b"SELECT pg_xact_status($1::text::xid8)"


class Link:
    """A connection that works on a mailbox, with a cursor for questions and one for changes. `generation` counts the
    connections there were. Unless `full`, commits do not wait for the disk.
    """

    connection: Connection
    reader: Cursor
    writer: Cursor

    def __init__(self, place: Place, mailbox: int, *, full: bool) -> None:
        self.place = place
        self.mailbox = mailbox
        self.full = full
        self.generation = 0
        self.pid = 0
        self._name = f"mapix {secrets.token_hex(8)}"
        self._connect(0.0)

    def renew(self) -> None:
        """Connect again, waiting for the server for a while; `NetworkError`."""
        lost = self.pid
        self.close()
        self._connect(RECONNECT)
        with suppress(*ERRORS):
            self.reader.execute(_END_LOST, (lost, self._name))

    def close(self) -> None:
        """Let go of the connection; twice is harmless."""
        with suppress(*ERRORS):
            self.connection.close()

    def control(self, sql: str) -> None:
        """A statement, or several at once, without arguments."""
        self.connection.execute(sql.encode(), prepare=False)

    @property
    def is_open(self) -> bool:
        """Whether a transaction is under way."""
        return self.connection.pgconn.transaction_status in _OPEN

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come: nothing else can be asked before."""
        return self.connection.pgconn.transaction_status == TransactionStatus.ACTIVE

    @property
    def is_spoilt(self) -> bool:
        """Whether the transaction under way can only be undone."""
        return self.connection.pgconn.transaction_status == TransactionStatus.INERROR

    def is_alive(self) -> bool:
        """Whether the connection stands, as far as can be seen without asking the server."""
        pgconn = self.connection.pgconn
        with suppress(*ERRORS):
            for _ in range(2):  # a last word, and then the end
                pgconn.consume_input()
        return pgconn.status == ConnStatus.OK

    def outcome(self, transaction: str) -> str | None:
        """What became of a transaction of the connection that was lost: `committed`, `aborted`, or None where that
        cannot be found out.
        """
        deadline = time.monotonic() + _RESOLVE
        try:
            self.renew()
            while (status := self._asked(transaction)) == "in progress" and time.monotonic() < deadline:
                time.sleep(0.05)
        except (*ERRORS, MapiError):
            return None
        return status

    def status(self, transaction: str) -> str | None:
        """What became of a transaction of this connection: as `outcome`, or `in progress`."""
        with suppress(*ERRORS):
            return self._asked(transaction)
        return None

    def news(self, stop: Stop) -> Iterator[None]:
        """Yield at first, and whenever the server tells of a change that came over another connection, until `stop` is
        set; now and then anyway, for what could not be told.
        """
        with closing(self.place.connect()) as connection, DefaultSelector() as waiting:
            waiting.register(connection, EVENT_READ)
            waiting.register(stop, EVENT_READ)
            try:
                connection.execute(f"LISTEN {channel(self.mailbox)}".encode())
                yield
                while not stop.is_set():
                    heard = waiting.select(LOOK_ANYWAY)
                    connection.pgconn.consume_input()
                    told = set(iter(connection.pgconn.notifies, None))
                    if not heard or any(note.be_pid != self.pid for note in told):
                        yield
            except ERRORS as error:
                raise self.place.told(error) from error

    def _connect(self, patience: float) -> None:
        connection = self.place.connect(self.mailbox, patience=patience, name=self._name)
        self.connection = connection
        self.reader, self.writer = reading(connection), writing(connection)
        self.generation += 1
        self.pid = connection.info.backend_pid
        if not self.full:
            connection.execute("SET synchronous_commit = off")

    def _asked(self, transaction: str) -> str | None:
        row = self.reader.execute(_OUTCOME, (transaction,)).fetchone()
        return None if row is None else row[0]


def channel(mailbox: int) -> str:
    """Where it is told that a mailbox changed."""
    return f"mapix_{mailbox}"
