"""A spooler for several mailboxes of one database: `python -m tests.providers.sqlstore.mailbox_worker DSN NAME…`.

It does what others leave to it until all queues are empty, and then prints how many messages it delivered.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

from tests.spoolbench import QUICK, Section, Support

from mapix.interfaces.prop import Access
from mapix.objects.stores.storeobject import StoreObject
from mapix.providers.local.transport import LocalTransport
from mapix.providers.sqlstore.postgresql.backend import open_named
from mapix.providers.sqlstore.postgresql.connection import Place
from mapix.subsystem.spooler.transports import LoadedTransport
from mapix.subsystem.spooler.worker import Spooler


class Counting(Support):
    """Counts what was delivered."""

    delivered = 0

    def deliver(self, *args: Any) -> bytes | None:
        self.delivered += 1
        time.sleep(0.01)
        return super().deliver(*args)


def open_mailbox(dsn: str, name: str, *, spooler: bool = False) -> StoreObject:
    """The mailbox of somebody, whose address is `NAME@home.example`."""
    backend = open_named(Place.of(dsn), name, create=True)
    backend.set_owner(f"{name}@home.example")
    return StoreObject(backend, Support(), provider="MAPIXSTORE", access=Access.MODIFY, spooler=spooler)


def main(dsn: str, *names: str) -> None:
    identity: Mapping[Any, Any] = {}
    stores = [open_mailbox(dsn, name, spooler=True) for name in names]
    support = Counting(Section({}))
    transport = LoadedTransport(b"local", "LOCAL", LocalTransport(support))
    spooler = Spooler(
        lambda: stores, lambda: [transport], default_store=lambda: stores[0], identity=lambda: identity, pace=QUICK
    )
    spooler.start()
    while spooler.pending():
        time.sleep(0.05)
    spooler.stop(60)
    for store in stores:
        store.close()
    print(support.delivered)


if __name__ == "__main__":
    main(*sys.argv[1:])
