"""A process that spools, to be killed: `python -m tests.spool_process STORE SETTINGS [SETTINGS]`.

Lines on standard input: the first starts a spooler in a process of its own (a fork, so that it is at work at once),
whose number is printed; the next waits for its end and prints how it ended; and so on. SETTINGS are those of the SMTP
transport, `password` among them, as JSON; a second one, for the address type FAX, has settings of its own.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from tests.killing import end_of
from tests.spoolbench import ANN, QUICK, Section, Support, store_section

from mapix.interfaces.prop import Access
from mapix.interfaces.spi import AddressTypes
from mapix.providers.smtp.transport import SmtpTransport
from mapix.providers.sqlstore.provider import SqlStoreProvider
from mapix.subsystem.spooler.transports import LoadedTransport
from mapix.subsystem.spooler.worker import Spooler


class FaxTransport(SmtpTransport):
    """The SMTP transport for recipients of another address type."""

    def address_types(self) -> AddressTypes:
        return AddressTypes(("FAX",))


def transport(kind: type[SmtpTransport], settings: dict) -> LoadedTransport:
    support = Support(Section({"host": "127.0.0.1", "timeout": 10, **settings}, settings))
    return LoadedTransport(kind.__name__.encode(), kind.__name__, kind(support))


def spool(path: Path, settings: list[dict]) -> None:
    """Work on one store until the queue is empty."""
    at_store = Support(store_section(path, durability="full"))
    store = SqlStoreProvider().logon(at_store, entry_id=None, access=Access.MODIFY, spooler=True).store
    loaded = [transport(kind, each) for kind, each in zip((SmtpTransport, FaxTransport), settings, strict=False)]
    spooler = Spooler(lambda: [store], lambda: loaded, default_store=lambda: store, identity=lambda: ANN, pace=QUICK)
    spooler.start()
    while spooler.pending():
        time.sleep(0.05)
    spooler.stop(60)
    for each in loaded:
        each.logon.logoff()
    store.close()


def main(path: Path, settings: list[dict]) -> None:
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                spool(path, settings)
                os._exit(0)
            finally:
                os._exit(1)
        print(child, flush=True)
        print(end_of(child), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [json.loads(each) for each in sys.argv[2:]])
