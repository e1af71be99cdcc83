"""What the tests of the pywin32 face share."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.pywin32.calls.world import SERVICES, World
from tests.recording import Server, recording

import mapix.pywin32
from mapix.pywin32 import mapi, mapitags
from mapix.subsystem.handover import hand_over
from mapix.subsystem.initialize import Subsystem, is_initialized, mapi_uninitialize

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT.parent / "shared" / "contract" / "mapi_contract.json"
NO_MAIL = mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT | mapi.MAPI_NEW_SESSION | mapi.MAPI_NO_MAIL
ADDRESS = "you@mapix.example"


@pytest.fixture(scope="session")
def contract() -> dict[str, Any]:
    """pywin32's MAPI as data; the tests that compare with it need the file beside the project."""
    if not CONTRACT.is_file():
        pytest.skip(f"the contract is not here: {CONTRACT}")
    return json.loads(CONTRACT.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def no_names_left() -> Iterator[None]:
    """pywin32's module names go with the test that installed them, or ran a script."""
    yield
    mapix.pywin32.uninstall()


@pytest.fixture
def windows_names() -> None:
    """pywin32's module names, for one test."""
    mapix.pywin32.install()


def our_finders() -> list[Any]:
    """The finders of these names on `sys.meta_path`, where anybody else may have some, too."""
    return [finder for finder in sys.meta_path if type(finder).__module__.startswith("mapix.")]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own; MAPI is not initialized when the test ends, and nothing is left to hand over."""
    monkeypatch.setenv("MAPIX_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"
    while is_initialized():
        mapi_uninitialize()
    hand_over(0)


def make_profile(home: Path, name: str = "Work", **smtp: Any) -> None:
    """A default profile with a SQLite store, local delivery, and SMTP where settings for it are given."""
    with Subsystem(home) as subsystem:
        profiles = subsystem.admin_profiles()
        profiles.create_profile(name)
        services = profiles.admin_services(name)
        services.create_msg_service("MAPIXSTORE")
        services.create_msg_service("LOCAL", settings={"address": ADDRESS, "name": "You"})
        if smtp:
            services.create_msg_service("SMTP", settings={"security": "none", "address": ADDRESS, **smtp})
        profiles.set_default_profile(name)


@pytest.fixture
def profile(home: Path) -> str:
    """A default profile that reaches nobody beyond this machine."""
    make_profile(home)
    return "Work"


@pytest.fixture
def session(profile: str) -> Any:
    """A session without mail on the default profile."""
    mapi.MAPIInitialize(None)
    return mapi.MAPILogonEx(0, "", None, NO_MAIL)


@pytest.fixture
def store(session: Any) -> Any:
    """Its default store."""
    return default_store(session)


@pytest.fixture
def folder(store: Any) -> Any:
    """A folder of its own in the IPM subtree."""
    _, ((_, entry_id),) = store.GetProps(mapitags.PR_IPM_SUBTREE_ENTRYID)
    subtree = store.OpenEntry(entry_id, None, mapi.MAPI_BEST_ACCESS)
    return subtree.CreateFolder(mapi.FOLDER_GENERIC, "Work", None, None, 0)


def default_store(session: Any) -> Any:
    """The default store of a session."""
    columns = (mapitags.PR_ENTRYID, mapitags.PR_DEFAULT_STORE)
    wanted = (mapi.RES_PROPERTY, (mapi.RELOP_EQ, mapitags.PR_DEFAULT_STORE, (mapitags.PR_DEFAULT_STORE, True)))
    ((entry_id, _),) = mapi.HrQueryAllRows(session.GetMsgStoresTable(0), columns, wanted, None, 0)
    return session.OpenMsgStore(0, entry_id[1], None, mapi.MDB_NO_DIALOG | mapi.MAPI_BEST_ACCESS)


@pytest.fixture(params=SERVICES)
def world(request: pytest.FixtureRequest, home: Path, tmp_path: Path) -> World:
    """A live object of every interface, in a session on a store of each kind."""
    return World(home, tmp_path, request.param)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A real SMTP server in a process of its own."""
    with recording(tmp_path / "received.jsonl") as running:
        yield running
