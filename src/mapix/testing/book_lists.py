"""Address book tests: distribution lists and their members (ABK-75)."""

from __future__ import annotations

import pytest

from mapix.interfaces.addrbook import DistList
from mapix.interfaces.prop import Access, ObjectType
from mapix.interfaces.table import query_all_rows
from mapix.properties.entryid import OneOff
from mapix.properties.errors import MapiError, NoAccess
from mapix.properties.flags import CREATE_CHECK_DUP_STRICT, DT_DISTLIST, DT_PRIVATE_DISTLIST
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_ANR,
    PR_DEF_CREATE_DL,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_OBJECT_TYPE,
    PR_RECORD_KEY,
)
from mapix.testing.book_bench import PEOPLE, BookBench, BookPowers


class ListTests(BookBench):
    """Lists of people in an address book."""

    def test_a_list_has_what_every_list_has(self) -> None:
        """ABK-75, ABK-2, ABK-77."""
        self.need(BookPowers.LISTS)
        found = self.make_list("Friends")
        assert found.object_type is ObjectType.DISTLIST
        assert found.get_prop(PR_OBJECT_TYPE) == ObjectType.DISTLIST
        assert found.get_prop(PR_DISPLAY_TYPE) in (DT_DISTLIST, DT_PRIVATE_DISTLIST)
        assert found.get_prop(PR_DISPLAY_NAME) == "Friends"
        for tag in (PR_ADDRTYPE, PR_ENTRYID, PR_RECORD_KEY):
            assert found.get_prop(tag)
        assert "Friends" in self.names()

    def test_a_list_is_made_from_its_template_and_kept_at_the_first_save(self) -> None:
        """ABK-71, ABK-73."""
        self.need(BookPowers.LISTS)
        made = self.container.create_entry(self.container.get_prop(PR_DEF_CREATE_DL))
        assert made.object_type is ObjectType.DISTLIST
        assert isinstance(made, DistList)
        assert query_all_rows(made.get_contents_table()) == []
        with pytest.raises(MapiError):
            made.save_changes()
        made.set_props({PR_DISPLAY_NAME: "Friends"})
        made.save_changes()
        assert made.get_prop(PR_ENTRYID) == self.ids()["Friends"]

    def test_members_stand_in_the_contents_table(self) -> None:
        """ABK-75."""
        self.need(BookPowers.LISTS)
        ids = self.ids()
        found = self.make_list("Friends", ids["Zoë Zimmer"], ids["Ann Archer"])
        rows = query_all_rows(found.get_contents_table(), (PR_DISPLAY_NAME, PR_EMAIL_ADDRESS, PR_ENTRYID))
        assert sorted(rows) == [(name, PEOPLE[name], ids[name]) for name in ("Ann Archer", "Zoë Zimmer")]
        table = found.get_contents_table()
        table.restrict(Property(Relop.EQ, PR_ANR, "zoë"))
        assert table.get_row_count() == 1
        assert query_all_rows(found.get_hierarchy_table()) == []

    def test_members_are_as_their_entries_are_now(self) -> None:
        """ABK-75."""
        self.need(BookPowers.LISTS | BookPowers.MODIFIABLE)
        ids = self.ids()
        found = self.make_list("Friends", ids["Ann Archer"], ids["Bill Lee"])
        ann = self.open("Ann Archer", Access.MODIFY)
        ann.set_props({PR_DISPLAY_NAME: "Ann Bowman"})
        ann.save_changes()
        self.container.delete_entries([ids["Bill Lee"]])
        assert self.names(found) == ["Ann Bowman"]

    def test_somebody_is_a_member_once(self) -> None:
        """ABK-75, ABK-72."""
        self.need(BookPowers.LISTS)
        ann = self.ids()["Ann Archer"]
        found = self.make_list("Friends", ann)
        assert found.copy_entries([ann], CREATE_CHECK_DUP_STRICT)
        assert self.names(found) == ["Ann Archer"]

    def test_members_are_taken_off_and_stay_in_the_book(self) -> None:
        """ABK-75, ABK-72."""
        self.need(BookPowers.LISTS)
        ids = self.ids()
        found = self.make_list("Friends", ids["Ann Archer"], ids["Bill Lee"])
        assert found.delete_entries([ids["Ann Archer"]])
        assert self.names(found) == ["Bill Lee"]
        assert "Ann Archer" in self.names()
        assert found.delete_entries([ids["Ann Archer"]]).left_out == (ids["Ann Archer"],)

    def test_people_outside_the_book_may_be_members(self) -> None:
        """ABK-75, ABK-65."""
        self.need(BookPowers.LISTS)
        person = OneOff("Mia Moor", "SMTP", "mia@home.example").dump()
        found = self.make_list("Friends", person)
        columns = (PR_DISPLAY_NAME, PR_ADDRTYPE, PR_EMAIL_ADDRESS, PR_ENTRYID)
        rows = query_all_rows(found.get_contents_table(), columns)
        assert rows == [("Mia Moor", "SMTP", "mia@home.example", person)]
        assert found.delete_entries([person])
        assert self.names(found) == []
        assert "Mia Moor" not in self.names()

    def test_members_are_added_as_entries_too(self) -> None:
        """ABK-71, ABK-75."""
        self.need(BookPowers.LISTS)
        found = self.make_list("Friends")
        found.create_entry(self.ids()["Ann Archer"]).save_changes()
        other = found.create_entry()
        other.set_props({PR_DISPLAY_NAME: "Mia Moor", PR_EMAIL_ADDRESS: "mia@home.example"})
        other.save_changes()
        assert self.names(found) == ["Ann Archer", "Mia Moor"]

    def test_lists_may_be_members_but_never_of_themselves(self) -> None:
        """ABK-75."""
        self.need(BookPowers.LISTS)
        inner = self.make_list("Inner", self.ids()["Ann Archer"])
        middle = self.make_list("Middle", inner.get_prop(PR_ENTRYID))
        outer = self.make_list("Outer", middle.get_prop(PR_ENTRYID))
        assert self.names(outer) == ["Middle"]
        for one in (inner, middle, outer):
            own = outer.get_prop(PR_ENTRYID)
            assert one.copy_entries([own]).left_out == (own,)
        assert self.names(inner) == ["Ann Archer"]

    def test_names_resolve_among_the_members(self) -> None:
        """ABK-24, ABK-75."""
        self.need(BookPowers.LISTS | BookPowers.RESOLVES)
        ids = self.ids()
        found = self.make_list("Friends", ids["Ann Archer"], ids["Bill Lee"], ids["Sam Bill Lee"])
        rows = [{PR_DISPLAY_NAME: name} for name in ("zoë", "ann", "bill", "bill lee")]
        assert found.resolve_names(rows, (PR_EMAIL_ADDRESS,)) == [0, 2, 1, 2]
        assert rows[1][PR_EMAIL_ADDRESS] == "ann@home.example"

    def test_a_list_open_for_reading_takes_no_members(self) -> None:
        """GEN-12."""
        self.need(BookPowers.LISTS)
        entry_id = self.make_list("Friends").get_prop(PR_ENTRYID)
        opened = self.book.open_entry(entry_id)
        assert isinstance(opened, DistList)
        with pytest.raises(NoAccess):
            opened.copy_entries([self.ids()["Ann Archer"]])
        with pytest.raises(NoAccess):
            opened.delete_entries([self.ids()["Ann Archer"]])

    def test_a_copied_list_has_the_members_of_the_original(self) -> None:
        """ABK-72, ABK-75."""
        self.need(BookPowers.LISTS | BookPowers.COPIES)
        friends = self.make_list("Friends", self.ids()["Ann Archer"])
        assert self.container.copy_entries([friends.get_prop(PR_ENTRYID)])
        rows = query_all_rows(self.container.get_contents_table(), (PR_DISPLAY_NAME, PR_ENTRYID))
        copies = [self.book.open_entry(entry_id) for name, entry_id in rows if name == "Friends"]
        assert len(copies) == 2
        assert all(isinstance(copy, DistList) and self.names(copy) == ["Ann Archer"] for copy in copies)

    def test_a_deleted_list_is_no_member_any_more_and_its_members_stay(self) -> None:
        """ABK-72, ABK-75."""
        self.need(BookPowers.LISTS)
        inner = self.make_list("Inner", self.ids()["Ann Archer"])
        outer = self.make_list("Outer", inner.get_prop(PR_ENTRYID), self.ids()["Bill Lee"])
        assert self.container.delete_entries([inner.get_prop(PR_ENTRYID)])
        assert self.names(outer) == ["Bill Lee"]
        assert "Ann Archer" in self.names()
