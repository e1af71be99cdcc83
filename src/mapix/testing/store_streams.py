"""Store tests: properties as streams (OpenProperty, IStream)."""

from __future__ import annotations

import pytest

from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.stream import DocfileStream, Stream, StreamStat
from mapix.interfaces.table import MapiTable
from mapix.properties.errors import CorruptData, InterfaceNotSupported, InvalidParameter, NoAccess, NotFound
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_BODY,
    PR_ENTRYID,
    PR_IMPORTANCE,
    PR_RTF_COMPRESSED,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, entry_id_of, read, write


class StreamTests(StoreBench):
    """Large and small values under a cursor."""

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
        self.need(Powers.RICH_TEXT)
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
        self.need(Powers.RICH_TEXT)
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

    def test_text_opens_as_text_of_either_width_and_bytes_as_bytes(self) -> None:
        """P-130, P-135: binary, wide and narrow text, and types nobody knows."""
        foreign = PropTag.of(0x6801, 0x0234)
        message = self.message_of(self.message(self.folder(), {PR_BODY: "Grüße", foreign: b"raw"}))
        assert read(message, PR_BODY) == "Grüße".encode("utf-16-le")
        assert read(message, PR_BODY.with_type(PropType.STRING8)) == "Grüße".encode()
        assert read(message, foreign) == b"raw"
        write(message, PR_BODY.with_type(PropType.STRING8), b"News")
        write(message, foreign, b"other")
        message.save_changes(Keep.READONLY)
        again = self.message_of(entry_id_of(message))
        assert again.get_props((PR_BODY, foreign)) == {PR_BODY: "News", foreign: b"other"}

    def test_a_subject_opens_as_a_stream_too(self) -> None:
        """P-063, P-146."""
        message = self.message_of(self.message(self.folder()))
        assert read(message, PR_SUBJECT) == "Budget".encode("utf-16-le")

    def test_what_is_no_text_and_no_bytes_does_not_open_as_a_stream(self) -> None:
        """P-132."""
        message = self.message_of(self.message(self.folder(), {PR_IMPORTANCE: 1}))
        for tag, kind in ((PR_IMPORTANCE, Stream), (PR_SUBJECT, Message), (PR_SUBJECT, MapiTable)):
            with pytest.raises(InterfaceNotSupported):
                message.open_property(tag, kind)
        with pytest.raises(NoAccess):
            message.open_property(PR_ENTRYID, Stream, access=Access.MODIFY)

    def test_writing_needs_leave_to_modify(self) -> None:
        """P-133."""
        message = self.message_of(self.message(self.folder()))
        stream = message.open_property(PR_SUBJECT, Stream)
        assert not stream.writable
        for call in (lambda: stream.write(b"x"), lambda: stream.truncate(0), stream.commit):
            with pytest.raises(NoAccess):
                call()

    def test_a_value_opened_twice_belongs_to_the_last_who_commits(self) -> None:
        """P-136: nothing breaks, and nothing is half of either."""
        self.need(Powers.RICH_TEXT)
        message = self.message_of(self.message(self.folder(), {PR_RTF_COMPRESSED: b"before"}))
        first, second = (message.open_property(PR_RTF_COMPRESSED, Stream, access=Access.MODIFY) for _ in range(2))
        first.truncate(0)
        first.write(b"first")
        second.truncate(0)
        second.write(b"second")
        second.commit()
        first.commit()
        assert message.get_prop(PR_RTF_COMPRESSED) == b"first"

    def test_a_body_is_replaced_whole(self) -> None:
        """P-131, P-143: creating empties what was there."""
        self.need(Powers.RICH_TEXT)
        message = self.message_of(self.message(self.folder(), {PR_RTF_COMPRESSED: b"a long text in RTF"}))
        write(message, PR_RTF_COMPRESSED, b"short")
        message.save_changes(Keep.READONLY)
        assert self.message_of(entry_id_of(message)).get_prop(PR_RTF_COMPRESSED) == b"short"

    def test_streams_are_cloned_copied_and_measured(self) -> None:
        """P-140: Clone, CopyTo, Stat."""
        self.need(Powers.RICH_TEXT)
        message = self.message_of(self.message(self.folder(), {PR_RTF_COMPRESSED: b"0123456789"}))
        source = message.open_property(PR_RTF_COMPRESSED, Stream)
        source.seek(2)
        clone = source.clone()
        assert (clone.read(3), source.tell()) == (b"234", 2)
        with message.open_property(PR_BODY, Stream, access=Access.MODIFY, create=True) as target:
            assert source.copy_to(target, 4) == 4
            assert source.copy_to(target) == 4
            assert target.stat() == StreamStat(8, writable=True)
        assert source.stat() == StreamStat(10, writable=False)
        assert read(message, PR_BODY) == b"23456789"

    def test_only_structured_storage_opens_as_such(self) -> None:
        """P-145."""
        docfile = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
        _, attachment = self.draft(self.folder()).create_attach()
        attachment.set_props({PR_ATTACH_DATA_BIN: b"plain bytes"})
        with pytest.raises(InterfaceNotSupported):
            attachment.open_property(PR_ATTACH_DATA_BIN, DocfileStream)
        with attachment.open_property(PR_ATTACH_DATA_BIN, DocfileStream, access=Access.MODIFY, create=True) as stream:
            stream.write(docfile)
        assert attachment.open_property(PR_ATTACH_DATA_BIN, DocfileStream).read() == docfile
        wrong = attachment.open_property(PR_ATTACH_DATA_BIN, DocfileStream, access=Access.MODIFY)
        wrong.write(b"other")
        with pytest.raises(CorruptData):
            wrong.commit()
