"""A subsystem of one's own in every test, and a keyring that is a real backend of the real package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.subsystem.nasty import Hold
from tests.subsystem.session_stores import STORES

from mapix.providers.memory.mailbox import forget_mailbox
from mapix.subsystem.initialize import Subsystem


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home directory that does not exist yet."""
    return tmp_path / "home"


@pytest.fixture
def system(home: Path) -> Iterator[Subsystem]:
    """A subsystem over it."""
    with Subsystem(home) as made:
        yield made


@pytest.fixture
def profile(system: Subsystem) -> str:
    """The name of an empty profile."""
    system.admin_profiles().create_profile("Work")
    return "Work"


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose keyring keeps nothing."""
    keyring = pytest.importorskip("keyring")
    fail = pytest.importorskip("keyring.backends.fail")
    monkeypatch.setattr(keyring.core, "_keyring_backend", fail.Keyring())


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """A machine with a keyring; what is in it."""
    keyring = pytest.importorskip("keyring")
    backend = pytest.importorskip("keyring.backend")
    passwords: dict[tuple[str, str], str] = {}

    class Dictionary(backend.KeyringBackend):
        priority = 0.5

        def get_password(self, service: str, username: str) -> str | None:
            return passwords.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            passwords[service, username] = password

        def delete_password(self, service: str, username: str) -> None:
            del passwords[service, username]

    monkeypatch.setattr(keyring.core, "_keyring_backend", Dictionary())
    return passwords


@pytest.fixture
def stores(system: Subsystem, profile: str, tmp_path: Path) -> Iterator[Subsystem]:
    """A profile with two stores in memory."""
    admin = system.admin_profiles().admin_services(profile)
    for name in STORES:
        admin.create_msg_service("MEMORY", name, {"name": f"{tmp_path} {name}"})
    yield system
    for name in STORES:
        forget_mailbox(f"{tmp_path} {name}")


@pytest.fixture
def hold() -> Iterator[Hold]:
    made = Hold()
    yield made
    made.let_go.set()


@pytest.fixture
def mail(system: Subsystem, profile: str) -> Subsystem:
    """A profile with a store."""
    system.admin_profiles().admin_services(profile).create_msg_service("MEMORY", settings={"name": str(system.home)})
    return system
