"""Messages on live storages: what is changed is changed, what is not is not touched."""

import io
from collections.abc import Iterator

import pytest
from tests.formats.msg.msg_cases import at, nodes, plain, plainly, read, written

from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.defects import Defects
from mapix.formats.msg import MsgFile, content_of
from mapix.formats.msg import onstorage as on
from mapix.formats.msg.layout import ATTACHMENT, CLASS, RECIPIENT, Header, Kind, attachment_name
from mapix.formats.storage import Mode, Storage
from mapix.properties.errors import BadValue
from mapix.properties.flags import ATTACH_EMBEDDED_MSG
from mapix.properties.named import PropertyName, PSETID_Common
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_METHOD,
    PR_BODY,
    PR_DISPLAY_NAME,
    PR_ROWID,
    PR_STORE_SUPPORT_MASK,
    PR_SUBJECT,
)
from mapix.properties.value import whole

WHOLE = Mode.READWRITE | Mode.SHARE_EXCLUSIVE | Mode.TRANSACTED
NEW = Mode.READWRITE | Mode.SHARE_EXCLUSIVE | Mode.CREATE


class Edited:
    """A file whose root storage is open; `data` is what it is after a commit."""

    def __init__(self, data: bytes = b"") -> None:
        self.file = io.BytesIO(data)
        self.storage = open_docfile(self.file, WHOLE) if data else create_docfile(self.file, WHOLE | Mode.CREATE)

    def data(self) -> bytes:
        self.storage.commit()
        return self.file.getvalue()


@pytest.fixture
def edited() -> Iterator[Edited]:
    found = Edited(written(plain()))
    with found.storage:
        yield found


def message(storage: Storage) -> on.MsgMessage:
    return on.read_message(storage, Kind.MESSAGE)


def test_an_empty_storage_becomes_a_message() -> None:
    """IMS-10."""
    new = Edited()
    with new.storage as storage:
        assert not on.is_message(storage)
        on.prepare(storage, Kind.MESSAGE)
        assert on.is_message(storage)
        data = new.data()
    with MsgFile.open(data) as file:
        assert file.properties() == {PR_STORE_SUPPORT_MASK: 0x40000}
        assert file.names == {}
        assert file.defects == ()
    assert nodes(data).clsid == CLASS


def test_a_subject_is_changed_and_everything_else_is_as_it_was(edited: Edited) -> None:
    """IMS-12."""
    before = nodes(edited.data())
    how = on.encoding_of(message(edited.storage))
    on.write_object(edited.storage, Kind.MESSAGE, {PR_SUBJECT: "New"}, how=how)
    after = edited.data()
    expected = plain()
    expected.properties[PR_SUBJECT] = "New"
    assert plainly(read(after)) == plainly(expected)
    changed = {child.name for child in nodes(after).children if child.data != at(before, child.name).data}
    assert changed == {"__properties_version1.0", "__substg1.0_0037001F"}


def test_properties_are_deleted_with_their_streams(edited: Edited) -> None:
    how = on.encoding_of(message(edited.storage))
    on.write_object(edited.storage, Kind.MESSAGE, {}, deleted=[PR_BODY.id, 0x8001], how=how)
    data = edited.data()
    assert PR_BODY not in read(data).properties
    assert not [child.name for child in nodes(data).children if child.name[12:16] in ("1000", "8001")]
    with MsgFile.open(data) as file:
        assert file.properties()
        assert file.defects == ()


def test_a_value_replaces_what_its_identifier_had_of_whichever_type(edited: Edited) -> None:
    """P-153."""
    how = on.encoding_of(message(edited.storage))
    on.write_object(edited.storage, Kind.MESSAGE, {PropTag(0x80010003): 7}, how=how)
    data = edited.data()
    content = read(data)
    assert content.get(PropTag(0x80010003)) == 7
    assert PropTag(0x8001101F) not in content.properties
    with MsgFile.open(data) as file:
        assert file.defects == ()


def test_what_cannot_be_written_changes_nothing(edited: Edited) -> None:
    before = edited.data()
    how = on.encoding_of(message(edited.storage))
    with pytest.raises(BadValue):
        on.write_object(edited.storage, Kind.MESSAGE, {PR_BODY: "x", PR_SUBJECT: 7}, deleted=[PR_BODY.id], how=how)
    assert plainly(read(edited.data())) == plainly(read(before))


def test_a_large_value_can_be_copied_onto_itself_and_elsewhere(edited: Edited) -> None:
    blob = bytes(range(256)) * 3000
    how = on.encoding_of(message(edited.storage))
    with edited.storage.open_storage(attachment_name(0), Mode.READWRITE | Mode.SHARE_EXCLUSIVE) as part:
        on.write_object(part, Kind.PART, {PR_ATTACH_DATA_BIN: blob}, how=how)
        part.commit()
    with edited.storage.open_storage(attachment_name(0), Mode.READWRITE | Mode.SHARE_EXCLUSIVE) as part:
        value = on.read_object(part, Kind.PART, message(edited.storage).context, "attachment").get(PR_ATTACH_DATA_BIN)
        assert value.size == len(blob)
        on.write_object(part, Kind.PART, {PR_ATTACH_DATA_BIN: value, PropTag(0x67800102): value}, how=how)
        part.commit()
    with MsgFile.open(edited.data()) as file:
        for tag in (PR_ATTACH_DATA_BIN, PropTag(0x67800102)):
            assert whole(tag, file.attachments[0].get(tag)) == blob


