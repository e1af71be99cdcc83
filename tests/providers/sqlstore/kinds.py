"""The kinds of stores that campaigns are run on: how one is made, opened by any process, and looked over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mapix.interfaces.care import Finding
from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.objects.storeobject import StoreObject
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.filecheck import check_store
from mapix.providers.sqlstore.sqlite.largefiles import LargeFiles
from mapix.testing.support import BenchSupport

GIANT = 300_000
"""Bytes from which values are files of their own in campaigns."""


@dataclass(frozen=True)
class Kind:
    """One kind: `open` takes the place of a store and makes one that is not there, `check` looks it over."""

    name: str
    open: Callable[[str], MsgStore]
    check: Callable[[str], list[Finding]]

    def close(self, store: MsgStore) -> None:
        store.close()  # type: ignore[attr-defined]


def _open_sqlite(place: str) -> MsgStore:
    LargeFiles.least = GIANT
    backend = SqliteBackend(Path(place), create=True, full=False)
    return StoreObject(backend, BenchSupport(), provider="MAPIXSTORE", access=Access.MODIFY, retention=3600)


KINDS = {"sqlite": Kind("sqlite", _open_sqlite, lambda place: check_store(Path(place)))}
