"""Messages on storages: sessions, flags, what is kept of a file, and copies to and from stores (IMS-*)."""

import gc
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tests.objects.rich import check_rich, rich_message
from tests.objects.rich import here as here
from tests.objects.rich import there as there

from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.msg import MsgFile, content_of
from mapix.formats.storage import Mode, Storage
from mapix.formats.storageerrors import FileNotFound, Reverted, by_hresult, mapi_error
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.stream import Stream
from mapix.interfaces.table import query_all_rows
from mapix.objects.imsg import (
    StorageMessage,
    get_attributes,
    open_imsg_on_istg,
    open_imsg_session,
    set_attributes,
)
from mapix.objects.imsg.attributes import PropAttribute
from mapix.objects.imsg.session import IMSG_NO_ISTG_COMMIT
from mapix.objects.messages.content import read_content
from mapix.properties import tags as t
from mapix.properties.errors import (
    CallFailed,
    Computed,
    CorruptData,
    DiskError,
    InvalidObject,
    InvalidParameter,
    MapiError,
    NoAccess,
    NoSupport,
    NotFound,
    ObjectChanged,
    UnknownFlags,
)
from mapix.properties.flags import MAPI_UNICODE, STORE_UNICODE_OK
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import PropTag, PropType

EDIT = Mode.READWRITE | Mode.TRANSACTED | Mode.SHARE_EXCLUSIVE
NEW = EDIT | Mode.CREATE
READ = Mode.READ | Mode.SHARE_DENY_WRITE
MATTER = PropertyName(PS_PUBLIC_STRINGS, "Matter")


def new_storage(place: Any = None) -> Storage:
    return create_docfile(MemoryBytes() if place is None else place, NEW)


def saved(path: Path, **values: Any) -> Path:
    """A file with a message of a subject, a recipient and an attachment."""
    with create_docfile(path, NEW) as storage:
        message = open_imsg_on_istg(None, storage)
        message.set_props({t.PR_SUBJECT: values.get("subject", "Budget"), t.PR_BODY: "text"})
        message.modify_recipients(ModifyRecipients.ADD, [{t.PR_DISPLAY_NAME: "Ann", t.PR_RECIPIENT_TYPE: 1}])
        _, attach = message.create_attach()
        attach.set_props({t.PR_ATTACH_METHOD: 1, t.PR_ATTACH_DATA_BIN: b"data", t.PR_ATTACH_LONG_FILENAME: "a.txt"})
        attach.save_changes()
        message.save_changes()
    return path


def edited(path: Path, change: Callable[[StorageMessage], object]) -> None:
    with open_docfile(path, EDIT) as storage:
        message = open_imsg_on_istg(None, storage)
        change(message)
        message.save_changes()


def subject_of(path: Path) -> Any:
    with MsgFile.open(path) as file:
        return file.get(t.PR_SUBJECT)


# sessions


def test_a_session_knows_one_flag() -> None:
    """IMS-1, IMS-2; scenario 22."""
    assert not open_imsg_session().unicode
    assert open_imsg_session(MAPI_UNICODE).unicode
    for flags in (1, 2, MAPI_UNICODE | 1, -1):
        with pytest.raises(UnknownFlags):
            open_imsg_session(flags)


def test_a_unicode_message_says_so_and_keeps_text() -> None:
    """P-222, IMS-2, IMS-21; scenario 22."""
    for flags, unicode in ((MAPI_UNICODE, True), (0, False)):
        message = open_imsg_on_istg(None, new_storage(), flags=flags)
        assert bool(message.get_prop(t.PR_STORE_SUPPORT_MASK) & STORE_UNICODE_OK) is unicode
    with open_imsg_session(MAPI_UNICODE) as session:
        message = open_imsg_on_istg(session, new_storage(), flags=0)
        message.set_props({t.PR_SUBJECT: "日本語 \N{GRINNING FACE}"})
        message.save_changes(Keep.READWRITE)
        assert message.is_unicode
        assert message.get_prop(t.PR_SUBJECT) == "日本語 \N{GRINNING FACE}"


