"""The example of an address book of one's own passes the conformance suite."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

import own_address_book
from mapix.interfaces.providers import AddressBookLogon
from mapix.properties.errors import LogonFailed
from mapix.testing.book_conformance import BookConformance, BookPowers
from mapix.testing.support import BenchSupport

ROOT = Path(__file__).parents[2]


def log_on(path: Path) -> AddressBookLogon:
    return own_address_book.StaffProvider().logon(BenchSupport({"path": str(path)}))


class TestStaffBook(BookConformance):
    """The whole suite, each test with a file of its own."""

    powers = BookPowers.OPEN_AGAIN

    def make_book(self, tmp_path: Path, people: Mapping[str, str]) -> AddressBookLogon:
        with (tmp_path / "staff.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("name", "address"), *people.items()])
        return self.open_again(tmp_path)

    def open_again(self, tmp_path: Path) -> AddressBookLogon:
        return log_on(tmp_path / "staff.csv")


@pytest.mark.parametrize("text", [None, "people\nAnn\n", "name,address\nAnn\n"])
def test_a_file_that_is_none_is_a_failed_logon(tmp_path: Path, text: str | None) -> None:
    """SPI-12."""
    if text is not None:
        (tmp_path / "staff.csv").write_text(text, encoding="utf-8")
    with pytest.raises(LogonFailed):
        log_on(tmp_path / "staff.csv")


def test_the_example_is_shorter_than_120_lines() -> None:
    assert len((ROOT / "examples" / "own_address_book.py").read_text(encoding="utf-8").splitlines()) < 120
