"""Store tests: how properties are got, set and deleted on every object (objects 1.6)."""

from __future__ import annotations

import pytest

from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.stream import Stream
from mapix.properties.errors import (
    Computed,
    InvalidParameter,
    NoAccess,
    NoSupport,
)
from mapix.properties.flags import MAPI_ACCESS_MODIFY
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ACCESS,
    PR_ACCESS_LEVEL,
    PR_ASSOC_CONTENT_COUNT,
    PR_BODY,
    PR_CONTAINER_CONTENTS,
    PR_CONTAINER_HIERARCHY,
    PR_CONTENT_COUNT,
    PR_CREATION_TIME,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_ENTRYID,
    PR_FOLDER_ASSOCIATED_CONTENTS,
    PR_FOLDER_TYPE,
    PR_IMPORTANCE,
    PR_MESSAGE_CLASS,
    PR_OBJECT_TYPE,
    PR_RECEIVE_FOLDER_SETTINGS,
    PR_STORE_SUPPORT_MASK,
    PR_SUBFOLDERS,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, entry_id_of

SPARE = 0x6801
"""An identifier nothing else uses (P-003)."""


class PropertyTests(StoreBench):
    """What holds for the properties of every object of a store."""

    def test_an_unspecified_tag_is_answered_with_the_true_one(self) -> None:
        """P-041, P-111."""
        message = self.message_of(self.message(self.folder()))
        assert message.get_props((PR_SUBJECT.with_type(0),)) == {PR_SUBJECT: "Budget"}

    def test_a_missing_property_is_absent_and_the_others_keep_their_order(self) -> None:
        """P-111, P-112."""
        message = self.message_of(self.message(self.folder(), {PR_IMPORTANCE: 2}))
        found = message.get_props((PR_IMPORTANCE, PropTag.of(SPARE, PropType.LONG), PR_SUBJECT))
        assert list(found.items()) == [(PR_IMPORTANCE, 2), (PR_SUBJECT, "Budget")]

    def test_another_type_than_the_stored_one_is_absent(self) -> None:
        """P-111."""
        message = self.message_of(self.message(self.folder(), {PR_IMPORTANCE: 2}))
        assert message.get_prop(PR_IMPORTANCE.with_type(PropType.UNICODE)) is None

    def test_asking_for_no_property_is_refused(self) -> None:
        """P-110, P-150, P-160."""
        message = self.message_of(self.message(self.folder()))
        for call in (message.get_props, message.delete_props):
            with pytest.raises(InvalidParameter):
                call(())
        with pytest.raises(InvalidParameter):
            message.set_props({})

    def test_deleting_goes_by_identifier_and_absence_is_no_problem(self) -> None:
        """P-160."""
        message = self.message_of(self.message(self.folder(), {PR_IMPORTANCE: 2}))
        absent = PropTag.of(SPARE, PropType.LONG)
        assert not message.delete_props((PR_IMPORTANCE.with_type(PropType.UNICODE), absent))
        message.save_changes(Keep.CLOSE)
        assert self.message_of(entry_id_of(message)).get_prop(PR_IMPORTANCE) is None

    def test_a_read_only_property_is_a_problem_and_never_an_exception(self) -> None:
        """P-009."""
        message = self.message_of(self.message(self.folder()))
        before = message.get_prop(PR_ENTRYID)
        (problem,) = message.set_props({PR_ENTRYID: b"x"})
        assert problem.scode in (Computed.hresult, NoAccess.hresult)
        (problem,) = message.delete_props((PR_STORE_SUPPORT_MASK,))
        assert problem.scode in (Computed.hresult, NoAccess.hresult)
        assert message.get_prop(PR_ENTRYID) == before

    def test_who_may_write_an_object_still_cannot_write_what_is_computed(self) -> None:
        """P-008, P-009: a property's rights are its own; it can always be read."""
        for item in (self.store, self.folder(), self.message_of(self.message(self.folder()))):
            problems = item.set_props({PR_OBJECT_TYPE: 3, PR_ACCESS: 0, PR_STORE_SUPPORT_MASK: 0})
            assert len(problems) == 3
            assert len(item.get_props((PR_OBJECT_TYPE, PR_ACCESS, PR_STORE_SUPPORT_MASK))) == 3
            assert item.open_property(PR_ENTRYID, Stream).read() == entry_id_of(item)

    def test_objects_are_listed_and_neither_got_nor_set(self) -> None:
        """P-030, P-120, P-121."""
        folder = self.folder()
        parts = {PR_CONTAINER_CONTENTS, PR_CONTAINER_HIERARCHY, PR_FOLDER_ASSOCIATED_CONTENTS}
        assert parts <= set(folder.get_prop_list())
        assert folder.get_props(tuple(parts)) == {}
        assert not parts & set(folder.get_props(None))
        assert PR_RECEIVE_FOLDER_SETTINGS in self.store.get_prop_list()

    def test_a_folder_has_what_every_folder_has(self) -> None:
        """P-114."""
        wanted = (
            PR_ACCESS,
            PR_ACCESS_LEVEL,
            PR_ASSOC_CONTENT_COUNT,
            PR_CONTENT_COUNT,
            PR_CREATION_TIME,
            PR_DISPLAY_NAME,
            PR_DISPLAY_TYPE,
            PR_FOLDER_TYPE,
            PR_OBJECT_TYPE,
            PR_SUBFOLDERS,
        )
        assert tuple(self.folder().get_props(wanted)) == wanted

    def test_the_level_of_access_is_what_was_granted(self) -> None:
        """P-008, ST-060: PR_ACCESS_LEVEL of the opening, PR_ACCESS of the store."""
        entry_id = self.message(self.folder())
        for access, level in ((Access.READ, 0), (Access.MODIFY, 1), (Access.BEST, 1)):
            message = self.message_of(entry_id, access)
            assert message.get_prop(PR_ACCESS_LEVEL) == level
            assert message.get_prop(PR_ACCESS) & MAPI_ACCESS_MODIFY

    def test_associated_messages_are_there_or_refused(self) -> None:
        """ST-030: no bit of the support mask tells; the call does."""
        folder = self.folder()
        if Powers.ASSOCIATED in self.powers:
            folder.create_message(associated=True)
            folder.get_contents_table(associated=True)
            return
        for call in (folder.create_message, folder.get_contents_table):
            with pytest.raises(NoSupport):
                call(associated=True)

    def test_identifiers_are_long_term(self) -> None:
        """P-115: the flags at their start are zero."""
        folder = self.folder()
        for item in (self.store, folder, self.message_of(self.message(folder))):
            assert entry_id_of(item)[:4] == bytes(4)

    def test_the_list_of_properties_agrees_with_their_values(self) -> None:
        """P-120."""
        message = self.message_of(self.message(self.folder(), {PR_BODY: "text"}))
        listed = {tag for tag in message.get_prop_list() if tag.type != PropType.OBJECT}
        assert listed == set(message.get_props(None))

    def test_hidden_properties_must_be_asked_for(self) -> None:
        """P-006, X-01: those of 0x67F0 to 0x67FF, and no others."""
        shown = PropTag.of(0x67EF, PropType.LONG)
        assert shown in self.message_of(self.message(self.folder("Shown"), {shown: 1})).get_prop_list()
        hidden = PropTag.of(0x67F0, PropType.BINARY)
        message = self.message_of(self.message(self.folder(), {hidden: b"secret"}))
        assert hidden not in message.get_prop_list()
        assert hidden not in message.get_props(None)
        assert message.get_prop(hidden) == b"secret"

    def test_a_message_class_is_checked(self) -> None:
        """P-155, C-001."""
        message = self.draft(self.folder())
        for bad in ("x" * 256, "IPM.", "IPM.Nöte"):
            with pytest.raises(InvalidParameter):
                message.set_props({PR_MESSAGE_CLASS: bad})
