"""One thread looks through what another one changes just then, or goes on with a session that it ends."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from tests.subsystem.nasty import Courier, CourierProvider, log_on, offer, offer_transport, open_store, row_of

from mapix.interfaces.spi import ProviderKind
from mapix.properties.errors import CallFailed, InvalidObject
from mapix.properties.flags import MAPI_ALLOW_OTHERS, MAPI_EXTENDED, STATUS_AVAILABLE
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.loading import Failure
from mapix.subsystem.profiles.profile import Profile
from mapix.subsystem.spooling import Spooling
from mapix.subsystem.statustable import StatusTable


def test_a_session_that_ends_as_it_begins_logs_nothing_on_again(
    mail: Subsystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-35, SPI-50: what looks for transports afterwards finds none."""
    courier, logons = Courier(), []

    class Counted(CourierProvider):
        def logon(self, support: Any) -> Any:
            logons.append(support)
            return super().logon(support)

    offer(mail, ProviderKind.TRANSPORT, lambda: Counted(courier), "COURIER")
    start = Spooling.start_if_waiting

    def ending(spooling: Spooling, *, late: bool = False) -> None:
        mail.close()
        start(spooling, late=late)
        spooling.core.address_books()

    monkeypatch.setattr(Spooling, "start_if_waiting", ending)
    with pytest.raises(InvalidObject):
        log_on(mail).query_identity()
    assert (len(logons), courier.logoffs) == (1, 1)


def test_a_member_with_mail_is_seen_while_another_one_leaves(mail: Subsystem) -> None:
    """LOG-32: whoever stood before it is taken out of the list in that moment."""
    with log_on(mail) as session:
        members: Any = session._core._members

        class Leaving(SimpleNamespace):
            @property
            def has_mail(self) -> bool:
                members.remove(self)
                return False

        members.insert(0, Leaving())
        assert session._core.has_mail


def test_a_session_is_told_of_while_a_service_of_it_fails(mail: Subsystem) -> None:
    """LOG-31: here the failure comes with the first reason that is read."""
    with log_on(mail) as session:
        providers = session._core.providers
        service, provider = next(session._core.handle.read().providers())

        class Another(CallFailed):
            @property
            def sentence(self) -> str:
                providers._disable(Failure(service, provider, CallFailed("too")))
                return "broken"

        providers._disabled[b"s" * 16] = Another("broken")
        assert providers.out_of_use() == {b"s" * 16: "broken"}
        assert not providers.is_enabled(service)


def test_a_session_is_told_of_with_no_change_of_its_profile_done_by_half(mail: Subsystem) -> None:
    """LOG-34: others get the profile as it was before, or after it."""
    offer_transport(mail, Courier())
    with log_on(mail) as session:
        handle, texts = session._core.handle, []
        reading = threading.Thread(target=lambda: texts.append(handle.text()))

        def change(profile: Profile) -> None:
            if profile is handle.profile:
                profile.services[0].settings["one"] = "first half"
                reading.start()
                reading.join(0.1)
                profile.services[0].settings["two"] = "second half"

        handle.change(change)
        reading.join(60)
        assert "first half" in texts[0]
        assert "second half" in texts[0]


def test_an_open_store_is_found_while_another_one_is_forgotten(stores: Subsystem) -> None:
    """SES-13: here as the first one of the list is looked at."""
    with log_on(stores) as session:
        open_store(session, 0)
        open_store(session, 1)
        known: Any = session._stores._open
        second = known[1].pair[1].uid

        class Forgotten(SimpleNamespace):
            @property
            def pair(self) -> Any:
                known.remove(self)
                return None, SimpleNamespace(uid=b"")

        known.insert(0, Forgotten())
        known[1], known[2] = known[2], known[1]
        assert session._stores.find(second) is not None


def test_a_store_that_is_opened_as_its_last_user_leaves_has_its_row(
    mail: Subsystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SES-31, STA-13: the row goes with the last user, and comes with the next one."""
    with mail.logon("Work", flags=MAPI_EXTENDED | MAPI_ALLOW_OTHERS) as session:
        leaving = mail.logon(flags=MAPI_EXTENDED)
        open_store(leaving)
        opening = threading.Thread(target=lambda: open_store(session))
        remove = StatusTable.remove

        def slow(table: StatusTable, uid: bytes) -> None:
            if not opening.ident:
                opening.start()
                opening.join(0.2)
            remove(table, uid)

        monkeypatch.setattr(StatusTable, "remove", slow)
        leaving.logoff()
        opening.join(60)
        assert row_of(session, "MEMORY")[0] & STATUS_AVAILABLE
