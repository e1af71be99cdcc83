"""Messages on storages, made and opened for a test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.storage import Mode, Storage
from mapix.interfaces.message import ModifyRecipients
from mapix.objects.imsg import (
    StorageMessage,
    open_imsg_on_istg,
)
from mapix.properties import tags as t
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName

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
