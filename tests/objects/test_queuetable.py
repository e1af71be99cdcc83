"""The table of the outgoing queue, which several threads bring up to date: the spooler's, and who hears of others."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
from tests.spoolbench import recipient

from mapix.interfaces.backend import MessageChanges
from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties import tags
from mapix.properties.errors import DiskError
from mapix.providers.memory.backend import MemoryBackend
from mapix.providers.memory.mailbox import Mailbox
from mapix.providers.memory.sources import MessageRecords
from mapix.testing.support import BenchSupport


@pytest.fixture
def backend() -> MemoryBackend:
    return MemoryBackend(Mailbox("queue", "", ""))


@pytest.fixture
def spooler(backend: MemoryBackend) -> StoreObject:
    return StoreObject(backend, BenchSupport(), provider="MAPIXMEM", access=Access.MODIFY, spooler=True)


def submit(backend: MemoryBackend, subject: str) -> int:
    message = backend.new_message(backend.root, associated=False)
    values = {tags.PR_SUBJECT: subject, tags.PR_MESSAGE_CLASS: "IPM.Note"}
    recipients = [{tags.PR_ROWID: 0, **recipient("ann@home.example")}]
    message.apply(MessageChanges(values, recipients=recipients, submit=True))
    assert isinstance(message, MessageRecords)
    return message.number


def subjects(spooler: StoreObject) -> list[Any]:
    return [subject for (subject,) in query_all_rows(spooler.get_outgoing_queue(), (tags.PR_SUBJECT,))]


def test_two_threads_that_look_leave_what_the_later_one_saw(
    backend: MemoryBackend, spooler: StoreObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ST-067."""
    first = submit(backend, "first")
    assert subjects(spooler) == ["first"]
    look = backend.queue

    def send() -> None:
        backend.dequeue(first, flags_off=0, force=True)
        spooler.get_outgoing_queue()

    sending = Thread(target=send)

    def looked(**options: Any) -> Any:
        found = look(**options)
        if not sending.ident:
            sending.start()
            sending.join(0.2)
        return found

    monkeypatch.setattr(backend, "queue", looked)
    submit(backend, "second")
    sending.join()
    assert subjects(spooler) == ["second"]


def test_a_look_that_failed_is_made_good_by_the_next(
    backend: MemoryBackend, spooler: StoreObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ST-067."""
    assert subjects(spooler) == []
    backend.listen(None)
    submit(backend, "first")

    def fail(**options: Any) -> Any:
        raise DiskError("as if the disk had failed", value=options)

    with monkeypatch.context() as patched:
        patched.setattr(backend, "queue", fail)
        with pytest.raises(DiskError):
            spooler.get_outgoing_queue()
    assert subjects(spooler) == ["first"]
