"""Providers that hang: they are given up, and others go on."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from tests.subsystem.nasty import (
    Courier,
    CourierProvider,
    Hold,
    MemoryStores,
    done,
    log_on,
    offer,
    offer_transport,
    open_store,
    row_of,
    submit,
    until,
    with_methods,
)

from mapix.interfaces.spi import (
    AddressTypes,
    Outcome,
    ProviderKind,
    RecipientResult,
    RecipientState,
    Submission,
)
from mapix.properties.errors import LogonFailed, MapiError, TimedOut
from mapix.properties.flags import STATUS_AVAILABLE, STATUS_FAILURE
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ROWID,
)
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.isolation.callers import Caller
from mapix.subsystem.isolation.limits import Limits, limits_of
from mapix.subsystem.isolation.providers import GuardedTransportProvider


def test_a_logon_that_hangs_is_given_up_and_the_others_go_on(mail: Subsystem, hold: Hold) -> None:
    """SPI-1, LOG-27."""
    mail.limits = Limits(logon=0.75)
    good = Courier()
    offer_transport(mail, good, "GOOD")
    offer(
        mail,
        ProviderKind.TRANSPORT,
        lambda: with_methods(CourierProvider(Courier()), logon=lambda _: hold.hang()),
        "SLOW",
    )
    with log_on(mail) as session:
        code, text = row_of(session, "SLOW")
        assert code & STATUS_FAILURE
        assert "did not answer logon within 0.75 seconds" in text
        submit(session)
        assert session.flush(60) == 0
        assert good.sent == ["bob@example.com"]


def test_a_store_that_hangs_at_its_logon_does_not_keep_others_from_being_opened(mail: Subsystem, hold: Hold) -> None:
    """SES-10, SPI-16."""
    mail.limits = Limits(logon=0.75)
    offer(mail, ProviderKind.STORE, lambda: with_methods(MemoryStores(), logon=lambda *_, **__: hold.hang()), "SLOW")
    with log_on(mail) as session:
        with pytest.raises((TimedOut, LogonFailed)):
            open_store(session, 1)
        assert open_store(session).get_prop(PR_DISPLAY_NAME)
        with pytest.raises(LogonFailed, match="out of use"):
            open_store(session, 1)


@pytest.mark.parametrize("method", ["logoff", "shutdown"])
def test_a_provider_that_hangs_at_its_end_is_left_behind(mail: Subsystem, hold: Hold, method: str) -> None:
    """SPI-50."""
    mail.limits = Limits(logoff=0.15)
    provider = CourierProvider(Courier())
    with_methods(provider.courier if method == "logoff" else provider, **{method: hold.hang})
    offer(mail, ProviderKind.TRANSPORT, lambda: provider, "SLOW")
    log_on(mail).logoff()
    assert not hold.back.is_set()


def test_a_submission_that_hangs_is_given_up_and_nobody_gets_the_message_twice(mail: Subsystem, hold: Hold) -> None:
    """SPL-14, SPL-76."""
    mail.limits = Limits(submit=0.15)
    courier = Courier()
    calls: list[list[str]] = []

    def slow(submission: Submission) -> Outcome:
        calls.append([row[PR_EMAIL_ADDRESS] for row in submission.recipients])
        hold.hang()
        return done(submission)

    offer_transport(mail, with_methods(courier, submit_message=slow))
    with log_on(mail) as session:
        submit(session, "bob@example.com", "cy@example.com")
        until(lambda: row_of(session, "COURIER")[0] & STATUS_FAILURE)
        assert "submit_message" in row_of(session, "COURIER")[1]
        assert session.pending() == 1
        hold.let_go.set()
        until(lambda: session.pending() == 0)
        assert row_of(session, "COURIER")[0] & STATUS_AVAILABLE
    assert calls == [["bob@example.com", "cy@example.com"]]


def test_while_one_transport_hangs_the_other_sends(mail: Subsystem, hold: Hold) -> None:
    """SPL-10, SPL-14."""
    mail.limits = Limits(poll=0.5)
    slow, quick = Courier(), Courier()
    with_methods(slow, address_types=lambda: AddressTypes(("FAX",)), flush=hold.hang)
    _offer_flush(slow, hold)
    offer_transport(mail, slow, "SLOW")
    offer_transport(mail, quick, "QUICK")
    with log_on(mail) as session:
        submit(session)
        assert session.flush(60) == 0
        submit(session)
        assert session.flush(60) == 0
        assert quick.sent == ["bob@example.com"] * 2


def test_a_transport_that_shows_signs_of_life_may_take_its_time(mail: Subsystem) -> None:
    """SPL-76."""
    mail.limits = Limits(submit=0.7)

    def patient(submission: Submission) -> Outcome:
        for row in submission.recipients:
            time.sleep(0.2)
            submission.progress([RecipientResult(row[PR_ROWID], RecipientState.SENT)])
        return done(submission)

    offer_transport(mail, with_methods(Courier(), submit_message=patient))
    with log_on(mail) as session:
        submit(session, *(f"{number}@example.com" for number in range(4)))
        assert session.flush(60) == 0
        assert row_of(session, "COURIER")[0] & STATUS_AVAILABLE


def test_a_call_that_was_given_up_may_not_touch_what_others_do_now(mail: Subsystem, hold: Hold) -> None:
    """What a submission says after it was given up is kept for the next one, not told at once."""
    mail.limits = Limits(submit=0.15)
    told: list[BaseException | None] = []

    def late(submission: Submission) -> Outcome:
        hold.hang()
        try:
            submission.progress([RecipientResult(row[PR_ROWID], RecipientState.SENT) for row in submission.recipients])
            submission.meanwhile()
            told.append(None)
        except BaseException as error:
            told.append(error)
        raise RuntimeError("and then it fails")

    offer_transport(mail, with_methods(Courier(), submit_message=late))
    with log_on(mail) as session:
        submit(session)
        until(lambda: row_of(session, "COURIER")[0] & STATUS_FAILURE)
        hold.let_go.set()
        until(lambda: session.pending() == 0)
    assert told == [None]


# limits


def test_the_limits_are_read_from_the_environment() -> None:
    """SPI-1."""
    assert limits_of({}) == Limits()
    assert limits_of({"MAPIX_PROVIDER_LIMITS": "logon=1, submit=0"}) == Limits(logon=1, submit=0)
    for wrong in ("logon", "logon=soon", "login=3", "poll=-1", "poll=inf"):
        with pytest.raises(MapiError, match="MAPIX_PROVIDER_LIMITS"):
            limits_of({"MAPIX_PROVIDER_LIMITS": wrong})


def _offer_flush(courier: Courier, hold: Hold) -> None:
    """Let the class have a flush of its own, so that it is called."""
    kind = type("Flushing", (Courier,), {"flush": lambda self: hold.hang()})
    courier.__class__ = kind


def test_a_logon_that_comes_when_it_was_given_up_is_logged_off(hold: Hold) -> None:
    """SPI-12: nobody has it; the next attempt makes one of its own."""
    made: list[Courier] = []
    rows: list[object] = []

    def logon(_: object) -> Courier:
        made.append(Courier())
        if len(made) == 1:
            hold.hang()
        return made[-1]

    slow = with_methods(CourierProvider(Courier()), logon=logon)
    provider = GuardedTransportProvider(slow, Caller("SLOW"), Limits(logon=0.01))
    support: Any = SimpleNamespace(modify_status_row=lambda row, update: rows.append(row))
    while not made:
        with pytest.raises(TimedOut):
            provider.logon(support)
    hold.let_go.set()
    until(lambda: made[0].logoffs)
    assert rows
    provider.limits = Limits()
    provider.logon(support)
    assert [each.logoffs for each in made] == [1, 0]
    provider.shutdown()
