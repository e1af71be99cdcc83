"""IMAPIStatus::SettingsDialog: the settings of a provider's message service, shown by the session's `LogonUI` (STA-10).

There is one where the service has settings and there is somebody to show them to: who was named at a logon of the
session, else who answers for the process, as the command line does at a terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapix.interfaces.logonui import LogonUI
from mapix.properties.errors import NoSupport, NotFound
from mapix.properties.flags import STATUS_SETTINGS_DIALOG
from mapix.subsystem import dialogs
from mapix.subsystem.profiles.settings import complete

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.profiles.profile import ServiceEntry


def dialog_bit(core: SessionCore, service: ServiceEntry) -> int:
    """STATUS_SETTINGS_DIALOG where the settings of a service can be shown, else 0."""
    described = core.catalogue.find(service.name)
    shown = described is not None and described.settings and _ui_of(core) is not None
    return STATUS_SETTINGS_DIALOG if shown else 0


def show_settings(core: SessionCore, uid: bytes, *, readonly: bool = False) -> None:
    """Show the settings of the service that a provider belongs to, and keep what is said, unless `readonly`.

    Transports that could not be logged on are tried again with it; the others take it up at the next logon. `NoSupport`
    where there is nobody to ask or the provider is of no profile, `UserCancel` from the dialog, `InvalidParameter` for
    settings that are wrong time and again.
    """
    ui = _ui_of(core)
    try:
        service, _ = core.handle.read().provider(uid)
    except NotFound:
        raise NoSupport("the settings of what stands in no profile are not shown") from None
    if ui is None:
        raise NoSupport("there is nobody to show the settings to", hint="a logon with a LogonUI")
    described = core.catalogue.get(service.name)
    if readonly:
        name = service.display_name or service.name
        ui.ask_settings(name, described.settings, complete(described, service.settings), "")
    elif dialogs.Dialogs(ui, True).configure(core.handle, service, described, "", lacking=False):
        core.retry_transports()
        core.spooling.wake(ready=True)


def _ui_of(core: SessionCore) -> LogonUI | None:
    return core.handle.ui if core.handle.ui is not None else dialogs.standing
