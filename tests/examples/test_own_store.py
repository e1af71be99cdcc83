"""The example of a store of one's own passes the conformance suite, and what it keeps lies in a Maildir."""

from mailbox import Maildir
from pathlib import Path

import pytest

import own_store
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties import tags as t
from mapix.properties.errors import CorruptData
from mapix.properties.flags import MSGFLAG_READ
from mapix.providers.memory.mailbox import forget_mailbox
from mapix.testing.builders import a_folder, a_message
from mapix.testing.store_bench import Powers
from mapix.testing.store_conformance import StoreConformance
from mapix.testing.support import BenchSupport

ROOT = Path(__file__).parents[2]


def open_store(path: Path, access: Access = Access.MODIFY, *, spooler: bool = False) -> MsgStore:
    support = BenchSupport({"path": str(path / "mail")})
    return own_store.MaildirProvider().logon(support, entry_id=None, access=access, spooler=spooler).store


class TestMaildirStore(StoreConformance):
    """The whole suite, each test with a Maildir of its own."""

    powers = Powers.ALL & ~(Powers.SPOOLER | Powers.RICH_TEXT)

    def make_store(self, tmp_path: Path) -> MsgStore:
        return open_store(tmp_path)

    def open_again(self, tmp_path: Path, *, access: Access = Access.MODIFY, spooler: bool = False) -> MsgStore:
        return open_store(tmp_path, access, spooler=spooler)


@pytest.fixture
def store(tmp_path: Path) -> MsgStore:
    return open_store(tmp_path)


def filled_again(path: Path) -> MsgStore:
    """The store as another process finds it."""
    own_store._mirrors.clear()
    forget_mailbox(str(path / "mail"))
    return open_store(path)


def only_message(store: MsgStore, folder: str) -> Message:
    ((entry_id,),) = query_all_rows(a_folder(store, folder).get_contents_table(), (t.PR_ENTRYID,))
    found = store.open_entry(entry_id, Access.MODIFY)
    assert isinstance(found, Message)
    return found


def test_a_saved_message_is_a_file_of_its_folder(store: MsgStore, tmp_path: Path) -> None:
    a_message(a_folder(store, "Work/2026"), "Budget", "Hello", to=["ann@example.org"], attached={"a.txt": b"data"})
    (file,) = Maildir(tmp_path / "mail").get_folder("Work.2026")
    assert file["Subject"] == "Budget"
    assert [part.get_filename() for part in file.walk()][-1] == "a.txt"


def test_another_process_finds_the_same_messages_under_the_same_identifiers(store: MsgStore, tmp_path: Path) -> None:
    message = a_message(a_folder(store, "Work"), "Budget", "Hello", to=["ann@example.org"])
    message.set_read_flag()
    entry_id = message.get_prop(t.PR_ENTRYID)
    found = only_message(filled_again(tmp_path), "Work")
    assert found.get_prop(t.PR_ENTRYID) == entry_id
    assert found.get_prop(t.PR_BODY).strip() == "Hello"
    assert found.get_prop(t.PR_MESSAGE_FLAGS) & MSGFLAG_READ


def test_mail_that_others_deliver_is_taken_in_and_what_they_remove_goes(store: MsgStore, tmp_path: Path) -> None:
    a_folder(store, "Work")
    place = Maildir(tmp_path / "mail").get_folder("Work")
    key = place.add(b"From: bob@example.org\r\nSubject: News\r\n\r\nHello\r\n")
    store.poll()
    assert only_message(store, "Work").get_prop(t.PR_SUBJECT) == "News"
    place.remove(key)
    store.poll()
    assert a_folder(store, "Work").get_prop(t.PR_CONTENT_COUNT) == 0


def test_what_is_moved_and_deleted_is_so_in_the_maildir(store: MsgStore, tmp_path: Path) -> None:
    work, done = a_folder(store, "Work"), a_folder(store, "Done")
    first, second = (a_message(work, subject, "t").get_prop(t.PR_ENTRYID) for subject in ("One", "Two"))
    work.copy_messages([first], done, move=True)
    work.delete_messages([second])
    top = Maildir(tmp_path / "mail")
    assert [file["Subject"] for file in top.get_folder("Done")] == ["One"]
    assert list(top.get_folder("Work")) == []


def test_a_folder_that_is_renamed_takes_its_files_along(store: MsgStore, tmp_path: Path) -> None:
    a_message(a_folder(store, "Work/2026"), "Budget", "t")
    a_folder(store, "Work").set_props({t.PR_DISPLAY_NAME: "Job"})
    assert sorted(Maildir(tmp_path / "mail").list_folders()) == ["Job", "Job.2026"]
    assert only_message(filled_again(tmp_path), "Job/2026").get_prop(t.PR_SUBJECT) == "Budget"


def test_what_mail_cannot_say_is_refused_and_leaves_nothing(store: MsgStore) -> None:
    with pytest.raises(CorruptData):
        a_message(a_folder(store, "Work"), props={t.PR_RTF_COMPRESSED: b"damaged alone"})
    assert a_folder(store, "Work").get_prop(t.PR_CONTENT_COUNT) == 0


def test_the_example_is_shorter_than_150_lines() -> None:
    assert len((ROOT / "examples" / "own_store.py").read_text(encoding="utf-8").splitlines()) < 150
