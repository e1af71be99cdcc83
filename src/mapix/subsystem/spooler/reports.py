"""Reports to the sender: delivered to the Inbox once, whatever crashes in between (SPL-66..SPL-68, RP-003, RP-012)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, cast

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.spi import SpoolerHook
from mapix.interfaces.store import MsgStore
from mapix.objects.messages.content import read_content, recipient_rows, write_content
from mapix.objects.messages.correspondents import SENDER, SENT_REPRESENTING
from mapix.properties.content import MessageContent
from mapix.properties.entryid import OneOff, is_one_off, search_key
from mapix.properties.errors import MapiError, UnknownEntryid
from mapix.properties.flags import MAPI_TO
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DELETE_AFTER_SUBMIT,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED,
    PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED,
    PR_RECIPIENT_TYPE,
    PR_RECORD_KEY,
    PR_REPORT_ENTRYID,
    PR_REPORT_NAME,
    PR_REPORT_TIME,
    PR_ROWID,
)
from mapix.properties.times import now
from mapix.subsystem.spooler.inbound import first_time, put
from mapix.subsystem.spooler.reportcontent import Kind, Rows, owed, report_content
from mapix.subsystem.spooler.settling import Arrival, of_interest, tell

_log = logging.getLogger(__name__)
ABOUT_REPORTS: Final = (
    PR_MESSAGE_CLASS,
    PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED,
    PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED,
)
"""What a message says of the reports it wants."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Delivers reports to the sender.

    `default_store` is where they go when it is another store than the message's own, `identity` gives PR_SENDER_* of
    the user. Every recipient's report has a key of its own, remembered by the store that takes it in the same step.
    """

    default_store: Callable[[], MsgStore | None]
    identity: Callable[[], Mapping[PropTag, Any]]
    hooks: Sequence[SpoolerHook] = ()

    def report(
        self, store: MsgStore, message: Message, props: Mapping[PropTag, Any], rows: Rows, submission: bytes
    ) -> dict[int, dict[PropTag, Any]]:
        """Deliver what is owed for `rows` of `message`; what is to be recorded of them, by row.

        `props` holds the message's `ABOUT_REPORTS`, `submission` names this submission of it, so that a repeated
        attempt is recognised.
        """
        due = {kind: found for kind in Kind if (found := owed(kind, props, rows))}
        if not due:
            return {}
        original = read_content(message)
        moment = now()
        for kind, found in due.items():
            self._deliver(self._target(store), kind, original, found, moment, submission)
        return {row[PR_ROWID]: {PR_REPORT_TIME: moment} for found in due.values() for row in found}

    def _deliver(
        self, target: MsgStore, kind: Kind, original: MessageContent, rows: Rows, moment: int, submission: bytes
    ) -> None:
        arrival, hooks = None, of_interest(self.hooks)
        with target.transaction():
            new = [row for row in rows if first_time(target, report_key(kind, submission, row))]
            if new:
                me = self.identity()
                key = report_key(kind, submission, new[0])[:16]
                content = report_content(kind, original, new, moment, to=me or original.properties, key=key)
                arrival = self._put(target, original.properties, content, me, hooks)
        if arrival is not None:
            tell(target, arrival, hooks)

    def _put(
        self,
        target: MsgStore,
        original: Mapping[PropTag, Any],
        content: MessageContent,
        me: Mapping[PropTag, Any],
        hooks: Sequence[SpoolerHook],
    ) -> Arrival | None:
        """Into the Inbox, or on its way to PR_REPORT_ENTRYID where that is somebody else (RP-003).

        A report that cannot go there is the sender's.
        """
        reader = original.get(PR_REPORT_ENTRYID)
        try:
            if reader and not _is_sender(reader, original, me):
                with target.transaction():
                    _send_on(target, content, reader, original.get(PR_REPORT_NAME, ""))
                return None
        except MapiError as error:
            _log.warning("a report cannot go to whom it was asked for, its message's sender gets it: %s", error)
        return put(target, content, hooks=hooks, identity=me)

    def _target(self, store: MsgStore) -> MsgStore:
        """The default store; the message's own object where that is the same store, or there is no other."""
        default = self.default_store()
        return store if default is None or same_store(store, default) else default


def same_store(one: MsgStore, other: MsgStore) -> bool:
    """Whether two objects are logons to one store."""
    return one is other or one.get_prop(PR_RECORD_KEY) == other.get_prop(PR_RECORD_KEY)


def report_key(kind: Kind, submission: bytes, row: Mapping[PropTag, Any]) -> bytes:
    """The delivery key of one recipient's report."""
    return sha256(f"{kind.value} {row[PR_ROWID]} ".encode() + submission).digest()


def _is_sender(entry_id: bytes, original: Mapping[PropTag, Any], me: Mapping[PropTag, Any]) -> bool:
    own = {
        props[role.entry_id]
        for props in (original, me)
        for role in (SENDER, SENT_REPRESENTING)
        if role.entry_id in props
    }
    if entry_id in own:
        return True
    keys = {props.get(SENDER.search_key) for props in (original, me)}
    if not is_one_off(entry_id):
        return False
    one_off = OneOff.load(entry_id)
    return search_key(one_off.address_type, one_off.address) in keys


def _send_on(target: MsgStore, content: MessageContent, reader: bytes, name: str) -> None:
    """Submit a report to somebody else; it leaves no copy, and nothing is ever reported of it."""
    outbox = target.get_prop(PR_IPM_OUTBOX_ENTRYID)
    folder = cast(MapiFolder, target.open_entry(outbox, Access.MODIFY))
    row = {PR_ENTRYID: reader, PR_DISPLAY_NAME: name, PR_RECIPIENT_TYPE: MAPI_TO}
    if is_one_off(reader):
        one_off = OneOff.load(reader)
        row |= {PR_ADDRTYPE: one_off.address_type, PR_EMAIL_ADDRESS: one_off.address}
        row[PR_DISPLAY_NAME] = name or one_off.name
    message = folder.create_message()
    props = {**content.properties, PR_DELETE_AFTER_SUBMIT: True}
    write_content(MessageContent(props, [row], content.attachments, content.names), message)
    message.save_changes(Keep.READWRITE)
    entry_id = message.get_prop(PR_ENTRYID)
    message.submit_message()
    sent = cast(Message, target.open_entry(entry_id))
    if not all(row.get(PR_EMAIL_ADDRESS) for row in recipient_rows(sent)):
        raise UnknownEntryid("nobody can be reached under this identifier", value=reader)
