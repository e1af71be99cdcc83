"""Store tests: attachments of every method, their names, places and sizes (objects section 5)."""

from __future__ import annotations

from typing import Any

import pytest

from mapix.formats.storage import Storage
from mapix.formats.storageerrors import AccessDenied
from mapix.interfaces.message import Attach, Message
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.stream import DocfileStream, Stream
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import InterfaceNotSupported, NotFound
from mapix.properties.flags import (
    ATTACH_BY_REF_ONLY,
    ATTACH_BY_REF_RESOLVE,
    ATTACH_BY_REFERENCE,
    ATTACH_BY_VALUE,
    ATTACH_BY_WEBREFERENCE,
    ATTACH_EMBEDDED_MSG,
    ATTACH_OLE,
    NO_ATTACHMENT,
)
from mapix.properties.sort import SortKey, SortOrder
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ATTACH_ADDITIONAL_INFO,
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_ENCODING,
    PR_ATTACH_EXTENSION,
    PR_ATTACH_FILENAME,
    PR_ATTACH_FLAGS,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_LONG_PATHNAME,
    PR_ATTACH_METHOD,
    PR_ATTACH_MIME_TAG,
    PR_ATTACH_NUM,
    PR_ATTACH_PATHNAME,
    PR_ATTACH_RENDERING,
    PR_ATTACH_SIZE,
    PR_ATTACH_TAG,
    PR_ATTACH_TRANSPORT_NAME,
    PR_CREATION_TIME,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_LAST_MODIFICATION_TIME,
    PR_RECORD_KEY,
    PR_RENDERING_POSITION,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, contents, entry_id_of, inner, read, write

DOCFILE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1016)
OLE2_TAG = bytes.fromhex("2a864886f7140301")
NAMES = {
    PR_ATTACH_FILENAME: "REPORT~1.DOC",
    PR_ATTACH_LONG_FILENAME: "report of the year.docx",
    PR_ATTACH_EXTENSION: ".docx",
    PR_ATTACH_TRANSPORT_NAME: "ATT00001",
    PR_DISPLAY_NAME: "Report",
}
METHODS: dict[int, dict[PropTag, Any]] = {
    NO_ATTACHMENT: {},
    ATTACH_BY_VALUE: {PR_ATTACH_DATA_BIN: b"data"},
    ATTACH_BY_REFERENCE: {PR_ATTACH_PATHNAME: "\\\\files\\r.doc", PR_ATTACH_LONG_PATHNAME: "\\\\files\\report.docx"},
    ATTACH_BY_REF_RESOLVE: {PR_ATTACH_LONG_PATHNAME: "/srv/report.docx"},
    ATTACH_BY_REF_ONLY: {PR_ATTACH_LONG_PATHNAME: "/srv/report.docx"},
    ATTACH_OLE: {PR_ATTACH_DATA_BIN: DOCFILE, PR_ATTACH_TAG: OLE2_TAG, PR_ATTACH_RENDERING: b"metafile"},
    ATTACH_BY_WEBREFERENCE: {PR_ATTACH_LONG_FILENAME: "https://files.example/report.docx"},
}
REQUIRED = (PR_ATTACH_NUM, PR_INSTANCE_KEY, PR_RECORD_KEY, PR_RENDERING_POSITION)


