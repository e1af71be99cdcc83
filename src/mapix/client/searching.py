"""Search folders of a store: made, found, changed (F-040..F-045).

found = store.search_folders.new("Big ones", "size > 1 MB", folders=[store.inbox])
found.messages[:50]
found.change(recursive=False)
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mapix.client.base import GONE
from mapix.client.fields import YesNo
from mapix.client.folder import Folder
from mapix.interfaces.container import SearchCriteria
from mapix.interfaces.table import query_all_rows
from mapix.properties import tags as t
from mapix.properties.errors import NotFound
from mapix.properties.flags import (
    BACKGROUND_SEARCH,
    FOLDER_SEARCH,
    FOREGROUND_SEARCH,
    RECURSIVE_SEARCH,
    RESTART_SEARCH,
    SEARCH_REBUILD,
    SEARCH_RECURSIVE,
    SEARCH_RUNNING,
    SEARCH_STATIC,
    SHALLOW_SEARCH,
    STATIC_SEARCH,
    STOP_SEARCH,
)
from mapix.properties.restriction import And, Property, Relop, Restriction

if TYPE_CHECKING:
    from mapix.client.store import Store

Condition = Restriction | YesNo | str

_PAUSE: Final = 0.02


class SearchFolder(Folder):
    """A folder that shows messages of other folders: those that satisfy a condition. It follows every change."""

    @property
    def where(self) -> Restriction:
        """What it looks for; `NotInitialized` before it was told."""
        return self._criteria.restriction

    @property
    def scope(self) -> list[Folder]:
        """The folders it looks in."""
        return [self.store.folder_by_id(entry_id) for entry_id in self._criteria.folders]

    @property
    def is_recursive(self) -> bool:
        """Whether it looks below those folders too."""
        return bool(self._criteria.state & SEARCH_RECURSIVE)

    @property
    def is_live(self) -> bool:
        """Whether it follows changes: it does until it is stopped, unless it is static."""
        state = self._criteria.state
        return bool(state & SEARCH_RUNNING) and not state & SEARCH_STATIC

    @property
    def is_complete(self) -> bool:
        """Whether the first look at what was there already has ended."""
        return not self._criteria.state & SEARCH_REBUILD

    def change(
        self,
        where: Condition | None = None,
        folders: Sequence[Folder] | None = None,
        *,
        recursive: bool | None = None,
        background: bool | None = None,
    ) -> None:
        """Look for something else, or elsewhere; what is not told stays. With `background` the first look goes on
        while the caller does.
        """
        flags = _flag(recursive, RECURSIVE_SEARCH, SHALLOW_SEARCH)
        flags |= _flag(background, BACKGROUND_SEARCH, FOREGROUND_SEARCH)
        self.mapi.set_search_criteria(_condition(self, where), _entry_ids(folders), flags)

    def restart(self, *, background: bool | None = None, static: bool = False) -> None:
        """Look at everything anew; a `static` search does not follow changes afterwards."""
        flags = RESTART_SEARCH | (STATIC_SEARCH if static else 0)
        self.mapi.set_search_criteria(None, None, flags | _flag(background, BACKGROUND_SEARCH, FOREGROUND_SEARCH))

    def stop(self) -> None:
        """Follow no more changes; the results stay as they are."""
        self.mapi.set_search_criteria(None, None, STOP_SEARCH)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the first look has ended, seconds or for ever; whether it has."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self.is_complete:
            if deadline is not None and time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE)
        return True

    @property
    def _criteria(self) -> SearchCriteria:
        return self.mapi.get_search_criteria()


class SearchFolders:
    """The search folders that lie where search folders usually do: directly below the store's search root."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def new(
        self,
        name: str,
        where: Condition,
        folders: Sequence[Folder] | None = None,
        *,
        recursive: bool = True,
        background: bool = False,
        static: bool = False,
    ) -> SearchFolder:
        """A new search folder that looks in `folders`, everywhere that people see where none are named.

        `where` is text, a term or a restriction, as in `messages.where`. `Collision` for a name that is taken,
        `TooComplex` for a condition that cannot be kept.
        """
        mapi = self._place.mapi.create_folder(name, kind=FOLDER_SEARCH)
        folder = SearchFolder(self._store, mapi)
        flags = RESTART_SEARCH | _flag(recursive, RECURSIVE_SEARCH, SHALLOW_SEARCH) | (STATIC_SEARCH if static else 0)
        flags |= _flag(background, BACKGROUND_SEARCH, FOREGROUND_SEARCH)
        try:
            mapi.set_search_criteria(_condition(folder, where), _entry_ids(folders or [self._store.root]), flags)
        except BaseException:
            self._place.mapi.delete_folder(folder.entry_id)
            raise
        return folder

    def delete(self, name: str) -> None:
        """Remove a search folder; the messages it shows stay where they are."""
        self._place.mapi.delete_folder(self[name].entry_id)

    def __getitem__(self, name: str) -> SearchFolder:
        """The one of a name, case aside; `NotFound`."""
        for there, entry_id in self._listed():
            if there.casefold() == name.casefold():
                return self._opened(entry_id)
        raise NotFound("there is no such search folder", value=name)

    def __iter__(self) -> Iterator[SearchFolder]:
        return (folder for _, folder in self.named())

    def __contains__(self, name: str) -> bool:
        return any(there.casefold() == name.casefold() for there, _ in self._listed())

    def __len__(self) -> int:
        return len(self._listed())

    def named(self) -> Iterator[tuple[str, SearchFolder]]:
        """All of them with the names they were listed by; without those that others delete meanwhile."""
        for name, entry_id in self._listed():
            with suppress(*GONE):
                yield name, self._opened(entry_id)

    def _listed(self) -> list[tuple[str, bytes]]:
        columns, wanted = (t.PR_DISPLAY_NAME, t.PR_ENTRYID), Property(Relop.EQ, t.PR_FOLDER_TYPE, FOLDER_SEARCH)
        rows = query_all_rows(self._place.mapi.get_hierarchy_table(), columns, wanted)
        return [(name or "", entry_id) for name, entry_id in rows]

    def _opened(self, entry_id: bytes) -> SearchFolder:
        return SearchFolder(self._store, self._store.folder_by_id(entry_id).mapi)

    @property
    def _place(self) -> Folder:
        """The search root, or the store's root where it has none."""
        return self._store.folder_by_id(self._store.get(t.PR_FINDER_ENTRYID))


def _condition(folder: Folder, where: Condition | None) -> Restriction | None:
    """A condition as a restriction, read as queries read theirs."""
    return None if where is None else folder.messages.where(where).restriction or And()


def _entry_ids(folders: Sequence[Folder] | None) -> list[bytes] | None:
    return None if folders is None else [folder.entry_id for folder in folders]


def _flag(wanted: bool | None, yes: int, no: int) -> int:
    return 0 if wanted is None else yes if wanted else no