def test_closing_a_session_ends_everything_opened_in_it() -> None:
    """IMS-3, IMS-4; scenario 22."""
    place = MemoryBytes()
    session = open_imsg_session()
    message = open_imsg_on_istg(session, new_storage(place))
    message.set_props({t.PR_SUBJECT: "kept", t.PR_BODY: "text"})
    _, attach = message.create_attach()
    attach.set_props({t.PR_ATTACH_METHOD: 5})
    inner = attach.open_property(t.PR_ATTACH_DATA_OBJ, Message, access=Access.MODIFY, create=True)
    message.save_changes(Keep.READWRITE)
    message.set_props({t.PR_SUBJECT: "never saved"})
    table, stream = message.get_recipient_table(), message.open_property(t.PR_BODY, Stream)
    session.close()
    for dead in (
        lambda: message.get_props(),
        lambda: attach.get_props(),
        lambda: inner.get_props(),
        lambda: table.get_row_count(),
        lambda: stream.read(),
        lambda: message.save_changes(),
    ):
        with pytest.raises(InvalidObject):
            dead()
    with pytest.raises(InvalidObject):
        open_imsg_on_istg(session, new_storage())
    session.close()
    again = open_imsg_on_istg(None, open_docfile(place, READ))
    assert again.get_prop(t.PR_SUBJECT) == "kept"


def test_sessions_and_messages_without_one_are_independent() -> None:
    """IMS-5, IMS-6, IMS-7."""
    first, second = open_imsg_session(), open_imsg_session()
    messages = [open_imsg_on_istg(session, new_storage()) for session in (first, second, None)]
    for message in messages:
        message.set_props({t.PR_SUBJECT: "x"})
    first.close()
    with pytest.raises(InvalidObject):
        messages[0].get_props()
    assert [message.get_prop(t.PR_SUBJECT) for message in messages[1:]] == ["x", "x"]
    second.close()
    assert messages[2].get_prop(t.PR_SUBJECT) == "x"


def test_the_callback_comes_once_however_the_message_ends() -> None:
    """IMS-4; scenario 22: lpfMsgCallRelease."""
    calls: list[tuple[int, StorageMessage]] = []
    session = open_imsg_session()

    def released(number: int, message: StorageMessage) -> None:
        calls.append((number, message))

    first = open_imsg_on_istg(session, new_storage(), released=released, caller_data=1)
    second = open_imsg_on_istg(session, new_storage(), released=released, caller_data=2)
    first.close()
    assert calls == [(1, first)]
    session.close()
    second.close()
    assert calls == [(1, first), (2, second)]


def test_storages_of_other_modes_and_no_storage_are_refused() -> None:
    """IMS-10; scenario 22: STGM_READ, or STGM_READWRITE with STGM_TRANSACTED."""
    with pytest.raises(InvalidParameter):
        open_imsg_on_istg(None, None)  # type: ignore[arg-type]
    with pytest.raises(InvalidParameter, match="TRANSACTED"):
        open_imsg_on_istg(None, create_docfile(MemoryBytes(), Mode.READWRITE | Mode.SHARE_EXCLUSIVE))
    with pytest.raises(InvalidParameter):
        open_imsg_on_istg(None, create_docfile(MemoryBytes(), Mode.WRITE | Mode.TRANSACTED | Mode.SHARE_EXCLUSIVE))
    with pytest.raises(UnknownFlags):
        open_imsg_on_istg(None, new_storage(), flags=2)


# the message


def test_an_empty_storage_becomes_a_message_and_one_with_a_message_is_that(tmp_path: Path) -> None:
    """IMS-10, IMS-11, IMS-15."""
    path = saved(tmp_path / "x.msg")
    with open_docfile(path, EDIT) as storage:
        message = open_imsg_on_istg(None, storage)
        assert message.get_prop(t.PR_SUBJECT) == "Budget"
        rows = query_all_rows(message.get_recipient_table(), (t.PR_DISPLAY_NAME, t.PR_RECIPIENT_TYPE))
        assert rows == [("Ann", 1)]
        assert message.open_attach(0).get_prop(t.PR_ATTACH_DATA_BIN) == b"data"
    edited(path, lambda message: message.set_props({t.PR_SUBJECT: "Agenda"}))
    assert subject_of(path) == "Agenda"


