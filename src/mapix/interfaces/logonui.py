"""Dialogs of a logon: the one interface through which a session asks a person for anything (GEN-15).

    session = subsystem().logon(flags=MAPI_LOGON_UI, ui=my_ui)

Without one nothing is asked, and the branch without dialogs is taken. Any method may raise `UserCancel`: then the logon
as a whole is given up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Protocol

from mapix.interfaces.service import Setting


class Answer(Enum):
    """What is to be done about a provider that failed."""

    RETRY = "retry"
    """Try once more."""
    CONFIGURE = "configure"
    """Show the settings of the service, then try once more."""
    SKIP = "skip"
    """Go on without the service."""
    CANCEL = "cancel"
    """Give the logon up."""


class LogonUI(Protocol):
    """Asks a person. None is the answer of one who does not want to say."""

    def choose_profile(self, names: Sequence[str], default: str | None, reason: str) -> str | None:
        """One of `names`; `default` is the default profile, to be marked and not to be taken unasked (LOG-15).
        `reason` says why it is asked once more, empty the first time.
        """

    def ask_settings(
        self, service: str, settings: Sequence[Setting], values: Mapping[str, Any], reason: str
    ) -> Mapping[str, Any] | None:
        """Values of `settings`, typed or as text; what is left out stays as `values` say. `service` is the name that
        people know, `reason` why it is asked. Secret settings are to be typed unseen and are never in `values`.
        """

    def ask_password(self, service: str, setting: Setting, reason: str) -> str | None:
        """The secret `setting` of a service."""

    def tell_failure(self, service: str, reason: str) -> Answer:
        """What to do about a service that failed, `reason` is the text of the error (LOG-23)."""

    def ask_passphrase(self) -> str | None:
        """The passphrase of the vault that keeps the secrets."""
