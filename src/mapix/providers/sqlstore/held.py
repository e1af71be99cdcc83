"""A message with all its parts as it was at one moment, read with one statement when it is opened (P-221).

Rows are taken as they are and made into values when somebody asks: most who open a message look at few of its parts.
A message that has others inside is read in one transaction. Large values are no part of it: they are read when they are
asked for, and gone when somebody has replaced them since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mapix.interfaces.prop import ChangeSet
from mapix.properties.codec import pack_props
from mapix.properties.errors import CorruptStore, NoAccess, ObjectDeleted
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_MESSAGE_FLAGS
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.guarding import guarded
from mapix.providers.sqlstore.parts import numbered, unpacked
from mapix.providers.sqlstore.properties import values_of

_MESSAGE: Final = 0
_PROPERTY: Final = 1
_RECIPIENT: Final = 2
_INSIDE: Final = 4


@guarded
class HeldMessage:
    """The message `number` as it is now; a `MessageSource` that is only read. `folder` is 0 inside an attachment."""

    folder: int
    associated: bool

    def __init__(self, database: Database, number: int) -> None:
        self.number = number
        self.database = database
        self._values: list[Any] = []
        self._recipients: list[tuple[int, bytes]] = []
        self._rows: list[dict[PropTag, Any]] | None = None
        self._attachments: dict[int, list[Any]] = {}
        self._inside: dict[int, int] = {}
        self._inner: Mapping[int, HeldMessage] = {}
        self.version, self.flags = self._read()
        if self._inside:
            self._read_deeply()

    def load(self, tags: Sequence[PropTag] | None = None) -> tuple[dict[PropTag, Any], int]:
        """See `PropertySource.load`."""
        values = values_of(self.database, self._values)
        if self.flags is not None:
            values[PR_MESSAGE_FLAGS] = self.flags
        if tags is not None:
            wanted = {tag >> 16 for tag in tags}
            values = {tag: value for tag, value in values.items() if tag >> 16 in wanted}
        return values, self.version

    def recipients(self) -> list[dict[PropTag, Any]]:
        """See `MessageSource.recipients`."""
        if self._rows is None:
            self._rows = unpacked((packed for _, packed in sorted(self._recipients)), self.number)
        return [row.copy() for row in self._rows]

    def replace_recipients(self, rows: Sequence[Mapping[PropTag, Any]]) -> None:
        """Take other recipients, which whoever opened the message has saved."""
        self._recipients = [(place, pack_props(row)) for place, row in enumerate(rows)]
        self._rows = None

    def attachments(self) -> dict[int, dict[PropTag, Any]]:
        """See `MessageSource.attachments`."""
        return {number: values_of(self.database, rows) for number, rows in sorted(self._attachments.items())}

    def embedded(self, attachment: int) -> HeldMessage | None:
        """See `MessageSource.embedded`."""
        return self._inner.get(attachment)

    def apply(self, changes: ChangeSet) -> int:
        """See `PropertySource.apply`: it is not saved by itself."""
        raise NoAccess("a message inside an attachment is saved with the one around it", value=self.number)

    def _read(self) -> tuple[int, int | None]:
        """Take the rows of everything but messages inside; version and flags."""
        database, head = self.database, None
        self._recipients, self._attachments, self._inside = [], {}, {}
        rows = database.rows(database.sql["message_whole"], (self.number,) * 5)
        self._values = [row[2:] for row in rows if row[0] == _PROPERTY]
        for part, place, *row in [row for row in rows if row[0] != _PROPERTY]:
            if part == _MESSAGE:
                head = numbered((place, row[0]), self.number)
                self.folder, self.associated = row[1] or 0, bool(row[2])
            elif part == _RECIPIENT:
                self._recipients.append((place, row[-1]))
            else:
                self._take_attachment(place, row, inside=part == _INSIDE)
        if head is None:
            raise ObjectDeleted("the message has been deleted", value=self.number)
        return head

    def _take_attachment(self, number: int, row: Sequence[Any], *, inside: bool) -> None:
        if not isinstance(number, int):
            raise CorruptStore("an attachment has lost its number", value=self.number, hint="mapix store check")
        rows = self._attachments.setdefault(number, [])
        if inside:
            self._inside[number] = row[0]
        elif row[0] is not None:
            rows.append(row)

    def _read_deeply(self) -> None:
        """Everything again, with the messages inside, at one moment."""
        with self.database.read():
            self.version, self.flags = self._read()
            self._inner = {number: HeldMessage(self.database, inside) for number, inside in self._inside.items()}
