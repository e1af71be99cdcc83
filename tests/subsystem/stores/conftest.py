"""A profile with two stores, of every kind there is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.subsystem.stores.mailboxes import ANN, BOB, settings_of

from mapix.providers.memory.mailbox import forget_mailbox
from mapix.subsystem.initialize import Subsystem

KINDS = ["MEMORY", "MAPIXSTORE"]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Every kind of store there is."""
    name: str = request.param
    return name


@pytest.fixture
def mail(system: Subsystem, profile: str, kind: str, tmp_path: Path) -> Subsystem:
    """A profile with the stores of Ann (the default) and Bob, and local delivery."""
    admin = system.admin_profiles().admin_services(profile)
    for owner in (ANN, BOB):
        admin.create_msg_service(kind, owner, settings_of(kind, owner, tmp_path))
    admin.create_msg_service("LOCAL", settings={"address": ANN, "name": "Ann"})
    return system


@pytest.fixture(autouse=True)
def _forget(tmp_path: Path) -> Iterator[None]:
    """Stores in memory are the process's: those of a test go with it."""
    yield
    for owner in (ANN, BOB):
        forget_mailbox(f"{tmp_path} {owner}")
