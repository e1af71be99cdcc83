"""Ctrl-C in the middle of a logon or a logoff: what was begun is taken back or brought to its end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.subsystem.nasty import Courier, Hold, log_on, offer_transport, open_store, submit, until

from mapix.interfaces.spi import Outcome, Submission
from mapix.properties.errors import InvalidObject
from mapix.properties.flags import MAPI_ALLOW_OTHERS, MAPI_EXTENDED, MAPI_FORCE_DOWNLOAD, MAPI_NEW_SESSION, MAPI_NO_MAIL
from mapix.subsystem import spooling, storelogoff
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.lifetime import Opened, Registrations
from mapix.subsystem.loading import Providers
from mapix.subsystem.memberstores import MemberStores
from mapix.subsystem.spooler.worker import Spooler
from mapix.subsystem.spooling import Spooling
from mapix.subsystem.started import Started

STEPS = [
    (Registrations, "close"),
    (Opened, "close"),
    (MemberStores, "close"),
    (Spooling, "stop"),
    (Spooler, "stop"),
    (Started, "log_off_transports"),
    (Started, "log_off_books"),
    (Providers, "shutdown"),
]


def interrupt_after(method: Callable[..., Any]) -> Callable[..., Any]:
    """`method`, and Ctrl-C at its end; only once."""
    times: list[None] = []

    def interrupted(*args: Any, **kwargs: Any) -> Any:
        found = method(*args, **kwargs)
        if not times:
            times.append(None)
            raise KeyboardInterrupt
        return found

    return interrupted


@pytest.mark.parametrize(("owner", "name"), STEPS, ids=lambda step: getattr(step, "__name__", step))
def test_a_logoff_that_is_interrupted_takes_its_other_steps(
    mail: Subsystem, monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    """SES-60, SES-61, LOG-35: providers are logged off, the profile is free."""
    courier = Courier()
    offer_transport(mail, courier)
    session = log_on(mail)
    store = open_store(session)
    submit(session)
    until(lambda: courier.sent)
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, interrupt_after(getattr(owner, name)))
        with pytest.raises(KeyboardInterrupt):
            session.logoff()
    until(lambda: courier.logoffs == 1)
    assert not mail.profiles.in_use("Work")
    with pytest.raises(InvalidObject):
        store.get_props()
    session.logoff()
    log_on(mail).logoff()
    assert courier.logoffs == 2


def test_the_stores_after_one_whose_logoff_is_interrupted_are_left_too(
    stores: Subsystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SPI-23."""
    session = log_on(stores)
    opened = [open_store(session, place) for place in (0, 1)]
    with monkeypatch.context() as patched:
        patched.setattr(storelogoff, "close_store", interrupt_after(storelogoff.close_store))
        with pytest.raises(KeyboardInterrupt):
            session.logoff()
    for each in opened:
        with pytest.raises(InvalidObject):
            each.get_props()


def test_ctrl_c_while_a_logoff_waits_for_a_message_lets_that_end_by_itself(
    mail: Subsystem, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SPL-3, SPL-76: it is sent once, and then its transport is logged off."""

    class Slow(Courier):
        begun = threading.Event()

        def submit_message(self, submission: Submission) -> Outcome:
            self.begun.set()
            hold.hang()
            assert not self.logoffs
            return super().submit_message(submission)

    courier = Slow()
    offer_transport(mail, courier)
    session = log_on(mail)
    submit(session)
    assert courier.begun.wait(60)
    monkeypatch.setattr(spooling, "STOP_SECONDS", 0.0)
    monkeypatch.setattr(Spooler, "stop", interrupt_after(Spooler.stop))
    with pytest.raises(KeyboardInterrupt):
        session.logoff()
    hold.let_go.set()
    until(lambda: courier.logoffs)
    assert courier.sent == ["bob@example.com"]


def test_transports_whose_logon_was_interrupted_are_all_there_at_the_next(
    mail: Subsystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-32, SPI-12: a member without mail keeps the session alive meanwhile."""
    first, second = Courier(), Courier()
    offer_transport(mail, first, "FIRST")
    offer_transport(mail, second, "SECOND")
    with mail.logon("Work", flags=MAPI_EXTENDED | MAPI_ALLOW_OTHERS | MAPI_NO_MAIL):
        with monkeypatch.context() as patched:
            patched.setattr(Started, "_start_transport", interrupt_after(Started._start_transport))
            with pytest.raises(KeyboardInterrupt):
                mail.logon(flags=MAPI_EXTENDED)
        with mail.logon(flags=MAPI_EXTENDED) as session:
            assert len(session._core.transports()) == 2
            submit(session)
            until(lambda: first.sent + second.sent)


def test_a_logon_that_is_interrupted_while_it_waits_for_mail_leaves_no_session(
    mail: Subsystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-35: MAPI_FORCE_DOWNLOAD waits."""
    offer_transport(mail, Courier())
    monkeypatch.setattr(Spooling, "flush", interrupt_after(Spooling.flush))
    with pytest.raises(KeyboardInterrupt):
        mail.logon("Work", flags=MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_FORCE_DOWNLOAD)
    assert not mail.profiles.in_use("Work")


def test_a_spooler_that_cannot_begin_is_tried_again(mail: Subsystem, monkeypatch: pytest.MonkeyPatch) -> None:
    """SPL-1: for want of a thread, for example."""
    courier = Courier()
    offer_transport(mail, courier)
    with log_on(mail) as session:
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", interrupt_after(lambda thread: None))
            with pytest.raises(KeyboardInterrupt):
                session._core.spooling.start()
        submit(session)
        until(lambda: courier.sent)
