"""Store tests: properties of saved objects, types, streams, conflicts, named properties (objects section 1)."""

from __future__ import annotations

import pytest

from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.stream import Stream
from mapix.properties.errors import (
    Computed,
    InvalidObject,
    InvalidParameter,
    InvalidType,
    MapiError,
    NoAccess,
    NotFound,
    ObjectChanged,
    ObjectDeleted,
    UnexpectedId,
    UnexpectedType,
)
from mapix.properties.named import PS_INTERNET_HEADERS, PS_MAPI, PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_BODY,
    PR_BODY_HTML,
    PR_ENTRYID,
    PR_HTML,
    PR_IMPORTANCE,
    PR_MESSAGE_CLASS,
    PR_NULL,
    PR_RTF_COMPRESSED,
    PR_STORE_SUPPORT_MASK,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of, read, write

SPARE = 0x6801
"""An identifier nothing else uses (P-003)."""

SAMPLES = {
    PropType.SHORT: -2,
    PropType.LONG: -70_000,
    PropType.FLOAT: 1.5,
    PropType.DOUBLE: -2.25,
    PropType.CURRENCY: 12_345,
    PropType.APPTIME: 45_000.5,
    PropType.BOOLEAN: True,
    PropType.LONGLONG: -(1 << 40),
    PropType.UNICODE: "Grüße 𝄞",
    PropType.SYSTIME: 133_000_000_000_000_001,
    PropType.CLSID: bytes(range(16)),
    PropType.BINARY: b"\x00\xff",
    PropType.MV_SHORT: (1, -1),
    PropType.MV_LONG: (3, 1, 2),
    PropType.MV_DOUBLE: (0.5, -0.5),
    PropType.MV_LONGLONG: (1 << 40, 0),
    PropType.MV_UNICODE: ("b", "a", ""),
    PropType.MV_SYSTIME: (1, 2),
    PropType.MV_CLSID: (bytes(16), bytes(range(16))),
    PropType.MV_BINARY: (b"", b"xyz"),
}


