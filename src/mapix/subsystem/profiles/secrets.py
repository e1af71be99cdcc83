"""Secrets of message services: passwords and the like, which are never in a profile's file.

A secret is looked for at the moment it is needed, in this order:

1. the environment: `MAPIX_<SERVICE>_<NAME>`, then `MAPIX_<NAME>`; for the password of SMTP `MAPIX_SMTP_PASSWORD`
   and `MAPIX_PASSWORD`;
2. the command of the setting `<name>_command`, run without a shell; its first line of output is the secret;
3. the keyring of the operating system, where the extra `secrets` is installed;
4. where no keyring answers, the vault of the home directory.

`SecretPlace.store` puts one into the keyring or the vault.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from mapix.properties.errors import LogonFailed, MapiError, NoSupport
from mapix.subsystem.profiles.settings import COMMAND

if TYPE_CHECKING:
    from mapix.interfaces.logonui import LogonUI

KEYRING_SERVICE = "mapix"
COMMAND_SECONDS = 60.0
SECURE = range(0x67F0, 0x6800)
"""Identifiers of secure properties (PRF-23)."""

_log = logging.getLogger("mapix.subsystem")


class Keyring(Protocol):
    """What is used of the `keyring` package."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """Where the secrets of one service of one profile are: the name of the service, a key of their own, and the home
    directory whose vault keeps them where no keyring does; `ui` is asked for the vault's passphrase.
    """

    service: str
    key: str
    home: Path | None = None
    ui: LogonUI | None = None

    def fetch(self, name: str, settings: Mapping[str, Any]) -> str | None:
        """The secret called `name`, None when there is none; `LogonFailed` when its command fails."""
        found = self._from_environment(name)
        if found is None and (command := settings.get(name + COMMAND)):
            found = run_command(str(command))
        return self.fetch_kept(name) if found is None else found

    def fetch_kept(self, name: str) -> str | None:
        """What keyring or vault hold under `name`, None when there is nothing, or neither."""
        ring = self.keeper()
        return ring.get_password(KEYRING_SERVICE, self.of(name)) if ring is not None else None

    def store(self, name: str, secret: str | None) -> None:
        """Keep a secret in keyring or vault, or with None remove it; `NoSupport` where there is neither."""
        ring = self.keeper()
        if ring is None:
            if secret is None:
                return
            hint = f"mapix vault create, or set {self.variable(name)} or {name}{COMMAND}"
            raise NoSupport(f"there is no keyring and no vault to keep the {name} in", hint=hint)
        if secret is not None:
            ring.set_password(KEYRING_SERVICE, self.of(name), secret)
        elif ring.get_password(KEYRING_SERVICE, self.of(name)) is not None:
            ring.delete_password(KEYRING_SERVICE, self.of(name))

    def keeper(self) -> Keyring | None:
        """What keeps secrets here: the keyring, else the vault; None where there is neither."""
        return usable_keyring() or vault_of(self.home, self.ui)

    def variable(self, name: str) -> str:
        """The environment variable of this service for a secret."""
        return "MAPIX_" + _upper(self.service) + "_" + _upper(name)

    def _from_environment(self, name: str) -> str | None:
        own = os.environ.get(self.variable(name))
        return own if own is not None else os.environ.get("MAPIX_" + _upper(name))

    def of(self, name: str) -> str:
        """The place of one secret, as the keyring knows it."""
        return f"{self.key}/{name}"


class SecretChanges:
    """Secrets that are changed together with something else: what stood in their places before can be put back."""

    def __init__(self) -> None:
        self._former: list[tuple[SecretPlace, str, str | None]] = []

    def store(self, place: SecretPlace, name: str, secret: str | None) -> None:
        """See `SecretPlace.store`."""
        former = place.fetch_kept(name)
        self._former.append((place, name, former))
        place.store(name, secret)

    def undo(self) -> None:
        """Put back what there was; a place that takes nothing back is told of in the log."""
        while self._former:
            place, name, former = self._former.pop()
            try:
                place.store(name, former)
            except MapiError as error:
                _log.warning("a secret of %s is not what it was before: %s", place.service, error)


@contextmanager
def all_or_none() -> Iterator[SecretChanges]:
    """Change secrets; when the block fails, whatever failed in it, they are as they were."""
    changes = SecretChanges()
    try:
        yield changes
    except BaseException:
        changes.undo()
        raise


def secure_name(number: int) -> str:
    """What keeps secrets calls a secure property."""
    return f"property-{number:04x}"


def run_command(command: str) -> str:
    """The first line a command prints. It is split into words as a shell would, and no shell runs it.

    Raises LogonFailed when it cannot be run, fails, prints nothing or takes longer than `COMMAND_SECONDS`. Of the
    command it tells the program's name only: a secret may stand in the rest.
    """
    import shlex
    import subprocess

    name = _program(command)
    try:
        words = shlex.split(command)
        done = subprocess.run(
            words, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=COMMAND_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise LogonFailed(f"the command for a secret took longer than {COMMAND_SECONDS:.0f} s", value=name) from None
    except (OSError, ValueError, IndexError) as error:
        raise LogonFailed(f"the command for a secret cannot be run ({error})", value=name) from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        text = f"the command for a secret failed with {done.returncode}" + (f" ({said[-1]})" if said else "")
        raise LogonFailed(text, value=name, low_level=done.returncode)
    lines = done.stdout.splitlines()
    if not lines or not lines[0]:
        raise LogonFailed("the command for a secret printed nothing", value=name)
    return lines[0]


def _program(command: str) -> str:
    """What a command runs, without its arguments."""
    import shlex

    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    return words[0] if words else ""


def usable_keyring() -> Keyring | None:
    """The keyring of this machine; None where the package or a backend that keeps anything is missing."""
    try:
        import keyring
    except ImportError:
        return None
    try:
        backend = keyring.get_keyring()
        return _Ring(cast(Keyring, backend), keyring.errors.KeyringError) if backend.priority > 0 else None
    except Exception:
        return None


@dataclass(frozen=True, slots=True)
class _Ring:
    """A keyring whose errors are those of MAPI: one that is locked, or that nobody answers for."""

    backend: Keyring
    error: type[Exception]

    def get_password(self, service: str, username: str) -> str | None:
        with self._telling():
            return self.backend.get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        with self._telling():
            self.backend.set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        with self._telling():
            self.backend.delete_password(service, username)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except self.error as error:
            text = f"the keyring does not answer ({type(error).__name__}: {error})"
            raise LogonFailed(text, hint="unlock the keyring, or set PYTHON_KEYRING_BACKEND") from error


def vault_of(home: Path | None, ui: LogonUI | None = None) -> Keyring | None:
    """The vault of a home directory, None where it has none."""
    from mapix.subsystem.home import home_directory
    from mapix.subsystem.profiles.unlocking import passphrase_of
    from mapix.subsystem.profiles.vault import NAME, Vault

    vault = Vault(home_directory(home) / NAME, lambda: passphrase_of(ui))
    return vault if vault.exists else None


def _upper(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())
