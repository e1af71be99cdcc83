"""Documents of OLE objects as storages: on messages of files, on those of stores, and on the way between them."""

from pathlib import Path

import pytest

from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.msg import MsgFile, content_of, write_msg
from mapix.formats.storage import Mode, Storage
from mapix.formats.storageerrors import StorageError
from mapix.interfaces.message import Attach, Message
from mapix.interfaces.prop import Access, Keep
from mapix.objects.imsg import open_imsg_on_istg
from mapix.objects.messages.content import read_content, write_content
from mapix.properties import tags as t
from mapix.properties.errors import InterfaceNotSupported, MapiError, NotFound
from mapix.properties.flags import ATTACH_OLE
from mapix.testing.builders import memory_store

EDIT = Mode.READWRITE | Mode.TRANSACTED | Mode.SHARE_EXCLUSIVE
NEW = EDIT | Mode.CREATE
READ = Mode.READ | Mode.SHARE_DENY_WRITE
CLASS = bytes(range(16))
DRAWN = (CLASS, ["\x01Ole", "Objects"], b"drawing")


def ole(attach: Attach, *, create: bool = False) -> Storage:
    return attach.open_property(t.PR_ATTACH_DATA_OBJ, Storage, access=Access.MODIFY, create=create)


def drawing(message: Message) -> None:
    """Attach a document with a stream, a storage and a class of its own."""
    _, attach = message.create_attach()
    with ole(attach, create=True) as document:
        document.set_class(CLASS)
        with document.create_stream("\x01Ole") as stream:
            stream.write(b"x" * 5000)
        with document.create_storage("Objects") as inner, inner.create_stream("1") as stream:
            stream.write(b"drawing")
        document.commit()
    attach.save_changes()


def drawn(message: Message) -> tuple[bytes, list[str], bytes]:
    """Its class, its elements and what lies deep inside."""
    attach = message.open_attach(0)
    assert attach.get_prop(t.PR_ATTACH_METHOD) == ATTACH_OLE
    with attach.open_property(t.PR_ATTACH_DATA_OBJ, Storage) as document, document.open_storage("Objects") as inner:
        names = sorted(stat.name for stat in document.elements())
        with inner.open_stream("1") as stream:
            return document.stat().clsid, names, stream.read()


def test_the_document_of_an_ole_object_is_a_live_storage(tmp_path: Path) -> None:
    """IMS-14, A-010, A-014: made, read and changed as a storage, and one in the file."""
    path = tmp_path / "x.msg"
    with create_docfile(path, NEW) as storage:
        message = open_imsg_on_istg(None, storage)
        drawing(message)
        message.save_changes()
    with open_docfile(path, READ) as storage:
        assert drawn(open_imsg_on_istg(None, storage)) == DRAWN
        with storage.open_storage("__attach_version1.0_#00000000") as part:
            with part.open_storage("__substg1.0_3701000D") as document:
                assert document.stat().clsid == CLASS
            assert "__substg1.0_37010102" not in [stat.name for stat in part.elements()]
    with open_docfile(path, EDIT) as storage:
        message = open_imsg_on_istg(None, storage)
        attach = message.open_attach(0, access=Access.MODIFY)
        with ole(attach) as document:
            document.destroy_element("\x01Ole")
            document.commit()
            document.destroy_element("Objects")
        attach.save_changes()
        message.save_changes()
    with open_docfile(path, READ) as storage:
        assert drawn(open_imsg_on_istg(None, storage)) == (CLASS, ["Objects"], b"drawing")


def test_a_document_that_is_open_is_opened_once_more_not_anew() -> None:
    """IMS-13: it is closed with the second close."""
    message = open_imsg_on_istg(None, create_docfile(None, NEW))
    _, attach = message.create_attach()
    first = ole(attach, create=True)
    assert attach.open_property(t.PR_ATTACH_DATA_OBJ, Storage) is first
    first.close()
    first.create_stream("a").close()
    first.close()
    with pytest.raises(StorageError):
        first.elements()
    assert ole(attach) is not first


def test_what_a_document_did_not_commit_or_its_attachment_not_save_is_lost() -> None:
    """IMS-22, P-141."""
    message = open_imsg_on_istg(None, create_docfile(None, NEW))
    drawing(message)
    attach = message.open_attach(0, access=Access.MODIFY)
    with ole(attach) as document:
        document.destroy_element("Objects")
    attach.save_changes()
    attach.close()
    assert drawn(message) == DRAWN
    message.save_changes(Keep.READWRITE)
    attach = message.open_attach(0, access=Access.MODIFY)
    with ole(attach) as document:
        document.destroy_element("Objects")
        document.commit()
    attach.close()
    assert drawn(message) == DRAWN


def test_what_is_no_document_is_no_storage() -> None:
    """A-011, P-131, P-133."""
    message = open_imsg_on_istg(None, create_docfile(None, NEW))
    _, attach = message.create_attach()
    with pytest.raises(NotFound):
        attach.open_property(t.PR_ATTACH_DATA_OBJ, Storage)
    attach.set_props({t.PR_ATTACH_METHOD: ATTACH_OLE, t.PR_ATTACH_DATA_BIN: b"\x01\x05\x00\x00ole 1"})
    with pytest.raises(InterfaceNotSupported):
        attach.open_property(t.PR_ATTACH_DATA_OBJ, Storage)
    broken = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
    attach.set_props({t.PR_ATTACH_DATA_BIN: broken})
    with pytest.raises(MapiError):
        attach.open_property(t.PR_ATTACH_DATA_OBJ, Storage)
    attach.save_changes()
    message.save_changes(Keep.READWRITE)
    assert message.open_attach(0).get_prop(t.PR_ATTACH_DATA_BIN) == broken
    _, attach = message.create_attach()
    attach.open_property(t.PR_ATTACH_DATA_OBJ, Message, access=Access.MODIFY, create=True)
    with pytest.raises(InterfaceNotSupported):
        attach.open_property(t.PR_ATTACH_DATA_OBJ, Storage)


def test_documents_go_from_files_to_stores_and_back(tmp_path: Path) -> None:
    """A-010, P-170, IMS-15: by CopyTo between live messages, and as contents of files."""
    message = open_imsg_on_istg(None, create_docfile(None, NEW))
    drawing(message)
    message.save_changes(Keep.READWRITE)
    folder = memory_store("documents").open_entry(None, access=Access.MODIFY)
    stored = folder.create_message()
    message.copy_to(stored)
    stored.save_changes(Keep.READWRITE)
    assert drawn(stored) == DRAWN
    back = open_imsg_on_istg(None, create_docfile(None, NEW))
    stored.copy_to(back)
    back.save_changes(Keep.READWRITE)
    assert drawn(back) == DRAWN
    path = tmp_path / "x.msg"
    write_msg(read_content(stored), path)
    with MsgFile.open(path) as file:
        assert t.PR_ATTACH_DATA_OBJ in file.attachments[0].properties()
        again = folder.create_message()
        assert not write_content(content_of(file), again)
    again.save_changes(Keep.READWRITE)
    assert drawn(again) == DRAWN
