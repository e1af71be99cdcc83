"""MAPIInitialize and MAPIUninitialize in their balance; scenario 2."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mapix.properties.errors import (
    InvalidObject,
    NotInitialized,
    UnknownFlags,
)
from mapix.properties.flags import (
    MAPI_MULTITHREAD_NOTIFICATIONS,
)
from mapix.subsystem import initialize
from mapix.subsystem.initialize import mapi_initialize, mapi_uninitialize, subsystem


@pytest.fixture
def process(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that has not initialized MAPI."""
    monkeypatch.setenv("MAPIX_HOME", str(home))
    monkeypatch.setattr(initialize, "_process", initialize._Process())
    yield
    while initialize.is_initialized():
        mapi_uninitialize()


@pytest.mark.usefixtures("process")
def test_nothing_works_before_initialize_and_after_the_balancing_uninitialize() -> None:
    """SUB-1, SUB-10, GEN-3; scenario 3."""
    with pytest.raises(NotInitialized):
        subsystem()
    mapi_initialize()
    mapi_initialize()
    mapi_uninitialize()
    assert subsystem().admin_profiles()
    mapi_uninitialize()
    with pytest.raises(NotInitialized):
        subsystem()


@pytest.mark.usefixtures("process")
def test_uninitializing_too_often_is_harmless() -> None:
    """SUB-12."""
    mapi_uninitialize()
    mapi_initialize()
    assert subsystem()


@pytest.mark.usefixtures("process")
def test_the_last_uninitialize_ends_every_session() -> None:
    """SUB-1, SUB-16."""
    mapi_initialize()
    subsystem().admin_profiles().create_profile("Work")
    session = subsystem().logon("Work")
    mapi_uninitialize()
    with pytest.raises(InvalidObject):
        session.get_status_table()


@pytest.mark.usefixtures("process")
def test_unknown_flags_of_initialize_are_refused() -> None:
    """SUB-3, SUB-5, GEN-4."""
    with pytest.raises(UnknownFlags):
        mapi_initialize(0x2)
    assert not initialize.is_initialized()


@pytest.mark.usefixtures("process")
def test_the_first_initialize_decides_who_delivers_notifications() -> None:
    """SUB-6, SUB-7."""
    mapi_initialize(MAPI_MULTITHREAD_NOTIFICATIONS)
    mapi_initialize()
    assert subsystem().notifications.threaded


@pytest.mark.usefixtures("process")
def test_profiles_that_cannot_be_read_stop_initialize(home: Path) -> None:
    """SUB-3."""
    home.mkdir()
    (home / "profiles").write_text("a file where a directory belongs", encoding="utf-8")
    with pytest.raises(NotInitialized, match="profiles"):
        mapi_initialize()
