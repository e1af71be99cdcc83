"""What the tables of one store share: the connection, how tags become SQL, and who makes entry identifiers."""

from __future__ import annotations

from typing import Final

from mapix.interfaces.backend import (
    RowDecorator,
)
from mapix.interfaces.prop import ObjectType
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_DEPTH
from mapix.providers.sqlstore.columns import ColumnPlan
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.expressions import (
    FOLDER_COLUMNS,
    FOLDER_KEYS,
    FOUND_COLUMNS,
    FOUND_KEYS,
    MESSAGE_COLUMNS,
    MESSAGE_KEYS,
    Cold,
    decorations,
)
from mapix.providers.sqlstore.leaves import Predicate
from mapix.providers.sqlstore.usedtags import UsedTags

_PLANS_KEPT = 256

MESSAGE_PARENT: Final = "coalesce(m.folder, m.kept_in)"
"""The folder a message is in, or was before it was deleted."""

FOLDER_PARENT: Final = "coalesce(m.parent, m.kept_in, m.id)"
"""The folder above another; the root's is itself (F-001)."""


class Surroundings:
    """What the tables of one store share."""

    def __init__(self, database: Database, used: UsedTags) -> None:
        self.database = database
        self.used = used
        self.texts = database.text_index()
        self.decorator: RowDecorator | None = None
        dialect = database.dialect
        self.messages = Cold(dialect, "m.id", dict(MESSAGE_COLUMNS), dict(MESSAGE_KEYS))
        self.folders = Cold(dialect, "m.id", dict(FOLDER_COLUMNS), dict(FOLDER_KEYS))
        self.found = Cold(dialect, "m.id", {**MESSAGE_COLUMNS, **FOUND_COLUMNS}, {**MESSAGE_KEYS, **FOUND_KEYS})
        self.tree = Cold(dialect, "m.id", {**FOLDER_COLUMNS, PR_DEPTH: "t.depth"}, dict(FOLDER_KEYS))
        self._plans: dict[tuple[Cold, tuple[PropTag, ...]], ColumnPlan] = {}

    def decorate(self, decorator: RowDecorator) -> None:
        """Who makes the columns that follow from an object's number."""
        self.decorator = decorator
        self._plans.clear()
        self.database.decorate(decorator)
        dialect = self.database.dialect
        for rows in (self.messages, self.found):
            rows.columns.update(decorations(dialect, decorator, ObjectType.MESSAGE, MESSAGE_PARENT))
        for rows in (self.folders, self.tree):
            rows.columns.update(decorations(dialect, decorator, ObjectType.FOLDER, FOLDER_PARENT))

    def narrowed(self, predicate: Predicate, *, most: int | None = None) -> Predicate:
        """A condition on messages with what the full text index knows of it, unless that is more than `most`."""
        if predicate.wish is None or self.texts is None:
            return predicate
        driver = self.texts.driver(predicate.wish, most=most)
        return predicate if driver is None else predicate.among(driver)

    def version(self) -> object:
        """Changes with every change of the store, by whomever."""
        return self.database.state()

    def plan(self, rows: Cold, columns: tuple[PropTag, ...]) -> ColumnPlan:
        """How `rows`, which are those of an attribute of this object, are read with these columns."""
        found = self._plans.get((rows, columns))
        if found is None:
            if len(self._plans) >= _PLANS_KEPT:
                self._plans.clear()
            kind = ObjectType.MESSAGE if rows is self.messages or rows is self.found else ObjectType.FOLDER
            found = self._plans[rows, columns] = ColumnPlan(kind, columns, rows, self.decorator)
        return found
