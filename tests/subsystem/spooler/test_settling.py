"""What waits for its hooks is shown to them, though whoever delivered it did not live to do it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.spoolbench import ANN, Bench, recipient

from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import Placement
from mapix.interfaces.table import query_all_rows
from mapix.properties.content import MessageContent
from mapix.properties.flags import MSGFLAG_UNMODIFIED
from mapix.properties.tags import (
    PR_ENTRYID,
    PR_IPM_WASTEBASKET_ENTRYID,
    PR_MESSAGE_FLAGS,
    PR_SPOOLER_STATUS,
    PR_SUBJECT,
)
from mapix.subsystem.spooler.inbound import deliver
from mapix.subsystem.spooler.settling import take_up


class Dying:
    """A hook in whose middle the process ends."""

    def inbound(self, message: Message, folder: bytes) -> Placement:
        raise SystemExit


class Moving:
    def __init__(self, folder: bytes | None) -> None:
        self.folder = folder
        self.seen: list[str] = []

    def inbound(self, message: Message, folder: bytes) -> Placement:
        self.seen.append(message.get_prop(PR_SUBJECT))
        return Placement(self.folder)


CONTENT = MessageContent({PR_SUBJECT: "news", **ANN}, [recipient("ann@example.com")])


def hidden(bench: Bench) -> list[tuple[Any, ...]]:
    folder = bench.store.open_entry(bench.store.get_receive_folder("")[0])
    return query_all_rows(folder.get_contents_table(associated=True), (PR_SPOOLER_STATUS,))


def test_hooks_that_were_not_asked_to_the_end_are_asked_again(bench: Bench) -> None:
    """SPL-22, SPL-76: the delivery itself is made once."""
    with pytest.raises(SystemExit):
        deliver(bench.spooler_store, CONTENT, b"key", hooks=[Dying()])
    assert [each.get_prop(PR_SUBJECT) for each in bench.inbox()] == ["news"]
    assert deliver(bench.spooler_store, CONTENT, b"key", hooks=[Dying()]) is None
    told: list[Any] = []
    bench.spooler_store.notify_new_mail = told.append
    hook = Moving(bench.store.get_prop(PR_IPM_WASTEBASKET_ENTRYID))
    assert take_up(bench.spooler_store, [hook]) == 1
    assert (hook.seen, bench.inbox(), len(told)) == (["news"], [], 1)
    (moved,) = bench.contents(PR_IPM_WASTEBASKET_ENTRYID)
    assert moved.get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_UNMODIFIED
    assert (hidden(bench), take_up(bench.spooler_store, [hook])) == ([], 0)


def test_what_somebody_deleted_meanwhile_is_forgotten(bench: Bench) -> None:
    """SPL-22."""
    with pytest.raises(SystemExit):
        deliver(bench.spooler_store, CONTENT, b"key", hooks=[Dying()])
    folder = bench.store.open_entry(bench.store.get_receive_folder("")[0], Access.MODIFY)
    folder.delete_messages([bench.inbox()[0].get_prop(PR_ENTRYID)])
    assert take_up(bench.spooler_store, [Moving(None)]) == 1
    assert hidden(bench) == []


def test_the_spooler_takes_up_what_waits(bench: Bench) -> None:
    """SPL-22: with its first look for mail."""
    with pytest.raises(SystemExit):
        deliver(bench.spooler_store, CONTENT, b"key", hooks=[Dying()])
    hook = Moving(None)
    bench.spooler([], hooks=[hook]).pump()
    assert (hook.seen, bench.inbox(), hidden(bench)) == (["news"], [], [])


def test_who_is_second_at_a_message_leaves_it_alone(bench: Bench) -> None:
    """SPL-22: another process may have been quicker."""

    class Slow(Moving):
        def inbound(self, message: Message, folder: bytes) -> Placement:
            take_up(bench.spooler_store, [])
            return super().inbound(message, folder)

    assert deliver(bench.spooler_store, CONTENT, b"key", hooks=[Slow(None)]) is None
    assert [each.get_prop(PR_SUBJECT) for each in bench.inbox()] == ["news"]


def test_a_folder_that_is_not_there_keeps_a_message_where_it_is(bench: Bench) -> None:
    """SPL-22: it is told all the same."""
    told: list[Any] = []
    bench.spooler_store.notify_new_mail = told.append
    inbox_id = bench.store.get_receive_folder("")[0]
    lost = inbox_id[:-1] + bytes([inbox_id[-1] ^ 0xFF])
    assert deliver(bench.spooler_store, CONTENT, b"key", hooks=[Moving(lost)]) is not None
    assert [each.get_prop(PR_SUBJECT) for each in bench.inbox()] == ["news"]
    assert ([news.parent_id for news in told], hidden(bench)) == ([inbox_id], [])


def test_what_is_removed_before_it_is_told_of_was_delivered_all_the_same(bench: Bench) -> None:
    """SPL-50: whoever watches the folder may be quicker than the notification."""
    store = bench.spooler_store
    told = store.notify_new_mail
    folder = bench.store.open_entry(store.get_receive_folder("")[0], Access.MODIFY)

    def late(news: Any) -> None:
        folder.delete_messages([news.entry_id], hard=True)
        told(news)

    store.notify_new_mail = late
    assert deliver(store, CONTENT, b"key") is None
    assert bench.inbox() == []
    assert deliver(store, CONTENT, b"key") is None
    assert bench.inbox() == []
