"""Changes of an address book, as another opening of the same file hears of them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mapix.interfaces.notify import TableNotification
from mapix.properties.errors import NotFound, ObjectChanged
from mapix.properties.tags import PR_DISPLAY_NAME, PR_EMAIL_ADDRESS
from mapix.providers.contacts.book import Book
from mapix.providers.contacts.ids import Kind
from mapix.providers.contacts.journal import KEPT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "people.mapixbook"


@pytest.fixture
def writer(path: Path) -> Iterator[Book]:
    with closing(Book(path, create=True)) as book:
        yield book


@pytest.fixture
def heard(path: Path, writer: Book) -> Iterator["Heard"]:
    with closing(Book(path)) as book:
        yield Heard(book)


class Heard:
    """A second opening of the book, and what it was told."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.told: list[TableNotification] = []
        book.told = self.told.extend

    def now(self) -> list[tuple[str, str | None]]:
        """The events since the last call, with the names in their rows."""
        self.book.poll()
        told, self.told[:] = list(self.told), []
        return [(one.table_event.name, dict(one.row).get(PR_DISPLAY_NAME)) for one in told]


def person(name: str) -> dict[object, str]:
    return {PR_DISPLAY_NAME: name, PR_EMAIL_ADDRESS: f"{name.lower()}@home.example"}


def add_and_fail(book: Book) -> None:
    with book.database.transaction():
        book.add(Kind.USER, person("Never"))
        book.find(4711)


def test_each_change_of_another_is_told_with_its_row(writer: Book, heard: Heard) -> None:
    """ABK-76, NOT-4."""
    ann = writer.add(Kind.USER, person("Ann"))
    assert heard.now() == [("ROW_ADDED", "Ann")]
    writer.change(ann.number, None, person("Anna"))
    assert heard.now() == [("ROW_MODIFIED", "Anna")]
    writer.remove(ann.number)
    assert heard.now() == [("ROW_DELETED", None)]
    assert heard.now() == []


def test_several_changes_of_one_entry_are_told_as_one(writer: Book, heard: Heard) -> None:
    ann = writer.add(Kind.USER, person("Ann"))
    writer.change(ann.number, None, person("Anna"))
    writer.remove(writer.add(Kind.USER, person("Shortlived")).number)
    assert heard.now() == [("ROW_ADDED", "Anna")]


def test_many_changes_are_told_as_one_that_has_the_table_read_anew(writer: Book, heard: Heard) -> None:
    """NOT-4: a bounded number of events, however much happened."""
    with writer.database.transaction():
        for number in range(KEPT * 2):
            writer.add(Kind.USER, person(f"P{number}"))
    assert heard.now() == [("CHANGED", None)]
    assert heard.now() == []
    writer.add(Kind.USER, person("Last"))
    assert heard.now() == [("ROW_ADDED", "Last")]


def test_the_journal_does_not_grow_for_ever(writer: Book) -> None:
    with writer.database.transaction():
        for number in range(KEPT * 2):
            writer.add(Kind.USER, person(f"P{number}"))
    assert KEPT <= writer.database.read("SELECT count(*) FROM change")[0][0] <= KEPT + 100


def test_ones_own_changes_are_told_once(heard: Heard, writer: Book) -> None:
    heard.book.add(Kind.USER, person("Own"))
    writer.add(Kind.USER, person("Other"))
    assert heard.now() == [("ROW_ADDED", "Own"), ("ROW_ADDED", "Other")]


def test_what_was_not_kept_is_not_told(writer: Book, heard: Heard) -> None:
    ann = writer.add(Kind.USER, person("Ann"))
    heard.now()
    with pytest.raises(ObjectChanged):
        writer.change(ann.number, 7, person("Anna"))
    with pytest.raises(NotFound):
        add_and_fail(writer)
    assert heard.now() == []


def test_a_book_of_the_first_version_gets_its_journal(path: Path, writer: Book) -> None:
    writer.add(Kind.USER, person("Ann"))
    writer.close()
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TABLE change")
        file.execute("PRAGMA user_version = 1")
    with closing(Book(path)) as first, closing(Book(path)) as second:
        other = Heard(second)
        assert [entry.name for entry in first.called("Ann")] == ["Ann"]
        first.add(Kind.USER, person("Bob"))
        assert other.now() == [("ROW_ADDED", "Bob")]
