"""Stores over mail that lies elsewhere: a Maildir, a folder of `.eml`, a mailbox on a server.

A provider of such a store says where its messages are (`MailSource`); everything MAPI says about stores is done by a
store in memory that is filled from there. What a transaction changes in it is written back at its end, and undone in
memory where that fails; what the source had got of it by then is taken back before the next work. `poll` takes in what
others did. `examples/own_store.py` is one.

What a source cannot keep of a message is gone when the mailbox is filled again; numbers, and so entry identifiers,
folders' properties, property names and receive folders are kept in the source's `notes`. The outgoing queue lives in
memory: what was submitted and not sent lies in the Outbox as a draft then.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

from mapix.interfaces.backend import Change
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.notify import Notification
from mapix.interfaces.prop import Access, Keep, ObjectType
from mapix.interfaces.spi import StoreSupport
from mapix.objects.messages.content import read_content, write_content
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties.named import PropertyName
from mapix.properties.packing import pack_props, unpack_props
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_DISPLAY_NAME
from mapix.providers.memory.backend import MemoryBackend
from mapix.providers.memory.mailbox import ROOT, Mailbox
from mapix.providers.memory.mailsource import MailSource
from mapix.providers.memory.records import FolderRecord

_FOLDER: Final = int(ObjectType.FOLDER)
_MESSAGE: Final = int(ObjectType.MESSAGE)
_NO_NOTES: Final[dict[str, Any]] = {
    "messages": {},
    "folders": {},
    "names": [],
    "receive": [],
    "store": "",
    "next": ROOT,
}


class Mirror:
    """Keeps a mailbox in memory and a source of mail alike; `provider_uid` leads the identifiers of its store."""

    def __init__(self, mailbox: Mailbox, source: MailSource, provider_uid: bytes) -> None:
        self.mailbox = mailbox
        self.source = source
        backend = MirrorBackend(mailbox, self, provider_uid)
        nobody = cast(StoreSupport, _Nobody())
        self._store = StoreObject(backend, nobody, provider="MIRROR", access=Access.MODIFY, spooler=True)
        self._paths: dict[int, str] = {ROOT: ""}
        self._keys: dict[int, tuple[str, str]] = {}
        self._filling = False
        self._torn = False
        self._doubtful: set[int] = set()
        self._left: list[str] = []
        self._former: dict[int, list[tuple[str, str]]] = {}
        noted = source.notes()
        self._noted: dict[str, Any] = json.loads(noted) if noted else _NO_NOTES
        with self._quietly():
            self._recall()
            self._read_all()
        mailbox.keeper = self._write

    def refresh(self) -> None:
        """Take in what others did to the source."""
        with self.mailbox.lock:
            if not self._filling:
                self._make_good()
                with self._quietly():
                    self._read_all()

    # from the source

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """What happens to the mailbox inside comes from the source, and need not go there."""
        self._filling = True
        try:
            yield
        finally:
            self._filling = False
        self._remember()

    def _recall(self) -> None:
        mailbox, noted = self.mailbox, self._noted
        mailbox.pass_number(noted["next"])
        for number, guid, name in noted["names"]:
            mailbox.names[number] = PropertyName(bytes.fromhex(guid), name)
            mailbox.ids[mailbox.names[number]] = number
        if noted["store"]:
            mailbox.store["values"] = _unpacked(noted["store"])
        with mailbox.transaction():
            for path in self.source.folders():
                self._recall_folder(path)
        mailbox.receive.update({key: (name, number) for key, name, number in noted["receive"] if number in self._paths})

    def _recall_folder(self, path: str) -> None:
        above, _, name = path.rpartition("/")
        parent = next(number for number, place in self._paths.items() if place == above)
        number, packed = self._noted["folders"].get(path) or (self.mailbox.take_number(), "")
        values = _unpacked(packed) if packed else {}
        self.mailbox.put_folder(number, FolderRecord(parent, {**values, PR_DISPLAY_NAME: name}))
        self._paths[number] = path

    def _read_all(self) -> None:
        """Everything that is not here yet; what is gone there goes here. Known messages keep their numbers."""
        for number, path in sorted(self._paths.items()):
            there = dict.fromkeys(self.source.keys(path))
            ours = {key: one for one, (place, key) in self._keys.items() if place == path}
            for key in ours.keys() - there.keys():
                self._forget(ours[key])
            for key in there:
                if key not in ours:
                    self._take_in(number, path, key)

    def _take_in(self, folder: int, path: str, key: str) -> None:
        known = self._noted["messages"].get(f"{path}/{key}")
        with self.mailbox.numbered(known):
            target = cast(MapiFolder, self._store.open_entry(self._store.context.ids.folder(folder), Access.MODIFY))
            message = target.create_message()
            write_content(self.source.read(path, key), message, keep_times=True)
            message.save_changes(Keep.READWRITE)
            self._keys[known or self.mailbox.last_number] = path, key

    def _forget(self, number: int) -> None:
        del self._keys[number]
        self._store.context.backend.delete_messages([number])

    # to the source

    def _write(self, changes: Sequence[Change]) -> None:
        if self._filling:
            return
        try:
            self._make_good()
            self._write_all(changes)
        except BaseException:
            self._torn = True
            raise
        self._doubtful.clear()

    def _write_all(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.object_type == _FOLDER:
                self._folder_changed(change.number)
        for number in dict.fromkeys(change.number for change in changes if change.object_type == _MESSAGE):
            self._message_changed(number)
        self._drop_folders()
        self._remember()

    def _drop_folders(self) -> None:
        gone = [number for number in self._paths if number not in self.mailbox.folders]
        for number in sorted(gone, key=lambda one: -self._paths[one].count("/")):
            self.source.delete_folder(self._paths[number])
            del self._paths[number]

    def _make_good(self) -> None:
        """Have the source be as the mailbox is, where a part of what was undone there had come to it already."""
        if not self._torn:
            return
        for number in self._doubtful - self.mailbox.messages.keys():
            self._message_changed(number)
        for number in self.mailbox.tree(ROOT)[1:]:
            self._move(number)
        for number in tuple(self._doubtful):
            self._message_changed(number)
        self._drop_left()
        self._drop_folders()
        self._doubtful.clear()
        self._torn = False

    def _folder_changed(self, number: int) -> None:
        self._move(number)
        self._drop_left()

    def _move(self, number: int) -> None:
        """Have a folder where it is now, with all in it."""
        if number not in self.mailbox.folders or number in self.mailbox.links:
            return
        path, old = self._path(number), self._paths.get(number)
        if old != path:
            self.source.create_folder(path)
            self._paths[number] = path
            self._left[:0] = [old] if old else []
            for message in self.mailbox.inside(number):
                self._message_changed(message)
            for below in self.mailbox.children[number]:
                self._move(below)

    def _drop_left(self) -> None:
        """Remove the paths that folders have left, those below first."""
        while self._left:
            if self._left[0] not in self._paths.values():
                self.source.delete_folder(self._left[0])
            del self._left[0]

    def _message_changed(self, number: int) -> None:
        self._doubtful.add(number)
        former, record = self._former.setdefault(number, []), self.mailbox.messages.get(number)
        if number in self._keys:
            former.append(self._keys.pop(number))
        if record is not None and not record.associated:
            entry_id = self._store.context.ids.message(number)
            content = read_content(cast(Message, self._store.open_entry(entry_id)))
            path = self._paths[record.folder]
            self._keys[number] = path, self.source.write(path, content)
        while former:
            if former[-1] != self._keys.get(number):
                self.source.delete(*former[-1])
            former.pop()
        del self._former[number]

    def _path(self, number: int) -> str:
        names = []
        while number != ROOT:
            record = self.mailbox.folders[number]
            names.append(str(record.values.get(PR_DISPLAY_NAME, "")).replace("/", "_"))
            number = record.parent
        return "/".join(reversed(names))

    def _remember(self) -> None:
        mailbox = self.mailbox
        self._noted = {
            "messages": {f"{path}/{key}": number for number, (path, key) in self._keys.items()},
            "folders": {
                path: (number, _packed(mailbox.folders[number].values)) for number, path in self._paths.items() if path
            },
            "names": [(number, name.guid.hex(), name.name) for number, name in mailbox.names.items()],
            "receive": [(key, *entry) for key, entry in mailbox.receive.items()],
            "store": _packed(mailbox.store["values"]),
            "next": mailbox.last_number,
        }
        self.source.note(json.dumps(self._noted))


class MirrorBackend(MemoryBackend):
    """One opening of a mirrored mailbox."""

    def __init__(self, mailbox: Mailbox, mirror: Mirror, provider_uid: bytes, *, readonly: bool = False) -> None:
        super().__init__(mailbox, readonly=readonly)
        self.mirror = mirror
        self.provider_uid = provider_uid

    def poll(self) -> None:
        """See `StoreBackend.poll`: what others did to the source."""
        self.mirror.refresh()


class _Nobody:
    """The support object of the mirror's own store: nobody listens there, and nothing is sent."""

    def wrap_store_entryid(self, inner: bytes) -> bytes:
        return inner

    def notify(self, key: bytes, notifications: Sequence[Notification]) -> None:
        return

    def identity(self) -> Mapping[PropTag, Any]:
        return {}


def _packed(values: Mapping[PropTag, Any]) -> str:
    return base64.b64encode(pack_props(values)).decode()


def _unpacked(text: str) -> dict[PropTag, Any]:
    return unpack_props(base64.b64decode(text))
