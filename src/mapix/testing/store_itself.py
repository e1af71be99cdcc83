"""Store tests: the store itself (objects 2)."""

from __future__ import annotations

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access, Keep
from mapix.objects.folders.ipmtree import validate_ipm_subtree
from mapix.properties.errors import (
    Computed,
    NoAccess,
    ObjectChanged,
    ObjectDeleted,
)
from mapix.properties.flags import (
    STORE_CREATE_OK,
    STORE_ENTRYID_UNIQUE,
    STORE_MODIFY_OK,
    STORE_SUBMIT_OK,
)
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_COMMENT,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_MAPPING_SIGNATURE,
    PR_MDB_PROVIDER,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_OBJECT_TYPE,
    PR_READ_RECEIPT_REQUESTED,
    PR_RECORD_KEY,
    PR_SENDER_EMAIL_ADDRESS,
    PR_STORE_ENTRYID,
    PR_STORE_RECORD_KEY,
    PR_STORE_SUPPORT_MASK,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of, subfolders


class StoreTests(StoreBench):
    """The store itself."""

    def test_a_store_says_what_it_is(self) -> None:
        """ST-020, ST-022, ST-024."""
        required = (PR_DISPLAY_NAME, PR_ENTRYID, PR_RECORD_KEY, PR_STORE_ENTRYID, PR_STORE_RECORD_KEY, PR_MDB_PROVIDER)
        props = self.store.get_props((*required, PR_OBJECT_TYPE, PR_STORE_SUPPORT_MASK))
        assert all(props[tag] for tag in required)
        assert props[PR_OBJECT_TYPE] == 1
        assert props[PR_ENTRYID] == props[PR_STORE_ENTRYID]
        assert props[PR_RECORD_KEY] == props[PR_STORE_RECORD_KEY]
        assert len(props[PR_MDB_PROVIDER]) == 16
        promised = STORE_ENTRYID_UNIQUE | STORE_MODIFY_OK | STORE_CREATE_OK | STORE_SUBMIT_OK
        assert props[PR_STORE_SUPPORT_MASK] & promised == promised

    def test_the_stores_support_mask_is_computed(self) -> None:
        """ST-024."""
        (problem,) = self.store.set_props({PR_STORE_SUPPORT_MASK: 0})
        assert problem.scode == Computed.hresult

    def test_everything_in_a_store_names_it(self) -> None:
        """ST-024, E-014, P-202."""
        folder = self.folder()
        message = self.message_of(self.message(folder))
        tags = (PR_STORE_ENTRYID, PR_STORE_RECORD_KEY, PR_STORE_SUPPORT_MASK, PR_MAPPING_SIGNATURE)
        assert self.store.get_props(tags) == folder.get_props(tags) == message.get_props(tags)

    def test_a_stores_properties_act_at_once(self) -> None:
        """P-211."""
        self.store.set_props({PR_COMMENT: "ours"})
        assert self.store.get_prop(PR_COMMENT) == "ours"
        self.store.save_changes()
        if Powers.OPEN_AGAIN in self.powers:
            assert self.again().get_prop(PR_COMMENT) == "ours"

    def test_a_read_only_opening_changes_nothing(self) -> None:
        """ST-005, ST-006."""
        self.need(Powers.READ_ONLY)
        folder = self.folder()
        entry_id = self.message(folder)
        store = self.again(access=Access.READ)
        assert not store.get_prop(PR_STORE_SUPPORT_MASK) & (STORE_MODIFY_OK | STORE_CREATE_OK)
        with pytest.raises(NoAccess):
            store.open_entry(entry_id, Access.MODIFY)
        with pytest.raises(NoAccess):
            store.set_props({PR_COMMENT: "x"})
        read_only = store.open_entry(entry_id_of(folder), Access.BEST)
        assert isinstance(read_only, MapiFolder)
        for call in (
            read_only.create_message,
            lambda: read_only.create_folder("x"),
            lambda: read_only.delete_messages([entry_id]),
            lambda: read_only.set_message_status(entry_id, 1, 1),
            lambda: read_only.set_props({PR_COMMENT: "x"}),
            lambda: read_only.copy_messages([entry_id], read_only),
        ):
            with pytest.raises(NoAccess):
                call()
        assert contents(read_only) == [("Budget",)]

    def test_what_was_saved_in_a_transaction_that_was_undone_is_to_be_opened_again(self) -> None:
        """Our extension, `MsgStore.transaction`."""
        self.need(Powers.TRANSACTIONS)
        folder = self.folder()
        old = self.message_of(self.message(folder))
        new = self.draft(folder)

        def save() -> None:
            old.set_props({PR_SUBJECT: "undone"})
            old.save_changes(Keep.READWRITE)
            new.save_changes(Keep.READWRITE)

        self.do_and_fail(save)
        assert old.get_prop(PR_SUBJECT) == "undone"
        for message, kind in ((old, ObjectChanged), (new, ObjectDeleted)):
            message.set_props({PR_SUBJECT: "late"})
            with pytest.raises(kind):
                message.save_changes(Keep.READWRITE)
        with pytest.raises(ObjectDeleted):
            new.save_changes(Keep.READWRITE, force=True)
        assert contents(folder) == [("Budget",)]
        again = self.message_of(entry_id_of(old))
        again.set_props({PR_SUBJECT: "opened again"})
        again.save_changes(Keep.READWRITE)
        assert contents(folder) == [("opened again",)]

    def test_a_transaction_happens_whole_or_not_at_all(self) -> None:
        """Our extension, `MsgStore.transaction`."""
        self.need(Powers.TRANSACTIONS)
        with self.store.transaction():
            kept = self.folder("Kept")
            self.message(kept)
        self.do_and_fail(
            lambda: self.folder("Lost"),
            lambda: self.message(kept),
            lambda: kept.set_props({PR_COMMENT: "lost"}),
        )
        assert subfolders(self.root()) == ["Kept"]
        assert contents(kept) == [("Budget",)]
        assert kept.get_prop(PR_COMMENT) is None

    def test_a_default_store_has_what_it_needs(self) -> None:
        """SPI-22, ST-031: any class, named and multi-valued properties, associated contents, both ways of sending,
        reports.
        """
        self.need(Powers.ASSOCIATED | Powers.SPOOLER)
        validate_ipm_subtree(self.store, full=True)
        outbox = self.folder_of(self.store.get_prop(PR_IPM_OUTBOX_ENTRYID))
        name = PropertyName(PS_PUBLIC_STRINGS, "Project")
        named = PropTag.of(outbox.get_ids_from_names([name], create=True)[name], PropType.MV_UNICODE)
        entry_id = self.message(outbox, {PR_MESSAGE_CLASS: "IPM.Acme.Order", named: ["a", "b"]})
        found = self.message_of(entry_id).get_props((PR_MESSAGE_CLASS, named))
        assert [found[PR_MESSAGE_CLASS], list(found[named])] == ["IPM.Acme.Order", ["a", "b"]]
        outbox.create_message(associated=True).save_changes()
        self.draft(outbox, "ann@example.com").submit_message()
        spooler = self.again(spooler=True)
        assert spooler.outgoing.become_spooler()
        assert spooler.get_outgoing_queue().get_row_count() == 1
        asked = {PR_MESSAGE_FLAGS: 0, PR_READ_RECEIPT_REQUESTED: True, PR_SENDER_EMAIL_ADDRESS: "zoe@example.com"}
        self.message_of(self.message(outbox, asked)).set_read_flag(0)
        assert spooler.get_outgoing_queue().get_row_count() == 2
