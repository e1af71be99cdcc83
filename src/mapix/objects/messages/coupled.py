"""Tightly coupled stores: what is submitted goes to the transport of the same server at once (SPL-2, ST-072).

The message is in the queue all the while, and not due, so that a crash leaves it to the spooler: at worst somebody is
sent to again whose acknowledgement was not recorded.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.prop import Access
from mapix.interfaces.transport import (
    Coupling,
    OutcomeKind,
    RecipientResult,
    RecipientState,
    Submission,
    TransportLogon,
)
from mapix.objects.messages.messageobject import MessageObject
from mapix.objects.messages.messagesave import save_submission
from mapix.objects.messages.naming import submission_key
from mapix.properties.errors import MapiError, NoSupport
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_DELIVER_TIME, PR_INTERNET_MESSAGE_ID, PR_RESPONSIBILITY
from mapix.properties.times import TICKS_PER_SECOND, now

if TYPE_CHECKING:
    from mapix.interfaces.store import MsgStore
    from mapix.objects.stores.context import StoreContext
    from mapix.objects.stores.outgoing import StoreQueue

HOLD: Final = 600 * TICKS_PER_SECOND
"""FILETIME ticks for which the spooler leaves a message alone that its store sends, and may not live to finish."""

_log = logging.getLogger(__name__)
Row = dict[PropTag, Any]


@dataclass(slots=True)
class CoupledSending:
    """What a store sends by itself."""

    store: MsgStore
    context: StoreContext
    queue: StoreQueue
    coupling: Coupling

    def transport_for(self, rows: Sequence[Row]) -> TransportLogon | None:
        """The transport, where it is logged on and takes somebody of `rows`."""
        transport = self.coupling.transport()
        return transport if transport is not None and _mine(transport, rows) else None

    def submit(self, transport: TransportLogon, message: MessageObject, rows: list[Row], values: Row, due: int) -> bool:
        """Queue a message, and send it to whom the transport takes; whether the spooler is to go on."""
        save_submission(message, rows, values, now() + HOLD)
        _Turn(self, transport, message.number, due).go()
        there = self.context.backend.message(message.number).recipients()
        return any(not row.get(PR_RESPONSIBILITY) for row in there) or not self._finish(message.number)

    def _finish(self, number: int) -> bool:
        """Everybody has it: the sent-mail step, by the spooler or by the store; whether that is seen to (SPL-26)."""
        entry_id = self.context.ids.message(number)
        try:
            if not (self.coupling.completes and self._completes(entry_id)):
                self.queue.finish(entry_id)
        except MapiError as error:
            _log.warning("a message that was sent is left to the spooler: %s", error)
            return False
        return True

    def _completes(self, entry_id: bytes) -> bool:
        try:
            self.context.support.complete_msg(entry_id)
        except NoSupport:
            return False
        return True


@dataclass(slots=True)
class _Turn:
    """One message at the transport."""

    sending: CoupledSending
    transport: TransportLogon
    number: int
    due: int

    def go(self) -> None:
        """Whatever happens, the message is the spooler's afterwards, with what the transport acknowledged."""
        message = MessageObject(self._context, self._context.backend.message(self.number), Access.READ)
        try:
            outcome = self.transport.submit_message(self._submission(message))
            if outcome.kind in (OutcomeKind.DONE, OutcomeKind.AGAIN):
                self._record(outcome.results)
        except Exception as error:
            _log.warning("the transport of a store failed, the spooler goes on: %s", error, exc_info=True)
        finally:
            message.close()
            self._put(due=self.due)

    @property
    def _context(self) -> StoreContext:
        return self.sending.context

    def _submission(self, message: MessageObject) -> Submission:
        (row,) = self._context.backend.queue(number=self.number)
        entry_id = self._context.ids.message(self.number)
        return Submission(
            message=message,
            store=self.sending.store,
            recipients=tuple(_mine(self.transport, message.recipients())),
            message_id=message.get_prop(PR_INTERNET_MESSAGE_ID),
            delivery_key=submission_key(entry_id, row.submit_time),
            attempt=1,
            progress=self._record,
            entry_id=entry_id,
        )

    def _record(self, results: Sequence[RecipientResult]) -> None:
        """Who was sent to is nobody's any more; the rest is the spooler's to try and to report."""
        done = {PR_RESPONSIBILITY: True, PR_DELIVER_TIME: now()}
        rows = {each.row_id: done for each in results if each.state is RecipientState.SENT}
        if rows:
            self._put(rows, due=now() + HOLD)

    def _put(self, rows: Mapping[int, Row] | None = None, *, due: int) -> None:
        self._context.backend.record(self.number, rows or {}, due=due, attempts=0, reason="")


def _mine(transport: TransportLogon, rows: Sequence[Row]) -> list[Row]:
    types = transport.address_types()
    return [row for row in rows if not row.get(PR_RESPONSIBILITY) and types.take(row)]
