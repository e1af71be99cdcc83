"""Fixtures for people who test code that uses MAPI; pytest finds them where mapix is installed. Cheap to import.

def test_the_report_is_sent(mapi_session, mapi_outbox):
    send_report(mapi_session)
    (sent,) = mapi_outbox
    assert sent.subject == "Report"

Each test has a home of its own, and nothing leaves it. `@pytest.mark.mapi(store="sqlite")` keeps the store in a file,
for programs that the test starts. With `mapi_pywin32 = true` among pytest's options `import win32com.mapi` works
everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mapix.client.session import Session
    from mapix.client.store import Store
    from mapix.testing.sandbox import Sandbox
    from mapix.testing.sentmail import Outbox

_NAMES = "mapi_pywin32"
_STORE = "mapi_store"
_OPTIONS = ("store", "address", "name")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options in the project's configuration."""
    parser.addini(_STORE, "the store of fixtures of MAPI: memory or sqlite", default="memory")
    parser.addini(
        _NAMES, "supply win32com.mapi and what belongs to it, where pywin32 is missing", "bool", default=False
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and pywin32's names where the project wants them."""
    config.addinivalue_line("markers", "mapi(store, address, name): the store (memory, sqlite) and the user of a test")
    if config.getini(_NAMES):
        from mapix.pywin32 import install, uninstall

        install()
        config.add_cleanup(uninstall)


def _marked(marker: pytest.Mark | None) -> dict[str, Any]:
    """What the marker says; `UsageError` for what it does not know."""
    if marker is None:
        return {}
    wrong = [*map(repr, marker.args), *(name for name in marker.kwargs if name not in _OPTIONS)]
    if wrong:
        raise pytest.UsageError(f"@pytest.mark.mapi takes {', '.join(_OPTIONS)} by name, not {', '.join(wrong)}")
    return dict(marker.kwargs)


@pytest.fixture
def mapi_profile(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sandbox]:
    """A home with a default profile, for this test: `home`, `profile`, `address`, `environment` for other processes."""
    from mapix.testing.sandbox import sandbox

    options = {"store": request.config.getini(_STORE)} | _marked(request.node.get_closest_marker("mapi"))
    with sandbox(tmp_path, **options) as box:
        yield box


@pytest.fixture
def mapi_session(mapi_profile: Sandbox) -> Iterator[Session]:
    """A session on the profile."""
    with mapi_profile.logon() as session:
        yield session


@pytest.fixture
def mapi_store(mapi_session: Session) -> Store:
    """The default store of the session."""
    return mapi_session.store


@pytest.fixture
def mapi_outbox(mapi_profile: Sandbox) -> Outbox:
    """What was sent, as a sequence; looking at it waits for what is on its way."""
    return mapi_profile.outbox


@pytest.fixture
def mapi_pywin32(request: pytest.FixtureRequest, mapi_profile: Sandbox) -> Iterator[Any]:
    """`win32com.mapi.mapi`, with all of pywin32's names in place, for code that imports them while the test runs."""
    from importlib import import_module

    from mapix.pywin32 import install, uninstall

    ours = install()
    try:
        if "win32com.mapi" not in ours:
            pytest.skip("pywin32 is installed here, and what it sends would leave")
        yield import_module("win32com.mapi.mapi")
    finally:
        if not request.config.getini(_NAMES):
            uninstall()