class PropertyTests(StoreBench):
    """What holds for the properties of every object of a store."""

    def test_every_property_type_survives_a_save(self) -> None:
        """P-020, P-021, P-050."""
        values = {PropTag.of(SPARE + index, kind): value for index, (kind, value) in enumerate(SAMPLES.items())}
        entry_id = self.message(self.folder(), values)
        assert self.message_of(entry_id).get_props(tuple(values)) == values

    def test_text_is_seen_in_both_widths(self) -> None:
        """P-041, P-153: one value, two views."""
        message = self.message_of(self.message(self.folder(), {PR_SUBJECT: "Grüße"}))
        narrow = PR_SUBJECT.with_type(PropType.STRING8)
        assert message.get_prop(narrow) == "Grüße".encode()
        message.set_props({narrow: b"News"})
        assert message.get_prop(PR_SUBJECT) == "News"

    def test_an_unspecified_tag_is_answered_with_the_true_one(self) -> None:
        """P-111."""
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

    def test_an_identifier_has_one_value_whatever_its_type(self) -> None:
        """P-153."""
        text, number = PropTag.of(SPARE, PropType.UNICODE), PropTag.of(SPARE, PropType.LONG)
        message = self.message_of(self.message(self.folder(), {text: "one"}))
        message.set_props({number: 1})
        message.save_changes(Keep.CLOSE)
        again = self.message_of(entry_id_of(message))
        assert again.get_props((text.with_type(0),)) == {number: 1}

    def test_deleting_goes_by_identifier_and_absence_is_no_problem(self) -> None:
        """P-160."""
        message = self.message_of(self.message(self.folder(), {PR_IMPORTANCE: 2}))
        absent = PropTag.of(SPARE, PropType.LONG)
        assert not message.delete_props((PR_IMPORTANCE.with_type(PropType.UNICODE), absent))
        message.save_changes(Keep.CLOSE)
        assert self.message_of(entry_id_of(message)).get_prop(PR_IMPORTANCE) is None

    def test_values_of_no_type_are_passed_over(self) -> None:
        """The table of special types, P-020 and following."""
        message = self.folder().create_message()
        error = PR_SUBJECT.with_type(PropType.ERROR)
        assert not message.set_props({PR_NULL: None, error: 1, PR_IMPORTANCE: 1})
        assert message.get_prop(PR_IMPORTANCE) == 1

    def test_object_properties_are_not_set(self) -> None:
        """P-150."""
        with pytest.raises(InvalidParameter):
            self.folder().create_message().set_props({PropTag.of(SPARE, PropType.OBJECT): b""})

    def test_a_multi_valued_property_has_at_least_one_value(self) -> None:
        """P-051."""
        with pytest.raises(InvalidParameter):
            self.folder().create_message().set_props({PropTag.of(SPARE, PropType.MV_LONG): ()})

    def test_types_nobody_defined_are_a_problem_of_that_property(self) -> None:
        """P-027, P-151."""
        message = self.folder().create_message()
        odd = PropTag.of(SPARE, 0x100B)
        (problem,) = message.set_props({PR_IMPORTANCE: 1, odd: (True,)})
        assert (problem.index, problem.tag, problem.scode) == (1, odd, InvalidType.hresult)
        assert message.get_prop(PR_IMPORTANCE) == 1

    def test_a_known_property_keeps_its_type(self) -> None:
        """P-027."""
        (problem,) = self.folder().create_message().set_props({PR_SUBJECT.with_type(PropType.LONG): 1})
        assert problem.scode == UnexpectedType.hresult

    def test_a_read_only_property_is_a_problem_and_never_an_exception(self) -> None:
        """P-009."""
        message = self.message_of(self.message(self.folder()))
        before = message.get_prop(PR_ENTRYID)
        (problem,) = message.set_props({PR_ENTRYID: b"x"})
        assert problem.scode in (Computed.hresult, NoAccess.hresult)
        (problem,) = message.delete_props((PR_STORE_SUPPORT_MASK,))
        assert problem.scode in (Computed.hresult, NoAccess.hresult)
        assert message.get_prop(PR_ENTRYID) == before

    def test_the_list_of_properties_agrees_with_their_values(self) -> None:
        """P-120."""
        message = self.message_of(self.message(self.folder(), {PR_BODY: "text"}))
        listed = {tag for tag in message.get_prop_list() if tag.type != PropType.OBJECT}
        assert listed == set(message.get_props(None))

    def test_hidden_properties_must_be_asked_for(self) -> None:
        """P-006."""
        hidden = PropTag.of(0x67F0, PropType.BINARY)
        message = self.message_of(self.message(self.folder(), {hidden: b"secret"}))
        assert hidden not in message.get_prop_list()
        assert hidden not in message.get_props(None)
        assert message.get_prop(hidden) == b"secret"

    def test_html_is_one_value_in_three_types(self) -> None:
        """X-19."""
        message = self.message_of(self.message(self.folder(), {PR_BODY_HTML: "<p>Grüße</p>"}))
        assert message.get_prop(PR_HTML) == "<p>Grüße</p>".encode()
        assert message.get_prop(PR_BODY_HTML) == "<p>Grüße</p>"
        assert PR_BODY_HTML not in message.get_prop_list()

    # transactions

    def test_unsaved_changes_are_nobody_elses_business(self) -> None:
        """Objects 0.1, P-221."""
        folder = self.folder()
        entry_id = self.message(folder)
        first, second = self.message_of(entry_id), self.message_of(entry_id)
        first.set_props({PR_SUBJECT: "Agenda"})
        assert second.get_prop(PR_SUBJECT) == "Budget"
        assert contents(folder) == [("Budget",)]
        first.save_changes(Keep.CLOSE)
        assert second.get_prop(PR_SUBJECT) == "Budget"
        assert contents(folder) == [("Agenda",)]

    def test_the_second_saver_is_refused_and_may_insist(self) -> None:
        """P-215: the first saver wins."""
        entry_id = self.message(self.folder())
        first, second = self.message_of(entry_id), self.message_of(entry_id)
        first.set_props({PR_SUBJECT: "first"})
        second.set_props({PR_SUBJECT: "second"})
        first.save_changes(Keep.CLOSE)
        with pytest.raises(ObjectChanged):
            second.save_changes(Keep.CLOSE)
        assert self.message_of(entry_id).get_prop(PR_SUBJECT) == "first"
        second.save_changes(Keep.CLOSE, force=True)
        assert self.message_of(entry_id).get_prop(PR_SUBJECT) == "second"

    def test_a_message_that_never_read_still_notices_the_other_save(self) -> None:
        """P-215: the version is that of the opening."""
        entry_id = self.message(self.folder())
        late, early = self.message_of(entry_id), self.message_of(entry_id)
        early.set_props({PR_IMPORTANCE: 2})
        early.save_changes(Keep.CLOSE)
        late.set_props({PR_BODY: "late"})
        with pytest.raises(ObjectChanged):
            late.save_changes(Keep.CLOSE)

    def test_a_deleted_message_cannot_be_saved_by_force_either(self) -> None:
        """P-215."""
        folder = self.folder()
        entry_id = self.message(folder)
        message = self.message_of(entry_id)
        message.set_props({PR_SUBJECT: "Agenda"})
        folder.delete_messages([entry_id])
        for force in (False, True):
            with pytest.raises(ObjectDeleted):
                message.save_changes(Keep.CLOSE, force=force)

    def test_a_message_kept_open_can_be_saved_again(self) -> None:
        """P-210, P-213."""
        message = self.draft(self.folder())
        for subject in ("one", "two"):
            message.set_props({PR_SUBJECT: subject})
            message.save_changes(Keep.READWRITE)
            assert self.message_of(entry_id_of(message)).get_prop(PR_SUBJECT) == subject

    @pytest.mark.parametrize("keep", [Keep.CLOSE, Keep.READONLY])
    def test_after_a_closing_save_reads_work_and_writes_do_not(self, keep: Keep) -> None:
        """P-212."""
        message = self.draft(self.folder())
        message.save_changes(keep)
        assert message.get_prop(PR_SUBJECT) == "Budget"
        with pytest.raises(NoAccess):
            message.set_props({PR_SUBJECT: "x"})
        with pytest.raises(NoAccess):
            message.delete_props((PR_SUBJECT,))

    def test_what_is_opened_for_reading_cannot_be_written(self) -> None:
        """ST-060, GEN-12."""
        message = self.message_of(self.message(self.folder()), Access.READ)
        with pytest.raises(NoAccess):
            message.set_props({PR_SUBJECT: "x"})
        with pytest.raises(NoAccess):
            message.open_property(PR_BODY, Stream, access=Access.MODIFY, create=True)

    def test_a_closed_object_is_dead(self) -> None:
        """GEN-9."""
        message = self.message_of(self.message(self.folder()))
        message.close()
        message.close()
        with pytest.raises(InvalidObject):
            message.get_props(None)

    def test_an_object_tells_of_its_last_failure(self) -> None:
        """P-100, P-101."""
        message, other = self.draft(self.folder()), self.draft(self.folder("Other"))
        assert message.get_last_error() is None
        with pytest.raises(MapiError) as caught:
            message.open_attach(7)
        told = message.get_last_error()
        assert told is not None
        assert str(caught.value) == told.text
        assert other.get_last_error() is None

    # streams

    def test_a_streams_data_counts_when_committed_and_lasts_when_saved(self) -> None:
        """P-140, P-141."""
        message = self.draft(self.folder())
        stream = message.open_property(PR_BODY, Stream, access=Access.MODIFY, create=True)
        stream.write("Grüße".encode("utf-16-le"))
        assert message.get_prop(PR_BODY) == ""
        stream.commit()
        stream.close()
        assert message.get_prop(PR_BODY) == "Grüße"
        message.save_changes(Keep.CLOSE)
        assert self.message_of(entry_id_of(message)).get_prop(PR_BODY) == "Grüße"

    def test_a_stream_closed_without_commit_changes_nothing(self) -> None:
        """P-141."""
        message = self.message_of(self.message(self.folder(), {PR_BODY: "text"}))
        stream = message.open_property(PR_BODY, Stream, access=Access.MODIFY)
        stream.write(b"T\0")
        stream.close()
        assert message.get_prop(PR_BODY) == "text"

    def test_a_stream_can_be_moved_in_cut_and_reverted(self) -> None:
        """P-140."""
        message = self.message_of(self.message(self.folder(), {PR_RTF_COMPRESSED: b"0123456789"}))
        with message.open_property(PR_RTF_COMPRESSED, Stream, access=Access.MODIFY) as stream:
            stream.seek(-2, 2)
            stream.write(b"abcd")
            assert stream.size() == 12
            stream.revert()
            assert stream.read() == b"0123456789"
            stream.seek(2)
            stream.write(b"xx")
            stream.truncate(5)
            assert stream.tell() == 4
        assert message.get_prop(PR_RTF_COMPRESSED) == b"01xx4"

    @pytest.mark.parametrize("size", [0, 1, 70_000, 3_000_000])
    def test_streams_of_any_size_survive_a_save(self, size: int) -> None:
        """P-060..P-062: large values are values."""
        data = bytes(index % 251 for index in range(997)) * (size // 997 + 1)
        message = self.draft(self.folder())
        write(message, PR_RTF_COMPRESSED, data[:size])
        message.save_changes(Keep.CLOSE)
        again = self.message_of(entry_id_of(message))
        assert read(again, PR_RTF_COMPRESSED) == data[:size]
        assert again.get_prop(PR_RTF_COMPRESSED) == data[:size]

    def test_a_large_text_is_text_in_both_widths(self) -> None:
        """P-041, P-060."""
        text = "Grüße " * 60_000
        again = self.message_of(self.message(self.folder(), {PR_BODY: text}))
        assert again.get_prop(PR_BODY) == text
        assert again.get_prop(PR_BODY.with_type(PropType.STRING8)) == text.encode()
        assert read(again, PR_BODY) == text.encode("utf-16-le")
        assert read(again, PR_BODY.with_type(PropType.STRING8)) == text.encode()

    def test_opening_what_is_absent_is_not_found(self) -> None:
        """P-131, P-132."""
        message = self.draft(self.folder())
        with pytest.raises(NotFound):
            message.open_property(PR_BODY, Stream)
        with pytest.raises(InvalidParameter):
            message.open_property(PR_BODY.with_type(0), Stream)
        with pytest.raises(InvalidParameter):
            message.open_property(PR_BODY, Stream, create=True)

    # named properties

    def test_a_name_has_one_identifier_for_ever(self) -> None:
        """P-200, P-231, P-202."""
        name = PropertyName(PS_PUBLIC_STRINGS, "Project")
        message = self.draft(self.folder())
        assert message.get_ids_from_names([name]) == {}
        number = message.get_ids_from_names([name], create=True)[name]
        assert 0x8000 <= number <= 0xFFFE
        assert self.root().get_ids_from_names([name]) == {name: number}
        assert message.get_names_from_ids([number, 0x9FFF]) == {number: name}
        if Powers.OPEN_AGAIN in self.powers:
            assert self.again().get_ids_from_names([name]) == {name: number}

    def test_named_properties_are_properties(self) -> None:
        """P-230."""
        names = [PropertyName(PS_PUBLIC_STRINGS, "Project"), PropertyName(PS_PUBLIC_STRINGS, 0x8503)]
        message = self.draft(self.folder())
        ids = message.get_ids_from_names(names, create=True)
        values = {
            PropTag.of(ids[names[0]], PropType.UNICODE): "mapix",
            PropTag.of(ids[names[1]], PropType.BOOLEAN): True,
        }
        assert not message.set_props(values)
        message.save_changes(Keep.CLOSE)
        again = self.message_of(entry_id_of(message))
        assert again.get_props(tuple(values)) == values
        assert set(values) <= set(again.get_prop_list())

    def test_an_identifier_without_name_cannot_be_set(self) -> None:
        """P-152, X-04."""
        (problem,) = self.draft(self.folder()).set_props({PropTag.of(0xABCD, PropType.LONG): 1})
        assert problem.scode == UnexpectedId.hresult

    def test_header_names_do_not_look_at_case(self) -> None:
        """P-237."""
        folder = self.folder()
        first = folder.get_ids_from_names([PropertyName(PS_INTERNET_HEADERS, "X-Mailer")], create=True)
        second = folder.get_ids_from_names([PropertyName(PS_INTERNET_HEADERS, "x-mailer")], create=True)
        assert list(first.values()) == list(second.values())

    def test_the_set_of_mapi_itself_names_low_identifiers(self) -> None:
        """P-234."""
        name = PropertyName(PS_MAPI, PR_SUBJECT.id)
        assert self.store.get_ids_from_names([name]) == {name: PR_SUBJECT.id}
        assert self.store.get_names_from_ids([PR_SUBJECT.id]) == {PR_SUBJECT.id: name}

    def test_creating_names_needs_names(self) -> None:
        """P-200."""
        with pytest.raises(InvalidParameter):
            self.store.get_ids_from_names(None, create=True)

    def test_a_message_class_is_checked(self) -> None:
        """P-155, C-001."""
        message = self.draft(self.folder())
        for bad in ("x" * 256, "IPM.", "IPM.Nöte"):
            with pytest.raises(InvalidParameter):
                message.set_props({PR_MESSAGE_CLASS: bad})
