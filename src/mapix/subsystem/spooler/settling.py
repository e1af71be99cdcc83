"""Hooks at mail that arrived: asked when it lies in its folder, with nothing locked, before anybody is told (SPL-22).

A mark in the associated contents of the Inbox is written in the step that delivers the message, and goes in the step
that does what the hooks said. So a message whose hooks were not asked to the end, because the process died, is shown
to them again by the next spooler of the store (`take_up`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final, cast

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.notify import Event, NewMailNotification
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.spi import SpoolerHook
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import MapiError, NotFound, ObjectDeleted
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import (
    PR_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_ORIGINAL_ENTRYID,
    PR_PARENT_ENTRYID,
    PR_SPOOLER_STATUS,
)
from mapix.subsystem.spooler.hooking import placed

_WAITS: Final = 2
"""PR_SPOOLER_STATUS of a mark: the message it names waits for its hooks."""

_GONE: Final = (NotFound, ObjectDeleted)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that lies in its folder, what its store is to be told of it, and the mark that it waits for hooks."""

    entry_id: bytes
    news: NewMailNotification
    mark: bytes | None = None


def of_interest(hooks: Sequence[SpoolerHook]) -> list[SpoolerHook]:
    """Those of `hooks` that want to see what arrives."""
    return [hook for hook in hooks if getattr(hook, "wants_inbound", True)]


def marked(store: MsgStore, arrival: Arrival, hooks: Sequence[SpoolerHook]) -> Arrival:
    """`arrival` with a mark, where hooks want to see it; in the transaction that delivers it."""
    if not hooks:
        return arrival
    mark = _inbox(store).create_message(associated=True)
    mark.set_props({PR_SPOOLER_STATUS: _WAITS, PR_ORIGINAL_ENTRYID: arrival.entry_id})
    mark.save_changes(Keep.READWRITE)
    mark_id = mark.get_prop(PR_ENTRYID)
    mark.close()
    return replace(arrival, mark=mark_id)


def tell(store: MsgStore, arrival: Arrival, hooks: Sequence[SpoolerHook]) -> bytes | None:
    """Have hooks place a message that is marked, then tell the store's sinks of it; never inside a transaction.

    Its entry id, or None when a hook took it away, or somebody else was quicker: whoever watches the folder may have
    removed it before it is told of.
    """
    settled = _settle(store, arrival, hooks) if arrival.mark is not None else arrival
    if settled is None:
        return None
    try:
        store.notify_new_mail(settled.news)
    except _GONE:
        return None
    return settled.entry_id


def take_up(store: MsgStore, hooks: Sequence[SpoolerHook]) -> int:
    """Show hooks the messages that somebody did not live to show them; how many there were."""
    waiting = Property(Relop.EQ, PR_SPOOLER_STATUS, _WAITS)
    table = _inbox(store).get_contents_table(associated=True)
    rows = query_all_rows(table, (PR_ENTRYID, PR_ORIGINAL_ENTRYID), waiting)
    for mark, entry_id in rows:
        try:
            tell(store, _found(store, entry_id, mark), hooks)
        except _GONE:
            _unmark(store, mark)
        except MapiError as error:
            _log.warning("a message that arrived waits for its hooks: %s", error)
    return len(rows)


def arrival_of(message: Message, folder_id: bytes) -> Arrival:
    """What is told of a message that lies in a folder."""
    props = message.get_props((PR_ENTRYID, PR_MESSAGE_CLASS, PR_MESSAGE_FLAGS))
    flags = props.get(PR_MESSAGE_FLAGS, 0)
    news = NewMailNotification(Event.NEW_MAIL, props[PR_ENTRYID], folder_id, props.get(PR_MESSAGE_CLASS, ""), flags)
    return Arrival(props[PR_ENTRYID], news)


def _settle(store: MsgStore, arrival: Arrival, hooks: Sequence[SpoolerHook]) -> Arrival | None:
    """Ask the hooks, and do what they say in one step with the end of the mark; None where the mark is gone already."""
    entry_id, folder_id = arrival.entry_id, arrival.news.parent_id
    target = placed(hooks, lambda: _opened(store, entry_id, Access.MODIFY), folder_id)
    assert arrival.mark is not None
    with store.transaction():
        try:
            present = _found(store, entry_id, arrival.mark) if _unmark(store, arrival.mark) else None
        except _GONE:
            return None
        if present is None:
            return None
        folder = cast(MapiFolder, store.open_entry(present.news.parent_id, Access.MODIFY))
        if target is None:
            folder.delete_messages([entry_id], hard=True)
            return None
        if target == folder_id or not _moved(store, folder, entry_id, target):
            return present
    return replace(present, news=replace(present.news, parent_id=target))


def _moved(store: MsgStore, folder: MapiFolder, entry_id: bytes, target: bytes) -> bool:
    """Move a message where a hook wants it; it stays where it is when that cannot be had."""
    try:
        folder.copy_messages([entry_id], cast(MapiFolder, store.open_entry(target, Access.MODIFY)), move=True)
    except MapiError as error:
        _log.warning("a message cannot go where a hook wants it, it stays where it is: %s", error)
        return False
    return True


def _found(store: MsgStore, entry_id: bytes, mark: bytes) -> Arrival:
    """The arrival of a message as it lies now; `NotFound` when it is gone."""
    with _opened(store, entry_id, Access.READ) as message:
        return replace(arrival_of(message, message.get_prop(PR_PARENT_ENTRYID)), mark=mark)


def _unmark(store: MsgStore, mark: bytes) -> bool:
    """Take a mark away; whether it was there."""
    try:
        with _opened(store, mark, Access.READ):
            pass
    except _GONE:
        return False
    _inbox(store).delete_messages([mark], hard=True)
    return True


@contextmanager
def _opened(store: MsgStore, entry_id: bytes, access: Access) -> Iterator[Message]:
    message = cast(Message, store.open_entry(entry_id, access))
    try:
        yield message
    finally:
        message.close()


def _inbox(store: MsgStore) -> MapiFolder:
    return cast(MapiFolder, store.open_entry(store.get_receive_folder("")[0], Access.MODIFY))
