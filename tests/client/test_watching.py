"""Watching folders through the typed face."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import mapix
from mapix.cli.spooler import _subject
from mapix.client.watching import Change, FolderEvent, FolderWatch
from mapix.properties.entryid import ObjectEntryId
from mapix.properties.errors import NoAccess
from mapix.providers.memory.backend import MemoryBackend
from mapix.providers.memory.mailbox import open_mailbox


def told(watch: FolderWatch) -> list[tuple[Change, bytes | None]]:
    """What a loop over a watch with a timeout gives."""
    return [(event.kind, event.entry_id) for event in watch]


def test_a_loop_hears_what_happens_to_the_messages(session: mapix.Session, folder: mapix.Folder) -> None:
    """N-001, N-005."""
    other = session.store.root.create_folder("Other")
    with folder.watch(timeout=0.05) as watch:
        message = folder.messages.new(subject="Budget").save()
        other.messages.new(subject="Elsewhere").save()
        entry_id = message.entry_id
        message.subject = "Agenda"
        message.save()
        folder.message(entry_id).move_to(other)
        assert told(watch) == [(Change.ADDED, entry_id), (Change.CHANGED, entry_id), (Change.REMOVED, entry_id)]
        assert told(watch) == []


def test_events_name_their_messages(folder: mapix.Folder) -> None:
    """N-006."""
    with folder.watch(timeout=0.05) as watch:
        folder.messages.new(subject="Budget").save()
        event = next(watch)
        assert event.message is not None
        assert event.message.subject == "Budget"
        event.message.delete(permanently=True)
        assert event.message is None
        assert next(watch).message is None


def test_a_message_that_its_spooler_has_in_hand_is_told_as_any_other(profile: str, tmp_path: Path) -> None:
    """ST-060."""
    with mapix.logon(mail=False) as session, session.outbox.watch(timeout=1) as watch:
        entry_id = session.new(subject="Going", to="ann@example.org").submit()
        assert entry_id is not None
        spooler = MemoryBackend(open_mailbox(str(tmp_path)))
        assert spooler.become_spooler()
        spooler.set_lock(ObjectEntryId.load(entry_id).number, locked=True)
        message = next(watch).message
        assert message is not None
        assert message.subject == "Going"
        with pytest.raises(NoAccess):
            message.mapi.get_props()
        assert _subject(session, entry_id) == "Going"
        spooler.resign_spooler()


def test_who_lists_a_queue_names_what_left_it_meanwhile_by_its_number(session: mapix.Session) -> None:
    message = session.new(subject="Gone").save()
    entry_id = message.entry_id
    assert entry_id is not None
    message.delete(permanently=True)
    assert _subject(session, entry_id) == f"message {ObjectEntryId.load(entry_id).number}"


def test_what_an_event_told_can_be_read_when_the_message_is_gone(folder: mapix.Folder) -> None:
    with folder.watch(timeout=1) as watch:
        folder.messages.new(subject="Short-lived", sender="Bob <bob@example.org>").save()
        message = next(watch).message
        folder.empty(permanently=True)
    assert message is not None
    assert (message.subject, message.sender) == ("Short-lived", "Bob <bob@example.org>")


def test_a_search_folder_tells_of_its_results(session: mapix.Session, folder: mapix.Folder) -> None:
    """F-040, N-030."""
    first = folder.messages.new(subject="Budget").save()
    found = session.store.search_folders.new("Budgets", mapix.Message.subject.contains("budget"), [folder])
    with found.watch(timeout=0.1) as watch:
        second = folder.messages.new(subject="Another budget").save()
        assert told(watch) == [(Change.ADDED, second.entry_id)]
        first.subject = "Agenda"
        first.save()
        assert told(watch) == [(Change.REMOVED, first.entry_id)]
        folder.mapi.set_read_flags([second.entry_id], 4)
        assert told(watch) == [(Change.CHANGED, second.entry_id)]


def test_callbacks_are_called_in_dispatch_until_they_are_closed(session: mapix.Session, folder: mapix.Folder) -> None:
    """N-004, N-005: never inside the call that caused them."""
    heard: list[FolderEvent] = []
    with folder.on_change(heard.append):
        folder.messages.new(subject="Budget").save()
        assert heard == []
        assert session.dispatch() > 0
        assert [event.kind for event in heard] == [Change.ADDED]
    folder.messages.new(subject="Later").save()
    session.dispatch()
    assert len(heard) == 1


def test_dispatch_waits_for_what_comes(session: mapix.Session, folder: mapix.Folder) -> None:
    """NOT-22."""
    heard: list[FolderEvent] = []
    with folder.on_change(heard.append):
        timer = threading.Timer(0.05, lambda: folder.messages.new(subject="Budget").save())
        timer.start()
        end = time.monotonic() + 60
        while not heard and time.monotonic() < end:
            session.dispatch(timeout=0.2)
        timer.join()
    assert [event.kind for event in heard] == [Change.ADDED]


def test_an_event_loop_hears_too(folder: mapix.Folder) -> None:
    """N-005."""

    async def listen() -> list[Change]:
        kinds = []
        watch = folder.watch(timeout=60)
        folder.messages.new(subject="Budget").save()
        async for event in watch:
            kinds.append(event.kind)
            if len(kinds) == 1:
                await asyncio.to_thread(lambda: folder.messages.new(subject="Agenda").save())
            else:
                watch.close()
        return kinds

    assert asyncio.run(listen()) == [Change.ADDED, Change.ADDED]


def test_an_event_loop_waits_no_longer_than_told(folder: mapix.Folder) -> None:
    """The loop ends when nothing comes."""

    async def listen() -> int:
        return len([event async for event in folder.watch(timeout=0.05)])

    assert asyncio.run(asyncio.wait_for(listen(), 60)) == 0


def test_a_closed_watch_ends_its_loop(folder: mapix.Folder) -> None:
    """N-004."""
    watch = folder.watch()
    threading.Timer(0.05, watch.close).start()
    assert list(watch) == []
    watch.close()
    with pytest.raises(StopIteration):
        next(watch)


def test_too_many_events_become_one(folder: mapix.Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Queues are bounded."""
    monkeypatch.setattr("mapix.client.watching.MOST_WAITING", 3)
    with folder.watch(timeout=0.05) as watch:
        for number in range(5):
            folder.messages.new(subject=f"{number}").save()
        kinds = [kind for kind, _ in told(watch)]
    assert Change.RELOAD in kinds
    assert len(kinds) <= 3


