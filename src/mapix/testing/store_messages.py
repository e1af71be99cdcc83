"""Store tests: messages, their computed properties, recipients and attachments (objects sections 4 and 5)."""

from __future__ import annotations

import pytest

from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.table import MapiTable, query_all_rows
from mapix.properties.errors import InvalidObject, InvalidParameter, NoSupport, NotFound, UnknownFlags
from mapix.properties.flags import (
    ATTACH_BY_VALUE,
    ATTACH_EMBEDDED_MSG,
    CLEAR_READ_FLAG,
    CLEAR_RN_PENDING,
    GENERATE_RECEIPT_ONLY,
    MAPI_BCC,
    MAPI_CC,
    MAPI_TO,
    MSGFLAG_HASATTACH,
    MSGFLAG_READ,
    MSGFLAG_RN_PENDING,
    MSGFLAG_SUBMIT,
    MSGFLAG_UNMODIFIED,
    MSGFLAG_UNSENT,
    SUPPRESS_RECEIPT,
)
from mapix.properties.restriction import Property, Relop
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_METHOD,
    PR_ATTACH_NUM,
    PR_ATTACH_SIZE,
    PR_CONVERSATION_TOPIC,
    PR_CREATION_TIME,
    PR_DISPLAY_BCC,
    PR_DISPLAY_CC,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TO,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_HASATTACH,
    PR_LAST_MODIFICATION_TIME,
    PR_MESSAGE_ATTACHMENTS,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_RECIPIENTS,
    PR_MESSAGE_SIZE,
    PR_MESSAGE_SIZE_EXTENDED,
    PR_NORMALIZED_SUBJECT,
    PR_NULL,
    PR_OBJECT_TYPE,
    PR_PARENT_ENTRYID,
    PR_READ_RECEIPT_REQUESTED,
    PR_RECIPIENT_TYPE,
    PR_RECORD_KEY,
    PR_RENDERING_POSITION,
    PR_ROWID,
    PR_SEARCH_KEY,
    PR_SUBJECT,
    PR_SUBJECT_PREFIX,
)
from mapix.testing.store_bench import (
    Powers,
    StoreBench,
    contents,
    entry_id_of,
    inner,
    read,
    recipient,
    recipients,
    write,
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

    # attachments

    def attach(self, message: Message, name: str, data: bytes = b"data") -> int:
        """An attachment, saved into its message."""
        number, attachment = message.create_attach()
        attachment.set_props(
            {PR_ATTACH_METHOD: ATTACH_BY_VALUE, PR_ATTACH_LONG_FILENAME: name, PR_ATTACH_DATA_BIN: data}
        )
        attachment.save_changes()
        return number

    def names(self, message: Message) -> list[str]:
        """The file names of a message's attachments."""
        rows = query_all_rows(message.get_attachment_table(), (PR_ATTACH_LONG_FILENAME,))
        return sorted(row[0] for row in rows)

    def test_an_attachment_is_real_after_both_saves(self) -> None:
        """M-060."""
        message = self.draft(self.folder())
        table = message.get_attachment_table()
        _, unsaved = message.create_attach()
        unsaved.set_props({PR_ATTACH_LONG_FILENAME: "unsaved.txt"})
        number = self.attach(message, "saved.txt")
        assert table.get_row_count() == 1
        message.save_changes(Keep.CLOSE)
        again = self.message_of(entry_id_of(message))
        assert self.names(again) == ["saved.txt"]
        assert again.open_attach(number).get_prop(PR_ATTACH_DATA_BIN) == b"data"

    def test_an_attachment_without_the_messages_save_is_lost(self) -> None:
        """M-060."""
        entry_id = self.message(self.folder())
        self.attach(self.message_of(entry_id), "lost.txt")
        assert self.names(self.message_of(entry_id)) == []

    def test_attachments_are_changed_and_deleted_with_the_message(self) -> None:
        """M-061, M-062."""
        message = self.draft(self.folder())
        one, two = self.attach(message, "one.txt"), self.attach(message, "two.txt")
        message.save_changes(Keep.READWRITE)
        message.delete_attach(one)
        attachment = message.open_attach(two, Access.MODIFY)
        attachment.set_props({PR_ATTACH_LONG_FILENAME: "three.txt"})
        attachment.save_changes()
        entry_id = entry_id_of(message)
        assert self.names(message) == ["three.txt"]
        assert self.names(self.message_of(entry_id)) == ["one.txt", "two.txt"]
        message.save_changes(Keep.CLOSE)
        again = self.message_of(entry_id)
        assert self.names(again) == ["three.txt"]
        assert again.open_attach(two).get_prop(PR_ATTACH_DATA_BIN) == b"data"
        with pytest.raises(NotFound):
            again.open_attach(one)

    def test_a_new_attachment_has_what_is_required(self) -> None:
        """A-001, A-003, A-020."""
        message = self.draft(self.folder())
        number, attachment = message.create_attach()
        assert attachment.get_prop(PR_ATTACH_METHOD) == 0
        assert attachment.get_prop(PR_RENDERING_POSITION) == -1
        assert attachment.get_prop(PR_ATTACH_NUM) == number
        assert attachment.get_prop(PR_OBJECT_TYPE) == 7
        key = attachment.get_prop(PR_RECORD_KEY)
        attachment.save_changes()
        message.save_changes(Keep.READONLY)
        assert self.message_of(entry_id_of(message)).open_attach(number).get_prop(PR_RECORD_KEY) == key

    def test_attachment_tables_have_no_bookmarks_of_their_own(self) -> None:
        """A-025."""
        with pytest.raises(NoSupport):
            self.draft(self.folder()).get_attachment_table().create_bookmark()

    def test_having_attachments_follows_their_table(self) -> None:
        """Objects 4.1, PR_HASATTACH."""
        message = self.draft(self.folder())
        number = self.attach(message, "one.txt")
        message.save_changes(Keep.READWRITE)
        assert message.get_prop(PR_HASATTACH) is True
        assert message.get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_HASATTACH
        message.delete_attach(number)
        message.save_changes(Keep.READWRITE)
        assert message.get_prop(PR_HASATTACH) is False
        assert not message.get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_HASATTACH

    def test_large_attachments_survive(self) -> None:
        """A-003."""
        data = bytes(range(256)) * 8_000
        message = self.draft(self.folder())
        number, attachment = message.create_attach()
        write(attachment, PR_ATTACH_DATA_BIN, data)
        attachment.save_changes()
        message.save_changes(Keep.CLOSE)
        again = self.message_of(entry_id_of(message)).open_attach(number)
        assert read(again, PR_ATTACH_DATA_BIN) == data
        assert again.get_prop(PR_ATTACH_SIZE) >= len(data)

    def test_messages_inside_messages_inside_messages(self) -> None:
        """A-012: saved from the inside out."""
        self.need(Powers.EMBEDDED)
        message = self.draft(self.folder())
        _, first = message.create_attach()
        middle = inner(first, create=True)
        middle.set_props({PR_SUBJECT: "middle"})
        middle.modify_recipients(ModifyRecipients.ADD, [recipient("ann@example.com")])
        _, second = middle.create_attach()
        innermost = inner(second, create=True)
        innermost.set_props({PR_SUBJECT: "innermost"})
        self.attach(innermost, "deep.txt", b"deep")
        for part in (innermost, second, middle, first, message):
            part.save_changes(Keep.READONLY)
        again = self.message_of(entry_id_of(message)).open_attach(0)
        assert again.get_prop(PR_ATTACH_METHOD) == ATTACH_EMBEDDED_MSG
        assert PR_ATTACH_DATA_OBJ in again.get_prop_list()
        found = inner(again)
        assert recipients(found) == [("Ann",)]
        deep = inner(found.open_attach(0))
        assert deep.get_prop(PR_SUBJECT) == "innermost"
        assert deep.open_attach(0).get_prop(PR_ATTACH_DATA_BIN) == b"deep"

    def test_a_message_inside_can_be_changed_and_begun_anew(self) -> None:
        """A-012, P-131."""
        self.need(Powers.EMBEDDED)
        message = self.draft(self.folder())
        number, attachment = message.create_attach()
        for create, values in (
            (True, {PR_SUBJECT: "one"}),
            (False, {PR_DISPLAY_NAME: "x"}),
            (True, {PR_SUBJECT: "two"}),
        ):
            part = attachment.open_property(PR_ATTACH_DATA_OBJ, Message, access=Access.MODIFY, create=create)
            part.set_props(values)
            part.save_changes()
            attachment.save_changes(Keep.READWRITE)
            message.save_changes(Keep.READWRITE)
            found = inner(self.message_of(entry_id_of(message)).open_attach(number))
            assert found.get_props(tuple(values)) == values
        assert found.get_prop(PR_DISPLAY_NAME) is None

    def test_a_message_inside_goes_with_the_data(self) -> None:
        """A-010."""
        self.need(Powers.EMBEDDED)
        message = self.draft(self.folder())
        number, attachment = message.create_attach()
        inner(attachment, create=True).save_changes()
        attachment.save_changes(Keep.READWRITE)
        message.save_changes(Keep.READWRITE)
        attachment.delete_props((PR_ATTACH_DATA_OBJ,))
        attachment.save_changes()
        message.save_changes(Keep.CLOSE)
        with pytest.raises(NotFound):
            inner(self.message_of(entry_id_of(message)).open_attach(number))

    def test_a_message_inside_an_attachment_is_not_sent(self) -> None:
        """M-140."""
        self.need(Powers.EMBEDDED)
        _, attachment = self.draft(self.folder()).create_attach()
        part = inner(attachment, create=True)
        part.modify_recipients(ModifyRecipients.ADD, [recipient("ann@example.com")])
        with pytest.raises(NoSupport):
            part.submit_message()

    # read state

    def flags_after(self, flags: int, first: int = 0) -> int:
        """PR_MESSAGE_FLAGS of a delivered message that asks for a receipt, after SetReadFlag."""
        props = {PR_MESSAGE_FLAGS: first, PR_READ_RECEIPT_REQUESTED: True}
        message = self.message_of(self.message(self.folder(), props))
        message.set_read_flag(flags)
        found = self.message_of(entry_id_of(message)).get_prop(PR_MESSAGE_FLAGS)
        assert message.get_prop(PR_MESSAGE_FLAGS) == found
        return int(found)

    def test_a_delivered_message_owes_the_receipt_it_asks_for(self) -> None:
        """RP-005."""
        assert self.flags_after(GENERATE_RECEIPT_ONLY) == 0
        assert self.flags_after(CLEAR_READ_FLAG) == MSGFLAG_RN_PENDING

    @pytest.mark.parametrize("flags", [0, SUPPRESS_RECEIPT])
    def test_reading_sets_the_flag_and_settles_the_receipt(self, flags: int) -> None:
        """M-120."""
        assert self.flags_after(flags) == MSGFLAG_READ

    def test_a_message_can_be_unread_again(self) -> None:
        """M-120."""
        assert self.flags_after(CLEAR_READ_FLAG, MSGFLAG_READ) == 0

    def test_the_debt_can_be_forgiven_alone(self) -> None:
        """M-120."""
        assert self.flags_after(CLEAR_RN_PENDING) == 0

    def test_suppressing_the_receipt_itself_withdraws_the_request(self) -> None:
        """M-120."""
        message = self.message_of(self.message(self.folder(), {PR_MESSAGE_FLAGS: 0, PR_READ_RECEIPT_REQUESTED: True}))
        message.set_read_flag(SUPPRESS_RECEIPT | GENERATE_RECEIPT_ONLY)
        again = self.message_of(entry_id_of(message))
        assert again.get_prop(PR_READ_RECEIPT_REQUESTED) is False
        assert again.get_prop(PR_MESSAGE_FLAGS) == 0

    def test_contradicting_read_flags_are_refused(self) -> None:
        """M-121."""
        message = self.message_of(self.message(self.folder()))
        for flags in (SUPPRESS_RECEIPT | CLEAR_READ_FLAG, CLEAR_READ_FLAG | GENERATE_RECEIPT_ONLY, 0x15):
            with pytest.raises(InvalidParameter):
                message.set_read_flag(flags)
        with pytest.raises(UnknownFlags):
            message.set_read_flag(0x4000)

    def test_read_state_set_elsewhere_survives_a_save(self) -> None:
        """M-120: read flags are no change of the message."""
        folder = self.folder()
        entry_id = self.message(folder, {PR_MESSAGE_FLAGS: MSGFLAG_UNMODIFIED})
        message = self.message_of(entry_id)
        folder.set_read_flags([entry_id])
        message.set_props({PR_SUBJECT: "Agenda"})
        message.save_changes(Keep.READONLY)
        assert self.message_of(entry_id).get_prop(PR_MESSAGE_FLAGS) == MSGFLAG_READ

    def test_a_messages_parts_die_with_it(self) -> None:
        """GEN-9."""
        self.need(Powers.SPOOLER)
        message = self.draft(self.folder(), "ann@example.com")
        _, attachment = message.create_attach()
        attachment.save_changes(Keep.READWRITE)
        message.submit_message()
        for dead in (message, attachment):
            with pytest.raises(InvalidObject):
                dead.get_props(None)
