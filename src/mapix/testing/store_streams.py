"""Store tests: properties as streams (OpenProperty, IStream)."""

from __future__ import annotations

import pytest

from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.stream import Stream
from mapix.properties.errors import InvalidParameter, NotFound
from mapix.properties.tag import PropType
from mapix.properties.tags import PR_BODY, PR_RTF_COMPRESSED
from mapix.testing.store_bench import StoreBench, entry_id_of, read, write


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
