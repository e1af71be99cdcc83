"""Properties of a message on a storage: computed, named, of recipients, and their attributes (IMS-*)."""

from pathlib import Path
from typing import Any

import pytest
from tests.objects.imsg_storages import EDIT, MATTER, edited, new_storage, saved

from mapix.formats.cfb.storage import open_docfile
from mapix.formats.msg import MsgFile
from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Keep
from mapix.interfaces.table import query_all_rows
from mapix.objects.imsg import (
    StorageMessage,
    get_attributes,
    open_imsg_on_istg,
    set_attributes,
)
from mapix.objects.imsg.attributes import PropAttribute
from mapix.properties import tags as t
from mapix.properties.errors import (
    Computed,
    InvalidParameter,
    NoSupport,
    NotFound,
)
from mapix.properties.tag import PropTag, PropType


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
