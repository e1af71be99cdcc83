"""Providers that fail at the logon: the session is there, and what is wrong is told."""

import logging
from pathlib import Path

import pytest
from tests.subsystem.bench import Script, book_service, fax_service
from tests.subsystem.logons import BOOK, NEW, TRANSPORT, add, status_of

from mapix.properties.errors import (
    FailOneProvider,
    NetworkError,
    Unconfigured,
)
from mapix.properties.flags import (
    MAPI_W_ERRORS_RETURNED,
    STATUS_FAILURE,
)
from mapix.subsystem.initialize import Subsystem


def test_a_provider_that_is_unconfigured_once_is_configured_once_and_tried_once_more(
    system: Subsystem, profile: str, home: Path
) -> None:
    """LOG-23, LOG-29, SPI-12; scenario 7, first half."""
    script, asked = Script(Unconfigured("no path")), []

    def configure(settings: object) -> dict[str, str]:
        asked.append(settings)
        return {"path": "/book"}

    system.catalogue.register(book_service(script, configure=configure))
    add(system, "BOOK")
    session = system.logon(profile)
    assert (script.logons, asked) == (2, [{}])
    assert session.get_last_error() is None
    assert '"/book"' in (home / "profiles" / "Work.toml").read_text(encoding="utf-8")


def test_a_provider_that_is_unconfigured_twice_disables_its_service_for_the_session(
    system: Subsystem, profile: str, caplog: pytest.LogCaptureFixture
) -> None:
    """LOG-20, LOG-22, LOG-23, LOG-25, LOG-29, SES-21; scenario 7, second half."""
    script, beside = Script(Unconfigured("no path"), Unconfigured("still no path")), Script()
    system.catalogue.register(book_service(script, transport=beside, configure=lambda settings: {}))
    add(system, "BOOK")
    with caplog.at_level(logging.WARNING):
        session = system.logon(profile, flags=NEW)
    assert "still no path" in caplog.text
    assert (script.logons, beside.logons) == (2, 0)
    book = session.open_address_book()
    error = session.get_last_error()
    assert error is not None
    assert (error.context, "still no path" in error.text) == (MAPI_W_ERRORS_RETURNED, True)
    assert book.get_pab()
    assert "still no path" in (status_of(session, BOOK)[0][1] or "")
    assert status_of(session, TRANSPORT)[0][0] == STATUS_FAILURE
    with system.logon(profile, flags=NEW) as fresh:
        assert fresh.get_last_error() is None
        assert (script.logons, beside.logons) == (3, 1)


def test_without_anybody_to_configure_it_an_unconfigured_provider_is_asked_once(
    system: Subsystem, profile: str
) -> None:
    """LOG-24."""
    script = Script(Unconfigured("no path"))
    system.catalogue.register(book_service(script))
    add(system, "BOOK")
    assert system.logon(profile).get_last_error() is not None
    assert script.logons == 1


def test_a_provider_that_fails_alone_leaves_its_siblings_working(system: Subsystem, profile: str) -> None:
    """LOG-28, SPI-12; scenario 7."""
    script, beside = Script(FailOneProvider("wrong password")), Script()
    system.catalogue.register(book_service(script, transport=beside))
    add(system, "BOOK")
    session = system.logon(profile)
    assert beside.logons == 1
    assert "wrong password" in str(session.get_last_error())


@pytest.mark.parametrize("failure", [NetworkError("server down"), RuntimeError("a mistake")])
def test_any_other_failure_disables_the_service_and_the_session_is_there(
    system: Subsystem, profile: str, failure: Exception
) -> None:
    """LOG-22, LOG-26, SPI-12."""
    script, beside = Script(failure), Script()
    system.catalogue.register(book_service(script, transport=beside))
    add(system, "BOOK")
    session = system.logon(profile)
    assert beside.logons == 0
    assert str(failure).rpartition(": ")[2] in str(session.get_last_error())


def test_a_service_that_is_not_installed_any_more_does_not_stop_the_logon(system: Subsystem, profile: str) -> None:
    """LOG-26."""
    system.catalogue.register(fax_service(Script()))
    add(system, "FAX")
    with Subsystem(system.home) as later, later.logon(profile) as session:
        assert "FAX" in str(session.get_last_error())