class MethodTests(StoreBench):
    """Where an attachment's data is, and what tells of it."""

    def saved(self, values: dict[PropTag, Any]) -> Attach:
        """An attachment of a saved message, opened again for changes."""
        message = self.draft(self.folder())
        number, attachment = message.create_attach()
        if values:
            attachment.set_props(values)
        attachment.save_changes()
        message.save_changes(Keep.READONLY)
        return self.message_of(entry_id_of(message)).open_attach(number, Access.MODIFY)

    @pytest.mark.parametrize("method", METHODS)
    def test_every_method_keeps_what_belongs_to_it(self, method: int) -> None:
        """A-003, A-021: the store looks for no agreement between method and data."""
        values = {PR_ATTACH_METHOD: method} | METHODS[method]
        found = self.saved(values)
        assert found.get_props(tuple(values)) == values
        assert PR_ATTACH_DATA_BIN in values or found.get_prop(PR_ATTACH_DATA_BIN) is None

    def test_names_times_and_kinds_are_kept(self) -> None:
        """A-022, A-023, A-024, P-044: encoding and tag are two things; names and times are the client's."""
        values = NAMES | {
            PR_ATTACH_ENCODING: bytes.fromhex("2a864886f71403040b01"),
            PR_ATTACH_TAG: bytes.fromhex("2a864886f714030a04"),
            PR_ATTACH_MIME_TAG: "application/applefile",
            PR_ATTACH_ADDITIONAL_INFO: b":CREA:TYPE",
            PR_ATTACH_FLAGS: 1,
            PR_LAST_MODIFICATION_TIME: 130_000_000_000_000_000,
        }
        found = self.saved(values)
        assert found.get_props(tuple(values)) == values
        assert found.get_prop(PR_ATTACH_FILENAME.with_type(PropType.STRING8)) == b"REPORT~1.DOC"
        table = self.message_of(self.only_message()).get_attachment_table()
        assert query_all_rows(table, tuple(values)) == [tuple(values.values())]

    def only_message(self) -> bytes:
        """The one message of the folder."""
        ((entry_id,),) = contents(self.folder(), PR_ENTRYID)
        assert isinstance(entry_id, bytes)
        return entry_id

    def test_the_table_tells_attachments_apart_and_says_how_they_are_attached(self) -> None:
        """A-002, A-025, M-063, X-44: one row a saved attachment, numbers constant, in the table and on the object."""
        message = self.draft(self.folder())
        table = message.get_attachment_table()
        for method in (ATTACH_BY_VALUE, ATTACH_BY_REF_ONLY, ATTACH_OLE):
            _, attachment = message.create_attach()
            attachment.set_props({PR_ATTACH_METHOD: method})
            assert attachment.get_prop(PR_ATTACH_METHOD) == method
            attachment.save_changes()
        message.delete_attach(1)
        rows = query_all_rows(table, (*REQUIRED, PR_ATTACH_METHOD, PR_CREATION_TIME))
        assert sorted((row[0], row[4]) for row in rows) == [(0, ATTACH_BY_VALUE), (2, ATTACH_OLE)]
        assert all(None not in row for row in rows)
        assert len({row[1] for row in rows}) == len({row[2] for row in rows}) == 2
        assert message.open_attach(2).get_prop(PR_ATTACH_NUM) == 2

    def test_places_sort_signed_and_then_by_number(self) -> None:
        """A-020, M-063: what stands nowhere in the text comes first."""
        message = self.draft(self.folder())
        for place in (7, -1, 0, 0xFFFFFFFF):
            _, attachment = message.create_attach()
            attachment.set_props({PR_RENDERING_POSITION: place})
            attachment.save_changes()
        table = message.get_attachment_table()
        table.sort_table(SortOrder((SortKey(PR_RENDERING_POSITION), SortKey(PR_ATTACH_NUM))))
        assert query_all_rows(table, (PR_RENDERING_POSITION, PR_ATTACH_NUM)) == [(-1, 1), (-1, 3), (0, 2), (7, 0)]

    def test_the_size_counts_everything_an_attachment_has(self) -> None:
        """A-024: more than the data, and it grows with them."""
        found = self.saved({PR_ATTACH_DATA_BIN: bytes(1000), PR_ATTACH_LONG_FILENAME: "x" * 100})
        size = found.get_prop(PR_ATTACH_SIZE)
        assert size > 1200
        assert found.set_props({PR_ATTACH_SIZE: 1})
        found.set_props({PR_ATTACH_DATA_BIN: bytes(3000)})
        found.save_changes(Keep.READONLY)
        assert size + 1900 < found.get_prop(PR_ATTACH_SIZE) < size + 2100

    def test_data_is_one_property_under_two_types(self) -> None:
        """A-010, A-013: got as bytes only, deleted and excluded under either."""
        found = self.saved({PR_ATTACH_METHOD: ATTACH_BY_VALUE, PR_ATTACH_DATA_BIN: b"data"})
        assert found.get_prop(PR_ATTACH_DATA_OBJ) is None
        _, copy = self.draft(self.folder()).create_attach()
        found.copy_to(copy, exclude=(PR_ATTACH_DATA_OBJ,))
        assert copy.get_props((PR_ATTACH_METHOD, PR_ATTACH_DATA_BIN)) == {PR_ATTACH_METHOD: ATTACH_BY_VALUE}
        table = self.message_of(self.only_message()).get_attachment_table()
        assert query_all_rows(table, (PR_ATTACH_DATA_OBJ, PR_ATTACH_DATA_BIN)) == [(None, None)]
        found.delete_props((PR_ATTACH_DATA_OBJ,))
        assert found.get_prop(PR_ATTACH_DATA_BIN) is None

    def test_an_ole_object_opens_as_structured_storage(self) -> None:
        """A-010, A-011: under the object, under the bytes, and as any stream."""
        values = {PR_ATTACH_METHOD: ATTACH_OLE, PR_ATTACH_TAG: OLE2_TAG}
        message = self.draft(self.folder())
        number, attachment = message.create_attach()
        attachment.set_props(values)
        with attachment.open_property(PR_ATTACH_DATA_OBJ, DocfileStream, access=Access.MODIFY, create=True) as stream:
            stream.write(DOCFILE)
        attachment.save_changes()
        message.save_changes(Keep.READONLY)
        found = self.message_of(entry_id_of(message)).open_attach(number)
        assert PR_ATTACH_DATA_OBJ in found.get_prop_list()
        for tag in (PR_ATTACH_DATA_OBJ, PR_ATTACH_DATA_BIN):
            assert found.open_property(tag, DocfileStream).read() == DOCFILE
            assert read(found, tag) == DOCFILE
        with pytest.raises(NotFound):
            found.open_property(PR_ATTACH_DATA_OBJ, Message)

    def test_an_ole_object_is_a_live_storage(self) -> None:
        """A-010, A-014, P-131: made and changed in place, and carried by copies."""
        folder = self.folder()
        message = self.draft(folder)
        number, attachment = message.create_attach()
        with attachment.open_property(PR_ATTACH_DATA_OBJ, Storage, access=Access.MODIFY, create=True) as document:
            with document.create_stream("Contents") as stream:
                stream.write(b"drawing" * 1000)
            document.commit()
        assert attachment.get_prop(PR_ATTACH_METHOD) == ATTACH_OLE
        attachment.save_changes()
        message.save_changes(Keep.READONLY)
        twin = self.draft(folder)
        self.message_of(entry_id_of(message)).copy_to(twin)
        twin.save_changes(Keep.READONLY)
        again = self.message_of(entry_id_of(twin), access=Access.MODIFY)
        part = again.open_attach(number, access=Access.MODIFY)
        with part.open_property(PR_ATTACH_DATA_OBJ, Storage, access=Access.MODIFY) as document:
            with document.open_stream("Contents") as stream:
                assert stream.read() == b"drawing" * 1000
            document.rename_element("Contents", "Package")
            document.commit()
        part.save_changes()
        again.save_changes(Keep.READONLY)
        for one, names in ((message, ["Contents"]), (twin, ["Package"])):
            found = self.message_of(entry_id_of(one)).open_attach(number)
            with found.open_property(PR_ATTACH_DATA_OBJ, Storage) as document:
                assert [stat.name for stat in document.elements()] == names
                with pytest.raises(AccessDenied):
                    document.create_stream("x")

    def test_ole_of_the_first_kind_falls_back_to_a_stream(self) -> None:
        """A-011: it is no structured storage."""
        found = self.saved({PR_ATTACH_METHOD: ATTACH_OLE, PR_ATTACH_DATA_BIN: b"\x01\x05\x00\x00ole 1"})
        for tag in (PR_ATTACH_DATA_OBJ, PR_ATTACH_DATA_BIN):
            with pytest.raises(InterfaceNotSupported):
                found.open_property(tag, DocfileStream)
        assert read(found, PR_ATTACH_DATA_BIN) == b"\x01\x05\x00\x00ole 1"

    def test_a_message_inside_opens_as_a_message_and_nothing_else(self) -> None:
        """A-012, A-014, P-133: for reading unless modifying was asked for."""
        self.need(Powers.EMBEDDED)
        message = self.draft(self.folder())
        number, attachment = message.create_attach()
        attachment.set_props({PR_ATTACH_METHOD: ATTACH_EMBEDDED_MSG})
        part = inner(attachment, create=True)
        part.set_props({PR_SUBJECT: "inside"})
        for item in (part, attachment, message):
            item.save_changes(Keep.READONLY)
        found = self.message_of(entry_id_of(message)).open_attach(number)
        assert inner(found).get_prop(PR_SUBJECT) == "inside"
        with pytest.raises(NotFound):
            found.open_property(PR_ATTACH_DATA_OBJ, Stream)
        with pytest.raises(InterfaceNotSupported):
            found.open_property(PR_ATTACH_DATA_OBJ, Attach)

    def test_data_of_any_size_is_written_through_a_stream(self) -> None:
        """A-003, P-062."""
        found = self.saved({PR_ATTACH_METHOD: ATTACH_BY_VALUE})
        write(found, PR_ATTACH_DATA_BIN, b"")
        assert found.get_prop(PR_ATTACH_DATA_BIN) == b""
        write(found, PR_ATTACH_DATA_BIN, bytes(500_000))
        assert read(found, PR_ATTACH_DATA_BIN) == bytes(500_000)
