"""The spoolers of the broker: a member of its own in each shared session that has mail (SPL-76).

What members submitted is sent although they have gone. A session without members is kept until its queue is empty.
Nothing depends on having looked at the right moment: queues that nobody here works on are looked at again and again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from mapix.properties.errors import MapiError
from mapix.subsystem.lifetime import take_every

if TYPE_CHECKING:
    from mapix.subsystem.broker.frames import Shared
    from mapix.subsystem.initialize import Subsystem
    from mapix.subsystem.session import Session

LOOK_SECONDS: Final = 5.0
"""How often the queues of a session are looked at while its members send for themselves."""

PATIENCE_SECONDS: Final = 600.0
"""How long a session that nobody is in any more is kept for a store that cannot be looked at."""

_log = logging.getLogger(__name__)


class Hosting:
    """Sessions of the broker by the uid of the shared one. All methods are called on one thread.

    `learned` is called on any thread with the uid of a session, the place of a secret that was found here, and the
    secret.
    """

    def __init__(self, subsystem: Subsystem, learned: Callable[[bytes, str, str], None]) -> None:
        self._subsystem = subsystem
        self._learned = learned
        self._kept: dict[bytes, Session] = {}
        self._refused: dict[bytes, Shared] = {}
        self._looked: dict[bytes, float] = {}
        self._released: dict[bytes, float] = {}

    def keep(self, shared: Shared) -> None:
        """Be a member of a session with mail, and know what its members do; one that cannot be entered is told of in
        the log, and tried again.
        """
        self._released.pop(shared.uid, None)
        if shared.uid in self._kept:
            self._kept[shared.uid].take_up(shared)
            self._look(shared.uid)
        else:
            self._adopt(shared)

    def has(self, uid: bytes) -> bool:
        """Whether a session's spooler is here, to be asked on any thread."""
        return uid in self._kept and uid not in self._released

    def release(self, uid: bytes) -> None:
        """The members of a session have gone: what they left is sent, and its spooler ends with its queue."""
        if uid in self._refused:
            self._adopt(self._refused[uid])
            self._refused.pop(uid, None)
        if uid in self._kept:
            self._released[uid] = time.monotonic()
            self.tidy()

    def tidy(self) -> None:
        """Look at queues that nobody here works on, and log off where nobody is any more and nothing waits."""
        for uid in list(self._refused):
            if self._is_time(uid):
                self._adopt(self._refused[uid])
        for uid in list(self._kept):
            if uid in self._released or self._is_time(uid):
                self._look(uid)
            if uid in self._released and self._may_end(uid):
                del self._released[uid], self._looked[uid]
                self._kept.pop(uid).logoff()

    def waiting(self, uid: bytes) -> int:
        """How many messages wait that the spooler of a session can send."""
        session = self._kept.get(uid)
        if session is None or session.spooler is None:
            return 0
        try:
            return session.pending()
        except MapiError as error:
            _log.warning("cannot look at the queues of %s: %s", session.profile_name, error)
            return 0

    def _adopt(self, shared: Shared) -> None:
        self._looked[shared.uid] = time.monotonic()
        try:
            self._kept[shared.uid] = self._subsystem.adopt(shared, partial(self._learned, shared.uid))
            self._refused.pop(shared.uid, None)
        except MapiError as error:
            _log.warning("cannot host the spooler of %s: %s", shared.profile, error)
            self._refused[shared.uid] = shared

    def _is_time(self, uid: bytes) -> bool:
        return time.monotonic() - self._looked.get(uid, 0.0) >= LOOK_SECONDS

    def _look(self, uid: bytes) -> None:
        """Have the spooler start where something waits that it has not seen. While members live they send for
        themselves, so there need not be one.
        """
        self._looked[uid] = time.monotonic()
        try:
            self._kept[uid].send_waiting()
        except MapiError as error:
            _log.warning("cannot look at the queues of %s: %s", self._kept[uid].profile_name, error)

    def _may_end(self, uid: bytes) -> bool:
        """Whether nothing waits that could be sent here. It is not waited for ever for a store that cannot be had, nor
        at all where somebody removed the home directory.
        """
        session = self._kept[uid]
        if session.spooler is None or session.is_clear() or not self._subsystem.home.is_dir():
            return True
        if self.waiting(uid) or time.monotonic() - self._released[uid] < PATIENCE_SECONDS:
            return False
        _log.warning("what waits in the stores of %s is left to the next logon", session.profile_name)
        return True

    @property
    def is_empty(self) -> bool:
        """Whether there is no session."""
        return not self._kept and not self._refused

    def close(self) -> None:
        """Log off everywhere; what waits stays in its queue."""
        kept, self._kept = self._kept, {}
        self._refused.clear()
        self._released.clear()
        take_every(*(session.logoff for session in kept.values()))
