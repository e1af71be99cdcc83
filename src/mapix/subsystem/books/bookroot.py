"""The root of the integrated address book: the containers of all providers, merged (ABK-1, ABK-78)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mapix.interfaces.addrbook import AbContainer
from mapix.interfaces.prop import Access, MapiProp, ObjectType
from mapix.interfaces.table import MapiTable, query_all_rows
from mapix.objects.bags.memorysource import MemorySource
from mapix.objects.bags.propdata import PropertyBag
from mapix.objects.stores.life import Life
from mapix.objects.tables.tabledata import TableData
from mapix.properties.errors import InvalidParameter, MapiError, NoSupport
from mapix.properties.flags import AB_SUBCONTAINERS, AB_UNMODIFIABLE, DT_NOT_SPECIFIC
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_AB_PROVIDER_ID,
    PR_COMMENT,
    PR_CONTAINER_FLAGS,
    PR_DEPTH,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_OBJECT_TYPE,
    PR_RECORD_KEY,
    PR_STATUS,
)

COLUMNS = (
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_DEPTH,
    PR_DISPLAY_TYPE,
    PR_OBJECT_TYPE,
    PR_CONTAINER_FLAGS,
    PR_INSTANCE_KEY,
    PR_COMMENT,
    PR_STATUS,
    PR_AB_PROVIDER_ID,
)
ROOT_ID = bytes(4) + bytes.fromhex("6d6170697820616464726573736273") + b"\0"

_ROOT = {
    PR_DISPLAY_NAME: "Address book",
    PR_ENTRYID: ROOT_ID,
    PR_RECORD_KEY: ROOT_ID,
    PR_OBJECT_TYPE: int(ObjectType.ABCONT),
    PR_DISPLAY_TYPE: DT_NOT_SPECIFIC,
    PR_CONTAINER_FLAGS: AB_SUBCONTAINERS | AB_UNMODIFIABLE,
}


class RootContainer(PropertyBag, AbContainer):
    """The root: it holds containers and no people."""

    object_type = ObjectType.ABCONT

    def __init__(
        self, containers: Sequence[AbContainer], life: Life, opener: Callable[[bytes, Access], MapiProp]
    ) -> None:
        super().__init__(MemorySource(dict(_ROOT)), access=Access.READ, life=life)
        self._containers = list(containers)
        self._opener = opener

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ, *, deleted: bool = False) -> MapiProp:
        """See `MapiContainer.open_entry`."""
        self._check()
        if not entry_id:
            raise InvalidParameter("name what to open by its entry identifier")
        return self._opener(entry_id, access)

    def get_contents_table(self, *, associated: bool = False, deleted: bool = False) -> MapiTable:
        """See `MapiContainer.get_contents_table`: the root has no people of its own."""
        self._check()
        return TableData((PR_DISPLAY_NAME, PR_ENTRYID)).view()

    def get_hierarchy_table(self, *, deep: bool = False, deleted: bool = False) -> MapiTable:
        """See `MapiContainer.get_hierarchy_table`; depth 0 are the containers right below."""
        self._check()
        shown = () if deleted else self._containers
        rows = [row for container in shown for row in _rows(container, deep=deep)]
        return TableData(COLUMNS, rows, index=PR_ENTRYID).view()

    def resolve_names(self, rows: Sequence[dict[PropTag, Any]], columns: Sequence[PropTag]) -> list[int]:
        """See `AbContainer.resolve_names`: names are looked up along the search path, not here."""
        raise NoSupport("the root of the address book holds no people", hint="AddrBook.resolve_name")


def _rows(container: AbContainer, *, deep: bool) -> list[Mapping[PropTag, Any]]:
    own = container.get_props(COLUMNS)
    entry_id = own[PR_ENTRYID]
    own = {PR_OBJECT_TYPE: int(ObjectType.ABCONT), PR_INSTANCE_KEY: entry_id, PR_STATUS: 0, **own, PR_DEPTH: 0}
    below: list[Mapping[PropTag, Any]] = []
    if deep and own.get(PR_CONTAINER_FLAGS, 0) & AB_SUBCONTAINERS:
        try:
            table = container.get_hierarchy_table(deep=True)
            below = [_below(row) for row in query_all_rows(table, COLUMNS)]
        except MapiError:
            below = []
    return [own, *below]


def _below(values: Sequence[Any]) -> Mapping[PropTag, Any]:
    row = {tag: value for tag, value in zip(COLUMNS, values, strict=True) if value is not None}
    return row | {PR_DEPTH: row.get(PR_DEPTH, 0) + 1, PR_INSTANCE_KEY: row[PR_ENTRYID]}
