"""Big folders made of copies of 64 messages that the store saved, with times and flags of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.bench_store import TIME, folder_of, save
from mapix.interfaces.store import MsgStore
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties import tags as t
from mapix.providers.sqlstore.backend import SqlBackend

COPIED = 64
_PARTS = {
    "property": ("object", "id, type, blob, {values}"),
    "recipient": (
        "message",
        "row_id, position, recipient_type, display_name, address_type, address, responsibility, properties{keys}",
    ),
}


class Place(NamedTuple):
    """A folder, as MAPI and as SQL know it."""

    entry_id: bytes
    number: int


def seeded(store: MsgStore, size: int) -> tuple[Place, list[int]]:
    """A new folder with the messages that are to be copied until it has `size`, and their numbers."""
    entry_id: bytes = folder_of(store).create_folder(f"{size} messages").get_prop(t.PR_ENTRYID)
    place = Place(entry_id, int.from_bytes(entry_id[-8:], "little"))
    folder = folder_of(store, entry_id)
    for each in range(COPIED):
        save(folder, each)
    return place, backend_of(store).messages(place.number)


def copying(columns: Sequence[str], numbers: str, *, values: str, keys: str = "", order: str = "") -> list[str]:
    """The statements that copy the messages in a table `copied (id, place)` once for each row of `n (i)`; `numbers` is
    the expression for the first new number, parameters are it, and how many copies are wanted. Rows come as they are,
    copy by copy, unless there is an `order`.
    """
    at = f"n.i * {COPIED} + c.place"
    new = {
        "delivery_time": f"{TIME} + (({at}) * 7919 % 1000003) * 10000000",
        "flags": f"CASE WHEN ({at}) % 50 = 0 THEN m.flags & ~1 ELSE m.flags | 1 END",
    }
    number = f"{numbers} + {at}"
    shown = ", ".join(new.get(name, f"m.{name}") for name in columns)
    made = [(f"message (id, {', '.join(columns)})", f"{number}, {shown}", "message m", "m.id")]
    for table, (owner, names) in _PARTS.items():
        copied = names.format(values=values, keys=keys)
        what = ", ".join(f"o.{name}" for name in copied.split(", "))
        made.append((f"{table} ({owner}, {copied})", f"{number}, {what}", f"{table} o", f"o.{owner}"))
    return [  # CROSS JOIN is also an order on SQLite, which else would go through a whole table for each copy
        f"INSERT INTO {into} SELECT {what} FROM n CROSS JOIN copied c CROSS JOIN {table}"
        f" WHERE {owner} = c.id AND {at} < ?{order}"
        for into, what, table, owner in made
    ]


def backend_of(store: MsgStore) -> SqlBackend:
    """The backend under a store."""
    assert isinstance(store, StoreObject)
    backend = store.context.backend
    assert isinstance(backend, SqlBackend)
    return backend
