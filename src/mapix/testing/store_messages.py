"""Store tests: messages, and what their saves compute (objects 4.1 to 4.4)."""

from __future__ import annotations

import pytest

from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Keep
from mapix.properties.flags import (
    MSGFLAG_READ,
    MSGFLAG_SUBMIT,
    MSGFLAG_UNMODIFIED,
    MSGFLAG_UNSENT,
)
from mapix.properties.tag import PropType
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_BODY,
    PR_CONVERSATION_TOPIC,
    PR_CREATION_TIME,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TO,
    PR_ENTRYID,
    PR_LAST_MODIFICATION_TIME,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_CODEPAGE,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_SIZE,
    PR_MESSAGE_SIZE_EXTENDED,
    PR_NORMALIZED_SUBJECT,
    PR_OBJECT_TYPE,
    PR_PARENT_ENTRYID,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_SUBJECT,
    PR_SUBJECT_PREFIX,
)
from mapix.testing.store_bench import (
    StoreBench,
    contents,
    entry_id_of,
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

    def test_the_size_of_a_message_does_not_drift(self) -> None:
        """Objects 4.1: it follows from what is in it, however often that was saved."""
        message = self.message_of(self.message(self.folder(), {PR_SUBJECT: "same"}))
        sizes = {message.get_prop(PR_MESSAGE_SIZE)}
        for text in ("long", "much longer", "long"):
            message.set_props({PR_SUBJECT: text})
            message.save_changes(Keep.READWRITE)
            sizes.add(message.get_prop(PR_MESSAGE_SIZE) - 4 * (len(text) - len("long")))
        number, attachment = message.create_attach()
        attachment.set_props({PR_ATTACH_DATA_BIN: bytes(100)})
        attachment.save_changes()
        message.save_changes(Keep.READWRITE)
        message.delete_attach(number)
        message.save_changes(Keep.READWRITE)
        assert {*sizes, message.get_prop(PR_MESSAGE_SIZE)} == sizes
        assert len(sizes) == 1

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

    def test_a_message_needs_neither_class_nor_anything_else_to_be_saved(self) -> None:
        """M-001: identifiers come with the save, the class at the latest with it."""
        message = self.folder().create_message()
        assert message.get_props((PR_ENTRYID, PR_RECORD_KEY, PR_MESSAGE_CLASS)) == {}
        message.save_changes(Keep.READONLY)
        assert len(message.get_props((PR_ENTRYID, PR_RECORD_KEY, PR_MESSAGE_CLASS))) == 3

    @pytest.mark.parametrize("subject", ["x" * 300, "Grüße: " * 200, "RE: " + "y" * 5000])
    def test_subjects_may_be_longer_than_is_wise(self, subject: str) -> None:
        """M-021, M-023: a prefix of more than three letters only where it is said."""
        message = self.message_of(self.message(self.folder(), {PR_SUBJECT: subject}))
        prefix = "RE: " if subject.startswith("RE") else None
        assert message.get_prop(PR_SUBJECT) == subject
        assert message.get_prop(PR_SUBJECT_PREFIX) == prefix
        assert message.get_prop(PR_NORMALIZED_SUBJECT) == subject.removeprefix(prefix or "")

    def test_a_topic_that_was_set_stays_whatever_the_subject(self) -> None:
        """M-021, objects 4.1."""
        values = {PR_SUBJECT: "RE: x", PR_CONVERSATION_TOPIC: "where it began"}
        message = self.message_of(self.message(self.folder(), values))
        assert message.get_prop(PR_CONVERSATION_TOPIC) == "where it began"

    def test_a_posted_message_lies_where_it_was_made(self) -> None:
        """M-151: no recipients, read, nothing sent."""
        folder = self.folder()
        entry_id = self.message(folder, {PR_MESSAGE_FLAGS: MSGFLAG_READ, PR_MESSAGE_CLASS: "IPM.Post", PR_BODY: "news"})
        message = self.message_of(entry_id)
        assert message.get_prop(PR_MESSAGE_FLAGS) == MSGFLAG_READ
        assert contents(folder, PR_MESSAGE_CLASS) == [("IPM.Post",)]
