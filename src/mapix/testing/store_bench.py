"""The bench that store tests stand on: a store, ways to open it again, and small helpers.

`StoreConformance` and its parts derive from `StoreBench`; a provider says `make_store`, and `open_again` where its
store can be opened a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Flag, auto
from pathlib import Path
from typing import Any, ClassVar

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Attach, Message, ModifyRecipients
from mapix.interfaces.notify import Event, Notification
from mapix.interfaces.prop import Access, Keep, MapiProp
from mapix.interfaces.store import MsgStore
from mapix.interfaces.stream import Stream
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import InvalidObject
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_SUBJECT,
)
from mapix.testing.builders import recipient as recipient


class Powers(Flag):
    """What a store may lack: tests of the others are left out."""

    OPEN_AGAIN = auto()
    READ_ONLY = auto()
    SPOOLER = auto()
    EVENTS = auto()
    ASSOCIATED = auto()
    EMBEDDED = auto()
    CONTENTS_SORT = auto()
    TRANSACTIONS = auto()
    SOFT_DELETES = auto()
    SEARCH_FOLDERS = auto()
    RICH_TEXT = auto()
    ALL = (
        OPEN_AGAIN
        | READ_ONLY
        | SPOOLER
        | EVENTS
        | ASSOCIATED
        | EMBEDDED
        | CONTENTS_SORT
        | TRANSACTIONS
        | SOFT_DELETES
        | SEARCH_FOLDERS
        | RICH_TEXT
    )


class StoreBench:
    """One empty store, opened for changes, in every test as `self.store`."""

    powers: ClassVar[Powers] = Powers.ALL
    store: MsgStore
    tmp_path: Path

    def make_store(self, tmp_path: Path) -> MsgStore:
        """A new, empty store opened with `Access.MODIFY`; `tmp_path` is a directory for this test alone."""
        raise NotImplementedError

    def open_again(self, tmp_path: Path, *, access: Access = Access.MODIFY, spooler: bool = False) -> MsgStore:
        """Another opening of the store that `make_store` made for the same directory, whether or not that one is
        still open; `spooler` as in `StoreProvider.logon`.
        """
        raise NotImplementedError

    def settle(self) -> None:
        """Wait until notifications of what was done have arrived."""
        self.store.poll()

    @pytest.fixture(autouse=True)
    def _bench(self, tmp_path: Path) -> Iterator[None]:
        self.tmp_path = tmp_path
        self._opened: list[MsgStore] = []
        self.store = self.make_store(tmp_path)
        yield
        self.look_over()
        for store in (*self._opened, self.store):
            store.close()

    def look_over(self) -> None:
        """A store that can be looked over has nothing wrong with it, whatever was done."""
        for store in (*self._opened, self.store):
            try:
                care = store.care()
            except InvalidObject:
                continue
            assert care is None or care.check() == []
            return

    def need(self, powers: Powers) -> None:
        """Leave the test out for a store without some power."""
        missing = powers & ~self.powers
        if missing:
            pytest.skip(f"the store has no {missing}")

    def again(self, *, access: Access = Access.MODIFY, spooler: bool = False) -> MsgStore:
        """Another opening, closed with the test."""
        self.need(Powers.OPEN_AGAIN)
        store = self.open_again(self.tmp_path, access=access, spooler=spooler)
        self._opened.append(store)
        return store

    # objects

    def root(self, store: MsgStore | None = None) -> MapiFolder:
        """The root folder, open for changes."""
        return self.folder_of(None, store)

    def folder_of(self, entry_id: bytes | None, store: MsgStore | None = None) -> MapiFolder:
        """A folder, open for changes."""
        folder = (store or self.store).open_entry(entry_id, Access.MODIFY)
        assert isinstance(folder, MapiFolder)
        return folder

    def folder(self, name: str = "Work") -> MapiFolder:
        """A folder below the root, made on first use."""
        return self.root().create_folder(name, open_if_exists=True)

    def message_of(self, entry_id: bytes, access: Access = Access.MODIFY, store: MsgStore | None = None) -> Message:
        """A saved message, opened."""
        message = (store or self.store).open_entry(entry_id, access)
        assert isinstance(message, Message)
        return message

    def message(self, folder: MapiFolder, props: Mapping[PropTag, Any] | None = None, **options: Any) -> bytes:
        """A new saved message; its identifier. `options` are those of `create_message`."""
        message = folder.create_message(**options)
        message.set_props({PR_SUBJECT: "Budget", PR_MESSAGE_CLASS: "IPM.Note"} | dict(props or {}))
        message.save_changes(Keep.READONLY)
        return entry_id_of(message)

    def draft(self, folder: MapiFolder, *addresses: str) -> Message:
        """A new message to some addresses, not saved."""
        message = folder.create_message()
        message.set_props({PR_SUBJECT: "Budget", PR_MESSAGE_CLASS: "IPM.Note"})
        if addresses:
            message.modify_recipients(ModifyRecipients.ADD, [recipient(address) for address in addresses])
        return message

    def do_and_fail(self, *steps: Callable[[], object]) -> None:
        """Do something in a transaction that fails in the end."""
        with pytest.raises(InterruptedError):
            self._fail_after(steps)

    def _fail_after(self, steps: Iterable[Callable[[], object]]) -> None:
        with self.store.transaction():
            for step in steps:
                step()
            raise InterruptedError

    def listen(self, mask: int = 0xFF, entry_id: bytes | None = None) -> list[Notification]:
        """A list that fills with what the store tells from now on."""
        self.need(Powers.EVENTS)
        heard: list[Notification] = []
        self.store.advise(entry_id, Event(mask), heard.extend)
        return heard


def entry_id_of(item: MapiProp) -> bytes:
    """The identifier of something saved."""
    entry_id = item.get_prop(PR_ENTRYID)
    assert isinstance(entry_id, bytes)
    return entry_id


def contents(folder: MapiFolder, *columns: PropTag, associated: bool = False) -> list[tuple[Any, ...]]:
    """The rows of a contents table; subjects alone where no columns are named."""
    return query_all_rows(folder.get_contents_table(associated=associated), columns or (PR_SUBJECT,))


def subfolders(folder: MapiFolder) -> list[str]:
    """The names of the folders directly below."""
    return sorted(row[0] for row in query_all_rows(folder.get_hierarchy_table(), (PR_DISPLAY_NAME,)))


def recipients(message: Message, *columns: PropTag) -> list[tuple[Any, ...]]:
    """The rows of a recipient table; names alone where no columns are named."""
    return query_all_rows(message.get_recipient_table(), columns or (PR_DISPLAY_NAME,))


def write(item: MapiProp, tag: PropTag, data: bytes) -> None:
    """Put bytes into a property through a stream, and commit it."""
    with item.open_property(tag, Stream, access=Access.MODIFY, create=True) as stream:
        stream.write(data)


def read(item: MapiProp, tag: PropTag) -> bytes:
    """The bytes of a property through a stream."""
    with item.open_property(tag, Stream) as stream:
        return stream.read()


def inner(attachment: Attach, *, create: bool = False) -> Message:
    """The message inside an attachment."""
    from mapix.properties.tags import PR_ATTACH_DATA_OBJ

    access = Access.MODIFY if create else Access.READ
    return attachment.open_property(PR_ATTACH_DATA_OBJ, Message, access=access, create=create)