def test_recipients_go_into_the_storages_of_their_numbers(edited: Edited) -> None:
    how = on.encoding_of(message(edited.storage))
    rows = [dict(one.properties()) for one in message(edited.storage).recipients]
    assert [row[PR_ROWID] for row in rows] == [0, 1]
    rows[1][PR_DISPLAY_NAME] = "Anna Two"
    del rows[1][PropTag(0x3002001F)]
    new = {PR_ROWID: 7, PR_DISPLAY_NAME: "Carl"}
    assert on.write_recipients(edited.storage, [rows[1], new], how) == 8
    on.write_header(edited.storage, Kind.MESSAGE, Header(8, 2, 2, 2))
    assert list(on.parts(edited.storage, RECIPIENT)) == [1, 7]
    with MsgFile.open(edited.data()) as file:
        assert [one.properties() for one in file.recipients] == [rows[1], new]
        assert file.message.header == Header(8, 2, 2, 2)
        assert file.defects == ()


def test_what_others_put_into_a_recipient_stays_when_the_row_changes(edited: Edited) -> None:
    with edited.storage.open_storage("__recip_version1.0_#00000001", Mode.READWRITE | Mode.SHARE_EXCLUSIVE) as part:
        with part.create_stream("theirs", NEW) as stream:
            stream.write(b"theirs")
        part.commit()
    rows = [dict(one.properties()) for one in message(edited.storage).recipients]
    rows[1][PR_DISPLAY_NAME] = "Other"
    on.write_recipients(edited.storage, rows, on.encoding_of(message(edited.storage)))
    assert at(nodes(edited.data()), "__recip_version1.0_#00000001", "theirs").data == b"theirs"


def test_names_are_added_and_those_there_keep_their_identifiers(edited: Edited) -> None:
    names = on.read_names(edited.storage, Defects())
    added = names.add(PropertyName(PSETID_Common, 0x8514))
    on.write_names(edited.storage, names)
    how = on.encoding_of(message(edited.storage))
    on.write_object(edited.storage, Kind.MESSAGE, {PropTag.of(added, 0x0B): True}, how=how)
    content = read(edited.data())
    assert dict(content.names) == {**plain().names, added: PropertyName(PSETID_Common, 0x8514)}
    assert content.get(PropTag.of(added, 0x0B)) is True


def test_a_message_inside_is_made_changed_and_deleted(edited: Edited) -> None:
    """A-010."""
    how = on.encoding_of(message(edited.storage))
    with edited.storage.create_storage(attachment_name(2), NEW) as part:
        on.prepare(part, Kind.PART)
        on.write_object(part, Kind.PART, {PR_ATTACH_METHOD: ATTACH_EMBEDDED_MSG}, how=how)
        inner = on.inner_storage(part, create=True)
        assert inner is not None
        with inner:
            on.prepare(inner, Kind.EMBEDDED)
            on.write_object(inner, Kind.EMBEDDED, {PR_SUBJECT: "Made"}, how=how)
            inner.commit()
        on.note_inside(part, message=True)
        part.commit()
    on.write_header(edited.storage, Kind.MESSAGE, Header(2, 3, 2, 3))
    assert list(on.parts(edited.storage, ATTACHMENT)) == [0, 1, 2]
    with MsgFile.open(edited.data()) as file:
        made = file.attachments[2].message
        assert made is not None
        assert made.get(PR_SUBJECT) == "Made"
        assert content_of(file).attachments[2].message is not None
        assert file.defects == ()
    with edited.storage.open_storage(attachment_name(2), Mode.READWRITE | Mode.SHARE_EXCLUSIVE) as part:
        on.write_object(part, Kind.PART, {}, deleted=[0x3701], how=how)
        part.commit()
        assert on.inner_storage(part) is None
    with MsgFile.open(edited.data()) as file:
        assert file.attachments[2].message is None


def test_attributes_of_entries_are_set(edited: Edited) -> None:
    """IMS-30, IMS-31."""
    on.write_attributes(edited.storage, Kind.MESSAGE, {PR_SUBJECT.id: 2, 0x7777: 1})
    with MsgFile.open(edited.data()) as file:
        assert file.message.attributes()[PR_SUBJECT] == 2
    how = on.encoding_of(message(edited.storage))
    on.write_object(edited.storage, Kind.MESSAGE, {PR_SUBJECT: "kept"}, how=how)
    with MsgFile.open(edited.data()) as file:
        assert file.message.attributes()[PR_SUBJECT] == 2


def test_a_file_of_eight_bits_stays_one() -> None:
    content = plain()
    content.properties = {PR_SUBJECT: "Größe", PropTag(0x3FFD0003): 1252}
    edited = Edited(written(content, unicode=False))
    with edited.storage as storage:
        on.write_object(storage, Kind.MESSAGE, {PR_SUBJECT: "Maß"}, how=on.encoding_of(message(storage)))
        with MsgFile.open(edited.data()) as file:
            assert not file.unicode
            assert file.get(PR_SUBJECT) == "Maß"
            assert file.place.read(file.place.names["__substg1.0_0037001E"]) == b"Ma\xdf"
