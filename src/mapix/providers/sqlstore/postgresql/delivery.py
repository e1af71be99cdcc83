"""Delivery into mailboxes that may not be reached, as the local transport needs it.

Reading somebody else's mailbox is not given to anybody. Who delivers works on a mailbox of his own role, the tray, with
everything a mailbox can do; when the transaction ends the database takes the messages out of it and puts them where the
other mailbox receives mail of their class (`schema/postgresql/0006_delivery.sql`). What is learnt about the other
mailbox is its identity, that it takes mail for the address, whether a delivery was made before, and the identifiers of
named properties that the message has.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.properties.errors import TooBig
from mapix.properties.flags import MSGFLAG_SUBMIT
from mapix.properties.named import PropertyName
from mapix.properties.times import now
from mapix.providers.sqlstore.names import FIRST, LAST
from mapix.providers.sqlstore.postgresql.backend import PostgreSqlBackend, ask

if TYPE_CHECKING:
    from mapix.providers.sqlstore.postgresql.backend import Mailbox
    from mapix.providers.sqlstore.postgresql.connection import Place

_EVENTS = (Event.OBJECT_CREATED, Event.OBJECT_MODIFIED, Event.NEW_MAIL)
_TYPES = (ObjectType.MESSAGE, ObjectType.FOLDER)


class DeliveryBackend(PostgreSqlBackend):
    """The tray of one's own role, whose messages go to the mailbox `target` at the end of each transaction."""

    def __init__(self, place: Place, target: Mailbox, *, full: bool = True) -> None:
        (tray,) = ask(place, "SELECT own_tray(%b)", (uuid.uuid4().bytes_le,))
        super().__init__(place, tray, "the tray for what is delivered", full=full)
        self.target = target
        self.uid = target.uid
        self._tidy = self.database.before_commit
        self._ids: dict[PropertyName, int] = {}
        self.database.before_commit = self._hand_over
        self.database.on_undo.append(self._ids.clear)

    def receive_folders(self) -> dict[str, int]:
        """See `StoreBackend.receive_folders`: where a message goes is found out when it is handed over."""
        return {"": self.root}

    def ids_from_names(self, names: Iterable[PropertyName] | None, *, create: bool) -> dict[PropertyName, int]:
        """See `StoreBackend.ids_from_names`: those of the other mailbox."""
        found = list(self._ids if names is None else names)
        if create:
            for name in found:
                if name not in self._ids:
                    self._ids[name] = self._id_elsewhere(name)
        return {name: self._ids[name] for name in found if name in self._ids}

    def names_from_ids(self, ids: Iterable[int] | None) -> dict[int, PropertyName]:
        """See `StoreBackend.names_from_ids`: of those that were given here."""
        names = {number: name for name, number in self._ids.items()}
        return names if ids is None else {number: names[number] for number in ids if number in names}

    def mark_delivered(self, key: bytes) -> bool:
        """See `StoreBackend.mark_delivered`."""
        with self.database.write():
            return bool(self.database.value("SELECT note_delivery(?, ?, ?)", (self.target.number, key, now())))

    def announce_new_mail(self, number: int) -> None:
        """See `StoreBackend.announce_new_mail`: that was told when it was handed over."""

    def _id_elsewhere(self, name: PropertyName) -> int:
        text = name.name if isinstance(name.name, str) else None
        key, numeric = (None, name.name) if text is None else (name.key[1], None)
        params = (self.target.number, name.guid, numeric, text, key, FIRST, LAST)
        with self.database.write():
            found = self.database.value("SELECT name_elsewhere(?, ?, ?, ?, ?, ?, ?)", params)
        if found is None:
            raise TooBig("the other mailbox has no identifiers left for named properties", value=name)
        return int(found)

    def _hand_over(self) -> None:
        self._tidy()
        params = (self.target.number, *(int(one) for one in (*_EVENTS, *_TYPES)), MSGFLAG_SUBMIT)
        if self.database.value("SELECT hand_over(?, ?, ?, ?, ?, ?, ?)", params):
            self.database.wake.add(self.target.number)
