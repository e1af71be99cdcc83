"""A session that is logged off while other threads are in the middle of its calls: nothing of them is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.subsystem.nasty import MemoryStores, log_on, offer

from mapix.interfaces.notify import Event
from mapix.interfaces.spi import ProviderKind
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import InvalidObject
from mapix.properties.tags import PR_ENTRYID
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.lifetime import Opened
from mapix.subsystem.notification import NotificationEngine


class SlowStores(MemoryStores):
    """Logs on when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go_on = threading.Event(), threading.Event()
        self.ends = 0

    def logon(self, *args: Any, **kwargs: Any) -> Any:
        self.asked.set()
        assert self.go_on.wait(60)
        found = super().logon(*args, **kwargs)
        logoff = found.logoff

        def ended() -> None:
            self.ends += 1
            logoff()

        found.logoff = ended
        return found


def in_thread(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """A thread that does `work`, and what came of it."""
    came: list[Any] = []

    def run() -> None:
        try:
            came.append(work())
        except InvalidObject as error:
            came.append(type(error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, came


def test_a_store_whose_logon_ends_after_the_logoff_is_logged_off(system: Subsystem, profile: str) -> None:
    """GEN-9, SUB-16: whoever opened it gets no store of a session that is over."""
    stores = SlowStores()
    offer(system, ProviderKind.STORE, lambda: stores, "SLOW")
    session = log_on(system)
    ((entry_id,),) = query_all_rows(session.get_msg_stores_table(), (PR_ENTRYID,))
    opening, came = in_thread(lambda: session.open_msg_store(entry_id))
    assert stores.asked.wait(60)
    session.logoff()
    stores.go_on.set()
    opening.join(60)
    assert (came, stores.ends) == ([InvalidObject], 1)


def test_what_is_opened_as_everything_is_released_is_released_too() -> None:
    """GEN-9: here by what is released itself, in the middle of it."""

    class Thing:
        closed = 0

        def close(self) -> None:
            self.closed += 1

    class Opening(Thing):
        def close(self) -> None:
            super().close()
            with pytest.raises(InvalidObject):
                opened.add(late)

    opened, early, late = Opened(), Opening(), Thing()
    opened.add(early)
    opened.close()
    assert (early.closed, late.closed) == (1, 1)


def test_a_registration_that_comes_as_the_session_ends_is_ended(
    mail: Subsystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SES-50, GEN-9: its sink hears nothing any more, and nothing is left of it."""
    asked, go_on = threading.Event(), threading.Event()
    session = log_on(mail)
    subscribe = NotificationEngine.subscribe

    def slow(self: NotificationEngine, *args: Any, **kwargs: Any) -> int:
        asked.set()
        assert go_on.wait(60)
        return subscribe(self, *args, **kwargs)

    monkeypatch.setattr(NotificationEngine, "subscribe", slow)
    before = dict(mail.notifications._connections)
    advising, came = in_thread(lambda: session.advise(None, Event.EXTENDED, lambda told: None))
    assert asked.wait(60)
    session.logoff()
    go_on.set()
    advising.join(60)
    assert came == [InvalidObject]
    assert mail.notifications._connections == before
