"""Identifiers that a provider compares through its support object."""

from collections.abc import Iterator

import pytest
from tests.subsystem.supports import Given, opened_supports

from mapix.properties.errors import InvalidEntryid, UnknownEntryid
from mapix.properties.tags import PR_IPM_SUBTREE_ENTRYID
from mapix.subsystem.initialize import Subsystem


@pytest.fixture
def given(system: Subsystem, profile: str) -> Iterator[Given]:
    """A support object of each kind, in a session with a store."""
    with opened_supports(system, profile) as found:
        yield found


def test_what_is_in_a_store_and_who_is_in_a_book_are_not_the_same(given: Given) -> None:
    """SPI-42, SES-45: unequal is a result; an error is only what nobody knows."""
    folder = given.opened.get_prop(PR_IPM_SUBTREE_ENTRYID)
    person = given.book.create_one_off("B", "SMTP", "b@example.com")
    for first, second in ((folder, person), (person, folder)):
        assert given.store.compare_entry_ids(first, second) is False
        assert given.store.compare_entry_ids(first, first)
    for unknown in (bytes(4) + b"nobody's own uid", folder[:-1]):
        for first, second in ((unknown, person), (person, unknown), (unknown, folder), (folder, unknown)):
            with pytest.raises((UnknownEntryid, InvalidEntryid)):
                given.store.compare_entry_ids(first, second)
