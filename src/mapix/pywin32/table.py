"""PyIMAPITable: rows under a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mapix.interfaces.notify import Event
from mapix.interfaces.table import MapiTable
from mapix.properties.errors import InvalidParameter
from mapix.properties.flags import DIR_BACKWARD, TBL_ALL_COLUMNS, TBL_ASYNC, TBL_BATCH, TBL_NOADVANCE
from mapix.properties.sort import SortOrder
from mapix.properties.tag import PropTag, PropType
from mapix.pywin32 import args, sink
from mapix.pywin32.convert import restrictions, rows, tags
from mapix.pywin32.convert.values import Pair
from mapix.pywin32.unknown import PyIUnknown

_LATER = TBL_ASYNC | TBL_BATCH


def _narrowed(asked: Sequence[PropTag], found: Sequence[PropTag]) -> list[PropTag]:
    """The columns found, text that was asked for without a type in 8 bits."""
    pairs = zip(asked, found, strict=True)
    return [tags.in_width(real, False) if tag.type == PropType.UNSPECIFIED else real for tag, real in pairs]


class PyIMAPITable(PyIUnknown):
    """IMAPITable. The flags it was opened with tell the width of text in columns nobody chose (T-008)."""

    _kind = MapiTable

    def __init__(self, target: Any, owner: PyIUnknown | None = None) -> None:
        super().__init__(target, owner)
        self._wide = True

    @classmethod
    def _made(cls, target: MapiTable, wide: bool, owner: PyIUnknown | None) -> PyIMAPITable:
        """A table as an opening call returns it: without MAPI_UNICODE its first columns have 8-bit text."""
        table = cls(target, owner)
        table._wide = wide
        columns = target.query_columns()
        if not wide and any(column.is_string for column in columns):
            target.set_columns([tags.in_width(column, wide) for column in columns])
        return table

    def _as(self, cls: type[PyIUnknown]) -> PyIUnknown:
        other = super()._as(cls)
        if isinstance(other, PyIMAPITable):
            other._wide = self._wide
        return other

    def GetLastError(self, hr: Any, flags: Any = 0, /) -> tuple[int, str, str, int, int] | None:
        """As IMAPIProp.GetLastError."""
        args.flags(hr, 0xFFFFFFFF)
        args.flags(flags)
        return self._last_error()

    def Advise(self, eventMask: Any, adviseSink: Any, /) -> int:
        """Be told of changes; a connection number (T-020)."""
        mask = Event(args.flags(eventMask, 0xFFFFFFFF))
        number: int = self._obj.advise(mask, sink.sink_in(adviseSink, self._wide))
        return number

    def Unadvise(self, handle: Any, /) -> None:
        """End a registration."""
        self._obj.unadvise(args.int32(handle))

    def SeekRow(self, bookmark: Any, rowCount: Any, /) -> int:
        """Move the cursor; rows moved, signed (T-025)."""
        moved: int = self._obj.seek_row(args.int32(bookmark), args.int32(rowCount))
        return moved

    def SeekRowApprox(self, numerator: Any, denominator: Any, /) -> None:
        """Move the cursor to a fraction of the table (T-026)."""
        self._obj.seek_row_approx(args.int32(numerator), args.int32(denominator))

    def GetRowCount(self, flags: Any, /) -> int:
        """Rows of the view (T-024)."""
        args.flags(flags)
        count: int = self._obj.get_row_count()
        return count

    def QueryRows(self, rowCount: Any, flags: Any, /) -> tuple[tuple[Pair, ...], ...]:
        """Rows at the cursor: a tuple of tuples of `(tag, value)`, empty at the end (T-035, T-036)."""
        count, word = args.int32(rowCount), args.flags(flags, TBL_NOADVANCE)
        found = self._obj.query_rows(count, advance=not word & TBL_NOADVANCE)
        return rows.rows_out(self._obj.query_columns(), found)

    def SetColumns(self, propTags: Any, flags: Any, /) -> None:
        """Choose columns (T-022); at once, later or elsewhere (T-040)."""
        columns = tags.tags(propTags)
        later = args.flags(flags, _LATER)
        if not columns:
            raise InvalidParameter("columns must be given")
        if not self._wide and any(column.type == PropType.UNSPECIFIED for column in columns):
            self._obj.set_columns(columns)
            columns = _narrowed(columns, self._obj.query_columns())
        self._obj.set_columns(columns, later)

    def GetStatus(self, /) -> list[int]:
        """`[status, type]` (T-021)."""
        return [int(number) for number in self._obj.get_status()]

    def QueryPosition(self, /) -> list[int]:
        """`[row, numerator, denominator]` (T-027)."""
        return list(self._obj.query_position())

    def QueryColumns(self, flags: Any, /) -> tuple[int, ...]:
        """The columns chosen, or with TBL_ALL_COLUMNS all there are (T-023)."""
        every = bool(args.flags(flags, TBL_ALL_COLUMNS) & TBL_ALL_COLUMNS)
        columns = self._obj.query_columns(available=every)
        return tags.numbers(tags.in_width(column, self._wide) if every else column for column in columns)

    def Abort(self, /) -> None:
        """Stop asynchronous work (T-038)."""
        self._obj.abort()

    def FreeBookmark(self, bookmark: Any, /) -> None:
        """Give up a bookmark (T-031)."""
        self._obj.free_bookmark(args.int32(bookmark))

    def CreateBookmark(self, /) -> int:
        """Mark the row at the cursor (T-030)."""
        bookmark: int = self._obj.create_bookmark()
        return bookmark

    def Restrict(self, restriction: Any, flags: Any, /) -> None:
        """Show only some rows; None shows all (T-029); at once, later or elsewhere (T-040)."""
        wanted = restrictions.restriction(restriction)
        self._obj.restrict(wanted, args.flags(flags, _LATER))

    def FindRow(self, restriction: Any, bookmarkOrigin: Any, flags: Any, /) -> None:
        """Put the cursor on the next row that fits (T-028)."""
        wanted = restrictions.restriction(restriction)
        origin, word = args.int32(bookmarkOrigin), args.flags(flags, DIR_BACKWARD)
        if wanted is None:
            raise InvalidParameter("a restriction must be given")
        self._obj.find_row(wanted, origin, backward=bool(word & DIR_BACKWARD))

    def SortTable(self, sortOrderSet: Any, flags: Any, /) -> None:
        """Order the rows, by categories if there are some (T-060); None gives up the order (T-033); at once, later or
        elsewhere (T-040).
        """
        order = restrictions.sort_order(sortOrderSet)
        self._obj.sort_table(order or SortOrder(), args.flags(flags, _LATER))
