"""Search folders of SQL stores, held to the plain meaning; and what only these have: steps, checks, a text index."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import pytest
from hypothesis import HealthCheck, settings
from tests.drawn import examples
from tests.providers.sqlstore.test_conformance import open_store

from mapix.interfaces.backend import Search
from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties.flags import FOLDER_SEARCH, SEARCH_REBUILD, SEARCH_RECURSIVE, SEARCH_RUNNING
from mapix.properties.restriction import Content, Exist, Fuzzy, Property, Relop, Restriction
from mapix.properties.tags import PR_BODY, PR_CONTENT_COUNT, PR_ENTRYID, PR_SUBJECT
from mapix.providers.sqlstore import sought
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.sought import Sought
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.filecheck import check_store, repair_store
from mapix.providers.sqlstore.surroundings import Surroundings
from mapix.testing.builders import a_folder, a_message
from mapix.testing.searchmachine import SearchMachine
from mapix.testing.store_bench import contents


class SqliteSearches(SearchMachine):
    """F-040..F-045: whatever happens, results are right, and the file holds together."""

    def make_store(self, opening: int) -> MsgStore:
        """See `SearchMachine.make_store`."""
        if not opening:
            self.directory = TemporaryDirectory()
        return open_store(Path(self.directory.name), Access.MODIFY)

    def teardown(self) -> None:
        """Close the store, and look it over."""
        super().teardown()
        for path in Path(self.directory.name).rglob("*.mapix"):
            assert check_store(path) == []
        self.directory.cleanup()


TestSqliteSearches = SqliteSearches.TestCase
TestSqliteSearches.settings = settings(
    max_examples=examples(25), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StoreObject]:
    """A store in a file, with a folder of 30 messages."""
    opened = open_store(tmp_path, Access.MODIFY)
    assert isinstance(opened, StoreObject)
    folder = a_folder(opened, "Work")
    with opened.transaction():
        for number in range(30):
            a_message(
                folder,
                f"Budget {number}" if number % 3 else f"Agenda {number}",
                "The text of it",
                to=["ann@example.com"],
            )
    yield opened
    opened.close()


def begun(store: StoreObject, restriction: Restriction) -> int:
    """A search folder whose first pass has not begun; its number."""
    root = a_folder(store, "")
    found = root.create_folder("Found", kind=FOLDER_SEARCH)
    number = store.context.ids.read_folder(found.get_prop(PR_ENTRYID))
    state = SEARCH_RUNNING | SEARCH_REBUILD | SEARCH_RECURSIVE
    store.context.backend.set_search(number, Search(restriction, (store.context.backend.root,), state), restart=True)
    return number


BUDGETS = Content(PR_SUBJECT, "budget", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE)
FROM_B = Property(Relop.GE, PR_SUBJECT, "Budget")
ODD = Property(Relop.RE, PR_SUBJECT, "[13579]$")


@pytest.mark.parametrize(("restriction", "count"), [(FROM_B, 20), (Exist(PR_SUBJECT), 30), (ODD, 15)])
def test_a_first_pass_goes_on_in_steps(store: StoreObject, restriction: Restriction, count: int) -> None:
    """F-043: each step finds what is there, and nothing twice."""
    backend = store.context.backend
    number = begun(store, restriction)
    steps = 1
    while not backend.build_search(number, 7):
        steps += 1
        search = backend.search(number)
        assert search is not None
        assert search.state & SEARCH_REBUILD
        assert len(backend.results(number)) <= count
    assert steps >= 5
    assert len(backend.results(number)) == count
    assert backend.build_search(number, 7)


def test_a_first_pass_is_finished_by_whoever_opens_the_store_next(store: StoreObject, tmp_path: Path) -> None:
    """F-043: SEARCH_REBUILD survives the death of who was at it."""
    number = begun(store, FROM_B)
    assert not store.context.backend.build_search(number, 10)
    store.close()
    again = open_store(tmp_path, Access.MODIFY)
    assert isinstance(again, StoreObject)
    deadline = time.monotonic() + 60
    while again.context.backend.searches(SEARCH_REBUILD) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(again.context.backend.results(number)) == 20
    again.close()


def test_what_comes_during_a_first_pass_is_found_once(store: StoreObject) -> None:
    """F-043."""
    backend, folder = store.context.backend, a_folder(store, "Work")
    number = begun(store, FROM_B)
    backend.build_search(number, 10)
    a_message(folder, "Budget again")
    first = contents(folder, PR_ENTRYID)[1][0]
    folder.delete_messages([first])
    while not backend.build_search(number, 10):
        pass
    assert len(backend.results(number)) == 20


def test_stopping_before_the_first_step_forgets_what_was_to_be_forgotten(store: StoreObject) -> None:
    """F-042."""
    backend = store.context.backend
    number = begun(store, BUDGETS)
    backend.build_search(number)
    search = Search(ODD, (backend.root,), SEARCH_RUNNING | SEARCH_REBUILD)
    backend.set_search(number, search, restart=True)
    backend.set_search(number, Search(ODD, (backend.root,), 0), restart=False)
    assert backend.results(number) == []


def test_the_full_text_index_says_where_to_look(store: StoreObject) -> None:
    """F-042: and what it does not know yet is looked at, too."""
    backend, folder = store.context.backend, a_folder(store, "Work")
    assert isinstance(backend, SqlBackend)
    text = Content(PR_BODY, "unheard-of", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE)
    a_message(folder, "Rare", "Something unheard-of happens")
    table = folder.get_contents_table()
    table.restrict(text)
    assert table.get_row_count() == 1
    a_message(folder, "Rarer", "Unheard-of as well")
    number = begun(store, text)
    with backend.database.read():
        assert backend._searches.known.searches(backend.feed.last())[number].narrowed(100) is not None
    assert backend.build_search(number, 5) or backend.build_search(number, 5)
    assert len(backend.results(number)) == 2


def test_only_searches_that_look_into_a_folder_are_tried(store: StoreObject, monkeypatch: pytest.MonkeyPatch) -> None:
    """One statement for each search whose scope has the message, none for others."""
    tried: list[int] = []
    matching = Sought.matching

    def counted(self: Sought, numbers: Iterable[int]) -> set[int]:
        tried.append(self.number)
        return matching(self, numbers)

    monkeypatch.setattr(Sought, "matching", counted)
    root, elsewhere = a_folder(store, ""), a_folder(store, "Elsewhere")
    inside = root.create_folder("Inside", kind=FOLDER_SEARCH)
    inside.set_search_criteria(BUDGETS, [a_folder(store, "Work").get_prop(PR_ENTRYID)])
    outside = root.create_folder("Outside", kind=FOLDER_SEARCH)
    outside.set_search_criteria(BUDGETS, [elsewhere.get_prop(PR_ENTRYID)])
    a_message(a_folder(store, "Work"), "Budget")
    assert tried == [store.context.ids.read_folder(inside.get_prop(PR_ENTRYID))]
    a_message(root, "Budget")
    assert len(tried) == 1


def test_searches_of_other_processes_are_followed(store: StoreObject, tmp_path: Path) -> None:
    """F-043: what one opening looks for, another one's changes are tried on."""
    other = open_store(tmp_path, Access.MODIFY)
    a_message(a_folder(store, "Work"), "Budget")
    found = a_folder(other, "").create_folder("Found", kind=FOLDER_SEARCH)
    found.set_search_criteria(BUDGETS, [a_folder(other, "Work").get_prop(PR_ENTRYID)])
    assert found.get_prop(PR_CONTENT_COUNT) == 21
    a_message(a_folder(store, "Work"), "Budget")
    assert found.get_prop(PR_CONTENT_COUNT) == 22
    found.set_search_criteria(ODD, None)
    a_message(a_folder(store, "Work"), "Budget 7")
    a_message(a_folder(store, "Work"), "Budget 8")
    assert found.get_prop(PR_CONTENT_COUNT) == 16
    other.close()


