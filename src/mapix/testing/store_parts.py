"""Store tests: attachments and the messages inside them (objects 4.5 and 5)."""

from __future__ import annotations

import pytest

from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import NoSupport, NotFound, ObjectDeleted
from mapix.properties.flags import (
    ATTACH_BY_VALUE,
    ATTACH_EMBEDDED_MSG,
    MSGFLAG_HASATTACH,
)
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_METHOD,
    PR_ATTACH_NUM,
    PR_ATTACH_SIZE,
    PR_DISPLAY_NAME,
    PR_HASATTACH,
    PR_MESSAGE_FLAGS,
    PR_OBJECT_TYPE,
    PR_RECORD_KEY,
    PR_RENDERING_POSITION,
    PR_SUBJECT,
)
from mapix.testing.store_bench import (
    Powers,
    StoreBench,
    entry_id_of,
    inner,
    read,
    recipient,
    recipients,
    write,
)


class AttachmentTests(StoreBench):
    """Attachments, saved in two steps."""

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

    def test_a_message_inside_waits_for_its_attachment(self) -> None:
        """A-012: what is saved out of order is carried later, and not lost."""
        self.need(Powers.EMBEDDED)
        message = self.draft(self.folder())
        number, attachment = message.create_attach()
        part = inner(attachment, create=True)
        for subject in ("one", "two"):
            part.set_props({PR_SUBJECT: subject})
            part.save_changes(Keep.READWRITE)
            if subject == "one":
                attachment.save_changes(Keep.READWRITE)
            message.save_changes(Keep.READWRITE)
        attachment.save_changes(Keep.READWRITE)
        message.save_changes(Keep.READWRITE)
        found = inner(self.message_of(entry_id_of(message)).open_attach(number))
        assert found.get_prop(PR_SUBJECT) == "two"

    def test_a_deleted_attachment_cannot_be_saved(self) -> None:
        """M-062."""
        message = self.draft(self.folder())
        number = self.attach(message, "gone.txt")
        table = message.get_attachment_table()
        attachment = message.open_attach(number, Access.MODIFY)
        message.delete_attach(number)
        attachment.set_props({PR_ATTACH_LONG_FILENAME: "back.txt"})
        with pytest.raises(ObjectDeleted):
            attachment.save_changes()
        assert table.get_row_count() == 0

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
