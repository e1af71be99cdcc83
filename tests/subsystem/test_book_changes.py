"""Tables and sinks of an address book hear of what another process does to it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mapix.interfaces.notify import Event, Notification, TableNotification
from mapix.interfaces.table import query_all_rows
from mapix.properties.flags import MAPI_MULTITHREAD_NOTIFICATIONS, MAPI_NEW_SESSION
from mapix.properties.tags import PR_DISPLAY_NAME
from mapix.subsystem.initialize import Subsystem


def by_another_process(home: Path, *words: str) -> None:
    env = {**os.environ, "MAPIX_HOME": str(home), "MAPIX_PROFILE": "Work"}
    subprocess.run([sys.executable, "-m", "mapix", "ab", *words], env=env, check=True, capture_output=True, timeout=60)


def work(home: Path, flags: int = 0) -> Subsystem:
    system = Subsystem(home, flags=flags, sharing=False)
    system.admin_profiles().create_profile("Work")
    system.admin_profiles().admin_services("Work").create_msg_service("CONTACTS")
    return system


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def names(heard: list[Notification]) -> list[tuple[str, str | None]]:
    told = [one for one in heard if isinstance(one, TableNotification)]
    return [(one.table_event.name, dict(one.row).get(PR_DISPLAY_NAME)) for one in told]


def test_an_open_table_and_the_sinks_of_the_book_hear_of_another_process(tmp_path: Path) -> None:
    """ABK-76, NOT-4, NOT-22."""
    with work(tmp_path) as system, system.logon("Work", flags=MAPI_NEW_SESSION) as session:
        book = session.open_address_book()
        container = book.open_entry(book.get_pab())
        table = container.get_contents_table()
        of_table: list[Notification] = []
        of_book: list[Notification] = []
        table.advise(Event.TABLE_MODIFIED, of_table.extend)
        book.advise(book.get_pab(), Event.TABLE_MODIFIED, of_book.extend)
        by_another_process(tmp_path, "add", "Ann Archer", "ann@home.example")
        session.dispatch_notifications()
        assert names(of_table) == names(of_book) == [("ROW_ADDED", "Ann Archer")]
        assert query_all_rows(table, (PR_DISPLAY_NAME,)) == [("Ann Archer",)]
        of_table.clear()
        by_another_process(tmp_path, "rm", "ann@home.example")
        session.dispatch_notifications()
        assert names(of_table) == [("ROW_DELETED", None)]


def test_mapis_own_thread_looks_for_changes_of_other_processes(tmp_path: Path) -> None:
    """NOT-21."""
    flags = MAPI_MULTITHREAD_NOTIFICATIONS
    with work(tmp_path, flags) as system, system.logon("Work", flags=MAPI_NEW_SESSION) as session:
        book = session.open_address_book()
        heard: list[Notification] = []
        book.advise(book.get_pab(), Event.TABLE_MODIFIED, heard.extend)
        by_another_process(tmp_path, "add", "Ann Archer", "ann@home.example")
        until(lambda: heard)
        assert names(heard) == [("ROW_ADDED", "Ann Archer")]
