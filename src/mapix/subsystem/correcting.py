"""What can be done about a provider's first failure, before it is tried once more (session 2.6).

Nothing: the failure stands. The service's own `configure`, the settings or the password that a person says, or only
that person's word: it is worth another try.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapix.interfaces.logonui import Answer
from mapix.interfaces.spi import MessageService
from mapix.properties.errors import FailOneProvider, LogonFailed, MapiError, Unconfigured
from mapix.properties.flags import SERVICE_UI_ALLOWED
from mapix.subsystem.catalogue.serviceentry import MSG_SERVICE_CONFIGURE, SERVICE_LOGON_FAILED, call_entry
from mapix.subsystem.dialogs import Dialogs, keep_settings
from mapix.subsystem.profiles.profile import ServiceEntry
from mapix.subsystem.profiles.settings import check_settings

if TYPE_CHECKING:
    from mapix.subsystem.catalogue.services import Catalogue
    from mapix.subsystem.profiles.profilehandle import ProfileHandle


def correct(
    handle: ProfileHandle,
    catalogue: Catalogue,
    entry: ServiceEntry,
    described: MessageService,
    error: MapiError,
    dialogs: Dialogs | None,
) -> bool:
    """Whether the logon is worth a second try (LOG-22..LOG-24, LOG-28, LOG-29).

    An entry function is asked to configure, and told that a logon failed (PRF-42). Raises what it or the service's
    `configure` raises, and `LogonCancelled`.
    """
    if isinstance(error, Unconfigured):
        if described.entry is not None:
            allowed = SERVICE_UI_ALLOWED if dialogs is not None and dialogs.every else 0
            flags = SERVICE_LOGON_FAILED | allowed
            call_entry(described, handle, catalogue, entry, MSG_SERVICE_CONFIGURE, flags=flags)
            return True
        return _configure(handle, entry, described, error, dialogs)
    if dialogs is None or not _stands_in(handle, entry):
        return False
    if isinstance(error, FailOneProvider | LogonFailed) and dialogs.ask_password(handle, entry, described, str(error)):
        return True
    if not dialogs.every:
        return False
    answer = dialogs.tell_failure(entry, error)
    if answer is Answer.CONFIGURE:
        return dialogs.configure(handle, entry, described, error.sentence, lacking=False)
    return answer is Answer.RETRY


def _configure(
    handle: ProfileHandle, entry: ServiceEntry, described: MessageService, error: MapiError, dialogs: Dialogs | None
) -> bool:
    """MSG_SERVICE_CONFIGURE: the service completes its settings by itself, else a person does (SPI-12)."""
    if described.configure is not None:
        keep_settings(handle, entry, check_settings(described, described.configure(dict(entry.settings))))
        return True
    if dialogs is None or not dialogs.every or not _stands_in(handle, entry):
        return False
    return dialogs.configure(handle, entry, described, error.sentence, lacking=True)


def _stands_in(handle: ProfileHandle, entry: ServiceEntry) -> bool:
    """Whether the service is one of the profile, and not one that was made for a store outside it."""
    return any(service.uid == entry.uid for service in handle.read().services)
