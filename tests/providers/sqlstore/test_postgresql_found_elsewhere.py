"""Search folders of one owner, and mail that others deliver."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from tests.providers.sqlstore.helpers import save, undone
from tests.providers.sqlstore.town import Town

from mapix.interfaces.backend import Change, Search
from mapix.interfaces.notify import Event
from mapix.properties import tags
from mapix.properties.flags import FOLDER_SEARCH, SEARCH_REBUILD, SEARCH_RECURSIVE, SEARCH_RUNNING
from mapix.properties.restriction import Content, Fuzzy
from mapix.providers.sqlstore.postgresql.backend import PostgreSqlBackend
from mapix.providers.sqlstore.postgresql.delivery import DeliveryBackend


def sought(backend: PostgreSqlBackend, *, recursive: bool = True) -> int:
    """A live search folder of a mailbox for budgets, all over it."""
    folder = backend.create_folder(backend.root, "Budgets", {tags.PR_FOLDER_TYPE: FOLDER_SEARCH})
    state = SEARCH_RUNNING | SEARCH_REBUILD | (SEARCH_RECURSIVE if recursive else 0)
    wanted = Content(tags.PR_SUBJECT, "budget", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE)
    backend.set_search(folder, Search(wanted, (backend.root,), state), restart=True)
    assert backend.build_search(folder)
    return folder


def send(sender: PostgreSqlBackend, address: str, *subjects: str) -> None:
    """Deliver into a mailbox as the local transport does, all in one transaction."""
    tray = sender.open_mailbox(address)
    assert isinstance(tray, DeliveryBackend)
    with tray.transaction():
        for subject in subjects:
            save(tray, {tags.PR_SUBJECT: subject, tags.PR_MESSAGE_CLASS: "IPM.Note", tags.PR_MESSAGE_FLAGS: 0})
    tray.close()


def shown(backend: PostgreSqlBackend, folder: int) -> list[str]:
    """The subjects in a table."""
    page = backend.contents(folder, associated=False).page(None, (), None, 100, (tags.PR_SUBJECT,))
    return [subject for (subject,) in page.rows]


def counts(backend: PostgreSqlBackend, folder: int) -> tuple[int, int]:
    """What a folder says of its messages, and of unread ones."""
    values = backend.folder(folder).load((tags.PR_CONTENT_COUNT, tags.PR_CONTENT_UNREAD))[0]
    return values[tags.PR_CONTENT_COUNT], values[tags.PR_CONTENT_UNREAD]


def test_search_folders_find_what_others_deliver(ann: PostgreSqlBackend, bob: PostgreSqlBackend) -> None:
    """F-040, F-042."""
    inbox = bob.create_folder(bob.root, "Inbox", {})
    bob.set_receive_folder("IPM.Note", inbox)
    folder = sought(bob)
    send(ann, "bob@home.example", "A budget", "Something else", "The BUDGET")
    assert shown(bob, folder) == ["A budget", "The BUDGET"]
    assert counts(bob, folder) == (2, 2)
    send(ann, "bob@home.example", "A third budget")
    assert len(bob.results(folder)) == 3
    send(ann, "bob@home.example", "A fourth budget")
    assert counts(bob, folder) == (4, 4)
    send(ann, "bob@home.example", "A fifth budget")
    table = bob.hierarchy(bob.root, deep=False)
    rows = table.page(None, (), None, 10, (tags.PR_DISPLAY_NAME, tags.PR_CONTENT_COUNT)).rows
    assert ("Budgets", 5) in [tuple(row) for row in rows]
    assert list(bob.care().check()) == []


def test_what_the_next_writer_commits_is_in_step_with_what_was_delivered(
    town: Town, ann: PostgreSqlBackend, bob: PostgreSqlBackend
) -> None:
    """F-042: the results are written in the transaction of whoever writes next."""
    folder = sought(bob)
    send(ann, "bob@home.example", "A budget")
    save(bob, {tags.PR_SUBJECT: "of mine"})
    links = f"SELECT count(*) FROM mapix.search_link WHERE search = {folder}"
    assert town.server.execute(links, database=town.database) == [(1,)]
    send(ann, "bob@home.example", "Another budget")
    assert list(bob.care().check()) == [], "what is still to be looked at is not missing"
    with undone(bob):
        save(bob, {tags.PR_SUBJECT: "undone"})
        assert len(bob.results(folder)) == 2
    assert town.server.execute(links, database=town.database) == [(1,)]
    assert len(bob.results(folder)) == 2


def test_who_looks_waits_for_nobody_who_writes(town: Town, ann: PostgreSqlBackend, bob: PostgreSqlBackend) -> None:
    folder = sought(bob)
    writer = town.open("bob", None)
    with writer.transaction():
        save(writer, {tags.PR_SUBJECT: "a budget of mine"})
        began = time.monotonic()
        assert shown(bob, folder) == []
        assert time.monotonic() - began < 60
    assert shown(bob, folder) == ["a budget of mine"]
    writer.close()


def test_results_of_what_others_deliver_are_told(ann: PostgreSqlBackend, bob: PostgreSqlBackend) -> None:
    """N-030: a table of a search folder hears of its rows."""
    folder = sought(bob)
    told: list[Change] = []
    heard = threading.Event()

    def listen(changes: Sequence[Change]) -> None:
        told.extend(changes)
        if any(change.event is Event.TABLE_MODIFIED and change.parent == folder for change in changes):
            heard.set()

    bob.listen(listen)
    bob.watch(on=True)
    send(ann, "bob@home.example", "A budget", "no such thing")
    assert heard.wait(60)
    bob.watch(on=False)
    of_search = [one for one in told if one.event is Event.TABLE_MODIFIED and one.parent == folder]
    assert len(of_search) == 1
    assert [one.event for one in told].count(Event.NEW_MAIL) == 2


def test_a_search_that_is_built_meanwhile_finds_each_message_once(
    ann: PostgreSqlBackend, bob: PostgreSqlBackend
) -> None:
    """F-042."""
    folder = sought(bob)
    for number in range(5):
        send(ann, "bob@home.example", f"budget {number}")
    search = bob.search(folder)
    assert search is not None
    bob.set_search(folder, replace(search, state=search.state | SEARCH_REBUILD), restart=True)
    bob.build_search(folder, 2)
    send(ann, "bob@home.example", "budget 5")
    while not bob.build_search(folder, 2):
        pass
    assert sorted(shown(bob, folder)) == [f"budget {number}" for number in range(6)]
    assert counts(bob, folder) == (6, 6)


def test_a_delivery_that_is_deleted_at_once_is_not_found(ann: PostgreSqlBackend, bob: PostgreSqlBackend) -> None:
    folder = sought(bob)
    send(ann, "bob@home.example", "A budget")
    with bob.transaction():
        bob.delete_messages(bob.messages(bob.root))
    assert shown(bob, folder) == []
    assert list(bob.care().check()) == []


def test_who_delivers_sees_no_searches(town: Town, ann: PostgreSqlBackend, bob: PostgreSqlBackend) -> None:
    sought(bob)
    send(ann, "bob@home.example", "A budget")
    with town.connect("ann") as other:
        for table in ("search", "search_link", "search_due"):
            other.execute(f"SET mapix.mailbox = '{bob.database.mailbox}'")
            assert other.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
