"""A message on a storage as the shared message object sees it: a `MessageSource` whose saves edit the storage in place.

What nobody changes is not touched: foreign streams and storages, properties of unknown types (IMS-12).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any, Final, cast
from weakref import proxy

from mapix.formats.defects import Defect, Defects
from mapix.formats.msg import onstorage
from mapix.formats.msg.file import MsgMessage
from mapix.formats.msg.layout import Kind
from mapix.formats.msg.names import NameMap
from mapix.formats.storage import Storage
from mapix.formats.storageerrors import StorageError, mapi_error
from mapix.interfaces.backend import MessageChanges, MessageSource
from mapix.interfaces.prop import ChangeSet
from mapix.objects.imsg.writing import attachment_of, write_message
from mapix.properties.errors import InvalidObject, NoAccess, ObjectChanged
from mapix.properties.named import PropertyName
from mapix.properties.scratch import scratch_file
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ATTACH_DATA_BIN, PR_ATTACH_DATA_OBJ, PR_ATTACH_NUM, PR_ROWID, PR_STORE_SUPPORT_MASK

_COMPUTED: Final = frozenset((PR_STORE_SUPPORT_MASK.id,))


class StorageNames:
    """The property names of a message's storage (a `NameSource`); new ones are written with the next save."""

    def __init__(self, names: NameMap) -> None:
        self.map = names
        self.grown = False

    def names_from_ids(self, ids: Iterable[int] | None) -> dict[int, PropertyName]:
        """See `NameSource.names_from_ids`."""
        return dict(self.map) if ids is None else {number: self.map[number] for number in ids if number in self.map}

    def ids_from_names(self, names: Iterable[PropertyName] | None, *, create: bool) -> dict[PropertyName, int]:
        """See `NameSource.ids_from_names`."""
        found: dict[PropertyName, int] = {}
        for name in self.map.values() if names is None else names:
            number = self.map.id_of(name)
            if number is None and create:
                number, self.grown = self.map.add(name), True
            if number is not None:
                found[name] = number
        return found


class StorageBackend:
    """What stands in a store backend's place under a message on a storage."""

    provider_uid = bytes(16)
    uid = bytes(16)
    root = 0
    readonly = False
    has_searches = False

    def __init__(self, names: StorageNames) -> None:
        self._names = names

    def names_from_ids(self, ids: Iterable[int] | None) -> dict[int, PropertyName]:
        """See `StoreBackend.names_from_ids`."""
        return self._names.names_from_ids(ids)

    def ids_from_names(self, names: Iterable[PropertyName] | None, *, create: bool) -> dict[PropertyName, int]:
        """See `StoreBackend.ids_from_names`."""
        return self._names.ids_from_names(names, create=create)

    def scratch(self) -> IO[bytes]:
        """See `StoreBackend.scratch`."""
        return scratch_file()


class _Source:
    """What both kinds of messages answer of what was read; nothing of one that is new."""

    number = 0
    folder = 0
    associated = False
    _message: MsgMessage | None

    def recipients(self) -> list[dict[PropTag, Any]]:
        """See `MessageSource.recipients`."""
        if self._message is None:
            return []
        with _told_as_mapi():
            return [{**one.properties(), PR_ROWID: one.number} for one in self._message.recipients]

    def attachments(self) -> dict[int, dict[PropTag, Any]]:
        """See `MessageSource.attachments`."""
        with _told_as_mapi():
            found = () if self._message is None else self._message.attachments
            return {one.number: {**_as_bytes(one.properties()), PR_ATTACH_NUM: one.number} for one in found}

    def embedded(self, attachment: int) -> MessageSource | None:
        """See `MessageSource.embedded`."""
        with _told_as_mapi():
            found = None if self._message is None else attachment_of(self._message, attachment)
            inner = None if found is None else found.message
        return None if inner is None else InnerSource(inner)

    def _values(self, tags: Sequence[PropTag] | None) -> dict[PropTag, Any]:
        if self._message is None:
            return {}
        with _told_as_mapi():
            values = self._message.properties(None if tags is None else {tag >> 16 for tag in tags})
        return {tag: value for tag, value in values.items() if tag >> 16 not in _COMPUTED}


