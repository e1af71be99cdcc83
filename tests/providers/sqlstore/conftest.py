"""Every store that closes in these tests checks itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fixtures_postgresql import PostgreSql, postgresql, reason
from tests.providers.sqlstore.town import Town

from mapix.objects.stores.entryids import StoreIds
from mapix.providers.sqlstore import textindex
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.postgresql.backend import PostgreSqlBackend, open_named
from mapix.providers.sqlstore.postgresql.connection import Place
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.filecheck import check_store

_close = SqliteBackend.close


@pytest.fixture(autouse=True)
def _stores_hold_together(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Look over the stores a test has closed, unless it asks for `damaged`."""
    paths: set[Path] = set()

    def close(backend: SqliteBackend) -> None:
        _close(backend)
        paths.add(backend.path)

    monkeypatch.setattr(SqliteBackend, "close", close)
    yield
    if "damaged" not in request.fixturenames:
        for path in filter(Path.exists, paths):
            assert check_store(path) == []


@pytest.fixture(autouse=True)
def _searches_have_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search brings its index up to date, however busy the machine is."""
    monkeypatch.setattr(textindex, "_FOR_A_SEARCH", 60.0)


@pytest.fixture
def damaged() -> None:
    """The test damages its store on purpose."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a test's store is."""
    return tmp_path / "store.mapix"


@pytest.fixture
def backend(path: Path) -> Iterator[SqliteBackend]:
    """A new store."""
    store = SqliteBackend(path, create=True)
    yield store
    store.close()


@pytest.fixture(scope="session")
def server() -> Iterator[PostgreSql]:
    """A PostgreSQL that waits for no disk, one for all tests."""
    if why := reason():
        pytest.skip(why)
    with postgresql() as running:
        yield running


@pytest.fixture
def sqlite(path: Path) -> Iterator[SqliteBackend]:
    """A SQLite store whose rows have identifiers."""
    backend = SqliteBackend(path, create=True, full=False)
    backend.decorate(StoreIds(backend.provider_uid, backend.uid, b"wrapped"))
    yield backend
    backend.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, path: Path) -> Iterator[SqlBackend]:
    """Such a store of each dialect."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    server: PostgreSql = request.getfixturevalue("server")
    backend = open_named(Place.of(server.dsn(), None), str(path), create=True)
    backend.decorate(StoreIds(backend.provider_uid, backend.uid, b"wrapped"))
    yield backend
    backend.close()


@pytest.fixture
def town(server: PostgreSql) -> Town:
    return Town(server)


@pytest.fixture
def ann(town: Town) -> Iterator[PostgreSqlBackend]:
    backend = town.open("ann", "Ann@home.example")
    yield backend
    backend.close()


@pytest.fixture
def bob(town: Town) -> Iterator[PostgreSqlBackend]:
    backend = town.open("bob", "bob@home.example")
    yield backend
    backend.close()