def test_a_storage_open_for_reading_gives_a_message_to_read(tmp_path: Path) -> None:
    """IMS-10."""
    path = saved(tmp_path / "x.msg")
    before = path.read_bytes()
    with open_docfile(path, READ) as storage:
        message = open_imsg_on_istg(None, storage)
        assert message.get_prop(t.PR_ACCESS_LEVEL) == 0
        for write in (
            lambda: message.set_props({t.PR_SUBJECT: "x"}),
            lambda: message.delete_props([t.PR_SUBJECT]),
            lambda: message.create_attach(),
            lambda: message.modify_recipients(ModifyRecipients.ADD, []),
            lambda: set_attributes(message, {t.PR_SUBJECT: 2}),
        ):
            with pytest.raises(NoAccess):
                write()
    assert path.read_bytes() == before


def test_an_empty_storage_open_for_reading_holds_an_empty_message() -> None:
    """IMS-10."""
    place = MemoryBytes()
    new_storage(place).commit()
    message = open_imsg_on_istg(None, open_docfile(place, READ))
    assert message.get_prop(t.PR_SUBJECT) is None
    assert message.attachment_numbers() == []


def test_what_is_not_saved_does_not_reach_the_storage(tmp_path: Path) -> None:
    """IMS-11."""
    path = saved(tmp_path / "x.msg")
    with open_docfile(path, EDIT) as storage:
        message = open_imsg_on_istg(None, storage)
        message.set_props({t.PR_SUBJECT: "lost"})
        message.close()
        storage.commit()
    assert subject_of(path) == "Budget"


def test_without_a_commit_of_its_own_the_owner_commits(tmp_path: Path) -> None:
    """P-222, IMS-11; scenario 22: IMSG_NO_ISTG_COMMIT."""
    path = saved(tmp_path / "x.msg")
    for commits, expected in ((False, "Budget"), (True, "Agenda")):
        with open_docfile(path, EDIT) as storage:
            message = open_imsg_on_istg(None, storage, flags=IMSG_NO_ISTG_COMMIT | MAPI_UNICODE)
            message.set_props({t.PR_SUBJECT: "Agenda"})
            message.save_changes(Keep.READWRITE)
            assert message.get_prop(t.PR_SUBJECT) == "Agenda"
            if commits:
                storage.commit()
        assert subject_of(path) == expected


def test_the_ways_to_save_are_those_of_every_object(tmp_path: Path) -> None:
    """IMS-11: KEEP_OPEN_*."""
    with open_docfile(saved(tmp_path / "x.msg"), EDIT) as storage:
        message = open_imsg_on_istg(None, storage)
        message.set_props({t.PR_SUBJECT: "1"})
        message.save_changes(Keep.READWRITE)
        message.set_props({t.PR_SUBJECT: "2"})
        message.save_changes(Keep.READONLY)
        with pytest.raises(NoAccess):
            message.set_props({t.PR_SUBJECT: "3"})
        assert message.get_prop(t.PR_SUBJECT) == "2"
    with open_docfile(tmp_path / "x.msg", EDIT) as storage:
        message = open_imsg_on_istg(None, storage)
        message.save_changes()
        with pytest.raises(NoAccess):
            message.delete_props([t.PR_SUBJECT])


def test_what_others_put_into_the_storage_survives(tmp_path: Path) -> None:
    """P-222, IMS-12; scenario 22."""
    path = tmp_path / "x.msg"
    with create_docfile(path, NEW) as storage:
        with storage.create_stream("Mine") as stream:
            stream.write(b"untouched" * 1000)
        with storage.create_storage("Folder") as below:
            with below.create_stream("deep") as stream:
                stream.write(b"deep")
            below.commit()
        message = open_imsg_on_istg(None, storage)
        message.set_props({t.PR_SUBJECT: "x"})
        message.save_changes()
        names = {stat.name for stat in storage.elements()}
        assert all(name.startswith("__") for name in names - {"Mine", "Folder"})
    edited(path, lambda message: message.set_props({t.PR_SUBJECT: "y", t.PR_BODY: "z" * 9000}))
    edited(path, lambda message: message.delete_props([t.PR_BODY]))
    with open_docfile(path, READ) as storage:
        with storage.open_stream("Mine") as stream:
            assert stream.read() == b"untouched" * 1000
        with storage.open_storage("Folder") as below, below.open_stream("deep") as stream:
            assert stream.read() == b"deep"


