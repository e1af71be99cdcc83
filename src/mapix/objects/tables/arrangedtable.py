"""What all calls of a table have in common: the arrangement they work on, and when they may work on it.

`ArrangedTable` has the calls that change how rows are arranged, at once, put off, or on another thread; `TableView`
those that look at the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Concatenate, Final, NamedTuple, ParamSpec, TypeVar

from mapix.interfaces.notify import TableEvent
from mapix.interfaces.prop import ErrorInfo
from mapix.interfaces.table import MapiTable, RowSource, TableType
from mapix.objects.stores.life import Life, told
from mapix.objects.tables.arrangement import Arrangement, Wanted
from mapix.objects.tables.bookmarks import Bookmarks
from mapix.objects.tables.tablecolumns import in_width, resolve
from mapix.objects.tables.tablework import RESTRICTING, SETTING_COLUMNS, SORTING, Kind, TableWork
from mapix.properties.errors import MapiError, UnknownFlags
from mapix.properties.flags import TBL_ASYNC, TBL_BATCH
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortOrder
from mapix.properties.tag import PropTag

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T", bound="ArrangedTable")

_LATER: Final = TBL_ASYNC | TBL_BATCH


class _Step(NamedTuple):
    """A change of the arrangement that was found possible: what takes long of it, and what makes it so."""

    prepare: Callable[[Callable[[], None]], None]
    adopt: Callable[[], None]


def anytime(method: Callable[Concatenate[T, P], R]) -> Callable[Concatenate[T, P], R]:
    """A method that refuses closed tables and remembers what it failed of."""

    @wraps(method)
    def call(self: T, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            self._life.check()
            return method(self, *args, **kwargs)
        except MapiError as error:
            self._last_error = error
            raise

    return call


def idle(method: Callable[Concatenate[T, P], R]) -> Callable[Concatenate[T, P], R]:
    """The same, refused while the table is at work (T-040)."""

    @wraps(method)
    def call(self: T, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            self._life.check()
            self._work.check()
            return method(self, *args, **kwargs)
        except MapiError as error:
            self._last_error = error
            raise

    return call


def looking(method: Callable[Concatenate[T, P], R]) -> Callable[Concatenate[T, P], R]:
    """The same, for a method that needs what was put off: its errors appear here (T-040)."""

    @wraps(method)
    def call(self: T, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            self._life.check()
            self._work.check()
            if self._put_off:
                self._catch_up()
            return method(self, *args, **kwargs)
        except MapiError as error:
            self._last_error = error
            raise

    return call


class ArrangedTable(MapiTable):
    """A table over `source`, and how its rows are arranged. See `TableView` for what the parameters mean."""

    def __init__(self, source: RowSource, codepage: int, *, unicode: bool, life: Life | None) -> None:
        self._source = source
        self._codepage = codepage
        self._unicode = unicode
        columns = tuple(in_width(source.default_columns(), unicode=unicode))
        self._shown = Arrangement(source, Wanted(columns), codepage)
        self._cursor = self._shown.cursor
        self._bookmarks = Bookmarks()
        self._work = TableWork()
        self._put_off: list[Callable[[], None]] = []
        self._last_error: MapiError | None = None
        self._life = Life(life)

    @idle
    def set_columns(self, columns: Sequence[PropTag], flags: int = 0) -> None:
        """Choose columns and their order (T-022). Bookmarks and cursor stay unless the rows become others (P-057).

        `InvalidParameter` for none.
        """
        tags = tuple(resolve(columns, self._shown.rows.available_columns, unicode=self._unicode))

        def change() -> _Step:
            shown = self._shown
            if shown.shows_same_rows(tags):
                return _Step(shown.prepare, lambda: shown.set_columns(tags))
            return self._rearranged(Wanted(tags, shown.wanted.where, shown.wanted.order))

        self._change(SETTING_COLUMNS, flags, change)

    @idle
    def restrict(self, restriction: Restriction | None, flags: int = 0) -> None:
        """Show only rows that satisfy `restriction`; bookmarks go, the cursor returns to the start (T-029).

        `TooComplex` for what cannot be evaluated, and then nothing changes.
        """
        self._change(
            RESTRICTING,
            flags,
            lambda: self._rearranged(Wanted(self._shown.wanted.columns, restriction, self._shown.wanted.order)),
        )

    @idle
    def sort_table(self, order: SortOrder, flags: int = 0) -> None:
        """Order the rows, as they come when there are no keys; bookmarks go, the cursor returns to the start (T-033).

        Categories start as `order` says (T-060). `TooComplex` for keys that are not available, or that cannot be
        sorted by; then the order stays.
        """
        self._change(
            SORTING,
            flags,
            lambda: self._rearranged(
                Wanted(self._shown.wanted.columns, self._shown.wanted.where, order), new_order=True
            ),
        )

    @looking
    def query_columns(self, *, available: bool = False) -> list[PropTag]:
        """The current columns, or every available one (T-023)."""
        if available:
            shown = self._shown
            return in_width((shown.grouped or shown.rows).available_columns(), unicode=self._unicode)
        return list(self._shown.columns.tags)

    @looking
    def query_sort_order(self) -> SortOrder:
        """The order in force, as it was given (T-034)."""
        return self._shown.wanted.order

    @anytime
    def get_status(self) -> tuple[int, TableType]:
        """What is under way or has failed, and the type of the source (T-021)."""
        return self._work.status, self._source.table_type

    @anytime
    def wait_for_completion(self, timeout: float | None = None) -> int:
        """Wait until nothing is under way; the table status (T-039). `TimedOut` after `timeout` seconds."""
        return self._work.wait(timeout)

    @anytime
    def abort(self) -> None:
        """Give up what is under way; the table is what it was (T-038). `UnableToAbort` when nothing is."""
        self._work.abort()

    def get_last_error(self) -> ErrorInfo | None:
        """What there is to say about the last failed call on this table."""
        return told(self._last_error)

    def _change(self, kind: Kind, flags: int, change: Callable[[], _Step]) -> None:
        """Arrange the rows anew: at once, on a thread, or when they are needed (T-040). `change` checks what was
        asked for.
        """
        check_flags(flags, _LATER)
        if flags & TBL_BATCH and not flags & TBL_ASYNC:
            self._put_off.append(lambda: change().adopt())
            return
        if self._put_off:
            self._catch_up()
        self._work.settled()
        step = change()
        if flags & TBL_ASYNC:
            self._work.start(kind, step.prepare, step.adopt, self._tell_end)
        else:
            step.adopt()

    def _catch_up(self) -> None:
        """Do what was put off; where some of it fails, the rest is not done."""
        steps, self._put_off = self._put_off, []
        for step in steps:
            step()

    def _rearranged(self, wanted: Wanted, *, new_order: bool = False) -> _Step:
        shown = Arrangement(self._source, wanted, self._codepage, new_order=new_order, former=self._shown)
        return _Step(shown.prepare, lambda: self._adopt(shown))

    def _adopt(self, shown: Arrangement) -> None:
        """Show other rows, or in another order: from the start, without the former bookmarks (T-029, T-033)."""
        self._shown = shown
        self._cursor = shown.cursor
        self._bookmarks.clear()

    def _tell_end(self, event: TableEvent, error: MapiError | None) -> None:
        """Work on another thread has come to its end."""
        if error is not None:
            self._last_error = error


def check_flags(flags: int, known: int) -> None:
    if flags & ~known:
        raise UnknownFlags("a table knows no such flags here", value=flags)
