"""The conformance suite of address book providers: what every address book of MAPI does, as tests.

    class TestStaffBook(BookConformance):
        powers = BookPowers.RESOLVES | BookPowers.OPEN_AGAIN

        def make_book(self, tmp_path, people):
            write_staff_file(tmp_path / "staff.csv", people)
            return self.open_again(tmp_path)

        def open_again(self, tmp_path):
            support = book_support(tmp_path, {"path": str(tmp_path / "staff.csv")})
            support.logon = StaffProvider().logon(support)
            return support.logon

Every test is inherited; those of powers an address book does not have are skipped. The tests cite the rules they hold.
"""

from __future__ import annotations

from mapix.testing.book_bench import PEOPLE, BookBench, BookPowers, book_support, fill
from mapix.testing.book_containers import ContainerTests
from mapix.testing.book_entries import EntryTests
from mapix.testing.book_lists import ListTests
from mapix.testing.book_names import NameTests

__all__ = ["PEOPLE", "BookBench", "BookConformance", "BookPowers", "book_support", "fill"]


class BookConformance(ContainerTests, EntryTests, ListTests, NameTests):
    """All tests of address books."""