def test_a_part_that_is_open_is_the_same_when_opened_again(tmp_path: Path) -> None:
    """IMS-13; scenario 22: the first opener's access counts."""
    with open_docfile(saved(tmp_path / "x.msg"), EDIT) as storage:
        message = open_imsg_on_istg(None, storage)
        first = message.open_attach(0, Access.READ)
        second = message.open_attach(0, Access.MODIFY)
        assert second is first
        with pytest.raises(NoAccess):
            second.set_props({t.PR_DISPLAY_NAME: "x"})
        first.close()
        assert second.get_prop(t.PR_ATTACH_DATA_BIN) == b"data"
        second.close()
        with pytest.raises(InvalidObject):
            second.get_props()
        third = message.open_attach(0, Access.MODIFY)
        assert not third.set_props({t.PR_DISPLAY_NAME: "x"})
        stream = message.open_property(t.PR_BODY, Stream)
        assert stream.read(2) == "te".encode("utf-16-le")[:2]
        again = message.open_property(t.PR_BODY, Stream)
        assert again.seek(0, 1) == 2
        again.close()
        assert stream.read(2) == b"e\0"


def test_a_part_nobody_holds_any_more_is_opened_anew(tmp_path: Path) -> None:
    """IMS-13."""
    with open_docfile(saved(tmp_path / "x.msg"), EDIT) as storage:
        message = open_imsg_on_istg(None, storage)
        message.open_attach(0, Access.READ)
        gc.collect()
        assert not message.open_attach(0, Access.MODIFY).set_props({t.PR_DISPLAY_NAME: "x"})


def test_messages_inside_are_the_same_when_opened_again() -> None:
    """IMS-13, IMS-14."""
    message = open_imsg_on_istg(None, new_storage())
    _, attach = message.create_attach()
    inner = attach.open_property(t.PR_ATTACH_DATA_OBJ, Message, access=Access.MODIFY, create=True)
    inner.set_props({t.PR_SUBJECT: "inner"})
    assert attach.open_property(t.PR_ATTACH_DATA_OBJ, Message) is inner


def test_messages_inside_messages_are_kept_at_depth(tmp_path: Path) -> None:
    """IMS-14, IMS-22."""
    path = tmp_path / "x.msg"

    def nest(message: Message, depth: int) -> None:
        message.set_props({t.PR_SUBJECT: f"level {depth}", tag_of(message, MATTER): depth})
        message.modify_recipients(ModifyRecipients.ADD, [{t.PR_DISPLAY_NAME: f"Ann {depth}", t.PR_RECIPIENT_TYPE: 1}])
        if depth < 6:
            _, attach = message.create_attach()
            inner = attach.open_property(t.PR_ATTACH_DATA_OBJ, Message, access=Access.MODIFY, create=True)
            nest(inner, depth + 1)
            attach.save_changes()
        message.save_changes(Keep.READWRITE)

    def tag_of(message: Message, name: PropertyName) -> PropTag:
        return PropTag.of(message.get_ids_from_names([name], create=True)[name], PropType.LONG)

    with create_docfile(path, NEW) as storage:
        nest(open_imsg_on_istg(None, storage), 0)
    with open_docfile(path, EDIT) as storage:
        message: Message = open_imsg_on_istg(None, storage)
        for depth in range(7):
            assert message.get_prop(t.PR_SUBJECT) == f"level {depth}"
            assert message.get_prop(tag_of(message, MATTER)) == depth
            assert query_all_rows(message.get_recipient_table(), (t.PR_DISPLAY_NAME,)) == [(f"Ann {depth}",)]
            if depth < 6:
                message = message.open_attach(0).open_property(t.PR_ATTACH_DATA_OBJ, Message)


