"""Store tests: the recipients of messages (objects 4.6)."""

from __future__ import annotations

from typing import cast

import pytest

from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Keep
from mapix.interfaces.table import MapiTable, query_all_rows
from mapix.properties.errors import InvalidParameter, UnknownFlags
from mapix.properties.flags import (
    MAPI_BCC,
    MAPI_CC,
    MAPI_TO,
)
from mapix.properties.restriction import Property, Relop
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_DISPLAY_BCC,
    PR_DISPLAY_CC,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TO,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_MESSAGE_ATTACHMENTS,
    PR_MESSAGE_RECIPIENTS,
    PR_NULL,
    PR_PARENT_ENTRYID,
    PR_RECIPIENT_TYPE,
    PR_ROWID,
    PR_SEARCH_KEY,
)
from mapix.testing.store_bench import (
    StoreBench,
    contents,
    entry_id_of,
    recipient,
    recipients,
)


class RecipientTests(StoreBench):
    """Recipient tables, and what is displayed of them."""

    def test_recipients_are_seen_at_once_and_displayed_after_the_save(self) -> None:
        """M-084."""
        message = self.draft(self.folder())
        table = message.get_recipient_table()
        message.modify_recipients(
            ModifyRecipients.ADD,
            [recipient("ann@example.com"), recipient("bob@example.com", MAPI_CC), recipient("cay@example.com")],
        )
        assert table.get_row_count() == 3
        assert message.get_prop(PR_DISPLAY_TO) == ""
        message.save_changes(Keep.READONLY)
        shown = message.get_props((PR_DISPLAY_TO, PR_DISPLAY_CC, PR_DISPLAY_BCC))
        assert list(shown.values()) == ["Ann; Cay", "Bob", ""]

    def test_nobody_to_display_is_an_empty_text(self) -> None:
        """Objects 4.1, PR_DISPLAY_TO."""
        message = self.message_of(self.message(self.folder()))
        assert message.get_prop(PR_DISPLAY_CC) == ""
        assert contents(self.folder_of(message.get_prop(PR_PARENT_ENTRYID)), PR_DISPLAY_CC) == [("",)]

    def test_recipients_are_replaced_changed_and_removed_by_row(self) -> None:
        """ABK-82, M-080."""
        message = self.draft(self.folder(), "ann@example.com", "bob@example.com")
        (ann, _), (bob, _) = recipients(message, PR_ROWID, PR_DISPLAY_NAME)
        message.modify_recipients(ModifyRecipients.MODIFY, [{PR_ROWID: bob, PR_DISPLAY_NAME: "Robert"}])
        assert recipients(message, PR_DISPLAY_NAME, PR_EMAIL_ADDRESS) == [("Ann", "ann@example.com"), ("Robert", None)]
        message.modify_recipients(ModifyRecipients.REMOVE, [{PR_ROWID: ann}])
        assert recipients(message) == [("Robert",)]
        message.modify_recipients(ModifyRecipients.REPLACE, [recipient("cay@example.com")])
        message.save_changes(Keep.CLOSE)
        assert recipients(self.message_of(entry_id_of(message))) == [("Cay",)]

    def test_rows_of_recipients_are_checked(self) -> None:
        """ABK-82, M-081."""
        message = self.draft(self.folder(), "ann@example.com")
        with pytest.raises(InvalidParameter):
            message.modify_recipients(ModifyRecipients.ADD, [{PR_NULL: None}])
        with pytest.raises(UnknownFlags):
            message.modify_recipients(cast(ModifyRecipients, 1), [])
        for how in (ModifyRecipients.MODIFY, ModifyRecipients.REMOVE):
            with pytest.raises(InvalidParameter):
                message.modify_recipients(how, [{PR_DISPLAY_NAME: "Ann"}])
        error = PR_EMAIL_ADDRESS.with_type(PropType.ERROR)
        message.modify_recipients(ModifyRecipients.ADD, [{}, {PR_DISPLAY_NAME: "Bob", error: 1}])
        assert recipients(message) == [("Ann",), ("Bob",)]

    def test_rows_of_the_table_can_be_fed_back(self) -> None:
        """M-083."""
        message = self.draft(self.folder(), "ann@example.com")
        table = message.get_recipient_table()
        columns = table.query_columns()
        rows = [dict(zip(columns, row, strict=True)) for row in table.query_rows(9)]
        other = self.draft(self.folder("Other"))
        other.modify_recipients(ModifyRecipients.ADD, rows)
        other.save_changes(Keep.CLOSE)
        assert recipients(self.message_of(entry_id_of(other)), PR_EMAIL_ADDRESS) == [("ann@example.com",)]

    def test_recipients_keep_all_their_properties_types_and_order(self) -> None:
        """M-085, M-086."""
        spare = PropTag.of(0x6801, PropType.MV_UNICODE)
        row = recipient("ann@example.com", MAPI_BCC, "Ann; Smith") | {spare: ("x", "y")}
        message = self.draft(self.folder(), "zed@example.com")
        message.modify_recipients(ModifyRecipients.ADD, [row])
        message.save_changes(Keep.CLOSE)
        again = self.message_of(entry_id_of(message))
        rows = recipients(again, PR_DISPLAY_NAME, PR_RECIPIENT_TYPE, spare)
        assert rows == [("Zed", MAPI_TO, None), ("Ann; Smith", MAPI_BCC, ("x", "y"))]

    def test_recipient_tables_can_be_restricted(self) -> None:
        """M-104."""
        message = self.draft(self.folder(), "ann@example.com", "bob@example.com")
        found = query_all_rows(
            message.get_recipient_table(), (PR_DISPLAY_NAME,), Property(Relop.NE, PR_EMAIL_ADDRESS, "ann@example.com")
        )
        assert found == [("Bob",)]

    def test_parts_are_properties_too(self) -> None:
        """P-121, objects 4.1."""
        message = self.draft(self.folder(), "ann@example.com")
        assert {PR_MESSAGE_RECIPIENTS, PR_MESSAGE_ATTACHMENTS} <= set(message.get_prop_list())
        table = message.open_property(PR_MESSAGE_RECIPIENTS, MapiTable)
        assert table.get_row_count() == 1
        assert message.open_property(PR_MESSAGE_ATTACHMENTS, MapiTable).get_row_count() == 0
        message.delete_props((PR_MESSAGE_RECIPIENTS,))
        assert table.get_row_count() == 0

    def test_a_name_and_a_type_are_enough_until_the_message_is_sent(self) -> None:
        """M-082: unresolved rows are kept as they are."""
        message = self.draft(self.folder())
        message.modify_recipients(ModifyRecipients.ADD, [{PR_DISPLAY_NAME: "Ann", PR_RECIPIENT_TYPE: MAPI_CC}])
        message.save_changes(Keep.READONLY)
        again = self.message_of(entry_id_of(message))
        assert recipients(again, PR_DISPLAY_NAME, PR_RECIPIENT_TYPE, PR_EMAIL_ADDRESS, PR_ENTRYID) == [
            ("Ann", MAPI_CC, None, None)
        ]

    def test_an_address_has_a_search_key(self) -> None:
        """ABK-5, M-087: type and address in capitals."""
        message = self.draft(self.folder(), "ann@example.com")
        assert recipients(message, PR_SEARCH_KEY) == [(b"SMTP:ANN@EXAMPLE.COM\0",)]

    def test_semicolons_in_names_do_not_make_two_of_one(self) -> None:
        """M-088, X-29."""
        message = self.draft(self.folder())
        message.modify_recipients(
            ModifyRecipients.ADD,
            [recipient("ann@example.com", name="Smith; Ann"), recipient("bob@example.com", MAPI_CC, "Bob")],
        )
        message.save_changes(Keep.READONLY)
        assert message.get_props((PR_DISPLAY_TO, PR_DISPLAY_CC)) == {PR_DISPLAY_TO: "Smith, Ann", PR_DISPLAY_CC: "Bob"}
