"""The kinds of stores that campaigns are run on: how one is made, opened by any process, and looked over."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mapix.interfaces.care import Finding
from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties.errors import NetworkError
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.filecheck import check_store
from mapix.providers.sqlstore.sqlite.largefiles import LargeFiles
from mapix.testing.support import BenchSupport

DSN = "MAPIX_CAMPAIGN_DSN"
"""The variable that says where the PostgreSQL of campaigns is."""

GIANT = 300_000
"""Bytes from which values are files of their own in campaigns."""


@dataclass(frozen=True)
class Kind:
    """One kind: `open` takes the place of a store and makes one that is not there, `check` looks it over."""

    name: str
    open: Callable[[str], MsgStore]
    check: Callable[[str], list[Finding]]
    passing: tuple[type[Exception], ...] = ()
    """What may happen to whoever works on the store when its server dies, and is no failure."""

    def close(self, store: MsgStore) -> None:
        store.close()  # type: ignore[attr-defined]


def _open_sqlite(place: str) -> MsgStore:
    LargeFiles.least = GIANT
    backend = SqliteBackend(Path(place), create=True, full=False)
    return StoreObject(backend, BenchSupport(), provider="MAPIXSTORE", access=Access.MODIFY, retention=3600)


def _open_postgresql(place: str) -> MsgStore:
    from mapix.providers.sqlstore.postgresql.backend import open_named
    from mapix.providers.sqlstore.postgresql.connection import Place

    backend = open_named(Place.of(os.environ[DSN]), place, create=True, full=True)
    return StoreObject(backend, BenchSupport(), provider="MAPIXSTORE", access=Access.MODIFY, retention=3600)


def _check_postgresql(place: str) -> list[Finding]:
    store = _open_postgresql(place)
    try:
        care = store.care()
        assert care is not None
        return list(care.check())
    finally:
        store.close()  # type: ignore[attr-defined]


KINDS = {"sqlite": Kind("sqlite", _open_sqlite, lambda place: check_store(Path(place)))}
"""The kinds that need nothing but a directory."""

POSTGRESQL = Kind("postgresql", _open_postgresql, _check_postgresql, (NetworkError,))
ALL_KINDS = {**KINDS, POSTGRESQL.name: POSTGRESQL}
"""All kinds, by what processes are told."""
