"""The messages of a store that is copied: those that a folder's counterpart does not have yet, many at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import MapiTable
from mapix.objects.copying.copyreport import CopyReport, Remark
from mapix.objects.copying.messagecopy import copy_across
from mapix.properties import flags
from mapix.properties.errors import CorruptStore, DiskError, MapiError, NoAccess, NotEnoughDisk, NotFound
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ENTRYID, PR_MESSAGE_FLAGS, PR_MSG_STATUS, PR_SEARCH_KEY, PR_SUBJECT
from mapix.properties.value import Row

GROUP: Final = 50
"""Messages that are written in one transaction."""

HOPELESS: Final = (NotEnoughDisk, DiskError, CorruptStore, NoAccess)
"""What the target says when nothing more can be written."""

_PAGE: Final = 500
_COLUMNS: Final = (PR_ENTRYID, PR_SEARCH_KEY, PR_SUBJECT, PR_MESSAGE_FLAGS, PR_MSG_STATUS)

Told = Callable[[CopyReport, str], None]


@dataclass(frozen=True, slots=True)
class Pair:
    """A folder, its counterpart in the target, and its path for people."""

    source: MapiFolder
    target: MapiFolder
    path: str


class StoppedError(Exception):
    """Nothing more can be written."""


class MessageCopier:
    """Copies messages into the store `target`; what became of them goes into `report`."""

    def __init__(self, target: MsgStore, report: CopyReport, told: Told) -> None:
        self.target = target
        self.report = report
        self.told = told

    def copy_contents(self, pair: Pair) -> None:
        """The messages of one folder, associated ones too; `StoppedError` when the target takes no more."""
        for associated in (False, True):
            try:
                rows = _pages(pair.source.get_contents_table(associated=associated), _COLUMNS)
                there = _search_keys(pair.target, associated)
                while group := [row for _, row in zip(range(GROUP), rows, strict=False)]:
                    self._copy_group(pair, group, there, associated)
                    self.told(self.report, pair.path or "/")
            except MapiError as error:
                self.report.failures.append(Remark(pair.path or "/", "", f"its contents: {error}"))

    def _copy_group(self, pair: Pair, rows: Sequence[Row], there: Counter[bytes], associated: bool) -> None:
        missing = []
        for row in rows:
            if row[1] is not None and there[row[1]] > 0:
                there[row[1]] -= 1
                self.report.messages.read += 1
                self.report.messages.present += 1
            else:
                missing.append(row)
        self._write_group(pair, missing, associated)

    def _write_group(self, pair: Pair, rows: Sequence[Row], associated: bool) -> None:
        """Write messages in one transaction; one by one when that fails."""
        if not rows:
            return
        part = CopyReport()
        try:
            with self.target.transaction():
                for row in rows:
                    self._write_message(pair, row, associated, part)
        except MapiError as error:
            if len(rows) > 1:
                for row in rows:
                    self._write_group(pair, [row], associated)
                return
            self._fail_message(pair, rows[0], error)
            if isinstance(error, HOPELESS) and not self._takes_more(pair):
                raise StoppedError(str(error)) from error
        else:
            self.report.add(part)

    def _write_message(self, pair: Pair, row: Row, associated: bool, part: CopyReport) -> None:
        entry_id, _, subject, bits, status = row
        message = pair.source.open_entry(entry_id)
        if not isinstance(message, Message):
            raise NotFound("not a message", value=entry_id)
        new_id, lost = copy_across(message, pair.target, associated=associated)
        message.close()
        if status:
            pair.target.set_message_status(new_id, status, 0xFFFFFFFF)
        part.messages.read += 1
        part.messages.written += 1
        part.unsent += bool((bits or 0) & flags.MSGFLAG_SUBMIT)
        if lost:
            part.messages.repaired += 1
            part.repairs.append(Remark(pair.path or "/", subject or "", "; ".join(lost)))

    def _fail_message(self, pair: Pair, row: Row, error: MapiError) -> None:
        self.report.messages.read += 1
        self.report.messages.failed += 1
        self.report.failures.append(Remark(pair.path or "/", row[2] or "", str(error)))

    def _takes_more(self, pair: Pair) -> bool:
        """Whether the target can be written to."""
        try:
            with self.target.transaction():
                message = pair.target.create_message(associated=True)
                message.set_props({PR_SUBJECT: "trial"})
                message.save_changes()
                raise _UndoneError
        except _UndoneError:
            return True
        except MapiError:
            return False


class _UndoneError(Exception):
    """Ends a trial."""


def _pages(table: MapiTable, columns: Sequence[PropTag]) -> Iterator[Row]:
    """The rows of a table, some at a time."""
    table.set_columns(columns)
    while rows := table.query_rows(_PAGE):
        yield from rows


def _search_keys(folder: MapiFolder, associated: bool) -> Counter[bytes]:
    """How many messages there are of each search key."""
    rows: Iterator[Any] = _pages(folder.get_contents_table(associated=associated), (PR_SEARCH_KEY,))
    return Counter(key for (key,) in rows if key is not None)
