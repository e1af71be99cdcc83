"""Inbound mail: what a message gets on arrival, where it goes, and that it arrives once (SPL 6.9).

`arrived` says what it gets; `deliver` puts a message into a store in one durable step, after which hooks are asked
(`settling`); `fetch` takes what a polling transport has, acknowledging to its source only what is safe (SPL-76).
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final, cast

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.notify import NewMailNotification
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.spi import SpoolerHook
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.objects.messages.content import read_content, write_content
from mapix.objects.messages.correspondents import RCVD_REPRESENTING, RECEIVED_BY, SENDER, SENT_REPRESENTING
from mapix.objects.messages.transmit import recipient_kind
from mapix.properties.content import MessageContent
from mapix.properties.errors import NoSupport
from mapix.properties.flags import (
    MAPI_BCC,
    MAPI_CC,
    MAPI_TO,
    MSGFLAG_FROMME,
    MSGFLAG_NRN_PENDING,
    MSGFLAG_RN_PENDING,
    MSGFLAG_UNMODIFIED,
)
from mapix.properties.restriction import Property, Relop
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CLIENT_SUBMIT_TIME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_MESSAGE_CC_ME,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_RECIP_ME,
    PR_MESSAGE_TO_ME,
    PR_NON_RECEIPT_NOTIFICATION_REQUESTED,
    PR_PROVIDER_SUBMIT_TIME,
    PR_READ_RECEIPT_REQUESTED,
    PR_REPLY_RECIPIENT_ENTRIES,
    PR_REPLY_RECIPIENT_NAMES,
    PR_SEARCH_KEY,
    PR_SMTP_ADDRESS,
    PR_SPOOLER_STATUS,
)
from mapix.properties.times import now
from mapix.subsystem.spooler.settling import Arrival, arrival_of, marked, of_interest, tell
from mapix.subsystem.spooler.transports import LoadedTransport

DEFAULT_CLASS: Final = "IPM.Note"
MOST_AT_ONCE: Final = 1000
"""Messages taken from a transport that said there is mail before it is asked whether there is more."""
_ARRIVING: Final = 1
"""PR_SPOOLER_STATUS of a message that a transport is filling."""

_log = logging.getLogger(__name__)


def arrived(content: MessageContent, moment: int, me: Mapping[PropTag, Any]) -> MessageContent:
    """`content` with the properties of an incoming message (SPL-51, M-002); nothing that is there is replaced.

    `me` holds PR_SENDER_* of the logged-on user, `moment` is the time of arrival (FILETIME).
    """
    props = dict(content.properties)
    props.setdefault(PR_MESSAGE_CLASS, DEFAULT_CLASS)
    props.setdefault(PR_MESSAGE_DELIVERY_TIME, moment)
    props.setdefault(PR_CLIENT_SUBMIT_TIME, props.get(PR_PROVIDER_SUBMIT_TIME, moment))
    for mine, other in ((SENT_REPRESENTING, SENDER), (SENDER, SENT_REPRESENTING), (RCVD_REPRESENTING, RECEIVED_BY)):
        if not mine.is_set(props):
            props |= mine.taken_from(props, other)
    if PR_REPLY_RECIPIENT_ENTRIES not in props and (sender := props.get(SENT_REPRESENTING.entry_id)):
        props[PR_REPLY_RECIPIENT_ENTRIES] = flat_entry_list([sender])
        props[PR_REPLY_RECIPIENT_NAMES] = props.get(SENT_REPRESENTING.name, "")
    props |= _named(props, content.recipients)
    props |= {PR_MESSAGE_FLAGS: _flags(props, me), PR_SPOOLER_STATUS: 0}
    return replace(content, properties=props)


def flat_entry_list(entry_ids: Sequence[bytes]) -> bytes:
    """A FLATENTRYLIST: count, size, then each identifier with its length, padded to four bytes."""
    entries = b"".join(struct.pack("<I", len(each)) + each + bytes(-len(each) % 4) for each in entry_ids)
    return struct.pack("<II", len(entry_ids), len(entries)) + entries


def deliver(
    store: MsgStore,
    content: MessageContent,
    key: bytes,
    *,
    hooks: Sequence[SpoolerHook] = (),
    identity: Mapping[PropTag, Any] | None = None,
) -> bytes | None:
    """Put a message into its receive folder, once for each `key`, have the hooks place it, and tell the store's sinks.

    One durable step, so that a delivery repeated after a crash is recognised. Hooks are asked after it, with nothing
    locked: never call this inside a transaction. The entry id, or None when it was made before or a hook took the
    message away.
    """
    asked = of_interest(hooks)
    with store.transaction():
        if not first_time(store, key):
            return None
        arrival = put(store, content, hooks=asked, identity=identity or {})
    return tell(store, arrival, asked)


def first_time(store: MsgStore, key: bytes) -> bool:
    """Whether the delivery `key` is new; a store that does not remember deliveries always says yes."""
    try:
        return store.mark_delivered(key)
    except NoSupport:
        return True


def put(
    store: MsgStore, content: MessageContent, *, hooks: Sequence[SpoolerHook], identity: Mapping[PropTag, Any]
) -> Arrival:
    """Write a message into the receive folder of its class, marked where `hooks` are to see it; `tell` comes after the
    transaction.
    """
    full = arrived(content, now(), identity)
    folder_id, _ = store.get_receive_folder(full.properties[PR_MESSAGE_CLASS])
    folder = cast(MapiFolder, store.open_entry(folder_id, Access.MODIFY))
    message = folder.create_message()
    write_content(full, message)
    message.save_changes(Keep.READWRITE)
    arrival = arrival_of(message, folder_id)
    message.close()
    return marked(store, arrival, hooks)


def fetch(
    store: MsgStore,
    transport: LoadedTransport,
    *,
    hooks: Sequence[SpoolerHook] = (),
    identity: Mapping[PropTag, Any] | None = None,
    told: bool = False,
    go_on: Callable[[], bool] = lambda: True,
) -> int:
    """Take what a transport has waiting; how many messages (SPL 6.9 steps 1 to 5, SPL-52).

    With `told` the transport said itself that there is mail: it is asked for messages until it saves none. No further
    one is begun once `go_on` says no.

    The transport fills a message that nobody sees, in the associated contents of the Inbox, marked by its
    PR_SPOOLER_STATUS. It becomes mail and goes in one step; what a crash left of it is removed at the next fetch.
    """
    folder_id, _ = store.get_receive_folder("")
    folder = cast(MapiFolder, store.open_entry(folder_id, Access.MODIFY))
    _clear_away(folder)
    count = 0
    while go_on() and ((told and count < MOST_AT_ONCE) or transport.logon.poll()):
        message = folder.create_message(associated=True)
        message.set_props({PR_SPOOLER_STATUS: _ARRIVING})
        try:
            token = transport.logon.start_message(message)
            if token is None:
                break
            _take(store, folder, message, sha256(transport.uid + token).digest(), hooks, identity or {})
            transport.logon.accept_message(token)
        finally:
            message.close()
        count += 1
    return count


def settle_received(store: MsgStore, news: NewMailNotification, hooks: Sequence[SpoolerHook]) -> None:
    """A message that the store wrote itself: the hooks place it, then the store's sinks are told (SPL-50)."""
    asked = of_interest(hooks)
    with store.transaction():
        message = cast(Message, store.open_entry(news.entry_id, Access.MODIFY))
        message.set_props({PR_SPOOLER_STATUS: 0})
        message.save_changes(Keep.READWRITE)
        arrival = marked(store, arrival_of(message, news.parent_id), asked)
        message.close()
    tell(store, arrival, asked)