class StorageSource(_Source):
    """The saved state of the message on `storage`; see `MessageSource`. `commit` says whether a save commits it."""

    def __init__(self, storage: Storage, *, unicode: bool, commit: bool) -> None:
        self._storage: Storage | None = storage
        self.is_new = not onstorage.is_message(storage)
        self._unicode = unicode
        self._commit = commit
        self._version = 0 if self.is_new else 1
        self._message: MsgMessage | None = None if self.is_new else self._read()
        self.names = StorageNames(onstorage.read_names(storage, Defects()))

    @property
    def storage(self) -> Storage:
        """Where it lies. Raises: InvalidObject after `release`."""
        if self._storage is None:
            raise InvalidObject("the message was closed")
        return self._storage

    @property
    def unicode(self) -> bool:
        """Whether text is kept as Unicode (STORE_UNICODE_OK)."""
        return self._unicode if self._message is None else self._message.unicode

    @property
    def defects(self) -> tuple[Defect, ...]:
        """What was found wrong in the storage so far."""
        return () if self._message is None else self._message.context.defects.all

    def load(self, tags: Sequence[PropTag] | None) -> tuple[dict[PropTag, Any], int]:
        """See `PropertySource.load`."""
        return self._values(tags), self._version

    def load_whole(self) -> tuple[dict[PropTag, Any], int]:
        """See `WholeMessageSource.load_whole`: a storage is read by whoever has it open alone."""
        return self.load(None)

    def apply(self, changes: ChangeSet) -> int:
        """See `PropertySource.apply`: into the storage, and committed where that is wanted (IMS-11)."""
        if changes.version is not None and changes.version != self._version:
            raise ObjectChanged("the message was saved since it was opened", value=self._version)
        with _told_as_mapi():
            if not onstorage.is_message(self.storage):
                onstorage.prepare(self.storage, Kind.MESSAGE, unicode=self._unicode)
            write_message(self.storage, Kind.MESSAGE, cast(MessageChanges, changes), self._read())
            if self.names.grown:
                onstorage.write_names(self.storage, self.names.map)
                self.names.grown = False
            if self._commit:
                self.storage.commit()
            self._message = self._read()
        self.is_new = False
        self._version += 1
        return self._version

    def release(self) -> None:
        """Let go of the storage, which is its owner's (IMS-4)."""
        self._message = None
        self._storage = None

    def attributes(self) -> dict[int, int]:
        """PROPATTR_* of the saved properties, by identifier (IMS-30)."""
        return {} if self._message is None else {tag >> 16: value for tag, value in self._message.attributes().items()}

    def set_attributes(self, attributes: Mapping[int, int]) -> None:
        """Change some of them, permanent with the storage's commit."""
        with _told_as_mapi():
            onstorage.write_attributes(self.storage, Kind.MESSAGE, attributes)
            if self._commit:
                self.storage.commit()
            self._message = self._read()

    def _read(self) -> MsgMessage:
        with _told_as_mapi():
            return onstorage.read_message(proxy(self.storage), Kind.MESSAGE)


class InnerSource(_Source):
    """A message inside an attachment, as it was when the outer one was read; saved through that one (IMS-22)."""

    def __init__(self, message: MsgMessage) -> None:
        self._message = message

    def load(self, tags: Sequence[PropTag] | None) -> tuple[dict[PropTag, Any], int]:
        """See `PropertySource.load`."""
        return self._values(tags), 1

    def apply(self, changes: ChangeSet) -> int:
        """Never by itself."""
        raise NoAccess("a message inside an attachment is saved with the message around it")


def _as_bytes(values: dict[PropTag, Any]) -> dict[PropTag, Any]:
    """The document of an OLE object as the bytes it is (A-010)."""
    if PR_ATTACH_DATA_OBJ in values:
        values[PR_ATTACH_DATA_BIN] = values.pop(PR_ATTACH_DATA_OBJ)
    return values


@contextmanager
def _told_as_mapi() -> Iterator[None]:
    """Storage errors in MAPI's words (IMS-40)."""
    try:
        yield
    except StorageError as error:
        raise mapi_error(error) from error
