"""Transports at their logon: what they say of themselves, and that they let go of everything."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

from mapix.interfaces.spi import AddressTypes, RecipientState, TransportLogon
from mapix.properties import codec
from mapix.properties.errors import NoSupport
from mapix.properties.flags import (
    LOGON_SP_IDLE,
    LOGON_SP_POLL,
    LOGON_SP_RESOLVE,
    NOTIFY_BEGIN_INBOUND,
    NOTIFY_BEGIN_OUTBOUND,
    NOTIFY_END_INBOUND,
    NOTIFY_END_OUTBOUND,
)
from mapix.properties.tags import PR_IDENTITY_DISPLAY, PR_IDENTITY_ENTRYID, PR_IDENTITY_SEARCH_KEY
from mapix.subsystem.catalogue.providerinit import function_of
from mapix.testing.transport_bench import TransportBench, TransportPowers

_BEGIN = NOTIFY_BEGIN_INBOUND | NOTIFY_BEGIN_OUTBOUND
_END = NOTIFY_END_INBOUND | NOTIFY_END_OUTBOUND
_IDENTITY = {PR_IDENTITY_DISPLAY, PR_IDENTITY_ENTRYID, PR_IDENTITY_SEARCH_KEY}


class TransportLogonTests(TransportBench):
    """Logon, logoff, address types, status row."""

    def test_a_logon_is_a_logon_object(self) -> None:
        """SPI-28."""
        assert isinstance(self.transport, TransportLogon)

    def test_each_logon_is_an_object_of_its_own(self) -> None:
        """SPI-3, SPI-5."""
        other, _ = self.log_on()
        assert other is not self.transport
        other.logoff()

    def test_it_says_which_addresses_it_takes(self) -> None:
        """SPL-10."""
        found = self.transport.address_types()
        assert isinstance(found, AddressTypes)
        kinds: tuple[Any, ...] = found.types or ()
        assert all(isinstance(each, str) for each in kinds)
        assert found.types is None or found.types or found.uids
        uids: tuple[Any, ...] = found.uids
        assert all(isinstance(uid, bytes) and len(uid) == 16 for uid in uids)

    def test_its_status_row_has_values_of_the_right_types(self) -> None:
        """SPI-38."""
        for tag, value in self.support.status.items():
            assert codec.load(tag, codec.dump(tag, value)) == value

    def test_logging_on_wakes_nobody(self) -> None:
        """SPI-11."""
        assert self.support.woken == 0

    def test_it_asks_for_what_there_is_at_its_logon(self) -> None:
        """SPI-29."""
        known = LOGON_SP_IDLE | LOGON_SP_POLL | LOGON_SP_RESOLVE
        assert not self.transport.logon_flags & ~known
        if TransportPowers.RECEIVES in self.powers:
            assert self.transport.logon_flags & LOGON_SP_POLL

    def test_it_hears_that_work_begins_and_ends_and_begins_again(self) -> None:
        """SPL-40, SPL-41, SPL-45: as it does when it is taken offline and back."""
        for flags in (_BEGIN, _END, _BEGIN):
            self.transport.transport_notify(flags)
        if TransportPowers.SENDS in self.powers:
            outcome = self.transport.submit_message(self.submission("Budget"))
            assert set(self.states(outcome).values()) == {RecipientState.SENT}

    def test_it_may_be_told_that_its_program_ends_at_once(self) -> None:
        """SES-69: it has nothing to say, agrees, or refuses; told of it, it is there still."""
        shutdown = self.transport.fast_shutdown()
        if shutdown is not None:
            with suppress(NoSupport):
                shutdown.query_fast_shutdown()
                shutdown.notify_process_shutdown()
        assert isinstance(self.transport.address_types(), AddressTypes)

    def test_the_preprocessors_it_registers_can_be_called(self) -> None:
        """SPL-20."""
        for preprocess, remove, uid, address_type in self.support.preprocessors:
            for each in (preprocess, remove):
                assert each is None or callable(each) or callable(function_of(*each.split(":")))
            assert uid is None or len(uid) == 16
            assert address_type is None or address_type == address_type.upper()

    def test_logging_off_twice_is_harmless(self) -> None:
        """SPI-50."""
        other, _ = self.log_on()
        other.logoff()
        other.logoff()
        assert isinstance(self.transport.address_types(), AddressTypes)

    def test_no_thread_stays_after_the_logoff(self) -> None:
        """SPI-50."""
        before = set(threading.enumerate())
        other, _ = self.log_on()
        other.flush()
        other.logoff()
        left = [thread for thread in threading.enumerate() if thread not in before and thread.is_alive()]
        for thread in left:
            thread.join(60)
        assert not any(thread.is_alive() for thread in left)

    def test_its_identity_is_whole_or_not_there(self) -> None:
        """SES-42."""
        found = self.make_provider().identity(self.support)
        assert set(found) in (set(), _IDENTITY)
        if TransportPowers.IDENTITY in self.powers:
            assert set(found) == _IDENTITY

    def test_it_can_be_asked_whether_it_works(self) -> None:
        """STA-8: it changes nothing, so that it can be asked again."""
        before = self.transport.address_types()
        for _ in range(2):
            self.transport.validate_state()
        assert self.transport.address_types() == before

    def test_nothing_to_do_is_no_trouble(self) -> None:
        """SPL-50."""
        self.transport.flush()
        if TransportPowers.RECEIVES not in self.powers:
            assert self.transport.poll() is False

    def test_providers_end_after_their_logons(self) -> None:
        """SPI-50."""
        provider = self.make_provider()
        logon = provider.logon(self.support)
        logon.logoff()
        provider.shutdown()
        assert isinstance(self.transport.address_types(), AddressTypes)