def test_a_message_inside_is_changed_in_place(tmp_path: Path) -> None:
    """IMS-22: through the attachment and the message around it."""
    path = tmp_path / "x.msg"
    with create_docfile(path, NEW) as storage:
        message = open_imsg_on_istg(None, storage)
        _, attach = message.create_attach()
        inner = attach.open_property(t.PR_ATTACH_DATA_OBJ, Message, access=Access.MODIFY, create=True)
        inner.set_props({t.PR_SUBJECT: "old", t.PR_BODY: "stays"})
        inner.save_changes()
        attach.save_changes()
        message.save_changes()

    def change(message: StorageMessage, *, all_three: bool) -> None:
        attach = message.open_attach(0, Access.MODIFY)
        inner = attach.open_property(t.PR_ATTACH_DATA_OBJ, Message, access=Access.MODIFY)
        inner.set_props({t.PR_SUBJECT: "new"})
        inner.save_changes()
        if all_three:
            attach.save_changes()

    def inner_of(message: MsgFile) -> tuple[Any, Any]:
        inside = message.attachments[0].message
        assert inside is not None
        return inside.get(t.PR_SUBJECT), inside.get(t.PR_BODY)

    for all_three, expected in ((False, "old"), (True, "new")):
        edited(path, lambda message: change(message, all_three=all_three))  # noqa: B023
        with MsgFile.open(path) as file:
            assert inner_of(file) == (expected, "stays")


def test_an_attachment_can_be_a_document_of_its_own(tmp_path: Path) -> None:
    """IMS-14: OLE documents."""
    document = BytesIO()
    with create_docfile(document, NEW) as storage:
        with storage.create_stream("Contents") as stream:
            stream.write(b"drawing")
        storage.commit()
    path = tmp_path / "x.msg"
    with create_docfile(path, NEW) as storage:
        message = open_imsg_on_istg(None, storage)
        _, attach = message.create_attach()
        attach.set_props({t.PR_ATTACH_METHOD: 6})
        with attach.open_property(t.PR_ATTACH_DATA_OBJ, Stream, access=Access.MODIFY, create=True) as stream:
            stream.write(document.getvalue())
        attach.save_changes()
        message.save_changes()
    with open_docfile(path, READ) as storage:
        attach = open_imsg_on_istg(None, storage).open_attach(0)
        with attach.open_property(t.PR_ATTACH_DATA_OBJ, Stream) as opened:
            data = opened.read()
    with open_docfile(MemoryBytes(data), READ) as storage, storage.open_stream("Contents") as stream:
        assert stream.read() == b"drawing"


# what differs from a message of a store


def test_a_message_on_a_storage_is_not_sent_and_has_no_place() -> None:
    """P-222, IMS-20; scenario 22."""
    message = open_imsg_on_istg(None, new_storage())
    message.set_props({t.PR_SUBJECT: "x"})
    message.save_changes(Keep.READWRITE)
    with pytest.raises(NoSupport):
        message.submit_message()
    with pytest.raises(NoSupport):
        message.set_read_flag(0)
    for tag in (t.PR_PARENT_ENTRYID, t.PR_STORE_ENTRYID, t.PR_STORE_RECORD_KEY, t.PR_ENTRYID):
        assert message.get_prop(tag) is None


def test_what_is_computed_is_there_without_being_set() -> None:
    """IMS-21."""
    message = open_imsg_on_istg(None, new_storage())
    message.set_props({t.PR_SUBJECT: "RE: Budget"})
    rows = [{t.PR_DISPLAY_NAME: name, t.PR_RECIPIENT_TYPE: kind} for kind, name in ((1, "Ann"), (2, "Bob"), (3, "Cay"))]
    message.modify_recipients(ModifyRecipients.ADD, rows)
    _, attach = message.create_attach()
    attach.save_changes()
    message.save_changes(Keep.READWRITE)
    wanted = {
        t.PR_OBJECT_TYPE: 5,
        t.PR_HASATTACH: True,
        t.PR_DISPLAY_TO: "Ann",
        t.PR_DISPLAY_CC: "Bob",
        t.PR_DISPLAY_BCC: "Cay",
        t.PR_NORMALIZED_SUBJECT: "Budget",
        t.PR_SUBJECT_PREFIX: "RE: ",
        t.PR_ACCESS_LEVEL: 1,
    }
    assert message.get_props(tuple(wanted)) == wanted
    assert message.get_prop(t.PR_MESSAGE_SIZE) > 0
    assert {t.PR_MESSAGE_RECIPIENTS, t.PR_MESSAGE_ATTACHMENTS} <= set(message.get_prop_list())
    (problem,) = message.set_props({t.PR_STORE_SUPPORT_MASK: 1})
    assert problem.scode == Computed.hresult


