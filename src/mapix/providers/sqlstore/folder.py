"""Folders of the store, and the store itself, as property sources. They act at once (F-004)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mapix.interfaces.backend import (
    Change,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ChangeSet, ObjectType
from mapix.objects.restrictions.collate import fold
from mapix.properties import tags as t
from mapix.properties.errors import Collision, CorruptStore, NoAccess, NotFound, ObjectChanged, ObjectDeleted
from mapix.properties.flags import FOLDER_SEARCH
from mapix.properties.tag import PropTag
from mapix.properties.times import now
from mapix.providers.sqlstore.changes import ChangeFeed
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.guarding import guarded
from mapix.providers.sqlstore.properties import change_values, insert_values, prepared, values_of
from mapix.providers.sqlstore.values import loaded_text

_COLUMNS: Final = (
    t.PR_DISPLAY_NAME,
    t.PR_FOLDER_TYPE,
    t.PR_CREATION_TIME,
    t.PR_LAST_MODIFICATION_TIME,
    t.PR_CONTENT_COUNT,
    t.PR_CONTENT_UNREAD,
    t.PR_ASSOC_CONTENT_COUNT,
    t.PR_SUBFOLDERS,
)
"""What the row of a folder holds, in the order of `folder_values`."""

_KIND: Final = 2
_KEPT: Final = frozenset(tag.id for tag in _COLUMNS)

_DELETED: Final = (t.PR_DELETED_MSG_COUNT, t.PR_DELETED_ASSOC_MSG_COUNT, t.PR_DELETED_FOLDER_COUNT, t.PR_DELETED_ON)
"""What is kept of deleted things in a folder, in the order of `kept_counts`; counted when somebody asks."""

_DELETED_IDS: Final = frozenset(tag.id for tag in _DELETED)


def name_key(name: str) -> bytes:
    """By what the names of siblings are told apart (F-002)."""
    return fold(name).encode("utf-8", "surrogatepass")


def check_free(database: Database, parent: int | None, name: str, number: int = 0) -> None:
    """`Collision` when another child of `parent` than `number` has the name."""
    if database.value(database.sql["folder_sibling"], (parent, name_key(name), number)) is not None:
        raise Collision("there is a folder of this name already", value=name)


@guarded
class StoredFolder:
    """The properties of the folder `number`; `deleted` for one that is kept, which nobody changes."""

    def __init__(self, database: Database, feed: ChangeFeed, number: int, *, deleted: bool = False) -> None:
        self.database = database
        self.feed = feed
        self.number = number
        self.deleted = deleted

    def load(self, tags: Sequence[PropTag] | None) -> tuple[dict[PropTag, Any], int]:
        """See `PropertySource.load`."""
        wanted = None if tags is None else {tag >> 16 for tag in tags}
        simple = wanted is not None and wanted <= _KEPT and not self.deleted
        statement = "kept_folder_values" if self.deleted else "folder_columns" if simple else "folder_values"
        rows = self.database.rows(self.database.sql[statement], (self.number,))
        if not rows:
            raise ObjectDeleted("the folder has been deleted", value=self.number)
        if rows[0][_KIND] == FOLDER_SEARCH and not self.database.in_transaction and self.database.has_unsought():
            self.database.keep_up()
            rows = self.database.rows(self.database.sql[statement], (self.number,)) or rows
        version, *columns = rows[0][:9]
        columns[0] = loaded_text(columns[0])
        if not (isinstance(columns[0], str) and all(isinstance(number, int) for number in (version, *columns[1:]))):
            raise CorruptStore("a folder is damaged", value=self.number, hint="mapix store check")
        columns[-1] = bool(columns[-1])
        values = dict(zip(_COLUMNS, columns, strict=True))
        values |= values_of(self.database, [row[9:] for row in rows if row[9] is not None])
        if wanted is None or wanted & _DELETED_IDS:
            values |= self._kept()
        if wanted is not None:
            values = {tag: value for tag, value in values.items() if tag >> 16 in wanted}
        return values, version

    def _kept(self) -> dict[PropTag, Any]:
        row = self.database.row(self.database.sql["kept_counts"], (self.number,))
        return {tag: value for tag, value in zip(_DELETED, row or (), strict=False) if value is not None}

    def apply(self, changes: ChangeSet) -> int:
        """See `PropertySource.apply`; a new name may be a `Collision`."""
        if self.deleted:
            raise NoAccess("a deleted folder is not changed", value=self.number, hint="move it back first")
        values = prepared(self.database, changes.values)
        with self.database.write():
            found = self.database.row(self.database.sql["folder_saved"], (self.number,))
            if found is None:
                raise ObjectDeleted("the folder has been deleted", value=self.number)
            version, parent, known = found
            if changes.version is not None and changes.version != version:
                raise ObjectChanged("somebody else has changed the folder since it was opened", value=self.number)
            if (name := values.get(t.PR_DISPLAY_NAME)) is not None:
                check_free(self.database, parent, name, self.number)
                self.database.run(self.database.sql["folder_rename"], (name, name_key(name), self.number))
            self._write(values, changes, known)
            self.feed.add(Change(Event.OBJECT_MODIFIED, ObjectType.FOLDER, self.number, parent or 0))
        return int(version) + 1

    def _write(self, values: Mapping[PropTag, Any], changes: ChangeSet, known: int | None) -> None:
        others = {tag: value for tag, value in values.items() if tag >> 16 not in _KEPT}
        seal = change_values(self.database, self.number, others, changes.deleted - _KEPT, known)
        times = (values.get(t.PR_LAST_MODIFICATION_TIME, now()), values.get(t.PR_CREATION_TIME))
        self.database.run(self.database.sql["folder_touch"], (*times, values.get(t.PR_FOLDER_TYPE), seal, self.number))


def create_folder(database: Database, number: int, parent: int, name: str, values: Mapping[PropTag, Any]) -> None:
    """Write a new folder, inside a transaction; `NotFound` without parent, `Collision`."""
    if database.value(database.sql["folder_exists"], (parent,)) is None:
        raise NotFound("the folder to create one in is gone", value=parent)
    check_free(database, parent, name)
    moment = now()
    times = values.get(t.PR_CREATION_TIME, moment), values.get(t.PR_LAST_MODIFICATION_TIME, moment)
    kind = values.get(t.PR_FOLDER_TYPE, 1)
    others = {tag: value for tag, value in values.items() if tag >> 16 not in _KEPT}
    seal = insert_values(database, number, others)
    database.run(database.sql["folder_insert"], (number, parent, name, name_key(name), kind, *times, seal))


@guarded
class StoredStore:
    """The store's own properties: read again when their version is another, for every message that is sent asks."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._known: tuple[dict[PropTag, Any], int] | None = None
        database.on_undo.append(self._forget)

    def load(self, tags: Sequence[PropTag] | None) -> tuple[dict[PropTag, Any], int]:
        """See `PropertySource.load`."""
        known = self._known
        if known is None or known[1] != self.database.value(self.database.sql["store_version"]):
            rows = self.database.rows(self.database.sql["store_values"])
            known = values_of(self.database, [row[1:] for row in rows if row[1] is not None]), rows[0][0]
            self._known = known
        values, version = known
        wanted = None if tags is None else {tag >> 16 for tag in tags}
        return {tag: value for tag, value in values.items() if wanted is None or tag >> 16 in wanted}, version

    def _forget(self) -> None:
        """A version that was undone is given again."""
        self._known = None

    def apply(self, changes: ChangeSet) -> int:
        """See `PropertySource.apply`."""
        values = prepared(self.database, changes.values)
        with self.database.write():
            version: int = self.database.value(self.database.sql["store_version"])
            if changes.version is not None and changes.version != version:
                raise ObjectChanged("somebody else has changed the store's properties since")
            change_values(self.database, self.database.store_object, values, changes.deleted)
            self.database.run(self.database.sql["store_bump"])
        return version + 1
