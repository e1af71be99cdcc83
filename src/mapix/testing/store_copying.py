"""Store tests: copying between objects, and the progress of long calls (CopyTo, CopyProps; objects 12)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Keep, MapiProp
from mapix.interfaces.table import MapiTable
from mapix.objects.copying.progress import Progress
from mapix.properties.errors import (
    Collision,
    Computed,
    FolderCycle,
    InterfaceNotSupported,
    InvalidParameter,
    NoAccess,
    UserCancel,
)
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_BODY,
    PR_COMMENT,
    PR_CONTAINER_CONTENTS,
    PR_CONTAINER_HIERARCHY,
    PR_DISPLAY_NAME,
    PR_FOLDER_ASSOCIATED_CONTENTS,
    PR_HTML,
    PR_IMPORTANCE,
    PR_MESSAGE_ATTACHMENTS,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_RECIPIENTS,
    PR_NULL,
    PR_OBJECT_TYPE,
    PR_RTF_COMPRESSED,
    PR_SUBJECT,
)
from mapix.testing.store_bench import StoreBench, contents, entry_id_of, recipients, subfolders


class Watch(Progress):
    """Remembers all it was told; `stop` says after how many times it has enough."""

    def __init__(self, stop: int = -1) -> None:
        super().__init__()
        self.told: list[tuple[int, int, int]] = []
        self.stop = stop

    def progress(self, value: int, count: int = 0, total: int = 0) -> None:
        super().progress(value, count, total)
        self.told.append((value, count, total))
        if len(self.told) == self.stop:
            raise UserCancel("that is enough")


class CopyTests(StoreBench):
    """What travels, what stays, and what is told."""

    def full(self, folder: MapiFolder) -> Message:
        """A draft with properties, recipients and attachments."""
        message = self.draft(folder, "ann@example.com", "bob@example.com")
        message.set_props({PR_IMPORTANCE: 2, PR_BODY: "text", PR_MESSAGE_DELIVERY_TIME: 1})
        for data in (b"one", b"two"):
            _, attachment = message.create_attach()
            attachment.set_props({PR_ATTACH_DATA_BIN: data})
            attachment.save_changes()
        return message

    def parts(self, message: Message) -> tuple[int, int]:
        """How many recipients and attachments it has."""
        return len(recipients(message)), message.get_attachment_table().get_row_count()

    def test_everything_travels_but_what_is_excluded(self) -> None:
        """P-170, P-171, P-172, P-180: by identifier, whatever the type."""
        source = self.full(self.folder())
        copy, bare = self.folder().create_message(), self.folder().create_message()
        source.copy_to(copy)
        assert copy.get_props((PR_SUBJECT, PR_IMPORTANCE, PR_MESSAGE_DELIVERY_TIME))
        assert self.parts(copy) == (2, 2)
        source.copy_to(
            bare,
            exclude=(
                PR_IMPORTANCE.with_type(PropType.UNICODE),
                PR_MESSAGE_DELIVERY_TIME,
                PR_MESSAGE_RECIPIENTS,
                PR_MESSAGE_ATTACHMENTS.with_type(0),
            ),
        )
        assert bare.get_props((PR_SUBJECT, PR_IMPORTANCE, PR_MESSAGE_DELIVERY_TIME)) == {PR_SUBJECT: "Budget"}
        assert self.parts(bare) == (0, 0)

    def test_only_what_is_included_travels(self) -> None:
        """P-170, P-172."""
        source, copy = self.full(self.folder()), self.folder().create_message()
        assert not source.copy_props(copy, (PR_SUBJECT, PR_MESSAGE_ATTACHMENTS))
        assert copy.get_props((PR_SUBJECT, PR_IMPORTANCE)) == {PR_SUBJECT: "Budget"}
        assert self.parts(copy) == (0, 2)
        assert copy.open_attach(1).get_prop(PR_ATTACH_DATA_BIN) == b"two"

    def test_interfaces_leave_their_parts_behind(self) -> None:
        """P-174, P-175: what they do not know is passed over, what is everything is refused."""
        source, copy = self.full(self.folder()), self.folder().create_message()
        source.copy_to(copy, without=(Message, MapiTable))
        assert copy.get_prop(PR_SUBJECT) == "Budget"
        assert self.parts(copy) == (0, 0)
        with pytest.raises(InterfaceNotSupported):
            source.copy_to(copy, without=(MapiProp,))
        folder, target = self.folder("Source"), self.folder("Target")
        folder.create_folder("Below")
        folder.set_props({PR_COMMENT: "busy"})
        folder.copy_to(target, without=(MapiFolder,))
        assert target.get_prop(PR_COMMENT) == "busy"
        assert subfolders(target) == []

    def test_what_the_target_has_stays_unless_it_is_copied(self) -> None:
        """P-173, P-174, X-08: without leave to replace what is there is left alone."""
        source, target = self.full(self.folder()), self.folder().create_message()
        target.set_props({PR_SUBJECT: "mine", PR_COMMENT: "mine too"})
        source.copy_to(target, replace=False)
        assert target.get_props((PR_SUBJECT, PR_IMPORTANCE)) == {PR_SUBJECT: "mine", PR_IMPORTANCE: 2}
        source.copy_to(target)
        assert target.get_props((PR_SUBJECT, PR_COMMENT)) == {PR_SUBJECT: "Budget", PR_COMMENT: "mine too"}

    def test_what_is_moved_is_gone(self) -> None:
        """P-173."""
        source, target = self.full(self.folder()), self.folder().create_message()
        source.copy_props(target, (PR_IMPORTANCE, PR_MESSAGE_RECIPIENTS), move=True)
        assert (source.get_prop(PR_IMPORTANCE), target.get_prop(PR_IMPORTANCE)) == (None, 2)
        assert (self.parts(source), self.parts(target)) == ((0, 2), (2, 0))

    def test_a_copy_has_to_be_saved(self) -> None:
        """P-178."""
        entry_id = self.message(self.folder())
        self.full(self.folder()).copy_to(self.message_of(entry_id))
        assert self.message_of(entry_id).get_prop(PR_IMPORTANCE) is None

    def test_what_the_target_computes_itself_is_told(self) -> None:
        """P-176."""
        source, target = self.message_of(self.message(self.folder())), self.folder().create_message()
        (problem,) = source.copy_props(target, (PR_SUBJECT, PR_OBJECT_TYPE))
        assert (problem.tag, problem.scode) == (PR_OBJECT_TYPE, Computed.hresult)
        assert target.get_prop(PR_SUBJECT) == "Budget"

    def test_any_object_is_copied_into_any_other(self) -> None:
        """P-177."""
        folder = self.folder()
        folder.set_props({PR_COMMENT: "busy"})
        message = folder.create_message()
        folder.copy_props(message, (PR_COMMENT,))
        message.copy_props(self.store, (PR_COMMENT,))
        assert (message.get_prop(PR_COMMENT), self.store.get_prop(PR_COMMENT)) == ("busy", "busy")

    def test_nothing_is_copied_onto_itself(self) -> None:
        """P-031, P-171, P-174."""
        entry_id = self.message(self.folder())
        message = self.message_of(entry_id)
        for target in (message, self.message_of(entry_id)):
            with pytest.raises(NoAccess):
                message.copy_to(target)
        other = self.folder().create_message()
        with pytest.raises(InvalidParameter):
            message.copy_to(other, exclude=(PR_NULL,))
        with pytest.raises(InvalidParameter):
            message.copy_props(other, ())

    def test_a_folder_does_not_go_into_itself_nor_over_a_namesake(self) -> None:
        """P-174."""
        source = self.folder("Source")
        below = source.create_folder("Below")
        with pytest.raises(FolderCycle):
            source.copy_to(below, exclude=(PR_CONTAINER_CONTENTS,))
        target = self.folder("Target")
        target.create_folder("below")
        with pytest.raises(Collision):
            source.copy_props(target, (PR_CONTAINER_HIERARCHY,))

    def test_properties_of_a_folder_go_without_what_is_in_it(self) -> None:
        """P-172."""
        source, target = self.folder("Source"), self.folder("Target")
        source.set_props({PR_COMMENT: "busy"})
        self.message(source)
        source.create_folder("Below")
        left = (PR_CONTAINER_CONTENTS, PR_FOLDER_ASSOCIATED_CONTENTS)
        source.copy_to(target, exclude=left)
        assert (contents(target), subfolders(target)) == ([], ["Below"])
        assert target.get_props((PR_COMMENT, PR_DISPLAY_NAME)) == {PR_COMMENT: "busy", PR_DISPLAY_NAME: "Target"}

    def test_all_bodies_travel(self) -> None:
        """P-181: none is dropped in favour of another, so none needs to be trusted."""
        bodies = {PR_BODY: "text", PR_RTF_COMPRESSED: b"damaged", PR_HTML: b"<p>text"}
        source, copy = self.draft(self.folder()), self.folder().create_message()
        source.set_props(bodies)
        source.copy_to(copy)
        copy.save_changes(Keep.READONLY)
        assert self.message_of(entry_id_of(copy)).get_props(tuple(bodies)) == bodies

    # progress

    def test_copies_tell_how_far_they_are(self) -> None:
        """PG-001, PG-002, PG-005: properties, recipients and each attachment are a step; the limits are as before."""
        watch = Watch()
        self.full(self.folder()).copy_to(self.folder().create_message(), progress=watch)
        top = [told for told in watch.told if told[2]]
        assert top == [(250, 1, 4), (500, 2, 4), (750, 3, 4), (1000, 4, 4)]
        values = [value for value, _, _ in watch.told]
        assert values == sorted(values)
        assert (watch.get_min(), watch.get_max(), watch.get_flags()) == (0, 1000, 1)

    def test_work_on_many_messages_counts_them(self) -> None:
        """PG-001, PG-005."""
        folder = self.folder()
        entry_ids = [self.message(folder) for _ in range(4)]
        works: list[Callable[[Watch], object]] = [
            lambda watch: folder.set_read_flags(entry_ids, progress=watch),
            lambda watch: folder.copy_messages(entry_ids, self.folder("Other"), progress=watch),
            lambda watch: folder.delete_messages(entry_ids, progress=watch),
        ]
        for work in works:
            watch = Watch()
            assert work(watch)
            assert watch.told == [(250, 1, 4), (500, 2, 4), (750, 3, 4), (1000, 4, 4)]
        assert len(contents(self.folder("Other"))) == 4
        assert contents(folder) == []

    def test_work_on_folders_and_attachments_tells_its_end(self) -> None:
        """PG-001."""
        folder, target = self.folder(), self.folder("Other")
        below = entry_id_of(folder.create_folder("Below"))
        message = self.full(folder)
        works: list[Callable[[Watch], object]] = [
            lambda watch: folder.copy_folder(below, target, progress=watch),
            lambda watch: folder.delete_folder(below, progress=watch),
            lambda watch: target.empty_folder(progress=watch),
            lambda watch: message.delete_attach(0, progress=watch),
        ]
        for work in works:
            watch = Watch()
            work(watch)
            assert watch.told[-1] == (1000, 1, 1)
        assert subfolders(folder) == subfolders(target) == []

    def test_a_folder_that_is_copied_counts_those_below(self) -> None:
        """PG-005: their number, or one where there are none."""
        folder, watch = self.folder(), Watch()
        for name in ("One", "Two"):
            folder.create_folder(name).create_folder("Below")
        self.root().copy_folder(entry_id_of(folder), self.folder("Other"), progress=watch)
        assert [told for told in watch.told if told[2]] == [(500, 1, 2), (1000, 2, 2)]
        assert [value for value, _, _ in watch.told] == [500, 500, 500, 1000, 1000, 1000]

    def test_who_has_enough_stops_the_work_and_keeps_what_is_done(self) -> None:
        """PG-006, PG-007."""
        folder = self.folder()
        entry_ids = [self.message(folder) for _ in range(4)]
        with pytest.raises(UserCancel):
            folder.delete_messages(entry_ids, progress=Watch(stop=2))
        assert len(contents(folder)) == 2
        target = self.draft(folder)
        with pytest.raises(UserCancel):
            self.full(folder).copy_to(target, progress=Watch(stop=2))
        assert (target.get_prop(PR_IMPORTANCE), self.parts(target)) == (2, (2, 0))

    def test_what_is_left_out_is_no_error(self) -> None:
        """PG-006, PG-007: the rest is done, and what was not is told."""
        folder = self.folder()
        gone, here = self.message(folder), self.message(folder, {PR_SUBJECT: "here"})
        folder.delete_messages([gone])
        result = folder.copy_messages([gone, here], self.folder("Other"))
        assert not result
        assert result.left_out == (gone,)
        assert contents(self.folder("Other")) == [("here",)]

    def test_tags_of_another_kind_exclude_nothing(self) -> None:
        """P-175."""
        source, copy = self.full(self.folder()), self.folder().create_message()
        source.copy_to(copy, exclude=(PR_CONTAINER_CONTENTS, PropTag.of(0x7FFF, PropType.LONG)))
        assert self.parts(copy) == (2, 2)
