"""A store over mail that lies elsewhere: where that fails in the midst of a transaction, nothing of it stays there."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import cast

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties.content import MessageContent
from mapix.properties.guid import guid
from mapix.properties.tags import PR_DISPLAY_NAME, PR_ENTRYID, PR_SUBJECT
from mapix.providers.memory.mailbox import Mailbox
from mapix.providers.memory.mirror import Mirror, MirrorBackend
from mapix.testing.store_bench import contents
from mapix.testing.support import BenchSupport

UID = guid("{5E2B9C70-3C1D-4B53-9A53-51B8C0A7D1E5}")


class Shelf:
    """Mail in dictionaries. After `left` more changes it is full."""

    def __init__(self) -> None:
        self.mail: dict[str, dict[str, MessageContent]] = {"": {}}
        self.text = ""
        self.left = 1 << 30
        self._made = 0

    def _change(self) -> None:
        if not self.left:
            raise OSError("the shelf is full")
        self.left -= 1

    def folders(self) -> Iterable[str]:
        return sorted(path for path in self.mail if path)

    def create_folder(self, path: str) -> None:
        self._change()
        self.mail.setdefault(path, {})

    def delete_folder(self, path: str) -> None:
        self._change()
        assert not self.mail[path]
        del self.mail[path]

    def keys(self, folder: str) -> Iterable[str]:
        return list(self.mail[folder])

    def read(self, folder: str, key: str) -> MessageContent:
        return self.mail[folder][key]

    def write(self, folder: str, content: MessageContent) -> str:
        self._change()
        self._made += 1
        self.mail[folder][str(self._made)] = content
        return str(self._made)

    def delete(self, folder: str, key: str) -> None:
        self._change()
        self.mail.get(folder, {}).pop(key, None)

    def notes(self) -> str:
        return self.text

    def note(self, text: str) -> None:
        self._change()
        self.text = text

    def shown(self) -> dict[str, list[str]]:
        """The subjects in each folder."""
        return {
            path: sorted(str(one.properties[PR_SUBJECT]) for one in mail.values())
            for path, mail in sorted(self.mail.items())
        }


def opened(shelf: Shelf) -> tuple[Mirror, StoreObject]:
    mirror = Mirror(Mailbox("shelf", "", ""), shelf, UID)
    backend = MirrorBackend(mirror.mailbox, mirror, UID)
    return mirror, StoreObject(backend, BenchSupport(), provider="SHELF", access=Access.MODIFY)


def add(folder: MapiFolder, subject: str) -> bytes:
    message = folder.create_message()
    message.set_props({PR_SUBJECT: subject})
    message.save_changes()
    return cast(bytes, message.get_prop(PR_ENTRYID))


def work(store: StoreObject, root: MapiFolder, one: MapiFolder, first: bytes, second: bytes) -> None:
    """Something of everything, in a transaction."""
    with store.transaction():
        fresh = root.create_folder("fresh")
        add(fresh, "new")
        add(one, "another")
        message = cast(Message, store.open_entry(first, Access.MODIFY))
        message.set_props({PR_SUBJECT: "changed"})
        message.save_changes()
        one.copy_messages([second], fresh, move=True)
        renamed = cast(MapiFolder, store.open_entry(one.get_prop(PR_ENTRYID), Access.MODIFY))
        renamed.set_props({PR_DISPLAY_NAME: "renamed"})
        renamed.save_changes()
        gone = cast(MapiFolder, store.open_entry(None, Access.MODIFY)).create_folder("two", open_if_exists=True)
        root.delete_folder(gone.get_prop(PR_ENTRYID), messages=True)


@pytest.mark.parametrize("fails_at", [*range(16), 1 << 20])
def test_what_a_source_got_of_an_undone_transaction_is_taken_back(fails_at: int) -> None:
    shelf = Shelf()
    mirror, store = opened(shelf)
    root = cast(MapiFolder, store.open_entry(None, Access.MODIFY))
    one, two = root.create_folder("one"), root.create_folder("two")
    first, second = add(one, "first"), add(one, "second")
    add(two, "third")
    before = shelf.shown()
    shelf.left = fails_at
    if fails_at == 1 << 20:
        work(store, root, one, first, second)
        expected = {"": [], "fresh": ["new", "second"], "renamed": ["another", "changed"]}
    else:
        with pytest.raises(OSError, match="full"):
            work(store, root, one, first, second)
        expected = before
    for left in (1, 4):
        shelf.left = min(left, fails_at)
        with suppress(OSError):
            mirror.refresh()
    shelf.left = 1 << 30
    mirror.refresh()
    assert shelf.shown() == expected
    mirror.refresh()
    assert shelf.shown() == expected
    for each in (store, opened(shelf)[1]):
        assert {path: subjects(each, path) for path in expected} == expected


def subjects(store: StoreObject, path: str) -> list[str]:
    """What a store shows in a folder below the root, or in the root."""
    folder = store.open_entry(child(store, path) if path else None)
    return sorted(subject for (subject,) in contents(cast(MapiFolder, folder)))


def child(store: StoreObject, name: str) -> bytes:
    """The identifier of a folder below the root."""
    number = store.context.backend.find_folder(store.context.backend.root, name)
    assert number is not None
    return store.context.ids.folder(number)
