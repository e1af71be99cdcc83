"""MAPILogonEx: from a profile's name and flags to a session (LOG-1..LOG-36, session flowchart 2.5).

Where the flowchart has a dialog, the `LogonUI` of the logon is asked; without one the other branch is taken (GEN-15).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from mapix.properties.errors import LogonFailed, MapiError, NotFound, TimedOut
from mapix.properties.flags import (
    MAPI_ALLOW_OTHERS,
    MAPI_APP_PROFILE,
    MAPI_EXPLICIT_PROFILE,
    MAPI_FORCE_DOWNLOAD,
    MAPI_NEW_SESSION,
    MAPI_NO_MAIL,
    MAPI_TIMEOUT_SHORT,
    MAPI_USE_DEFAULT,
)
from mapix.subsystem.broker import is_possible
from mapix.subsystem.dialogs import Dialogs
from mapix.subsystem.lifetime import take_every
from mapix.subsystem.logonflags import check_flags
from mapix.subsystem.profiles.profile import LONGEST_NAME, Profile
from mapix.subsystem.sharing import Sharing, find_shared

if TYPE_CHECKING:
    from mapix.interfaces.logonui import LogonUI
    from mapix.subsystem.broker.frames import Shared
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.initialize import Subsystem
    from mapix.subsystem.session import Session

SHORT_TIMEOUT = 5.0
"""Seconds a logon with MAPI_TIMEOUT_SHORT waits for another one (LOG-21)."""

PROFILE_VARIABLE = "MAPIX_PROFILE"
"""Names the profile that is taken instead of the default one."""

DOWNLOAD_SECONDS = 60.0
"""Seconds a logon with MAPI_FORCE_DOWNLOAD waits for new mail."""


class _UnnamedError(Exception):
    """No profile was named, and somebody can be asked for one."""


class Logons:
    """The sessions of one subsystem: who is logged on, and which session is shared."""

    def __init__(self, subsystem: Subsystem) -> None:
        self.subsystem = subsystem
        self.short_timeout = SHORT_TIMEOUT
        self._mutex = threading.RLock()
        self._registry = threading.RLock()
        self._cores: list[SessionCore] = []
        self._shared: list[SessionCore] = []

    def logon(self, profile: str, password: str, flags: int, ui: LogonUI | None = None) -> Session:
        """A session: a member of the shared one where there is one and MAPI_NEW_SESSION is clear, whatever name and
        password are given (LOG-6); else its own.

        Raises UnknownFlags, LogonFailed, TimedOut, and UserCancel from `ui`.
        """
        check_flags(flags)
        if len(profile) > LONGEST_NAME:
            raise LogonFailed(f"a profile's name has at most {LONGEST_NAME} characters", value=profile)
        dialogs = Dialogs.of(ui, flags)
        with self._serialized(flags):
            session = None if flags & MAPI_NEW_SESSION else self._join_newest(flags, dialogs)
            if session is None and password:
                raise LogonFailed("profiles have no passwords", hint="leave the password out")
            if session is None:
                session = self._start(self._open(profile, flags, dialogs), flags, dialogs)
        if flags & MAPI_FORCE_DOWNLOAD and not flags & MAPI_NO_MAIL:
            with _complete(session):
                session.flush(DOWNLOAD_SECONDS)
        return session

    def adopt(self, shared: Shared, learned: Callable[[str, str], None]) -> Session:
        """The first member here of a session that other processes share, with the profile as they have it."""
        core = self._core_of(shared)
        core.handle.on_found = learned
        return self._enter(core, 0, None)

    def _core_of(self, shared: Shared) -> SessionCore:
        from mapix.subsystem.core import SessionCore
        from mapix.subsystem.profiles.profilefile import from_text

        profile = from_text(shared.text, shared.profile)
        profile.name = shared.profile
        self.subsystem.profiles.adopt(profile)
        core = SessionCore(self.subsystem, profile, self.ended, shared.uid)
        core.take_up(shared)
        core.hosted = shared.hosted
        return core

    def ended(self, core: SessionCore) -> None:
        """The last member of a core has logged off."""
        with self._registry:
            if core in self._cores:
                self._cores.remove(core)
            if core in self._shared:
                self._shared.remove(core)

    def dispatch(self) -> int:
        """Look for what other processes changed, and tell what is queued."""
        for core in list(self._cores):
            core.poll()
        return self.subsystem.notifications.dispatch()

    def close(self) -> None:
        """Log everybody off."""
        take_every(*(member.logoff for core in list(self._cores) for member in core.members))

    def _join(self, core: SessionCore, flags: int, dialogs: Dialogs | None) -> Session | None:
        """A new member of a core; None when the core has just ended. Without a member a core ends again."""
        from mapix.subsystem.session import Session

        session = Session(core, flags, dialogs)
        if dialogs is not None and core.handle.ui is None:
            core.handle.ui = dialogs.ui
        with _complete(session):
            if not core.join(session):
                return None
        if flags & MAPI_ALLOW_OTHERS:
            self._share(core)
        return session

    def _join_newest(self, flags: int, dialogs: Dialogs | None) -> Session | None:
        """A member of the newest shared session, of this process or another one; None where there is none (LOG-9)."""
        here = self._newest_here()
        session = self._join(here, flags, dialogs) if here is not None else None
        if session is None:
            session = self._join_elsewhere(flags, dialogs)
        for core in reversed(self._shared[:] if session is None else ()):
            session = session or self._join(core, flags, dialogs)
        return session

    def _newest_here(self) -> SessionCore | None:
        """The newest shared session where it is one of this process."""
        core = next(reversed(self._shared[:]), None)
        if core is None or core.sharing is None:
            return core
        return self._core_called(core.sharing.newest())

    def _core_called(self, uid: bytes) -> SessionCore | None:
        return next((core for core in list(self._cores) if core.uid == uid), None)

    def _share(self, core: SessionCore) -> None:
        """Hand a session out to those who join from now on."""
        with self._registry:
            if core in self._cores and core not in self._shared:
                self._shared.append(core)

    def _start(self, profile: Profile, flags: int, dialogs: Dialogs | None) -> Session:
        """The first member of a new core."""
        from mapix.subsystem.core import SessionCore

        core = SessionCore(self.subsystem, profile, self.ended)
        session = self._enter(core, flags, dialogs)
        if flags & MAPI_ALLOW_OTHERS and self.subsystem.sharing and is_possible():
            with _complete(session):
                core.share(sharing := Sharing(core, None))
                sharing.offer()
        return session

    def _enter(self, core: SessionCore, flags: int, dialogs: Dialogs | None) -> Session:
        """The first member of a core that was just made."""
        with self._registry:
            self._cores.append(core)
        try:
            if dialogs is not None:
                dialogs.validate(core.handle, core.catalogue)
        except BaseException:
            core.abandon()
            raise
        session = self._join(core, flags, dialogs)
        if session is None:
            raise LogonFailed("the session ended while it was made", value=core.profile_name)
        return session

    def _join_elsewhere(self, flags: int, dialogs: Dialogs | None) -> Session | None:
        """A member of the session that another process shares (LOG-6, LOG-8, LOG-34); None where there is none."""
        found = find_shared(self.subsystem.home, mail=not flags & MAPI_NO_MAIL) if self.subsystem.sharing else None
        if found is None:
            return None
        here = self._core_called(found.shared.uid)
        if here is not None:
            found.link.close()
            return self._join(here, flags, dialogs)
        with ExitStack() as failing:
            failing.callback(found.link.close)
            core = self._core_of(found.shared)
            sharing = Sharing(core, found.link)
            failing.callback(sharing.end)
            session = self._enter(core, flags, dialogs)
            core.share(sharing)
            failing.pop_all()
        self._share(core)
        return session

    def _load(self, name: str) -> Profile:
        try:
            return self.subsystem.profiles.use(name)
        except NotFound as error:
            hint = error.hint or "mapix init"
            raise LogonFailed(error.text, value=name, hint=hint) from None
        except MapiError as error:
            raise LogonFailed(f"the profile {name} cannot be read: {error.sentence}", hint=error.hint) from error

    def _open(self, name: str, flags: int, dialogs: Dialogs | None) -> Profile:
        """The profile to log on to; where it cannot be had and somebody may be asked, once more (session 2.5, 5)."""
        names = self.subsystem.profiles.names(app=bool(flags & MAPI_APP_PROFILE)) if dialogs is not None else []
        may_ask = dialogs is not None and dialogs.every and bool(names)
        try:
            return self._load(self._choose(name, flags, may_ask=may_ask))
        except _UnnamedError:
            reason = ""
        except LogonFailed as error:
            if not may_ask:
                raise
            reason = error.sentence
        assert dialogs is not None
        default = None if flags & MAPI_EXPLICIT_PROFILE else self.subsystem.profiles.default()
        chosen = dialogs.choose_profile(names, default, reason)
        try:
            return self._load(chosen)
        except LogonFailed as error:
            if reason:
                raise
            return self._load(dialogs.choose_profile(names, default, error.sentence))

    def _choose(self, name: str, flags: int, *, may_ask: bool) -> str:
        """The profile's name by LOG-12..LOG-16; `_UnnamedError` where it is to be asked for."""
        if name:
            return name
        if flags & MAPI_USE_DEFAULT:
            default = os.environ.get(PROFILE_VARIABLE) or self.subsystem.profiles.default()
            if default is not None:
                return default
        if may_ask:
            raise _UnnamedError
        if not flags & MAPI_USE_DEFAULT:
            raise LogonFailed("no profile was named", hint="name one, or ask for the default with MAPI_USE_DEFAULT")
        names = self.subsystem.profiles.names()
        hint = f"mapix profile default {names[0]!r}" if names else "mapix init"
        raise LogonFailed("there is no default profile", hint=hint)

    @contextmanager
    def _serialized(self, flags: int) -> Iterator[None]:
        """One logon at a time (LOG-21)."""
        timeout = self.short_timeout if flags & MAPI_TIMEOUT_SHORT else -1
        if not self._mutex.acquire(timeout=timeout):
            raise TimedOut("another logon is under way", hint="try again, or leave MAPI_TIMEOUT_SHORT out")
        try:
            yield
        finally:
            self._mutex.release()


@contextmanager
def _complete(session: Session) -> Iterator[None]:
    """A logon that fails, or is given up, leaves no session behind."""
    try:
        yield
    except BaseException:
        session.logoff()
        raise
