"""Flushing the queues of transports on request: FlushQueues of the spooler's status object (SPL-55..SPL-57)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from mapix.properties.errors import Busy
from mapix.properties.flags import (
    FLUSH_DOWNLOAD,
    FLUSH_UPLOAD,
    NOTIFY_END_INBOUND_FLUSH,
    NOTIFY_END_OUTBOUND_FLUSH,
    STATUS_INBOUND_FLUSH,
    STATUS_OUTBOUND_FLUSH,
)
from mapix.subsystem.spooler.collecting import Collector
from mapix.subsystem.spooler.desk import Desk
from mapix.subsystem.spooler.office import Office
from mapix.subsystem.spooler.transports import Holds, LoadedTransport
from mapix.subsystem.spooler.watch import TransportWatch, tell

_log = logging.getLogger(__name__)


class Direction(NamedTuple):
    """One way of the mail: its flag of FlushQueues, its bit of a status code, and what tells of its end."""

    flag: int
    status: int
    end: int


OUTWARD: Final = Direction(FLUSH_UPLOAD, STATUS_OUTBOUND_FLUSH, NOTIFY_END_OUTBOUND_FLUSH)
INWARD: Final = Direction(FLUSH_DOWNLOAD, STATUS_INBOUND_FLUSH, NOTIFY_END_INBOUND_FLUSH)


class Board(Protocol):
    """Where the status codes of transports are shown, so that they can be read and taken back (STA-5)."""

    def raise_bits(self, uid: bytes, bits: int) -> None:
        """Set bits of PR_STATUS_CODE."""

    def clear_bits(self, uid: bytes, bits: int) -> None:
        """Take bits away."""

    def has_bits(self, uid: bytes, bits: int) -> bool:
        """Whether these bits are set; a transport takes them away to end a flush."""


class PlainBoard:
    """A board where there is no session."""

    def __init__(self) -> None:
        self.codes: dict[bytes, int] = {}

    def raise_bits(self, uid: bytes, bits: int) -> None:
        """See `Board.raise_bits`."""
        self.codes[uid] = self.codes.get(uid, 0) | bits

    def clear_bits(self, uid: bytes, bits: int) -> None:
        """See `Board.clear_bits`."""
        self.codes[uid] = self.codes.get(uid, 0) & ~bits

    def has_bits(self, uid: bytes, bits: int) -> bool:
        """See `Board.has_bits`."""
        return self.codes.get(uid, 0) & bits == bits


@dataclass(slots=True)
class Flush:
    """One request: the directions as FLUSH_* flags, neither meaning both, and one transport's uid or None for all."""

    flags: int
    target: bytes | None = None
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def directions(self) -> int:
        """The directions that are asked for."""
        return self.flags & (FLUSH_UPLOAD | FLUSH_DOWNLOAD) or FLUSH_UPLOAD | FLUSH_DOWNLOAD

    def means(self, uid: bytes) -> bool:
        """Whether a transport is to be flushed."""
        return self.target is None or self.target == uid


class Flushing:
    """Does what FlushQueues asks for, in the spooler's thread."""

    def __init__(self, office: Office, collector: Collector, watch: TransportWatch, holds: Holds, board: Board) -> None:
        self.waiting: list[Flush] = []
        self._guard = threading.Lock()
        self._is_over = False
        self._office = office
        self._collector = collector
        self._watch = watch
        self._holds = holds
        self._board = board

    def ask(self, flags: int, target: bytes | None, *, alone: bool) -> Flush:
        """Ask for a flush; with `alone` it is `Busy` while another is under way (SPL-57)."""
        asked = Flush(flags, target)
        with self._guard:
            if alone and self.waiting:
                raise Busy("the queues are being flushed")
            if self._is_over:
                asked.done.set()
            else:
                self.waiting.append(asked)
        return asked

    def begin(self) -> None:
        """Somebody works from now on."""
        with self._guard:
            self._is_over = False

    def give_up(self) -> None:
        """Nobody works any more: who waits is told, and so is whoever asks from now on."""
        with self._guard:
            self._is_over = True
            waiting, self.waiting = self.waiting, []
        for asked in waiting:
            asked.done.set()

    def run(self, transports: Sequence[LoadedTransport], desks: Sequence[Desk]) -> None:
        """Flush transport after transport (SPL-55)."""
        while self.waiting:
            asked = self.waiting[0]
            try:
                self._office.take(desks)
                if asked.directions & OUTWARD.flag:
                    self._office.hasten(desks)
                for transport in transports:
                    if asked.means(transport.uid) and self._watch.can_work(transport.uid):
                        self._flush(transport, asked, desks)
            finally:
                self.waiting.pop(0)
                asked.done.set()

    def _flush(self, transport: LoadedTransport, asked: Flush, desks: Sequence[Desk]) -> None:
        """One transport's turn; it ends a direction early by taking the bit in its status code away."""
        uid = transport.uid
        try:
            transport.logon.flush_queues(asked.flags)
        except Exception as error:
            _log.warning("the transport %s failed in flush_queues: %s", transport.name, error)
        if asked.directions & OUTWARD.flag:
            self._board.raise_bits(uid, OUTWARD.status)
            self._holds.release(uid)
            self._office.serve(desks, lambda: self._board.has_bits(uid, OUTWARD.status))
            self._over(transport, OUTWARD)
        if asked.directions & INWARD.flag:
            self._board.raise_bits(uid, INWARD.status)
            self._collector.collect_from(transport, self._office.our_stores, asked=True)
            self._over(transport, INWARD)

    def _over(self, transport: LoadedTransport, direction: Direction) -> None:
        self._board.clear_bits(transport.uid, direction.status)
        tell(transport, direction.end)