def _clear_away(folder: MapiFolder) -> None:
    """Remove what former fetches left half done."""
    half_done = Property(Relop.EQ, PR_SPOOLER_STATUS, _ARRIVING)
    table = folder.get_contents_table(associated=True)
    if rows := query_all_rows(table, (PR_ENTRYID,), half_done):
        folder.delete_messages([entry_id for (entry_id,) in rows], hard=True)


def _take(
    store: MsgStore,
    folder: MapiFolder,
    message: Message,
    key: bytes,
    hooks: Sequence[SpoolerHook],
    identity: Mapping[PropTag, Any],
) -> None:
    """A message the transport saved becomes mail of its class in the Inbox; one offered again goes away."""
    asked = of_interest(hooks)
    with store.transaction():
        entry_id = message.get_prop(PR_ENTRYID)
        content = read_content(message)
        folder.delete_messages([entry_id], hard=True)
        arrival = put(store, content, hooks=asked, identity=identity) if first_time(store, key) else None
    if arrival is not None:
        tell(store, arrival, asked)


def _named(props: Mapping[PropTag, Any], rows: Iterable[Mapping[PropTag, Any]]) -> dict[PropTag, Any]:
    """PR_MESSAGE_TO_ME, _CC_ME and _RECIP_ME: whether the receiver stands in the list himself."""
    address = RECEIVED_BY.smtp(props).casefold()
    key = props.get(RECEIVED_BY.search_key)
    if not address and not key:
        return {}
    kinds = {
        recipient_kind(row)
        for row in rows
        if (key and row.get(PR_SEARCH_KEY) == key)
        or (address and address in (row.get(tag, "").casefold() for tag in (PR_EMAIL_ADDRESS, PR_SMTP_ADDRESS)))
    }
    named = {PR_MESSAGE_TO_ME: MAPI_TO in kinds, PR_MESSAGE_CC_ME: MAPI_CC in kinds}
    return {**named, PR_MESSAGE_RECIP_ME: bool(kinds & {MAPI_TO, MAPI_CC, MAPI_BCC}) or PR_MESSAGE_RECIP_ME in props}


def _flags(props: Mapping[PropTag, Any], me: Mapping[PropTag, Any]) -> int:
    """Unread and unmodified; from me when its receiver sent it; reports owed (RP-005)."""
    flags = MSGFLAG_UNMODIFIED
    mine = props.get(RECEIVED_BY.search_key) or me.get(SENDER.search_key)
    if mine and mine == props.get(SENDER.search_key):
        flags |= MSGFLAG_FROMME
    if props.get(PR_READ_RECEIPT_REQUESTED):
        flags |= MSGFLAG_RN_PENDING
    if props.get(PR_NON_RECEIPT_NOTIFICATION_REQUESTED):
        flags |= MSGFLAG_NRN_PENDING
    return flags
