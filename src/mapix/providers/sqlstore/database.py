"""A store's database as seen from one connection: statements, transactions, waiting for others, errors in MAPI's words.

    with database.write():
        database.run(database.sql["folder_set_sort"], (value, number))

What is shared by all databases is here; `sqlite.database` and `postgresql.database` are the two there are. All threads
share the connection and take turns. A transaction of `write` belongs to its thread until it ends; inner ones join it,
and undo only their own part when they fail. Who has to wait for other processes does so in `start` and in queries, and
nobody above hears of locks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from threading import RLock
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mapix.interfaces.backend import Change, RowDecorator
from mapix.properties.errors import MapiError, UnableToComplete
from mapix.providers.sqlstore.dialect import Dialect
from mapix.providers.sqlstore.transaction import Reading, Writing

PATIENCE: Final = 300.0
"""Seconds that a call waits for other processes before it gives up."""

Params = Sequence[Any]

if TYPE_CHECKING:
    from mapix.providers.sqlstore.blobs import Files
    from mapix.providers.sqlstore.textindex import TextIndex
    from mapix.providers.sqlstore.watching import Stop


class Database(ABC):
    """One connection to the place of a store. `name` is that place in words, `identity` tells it from all others.

    `full` waits for the disk at every commit, so that what was saved survives power loss; otherwise it survives only
    the death of processes. `sql` are the statements by name, made for this store with its `marks` (see `dialect`).

    `lets_go` says that large values may have been let go of since `garbage` looked.
    `files` is where the largest values are files of their own, None where all are rows.

    `transactions` counts those that write, `undoings` what was undone of them. `pending` collects what the one under
    way has to tell: `on_commit` gets it before the end; when it is permanent `on_permanent` is called, and
    `on_committed` gets it as soon as other threads may go on. What is undone is taken out, then `on_undo` called for
    what was kept in memory. `before_commit` and `after_commit` are there for what is tidied up. `keep_up` brings search
    folders in step with what came from elsewhere, before somebody reads them.
    """

    dialect: ClassVar[Dialect]
    name: str
    identity: object
    marks: Mapping[str, str]
    sql: Mapping[str, str]
    store_object: int = 0
    """The number under which the store's own properties are kept."""

    def __init__(self, *, readonly: bool, full: bool) -> None:
        self.readonly = readonly
        self.full = full
        self.lock = RLock()
        self.depth = 0
        self.transactions = 0
        self.undoings = 0
        self.pending: list[Change] = []
        self.on_commit: Callable[[list[Change]], None] = _nothing
        self.on_permanent: Callable[[], None] = _no_more
        self.on_committed: Callable[[list[Change]], None] = _nothing
        self.on_undo: list[Callable[[], None]] = []
        self.before_commit: Callable[[], None] = _no_more
        self.after_commit: Callable[[], None] = _no_more
        self.keep_up: Callable[[], None] = _no_more
        self.files: Files | None = None
        self.lets_go = True
        self._lost: MapiError | None = None

    # statements

    @abstractmethod
    def rows(self, sql: str, params: Params = ()) -> list[Any]:
        """All rows of a query, as tuples."""

    @abstractmethod
    def row(self, sql: str, params: Params = ()) -> Any:
        """The first row of a query, None when there is none."""

    def value(self, sql: str, params: Params = ()) -> Any:
        """The first value of the first row, None when there is none."""
        row = self.row(sql, params)
        return None if row is None else row[0]

    @abstractmethod
    def run(self, sql: str, params: Params = ()) -> int:
        """Change something, inside a transaction; how many rows were."""

    @abstractmethod
    def insert(self, sql: str, params: Params = ()) -> int:
        """Insert a row, inside a transaction; the number (`id`) the database gave it."""

    @abstractmethod
    def many(self, sql: str, rows: Iterable[Params]) -> int:
        """The same change for each of `rows`, inside a transaction; how many rows were changed."""

    # transactions

    def write(self) -> Writing:
        """A transaction that changes the store: all of it is permanent at its end, or nothing."""
        return Writing(self)

    @abstractmethod
    def write_soon(self) -> AbstractContextManager[None]:
        """A transaction that is safe from the death of the process at its end, from power loss soon after: it does not
        wait for the disk.
        """

    def read(self) -> Reading:
        """Several queries that see the store at one moment."""
        return Reading(self)

    @abstractmethod
    def start(self) -> None:
        """Start a transaction that will write, waiting for other processes; count it."""

    def ended(self) -> None:
        """The transaction that `start` began is over, however it ended, and what was undone is made good: the next one
        may come.
        """

    def keep_turn(self) -> None:
        """Inside a transaction: should it be undone, let nobody else write before `on_undo` has."""

    @abstractmethod
    def start_reading(self) -> None:
        """Start a transaction that sees the store at one moment."""

    @abstractmethod
    def begin(self, sql: str) -> None:
        """Start a part of a transaction."""

    @abstractmethod
    def end(self, sql: str) -> None:
        """Commit or roll back; when that fails everything is undone."""

    @property
    @abstractmethod
    def in_transaction(self) -> bool:
        """Whether a transaction is under way; never once the database was let go."""

    @abstractmethod
    def rollback(self) -> None:
        """Undo the transaction under way."""

    def undo(self, sql: str, mark: int) -> None:
        """Undo a transaction, or the part of it that began when `mark` changes were pending; the database may have
        done so by itself.
        """
        del self.pending[mark:]
        self.undoings += 1
        if self.in_transaction:
            self.end(sql)
        for repair in self.on_undo:
            repair()

    def lose(self, error: BaseException) -> None:
        """Remember that the database gave up the transaction under way because of `error`."""
        if not self.in_transaction:
            self._lost = error if isinstance(error, MapiError) else UnableToComplete("the transaction was undone")

    def check_alive(self) -> None:
        """Raise what ended the transaction under way before its time, if something has."""
        if self._lost is not None:
            raise self._lost

    # others

    def blame(self, error: Exception) -> Exception:
        """What is to be raised where something stumbled with `error` over what it read: `CorruptStore` where the
        database holds what it cannot, the error itself where it does not.
        """
        return error

    def free_to_write(self) -> bool:
        """Whether a transaction that writes would begin at once: nobody else is writing."""
        return not self.readonly and not self.in_transaction

    def unsought(self) -> list[int]:
        """Messages that came from elsewhere, and that search folders have not looked at."""
        return []

    def has_unsought(self) -> bool:
        """Whether there may be some; soon said."""
        return False

    def take_unsought(self) -> list[int]:
        """Those that the transaction under way found at its beginning: they are looked at now."""
        return []

    def text_index(self) -> TextIndex | None:
        """The full text index, None where the database has none."""
        return None

    @abstractmethod
    def take_numbers(self, highest: int, size: int) -> tuple[int, int]:
        """The first and the last of `size` or more new object numbers, inside a transaction; `highest` is the highest
        one that this connection has handed out.
        """

    @abstractmethod
    def news(self) -> object:
        """Something that is different when another connection has committed; None where only reading changes tells."""

    @abstractmethod
    def wait_for_news(self, stop: Stop) -> Iterator[None]:
        """Yield at first, and then whenever `news` may be another, until `stop` is set; for a thread of its own."""

    @abstractmethod
    def state(self) -> object:
        """Something that is different when anything in the store is, by whomever: inside a transaction, and when it was
        undone, too.
        """

    @abstractmethod
    def role(self) -> Role:
        """The spooler's role in this store."""

    @abstractmethod
    def decorate(self, decorator: RowDecorator) -> None:
        """Who makes what follows from numbers, where the database asks for it."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the database; twice is harmless."""


class Role(ABC):
    """A role that one holder in the world has at a time; it falls free when its holder dies, however it dies."""

    @abstractmethod
    def take(self) -> bool:
        """Take the role; False while somebody else has it."""

    @abstractmethod
    def stands(self) -> bool:
        """Whether this object has the role still."""

    @abstractmethod
    def leave(self) -> None:
        """Give the role up; harmless without it."""


def _nothing(changes: list[Change]) -> None:
    """Nobody wants to know."""


def _no_more() -> None:
    """There is nothing to tidy up."""