def test_an_attachment_counts_with_its_own_save_and_lasts_with_the_messages(tmp_path: Path) -> None:
    """IMS-22."""
    path = saved(tmp_path / "x.msg")

    def add(message: StorageMessage) -> None:
        _, attach = message.create_attach()
        attach.set_props({t.PR_ATTACH_LONG_FILENAME: "never.txt"})
        _, attach = message.create_attach()
        attach.set_props({t.PR_ATTACH_LONG_FILENAME: "b.txt"})
        attach.save_changes()
        message.delete_attach(0)

    edited(path, add)
    with MsgFile.open(path) as file:
        assert [one.get(t.PR_ATTACH_LONG_FILENAME) for one in file.attachments] == ["b.txt"]
        assert file.get(t.PR_SUBJECT) == "Budget"


def test_recipients_are_added_changed_and_removed_in_place(tmp_path: Path) -> None:
    """IMS-20."""
    path = saved(tmp_path / "x.msg")
    bob = {t.PR_DISPLAY_NAME: "Bob", t.PR_RECIPIENT_TYPE: 2, t.PR_SMTP_ADDRESS: "bob@example.org"}
    edited(path, lambda message: message.modify_recipients(ModifyRecipients.ADD, [bob]))

    def names(message: StorageMessage) -> list[tuple[Any, ...]]:
        return query_all_rows(message.get_recipient_table(), (t.PR_ROWID, t.PR_DISPLAY_NAME))

    def change(message: StorageMessage) -> None:
        (ann, _), (row, _) = names(message)
        message.modify_recipients(ModifyRecipients.MODIFY, [bob | {t.PR_ROWID: row, t.PR_DISPLAY_NAME: "Robert"}])
        message.modify_recipients(ModifyRecipients.REMOVE, [{t.PR_ROWID: ann}])

    edited(path, change)
    with MsgFile.open(path) as file:
        assert [one.get(t.PR_DISPLAY_NAME) for one in file.recipients] == ["Robert"]


def test_named_properties_are_named_in_the_file(tmp_path: Path) -> None:
    """IMS-20."""
    path = saved(tmp_path / "x.msg")

    def name_it(message: StorageMessage) -> None:
        tag = PropTag.of(message.get_ids_from_names([MATTER], create=True)[MATTER], PropType.UNICODE)
        message.set_props({tag: "4711"})

    edited(path, name_it)
    with MsgFile.open(path) as file:
        (number,) = [number for number, name in file.names.items() if name == MATTER]
        assert file.get(PropTag.of(number, PropType.UNICODE)) == "4711"


# attributes


def test_properties_have_attributes() -> None:
    """P-222, IMS-30, IMS-32."""
    message = open_imsg_on_istg(None, new_storage())
    message.set_props({t.PR_SUBJECT: "x"})
    message.save_changes(Keep.READWRITE)
    usual = PropAttribute.READABLE | PropAttribute.WRITEABLE
    assert get_attributes(message, [t.PR_SUBJECT, t.PR_BODY]) == [usual, PropAttribute.NOT_PRESENT]
    assert len(get_attributes(message)) == len(message.get_prop_list())
    _, attach = message.create_attach()
    with pytest.raises(InvalidParameter):
        get_attributes(attach, [t.PR_SUBJECT])
    with pytest.raises(InvalidParameter):
        set_attributes(message, {t.PR_SUBJECT: 0x10})


def test_a_property_without_writeable_is_not_set_any_more(tmp_path: Path) -> None:
    """IMS-31."""
    path = saved(tmp_path / "x.msg")
    with open_docfile(path, EDIT) as storage:
        message = open_imsg_on_istg(None, storage)
        problems = set_attributes(message, {t.PR_BODY_HTML: 2, t.PR_SUBJECT: PropAttribute.READABLE})
        assert [(problem.index, problem.scode) for problem in problems] == [(0, NotFound.hresult)]
    with open_docfile(path, EDIT) as storage:
        message = open_imsg_on_istg(None, storage)
        assert get_attributes(message, [t.PR_SUBJECT]) == [PropAttribute.READABLE]
        (problem,) = message.set_props({t.PR_BODY: "new", t.PR_SUBJECT: "new"})
        assert (problem.index, problem.scode) == (1, Computed.hresult)
        assert message.get_props((t.PR_BODY, t.PR_SUBJECT)) == {t.PR_BODY: "new", t.PR_SUBJECT: "Budget"}
        (problem,) = message.delete_props([t.PR_SUBJECT])
        assert problem.scode == Computed.hresult
        set_attributes(message, {t.PR_SUBJECT: 6})
        assert not message.set_props({t.PR_SUBJECT: "new"})


