"""The status table of a session: rows of MAPI itself, and those providers publish (SES-31, STA-1..STA-13).

Members without mail see another table: no transports, and a spooler that does not work (LOG-30, STA-7).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.notify import TableNotification
from mapix.interfaces.prop import ObjectType
from mapix.interfaces.table import MapiTable, TableType
from mapix.objects.tables.tabledata import TableData
from mapix.properties.errors import NotFound, UnknownEntryid
from mapix.properties.flags import (
    MAPI_AB,
    MAPI_SPOOLER,
    MAPI_SUBSYSTEM,
    MAPI_TRANSPORT_PROVIDER,
    STATUS_AVAILABLE,
    STATUS_FAILURE,
    STATUS_FLUSH_QUEUES,
    STATUS_INBOUND_ACTIVE,
    STATUS_INBOUND_FLUSH,
    STATUS_NO_PRIMARY_IDENTITY,
    STATUS_OFFLINE,
    STATUS_OUTBOUND_ACTIVE,
    STATUS_OUTBOUND_FLUSH,
    STATUS_VALIDATE_STATE,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_OBJECT_TYPE,
    PR_PROVIDER_DISPLAY,
    PR_PROVIDER_DLL_NAME,
    PR_RESOURCE_FLAGS,
    PR_RESOURCE_METHODS,
    PR_RESOURCE_TYPE,
    PR_ROWID,
    PR_STATUS_CODE,
    PR_STATUS_STRING,
)

if TYPE_CHECKING:
    from mapix.subsystem.notification import NotificationEngine

STATUS_UID = bytes.fromhex("6d617069782073746174757320726f77")
"""The provider part of entry identifiers of status objects."""

SUBSYSTEM_KEY, SPOOLER_KEY, ADDRESS_BOOK_KEY = b"subsystem", b"spooler", b"address book"

_BUSY: Final = (
    (STATUS_OUTBOUND_ACTIVE | STATUS_OUTBOUND_FLUSH, "sending"),
    (STATUS_INBOUND_ACTIVE | STATUS_INBOUND_FLUSH, "receiving"),
)

COLUMNS = (
    PR_DISPLAY_NAME,
    PR_PROVIDER_DISPLAY,
    PR_RESOURCE_TYPE,
    PR_RESOURCE_METHODS,
    PR_RESOURCE_FLAGS,
    PR_STATUS_CODE,
    PR_STATUS_STRING,
    PR_PROVIDER_DLL_NAME,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_OBJECT_TYPE,
    PR_ROWID,
)

Row = dict[PropTag, Any]


class StatusTable:
    """The rows by key: one of MAPI's own, or the uid of a provider's section."""

    def __init__(self, uid: bytes, engine: NotificationEngine) -> None:
        self.uid = uid
        self._engine = engine
        self._guard = threading.RLock()
        self._numbers: dict[bytes, int] = {}
        self._said: dict[bytes, str] = {}
        self._mail = self._table(b"mail")
        self._plain = self._table(b"plain")

    def open(self, *, mail: bool) -> MapiTable:
        """A view, live, for a member with or without mail."""
        data = self._mail if mail else self._plain
        return data.view(subscribe=self._engine.subscribe, unsubscribe=self._engine.unsubscribe)

    def row(self, key: bytes, *, mail: bool = True) -> Row:
        """The row of a key; `NotFound`."""
        return (self._mail if mail else self._plain).query_row(key)

    def rows(self) -> list[Row]:
        """All rows in order of appearance."""
        with self._guard:
            return [self._mail.query_row(key) for key in self._numbers]

    def has(self, key: bytes) -> bool:
        """Whether there is a row of this key."""
        return key in self._numbers

    def entry_id(self, key: bytes) -> bytes:
        """The identifier of the status object behind a row."""
        return bytes(4) + STATUS_UID + self.uid + key

    def key_of(self, entry_id: bytes) -> bytes:
        """The key in an identifier that `entry_id` made; `UnknownEntryid` for one of another session or gone."""
        key = entry_id[36:]
        if entry_id[20:36] != self.uid or key not in self._numbers:
            raise UnknownEntryid("no status object of this session has this identifier", value=entry_id)
        return key

    def put(self, key: bytes, values: Mapping[PropTag, Any], *, update: bool = False) -> None:
        """Set a row, or with `update` merge into it; sinks are told (STA-13)."""
        with self._guard:
            number = self._numbers.setdefault(key, max(self._numbers.values(), default=0) + 1)
            old = self.row(key) if update and _holds(self._mail, key) else {}
            made = {
                PR_ENTRYID: self.entry_id(key),
                PR_INSTANCE_KEY: key,
                PR_OBJECT_TYPE: int(ObjectType.STATUS),
                PR_ROWID: number,
            }
            row = {**old, **values, **made}
            if row.get(PR_RESOURCE_TYPE) == MAPI_TRANSPORT_PROVIDER:
                said = values.get(PR_STATUS_STRING, self._said.get(key) if update else None)
                self._said[key] = said or ""
                row[PR_STATUS_STRING] = said or words_of(row.get(PR_STATUS_CODE, 0))
            self._mail.modify_rows([row])
            if row.get(PR_RESOURCE_TYPE) == MAPI_SPOOLER:
                self._plain.modify_rows([row | {PR_STATUS_CODE: STATUS_FAILURE}])
            elif row.get(PR_RESOURCE_TYPE) != MAPI_TRANSPORT_PROVIDER:
                self._plain.modify_rows([row])

    def change(self, key: bytes, change: Callable[[int], int | Mapping[PropTag, Any]]) -> None:
        """Set what `change` makes of PR_STATUS_CODE: another code, or several values. Nobody else sets any meanwhile;
        where there is no row nothing happens.
        """
        with self._guard:
            if not self.has(key):
                return
            code: int = self.row(key).get(PR_STATUS_CODE, 0)
            made = change(code)
            values = {PR_STATUS_CODE: made} if isinstance(made, int) else made
            if values != {PR_STATUS_CODE: code}:
                self.put(key, values, update=True)

    def remove(self, key: bytes) -> None:
        """Take a row away; one that is not there is no error."""
        with self._guard:
            self._numbers.pop(key, None)
            self._said.pop(key, None)
            for data in (self._mail, self._plain):
                if _holds(data, key):
                    data.delete_rows([key])

    def put_own_rows(self, profile_name: str, *, spooler: bool) -> None:
        """The rows of MAPI itself: subsystem (its name is the profile's, STA-4), spooler, integrated address book."""
        code = STATUS_AVAILABLE if spooler else STATUS_FAILURE
        self.put(SUBSYSTEM_KEY, _own(profile_name, MAPI_SUBSYSTEM, STATUS_VALIDATE_STATE))
        self.put(SPOOLER_KEY, _own("MAPI spooler", MAPI_SPOOLER, STATUS_VALIDATE_STATE | STATUS_FLUSH_QUEUES, code))
        self.put(ADDRESS_BOOK_KEY, _own("Address book", MAPI_AB, STATUS_VALIDATE_STATE))

    def _table(self, name: bytes) -> TableData:
        key = self.uid + b"status " + name

        def tell(events: Sequence[TableNotification]) -> None:
            self._engine.notify(key, events)

        return TableData(COLUMNS, table_type=TableType.DYNAMIC, key=key, on_change=tell)


class StatusBoard:
    """The status codes of a session's transports for the spooler (STA-5)."""

    def __init__(self, table: StatusTable) -> None:
        self._table = table

    def raise_bits(self, uid: bytes, bits: int) -> None:
        """Set bits of PR_STATUS_CODE; a transport without a row has none."""
        self._table.change(uid, lambda code: code | bits)

    def clear_bits(self, uid: bytes, bits: int) -> None:
        """Take bits away."""
        self._table.change(uid, lambda code: code & ~bits)

    def has_bits(self, uid: bytes, bits: int) -> bool:
        """Whether these bits are set."""
        code: int = self._table.row(uid).get(PR_STATUS_CODE, 0) if self._table.has(uid) else 0
        return code & bits == bits


def words_of(code: int) -> str:
    """The text of a transport that says nothing itself, by its PR_STATUS_CODE (STA-6)."""
    if code & STATUS_FAILURE:
        return "it does not work"
    if code & STATUS_OFFLINE:
        return "offline"
    busy = [word for bits, word in _BUSY if code & bits]
    return " and ".join(busy) or "ready"


def _holds(data: TableData, key: bytes) -> bool:
    try:
        data.query_row(key)
    except NotFound:
        return False
    return True


def _own(name: str, kind: int, methods: int, code: int = STATUS_AVAILABLE) -> Row:
    return {
        PR_DISPLAY_NAME: name,
        PR_PROVIDER_DISPLAY: "mapix",
        PR_PROVIDER_DLL_NAME: "mapix",
        PR_RESOURCE_TYPE: kind,
        PR_RESOURCE_METHODS: methods,
        PR_RESOURCE_FLAGS: STATUS_NO_PRIMARY_IDENTITY,
        PR_STATUS_CODE: code,
    }
