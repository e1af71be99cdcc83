"""What a message on a storage has inside: attachments, messages at any depth, documents (IMS-*)."""

import gc
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tests.objects.imsg_storages import EDIT, MATTER, NEW, READ, edited, new_storage, saved

from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.msg import MsgFile
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.stream import Stream
from mapix.interfaces.table import query_all_rows
from mapix.objects.imsg import (
    StorageMessage,
    open_imsg_on_istg,
)
from mapix.properties import tags as t
from mapix.properties.errors import (
    InvalidObject,
    NoAccess,
)
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag, PropType


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
