"""Mail that somebody told of is fetched, whatever was in the way just then, and its hooks see it."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import Any

import pytest
from tests.spoolbench import ANN, Bench, Scripted
from tests.subsystem.spooler.states import SLOW
from tests.subsystem.spooler.test_worker_fetching import Mailbag
from tests.subsystem.spooler.waiting import wait_for

from mapix.interfaces.notify import Event, NewMailNotification
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import Placement
from mapix.properties.errors import Busy, DiskError
from mapix.properties.flags import FLUSH_UPLOAD, NOTIFY_NEWMAIL
from mapix.properties.tags import PR_ENTRYID, PR_SUBJECT
from mapix.subsystem.spooler import collecting, desk, inbound


class Teller(Mailbag):
    """Does not poll; says itself that there is mail."""

    logon_flags = 0

    def poll(self) -> bool:
        return False

    def start_message(self, message: Any) -> bytes | None:
        return super().start_message(message) if self.waiting else None


def subjects(bench: Bench) -> list[str]:
    return sorted(each.get_prop(PR_SUBJECT) for each in bench.inbox())


def test_news_that_met_a_store_in_trouble_is_news_still(bench, monkeypatch):
    """SPL-43, SPL-52."""
    monkeypatch.setattr(collecting, "FETCH_SOON", 0.0)
    teller = Teller("one", "two")
    spooler = bench.spooler([teller])
    spooler.pump()
    deliver, errors = inbound.put, [DiskError("the disk is gone")]

    def failing(*args, **how):
        if errors:
            raise errors.pop()
        return deliver(*args, **how)

    monkeypatch.setattr(inbound, "put", failing)
    spooler.transport_says(b"transport 0", NOTIFY_NEWMAIL)
    spooler.pump()
    assert (errors, subjects(bench)) == ([], [])
    spooler.pump()
    assert (subjects(bench), teller.accepted) == (["one", "two"], [b"one", b"two"])


def test_more_news_than_is_taken_at_once_is_taken_in_turns(bench, monkeypatch):
    """SPL-43."""
    for module in (inbound, collecting):
        monkeypatch.setattr(module, "MOST_AT_ONCE", 2)
    teller = Teller(*"abcde")
    spooler = bench.spooler([teller])
    spooler.pump()
    spooler.transport_says(b"transport 0", NOTIFY_NEWMAIL)
    for taken in (2, 4, 5, 5):
        spooler.pump()
        assert len(subjects(bench)) == taken


def test_who_takes_over_the_role_fetches_at_once(bench, monkeypatch):
    """SPL-76: what it did while another one was the spooler was no fetching."""
    monkeypatch.setattr(desk, "APPLY", 0.0)
    spooler = bench.spooler([Mailbag("one")])
    with closing(bench.open(spooler=True)) as rival:
        assert rival.outgoing.become_spooler()
        spooler.pump()
        assert subjects(bench) == []
    spooler.pump()
    assert subjects(bench) == ["one"]


def test_a_spooler_that_is_to_stop_begins_no_other_message(bench):
    """SPL-75: the rest stays with its source."""
    begun = threading.Event()

    class Slow(Mailbag):
        def accept_message(self, token):
            super().accept_message(token)
            begun.set()
            assert wait_for(lambda: spooler.is_stopping)

    bag = Slow("one", "two", "three")
    spooler = bench.spooler([bag])
    spooler.start()
    assert begun.wait(60)
    assert spooler.stop(60)
    assert (bag.waiting, subjects(bench)) == (["two", "three"], ["one"])


def arrived(bench: Bench) -> NewMailNotification:
    """A message that the store wrote into its Inbox by itself."""
    place = bench.store.get_receive_folder("")[0]
    message = bench.store.open_entry(place, Access.MODIFY).create_message()
    message.set_props({PR_SUBJECT: "came by itself", **ANN})
    message.save_changes()
    return NewMailNotification(Event.NEW_MAIL, message.get_prop(PR_ENTRYID), place, "IPM.Note", 0)


class Seeing:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def inbound(self, message: Any, folder: bytes) -> Placement:
        self.seen.append(message.get_prop(PR_SUBJECT))
        return Placement(folder)


def test_what_a_store_received_is_seen_to_though_the_store_is_busy_for_a_moment(bench, monkeypatch):
    """SPL-50, SPL-22."""
    hook, errors = Seeing(), [Busy("another process keeps the store for itself")]
    spooler = bench.spooler([Scripted()], hooks=[hook])
    opened = bench.spooler_store.open_entry

    def failing(*args, **how):
        if errors:
            raise errors.pop()
        return opened(*args, **how)

    spooler.pump()
    spooler.mail_received(lambda: bench.spooler_store, arrived(bench))
    monkeypatch.setattr(type(bench.spooler_store), "open_entry", lambda self, *args, **how: failing(*args, **how))
    spooler.pump()
    assert (hook.seen, errors) == ([], [])
    spooler.pump()
    assert hook.seen == ["came by itself"]


def test_what_a_store_received_just_before_the_end_is_seen_to(bench):
    """SPL-50, SPL-22: nobody would show it to the hooks later."""
    hook = Seeing()
    spooler = bench.spooler([Scripted()], hooks=[hook])
    spooler.mail_received(lambda: bench.spooler_store, arrived(bench))
    spooler.stop(60)
    assert hook.seen == ["came by itself"]


def test_a_spooler_that_has_stopped_takes_no_role_and_keeps_nobody_waiting(bench):
    """SPL-55, SPL-76: whoever was about to ask it meanwhile is answered."""
    bench.submit()
    transport = Scripted()
    spooler = bench.spooler([transport], pace=SLOW)
    spooler.start()
    assert wait_for(lambda: not bench.queue())
    assert spooler.stop(60)
    bench.submit()
    assert not spooler.pump()
    spooler.wake(ready=True)
    assert not spooler.pump()
    waited = threading.Thread(target=lambda: spooler.flush_queues(FLUSH_UPLOAD, timeout=600), daemon=True)
    waited.start()
    waited.join(30)
    assert not waited.is_alive()
    with closing(bench.open(spooler=True)) as rival:
        assert rival.outgoing.become_spooler()
    assert (len(transport.asked), len(bench.queue())) == (1, 1)


def test_transports_that_cannot_be_named_at_the_end_keep_no_role(bench):
    """SPL-76, SPL-40: the transport that was told of the beginning is told of the end."""
    named = [True]
    transport = Scripted()
    spooler = bench.spooler([transport])
    inner = spooler._transports

    def transports():
        if not named[0]:
            raise DiskError("the profile cannot be read")
        return inner()

    told: list[int] = []
    transport.transport_notify = told.append
    spooler._transports = spooler._office._transports = spooler._watch._transports = transports
    spooler.pump()
    named[0] = False
    spooler.stop(60)
    assert len(told) == 2
    with closing(bench.open(spooler=True)) as rival:
        assert rival.outgoing.become_spooler()


@pytest.mark.parametrize("asked", [None, b"transport 0"])
def test_a_flush_that_is_under_way_as_the_spooler_stops_is_over(bench, asked):
    """SPL-55."""
    spooler = bench.spooler([Scripted()])
    request = spooler._flushing.ask(FLUSH_UPLOAD, asked, alone=False)
    spooler.stop(60)
    assert request.done.is_set()
