"""Providers that raise: the session lives, others go on, and what is wrong is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.subsystem.nasty import (
    BrokenStores,
    Courier,
    CourierProvider,
    Trouble,
    log_on,
    offer,
    offer_transport,
    open_store,
    row_of,
    submit,
    until,
    with_methods,
)

from mapix.interfaces.prop import MapiProp
from mapix.interfaces.spi import (
    ProviderKind,
)
from mapix.properties.errors import CallFailed
from mapix.properties.flags import STATUS_AVAILABLE, STATUS_FAILURE
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_IPM_OUTBOX_ENTRYID,
)
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.isolation.objects import watched


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("error", [RuntimeError("no"), SystemExit(3), KeyboardInterrupt(), MemoryError(), OSError(5)])
def test_whatever_a_logon_raises_is_shown_and_the_others_go_on(mail: Subsystem, error: BaseException) -> None:
    """SPI-12, LOG-27."""
    bad, good = Courier(), Courier()
    offer(mail, ProviderKind.TRANSPORT, lambda: with_methods(CourierProvider(bad), logon=raising(error)), "BAD")
    offer_transport(mail, good, "GOOD")
    with log_on(mail) as session:
        code, text = row_of(session, "BAD")
        assert code & STATUS_FAILURE
        assert type(error).__name__ in text
        assert row_of(session, "GOOD")[0] & STATUS_AVAILABLE


@pytest.mark.parametrize("error", [ImportError("no library"), SystemExit("bye"), ZeroDivisionError()])
def test_a_module_that_cannot_be_loaded_costs_its_service_only(mail: Subsystem, error: BaseException) -> None:
    """SPI-1."""
    offer(mail, ProviderKind.TRANSPORT, raising(error), "BAD")
    with log_on(mail) as session:
        assert row_of(session, "BAD")[0] & STATUS_FAILURE
        assert open_store(session).get_prop(PR_DISPLAY_NAME)


@pytest.mark.parametrize("method", ["logoff", "shutdown"])
def test_a_provider_that_fails_at_its_end_does_not_keep_the_session_from_ending(mail: Subsystem, method: str) -> None:
    """SPI-50."""
    provider, other = CourierProvider(Courier()), Courier()
    with_methods(provider.courier if method == "logoff" else provider, **{method: raising(SystemExit(1))})
    offer(mail, ProviderKind.TRANSPORT, lambda: provider, "BAD")
    offer_transport(mail, other, "GOOD")
    log_on(mail).logoff()
    assert other.logoffs == 1


def test_a_transport_that_raises_at_a_message_keeps_it_waiting(mail: Subsystem) -> None:
    """SPL-14, SPI-28."""
    courier = with_methods(Courier(), submit_message=raising(SystemExit(1)))
    offer_transport(mail, courier)
    with log_on(mail) as session:
        submit(session)
        until(lambda: session.spooler is not None)
        session.flush(0.3)
        assert session.pending() == 1


def test_every_call_of_a_store_that_raises_is_an_error_of_mapi(mail: Subsystem) -> None:
    """GEN-1, SPI-21."""
    offer(mail, ProviderKind.STORE, BrokenStores, "BROKEN")
    with log_on(mail) as session:
        store = open_store(session, 1)
        inbox = store.open_entry(store.get_prop(PR_IPM_OUTBOX_ENTRYID))
        Trouble.error = ZeroDivisionError("oops")
        try:
            with pytest.raises(CallFailed, match="BROKEN"):
                store.open_entry(None)
            with pytest.raises(CallFailed, match="get_contents_table"):
                inbox.get_contents_table()
            with pytest.raises(CallFailed):
                inbox.get_props()
        finally:
            Trouble.error = None
        assert open_store(session).get_prop(PR_DISPLAY_NAME)


def test_a_table_that_raises_after_it_was_opened_raises_an_error_of_mapi(mail: Subsystem) -> None:
    """GEN-1."""
    offer(mail, ProviderKind.STORE, BrokenStores, "BROKEN")
    with log_on(mail) as session:
        store = open_store(session, 1)
        table = store.open_entry(store.get_prop(PR_IPM_OUTBOX_ENTRYID)).get_contents_table()
        Trouble.error = KeyError("gone")
        try:
            with pytest.raises(CallFailed, match="KeyError"):
                table.query_rows(5)
        finally:
            Trouble.error = None
        assert table.query_rows(5) == []


def test_a_provider_may_catch_what_its_own_methods_raise() -> None:
    """Only what leaves a provider is translated."""

    class Own(_bare_prop()):  # type: ignore[misc]
        def get_prop_list(self) -> Any:
            raise KeyError("inside")

        def get_last_error(self) -> Any:
            try:
                self.get_prop_list()
            except KeyError:
                return None
            raise AssertionError

    own = watched(Own(), "OWN")
    assert own.get_last_error() is None
    with pytest.raises(CallFailed, match="KeyError"):
        own.get_prop_list()


def _bare_prop() -> type[Any]:
    """A class of objects with properties that has no abstract methods left."""
    members: Mapping[str, Any] = {name: lambda self, *_, **__: None for name in MapiProp.__abstractmethods__}
    return type("Bare", (MapiProp,), dict(members))
