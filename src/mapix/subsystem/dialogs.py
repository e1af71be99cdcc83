"""What a logon may ask, of whom, and what becomes of the answers (LOG-14..LOG-18, LOG-23, LOG-28).

`Dialogs.of(ui, flags)` is None where nothing may be asked. MAPI_LOGON_UI allows every question, MAPI_PASSWORD_UI those
for credentials, MAPI_SERVICE_UI_ALWAYS the settings of every service before any of them logs on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mapix.interfaces.logonui import Answer, LogonUI
from mapix.interfaces.service import MessageService, SettingKind
from mapix.properties.errors import InvalidParameter, MapiError, NoSupport, NotFound, UserCancel
from mapix.properties.flags import (
    MAPI_BG_SESSION,
    MAPI_LOGON_UI,
    MAPI_NT_SERVICE,
    MAPI_PASSWORD_UI,
    MAPI_SERVICE_UI_ALWAYS,
)
from mapix.subsystem.asking import initial
from mapix.subsystem.profiles.profile import ServiceEntry
from mapix.subsystem.profiles.profsect import service_secrets
from mapix.subsystem.profiles.settings import check_settings, complete, missing, secrets_of

if TYPE_CHECKING:
    from mapix.subsystem.catalogue.services import Catalogue
    from mapix.subsystem.profiles.profilehandle import ProfileHandle

TRIES = 3
"""How often settings are asked for while some of them are wrong."""

standing: LogonUI | None = initial()
"""Who is asked where a logon names nobody; the command line sets it where there is a terminal."""


class LogonCancelled(UserCancel):
    """Somebody gave up the whole logon, not only what one provider wanted."""


@dataclass(frozen=True, slots=True)
class Dialogs:
    """Questions of one logon. `every` allows all of them, else only those for credentials."""

    ui: LogonUI
    every: bool
    first: bool = False

    @classmethod
    def of(cls, ui: LogonUI | None, flags: int) -> Dialogs | None:
        """What may be asked by a logon with these flags; a service and a background session ask nothing (LOG-18)."""
        ui = ui if ui is not None else standing
        if ui is None or flags & (MAPI_NT_SERVICE | MAPI_BG_SESSION):
            return None
        if not flags & (MAPI_LOGON_UI | MAPI_PASSWORD_UI | MAPI_SERVICE_UI_ALWAYS):
            return None
        return cls(ui, bool(flags & MAPI_LOGON_UI), bool(flags & MAPI_SERVICE_UI_ALWAYS))

    def validate(self, handle: ProfileHandle, catalogue: Catalogue) -> None:
        """Before any provider logs on: show the settings of every service with MAPI_SERVICE_UI_ALWAYS, else ask for
        what is required and missing (session 2.5, 7 and 8).
        """
        for entry in list(handle.read().services):
            described = catalogue.find(entry.name)
            if described is None or not described.settings:
                continue
            if self.first:
                self.configure(handle, entry, described, "", lacking=False)
            elif self.every and described.configure is None and missing(described, complete(described, entry.settings)):
                self.configure(handle, entry, described, _lacks(described, entry), lacking=True)

    def choose_profile(self, names: Sequence[str], default: str | None, reason: str = "") -> str:
        """The profile somebody chose; `LogonCancelled` (LOG-15)."""
        with _whole_logon():
            found = self.ui.choose_profile(names, default, reason)
        if not found:
            raise LogonCancelled("no profile was chosen")
        return found

    def tell_failure(self, entry: ServiceEntry, error: MapiError) -> Answer:
        """What to do about a failed service; CANCEL raises `LogonCancelled`."""
        with _whole_logon():
            answer = self.ui.tell_failure(entry.display_name or entry.name, str(error))
        if answer is Answer.CANCEL:
            raise LogonCancelled("the logon was given up") from error
        return answer

    def ask_password(self, handle: ProfileHandle, entry: ServiceEntry, described: MessageService, reason: str) -> bool:
        """Ask for the first secret of a service; it holds for the session. Whether one was said (LOG-28)."""
        secrets = [setting for setting in described.settings if setting.kind is SettingKind.SECRET]
        if not secrets:
            return False
        with _whole_logon():
            found = self.ui.ask_password(entry.display_name or entry.name, secrets[0], reason)
        if found:
            handle.said(_place(handle, entry, secrets[0].name), found)
        return bool(found)

    def configure(
        self, handle: ProfileHandle, entry: ServiceEntry, described: MessageService, reason: str, *, lacking: bool
    ) -> bool:
        """Ask for the settings of a service, with `lacking` for those that are required and missing, where some are.

        What is said goes into the profile, secrets to where secrets are kept. Whether anything was said;
        `InvalidParameter` where it is wrong time and again.
        """
        known = complete(described, entry.settings)
        names = missing(described, known) if lacking else []
        asked = [setting for setting in described.settings if not names or setting.name in names]
        for left in reversed(range(TRIES)):
            with _whole_logon():
                said = self.ui.ask_settings(entry.display_name or entry.name, asked, known, reason)
            if said is None or not asked:
                return False
            try:
                return self._keep(handle, entry, described, said)
            except InvalidParameter as error:
                if not left:
                    raise
                reason = error.sentence
        return False

    def _keep(
        self, handle: ProfileHandle, entry: ServiceEntry, described: MessageService, said: Mapping[str, Any]
    ) -> bool:
        typed = check_settings(described, {name: None if value == "" else value for name, value in said.items()})
        hidden = secrets_of(described)
        keep_settings(handle, entry, {name: value for name, value in typed.items() if name not in hidden})
        for name, secret in typed.items():
            if name in hidden and secret:
                handle.said(_place(handle, entry, name), secret)
                with suppress(NoSupport):
                    service_secrets(handle.read(), entry.uid, handle.home, handle.ui).store(name, secret)
        return bool(typed)


def keep_settings(handle: ProfileHandle, entry: ServiceEntry, changed: Mapping[str, Any]) -> None:
    """Put settings into the profile and the session's copy of it; None takes one back to its default."""

    def put(settings: dict[str, Any]) -> None:
        for name, value in changed.items():
            if value is None:
                settings.pop(name, None)
            else:
                settings[name] = value

    with suppress(NotFound):
        handle.change(lambda profile: put(profile.service(entry.uid).settings))
    put(entry.settings)


@contextmanager
def _whole_logon() -> Iterator[None]:
    """What a dialog raises to cancel ends the whole logon."""
    try:
        yield
    except UserCancel as error:
        raise LogonCancelled(error.text) from error


def _lacks(described: MessageService, entry: ServiceEntry) -> str:
    names = ", ".join(missing(described, complete(described, entry.settings)))
    return f"{entry.display_name or entry.name} lacks {names}"


def _place(handle: ProfileHandle, entry: ServiceEntry, name: str) -> str:
    return service_secrets(handle.read(), entry.uid, handle.home).of(name)
