"""A store copied into another, of whatever providers: folders, messages with all their parts, settings.

    report = copy_store(source, target)

Special folders go into the target's own, all others by their names; named properties, read state, times and search
keys stay. Doing it again copies what is not there yet: a message is there when the target folder holds one of its
search key. So a copy that was cut short goes on by being repeated. Search folders stay behind, and are told as failed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import MapiTable, query_all_rows
from mapix.objects.content import stored
from mapix.objects.copy import remapped
from mapix.objects.copyreport import CopyReport, Remark
from mapix.objects.ipmtree import special_folders
from mapix.objects.messagecopy import copy_across
from mapix.properties import flags
from mapix.properties.errors import CorruptStore, DiskError, MapiError, NoAccess, NoSupport, NotEnoughDisk, NotFound
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_FOLDER_TYPE,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_MSG_STATUS,
    PR_SEARCH_KEY,
    PR_SUBJECT,
)
from mapix.properties.value import Row

GROUP: Final = 50
"""Messages that are written in one transaction."""

_PAGE: Final = 500
_MESSAGE_COLUMNS: Final = (PR_ENTRYID, PR_SEARCH_KEY, PR_SUBJECT, PR_MESSAGE_FLAGS, PR_MSG_STATUS)
_FOLDER_COLUMNS: Final = (PR_ENTRYID, PR_DISPLAY_NAME, PR_FOLDER_TYPE)
_HOPELESS: Final = (NotEnoughDisk, DiskError, CorruptStore, NoAccess)
"""What the target says when nothing more can be written."""

Told = Callable[[CopyReport, str], None]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A folder, its counterpart in the target, and its path for people."""

    source: MapiFolder
    target: MapiFolder
    path: str


def copy_store(source: MsgStore, target: MsgStore, *, told: Told | None = None) -> CopyReport:
    """Copy everything of `source` that `target` does not have yet.

    `told` hears now and then how far it is, with the path of the folder. One message that cannot be copied stops
    nothing; a target that takes nothing more does. `NoAccess` when the target is open for reading only.
    """
    return _Copier(source, target, told or _nothing).run()


