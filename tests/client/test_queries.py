"""Lazy queries over the messages of a folder."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from mapix import Folder, Message
from mapix.properties.errors import InvalidParameter, NotFound

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def filled(folder: Folder) -> Folder:
    """Ten messages, a day apart, each third about the budget."""
    for number in range(10):
        message = folder.messages.new(subject=f"{'Budget' if number % 3 == 0 else 'Lunch'} {number}")
        message.delivered = START + timedelta(days=number)
        message.importance = number % 3
        message.save()
    return folder


def numbers(found: Iterable[Message]) -> list[int]:
    """The numbers in the subjects."""
    return [int((message.subject or "").split()[1]) for message in found]


def test_a_query_reads_nothing_before_it_is_asked(filled: Folder) -> None:
    query = filled.messages.where(Message.subject.contains("late"))
    filled.messages.new(subject="Late 99").save()
    assert numbers(query) == [99]


def test_restrictions_join(filled: Folder) -> None:
    budget = filled.messages.where(Message.subject.contains("bUDGET"))
    assert sorted(numbers(budget)) == [0, 3, 6, 9]
    late = budget.where(Message.delivered > START + timedelta(days=3))
    assert sorted(numbers(late)) == [6, 9]
    assert sorted(numbers(filled.messages.where(Message.subject.contains("budget", case=True)))) == []
    either = filled.messages.where((Message.subject == "Lunch 1") | (Message.importance == 0))
    assert sorted(numbers(either)) == [0, 1, 3, 6, 9]


def test_orders_and_slices(filled: Folder) -> None:
    newest = filled.messages.order_by(-Message.delivered)
    assert numbers(newest[:3]) == [9, 8, 7]
    assert numbers(newest[2:8:2]) == [7, 5, 3]
    assert numbers(newest[-2:]) == [1, 0]
    assert numbers([newest[0], newest[-1]]) == [9, 0]
    assert numbers(filled.messages.order_by(Message.importance, -Message.delivered)) == [9, 6, 3, 0, 7, 4, 1, 8, 5, 2]
    with pytest.raises(IndexError):
        newest[10]


def test_counting_first_and_only(filled: Folder) -> None:
    assert len(filled.messages) == filled.messages.count() == 10
    query = filled.messages.order_by(Message.delivered)
    first = query.first()
    assert first is not None
    assert first.subject == "Budget 0"
    assert filled.messages.where(Message.subject == "nothing").first() is None
    assert filled.messages.where(Message.subject == "Lunch 4").one().subject == "Lunch 4"
    with pytest.raises(NotFound, match="there are more"):
        query.one()
    with pytest.raises(NotFound, match="there is none"):
        query.where(Message.subject == "nothing").one()


def test_a_row_carries_its_values_and_opens_for_the_rest(filled: Folder) -> None:
    message = filled.messages.where(Message.subject == "Lunch 4")[0]
    assert message.delivered == START + timedelta(days=4)
    assert message.created is not None
    assert message.entry_id is not None
    assert filled.messages.get(message.entry_id).subject == "Lunch 4"


def test_read_marks_select(filled: Folder) -> None:
    for message in filled.messages.where(Message.subject.contains("lunch")):
        message.mark_read(False)
    assert sorted(numbers(filled.messages.unread())) == [1, 2, 4, 5, 7, 8]
    filled.messages.where(Message.subject == "Lunch 1")[0].mark_read()
    assert sorted(numbers(filled.messages.where(~Message.is_read))) == [2, 4, 5, 7, 8]
    assert filled.unread == 5


def test_more_rows_than_a_page(folder: Folder) -> None:
    for number in range(450):
        folder.messages.new(subject=f"Many {number}").save()
    assert sorted(numbers(folder.messages)) == list(range(450))
    assert len(folder.messages[:430]) == 430


def test_an_empty_folder_can_be_put_in_any_order(folder: Folder) -> None:
    assert folder.messages.order_by(-Message.created, Message.message_id)[:5] == []


def test_conditions_that_are_true_or_false_need_no_comparison(folder: Folder) -> None:
    folder.messages.new(subject="Budget 1").save()
    message = folder.messages.new(subject="Budget 2")
    message.attach(b"data", "a.txt")
    message.save()
    assert numbers(folder.messages.where(Message.has_attachments)) == [2]
    assert numbers(folder.messages.where(~Message.has_attachments)) == [1]
    assert numbers(folder.messages.where(Message.subject.contains("2") & Message.has_attachments)) == [2]


def test_what_is_no_condition_and_no_order_is_refused(filled: Folder) -> None:
    with pytest.raises(InvalidParameter, match="unknown word Budget at column 1"):
        filled.messages.where("Budget")
    with pytest.raises(InvalidParameter, match="not a condition"):
        filled.messages.where(5)  # type: ignore[arg-type]
    with pytest.raises(InvalidParameter, match="not a condition"):
        filled.messages.where(Message.subject)  # type: ignore[arg-type]
    with pytest.raises(InvalidParameter, match="not a field to sort by"):
        filled.messages.order_by("subject")  # type: ignore[arg-type]
