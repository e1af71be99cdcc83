"""Address book tests: containers and their tables (ABK-70, ABK-76, ABK-77, ABK-78)."""

from __future__ import annotations

import pytest

from mapix.interfaces.notify import Event, Notification, TableNotification
from mapix.interfaces.prop import Access, ObjectType
from mapix.interfaces.table import Bookmark, MapiTable, query_all_rows
from mapix.properties.errors import InvalidObject, MapiError, NoSupport, NotFound, UnknownEntryid
from mapix.properties.flags import AB_MODIFIABLE, AB_UNMODIFIABLE, DT_MODIFIABLE
from mapix.properties.restriction import And, Content, Exist, Fuzzy, Not, Or, Property, Relop, Restriction
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_ANR,
    PR_ANR_A,
    PR_CONTAINER_FLAGS,
    PR_CREATE_TEMPLATES,
    PR_DEF_CREATE_DL,
    PR_DEF_CREATE_MAILUSER,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_OBJECT_TYPE,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_SELECTABLE,
)
from mapix.testing.book_bench import PEOPLE, BookBench, BookPowers
from mapix.testing.tablebattery import keys_of, look_over


def anr(name: str) -> Restriction:
    """The entries a name may mean."""
    return Property(Relop.EQ, PR_ANR, name)


