"""Store tests: keys of objects and of their versions, and when and by whom they were saved (objects 4.1)."""

from __future__ import annotations

from mapix.interfaces.prop import Keep
from mapix.properties.changekeys import ChangeList, Xid
from mapix.properties.errors import Computed
from mapix.properties.tags import (
    PR_CHANGE_KEY,
    PR_COMMENT,
    PR_CREATION_TIME,
    PR_CREATOR_NAME,
    PR_LAST_MODIFICATION_TIME,
    PR_LAST_MODIFIER_NAME,
    PR_LOCAL_COMMIT_TIME,
    PR_PARENT_SOURCE_KEY,
    PR_PREDECESSOR_CHANGE_LIST,
    PR_SOURCE_KEY,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of

KEYS = (PR_SOURCE_KEY, PR_CHANGE_KEY, PR_PREDECESSOR_CHANGE_LIST, PR_PARENT_SOURCE_KEY)


class KeyTests(StoreBench):
    """What tells objects and their versions apart, in all stores ([MS-OXCFXICS] 2.2.1.2)."""

    def test_source_keys_tell_objects_apart_and_stay(self) -> None:
        """E-004: 22 bytes, the same at every opening and in tables."""
        folder = self.folder()
        first, second = self.message(folder), self.message(folder)
        items = [folder, self.message_of(first), self.message_of(second)]
        keys = [item.get_prop(PR_SOURCE_KEY) for item in items]
        assert len(set(keys)) == 3
        assert {len(key) for key in keys} == {22}
        assert {row[0] for row in contents(folder, PR_SOURCE_KEY)} == set(keys[1:])
        assert items[1].get_prop(PR_PARENT_SOURCE_KEY) == keys[0]
        assert folder.get_prop(PR_PARENT_SOURCE_KEY) == self.root().get_prop(PR_SOURCE_KEY)
        if Powers.OPEN_AGAIN in self.powers:
            assert self.message_of(first, store=self.again()).get_prop(PR_SOURCE_KEY) == keys[1]

    def test_a_new_message_has_no_keys_before_its_save(self) -> None:
        """P-218."""
        assert self.draft(self.folder()).get_props(KEYS[:3]) == {}

    def test_every_save_is_a_change_that_knows_those_before(self) -> None:
        """PR_CHANGE_KEY and PR_PREDECESSOR_CHANGE_LIST of messages and folders."""
        message, folder = self.message_of(self.message(self.folder())), self.folder()
        for item, tag in ((message, PR_SUBJECT), (folder, PR_COMMENT)):
            before = item.get_props((PR_CHANGE_KEY, PR_PREDECESSOR_CHANGE_LIST))
            assert item.get_prop(PR_CHANGE_KEY) == before[PR_CHANGE_KEY]
            item.set_props({tag: "changed"})
            item.save_changes(Keep.READWRITE)
            after = item.get_props((PR_CHANGE_KEY, PR_PREDECESSOR_CHANGE_LIST))
            old, new = (ChangeList.load(values[PR_PREDECESSOR_CHANGE_LIST]) for values in (before, after))
            assert new.covers(old)
            assert not old.covers(new)
            assert new.knows(Xid.load(after[PR_CHANGE_KEY]))

    def test_a_copy_is_another_object(self) -> None:
        """No key of it is the original's."""
        folder, other = self.folder(), self.folder("Other")
        entry_id = self.message(folder)
        folder.copy_messages([entry_id], other)
        keys = {*contents(folder, PR_SOURCE_KEY), *contents(other, PR_SOURCE_KEY)}
        assert len(keys) == 2

    def test_the_time_of_the_last_save_is_the_stores(self) -> None:
        """PR_LOCAL_COMMIT_TIME: also where a client chose the time of change."""
        message = self.draft(self.folder())
        assert message.get_prop(PR_LOCAL_COMMIT_TIME) is None
        message.set_props({PR_LAST_MODIFICATION_TIME: 130_000_000_000_000_000})
        message.save_changes(Keep.READWRITE)
        first = message.get_prop(PR_LOCAL_COMMIT_TIME)
        assert first >= message.get_prop(PR_CREATION_TIME)
        message.set_props({PR_SUBJECT: "changed"})
        assert message.get_prop(PR_LOCAL_COMMIT_TIME) == first
        message.save_changes(Keep.READONLY)
        again = self.message_of(entry_id_of(message))
        assert again.get_prop(PR_LOCAL_COMMIT_TIME) >= first

    def test_nobody_sets_a_key(self) -> None:
        """P-009."""
        message = self.message_of(self.message(self.folder()))
        problems = message.set_props(dict.fromkeys(KEYS, b"x") | {PR_LOCAL_COMMIT_TIME: 1})
        assert {problem.scode for problem in problems} == {Computed.hresult}
        assert len(problems) == 5

    def test_messages_know_who_made_and_who_changed_them(self) -> None:
        """Objects 4.1: whoever has the store open, where nobody else did."""
        message = self.message_of(self.message(self.folder()))
        assert message.get_prop(PR_CREATOR_NAME, None) == message.get_prop(PR_LAST_MODIFIER_NAME, None)
