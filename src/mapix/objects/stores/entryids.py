"""Entry identifiers and keys of one store: made from numbers, and read back.

    >>> ids = StoreIds(bytes(16), bytes(15) + b"1", b"wrapped")
    >>> ids.read(ids.folder(7)) == (ObjectType.FOLDER, 7)
    True

`StoreIds` also decorates the rows of a backend's tables with every column that follows from an object's number and
place. Identifiers are long-term always (E-004); record keys hold within the store (E-008).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from mapix.interfaces.prop import ObjectType
from mapix.properties.entryid import ObjectEntryId
from mapix.properties.errors import InvalidEntryid, UnknownEntryid
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_LONGTERM_ENTRYID_FROM_TABLE,
    PR_MAPPING_SIGNATURE,
    PR_MDB_PROVIDER,
    PR_OBJECT_TYPE,
    PR_PARENT_ENTRYID,
    PR_PARENT_SOURCE_KEY,
    PR_RECORD_KEY,
    PR_SOURCE_KEY,
    PR_STORE_ENTRYID,
    PR_STORE_RECORD_KEY,
)

_NUMBER_SIZE: Final = 8
_ENTRY_IDS: Final = frozenset((PR_ENTRYID.id, PR_LONGTERM_ENTRYID_FROM_TABLE.id))
_KEY_SIZE: Final = 12
_SIX_BYTES: Final = (1 << 48) - 1
_FOLDER: Final = int(ObjectType.FOLDER)
_MESSAGE: Final = int(ObjectType.MESSAGE)


class StoreIds:
    """The identifiers of one store.

    `provider_uid` and `store_uid` are 16 bytes each; `wrapped_store_id` is the store's own identifier as clients see
    it (E-011). `constants` are columns that are the same in all rows of messages, such as PR_ACCESS.
    """

    def __init__(
        self,
        provider_uid: bytes,
        store_uid: bytes,
        wrapped_store_id: bytes,
        constants: Mapping[PropTag, Any] = MappingProxyType({}),
    ) -> None:
        self.provider_uid = provider_uid
        self.store_uid = store_uid
        self.store_entry_id = wrapped_store_id
        self._heads = {
            kind: ObjectEntryId(provider_uid, store_uid, kind, 0).dump()[:-_NUMBER_SIZE] for kind in (_FOLDER, _MESSAGE)
        }
        self._kinds = {head: ObjectType(kind) for kind, head in self._heads.items()}
        self._columns = self._decorations() | {tag.id: _of_messages(value) for tag, value in constants.items()}

    # identifiers

    def entry_id(self, kind: int, number: int) -> bytes:
        """The identifier of a folder or message."""
        return self._heads[kind] + number.to_bytes(_NUMBER_SIZE, "little")

    def folder(self, number: int) -> bytes:
        """The identifier of a folder."""
        return self._heads[_FOLDER] + number.to_bytes(_NUMBER_SIZE, "little")

    def message(self, number: int) -> bytes:
        """The identifier of a message."""
        return self._heads[_MESSAGE] + number.to_bytes(_NUMBER_SIZE, "little")

    def record_key(self, kind: int, number: int) -> bytes:
        """What tells an object from all others of the store, byte by byte (E-008)."""
        return self.entry_id(kind, number)[-_KEY_SIZE:]

    def source_key(self, number: int) -> bytes:
        """What tells an object from those of all stores: the store's GUID and six bytes ([MS-OXCFXICS] 2.2.1.2.5)."""
        return self.store_uid + (number & _SIX_BYTES).to_bytes(6, "big")

    def read(self, entry_id: bytes) -> tuple[ObjectType, int]:
        """`(kind, number)` of a folder or message of this store; the store itself has number 0.

        `UnknownEntryid` for identifiers of other stores and providers (E-007), `InvalidEntryid` for a kind that no
        store has.
        """
        kind = self._kinds.get(bytes(entry_id[:-_NUMBER_SIZE]))
        if kind is not None:
            return kind, int.from_bytes(entry_id[-_NUMBER_SIZE:], "little")
        if entry_id == self.store_entry_id:
            return ObjectType.STORE, 0
        found = ObjectEntryId.load(entry_id)
        if found.provider != self.provider_uid or found.store != self.store_uid:
            raise UnknownEntryid("this identifier belongs to another store", value=bytes(entry_id))
        if found.kind == ObjectType.STORE:
            return ObjectType.STORE, 0
        raise InvalidEntryid("no store has objects of this kind", value=found.kind)

    def read_folder(self, entry_id: bytes) -> int:
        """The number of a folder; `InvalidEntryid` for another object of the store."""
        return self._read_kind(entry_id, ObjectType.FOLDER)

    def read_message(self, entry_id: bytes) -> int:
        """The number of a message; `InvalidEntryid` for another object of the store."""
        return self._read_kind(entry_id, ObjectType.MESSAGE)

    def _read_kind(self, entry_id: bytes, wanted: ObjectType) -> int:
        if entry_id[:-_NUMBER_SIZE] == self._heads[wanted]:
            return int.from_bytes(entry_id[-_NUMBER_SIZE:], "little")
        kind, number = self.read(entry_id)
        if kind is not wanted:
            raise InvalidEntryid(f"not a {wanted.name.lower()}", value=bytes(entry_id))
        return number

    # rows

    def columns(self) -> frozenset[int]:
        """See `RowDecorator.columns`."""
        return frozenset(self._columns)

    def value(self, prop_id: int, kind: int, number: int, parent: int) -> Any:
        """See `RowDecorator.value`; `parent` is a folder's number."""
        return self._columns[prop_id](kind, number, parent)

    def values(self, prop_id: int, kind: int, numbers: Sequence[int], parents: Sequence[int]) -> list[Any]:
        """See `RowDecorator.values`; identifiers of objects, which most tables show, are made without a detour."""
        if prop_id in _ENTRY_IDS:
            head = self._heads[kind]
            return [head + number.to_bytes(_NUMBER_SIZE, "little") for number in numbers]
        make = self._columns[prop_id]
        return [make(kind, number, parent) for number, parent in zip(numbers, parents, strict=True)]

    def table_key(self, table: str, folder: int) -> bytes:
        """See `RowDecorator.table_key`; all deep hierarchies of a store share one."""
        return self.store_uid + b"deep" if table == "deep" else self.folder(folder) + table.encode("ascii")

    def _decorations(self) -> dict[int, Callable[[int, int, int], Any]]:
        def entry_id(kind: int, number: int, parent: int) -> bytes:
            return self._heads[kind] + number.to_bytes(_NUMBER_SIZE, "little")

        def key(kind: int, number: int, parent: int) -> bytes:
            return self.record_key(kind, number)

        def constant(value: Any) -> Callable[[int, int, int], Any]:
            return lambda kind, number, parent: value

        return {
            PR_ENTRYID.id: entry_id,
            PR_LONGTERM_ENTRYID_FROM_TABLE.id: entry_id,
            PR_RECORD_KEY.id: key,
            PR_INSTANCE_KEY.id: key,
            PR_PARENT_ENTRYID.id: lambda kind, number, parent: self.folder(parent),
            PR_SOURCE_KEY.id: lambda kind, number, parent: self.source_key(number),
            PR_PARENT_SOURCE_KEY.id: lambda kind, number, parent: self.source_key(parent),
            PR_OBJECT_TYPE.id: lambda kind, number, parent: int(kind),
            PR_STORE_ENTRYID.id: constant(self.store_entry_id),
            PR_STORE_RECORD_KEY.id: constant(self.store_uid),
            PR_MAPPING_SIGNATURE.id: constant(self.store_uid),
            PR_MDB_PROVIDER.id: constant(self.provider_uid),
        }


def _of_messages(value: Any) -> Callable[[int, int, int], Any]:
    return lambda kind, number, parent: value if kind == _MESSAGE else None
