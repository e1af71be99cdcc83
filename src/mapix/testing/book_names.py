"""Address book tests: who is meant by a name, and recipients made ready (ABK-22, ABK-24, ABK-40)."""

from __future__ import annotations

import pytest

from mapix.properties.flags import MAPI_AMBIGUOUS, MAPI_RESOLVED, MAPI_UNRESOLVED
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_COMMENT,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_OBJECT_TYPE,
    PR_RECIPIENT_TYPE,
    PR_SEARCH_KEY,
)
from mapix.testing.book_bench import BookBench, BookPowers

SET = (PR_ADDRTYPE, PR_DISPLAY_NAME, PR_EMAIL_ADDRESS, PR_ENTRYID, PR_OBJECT_TYPE, PR_SEARCH_KEY)


class NameTests(BookBench):
    """ResolveNames and PrepareRecips."""

    def test_each_row_gets_its_flag_in_its_place(self) -> None:
        """ABK-24."""
        self.need(BookPowers.RESOLVES)
        rows = [{PR_DISPLAY_NAME: name} for name in ("archer", "bill l", "nobody", "Sam")]
        flags = self.container.resolve_names(rows, SET)
        assert flags == [MAPI_RESOLVED, MAPI_AMBIGUOUS, MAPI_UNRESOLVED, MAPI_RESOLVED]
        assert rows[1:3] == [{PR_DISPLAY_NAME: "bill l"}, {PR_DISPLAY_NAME: "nobody"}]
        assert [rows[place][PR_EMAIL_ADDRESS] for place in (0, 3)] == ["ann@home.example", "sam@home.example"]
        assert len(rows) == 4

    def test_a_resolved_row_has_what_sending_needs(self) -> None:
        """ABK-24, ABK-81."""
        self.need(BookPowers.RESOLVES)
        row = {PR_DISPLAY_NAME: "ann a", PR_RECIPIENT_TYPE: 2}
        assert self.container.resolve_names([row], SET) == [MAPI_RESOLVED]
        assert row == {
            PR_RECIPIENT_TYPE: 2,
            PR_DISPLAY_NAME: "Ann Archer",
            PR_ADDRTYPE: "SMTP",
            PR_EMAIL_ADDRESS: "ann@home.example",
            PR_ENTRYID: self.ids()["Ann Archer"],
            PR_OBJECT_TYPE: 6,
            PR_SEARCH_KEY: b"SMTP:ANN@HOME.EXAMPLE\0",
        }

    def test_columns_an_entry_does_not_have_stay_absent(self) -> None:
        """ABK-24."""
        self.need(BookPowers.RESOLVES)
        row = {PR_DISPLAY_NAME: "ann a"}
        self.container.resolve_names([row], (PR_COMMENT,))
        assert PR_COMMENT not in row
        assert row[PR_ENTRYID]

    def test_a_whole_name_wins_over_names_that_begin_alike(self) -> None:
        """ABK-24, ABK-25."""
        self.need(BookPowers.RESOLVES)
        row = {PR_DISPLAY_NAME: " bill lee "}
        assert self.container.resolve_names([row], SET) == [MAPI_RESOLVED]
        assert row[PR_EMAIL_ADDRESS] == "lee@home.example"

    @pytest.mark.parametrize("name", ["", "   ", "...", "%", "_", "*", "'", '"', "\\", "(", "a" * 5000])
    def test_odd_names_mean_nobody(self, name: str) -> None:
        """ABK-24."""
        self.need(BookPowers.RESOLVES)
        assert self.container.resolve_names([{PR_DISPLAY_NAME: name}], SET) == [MAPI_UNRESOLVED]

    def test_a_row_with_an_identifier_is_resolved_already(self) -> None:
        """ABK-21."""
        self.need(BookPowers.RESOLVES)
        row = {PR_DISPLAY_NAME: "bill", PR_ENTRYID: b"x"}
        assert self.container.resolve_names([row], SET) == [MAPI_RESOLVED]
        assert row == {PR_DISPLAY_NAME: "bill", PR_ENTRYID: b"x"}

    def test_two_of_one_name_are_ambiguous(self) -> None:
        """ABK-24."""
        self.need(BookPowers.RESOLVES | BookPowers.MODIFIABLE)
        self.add("Ann Archer", "other@home.example")
        assert self.container.resolve_names([{PR_DISPLAY_NAME: "Ann Archer"}], SET) == [MAPI_AMBIGUOUS]

    def test_prepared_rows_keep_their_number_and_order(self) -> None:
        """ABK-40."""
        rows = [
            {PR_RECIPIENT_TYPE: 1, PR_ENTRYID: self.ids()["Ann Archer"], PR_DISPLAY_NAME: "Annie"},
            {PR_RECIPIENT_TYPE: 2, PR_DISPLAY_NAME: "Nobody"},
            {PR_RECIPIENT_TYPE: 3, PR_ENTRYID: bytes(4) + b"\xee" * 20},
        ]
        prepared = self.book.prepare_recips([dict(row) for row in rows], (PR_ADDRTYPE, PR_DISPLAY_NAME))
        assert len(prepared) == 3
        assert prepared[1:] == rows[1:]
        assert prepared[0][PR_DISPLAY_NAME] == "Annie"
        assert prepared[0][PR_RECIPIENT_TYPE] == 1
