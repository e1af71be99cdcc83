"""One spooler of a session after the other: who comes while one still has a message in hand, and who leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.subsystem.nasty import Courier, Hold, done, offer_transport, submit, until

from mapix.interfaces.spi import Outcome, Submission
from mapix.interfaces.table import query_all_rows
from mapix.properties.flags import (
    MAPI_ALLOW_OTHERS,
    MAPI_EXTENDED,
    MAPI_NO_MAIL,
    MAPI_SPOOLER,
    STATUS_AVAILABLE,
)
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import PR_EMAIL_ADDRESS, PR_RESOURCE_TYPE, PR_STATUS_CODE
from mapix.subsystem import spooling
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session
from mapix.subsystem.spooling import Spooling


class Hanging(Courier):
    """Has the first message in hand until the test is over."""

    def __init__(self, hold: Hold) -> None:
        super().__init__()
        self.hold = hold
        self.begun: list[str] = []

    def submit_message(self, submission: Submission) -> Outcome:
        self.begun += [row[PR_EMAIL_ADDRESS] for row in submission.recipients]
        if len(self.begun) == 1:
            self.hold.hang()
        self.sent += [row[PR_EMAIL_ADDRESS] for row in submission.recipients]
        return done(submission)

    def logoff(self) -> None:
        super().logoff()
        self.sent.append("logged off")


@pytest.fixture
def courier(mail: Subsystem, hold: Hold, monkeypatch: pytest.MonkeyPatch) -> Courier:
    """In a profile of which nobody waits for the spooler."""
    monkeypatch.setattr(spooling, "STOP_SECONDS", 0.0)
    made = Hanging(hold)
    offer_transport(mail, made)
    return made


@pytest.fixture
def staying(mail: Subsystem, courier: Courier) -> Iterator[Session]:
    """A member without mail, who keeps the session alive."""
    with mail.logon("Work", flags=MAPI_EXTENDED | MAPI_ALLOW_OTHERS | MAPI_NO_MAIL) as session:
        yield session


def join(system: Subsystem) -> Session:
    return system.logon("", flags=MAPI_EXTENDED)


def leave_in_the_middle(system: Subsystem, courier: Any) -> None:
    """A member with mail submits, and leaves while its message is in hand."""
    with join(system) as session:
        submit(session, "first@example.com")
        until(lambda: courier.begun)


def spooler_code(session: Session) -> int:
    wanted = Property(Relop.EQ, PR_RESOURCE_TYPE, MAPI_SPOOLER)
    ((code,),) = query_all_rows(session.get_status_table(), (PR_STATUS_CODE,), wanted)
    return int(code)


def test_the_next_spooler_begins_when_the_one_before_has_left(
    mail: Subsystem, courier: Any, staying: Session, hold: Hold
) -> None:
    """SPL-3, SPL-76: nothing is asked of a transport that has a message in hand, and each message goes once."""
    leave_in_the_middle(mail, courier)
    with join(mail) as session:
        submit(session, "second@example.com")
        assert session.spooler is None
        assert courier.begun == ["first@example.com"]
        hold.let_go.set()
        until(lambda: len(courier.sent) == 2)
        assert session.flush(60) == 0
        assert session.spooler is not None
    assert courier.sent == ["first@example.com", "second@example.com"]


def test_a_flush_waits_for_the_spooler_before(mail: Subsystem, courier: Any, staying: Session, hold: Hold) -> None:
    """SPL-55."""
    leave_in_the_middle(mail, courier)
    with join(mail) as session:
        submit(session, "second@example.com")
        assert session.flush(0.01) == 2
        hold.let_go.set()
        assert session.flush(60) == 0
    assert courier.sent == ["first@example.com", "second@example.com"]


def test_transports_are_logged_off_when_the_message_in_hand_is_through(
    mail: Subsystem, courier: Any, hold: Hold
) -> None:
    """SES-61, SPL-76: though the session ends a second time after the last member with mail has left."""
    with mail.logon("Work", flags=MAPI_EXTENDED | MAPI_ALLOW_OTHERS | MAPI_NO_MAIL):
        leave_in_the_middle(mail, courier)
    assert courier.sent == []
    hold.let_go.set()
    until(lambda: len(courier.sent) == 2)
    assert courier.sent == ["first@example.com", "logged off"]


def test_a_member_with_mail_that_comes_as_the_last_one_leaves_has_a_spooler(
    mail: Subsystem, courier: Any, staying: Session, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-31, LOG-35, STA-3: it joins when the spooler has been dismissed and has not stopped."""
    hold.let_go.set()
    joined: list[Session] = []
    end = Spooling.end

    def slow(self: Spooling, *args: Any) -> None:
        if not joined:
            joined.append(join(mail))
        end(self, *args)

    with join(mail) as session:
        submit(session, "first@example.com")
        assert session.flush(60) == 0
        monkeypatch.setattr(Spooling, "end", slow)
    (session,) = joined
    with session:
        assert spooler_code(session) & STATUS_AVAILABLE
        submit(session, "second@example.com")
        assert session.flush(60) == 0
    assert courier.sent == ["first@example.com", "second@example.com"]
