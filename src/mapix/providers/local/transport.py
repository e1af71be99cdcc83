"""The local transport: from one store to others of the same store server, found by SMTP address.

A delivery carries the message's delivery key: repeated after a crash it is recognised and counts as made (SPL-76).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from mapix.interfaces.spi import (
    AddressTypes,
    Outcome,
    OutcomeKind,
    RecipientResult,
    RecipientState,
    Submission,
    TransportLogon,
    TransportProvider,
    TransportSupport,
)
from mapix.interfaces.store import MsgStore
from mapix.objects.messages.content import read_content
from mapix.objects.messages.correspondents import identity, own_sender
from mapix.objects.messages.transmit import outgoing, recipient_address, recipient_kind
from mapix.properties.content import MessageContent
from mapix.properties.correspondents import RECEIVED_BY
from mapix.properties.errors import MapiError
from mapix.properties.flags import (
    MAPI_BCC,
    STATUS_AVAILABLE,
    STATUS_FLUSH_QUEUES,
    STATUS_OUTBOUND_ENABLED,
    STATUS_VALIDATE_STATE,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_MESSAGE_RECIP_ME,
    PR_RESOURCE_METHODS,
    PR_ROWID,
    PR_STATUS_CODE,
)
from mapix.properties.times import now

Row = Mapping[PropTag, Any]


class LocalProvider(TransportProvider):
    """The provider behind the service LOCAL."""

    def logon(self, support: TransportSupport) -> LocalTransport:
        return LocalTransport(support)

    def identity(self, support: TransportSupport) -> Mapping[PropTag, Any]:
        settings = support.section.settings
        return identity(settings.get("name"), settings.get("address"))


class LocalTransport(TransportLogon):
    """One logged-on local transport."""

    connects = False

    def __init__(self, support: TransportSupport) -> None:
        self._support = support
        self._sender = own_sender(support.section.settings)
        support.modify_status_row(
            {
                PR_RESOURCE_METHODS: STATUS_VALIDATE_STATE | STATUS_FLUSH_QUEUES,
                PR_STATUS_CODE: STATUS_AVAILABLE | STATUS_OUTBOUND_ENABLED,
            }
        )

    def address_types(self) -> AddressTypes:
        return AddressTypes(("SMTP",))

    def submit_message(self, submission: Submission) -> Outcome:
        """Deliver to everybody who has a mailbox here, one after the other; the others are declined."""
        sent: MessageContent | None = None
        results = []
        for row in submission.recipients:
            try:
                mailbox = submission.store.open_mailbox(recipient_address(row))
            except MapiError as error:
                results.append(_later(row, error))
                continue
            if mailbox is None:
                results.append(RecipientResult(row[PR_ROWID], RecipientState.DECLINED))
                continue
            with closing(mailbox):
                sent = sent or self._outgoing(submission)
                result = self._deliver(submission, sent, row, mailbox)
            if result.state is RecipientState.SENT:
                submission.progress([result])
            results.append(result)
        if all(result.state is RecipientState.DECLINED for result in results):
            return Outcome(OutcomeKind.NOT_ME)
        return Outcome(results=tuple(results))

    def logoff(self) -> None:
        """There is nothing to let go of."""

    def _outgoing(self, submission: Submission) -> MessageContent:
        content = read_content(submission.message)
        return outgoing(content, sender=self._sender, message_id=submission.message_id, now=now())

    def _deliver(self, submission: Submission, sent: MessageContent, row: Row, mailbox: MsgStore) -> RecipientResult:
        received = RECEIVED_BY.filled(row.get(PR_DISPLAY_NAME, ""), recipient_address(row))
        if recipient_kind(row) == MAPI_BCC:
            received[PR_MESSAGE_RECIP_ME] = True
        try:
            content = replace(sent, properties=sent.properties | received)
            self._support.deliver(mailbox, content, submission.delivery_key)
        except MapiError as error:
            return _later(row, error)
        return RecipientResult(row[PR_ROWID], RecipientState.SENT, 250, "delivered to a mailbox here")


def _later(row: Row, error: MapiError) -> RecipientResult:
    return RecipientResult(row[PR_ROWID], RecipientState.RETRY, text=error.text or str(error))
