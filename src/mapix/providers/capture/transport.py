"""The capturing transport: every recipient is reached, by files in a folder; only whom the folder refuses is not.

A delivery is named by its key: repeated after a crash it takes its own place (SPL-76).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
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
from mapix.objects.messages.content import read_content
from mapix.objects.messages.correspondents import identity, own_sender
from mapix.objects.messages.transmit import outgoing, recipient_address
from mapix.properties.content import MessageContent
from mapix.properties.correspondents import SENDER, SENT_REPRESENTING
from mapix.properties.errors import DiskError, MapiError, NoSupport, TooComplex, Unconfigured
from mapix.properties.flags import (
    STATUS_AVAILABLE,
    STATUS_FLUSH_QUEUES,
    STATUS_OUTBOUND_ENABLED,
    STATUS_VALIDATE_STATE,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_RESOURCE_METHODS,
    PR_ROWID,
    PR_STATUS_CODE,
)
from mapix.properties.times import now
from mapix.providers.capture.envelope import SUFFIX, Envelope, Refusal, read_refusals, replace_file

Row = Mapping[PropTag, Any]


class CaptureProvider(TransportProvider):
    """The provider behind the service CAPTURE."""

    def logon(self, support: TransportSupport) -> CaptureTransport:
        return CaptureTransport(support)

    def identity(self, support: TransportSupport) -> Mapping[PropTag, Any]:
        settings = support.section.settings
        return identity(settings.get("name"), settings.get("address"))


class CaptureTransport(TransportLogon):
    """One logged-on capturing transport."""

    def __init__(self, support: TransportSupport) -> None:
        settings = support.section.settings
        if not settings.get("folder"):
            raise Unconfigured("the service CAPTURE has no folder", hint="set folder to where mail is to be written")
        self._folder = Path(settings["folder"]).expanduser()
        self._sender = own_sender(settings)
        support.modify_status_row(
            {
                PR_RESOURCE_METHODS: STATUS_VALIDATE_STATE | STATUS_FLUSH_QUEUES,
                PR_STATUS_CODE: STATUS_AVAILABLE | STATUS_OUTBOUND_ENABLED,
            }
        )

    def address_types(self) -> AddressTypes:
        """Every type: nothing may find another way out."""
        return AddressTypes(None)

    def submit_message(self, submission: Submission) -> Outcome:
        """Write the message for everybody who is not refused; the others hear why."""
        try:
            refusals = read_refusals(self._folder)
            results = [_result(row, refusals) for row in submission.recipients]
            reached = {result.row_id for result in results if result.state is RecipientState.SENT}
            if reached:
                self._write(submission, [row for row in submission.recipients if row[PR_ROWID] in reached])
        except (NoSupport, TooComplex) as error:
            return Outcome(OutcomeKind.REFUSED, code=554, text=f"5.6.0 {error.text}")
        except (MapiError, OSError, ValueError) as error:
            return Outcome(OutcomeKind.WAIT, text=f"{self._folder} cannot be written: {error}")
        submission.progress([result for result in results if result.state is RecipientState.SENT])
        return Outcome(results=tuple(results))

    def validate_state(self) -> None:
        """Make the folder where it is not there, for its owner only; `DiskError`."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DiskError("the folder for mail cannot be made", value=str(self._folder)) from error

    def logoff(self) -> None:
        """There is nothing to let go of."""

    def _write(self, submission: Submission, rows: list[Row]) -> None:
        from mapix.formats.mime import SENDING, to_mime
        from mapix.formats.msg import write_msg

        self.validate_state()
        content = read_content(submission.message)
        at, message_id = now(), submission.message_id
        seen = outgoing(content, sender=self._sender, message_id=message_id, now=at)
        whole = outgoing(content, sender=self._sender, message_id=message_id, now=at, blind=True)
        file = BytesIO()
        write_msg(whole, file)
        place = self._place(submission.delivery_key)
        replace_file(place.with_suffix(".eml"), to_mime(seen, message_id=message_id, options=SENDING))
        replace_file(place.with_suffix(".msg"), file.getvalue())
        before = _recipients(place.with_suffix(SUFFIX))
        reached = dict.fromkeys((*before, *map(recipient_address, rows)))
        replace_file(place.with_suffix(SUFFIX), Envelope(_sender(seen), tuple(reached)).dump())

    def _place(self, key: bytes) -> Path:
        """Where a delivery goes: names sort by the time of the first attempt, one that is repeated keeps its own."""
        there = next(self._folder.glob(f"*-{key.hex()}.*"), None)
        return there or self._folder / f"{time.time_ns():020d}-{key.hex()}{SUFFIX}"


def _result(row: Row, refusals: Mapping[str, Refusal]) -> RecipientResult:
    refusal = refusals.get(recipient_address(row).lower())
    if refusal is None:
        return RecipientResult(row[PR_ROWID], RecipientState.SENT, 250, "written to a file")
    state = RecipientState.FAILED if refusal.code >= 500 else RecipientState.RETRY
    return RecipientResult(row[PR_ROWID], state, refusal.code, refusal.text)


def _recipients(envelope: Path) -> tuple[str, ...]:
    """Whom a message went to at an earlier attempt."""
    return Envelope.load(envelope.read_bytes()).recipients if envelope.is_file() else ()


def _sender(content: MessageContent) -> str:
    return SENDER.smtp(content.properties) or SENT_REPRESENTING.smtp(content.properties) or ""
