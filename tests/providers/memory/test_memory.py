"""What is the memory store's own: sharing in a process, transactions, mailboxes, settings."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.properties.entryid import unwrap_store
from mapix.properties.errors import NotFound
from mapix.properties.tags import PR_DISPLAY_NAME, PR_ENTRYID
from mapix.providers.memory.journal import Journal
from mapix.providers.memory.mailbox import forget_mailbox
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.providers.memory.service import PROVIDER_UID, service
from mapix.testing.store_bench import subfolders
from mapix.testing.support import BenchSupport


def logon(entry_id: bytes | None = None, **settings: str) -> tuple[MsgStore, BenchSupport]:
    support = BenchSupport(settings)
    return MemoryStoreProvider().logon(support, entry_id=entry_id, access=Access.MODIFY).store, support


def root_of(store: MsgStore) -> MapiFolder:
    root = store.open_entry(None, Access.MODIFY)
    assert isinstance(root, MapiFolder)
    return root


def test_equal_names_are_one_store_and_others_are_others(tmp_path: Path) -> None:
    first, _ = logon(name=f"{tmp_path} Shared")
    second, _ = logon(name=f"{tmp_path} SHARED")
    other, _ = logon(name=f"{tmp_path} other")
    root_of(first).create_folder("Seen")
    assert subfolders(root_of(second)) == ["Seen"]
    assert subfolders(root_of(other)) == []
    assert first.get_prop(PR_ENTRYID) == second.get_prop(PR_ENTRYID) != other.get_prop(PR_ENTRYID)


def test_a_forgotten_store_begins_anew_with_the_same_identifier(tmp_path: Path) -> None:
    name = str(tmp_path)
    first, _ = logon(name=name)
    root_of(first).create_folder("Gone")
    forget_mailbox(name)
    second, _ = logon(name=name)
    assert subfolders(root_of(second)) == []
    assert second.get_prop(PR_ENTRYID) == first.get_prop(PR_ENTRYID)


def test_a_store_is_called_after_its_owner(tmp_path: Path) -> None:
    assert logon(name=str(tmp_path), owner_name="Ann")[0].get_prop(PR_DISPLAY_NAME) == "Ann"
    assert logon(name=f"{tmp_path} 2")[0].get_prop(PR_DISPLAY_NAME) == f"{tmp_path} 2"


def test_a_mailbox_is_found_by_its_owners_address(tmp_path: Path) -> None:
    ann, _ = logon(name=f"{tmp_path} ann", owner_address="ann@memory.example")
    bob, _ = logon(name=f"{tmp_path} bob", owner_address="bob@memory.example")
    found = ann.open_mailbox("BOB@Memory.Example")
    assert found is not None
    root_of(found).create_folder("Delivered")
    assert subfolders(root_of(bob)) == ["Delivered"]
    new, _ = logon(name=f"{tmp_path} new", owner_address="bob@memory.example")
    for store, delivered_to in ((ann, new), (bob, bob)):
        mailbox = store.open_mailbox("bob@memory.example")
        assert mailbox is not None
        assert mailbox.get_prop(PR_ENTRYID) == delivered_to.get_prop(PR_ENTRYID)
    assert ann.open_mailbox("nobody@memory.example") is None
    assert ann.open_mailbox("") is None


def test_the_identifier_of_a_store_opens_it_again(tmp_path: Path) -> None:
    store, support = logon(name=str(tmp_path))
    _, inner = unwrap_store(store.get_prop(PR_ENTRYID))
    assert MemoryStoreProvider().store_entry_id(support) == inner
    assert support.uids == [PROVIDER_UID]
    again, _ = logon(inner, name=f"{tmp_path} another section")
    assert again.get_prop(PR_ENTRYID) == store.get_prop(PR_ENTRYID)
    forget_mailbox(str(tmp_path))
    with pytest.raises(NotFound):
        logon(inner, name=f"{tmp_path} another section")


def test_an_inner_step_that_fails_leaves_the_outer_ones(tmp_path: Path) -> None:
    store, _ = logon(name=str(tmp_path))
    root = root_of(store)

    def fail() -> None:
        with store.transaction():
            root.create_folder("Inner")
            raise InterruptedError

    with store.transaction():
        root.create_folder("Outer")
        with pytest.raises(InterruptedError):
            fail()
        root.create_folder("Last")
    assert subfolders(root) == ["Last", "Outer"]


def test_reading_the_service_loads_no_provider() -> None:
    code = (
        "import sys; from mapix.providers.memory.service import service;"
        "print(sorted(name for name in sys.modules if name.startswith('mapix.objects')), service.name)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] MEMORY"
    assert {setting.name for setting in service.settings} >= {"name", "owner_address", "owner_name"}


STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "drop", "mark", "undo"]), st.integers(0, 3), st.integers(0, 9)), max_size=30
)


@given(STEPS)
def test_a_journal_takes_back_whatever_was_done(steps: list[tuple[str, int, int]]) -> None:
    journal, mapping = Journal(), {0: 0}
    marks = [(journal.mark(), dict(mapping))]
    for step, key, value in steps:
        if step == "put":
            journal.put(mapping, key, value)
        elif step == "drop":
            journal.drop(mapping, key)
        elif step == "mark":
            marks.append((journal.mark(), dict(mapping)))
        else:
            mark, before = marks.pop() if len(marks) > 1 else marks[0]
            journal.undo_to(mark)
            assert mapping == before
    journal.undo_to(0)
    assert mapping == {0: 0}
