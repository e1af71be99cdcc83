"""Options and forms of messages, dialogs, who joins, and how providers end."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest
from tests.subsystem.bench import Script, WaitingProvider, WaitingTransport, book_service, fax_service
from tests.subsystem.session_stores import NEW, known

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import (
    MessageService,
    ProviderKind,
    ProviderSpec,
    TransportLogon,
    TransportSupport,
)
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import OneOff
from mapix.properties.errors import (
    CallFailed,
    InvalidObject,
    InvalidParameter,
    NoSupport,
    NotFound,
)
from mapix.properties.flags import (
    MAPI_ALLOW_OTHERS,
    MAPI_NO_MAIL,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_IDENTITY_ENTRYID,
    PR_PRIORITY,
    PR_RESOURCE_TYPE,
)
from mapix.subsystem.initialize import Subsystem


class Optional(WaitingTransport):
    """Has an option for faxes."""

    def message_options(self, address_type: str) -> Mapping[PropTag, Any]:
        return {PR_PRIORITY: 1} if address_type == "FAX" else {}


class OptionalProvider(WaitingProvider):
    def logon(self, support: TransportSupport) -> TransportLogon:
        return Optional(self.script)


def test_transports_tell_the_options_of_messages_and_nobody_shows_them(system: Subsystem, profile: str) -> None:
    """SES-67."""
    spec = ProviderSpec(ProviderKind.TRANSPORT, "fax", "Fax", lambda: OptionalProvider(Script()))
    system.catalogue.register(MessageService("OPTIONAL", "Fax", (spec,)))
    system.catalogue.register(fax_service(Script()))
    for name in ("FAX", "OPTIONAL"):
        system.admin_profiles().admin_services(profile).create_msg_service(name)
    with system.logon(profile, flags=NEW) as session:
        assert session.query_default_message_opt("FAX") == {PR_PRIORITY: 1}
        with pytest.raises(NotFound):
            session.query_default_message_opt("SMTP")
    with system.logon(profile, flags=NEW | MAPI_NO_MAIL) as session, pytest.raises(NotFound):
        session.query_default_message_opt("FAX")


class Hopeless(WaitingTransport):
    """Fails when it is asked for options, or lies."""

    def message_options(self, address_type: str) -> Mapping[PropTag, Any]:
        if address_type == "FAX":
            raise RuntimeError("no options today")
        wrong: dict[Any, Any] = {"priority": 1}
        return wrong


class HopelessProvider(WaitingProvider):
    def logon(self, support: TransportSupport) -> TransportLogon:
        return Hopeless(self.script)


def test_a_transport_that_fails_hides_no_options_of_another_one(system: Subsystem, profile: str) -> None:
    """SES-67."""
    for name, kind in (("HOPELESS", HopelessProvider), ("OPTIONAL", OptionalProvider)):
        spec = ProviderSpec(ProviderKind.TRANSPORT, name, name, partial(kind, Script()))
        system.catalogue.register(MessageService(name, name, (spec,)))
        system.admin_profiles().admin_services(profile).create_msg_service(name)
    with system.logon(profile, flags=NEW) as session:
        assert session.query_default_message_opt("FAX") == {PR_PRIORITY: 1}
        with pytest.raises(CallFailed, match="answered str instead of int"):
            session.query_default_message_opt("SMTP")


def test_a_form_is_prepared_and_nobody_shows_it(stores: Subsystem, profile: str) -> None:
    """SES-67, SES-68: a token is for one message and for once."""
    with stores.logon(profile, flags=NEW) as session:
        root = session.open_msg_store(known(session)["one"]).open_entry(None, Access.MODIFY)
        assert isinstance(root, MapiFolder)
        first, second = (session.prepare_form(root.create_message()) for _ in range(2))
        assert 0 not in (first, second)
        assert first != second
        with pytest.raises(NoSupport):
            session.show_form(first)
        with pytest.raises(InvalidParameter):
            session.show_form(first)
        with pytest.raises(NoSupport):
            session.message_options(root.create_message(), "SMTP")
    with pytest.raises(InvalidObject):
        session.show_form(second)


# providers that nobody logged off


def test_providers_end_in_order_although_nobody_logged_off(system: Subsystem, profile: str) -> None:
    """SPI-50, SPI-51, SUB-10."""
    script, beside = Script(), Script()
    system.catalogue.register(book_service(script, transport=beside))
    system.admin_profiles().admin_services(profile).create_msg_service("BOOK")
    system.logon(profile, flags=NEW)
    assert (script.logons, beside.logons) == (1, 1)
    system.close()
    assert (script.logoffs, beside.logoffs) == (1, 1)
    assert (script.shutdowns, beside.shutdowns) == (1, 1)


def test_a_transport_added_twice_is_logged_on_twice(system: Subsystem, profile: str) -> None:
    """SPL-46: by one provider object, and each has its settings, its row and its logon object."""
    script = Script()
    system.catalogue.register(fax_service(script))
    admin = system.admin_profiles().admin_services(profile)
    for number in ("555", "777"):
        admin.create_msg_service("FAX", number, {"number": number})
    with system.logon(profile, flags=NEW) as session:
        assert script.logons == 2
        rows = query_all_rows(session.get_status_table(), [PR_RESOURCE_TYPE, PR_IDENTITY_ENTRYID])
        assert sorted(OneOff.load(entry_id).address for kind, entry_id in rows if kind == 36) == ["555", "777"]
        assert len({id(each.logon) for each in session._core.transports()}) == 2
    assert (script.logoffs, script.shutdowns) == (2, 1)


# joining, and trying again


def test_who_lets_others_join_joins_those_who_did(system: Subsystem, profile: str) -> None:
    """LOG-10: ALLOW_OTHERS alone makes a shared session only where there is none."""
    first = system.logon(profile, flags=MAPI_ALLOW_OTHERS)
    second = system.logon(profile, flags=MAPI_ALLOW_OTHERS)
    assert second._core is first._core
    first.logoff()
    third = system.logon("whatever", flags=MAPI_ALLOW_OTHERS)
    assert third._core is second._core


def test_dialogs_of_the_address_book_need_somebody_to_ask(system: Subsystem, profile: str) -> None:
    """ABK-10, GEN-7, GEN-15: resolving names needs nobody."""
    with system.logon(profile, flags=NEW) as session:
        book = session.open_address_book()
        entry_id = book.create_one_off("Bill", "FAX", "555")
        with pytest.raises(NoSupport):
            book.address(None)
        with pytest.raises(NoSupport):
            book.details(entry_id, None)
        assert not book.resolve_name([{PR_DISPLAY_NAME: "a@example.com"}]).unresolved
