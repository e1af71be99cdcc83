"""Dialogs for programs: what a logon would ask a person is asked of functions.

ui = mapix.CallbackUI(settings=lambda service, wanted, values, reason: {"host": "mail.example.org"})
with mapix.logon("Work", ui=ui) as session:
    ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mapix.interfaces.logonui import Answer
from mapix.interfaces.service import Setting


@dataclass(frozen=True, slots=True)
class CallbackUI:
    """A `LogonUI` of functions; what has none is answered with no answer, a failure with `Answer.SKIP`.

    `profile(names, default, reason)` chooses one of the names. `settings(service, wanted, values, reason)` gives values
    by the names of the wanted settings, `password(service, setting, reason)` a secret, `passphrase()` the vault's.
    `failure(service, reason)` says what to do about a provider that failed. A function may raise `UserCancel`.
    """

    profile: Callable[[Sequence[str], str | None, str], str | None] | None = None
    settings: Callable[[str, Sequence[Setting], Mapping[str, Any], str], Mapping[str, Any] | None] | None = None
    password: Callable[[str, Setting, str], str | None] | None = None
    failure: Callable[[str, str], Answer] | None = None
    passphrase: Callable[[], str | None] | None = None

    def choose_profile(self, names: Sequence[str], default: str | None, reason: str) -> str | None:
        """See `LogonUI.choose_profile`."""
        return self.profile(names, default, reason) if self.profile is not None else None

    def ask_settings(
        self, service: str, settings: Sequence[Setting], values: Mapping[str, Any], reason: str
    ) -> Mapping[str, Any] | None:
        """See `LogonUI.ask_settings`."""
        return self.settings(service, settings, values, reason) if self.settings is not None else None

    def ask_password(self, service: str, setting: Setting, reason: str) -> str | None:
        """See `LogonUI.ask_password`."""
        return self.password(service, setting, reason) if self.password is not None else None

    def tell_failure(self, service: str, reason: str) -> Answer:
        """See `LogonUI.tell_failure`."""
        return self.failure(service, reason) if self.failure is not None else Answer.SKIP

    def ask_passphrase(self) -> str | None:
        """See `LogonUI.ask_passphrase`."""
        return self.passphrase() if self.passphrase is not None else None
