"""Address book tests: users, made, changed, copied and deleted (ABK-71, ABK-72, ABK-74)."""

from __future__ import annotations

import pytest

from mapix.interfaces.addrbook import MailUser
from mapix.interfaces.prop import Access, Keep, ObjectType
from mapix.interfaces.table import MapiTable, query_all_rows
from mapix.properties.entryid import OneOff
from mapix.properties.errors import Collision, MapiError, NoAccess, NoSupport, ObjectChanged, UnknownFlags
from mapix.properties.flags import CREATE_CHECK_DUP_LOOSE, CREATE_CHECK_DUP_STRICT, CREATE_REPLACE, DTCT_EDIT
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_COMMENT,
    PR_CONTROL_STRUCTURE,
    PR_CONTROL_TYPE,
    PR_DEF_CREATE_MAILUSER,
    PR_DETAILS_TABLE,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_GIVEN_NAME,
    PR_OBJECT_TYPE,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
)
from mapix.testing.book_bench import PEOPLE, BookBench, BookPowers


class EntryTests(BookBench):
    """People in an address book."""

    def test_a_user_has_what_every_user_has(self) -> None:
        """ABK-74, ABK-3, ABK-5, EID-3."""
        for name, entry_id in self.ids().items():
            user = self.book.open_entry(entry_id)
            assert isinstance(user, MailUser)
            assert user.object_type is ObjectType.MAILUSER
            wanted = {
                PR_ADDRTYPE: "SMTP",
                PR_DISPLAY_NAME: name,
                PR_DISPLAY_TYPE: 0,
                PR_EMAIL_ADDRESS: PEOPLE[name],
                PR_ENTRYID: entry_id,
                PR_OBJECT_TYPE: 6,
                PR_SEARCH_KEY: f"SMTP:{PEOPLE[name]}\0".upper().encode(),
            }
            assert user.get_props(tuple(wanted)) == wanted
            assert user.get_prop(PR_RECORD_KEY)
            assert set(wanted) <= set(user.get_prop_list())

    def test_a_user_opens_through_the_container_too(self) -> None:
        """EID-4."""
        entry_id = self.ids()["Ann Archer"]
        assert self.container.open_entry(entry_id).get_prop(PR_DISPLAY_NAME) == "Ann Archer"

    def test_users_open_for_reading_take_no_changes(self) -> None:
        """GEN-12, SPI-26."""
        with pytest.raises(NoAccess):
            self.open("Ann Archer").set_props({PR_DISPLAY_NAME: "Anna"})

    def test_identifiers_are_compared(self) -> None:
        """GEN-14, SPI-26."""
        ann, bill = self.ids()["Ann Archer"], self.ids()["Bill Lee"]
        assert self.book.compare_entry_ids(ann, ann)
        assert not self.book.compare_entry_ids(ann, bill)

    def test_a_book_that_cannot_be_changed_says_so(self) -> None:
        """ABK-71, GEN-7."""
        if BookPowers.MODIFIABLE in self.powers:
            pytest.skip("the address book can be changed")
        with pytest.raises((NoSupport, NoAccess)):
            self.container.create_entry()
        with pytest.raises((NoSupport, NoAccess)):
            self.container.delete_entries([self.ids()["Ann Archer"]])

    def test_a_new_user_is_there_after_its_first_save(self) -> None:
        """ABK-71."""
        self.need(BookPowers.MODIFIABLE)
        user = self.container.create_entry()
        user.set_props({PR_DISPLAY_NAME: "Mia Moor", PR_EMAIL_ADDRESS: "mia@home.example", PR_COMMENT: "next door"})
        assert "Mia Moor" not in self.names()
        user.save_changes()
        assert "Mia Moor" in self.names()
        found = self.open("Mia Moor")
        assert found.get_prop(PR_ENTRYID) == user.get_prop(PR_ENTRYID)
        assert found.get_prop(PR_COMMENT) == "next door"
        assert found.get_prop(PR_ADDRTYPE) == "SMTP"

    def test_a_new_user_that_is_never_saved_leaves_nothing(self) -> None:
        """ABK-71."""
        self.need(BookPowers.MODIFIABLE)
        self.container.create_entry().set_props({PR_DISPLAY_NAME: "Mia", PR_EMAIL_ADDRESS: "mia@home.example"})
        assert self.names() == list(PEOPLE)

    def test_users_are_made_from_the_template(self) -> None:
        """ABK-73."""
        self.need(BookPowers.MODIFIABLE | BookPowers.TEMPLATES)
        template = self.container.get_prop(PR_DEF_CREATE_MAILUSER)
        user = self.container.create_entry(template)
        assert user.object_type is ObjectType.MAILUSER
        user.set_props({PR_DISPLAY_NAME: "Mia Moor", PR_EMAIL_ADDRESS: "mia@home.example"})
        user.save_changes()
        assert "Mia Moor" in self.names()

    def test_unknown_flags_and_templates_are_refused(self) -> None:
        """ABK-71, GEN-4."""
        self.need(BookPowers.MODIFIABLE | BookPowers.TEMPLATES)
        with pytest.raises(UnknownFlags):
            self.container.create_entry(None, 0x100)
        with pytest.raises(MapiError):
            self.container.create_entry(bytes(4) + b"\xee" * 20)

    def test_other_address_types_are_kept_upper_case(self) -> None:
        """ABK-4, ABK-5."""
        self.need(BookPowers.MODIFIABLE)
        user = self.container.create_entry()
        user.set_props({PR_DISPLAY_NAME: "Fax", PR_ADDRTYPE: "FAX", PR_EMAIL_ADDRESS: "+1 555 0100"})
        user.save_changes()
        opened = self.open("Fax")
        assert opened.get_prop(PR_ADDRTYPE) == "FAX"
        assert opened.get_prop(PR_SEARCH_KEY) == b"FAX:+1 555 0100\0"

    def test_a_user_without_name_or_address_is_refused(self) -> None:
        """ABK-74."""
        self.need(BookPowers.MODIFIABLE)
        for tag in (PR_DISPLAY_NAME, PR_EMAIL_ADDRESS):
            user = self.container.create_entry()
            user.set_props({tag: "mia@home.example"})
            with pytest.raises(MapiError):
                user.save_changes()
        assert self.names() == list(PEOPLE)

    def test_a_changed_user_is_found_by_what_it_is_now(self) -> None:
        """ABK-74, ABK-25."""
        self.need(BookPowers.MODIFIABLE)
        user = self.open("Ann Archer", Access.MODIFY)
        user.set_props({PR_DISPLAY_NAME: "Ann Bowman", PR_EMAIL_ADDRESS: "bowman@home.example"})
        assert "Ann Archer" in self.names()
        user.save_changes(Keep.READWRITE)
        assert user.get_prop(PR_SEARCH_KEY) == b"SMTP:BOWMAN@HOME.EXAMPLE\0"
        assert "Ann Archer" not in self.names()
        row = {PR_DISPLAY_NAME: "bowman"}
        if BookPowers.RESOLVES in self.powers:
            assert self.container.resolve_names([row, {PR_DISPLAY_NAME: "archer"}], (PR_EMAIL_ADDRESS,)) == [2, 0]
        assert self.open("Ann Bowman").get_prop(PR_EMAIL_ADDRESS) == "bowman@home.example"

    def test_properties_can_be_added_and_taken_away(self) -> None:
        """ABK-74, P-160."""
        self.need(BookPowers.MODIFIABLE)
        user = self.open("Ann Archer", Access.MODIFY)
        user.set_props({PR_GIVEN_NAME: "Ann", PR_COMMENT: "x"})
        user.save_changes(Keep.READWRITE)
        user.delete_props((PR_COMMENT,))
        user.save_changes()
        found = self.open("Ann Archer")
        assert found.get_prop(PR_GIVEN_NAME) == "Ann"
        assert found.get_prop(PR_COMMENT) is None

    def test_identifiers_and_keys_cannot_be_set(self) -> None:
        """ABK-74, P-009."""
        self.need(BookPowers.MODIFIABLE)
        user = self.open("Ann Archer", Access.MODIFY)
        problems = user.set_props({PR_ENTRYID: b"x", PR_SEARCH_KEY: b"y", PR_OBJECT_TYPE: 3})
        assert [problem.index for problem in problems] == [0, 1, 2]

    def test_two_who_change_one_user_do_not_overwrite_one_another_unawares(self) -> None:
        """P-215."""
        self.need(BookPowers.MODIFIABLE | BookPowers.CONFLICTS)
        first, second = self.open("Ann Archer", Access.MODIFY), self.open("Ann Archer", Access.MODIFY)
        first.set_props({PR_COMMENT: "one"})
        first.save_changes()
        second.set_props({PR_COMMENT: "two"})
        with pytest.raises(ObjectChanged):
            second.save_changes()
        second.save_changes(force=True)
        assert self.open("Ann Archer").get_prop(PR_COMMENT) == "two"

    def test_deleted_users_are_gone_and_the_others_stay(self) -> None:
        """ABK-72."""
        self.need(BookPowers.MODIFIABLE)
        ids = self.ids()
        assert self.container.delete_entries([ids["Ann Archer"], ids["Bill Lee"]])
        assert self.names() == list(PEOPLE)[2:]
        with pytest.raises(MapiError):
            self.book.open_entry(ids["Ann Archer"])

    def test_what_cannot_be_deleted_is_told_and_the_rest_is_deleted(self) -> None:
        """ABK-72."""
        self.need(BookPowers.MODIFIABLE)
        ids = self.ids()
        self.container.delete_entries([ids["Ann Archer"]])
        done = self.container.delete_entries([ids["Ann Archer"], ids["Bill Lee"]])
        assert not done
        assert done.left_out == (ids["Ann Archer"],)
        assert "Bill Lee" not in self.names()

    @pytest.mark.parametrize("flag", [CREATE_CHECK_DUP_STRICT, CREATE_CHECK_DUP_LOOSE])
    def test_a_duplicate_is_refused_when_it_is_saved(self, flag: int) -> None:
        """ABK-71."""
        self.need(BookPowers.MODIFIABLE | BookPowers.DUPLICATES)
        user = self.container.create_entry(None, flag)
        user.set_props({PR_DISPLAY_NAME: "ann archer", PR_EMAIL_ADDRESS: "ANN@home.example"})
        with pytest.raises(Collision):
            user.save_changes()
        other = self.container.create_entry(None, flag)
        other.set_props({PR_DISPLAY_NAME: "Somebody else", PR_EMAIL_ADDRESS: "else@home.example"})
        other.save_changes()
        assert len(self.names()) == len(PEOPLE) + 1

    def test_only_a_loose_check_minds_one_address_under_two_names(self) -> None:
        """ABK-71."""
        self.need(BookPowers.MODIFIABLE | BookPowers.DUPLICATES)
        self.add("Ann at home", "ann@home.example", flags=CREATE_CHECK_DUP_STRICT)
        with pytest.raises(Collision):
            self.add("Ann once more", "ann@home.example", flags=CREATE_CHECK_DUP_LOOSE)

    def test_a_duplicate_can_replace_what_is_there(self) -> None:
        """ABK-71."""
        self.need(BookPowers.MODIFIABLE | BookPowers.DUPLICATES)
        user = self.container.create_entry(None, CREATE_CHECK_DUP_STRICT | CREATE_REPLACE)
        user.set_props({PR_DISPLAY_NAME: "Ann Archer", PR_EMAIL_ADDRESS: "ann@home.example", PR_COMMENT: "new"})
        user.save_changes()
        assert self.names() == list(PEOPLE)
        assert self.open("Ann Archer").get_prop(PR_COMMENT) == "new"

    def test_without_flags_duplicates_are_welcome(self) -> None:
        """ABK-71."""
        self.need(BookPowers.MODIFIABLE)
        self.add("Ann Archer", "ann@home.example")
        assert self.names().count("Ann Archer") == 2

    def test_copies_have_what_the_original_has(self) -> None:
        """ABK-72."""
        self.need(BookPowers.COPIES)
        entry_id = self.ids()["Ann Archer"]
        assert self.container.copy_entries([entry_id])
        assert self.names().count("Ann Archer") == 2
        assert self.container.copy_entries([entry_id], CREATE_CHECK_DUP_STRICT)
        assert self.names().count("Ann Archer") == 2

    def test_one_offs_are_copied_into_the_book(self) -> None:
        """ABK-72, ABK-65."""
        self.need(BookPowers.COPIES)
        person = OneOff("Mia Moor", "SMTP", "mia@home.example").dump()
        assert self.container.copy_entries([person])
        assert self.open("Mia Moor").get_prop(PR_EMAIL_ADDRESS) == "mia@home.example"
        assert self.container.copy_entries([person], CREATE_REPLACE)
        assert self.names().count("Mia Moor") == 1

    def test_what_cannot_be_copied_is_told(self) -> None:
        """ABK-72."""
        self.need(BookPowers.COPIES)
        unknown = bytes(4) + b"\xee" * 20
        done = self.container.copy_entries([unknown, self.ids()["Ann Archer"]])
        assert done.left_out == (unknown,)
        assert self.names().count("Ann Archer") == 2

    def test_entries_have_a_display_table(self) -> None:
        """ABK-74, SPI-38."""
        self.need(BookPowers.DETAILS)
        table = self.open("Ann Archer").open_property(PR_DETAILS_TABLE, MapiTable)
        rows = query_all_rows(table, (PR_CONTROL_TYPE, PR_CONTROL_STRUCTURE))
        edited = {int.from_bytes(each[12:16], "little") for kind, each in rows if kind == DTCT_EDIT}
        assert {PR_DISPLAY_NAME, PR_EMAIL_ADDRESS} <= edited

    def test_the_book_stays_when_it_is_opened_again(self) -> None:
        """ABK-71, EID-3."""
        ann = self.ids()["Ann Archer"]
        other = self.again()
        assert other.open_entry(ann).get_prop(PR_EMAIL_ADDRESS) == "ann@home.example"
        if BookPowers.MODIFIABLE in self.powers:
            entry_id = self.add("Mia Moor", "mia@home.example")
            assert other.open_entry(entry_id).get_prop(PR_DISPLAY_NAME) == "Mia Moor"
