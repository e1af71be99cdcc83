"""A session through the typed face, on a profile with a store in memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import mapix
from mapix.subsystem.initialize import mapi_initialize, mapi_uninitialize, subsystem


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A profile with a store in memory and local delivery, the default one of a home of its own."""
    monkeypatch.setenv("MAPIX_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MAPIX_PROFILE", raising=False)
    mapi_initialize()
    try:
        profiles = subsystem().admin_profiles()
        profiles.create_profile("Test")
        services = profiles.admin_services("Test")
        owner = {"owner_address": "ann@example.org", "owner_name": "Ann Archer"}
        services.create_msg_service("MEMORY", settings={"name": str(tmp_path), **owner})
        services.create_msg_service("LOCAL", settings={"address": "ann@example.org", "name": "Ann Archer"})
        profiles.set_default_profile("Test")
    finally:
        mapi_uninitialize()
    return "Test"


@pytest.fixture
def session(profile: str) -> Iterator[mapix.Session]:
    """Logged on to it."""
    with mapix.logon() as session:
        yield session


@pytest.fixture
def folder(session: mapix.Session) -> mapix.Folder:
    """An empty folder."""
    return session.store.root.create_folder("Work")
