"""What other people's tests stand on: builders make real objects, and faults happen where they are planned."""

from collections.abc import Iterator

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties import tags as t
from mapix.properties.errors import DiskError, MapiError, NotEnoughDisk
from mapix.providers.memory.backend import MemoryBackend
from mapix.providers.memory.mailbox import Mailbox
from mapix.testing.builders import a_folder, a_message, memory_store
from mapix.testing.faults import Faults, faulty
from mapix.testing.support import BenchSupport


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def store(faults: Faults) -> Iterator[MsgStore]:
    """A store whose backend fails as planned."""
    backend = faulty(MemoryBackend(Mailbox("Faulty")), faults)
    store = StoreObject(backend, BenchSupport(), provider="FAULTY", access=Access.MODIFY)
    yield store
    faults.clear()
    store.close()


@pytest.fixture
def folder(store: MsgStore) -> MapiFolder:
    """A folder of it."""
    return a_folder(store, "Work")


def subjects(folder: MapiFolder) -> list[str]:
    return [subject for (subject,) in query_all_rows(folder.get_contents_table(), (t.PR_SUBJECT,))]


def test_a_built_message_has_all_its_parts() -> None:
    store = memory_store()
    message = a_message(
        a_folder(store, "A/B"),
        "Report",
        "text",
        to=["ann@example.org"],
        bcc=["eve@example.org"],
        attached={"a.txt": b"data"},
        inside={"Forwarded": "old"},
    )
    assert message.get_prop(t.PR_DISPLAY_TO) == "Ann"
    assert message.get_prop(t.PR_DISPLAY_BCC) == "Eve"
    assert message.get_prop(t.PR_HASATTACH) is True
    assert message.get_attachment_table().get_row_count() == 2
    assert subjects(a_folder(store, "A/B")) == ["Report"]


def test_stores_that_are_built_have_nothing_in_common() -> None:
    a_message(a_folder(memory_store(), "A"))
    assert subjects(a_folder(memory_store(), "A")) == []


def test_a_planned_fault_happens_once_and_leaves_nothing_behind(folder: MapiFolder, faults: Faults) -> None:
    faults.fail("message.apply", NotEnoughDisk("the disk is full"))
    with pytest.raises(NotEnoughDisk):
        a_message(folder, "Lost")
    a_message(folder, "Kept")
    assert subjects(folder) == ["Kept"]
    assert faults.pending() == 0


def test_a_fault_may_wait_for_calls_that_work(folder: MapiFolder, faults: Faults) -> None:
    faults.fail("apply", DiskError("the disk failed"), after=2)
    made = []
    for subject in "abcd":
        try:
            made.append(a_message(folder, subject).get_prop(t.PR_SUBJECT))
        except MapiError:
            continue
    assert made == ["a", "b", "d"]
    assert faults.calls["message.apply"] == 4


def test_a_transaction_that_fails_at_its_end_is_undone(store: MsgStore, folder: MapiFolder, faults: Faults) -> None:
    faults.fail("transaction", DiskError("the disk failed"))
    with pytest.raises(DiskError), store.transaction():
        a_message(folder, "Lost")
    assert subjects(folder) == []


def test_a_table_that_cannot_be_read_says_so(folder: MapiFolder, faults: Faults) -> None:
    a_message(folder)
    faults.fail("contents.page", DiskError("the disk failed"))
    with pytest.raises(DiskError):
        subjects(folder)
    assert subjects(folder) == ["Budget"]
