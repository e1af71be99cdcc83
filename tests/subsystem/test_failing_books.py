"""Address books that have no containers to give: the others are there, and the status table says why."""

from __future__ import annotations

import pytest
from tests.subsystem.bench import ROOT, BookLogon, BookProvider, Script
from tests.subsystem.nasty import log_on, offer, row_of, with_methods

from mapix.interfaces.spi import AddressBookLogon, ProviderKind, Support
from mapix.properties.flags import STATUS_AVAILABLE, STATUS_FAILURE
from mapix.subsystem.initialize import Subsystem


@pytest.mark.parametrize(
    ("trouble", "told"), [(KeyError("server"), "KeyError: 'server'"), (None, "instead of list or tuple")]
)
def test_a_book_whose_containers_cannot_be_had_says_so_in_its_row_until_they_can(
    mail: Subsystem, trouble: Exception | None, told: str
) -> None:
    """SES-21, SES-31, ABK-1."""
    works = False
    book = BookLogon(Script(), {"Ann": "ann@example.com"})

    def containers() -> object:
        if trouble is not None and not works:
            raise trouble
        return [book.container] if works else None

    def logon(support: Support) -> AddressBookLogon:
        BookProvider.logon(BookProvider(Script(), {}), support)
        return with_methods(book, containers=containers)

    offer(mail, ProviderKind.ADDRESS_BOOK, lambda: with_methods(BookProvider(Script(), {}), logon=logon), "STAFF")
    with log_on(mail) as session:
        assert row_of(session, "STAFF")[0] & STATUS_AVAILABLE
        found = session.open_address_book()
        assert ROOT not in found.get_search_path()
        code, text = row_of(session, "STAFF")
        assert code & STATUS_FAILURE
        assert told in text
        works = True
        assert ROOT in found.get_search_path()
        code, text = row_of(session, "STAFF")
        assert not code & STATUS_FAILURE
        assert not text
