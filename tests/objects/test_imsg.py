"""Messages on storages: opened, saved, and what is kept of a file; copies to and from stores (IMS-*)."""

from pathlib import Path
from typing import Any

import pytest
from tests.objects.imsg_storages import EDIT, NEW, READ, edited, new_storage, saved
from tests.objects.rich import check_rich, rich_message
from tests.objects.rich import here as here
from tests.objects.rich import there as there

from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.msg import MsgFile, content_of
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Keep
from mapix.interfaces.table import query_all_rows
from mapix.objects.imsg import (
    open_imsg_on_istg,
    set_attributes,
)
from mapix.objects.imsg.session import IMSG_NO_ISTG_COMMIT
from mapix.objects.messages.content import read_content
from mapix.properties import tags as t
from mapix.properties.errors import (
    Computed,
    NoAccess,
)
from mapix.properties.flags import MAPI_UNICODE


def subject_of(path: Path) -> Any:
    with MsgFile.open(path) as file:
        return file.get(t.PR_SUBJECT)


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
