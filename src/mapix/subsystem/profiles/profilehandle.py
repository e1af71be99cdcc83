"""A profile as those hold it who read and change it: a session its own copy, administration the file."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mapix.properties.errors import NotFound
from mapix.subsystem.profiles.profile import Profile
from mapix.subsystem.profiles.profilefile import to_text
from mapix.subsystem.profiles.profilestore import ProfileStore

if TYPE_CHECKING:
    from mapix.interfaces.logonui import LogonUI

T = TypeVar("T")


class ProfileHandle(ABC):
    """`read` gives the profile as it is, `change` does one thing to it and keeps the result.

    `ui` is whom to ask for the passphrase of the vault; `asked` holds secrets somebody typed, by their places.
    """

    name: str
    home: Path | None = None
    ui: LogonUI | None = None

    def __init__(self) -> None:
        self.asked: dict[str, str] = {}

    @abstractmethod
    def read(self) -> Profile:
        """The profile; not to be changed through this."""

    def known_secret(self, place: str) -> str | None:
        """A secret that a member of a shared session found, by its place; None when nobody did."""
        return None

    def learned(self, place: str, secret: str) -> None:
        """A secret was found; those who share the session may use it (LOG-31)."""
        return None

    def said(self, place: str, secret: str) -> None:
        """Somebody typed a secret: it goes before what is kept elsewhere, for everybody in the session."""
        self.asked[place] = secret

    @abstractmethod
    def change(self, action: Callable[[Profile], T]) -> T:
        """Do `action` to the profile and keep it; what the action answers. It may run twice, on two copies."""


class StoredProfile(ProfileHandle):
    """The file itself, read at every use."""

    def __init__(self, store: ProfileStore, name: str) -> None:
        super().__init__()
        self.store = store
        self.name = name
        self.home = store.directory.parent

    def read(self) -> Profile:
        """The profile as the file holds it now."""
        return self.store.load(self.name)

    def change(self, action: Callable[[Profile], T]) -> T:
        """Change the file."""
        with self.store.edit(self.name) as profile:
            return action(profile)


class SessionProfile(StoredProfile):
    """The profile of a session: as it was at logon (SES-65), with the changes made through the session (C24)."""

    def __init__(self, store: ProfileStore, profile: Profile) -> None:
        super().__init__(store, profile.name)
        self.profile = profile
        self._changing = threading.RLock()
        self.secrets: dict[str, str] = {}
        self.on_found: Callable[[str, str], object] = _nobody
        self.on_said: Callable[[str, str], object] = _nobody
        self.on_unknown: Callable[[], object] = lambda: None

    def read(self) -> Profile:
        """The session's copy."""
        return self.profile

    def text(self) -> str:
        """It as text, with no change done by half."""
        with self._changing:
            return to_text(self.profile)

    def known_secret(self, place: str) -> str | None:
        """See `ProfileHandle.known_secret`. Who does not know it listens whether others told it by now."""
        if place not in self.secrets:
            self.on_unknown()
        return self.secrets.get(place)

    def learned(self, place: str, secret: str) -> None:
        """See `ProfileHandle.learned`."""
        if self.secrets.get(place) != secret:
            self.secrets[place] = secret
            self.on_found(place, secret)

    def said(self, place: str, secret: str) -> None:
        """See `ProfileHandle.said`."""
        super().said(place, secret)
        self.on_said(place, secret)

    def take_up(self, found: Mapping[str, str], typed: Mapping[str, str]) -> bool:
        """Know secrets that other members found, and those that somebody typed there; whether there was none before in
        the place of one, or one was typed anew.
        """
        new = not (found.keys() <= self.secrets.keys() and typed.items() <= self.asked.items())
        self.secrets |= found
        self.asked |= typed
        return new

    def change(self, action: Callable[[Profile], T]) -> T:
        """Change the file, then the session's copy; only that when what is changed has left the file since logon."""
        with suppress(NotFound):
            super().change(action)
        with self._changing:
            return action(self.profile)


def _nobody(place: str, secret: str) -> None:
    """Nobody else is in the session."""


class UnstoredProfile(ProfileHandle):
    """A profile that lives in memory only: the section of a store that stands in no profile (SES-18)."""

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self.name = profile.name
        self.profile = profile

    def read(self) -> Profile:
        """The profile."""
        return self.profile

    def change(self, action: Callable[[Profile], T]) -> T:
        """Change it."""
        return action(self.profile)
