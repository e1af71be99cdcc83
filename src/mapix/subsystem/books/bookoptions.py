"""What is kept in the profile of an address book: the personal one, the default directory, the search path.

All of it acts at once and holds for every session on the profile (ABK-1). A container that is there no more counts as
never set.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mapix.interfaces.addrbook import AbContainer, AddrBook
from mapix.objects.bags.propdata import PropertyBag
from mapix.properties.errors import InvalidParameter, MissingRequiredColumn, NotFound
from mapix.properties.flags import AB_MODIFIABLE, AB_NOT_DEFAULT, AB_RECIPIENTS, DT_GLOBAL
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_AB_DEFAULT_DIR,
    PR_AB_DEFAULT_PAB,
    PR_AB_SEARCH_PATH,
    PR_CONTAINER_FLAGS,
    PR_DISPLAY_TYPE,
    PR_ENTRYID,
)

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore

_SHOWN = (PR_ENTRYID, PR_CONTAINER_FLAGS, PR_DISPLAY_TYPE)


class BookOptions(PropertyBag, AddrBook):
    """The options of an integrated address book."""

    _core: SessionCore

    @abstractmethod
    def containers(self) -> list[AbContainer]:
        """The top-level containers of all providers."""

    def get_pab(self) -> bytes | None:
        """See `AddrBook.get_pab`: as set, else the first container that can be changed."""
        self._check()
        rows = self._rows()
        return self._option(PR_AB_DEFAULT_PAB, rows) or _first(rows, AB_MODIFIABLE)

    def set_pab(self, entry_id: bytes) -> None:
        """See `AddrBook.set_pab`."""
        self._keep(PR_AB_DEFAULT_PAB, self._container_id(entry_id))

    def get_default_dir(self) -> bytes | None:
        """See `AddrBook.get_default_dir`: as set, else the first container with names that is not the personal one."""
        self._check()
        rows, pab = self._rows(), self.get_pab()
        others = [row for row in rows if row[PR_ENTRYID] != pab and not row.get(PR_CONTAINER_FLAGS, 0) & AB_NOT_DEFAULT]
        return self._option(PR_AB_DEFAULT_DIR, rows) or _first(others, AB_RECIPIENTS) or pab

    def set_default_dir(self, entry_id: bytes) -> None:
        """See `AddrBook.set_default_dir`."""
        self._keep(PR_AB_DEFAULT_DIR, self._container_id(entry_id))

    def get_search_path(self) -> list[bytes]:
        """See `AddrBook.get_search_path`: as set, less what is gone; where nothing was set, or nothing of it is there
        any more, the personal container, then the global ones, or without these the default directory.
        """
        self._check()
        rows = self._rows()
        known = [row[PR_ENTRYID] for row in rows]
        chosen = self._core.handle.read().properties.get(PR_AB_SEARCH_PATH)
        here = [entry_id for entry_id in chosen or () if entry_id in known]
        if here or chosen == ():
            return here
        shared = [row[PR_ENTRYID] for row in rows if row.get(PR_DISPLAY_TYPE) == DT_GLOBAL]
        path = [_first(rows, AB_MODIFIABLE), *shared, None if shared else self.get_default_dir()]
        return list(dict.fromkeys(entry_id for entry_id in path if entry_id))

    def set_search_path(self, entry_ids: Sequence[bytes | Mapping[PropTag, Any]]) -> None:
        """See `AddrBook.set_search_path`."""
        self._keep(PR_AB_SEARCH_PATH, tuple(self._container_id(_identifier(one)) for one in entry_ids))

    def check_options(self) -> None:
        """Look whether every container that the profile names is there (STA-3); `NotFound`."""
        self._check()
        known = {row[PR_ENTRYID] for row in self._rows()}
        options = self._core.handle.read().properties
        named = [options.get(PR_AB_DEFAULT_PAB), options.get(PR_AB_DEFAULT_DIR), *options.get(PR_AB_SEARCH_PATH, ())]
        for entry_id in named:
            if entry_id and entry_id not in known:
                text = "the profile names a container that no address book has"
                raise NotFound(text, value=entry_id, hint="mapix ab list --books")

    def _rows(self) -> list[dict[PropTag, Any]]:
        return [container.get_props(_SHOWN) for container in self.containers()]

    def _search_containers(self) -> list[AbContainer]:
        by_id = {container.get_prop(PR_ENTRYID): container for container in self.containers()}
        return [by_id[entry_id] for entry_id in self.get_search_path() if entry_id in by_id]

    def _option(self, tag: PropTag, rows: Sequence[Mapping[PropTag, Any]]) -> bytes | None:
        chosen: bytes | None = self._core.handle.read().properties.get(tag)
        return chosen if any(row[PR_ENTRYID] == chosen for row in rows) else None

    def _keep(self, tag: PropTag, value: Any) -> None:
        self._check()
        self._core.handle.change(lambda profile: profile.properties.__setitem__(tag, value))

    def _container_id(self, entry_id: bytes) -> bytes:
        if not entry_id:
            raise InvalidParameter("name a container by its entry identifier")
        for row in self._rows():
            known: bytes = row[PR_ENTRYID]
            if known == entry_id:
                return known
        raise NotFound("the address book has no such container", value=entry_id)


def _first(rows: Sequence[Mapping[PropTag, Any]], needed: int) -> bytes | None:
    return next((row[PR_ENTRYID] for row in rows if row.get(PR_CONTAINER_FLAGS, 0) & needed), None)


def _identifier(one: bytes | Mapping[PropTag, Any]) -> bytes:
    if not isinstance(one, Mapping):
        return one
    tag, value = next(iter(one.items()), (None, None))
    if tag != PR_ENTRYID or not isinstance(value, bytes):
        raise MissingRequiredColumn("the first property of each row of a search path is PR_ENTRYID", value=tag)
    return value
