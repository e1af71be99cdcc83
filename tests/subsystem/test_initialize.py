"""What works before MAPI is initialized, and how to know when it is."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapix.interfaces.prop import Access, ObjectType
from mapix.interfaces.table import query_all_rows
from mapix.objects.bags.memorysource import MemorySource
from mapix.objects.bags.propdata import PropertyBag
from mapix.objects.tables.tabledata import TableData
from mapix.properties.errors import NotInitialized, TimedOut
from mapix.properties.tags import PR_DISPLAY_NAME, PR_INSTANCE_KEY
from mapix.subsystem import initialize
from mapix.subsystem.initialize import mapi_initialize, mapi_uninitialize, subsystem
from mapix.subsystem.initmonitor import InitializationMonitor


@pytest.fixture(autouse=True)
def process(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that has not initialized MAPI."""
    monkeypatch.setenv("MAPIX_HOME", str(home))
    monkeypatch.setattr(initialize, "_process", initialize._Process())
    yield
    while initialize.is_initialized():
        mapi_uninitialize()


def test_a_monitor_knows_before_during_and_after() -> None:
    """SUB-13."""
    monitor = InitializationMonitor()
    assert not monitor.is_initialized()
    with pytest.raises(TimedOut):
        monitor.wait(0.01)
    mapi_initialize()
    assert monitor.is_initialized()
    monitor.wait()
    mapi_uninitialize()
    assert not monitor.is_initialized()
    with pytest.raises(TimedOut):
        monitor.begin_wait(0.01).end()


def test_who_waits_goes_on_when_another_thread_initializes() -> None:
    """SUB-13."""
    waiting = InitializationMonitor().begin_wait(60)
    done = threading.Event()

    def wait() -> None:
        waiting.end()
        done.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not done.wait(0.05)
    mapi_initialize()
    assert done.wait(60)
    thread.join(60)


def test_tables_and_properties_in_memory_need_no_initialization() -> None:
    """SUB-20: utilities work without MAPIInitialize, and without a call of their own."""
    with pytest.raises(NotInitialized):
        subsystem()
    data = TableData((PR_DISPLAY_NAME,))
    data.modify_rows([{PR_INSTANCE_KEY: b"1", PR_DISPLAY_NAME: "Ann"}])
    assert query_all_rows(data.view(), [PR_DISPLAY_NAME]) == [("Ann",)]
    bag = PropertyBag(MemorySource(), object_type=ObjectType.MAILUSER, access=Access.MODIFY)
    bag.set_props({PR_DISPLAY_NAME: "Ann"})
    assert bag.get_prop(PR_DISPLAY_NAME) == "Ann"


def test_every_initialize_succeeds_and_other_threads_need_none_of_their_own() -> None:
    """SUB-2, SUB-9: calls are counted for the process."""
    for _ in range(3):
        mapi_initialize()
    seen: list[object] = []
    thread = threading.Thread(target=lambda: seen.append(subsystem().admin_profiles().get_profile_table()))
    thread.start()
    thread.join(60)
    assert len(seen) == 1
