"""A store copied into another, of whatever providers: folders, messages with all their parts, settings.

    report = copy_store(source, target)

Special folders go into the target's own, all others by their names; named properties, read state, times and search
keys stay. Doing it again copies what is not there yet: a message is there when the target folder holds one of its
search key. So a copy that was cut short goes on by being repeated. Search folders are made when everything else is
there: what they look for is copied, what they find is found anew (`searchcopy`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.objects.copying.copy import remapped
from mapix.objects.copying.copyreport import CopyReport, Remark
from mapix.objects.copying.searchcopy import copy_search, criteria_of
from mapix.objects.copying.storecopymessages import HOPELESS, MessageCopier, Pair, StoppedError, Told
from mapix.objects.folders.ipmtree import special_folders
from mapix.objects.messages.content import stored
from mapix.properties import flags
from mapix.properties.errors import Collision, MapiError, NotFound
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_FOLDER_TYPE,
    PR_MESSAGE_CLASS,
)

_FOLDER_COLUMNS: Final = (PR_ENTRYID, PR_DISPLAY_NAME, PR_FOLDER_TYPE)


def copy_store(source: MsgStore, target: MsgStore, *, told: Told | None = None) -> CopyReport:
    """Copy everything of `source` that `target` does not have yet.

    `told` hears now and then how far it is, with the path of the folder. One message that cannot be copied stops
    nothing; a target that takes nothing more does. `NoAccess` when the target is open for reading only.
    """
    return _Copier(source, target, told or _nothing).run()


@dataclass(frozen=True, slots=True)
class _Searcher:
    """A search folder that is to be made in the target, below `parent`."""

    entry_id: bytes
    name: str
    parent: MapiFolder
    path: str


class _Copier:
    """One copy under way. `folders` maps the source's folders to the target's; `searchers` wait for all of them."""

    def __init__(self, source: MsgStore, target: MsgStore, told: Told) -> None:
        self.source = source
        self.target = target
        self.report = CopyReport()
        self.folders: dict[bytes, bytes] = {}
        self.searchers: list[_Searcher] = []
        self._messages = MessageCopier(target, self.report, told)
        self._mine = special_folders(source)
        self._theirs = special_folders(target)

    def run(self) -> CopyReport:
        """Copy; what became of it."""
        root = _folder(self.target, None, Access.MODIFY)
        try:
            self._copy_tree(Pair(_folder(self.source, None), root, ""))
            self._copy_receive_folders()
            self._copy_searchers()
        except StoppedError as stop:
            self.report.stopped = str(stop)
        return self.report

    def _copy_tree(self, top: Pair) -> None:
        """A folder and everything below it, parents first."""
        self.report.folders.read += 1
        self._pair(top.source.get_prop(PR_ENTRYID), top.target, "present")
        waiting = [top]
        while waiting:
            pair = waiting.pop()
            self._messages.copy_contents(pair)
            waiting += list(self._copy_subfolders(pair))
            pair.source.close()

    # folders

    def _copy_subfolders(self, pair: Pair) -> Iterator[Pair]:
        try:
            rows = query_all_rows(pair.source.get_hierarchy_table(), _FOLDER_COLUMNS)
        except MapiError as error:
            self.report.failures.append(Remark(pair.path or "/", "", f"folders below it: {error}"))
            return
        for entry_id, name, kind in reversed(rows):
            path = f"{pair.path}/{name or ''}"
            self.report.folders.read += 1
            if kind == flags.FOLDER_SEARCH:
                self.searchers.append(_Searcher(entry_id, name or "", pair.target, path))
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
                if isinstance(error, HOPELESS):
                    raise StoppedError(str(error)) from error

    def _fail_folder(self, path: str, error: MapiError) -> None:
        self.report.folders.failed += 1
        self.report.failures.append(Remark(path, "", str(error)))

    def _copy_folder(self, parent: MapiFolder, source: MapiFolder, values: Mapping[PropTag, Any], path: str) -> Pair:
        """The counterpart of a folder, made where there is none yet."""
        entry_id = source.get_prop(PR_ENTRYID)
        counterpart = self._theirs.get(self._special_name(entry_id))
        if counterpart is not None:
            target, fresh = _folder(self.target, counterpart, Access.MODIFY), False
        else:
            target, fresh = _child(parent, values.get(PR_DISPLAY_NAME) or "", flags.FOLDER_GENERIC)
        if fresh:
            _dress(source, target, values)
        self._pair(entry_id, target, "written" if fresh else "present")
        return Pair(source, target, path)

    def _special_name(self, entry_id: bytes) -> str:
        return next((name for name, mine in self._mine.items() if self.source.compare_entry_ids(mine, entry_id)), "")

    def _pair(self, entry_id: bytes, target: MapiFolder, how: str) -> None:
        setattr(self.report.folders, how, getattr(self.report.folders, how) + 1)
        self.folders[entry_id] = target.get_prop(PR_ENTRYID)

    def _copy_searchers(self) -> None:
        """Search folders, now that the folders they look in are there."""
        for one in self.searchers:
            try:
                self._copy_searcher(one)
            except MapiError as error:
                self._fail_folder(one.path, error)

    def _copy_searcher(self, one: _Searcher) -> None:
        source = _folder(self.source, one.entry_id)
        target, fresh = _child(one.parent, one.name, flags.FOLDER_SEARCH)
        if fresh:
            _dress(source, target, stored(source))
        unsaid = criteria_of(target) is None and criteria_of(source) is not None
        lost = copy_search(self.source, source, self.target, target, self.folders) if unsaid else ()
        self._pair(one.entry_id, target, "written" if fresh or unsaid else "present")
        if lost:
            self.report.folders.repaired += 1
            self.report.repairs.append(Remark(one.path, "", "; ".join(lost)))

    def _copy_receive_folders(self) -> None:
        """Where classes of messages arrive, as far as the target does not say so itself (ST-062)."""
        columns = (PR_MESSAGE_CLASS, PR_ENTRYID)
        known = {row[0].casefold() for row in query_all_rows(self.target.get_receive_folder_table(), columns)}
        for message_class, entry_id in query_all_rows(self.source.get_receive_folder_table(), columns):
            counterpart = self.folders.get(entry_id)
            if counterpart is not None and message_class.casefold() not in known:
                self.target.set_receive_folder(message_class, counterpart)


def _folder(store: MsgStore, entry_id: bytes | None, access: Access = Access.READ) -> MapiFolder:
    opened: MapiProp = store.open_entry(entry_id, access)
    if not isinstance(opened, MapiFolder):
        raise NotFound("not a folder", value=entry_id)
    return opened


def _child(parent: MapiFolder, name: str, kind: int) -> tuple[MapiFolder, bool]:
    """The folder of a name and kind below another, and whether it was made just now."""
    before = parent.get_hierarchy_table().get_row_count()
    child = parent.create_folder(name, kind=kind, open_if_exists=True)
    if child.get_prop(PR_FOLDER_TYPE) != kind:
        raise Collision("a folder of another kind has this name in the copy", value=name)
    return child, parent.get_hierarchy_table().get_row_count() > before


def _dress(source: MapiFolder, target: MapiFolder, values: Mapping[PropTag, Any]) -> None:
    """Give a new folder what the other one has besides its name and kind."""
    own = {tag: value for tag, value in values.items() if tag not in (PR_DISPLAY_NAME, PR_FOLDER_TYPE)}
    if own:
        target.set_props(remapped(source, target, own))


def _nothing(report: CopyReport, path: str) -> None:
    """Nobody wants to know."""