# errors


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (0x80030002, NotFound),
        (0x80030005, NoAccess),
        (0x80030020, NoAccess),
        (0x8003001D, DiskError),
        (0x80030057, InvalidParameter),
        (0x80030102, CorruptData),
        (0x80030109, CorruptData),
        (0x80030101, ObjectChanged),
        (0x80030001, CallFailed),
    ],
)
def test_storage_errors_have_counterparts(code: int, expected: type[MapiError]) -> None:
    """IMS-40."""
    assert type(mapi_error(by_hresult(code)("x"))) is expected


def test_the_storage_itself_answers_in_its_own_codes(tmp_path: Path) -> None:
    """IMS-41."""
    with open_docfile(saved(tmp_path / "x.msg"), EDIT) as storage, pytest.raises(FileNotFound):
        storage.open_stream("none")


def test_a_message_on_a_closed_storage_fails_as_a_message_does(tmp_path: Path) -> None:
    """IMS-40."""
    storage = open_docfile(saved(tmp_path / "x.msg"), EDIT)
    message = open_imsg_on_istg(None, storage)
    message.set_props({t.PR_SUBJECT: "x"})
    storage.close()
    with pytest.raises(MapiError):
        message.save_changes()
    with pytest.raises(Reverted):
        storage.commit()


class Failing(MemoryBytes):
    """Bytes whose medium stops at a number of writes."""

    left = 10**9

    def write_at(self, offset: int, data: bytes) -> None:
        self.left -= 1
        if self.left < 0:
            raise by_hresult(0x80030070)("full")
        super().write_at(offset, data)


def test_a_failed_save_leaves_the_old_state(tmp_path: Path) -> None:
    """IMS-11, IMS-40."""
    data = saved(tmp_path / "x.msg").read_bytes()
    kept, failures = 0, 0
    for writes in range(0, 40, 3):
        place = Failing(data)
        storage = open_docfile(place, EDIT)
        message = open_imsg_on_istg(None, storage)
        message.set_props({t.PR_SUBJECT: "new", t.PR_BODY: "b" * 20_000})
        place.left = writes
        try:
            message.save_changes(Keep.READWRITE)
        except MapiError:
            failures += 1
        with MsgFile.open(bytes(place.data)) as file:
            found = file.get(t.PR_SUBJECT), len(file.get(t.PR_BODY))
        assert found in (("Budget", 4), ("new", 20_000))
        kept += found[1] == 4
        place.left = 10**9
        storage.close()
    assert kept
    assert failures


# copies


def test_a_message_copied_from_a_store_and_back_has_everything(
    here: MapiFolder, there: MapiFolder, tmp_path: Path
) -> None:
    """IMS-15: CopyTo both ways."""
    source = rich_message(here)
    with create_docfile(tmp_path / "x.msg", NEW) as storage:
        message = open_imsg_on_istg(None, storage)
        assert not [one for one in source.copy_to(message) if one.scode != Computed.hresult]
        message.save_changes()
    with open_docfile(tmp_path / "x.msg", READ) as storage:
        message = open_imsg_on_istg(None, storage)
        check_rich(message, message)  # type: ignore[arg-type]
        copy = there.create_message()
        assert not [one for one in message.copy_to(copy) if one.scode != Computed.hresult]
        copy.save_changes(Keep.READONLY)
        check_rich(copy, there)
    with MsgFile.open(tmp_path / "x.msg") as file:
        written = content_of(file)
    assert written.get(t.PR_SUBJECT) == "RE: Budget"
    original = read_content(source)
    assert len(written.attachments) == len(original.attachments) == 2
