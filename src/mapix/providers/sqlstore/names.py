"""The named properties of a store: names to identifiers from 0x8000 up, which never change (X-05, P-200, P-201).

The mapping is kept in memory once read; what another process adds is found by reading again when something is missing.
A name that was told an identifier in a transaction that is undone keeps it: it is written again at once, before anybody
else can give the identifier to another; where that fails, the name is forgotten.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

from mapix.properties.errors import CorruptStore, MapiError, TooBig
from mapix.properties.named import PropertyName
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.values import loaded_text

FIRST: Final = 0x8000
LAST: Final = 0xFFFE

_log = logging.getLogger(__name__)


class NameMap:
    """The mapping of one store."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._names: dict[int, PropertyName] = {}
        self._ids: dict[PropertyName, int] = {}
        self._again = False
        database.on_undo.append(self._write_again)

    def names_from_ids(self, ids: Iterable[int] | None) -> dict[int, PropertyName]:
        """See `StoreBackend.names_from_ids`."""
        with self.database.lock:
            if ids is None:
                self._read()
                return dict(self._names)
            wanted = list(ids)
            if any(number not in self._names for number in wanted):
                self._read()
            return {number: self._names[number] for number in wanted if number in self._names}

    def ids_from_names(self, names: Iterable[PropertyName] | None, *, create: bool) -> dict[PropertyName, int]:
        """See `StoreBackend.ids_from_names`."""
        with self.database.lock:
            wanted = None if names is None else list(names)
            if wanted is None or any(name not in self._ids for name in wanted):
                self._read()
            if wanted is None:
                return dict(self._ids)
            missing = [name for name in dict.fromkeys(wanted) if name not in self._ids]
            if missing and create:
                self._create(missing)
            return {name: self._ids[name] for name in wanted if name in self._ids}

    def _create(self, names: list[PropertyName]) -> None:
        with self.database.write():
            if self.database.depth > 1:
                self.database.keep_turn()
            self._read()
            number = max(FIRST - 1, self.database.value(self.database.sql["name_next"]))
            for name in names:
                if name in self._ids:
                    continue
                number += 1
                if number > LAST:
                    raise TooBig("the store has no identifiers left for named properties", value=name)
                self._insert(number, name)

    def _insert(self, number: int, name: PropertyName) -> None:
        text = name.name if isinstance(name.name, str) else None
        key = name.key[1] if text is not None else None
        self.database.run(
            self.database.sql["name_insert"], (number, name.guid, None if text is not None else name.name, text, key)
        )
        self._names[number] = name
        self._ids[name] = number

    def _read(self) -> None:
        for number, guid, numeric, text in self.database.rows(self.database.sql["name_list"]):
            if number not in self._names:
                name = read_name(guid, numeric, text)
                self._names[number] = name
                self._ids[name] = number

    def _write_again(self) -> None:
        database = self.database
        if not self._names or database.readonly or (database.depth and not database.in_transaction):
            return  # with the whole transaction, if it is a part that is undone
        told, self._names, self._ids = self._names, {}, {}
        if self._again:
            return
        self._again = True
        try:
            self._keep(told)
        except MapiError as error:
            _log.warning("names of properties are lost in %s: %s", database.name, error)
        finally:
            self._again = False

    def _keep(self, told: Mapping[int, PropertyName]) -> None:
        """Write those of the names that the store does not have, where nobody has given them or their identifiers away
        since.
        """
        self._read()
        if told.keys() <= self._names.keys():
            return
        with self.database.write():
            self._read()
            for number, name in told.items():
                if number not in self._names and name not in self._ids:
                    self._insert(number, name)


def read_name(guid: Any, numeric: Any, text: Any) -> PropertyName:
    """A name as it was written down; `CorruptStore` for what is none."""
    name = loaded_text(text) if numeric is None else numeric
    if isinstance(guid, bytes) and isinstance(name, int | str):
        with suppress(MapiError):
            return PropertyName(guid, name)
    raise CorruptStore("the name of a property is damaged", value=name, hint="mapix store check")