def test_a_search_that_is_begun_while_another_thread_reads_all_is_followed(
    store: StoreObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-043: what a thread that builds has read is not taken for what a transaction has changed since."""
    backend, root = store.context.backend, a_folder(store, "")
    assert isinstance(backend, SqlBackend)
    first = begun(store, FROM_B)
    number_of = store.context.ids.read_folder
    place = number_of(a_folder(store, "Elsewhere").get_prop(PR_ENTRYID))
    second = number_of(root.create_folder("Later", kind=FOLDER_SEARCH).get_prop(PR_ENTRYID))
    search, known = Search(FROM_B, (place,), SEARCH_RUNNING), backend._searches.known
    beginning = Thread(target=backend.set_search, args=(second, search), kwargs={"restart": True})
    read, forget, forgotten, looked = sought.read_searches, known.forget, Event(), Event()

    def read_slowly(around: Surroundings) -> list[Sought]:
        found = list(read(around))
        if not beginning.ident:
            beginning.start()
            forgotten.wait(0.1)
        return found

    def forget_and_wait() -> None:
        forget()
        forgotten.set()
        looked.wait(0.1)

    forget()
    with monkeypatch.context() as patched:
        patched.setattr(sought, "read_searches", read_slowly)
        patched.setattr(known, "forget", forget_and_wait)
        patched.setattr(Sought, "catch_up", lambda self: looked.set())
        backend.build_search(first, 1)
        beginning.join()
    a_message(a_folder(store, "Elsewhere"), "Budget of the year")
    assert len(backend.results(second)) == 1


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (
            "DELETE FROM search_link WHERE message = (SELECT min(message) FROM search_link)",
            "message that a search did not find",
        ),
        (
            "INSERT INTO search_link SELECT f.folder, m.id, m.delivery_time, 0, 0 FROM search f, message m"
            " WHERE m.subject LIKE 'Agenda%' AND m.folder IS NOT NULL LIMIT 1",
            "result that is not looked for",
        ),
        ("UPDATE search_link SET unread = 1 - unread", "result not like its message"),
        ("INSERT INTO search_gone SELECT search, message FROM search_link LIMIT 1", "result that was not told of"),
        ("UPDATE folder SET content_count = content_count + 1 WHERE folder_type = 2", "search folder counts"),
    ],
)
def test_damaged_results_are_found_and_made_good(
    store: StoreObject, tmp_path: Path, damaged: None, damage: str, kind: str
) -> None:
    """A store is looked over: results are what is looked for."""
    backend = store.context.backend
    assert isinstance(backend, SqliteBackend)
    number = begun(store, BUDGETS)
    backend.build_search(number)
    with backend.database.write():
        backend.database.run(damage)
    store.close()
    findings = check_store(backend.path)
    assert kind in {finding.kind for finding in findings}
    assert all(finding.repaired for finding in repair_store(backend.path))
    assert check_store(backend.path) == []
