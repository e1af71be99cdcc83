"""Which transports are not to connect: those that the user took offline, in whatever process, and in a program that
starts offline all that need a line (SPL-45, STA-9).

A transport taken offline is a file in the folder `offline` of the home directory, named like its profile section. So
every process sees it, the broker too, and it stays offline until somebody takes it online again.
"""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mapix.properties.errors import MapiError
from mapix.subsystem.durable import replace_file

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore

FOLDER: Final = "offline"
_log = logging.getLogger("mapix.subsystem")


class Lines:
    """The transports of one session: who may connect, and what their rows show of it."""

    def __init__(self, core: SessionCore) -> None:
        self._core = core
        self._folder = core.subsystem.home / FOLDER
        self._own: dict[bytes, bool] = {}
        self._files: dict[bytes, str] = {}
        self._looking = threading.Lock()
        self._told: set[bytes] = set()
        self._seen = self._recorded()

    def is_cut(self, uid: bytes) -> bool:
        """Whether a transport is not to connect. That it may again is a change at the next look, however soon it was
        said: something may wait because of this answer.
        """
        recorded = os.access(self._file(uid), os.F_OK)
        if recorded:
            self._told.add(uid)
        return recorded or self._own.get(uid, self._core.subsystem.offline)

    def needs_none(self, uid: bytes) -> None:
        """A transport works without connecting to anything: it is offline only when somebody says so."""
        self._own.setdefault(uid, False)

    def cut(self, uid: bytes) -> None:
        """A transport is not to connect any more; where that cannot be written down, in this session only."""
        try:
            replace_file(Path(self._file(uid)), self._core.profile_name.encode(), keep=False)
        except MapiError as error:
            _log.warning("other processes do not hear that a transport is offline: %s", error)
            self._own[uid] = True
        self._know(uid)

    def restore(self, uid: bytes) -> None:
        """It may again."""
        self._own[uid] = False
        forget(self._core.subsystem.home, uid)
        self._know(uid)

    def look(self) -> bool:
        """Show what other processes said since the last look; whether there was anything."""
        with self._looking:
            told, self._told = self._told, set()
            present = self._recorded()
            changed, self._seen = (present ^ self._seen) | (told - present), present
        for uid in changed:
            self._show(uid)
        return bool(changed)

    def _know(self, uid: bytes) -> None:
        """What stands there of one transport is no news any more; of others it may be."""
        with self._looking:
            self._seen = (self._seen - {uid}) | (self._recorded() & {uid})

    def _show(self, uid: bytes) -> None:
        from mapix.subsystem.remote import offline, online

        self._core.status.change(uid, offline if self.is_cut(uid) else online)

    def _file(self, uid: bytes) -> str:
        """Where it stands that a transport is offline; asked for every message."""
        if uid not in self._files:
            self._files[uid] = str(self._folder / uid.hex())
        return self._files[uid]

    def _recorded(self) -> frozenset[bytes]:
        """The uids that stand in the folder."""
        try:
            names = [path.name for path in self._folder.iterdir()]
        except OSError:
            return frozenset()
        return frozenset(uid for uid in map(_uid, names) if uid is not None)


def forget(home: Path, *uids: bytes) -> None:
    """Nothing is known of these transports any more."""
    for uid in uids:
        with suppress(OSError):
            (home / FOLDER / uid.hex()).unlink()


def _uid(name: str) -> bytes | None:
    try:
        return bytes.fromhex(name)
    except ValueError:
        return None
