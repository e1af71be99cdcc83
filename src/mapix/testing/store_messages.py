"""Store tests: messages, what their saves compute, and their recipients (objects 4.1 to 4.6)."""

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
    MSGFLAG_READ,
    MSGFLAG_SUBMIT,
    MSGFLAG_UNMODIFIED,
    MSGFLAG_UNSENT,
)
from mapix.properties.restriction import Property, Relop
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_BODY,
    PR_CONVERSATION_TOPIC,
    PR_CREATION_TIME,
    PR_DISPLAY_BCC,
    PR_DISPLAY_CC,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TO,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_LAST_MODIFICATION_TIME,
    PR_MESSAGE_ATTACHMENTS,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_CODEPAGE,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_RECIPIENTS,
    PR_MESSAGE_SIZE,
    PR_MESSAGE_SIZE_EXTENDED,
    PR_NORMALIZED_SUBJECT,
    PR_NULL,
    PR_OBJECT_TYPE,
    PR_PARENT_ENTRYID,
    PR_RECIPIENT_TYPE,
    PR_RECORD_KEY,
    PR_ROWID,
    PR_RTF_COMPRESSED,
    PR_RTF_IN_SYNC,
    PR_SEARCH_KEY,
    PR_SUBJECT,
    PR_SUBJECT_PREFIX,
)
from mapix.testing.store_bench import (
    StoreBench,
    contents,
    entry_id_of,
    recipient,
    recipients,
)

SUBJECTS = [
    ("RE: x", None, "RE: ", "x"),
    ("FW: y", None, "FW: ", "y"),
    ("ABCD: z", None, None, "ABCD: z"),
    ("R2: z", None, None, "R2: z"),
    ("RE:x", None, None, "RE:x"),
    ("Antwort: x", "Antwort: ", "Antwort: ", "x"),
    ("RE: x", "WG: ", "RE: ", "x"),
    ("RE: x", "", "", "RE: x"),
    ("Übe: x", None, "Übe: ", "x"),
    ("", None, None, ""),
]
"""Subject, prefix set by the client, prefix and normalized subject after the save (M-020, X-20)."""


