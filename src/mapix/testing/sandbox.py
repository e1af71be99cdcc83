"""A world of its own for a test: a home with one profile, whose mail goes into a folder and nowhere else.

    with sandbox(tmp_path) as box, box.logon() as session:
        session.new(subject="Budget", to="ann@example.org").submit()
        assert box.outbox[0].subject == "Budget"

While it stands everything in this process that asks for the default profile gets it, through either face; programs that
are started meanwhile get it with `box.environment`. Afterwards everything is as it was. `pytest_plugin` has it as
fixtures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mapix.properties.errors import Busy, InvalidParameter
from mapix.testing.sentmail import Outbox

if TYPE_CHECKING:
    from mapix.client.session import Session

PROFILE: Final = "Test"
ADDRESS: Final = "you@example.org"
NAME: Final = "You"
STORES: Final[Mapping[str, str]] = {"memory": "MEMORY", "sqlite": "MAPIXSTORE"}
"""The message service behind each kind of store."""

HANDOVER_SECONDS: Final = 60.0
"""How long a look at the outbox waits for what was submitted."""

_TAKEN_AWAY: Final = ("MAPIX_PROFILE", "MAPIX_MAPISVC")


@dataclass
class Sandbox:
    """One home, with the default profile `profile` of `address`; `outbox` has what was sent."""

    home: Path
    address: str = ADDRESS
    name: str = NAME
    profile: str = PROFILE
    outbox: Outbox = field(init=False)
    _sessions: list[Session] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.home / "sent", self.settle)

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which another process stands on this home; it needs a store in a file (sqlite)."""
        kept = {name: value for name, value in os.environ.items() if name not in _TAKEN_AWAY}
        return kept | _variables(self.home)

    def logon(self) -> Session:
        """A session on the profile."""
        from mapix.client.session import logon

        session = logon(self.profile)
        self._sessions.append(session)
        return session

    def settle(self) -> None:
        """Wait until what was submitted has been handed over, or has been put off."""
        from mapix.subsystem.handover import hand_over

        hand_over(HANDOVER_SECONDS)
        for session in self._sessions:
            if session.is_open and session.mapi.pending():
                session.flush(HANDOVER_SECONDS)


@contextmanager
def sandbox(folder: Path, *, store: str = "memory", address: str = ADDRESS, name: str = NAME) -> Iterator[Sandbox]:
    """A sandbox in a folder. `store` is `memory`, or `sqlite` where other processes take part.

    Raises `Busy` where this process uses MAPI already: it has one home at a time.
    """
    from mapix.subsystem.initialize import is_initialized, mapi_initialize, mapi_uninitialize

    if store not in STORES:
        raise InvalidParameter("there is no store of this kind for tests", value=store, hint=" or ".join(STORES))
    if is_initialized():
        raise Busy("this process uses MAPI already", hint="end its sessions and MAPIUninitialize first")
    box = Sandbox(folder / "mapix", address, name)
    with _environment(box.home):
        mapi_initialize()
        try:
            _make_profile(box, store)
            yield box
        finally:
            while is_initialized():
                mapi_uninitialize()
            _forget(box)


def _make_profile(box: Sandbox, store: str) -> None:
    from mapix.subsystem.initialize import subsystem

    profiles = subsystem().admin_profiles()
    profiles.create_profile(box.profile)
    services = profiles.admin_services(box.profile)
    own = {"owner_address": box.address, "owner_name": box.name}
    place = {"name": str(box.home)} | own if store == "memory" else own
    services.create_msg_service(STORES[store], settings=place)
    services.create_msg_service("CONTACTS")
    person = {"address": box.address, "name": box.name}
    services.create_msg_service("CAPTURE", settings={"folder": str(box.outbox.folder), **person})
    profiles.set_default_profile(box.profile)


def _forget(box: Sandbox) -> None:
    """What the process remembers of a home that is no more."""
    from mapix.providers.memory.mailbox import forget_mailbox
    from mapix.subsystem.handover import forget

    forget(box.home)
    forget_mailbox(str(box.home))


def _variables(home: Path) -> dict[str, str]:
    """No broker: what a test starts ends with it."""
    return {"MAPIX_HOME": str(home), "MAPIX_BROKER": "off"}


@contextmanager
def _environment(home: Path) -> Iterator[None]:
    wanted: dict[str, str | None] = {**dict.fromkeys(_TAKEN_AWAY), **_variables(home)}
    before = {name: os.environ.get(name) for name in wanted}
    _set(wanted)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
