"""Rich messages and two stores, for tests of copying and of contents."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.interfaces.stream import Stream
from mapix.properties.flags import MSGFLAG_READ
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_METHOD,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_MESSAGE_FLAGS,
    PR_SUBJECT,
)
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.testing.store_bench import contents, recipients
from mapix.testing.support import BenchSupport

PROJECT = PropertyName(PS_PUBLIC_STRINGS, "Project")
DEPTH = PropertyName(PS_PUBLIC_STRINGS, "Depth")


def open_store(name: str, **options: Any) -> MsgStore:
    support = BenchSupport({"name": name}, opener=options.pop("opener", None))
    return MemoryStoreProvider().logon(support, entry_id=None, access=Access.MODIFY, **options).store


@pytest.fixture
def here(tmp_path: Path) -> Iterator[MapiFolder]:
    """The root of a store."""
    store = open_store(f"{tmp_path} here")
    yield root_of(store)
    store.close()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[MapiFolder]:
    """The root of another store, where names have other identifiers."""
    store = open_store(f"{tmp_path} there")
    store.get_ids_from_names([PropertyName(PS_PUBLIC_STRINGS, str(number)) for number in range(3)], create=True)
    yield root_of(store)
    store.close()


def root_of(store: MsgStore) -> MapiFolder:
    root = store.open_entry(None, Access.MODIFY)
    assert isinstance(root, MapiFolder)
    return root


def tag_of(folder: MapiFolder, name: PropertyName, kind: int = PropType.UNICODE) -> PropTag:
    return PropTag.of(folder.get_ids_from_names([name], create=True)[name], kind)


def rich_message(folder: MapiFolder) -> Message:
    """A message with everything a message can have."""
    message = folder.create_message()
    message.set_props({PR_SUBJECT: "RE: Budget", PR_MESSAGE_FLAGS: MSGFLAG_READ, tag_of(folder, PROJECT): "mapix"})
    row = {PR_DISPLAY_NAME: "Ann", PR_EMAIL_ADDRESS: "ann@example.com", tag_of(folder, PROJECT): "of Ann"}
    message.modify_recipients(ModifyRecipients.ADD, [row])
    _, file = message.create_attach()
    file.set_props({PR_ATTACH_METHOD: 1, PR_ATTACH_LONG_FILENAME: "big.bin"})
    with file.open_property(PR_ATTACH_DATA_BIN, Stream, access=Access.MODIFY, create=True) as stream:
        stream.write(bytes(700_000))
    file.save_changes()
    _, holder = message.create_attach()
    inner = holder.open_property(PR_ATTACH_DATA_OBJ, Message, access=Access.MODIFY, create=True)
    inner.set_props({PR_SUBJECT: "inner", tag_of(folder, DEPTH, PropType.LONG): 2})
    inner.save_changes()
    holder.save_changes()
    message.save_changes(Keep.READONLY)
    return message


def check_rich(message: Message, folder: MapiFolder) -> None:
    """That nothing of a `rich_message` is lacking."""
    assert message.get_prop(PR_SUBJECT) == "RE: Budget"
    assert message.get_prop(tag_of(folder, PROJECT)) == "mapix"
    assert recipients(message, PR_DISPLAY_NAME, PR_EMAIL_ADDRESS, tag_of(folder, PROJECT)) == [
        ("Ann", "ann@example.com", "of Ann")
    ]
    assert message.open_attach(0).get_prop(PR_ATTACH_DATA_BIN) == bytes(700_000)
    inner = message.open_attach(1).open_property(PR_ATTACH_DATA_OBJ, Message)
    assert inner.get_props((PR_SUBJECT, tag_of(folder, DEPTH, PropType.LONG))) == {
        PR_SUBJECT: "inner",
        tag_of(folder, DEPTH, PropType.LONG): 2,
    }


def only_message(folder: MapiFolder) -> Message:
    ((entry_id,),) = contents(folder, PR_ENTRYID)
    message = folder.open_entry(entry_id)
    assert isinstance(message, Message)
    return message
