"""Several spoolers, as on several machines, share the mailboxes of one PostgreSQL database."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from tests.fixtures_postgresql import PostgreSql
from tests.providers.sqlstore.helpers import ROOT
from tests.providers.sqlstore.mailbox_worker import open_mailbox
from tests.spoolbench import recipient

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.objects.folders.ipmtree import validate_ipm_subtree
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties import tags

NAMES = ("kay", "lou", "max", "ned")
EACH = 12


def start(dsn: str) -> subprocess.Popen[str]:
    """A worker for all mailboxes."""
    command = [sys.executable, "-m", "tests.providers.sqlstore.mailbox_worker", dsn, *NAMES]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def submit(store: StoreObject, to: str, subject: str) -> None:
    """Send a message from the Outbox."""
    outbox = store.open_entry(store.get_prop(tags.PR_IPM_OUTBOX_ENTRYID), Access.MODIFY)
    assert isinstance(outbox, MapiFolder)
    message = outbox.create_message()
    message.modify_recipients(0, [recipient(f"{to}@home.example")])
    message.set_props({tags.PR_SUBJECT: subject, tags.PR_MESSAGE_CLASS: "IPM.Note", tags.PR_BODY: "text"})
    message.save_changes()
    message.submit_message()


@pytest.mark.parametrize("kill", [False, True])
def test_several_workers_deliver_every_message_once(server: PostgreSql, kill: bool) -> None:
    database = f"workers_{'killed' if kill else 'alive'}"
    server.execute(f"CREATE DATABASE {database}")
    dsn = server.dsn(database=database)
    stores = {name: open_mailbox(dsn, name) for name in NAMES}
    for store in stores.values():
        validate_ipm_subtree(store, full=True, force=True)
    for place, name in enumerate(NAMES):
        for number in range(EACH):
            submit(stores[name], NAMES[(place + 1 + number % 3) % 4], f"{name} {number}")
    workers = [start(dsn) for _ in range(3)]
    try:
        if kill:
            wait_for_some(stores)
            workers[0].kill()
        done = [worker.communicate(timeout=60)[0] for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    assert [worker.returncode for worker in workers[1:]] == [0, 0]
    if not kill:
        assert sum(map(int, done)) == EACH * len(NAMES)
    arrived = sorted(subject for store in stores.values() for subject in inbox(store))
    assert arrived == sorted(f"{name} {number}" for name in NAMES for number in range(EACH))
    for store in stores.values():
        care = store.care()
        assert care is not None
        assert care.check() == []
        store.close()


def inbox(store: StoreObject) -> list[str]:
    """The subjects of what has arrived."""
    folder = store.open_entry(store.get_receive_folder("")[0])
    assert isinstance(folder, MapiFolder)
    return [subject for (subject,) in query_all_rows(folder.get_contents_table(), (tags.PR_SUBJECT,))]


def wait_for_some(stores: dict[str, StoreObject]) -> None:
    """Wait until something has arrived."""
    deadline = time.monotonic() + 60
    while sum(len(inbox(store)) for store in stores.values()) < 5 and time.monotonic() < deadline:
        time.sleep(0.02)
