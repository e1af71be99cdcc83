"""The spoolers of the broker: a member of its own in each shared session that has mail (SPL-76).

What members submitted is sent although they have gone. A session without members is kept until its queue is empty.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from mapix.properties.errors import MapiError

if TYPE_CHECKING:
    from mapix.subsystem.broker.frames import Shared
    from mapix.subsystem.initialize import Subsystem
    from mapix.subsystem.session import Session

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
        self._released: set[bytes] = set()

    def keep(self, shared: Shared) -> None:
        """Be a member of a session with mail, and know what its members do; one that cannot be entered is told of in
        the log.
        """
        self._released.discard(shared.uid)
        if shared.uid in self._kept:
            self._kept[shared.uid].take_up(shared)
            self._look(shared.uid)
            return
        try:
            self._kept[shared.uid] = self._subsystem.adopt(shared, partial(self._learned, shared.uid))
        except MapiError as error:
            _log.warning("cannot host the spooler of %s: %s", shared.profile, error)

    def has(self, uid: bytes) -> bool:
        """Whether a session's spooler is here, to be asked on any thread."""
        return uid in self._kept and uid not in self._released

    def release(self, uid: bytes) -> None:
        """The members of a session have gone: what they left is sent, and its spooler ends with its queue."""
        if uid in self._kept:
            self._look(uid)
            self._released.add(uid)
            self.tidy()

    def tidy(self) -> None:
        """Log off where nobody is any more and nothing waits."""
        for uid in list(self._released):
            if not self.waiting(uid):
                self._released.discard(uid)
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

    def _look(self, uid: bytes) -> None:
        """Somebody came or went: have the spooler start where something waits that it has not seen. While members
        live they send for themselves, so there need not be one.
        """
        try:
            self._kept[uid].send_waiting()
        except MapiError as error:
            _log.warning("cannot look at the queues of %s: %s", self._kept[uid].profile_name, error)

    @property
    def is_empty(self) -> bool:
        """Whether there is no session."""
        return not self._kept

    def close(self) -> None:
        """Log off everywhere; what waits stays in its queue."""
        for session in self._kept.values():
            session.logoff()
        self._kept.clear()
        self._released.clear()
