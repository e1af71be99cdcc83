"""MAPIInitialize and the subsystem it makes: the one place where things are wired.

    mapi_initialize()
    session = subsystem().logon("Work", flags=MAPI_NEW_SESSION)
    ...
    session.logoff()
    mapi_uninitialize()

Calls are counted per process (SUB-1). A program may also make a `Subsystem` of its own, for another home directory
or in a test.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mapix.properties.errors import NotInitialized, UnknownFlags
from mapix.properties.flags import MAPI_MULTITHREAD_NOTIFICATIONS, MAPI_NO_COINIT, MAPI_NT_SERVICE
from mapix.subsystem.catalogue.services import Catalogue
from mapix.subsystem.home import home_directory
from mapix.subsystem.lifetime import take_every
from mapix.subsystem.notification import NotificationEngine
from mapix.subsystem.profiles.profilefile import directory_is_readable
from mapix.subsystem.profiles.profilestore import ProfileStore

if TYPE_CHECKING:
    from mapix.interfaces.admin import ProfAdmin
    from mapix.interfaces.logonui import LogonUI
    from mapix.subsystem.broker.frames import Shared
    from mapix.subsystem.profiles.profile import Profile
    from mapix.subsystem.session import Session

_KNOWN = MAPI_MULTITHREAD_NOTIFICATIONS | MAPI_NT_SERVICE | MAPI_NO_COINIT


class Subsystem:
    """Profiles, catalogue, notifications and sessions of one home directory.

    `home` defaults to `MAPIX_HOME` or the place for application data; nothing is created there before something is
    written. `flags` are those of MAPIInitialize (SUB-5). Without `sharing` no session is shared with other processes.
    While `offline`, which `MAPIX_OFFLINE` turns on, transports log on without connecting (SPL-45).
    """

    def __init__(self, home: Path | None = None, *, flags: int = 0, sharing: bool = True) -> None:
        from mapix.subsystem.catalogue.inffiles import inf_files
        from mapix.subsystem.isolation.limits import limits_of
        from mapix.subsystem.logon import Logons
        from mapix.subsystem.profiles.sectionlocks import SectionLocks

        self.home = home_directory(home)
        self.flags = flags
        self.sharing = sharing
        self.offline = bool(os.environ.get("MAPIX_OFFLINE"))
        self.catalogue = Catalogue(inf_files(self.home))
        self.profiles = ProfileStore(self.home)
        self.profiles.on_gone = self._forget
        self.notifications = NotificationEngine(threaded=bool(flags & MAPI_MULTITHREAD_NOTIFICATIONS))
        self.section_locks = SectionLocks()
        self.limits = limits_of()
        self._logons = Logons(self)

    def logon(
        self, profile: str | None = "", password: str | None = None, flags: int = 0, ui: LogonUI | None = None
    ) -> Session:
        """Log on: MAPILogonEx, see `mapix.subsystem.logon` (LOG-1..LOG-36). `ui` asks what the flags allow to ask."""
        return self._logons.logon(profile or "", password or "", flags, ui)

    def adopt(self, shared: Shared, learned: Callable[[str, str], None]) -> Session:
        """Be a member of a session that others share, with the profile as they have it; `learned` is called with place
        and value of each secret that is found here (LOG-31).
        """
        return self._logons.adopt(shared, learned)

    def admin_profiles(self) -> ProfAdmin:
        """The profiles of this user: MAPIAdminProfiles."""
        from mapix.subsystem.admin.profadmin import ProfileAdministration

        return ProfileAdministration(self)

    def _forget(self, profile: Profile) -> None:
        """Take the secrets of a profile that goes out of where they are kept."""
        from mapix.subsystem.profiles.servicesecrets import forget_profile

        forget_profile(profile, self.home, self.catalogue)

    def dispatch_notifications(self) -> int:
        """Tell what is queued: HrDispatchNotifications (NOT-22); how many notifications were told."""
        return self._logons.dispatch()

    def close(self) -> None:
        """Log every session off and end the notifications (SUB-1)."""
        take_every(self._logons.close, self.notifications.close)

    def __enter__(self) -> Subsystem:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.close()


class _Process:
    """The count of this process and what it holds."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.count = 0
        self.subsystem: Subsystem | None = None


_process = _Process()


def mapi_initialize(flags: int = 0) -> None:
    """Start MAPI for this process, or count one more user of it (SUB-1..SUB-12).

    `flags`: MAPI_MULTITHREAD_NOTIFICATIONS, MAPI_NT_SERVICE, MAPI_NO_COINIT; the first call decides (SUB-7).
    Raises UnknownFlags, and NotInitialized when profiles cannot be read (SUB-3).
    """
    if flags & ~_KNOWN:
        raise UnknownFlags("MAPIInitialize does not know these flags", value=hex(flags & ~_KNOWN))
    with _process.lock:
        if _process.subsystem is None:
            made = Subsystem(flags=flags)
            if not directory_is_readable(made.profiles.directory):
                raise NotInitialized("the directory of profiles cannot be read", value=str(made.profiles.directory))
            _process.subsystem = made
            _process.changed.notify_all()
        _process.count += 1


def mapi_uninitialize() -> None:
    """Undo one `mapi_initialize`; the last one ends every session. Once too often is harmless (SUB-12)."""
    with _process.lock:
        if _process.count == 0:
            return
        _process.count -= 1
        if _process.count:
            return
        ended, _process.subsystem = _process.subsystem, None
    if ended is not None:
        ended.close()


def subsystem() -> Subsystem:
    """The subsystem of this process; `NotInitialized` before `mapi_initialize` (GEN-3)."""
    found = _process.subsystem
    if found is None:
        raise NotInitialized("MAPI has not been initialized in this process", hint="mapi_initialize()")
    return found


def is_initialized() -> bool:
    """Whether this process has MAPI initialized; `initmonitor` waits for it (SUB-13)."""
    return _process.subsystem is not None