def test_a_watch_outlives_its_session_in_peace(profile: str) -> None:
    """GEN-9."""
    with mapix.logon(profile) as session:
        watch = session.store.root.watch(timeout=0)
    watch.close()
    assert list(watch) == []


def test_loops_end_with_their_session(profile: str) -> None:
    """GEN-9: in a thread, and in an event loop, while other sessions go on."""

    async def listen(watch: FolderWatch) -> list[Change]:
        return [event.kind async for event in watch]

    with mapix.logon(profile):
        for heard in (lambda watch: [event.kind for event in watch], lambda watch: asyncio.run(listen(watch))):
            with mapix.logon(profile) as session, ThreadPoolExecutor(1) as pool:
                watch = session.store.root.create_folder("Quiet", exist_ok=True).watch()
                listening = pool.submit(heard, watch)
                session.close()
                assert listening.result(60) == []
                assert watch.closed


def test_two_threads_share_what_a_watch_hears(folder: mapix.Folder) -> None:
    """Each event goes to one of them; who was slower waits for the next."""
    with folder.watch(timeout=0.05) as watch, ThreadPoolExecutor(2) as pool:
        made = [folder.messages.new(subject=str(number)).save().entry_id for number in range(40)]
        heard = [pool.submit(told, watch) for _ in range(2)]
        assert sorted(event[1] for one in heard for event in one.result(60) if event[1]) == sorted(filter(None, made))
        assert watch._take() is None


def test_an_event_loop_hears_that_a_watch_was_closed(folder: mapix.Folder) -> None:
    """N-004: from another thread, and with events that nobody takes."""

    async def listen() -> int:
        watch = folder.watch()
        folder.messages.new(subject="Budget").save()
        heard = 0
        async for _ in watch:
            heard += 1
            threading.Timer(0.05, watch.close).start()
        return heard

    assert asyncio.run(listen()) == 1


def test_another_threads_own_notifications_keep_nobody_busy(session: mapix.Session, folder: mapix.Folder) -> None:
    """NOT-21: they wait for their thread, and a watch here hears its own."""
    from mapix.interfaces.notify import Event
    from mapix.subsystem.threadsink import this_thread_sink

    def register() -> None:
        session.store.mapi.advise(None, Event.OBJECT_CREATED, this_thread_sink(lambda batch: None))

    other = threading.Thread(target=register)
    other.start()
    other.join()
    with folder.watch(timeout=0.2) as watch:
        folder.messages.new(subject="Budget").save()
        assert [kind for kind, _ in told(watch)] == [Change.ADDED]
        began = time.thread_time()
        assert told(watch) == []
        assert time.thread_time() - began < 0.1