class ContainerTests(BookBench):
    """What containers are, and what their tables show."""

    def test_a_container_says_what_it_is(self) -> None:
        """ABK-70, ABK-77, ABK-2."""
        container = self.container
        assert container.object_type is ObjectType.ABCONT
        assert container.get_prop(PR_OBJECT_TYPE) == ObjectType.ABCONT
        for tag in (PR_DISPLAY_NAME, PR_ENTRYID, PR_RECORD_KEY):
            assert container.get_prop(tag)
        flags = container.get_prop(PR_CONTAINER_FLAGS)
        assert flags & (AB_MODIFIABLE | AB_UNMODIFIABLE)
        if BookPowers.MODIFIABLE in self.powers:
            assert flags & AB_MODIFIABLE
            assert container.get_prop(PR_DISPLAY_TYPE) == DT_MODIFIABLE

    def test_a_container_opens_by_its_identifier(self) -> None:
        """ABK-70, EID-3, SPI-26."""
        entry_id = self.container.get_prop(PR_ENTRYID)
        opened = self.book.open_entry(entry_id)
        assert opened.object_type is ObjectType.ABCONT
        assert opened.get_prop(PR_ENTRYID) == entry_id
        assert self.book.compare_entry_ids(entry_id, entry_id)

    def test_the_contents_are_the_people(self) -> None:
        """ABK-3, ABK-74."""
        columns = (PR_DISPLAY_NAME, PR_ADDRTYPE, PR_EMAIL_ADDRESS, PR_OBJECT_TYPE, PR_DISPLAY_TYPE)
        rows = query_all_rows(self.container.get_contents_table(), columns)
        assert sorted(rows) == [(name, "SMTP", address, 6, 0) for name, address in PEOPLE.items()]

    def test_contents_tables_answer_every_call(self) -> None:
        """ABK-76, T-003."""
        look_over(self.container.get_contents_table)
        assert len(set(keys_of(self.container.get_contents_table()))) == len(PEOPLE)

    def test_hierarchy_tables_answer_every_call(self) -> None:
        """ABK-78."""
        table = self.container.get_hierarchy_table()
        assert isinstance(table.query_columns(), list)
        assert table.query_position()[2] >= 1
        assert table.seek_row(0, 0) == 0
        table.seek_row_approx(0, 1)
        table.restrict(Exist(PR_ENTRYID))
        with pytest.raises(NotFound):
            table.find_row(Property(Relop.EQ, PR_DISPLAY_NAME, "nothing is called so"))
        assert isinstance(table.query_rows(10), list)
        table.free_bookmark(table.create_bookmark())

    @pytest.mark.parametrize(
        ("name", "found"),
        [
            ("Bill L", ["Bill Lee", "Bill Logan Jr.", "Billy Larson", "Sam Bill Lee"]),
            ("bill", ["Bill Lee", "Bill Logan Jr.", "Billy Larson", "Sam Bill Lee"]),
            ("lee bi", ["Bill Lee", "Sam Bill Lee"]),
            ("ARCHER", ["Ann Archer"]),
            ("zoë", ["Zoë Zimmer"]),
            ("rcher", []),
            ("", []),
        ],
    )
    def test_names_are_found_by_the_beginnings_of_their_words(self, name: str, found: list[str]) -> None:
        """ABK-25."""
        table = self.container.get_contents_table()
        table.set_columns((PR_DISPLAY_NAME,))
        table.restrict(anr(name))
        assert sorted(each for (each,) in table.query_rows(50)) == found
        assert table.get_row_count() == len(found)

    def test_names_are_found_within_other_conditions(self) -> None:
        """ABK-25, R-003."""
        lee = Content(PR_DISPLAY_NAME, "lee", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE)
        for where, found in (
            (And((anr("bill"), lee)), ["Bill Lee", "Sam Bill Lee"]),
            (And((anr("bill"), Not(lee))), ["Bill Logan Jr.", "Billy Larson"]),
            (Or((anr("ann"), anr("zoë"))), ["Ann Archer", "Zoë Zimmer"]),
            (Not(anr("bill")), ["Ann Archer", "Zoë Zimmer"]),
            (Property(Relop.EQ, PR_ANR_A, b"sam"), ["Sam Bill Lee"]),
        ):
            table = self.container.get_contents_table()
            table.set_columns((PR_DISPLAY_NAME,))
            table.restrict(where)
            assert sorted(each for (each,) in table.query_rows(50)) == found

    def test_a_row_is_found_by_its_instance_key_and_by_the_beginning_of_its_name(self) -> None:
        """ABK-25."""
        table = self.container.get_contents_table()
        table.set_columns((PR_INSTANCE_KEY, PR_DISPLAY_NAME))
        for key, name in table.query_rows(50):
            table.find_row(Property(Relop.EQ, PR_INSTANCE_KEY, key), Bookmark.BEGINNING)
            assert table.query_rows(1) == [(key, name)]
        table.restrict(Content(PR_DISPLAY_NAME, "bill ", Fuzzy.PREFIX | Fuzzy.IGNORECASE))
        assert sorted(name for _, name in table.query_rows(50)) == ["Bill Lee", "Bill Logan Jr."]

    def test_a_row_is_found_by_its_search_key(self) -> None:
        """ABK-5."""
        table = self.container.get_contents_table()
        table.set_columns((PR_DISPLAY_NAME,))
        table.restrict(Property(Relop.EQ, PR_SEARCH_KEY, b"SMTP:SAM@HOME.EXAMPLE\0"))
        assert table.query_rows(5) == [("Sam Bill Lee",)]

    def test_people_can_be_sorted(self) -> None:
        """ABK-76, T-050."""
        table = self.container.get_contents_table()
        table.set_columns((PR_EMAIL_ADDRESS,))
        table.sort_table(SortOrder((SortKey(PR_EMAIL_ADDRESS, Order.DESCEND),)))
        assert [each for (each,) in table.query_rows(50)] == sorted(PEOPLE.values(), reverse=True)

    def test_identifiers_of_nobody_are_refused(self) -> None:
        """EID-5, SPI-36, SPI-26."""
        for entry_id in (bytes(4) + b"\xee" * 16, bytes(4) + b"\xee" * 40):
            with pytest.raises(UnknownEntryid):
                self.book.open_entry(entry_id)
            with pytest.raises(UnknownEntryid):
                self.book.compare_entry_ids(entry_id, entry_id)

    def test_names_resolve_or_the_table_has_to_be_asked(self) -> None:
        """ABK-24."""
        if BookPowers.RESOLVES not in self.powers:
            with pytest.raises(NoSupport):
                self.container.resolve_names([{PR_DISPLAY_NAME: "Ann"}], (PR_EMAIL_ADDRESS,))

    def test_templates_are_in_tables(self) -> None:
        """ABK-66, ABK-73, SPI-26."""
        self.need(BookPowers.TEMPLATES)
        table = self.container.open_property(PR_CREATE_TEMPLATES, MapiTable)
        known = [key for (key, selectable) in query_all_rows(table, (PR_ENTRYID, PR_SELECTABLE)) if selectable]
        assert self.container.get_prop(PR_DEF_CREATE_MAILUSER) in known
        if BookPowers.LISTS in self.powers:
            assert self.container.get_prop(PR_DEF_CREATE_DL) in known
        assert query_all_rows(self.book.one_off_table(), (PR_DISPLAY_NAME,))

    def test_tables_hear_of_new_changed_and_deleted_people(self) -> None:
        """ABK-76, NOT-4."""
        self.need(BookPowers.MODIFIABLE | BookPowers.EVENTS)
        heard: list[Notification] = []
        table = self.container.get_contents_table()
        table.advise(Event.TABLE_MODIFIED, heard.extend)
        entry_id = self.add("Mia Moor", "mia@home.example")
        user = self.book.open_entry(entry_id, Access.MODIFY)
        user.set_props({PR_DISPLAY_NAME: "Mia Miller"})
        user.save_changes()
        self.container.delete_entries([entry_id])
        kinds = [one.table_event.name for one in heard if isinstance(one, TableNotification)]
        assert kinds[0] == "ROW_ADDED"
        assert kinds[-1] == "ROW_DELETED"
        assert "ROW_MODIFIED" in kinds or "CHANGED" in kinds

    def test_everything_is_dead_after_the_logoff(self) -> None:
        """GEN-9, SPI-50."""
        container = self.container
        table = container.get_contents_table()
        self.book.logoff()
        self.book.logoff()
        with pytest.raises(MapiError):
            self.book.open_entry(None)
        if BookPowers.MODIFIABLE in self.powers:
            for work in (lambda: container.get_props(), lambda: table.query_rows(1)):
                with pytest.raises(InvalidObject):
                    work()