class _Copier:
    """One copy under way. `folders` maps the source's folders to the target's."""

    def __init__(self, source: MsgStore, target: MsgStore, told: Told) -> None:
        self.source = source
        self.target = target
        self.told = told
        self.report = CopyReport()
        self.folders: dict[bytes, bytes] = {}
        self._mine = special_folders(source)
        self._theirs = special_folders(target)

    def run(self) -> CopyReport:
        """Copy; what became of it."""
        root = _folder(self.target, None, Access.MODIFY)
        try:
            self._copy_tree(_Pair(_folder(self.source, None), root, ""))
            self._copy_receive_folders()
        except _StoppedError as stop:
            self.report.stopped = str(stop)
        return self.report

    def _copy_tree(self, top: _Pair) -> None:
        """A folder and everything below it, parents first."""
        self.report.folders.read += 1
        self._pair(top.source.get_prop(PR_ENTRYID), top.target, "present")
        waiting = [top]
        while waiting:
            pair = waiting.pop()
            self._copy_contents(pair)
            waiting += list(self._copy_subfolders(pair))
            pair.source.close()

    # folders

    def _copy_subfolders(self, pair: _Pair) -> Iterator[_Pair]:
        try:
            rows = query_all_rows(pair.source.get_hierarchy_table(), _FOLDER_COLUMNS)
        except MapiError as error:
            self.report.failures.append(Remark(pair.path or "/", "", f"folders below it: {error}"))
            return
        for entry_id, name, kind in reversed(rows):
            path = f"{pair.path}/{name or ''}"
            self.report.folders.read += 1
            if kind == flags.FOLDER_SEARCH:
                self._fail_folder(path, NoSupport("search folders are not copied", hint="make it anew in the copy"))
                continue
            try:
                source = _folder(self.source, entry_id)
                values = stored(source)
            except MapiError as error:
                self._fail_folder(path, error)
                continue
            try:
                yield self._copy_folder(pair.target, source, values, path)
            except MapiError as error:
                self._fail_folder(path, error)
                if isinstance(error, _HOPELESS):
                    raise _StoppedError(str(error)) from error

    def _fail_folder(self, path: str, error: MapiError) -> None:
        self.report.folders.failed += 1
        self.report.failures.append(Remark(path, "", str(error)))

    def _copy_folder(self, parent: MapiFolder, source: MapiFolder, values: Mapping[PropTag, Any], path: str) -> _Pair:
        """The counterpart of a folder, made where there is none yet."""
        entry_id = source.get_prop(PR_ENTRYID)
        counterpart = self._theirs.get(self._special_name(entry_id))
        if counterpart is not None:
            target, fresh = _folder(self.target, counterpart, Access.MODIFY), False
        else:
            target, fresh = _child(parent, values.get(PR_DISPLAY_NAME) or "")
        own = {tag: value for tag, value in values.items() if tag not in (PR_DISPLAY_NAME, PR_FOLDER_TYPE)}
        if fresh and own:
            target.set_props(remapped(source, target, own))
        self._pair(entry_id, target, "written" if fresh else "present")
        return _Pair(source, target, path)

    def _special_name(self, entry_id: bytes) -> str:
        return next((name for name, mine in self._mine.items() if self.source.compare_entry_ids(mine, entry_id)), "")

    def _pair(self, entry_id: bytes, target: MapiFolder, how: str) -> None:
        setattr(self.report.folders, how, getattr(self.report.folders, how) + 1)
        self.folders[entry_id] = target.get_prop(PR_ENTRYID)

    def _copy_receive_folders(self) -> None:
        """Where classes of messages arrive, as far as the target does not say so itself (ST-062)."""
        columns = (PR_MESSAGE_CLASS, PR_ENTRYID)
        known = {row[0].casefold() for row in query_all_rows(self.target.get_receive_folder_table(), columns)}
        for message_class, entry_id in query_all_rows(self.source.get_receive_folder_table(), columns):
            counterpart = self.folders.get(entry_id)
            if counterpart is not None and message_class.casefold() not in known:
                self.target.set_receive_folder(message_class, counterpart)

    # messages

    def _copy_contents(self, pair: _Pair) -> None:
        for associated in (False, True):
            try:
                rows = _pages(pair.source.get_contents_table(associated=associated), _MESSAGE_COLUMNS)
                there = _search_keys(pair.target, associated)
                while group := [row for _, row in zip(range(GROUP), rows, strict=False)]:
                    self._copy_group(pair, group, there, associated)
                    self.told(self.report, pair.path or "/")
            except MapiError as error:
                self.report.failures.append(Remark(pair.path or "/", "", f"its contents: {error}"))

    def _copy_group(self, pair: _Pair, rows: Sequence[Row], there: Counter[bytes], associated: bool) -> None:
        missing = []
        for row in rows:
            if row[1] is not None and there[row[1]] > 0:
                there[row[1]] -= 1
                self.report.messages.read += 1
                self.report.messages.present += 1
            else:
                missing.append(row)
        self._write_group(pair, missing, associated)

    def _write_group(self, pair: _Pair, rows: Sequence[Row], associated: bool) -> None:
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
            if isinstance(error, _HOPELESS) and not self._takes_more(pair):
                raise _StoppedError(str(error)) from error
        else:
            self.report.add(part)

    def _write_message(self, pair: _Pair, row: Row, associated: bool, part: CopyReport) -> None:
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

    def _fail_message(self, pair: _Pair, row: Row, error: MapiError) -> None:
        self.report.messages.read += 1
        self.report.messages.failed += 1
        self.report.failures.append(Remark(pair.path or "/", row[2] or "", str(error)))

    def _takes_more(self, pair: _Pair) -> bool:
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


class _StoppedError(Exception):
    """Nothing more can be written."""


class _UndoneError(Exception):
    """Ends a trial."""


def _folder(store: MsgStore, entry_id: bytes | None, access: Access = Access.READ) -> MapiFolder:
    opened: MapiProp = store.open_entry(entry_id, access)
    if not isinstance(opened, MapiFolder):
        raise NotFound("not a folder", value=entry_id)
    return opened


def _child(parent: MapiFolder, name: str) -> tuple[MapiFolder, bool]:
    """The folder of a name below another, and whether it was made just now."""
    before = parent.get_hierarchy_table().get_row_count()
    child = parent.create_folder(name, open_if_exists=True)
    return child, parent.get_hierarchy_table().get_row_count() > before


def _pages(table: MapiTable, columns: Sequence[PropTag]) -> Iterator[Row]:
    """The rows of a table, some at a time."""
    table.set_columns(columns)
    while rows := table.query_rows(_PAGE):
        yield from rows


def _search_keys(folder: MapiFolder, associated: bool) -> Counter[bytes]:
    """How many messages there are of each search key."""
    rows: Iterator[Any] = _pages(folder.get_contents_table(associated=associated), (PR_SEARCH_KEY,))
    return Counter(key for (key,) in rows if key is not None)


def _nothing(report: CopyReport, path: str) -> None:
    """Nobody wants to know."""