class MessageTests(StoreBench):
    """Messages and what their saves compute."""

    def test_a_new_message_does_not_exist_before_its_first_save(self) -> None:
        """F-060."""
        folder = self.folder()
        message = self.draft(folder)
        assert contents(folder) == []
        message.save_changes(Keep.READONLY)
        assert contents(folder) == [("Budget",)]
        assert entry_id_of(message) == contents(folder, PR_ENTRYID)[0][0]

    def test_a_message_never_saved_leaves_nothing(self) -> None:
        """F-060."""
        folder = self.folder()
        self.draft(folder, "ann@example.com").close()
        assert contents(folder) == []

    def test_a_search_key_is_there_at_once_and_stays(self) -> None:
        """E-008, E-009."""
        message = self.draft(self.folder())
        key = message.get_prop(PR_SEARCH_KEY)
        assert len(key) == 16
        message.save_changes(Keep.CLOSE)
        assert self.message_of(entry_id_of(message)).get_prop(PR_SEARCH_KEY) == key

    def test_a_message_knows_where_it_lies(self) -> None:
        """Objects 4.1."""
        folder = self.folder()
        message = self.message_of(self.message(folder))
        assert message.get_prop(PR_PARENT_ENTRYID) == entry_id_of(folder)
        assert message.get_prop(PR_OBJECT_TYPE) == 5
        assert message.get_prop(PR_RECORD_KEY)

    def test_a_message_without_class_gets_ipm(self) -> None:
        """C-004, X-28."""
        message = self.folder().create_message()
        message.save_changes(Keep.READONLY)
        assert message.get_prop(PR_MESSAGE_CLASS) == "IPM"

    @pytest.mark.parametrize(("subject", "given", "prefix", "normalized"), SUBJECTS)
    def test_a_subject_is_prefix_and_normalized_subject(
        self, subject: str, given: str | None, prefix: str | None, normalized: str
    ) -> None:
        """M-020."""
        message = self.folder().create_message()
        message.set_props({PR_SUBJECT: subject} | ({} if given is None else {PR_SUBJECT_PREFIX: given}))
        message.save_changes(Keep.READONLY)
        assert message.get_prop(PR_SUBJECT_PREFIX) == prefix
        assert message.get_prop(PR_NORMALIZED_SUBJECT) == normalized
        assert message.get_prop(PR_SUBJECT) == subject

    def test_a_changed_subject_is_split_anew(self) -> None:
        """M-020 (2)."""
        message = self.message_of(self.message(self.folder(), {PR_SUBJECT: "RE: x"}))
        message.set_props({PR_SUBJECT: "y"})
        message.save_changes(Keep.READONLY)
        assert message.get_prop(PR_SUBJECT_PREFIX) is None
        assert message.get_prop(PR_NORMALIZED_SUBJECT) == "y"

    def test_the_topic_of_a_conversation_is_set_once(self) -> None:
        """Objects 4.1, PR_CONVERSATION_TOPIC."""
        message = self.message_of(self.message(self.folder(), {PR_SUBJECT: "RE: x"}))
        assert message.get_prop(PR_CONVERSATION_TOPIC) == "x"
        message.set_props({PR_SUBJECT: "y"})
        message.save_changes(Keep.READONLY)
        assert message.get_prop(PR_CONVERSATION_TOPIC) == "x"

    def test_times_of_creation_and_change(self) -> None:
        """Objects 4.1."""
        message = self.message_of(self.message(self.folder()))
        created = message.get_prop(PR_CREATION_TIME)
        assert message.get_prop(PR_LAST_MODIFICATION_TIME) >= created
        message.set_props({PR_SUBJECT: "Agenda"})
        message.save_changes(Keep.READONLY)
        assert message.get_prop(PR_CREATION_TIME) == created
        assert message.get_prop(PR_LAST_MODIFICATION_TIME) > created

    def test_a_client_may_choose_the_time_of_change_until_the_first_save(self) -> None:
        """Objects 4.1."""
        entry_id = self.message(self.folder(), {PR_LAST_MODIFICATION_TIME: 130_000_000_000_000_000})
        message = self.message_of(entry_id)
        assert message.get_prop(PR_LAST_MODIFICATION_TIME) == 130_000_000_000_000_000
        assert message.set_props({PR_LAST_MODIFICATION_TIME: 1})

    def test_the_size_of_a_message_grows_with_it(self) -> None:
        """Objects 4.1; PR_MESSAGE_SIZE_EXTENDED is the same number."""
        small = self.message_of(self.message(self.folder()))
        size = small.get_prop(PR_MESSAGE_SIZE)
        assert size > 0
        assert small.get_prop(PR_MESSAGE_SIZE_EXTENDED) == size
        number, attachment = small.create_attach()
        attachment.set_props({PR_ATTACH_DATA_BIN: bytes(10_000)})
        attachment.save_changes()
        small.save_changes(Keep.READWRITE)
        grown = small.get_prop(PR_MESSAGE_SIZE)
        assert size + 10_000 <= grown < size + 11_000
        small.delete_attach(number)
        small.save_changes(Keep.READONLY)
        assert small.get_prop(PR_MESSAGE_SIZE) < size + 1_000

    def test_a_changed_body_is_no_longer_in_step_with_its_rtf(self) -> None:
        """M-042."""
        bodies = {PR_BODY: "text", PR_RTF_COMPRESSED: b"rtf", PR_RTF_IN_SYNC: True}
        message = self.message_of(self.message(self.folder(), bodies))
        message.set_props({PR_BODY: "other", PR_RTF_IN_SYNC: True})
        message.save_changes(Keep.READWRITE)
        assert message.get_prop(PR_RTF_IN_SYNC) is True
        message.set_props({PR_BODY: "changed"})
        message.save_changes(Keep.READWRITE)
        assert message.get_props((PR_BODY, PR_RTF_COMPRESSED, PR_RTF_IN_SYNC)) == {
            PR_BODY: "changed",
            PR_RTF_COMPRESSED: b"rtf",
        }

    def test_narrow_text_is_in_the_messages_code_page(self) -> None:
        """P-045, P-046."""
        message = self.folder().create_message()
        message.set_props({PR_MESSAGE_CODEPAGE: 1252})
        message.set_props({PR_SUBJECT.with_type(PropType.STRING8): b"Gr\xfc\xdfe"})
        name = PR_DISPLAY_NAME.with_type(PropType.STRING8)
        message.modify_recipients(ModifyRecipients.ADD, [{name: b"J\xfcrgen"}])
        message.save_changes(Keep.READONLY)
        assert message.get_props((PR_SUBJECT, PR_DISPLAY_TO)) == {PR_SUBJECT: "Grüße", PR_DISPLAY_TO: "Jürgen"}
        assert recipients(message, name) == [(b"J\xfcrgen",)]

    def test_new_messages_are_unsent_and_unmodified_until_their_second_save(self) -> None:
        """M-010, objects 4.2."""
        message = self.message_of(self.message(self.folder()))
        assert message.get_prop(PR_MESSAGE_FLAGS) == MSGFLAG_UNSENT | MSGFLAG_UNMODIFIED
        message.set_props({PR_SUBJECT: "Agenda"})
        message.save_changes(Keep.READONLY)
        assert message.get_prop(PR_MESSAGE_FLAGS) == MSGFLAG_UNSENT

    def test_flags_are_the_clients_until_the_first_save(self) -> None:
        """M-010, M-011."""
        entry_id = self.message(self.folder(), {PR_MESSAGE_FLAGS: MSGFLAG_READ | MSGFLAG_SUBMIT})
        message = self.message_of(entry_id)
        assert message.get_prop(PR_MESSAGE_FLAGS) == MSGFLAG_READ
        assert message.set_props({PR_MESSAGE_FLAGS: 0})
        assert message.get_prop(PR_MESSAGE_FLAGS) == MSGFLAG_READ

    # recipients

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
        """M-080."""
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
        """M-081."""
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
