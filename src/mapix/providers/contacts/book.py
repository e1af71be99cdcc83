"""What is in an address book: entries, the words they are found by, and the members of lists."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from mapix.interfaces.notify import TABLE_CHANGED, Event, TableEvent, TableNotification
from mapix.objects.restrictions.anr import name_words
from mapix.objects.restrictions.collate import fold
from mapix.properties.codec import pack_props, unpack_props
from mapix.properties.entryid import search_key
from mapix.properties.errors import CorruptData, InvalidParameter, NotFound, ObjectChanged, ObjectDeleted
from mapix.properties.flags import DT_MAILUSER, DT_PRIVATE_DISTLIST
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_GIVEN_NAME,
    PR_INSTANCE_KEY,
    PR_NICKNAME,
    PR_OBJECT_TYPE,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_SEND_RICH_INFO,
    PR_SMTP_ADDRESS,
    PR_SURNAME,
    PR_TRANSMITABLE_DISPLAY_NAME,
)
from mapix.providers.contacts.database import Database
from mapix.providers.contacts.ids import Kind, entry_id
from mapix.providers.contacts.journal import Journal

Props = dict[PropTag, Any]

SMTP: Final = "SMTP"
PERSONAL_LIST: Final = "MAPIPDL"
COLUMNS: Final = "number, kind, version, name, sorted, address_type, address, search_key, properties"
_FOUND_BY: Final = (PR_DISPLAY_NAME, PR_EMAIL_ADDRESS, PR_NICKNAME, PR_GIVEN_NAME, PR_SURNAME)
_MOST_TEXT: Final = 4096
_AFTER_ALL: Final = "\U0010ffff"


class Entry(NamedTuple):
    """An entry as it is stored."""

    number: int
    kind: int
    version: int
    name: str
    sorted: str
    address_type: str
    address: str
    search_key: bytes | None
    properties: bytes


class Book:
    """An address book; `told` hears what happens to its rows."""

    def __init__(self, path: Path, *, create: bool = False, name: str = "") -> None:
        self.database = Database(path, create=create)
        self.told: Callable[[Sequence[TableNotification]], None] | None = None
        try:
            self.uid, self.name = self._known() or self._named(name)
            self.journal = Journal(self.database)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def identifier(self, kind: int, number: int) -> bytes:
        """The entry identifier of something in this book."""
        return entry_id(self.uid, kind, number)

    # entries

    def find(self, number: int) -> Entry:
        """An entry; `NotFound`."""
        found = self.database.read(f"SELECT {COLUMNS} FROM entry WHERE number = ?", (number,))
        if not found:
            raise NotFound("the address book has no such entry", value=number)
        return Entry(*found[0])

    def some(self, numbers: Iterable[int]) -> dict[int, Entry]:
        """Those entries that are there, by number."""
        wanted, found = list(numbers), {}
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            for row in self.database.read(f"SELECT {COLUMNS} FROM entry WHERE number IN ({marks})", part):
                found[row[0]] = Entry(*row)
        return found

    def add(self, kind: int, values: Mapping[PropTag, Any], *, flags: int = 0) -> Entry:
        """A new entry; by `flags` a duplicate is `Collision` or replaced (ABK-71)."""
        from mapix.providers.contacts.duplicates import replaced

        cells = _cells(kind, values)
        with self.database.transaction():
            old = replaced(self, kind, cells, flags)
            if old is not None:
                return self._replace(old, cells, values)
            number = self.database.write(
                "INSERT INTO entry (kind, version, name, sorted, address_type, address, search_key, properties)"
                " VALUES (?, 1, ?, ?, ?, ?, ?, ?)",
                (kind, *cells),
            )
            self._put_words(number, values)
            self.journal.note(TableEvent.ROW_ADDED, kind, number)
        entry = Entry(number, kind, 1, *cells)
        self._tell(TableEvent.ROW_ADDED, entry)
        return entry

    def change(self, number: int, version: int | None, values: Mapping[PropTag, Any]) -> int:
        """Give an entry these values; its version. `ObjectChanged`, `ObjectDeleted`."""
        with self.database.transaction():
            found = self.some((number,)).get(number)
            if found is None:
                raise ObjectDeleted("the entry has been deleted from the address book")
            if version is not None and version != found.version:
                raise ObjectChanged("somebody else has saved the entry since it was opened", value=found.version)
            return self._replace(found, _cells(found.kind, values), values).version

    def remove(self, number: int) -> None:
        """Delete an entry, from lists, too; `NotFound`."""
        with self.database.transaction():
            entry = self.find(number)
            self.database.write("DELETE FROM entry WHERE number = ?", (number,))
            self.journal.note(TableEvent.ROW_DELETED, entry.kind, number)
        self._tell(TableEvent.ROW_DELETED, entry)

    def poll(self) -> None:
        """Tell what other processes, or other sessions of this one, have changed."""
        news = self.journal.news()
        if self.told is None or news == []:
            return
        if news is None:
            self.told([TABLE_CHANGED])
            return
        entries = self.some(change.number for change in news)
        for change in news:
            entry = entries.get(change.number)
            if entry is not None and change.event is not TableEvent.ROW_DELETED:
                self._tell(change.event, entry)
            elif change.event is not TableEvent.ROW_ADDED:
                self.told([_gone(self.identifier(change.kind, change.number))])

    # names

    def called(self, name: str) -> list[Entry]:
        """Two entries at most that are called so, case aside."""
        sql = f"SELECT {COLUMNS} FROM entry WHERE sorted = ? LIMIT 2"
        return [Entry(*row) for row in self.database.read(sql, (_storable(fold(name)),))]

    def like(self, name: str) -> list[Entry]:
        """Two entries at most that have words beginning like those of `name` (ABK-25)."""
        numbers, parameters = words_like(name)
        sql = f"SELECT {COLUMNS} FROM entry WHERE number IN ({numbers} LIMIT 2)"
        return [Entry(*row) for row in self.database.read(sql, parameters)]

    def numbers_like(self, name: str) -> set[int]:
        """The numbers of all such entries."""
        sql, parameters = words_like(name)
        return {number for (number,) in self.database.read(sql, parameters)}

    # inside

    def _known(self) -> tuple[bytes, str] | None:
        found = self.database.read("SELECT uid, name FROM book")
        return (found[0][0], found[0][1]) if found else None

    def _named(self, name: str) -> tuple[bytes, str]:
        with self.database.transaction():
            known = self._known()
            if known is None:
                known = os.urandom(16), name or "Personal address book"
                self.database.write("INSERT INTO book (uid, name) VALUES (?, ?)", known)
        return known

    def _replace(self, old: Entry, cells: tuple[Any, ...], values: Mapping[PropTag, Any]) -> Entry:
        entry = Entry(old.number, old.kind, old.version + 1, *cells)
        self.database.write(
            "UPDATE entry SET version = ?, name = ?, sorted = ?, address_type = ?, address = ?, search_key = ?,"
            " properties = ? WHERE number = ?",
            (entry.version, *cells, old.number),
        )
        self.database.write("DELETE FROM word WHERE entry = ?", (old.number,))
        self._put_words(old.number, values)
        self.journal.note(TableEvent.ROW_MODIFIED, old.kind, old.number)
        self._tell(TableEvent.ROW_MODIFIED, entry)
        return entry

    def _put_words(self, number: int, values: Mapping[PropTag, Any]) -> None:
        texts = (values.get(tag) for tag in _FOUND_BY)
        words = {_storable(word) for text in texts if text for word in name_words(text[:_MOST_TEXT])}
        self.database.write_many("INSERT INTO word (word, entry) VALUES (?, ?)", [(word, number) for word in words])

    def _tell(self, event: TableEvent, entry: Entry) -> None:
        if self.told is None:
            return
        key = self.identifier(entry.kind, entry.number)
        if event is TableEvent.ROW_DELETED:
            self.told([_gone(key)])
        else:
            self.told([TableNotification(Event.TABLE_MODIFIED, event, index=key, row=tuple(self.row(entry).items()))])

    # rows

    def row(self, entry: Entry) -> Props:
        """An entry with all its properties."""
        stored = unpack_props(entry.properties)
        rich = stored.get(PR_SEND_RICH_INFO, entry.address_type != SMTP)
        return {**stored, **self.known(entry), PR_SEND_RICH_INFO: rich}

    def known(self, entry: Entry) -> Props:
        """What everybody asks of an entry (ABK-24, ABK-74, ABK-75)."""
        key = entry_id(self.uid, entry.kind, entry.number)
        values = {
            PR_DISPLAY_NAME: entry.name,
            PR_ADDRTYPE: entry.address_type,
            PR_ENTRYID: key,
            PR_RECORD_KEY: key,
            PR_INSTANCE_KEY: key,
            PR_OBJECT_TYPE: entry.kind,
            PR_DISPLAY_TYPE: DT_PRIVATE_DISTLIST if entry.kind == Kind.LIST else DT_MAILUSER,
            PR_TRANSMITABLE_DISPLAY_NAME: entry.name,
        }
        if entry.address:
            values[PR_EMAIL_ADDRESS] = entry.address
        if entry.search_key is not None:
            values[PR_SEARCH_KEY] = entry.search_key
        if entry.address_type == SMTP:
            values[PR_SMTP_ADDRESS] = entry.address
        return values


def _gone(key: bytes) -> TableNotification:
    return TableNotification(Event.TABLE_MODIFIED, TableEvent.ROW_DELETED, index=key)


def words_like(name: str) -> tuple[str, tuple[Any, ...]]:
    """A query for the numbers of the entries that have, for each word of `name`, one beginning so."""
    parts = sorted(map(_storable, name_words(name[:_MOST_TEXT])), key=len, reverse=True)[:32]
    if not parts:
        return "SELECT number FROM entry WHERE 0", ()
    others = "".join(
        " AND EXISTS (SELECT 1 FROM word AS o WHERE o.entry = w.entry AND o.word >= ? AND o.word < ?)"
        for _ in parts[1:]
    )
    bounds = [bound for part in parts for bound in (part, part + _AFTER_ALL)]
    return f"SELECT DISTINCT w.entry FROM word AS w WHERE w.word >= ? AND w.word < ?{others}", tuple(bounds)


def _cells(kind: int, values: Mapping[PropTag, Any]) -> tuple[Any, ...]:
    """The columns of an entry with these values; `InvalidParameter` for a nameless one."""
    name = values.get(PR_DISPLAY_NAME)
    address = values.get(PR_EMAIL_ADDRESS) or ""
    address_type = PERSONAL_LIST if kind == Kind.LIST else (values.get(PR_ADDRTYPE) or SMTP).upper()
    if not name or (kind == Kind.USER and not address):
        raise InvalidParameter("an entry needs a name, and a contact an address", value=name or address)
    if kind == Kind.LIST:
        key = None
    elif not (address_type.isascii() and address_type.isalnum()):
        raise InvalidParameter("an address type is letters and digits (ABK-4)", value=address_type)
    else:
        key = search_key(address_type, address)
    name, address = _storable(name), _storable(address)
    return name, fold(name), address_type, address, key, pack_props(values)


def _storable(text: str) -> str:
    """`text` as SQLite can keep it: without halves of surrogate pairs and NULs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "")


def unpacked(entry: Entry) -> Props:
    """What was set on an entry; `CorruptData` where its row is damaged."""
    try:
        return unpack_props(entry.properties)
    except CorruptData as error:
        raise CorruptData("an entry of the address book is damaged", value=entry.name) from error
