"""Typed fields: values on an object, terms on its class."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix import Folder, Message
from mapix.client.fields import Field
from mapix.properties import flags
from mapix.properties import tags as t
from mapix.properties.errors import Computed, InvalidParameter, MapiError, NotFound
from mapix.properties.restriction import And, Bitmask, Content, Exist, Fuzzy, Not, Or, Property, Relop
from mapix.properties.sort import Order, SortKey


def test_a_field_of_the_class_builds_restrictions() -> None:
    assert (Message.subject == "Q3") == Property(Relop.EQ, t.PR_SUBJECT, "Q3")
    assert Message.subject.contains("Q3") == Content(t.PR_SUBJECT, "Q3", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE)
    assert Message.subject.exists() == Exist(t.PR_SUBJECT)
    assert Message.importance.one_of([1, 2]) == Or(
        (Property(Relop.EQ, t.PR_IMPORTANCE, 1), Property(Relop.EQ, t.PR_IMPORTANCE, 2))
    )


def test_none_asks_for_absence() -> None:
    assert (Message.subject == None) == Not(Exist(t.PR_SUBJECT))  # noqa: E711
    assert (Message.subject != None) == Exist(t.PR_SUBJECT)  # noqa: E711


def test_an_ordered_comparison_asks_for_presence_too() -> None:
    assert (Message.size > 10) == And((Exist(t.PR_MESSAGE_SIZE), Property(Relop.GT, t.PR_MESSAGE_SIZE, 10)))


def test_a_bit_is_a_term_on_its_own() -> None:
    read = Bitmask(t.PR_MESSAGE_FLAGS, flags.MSGFLAG_READ)
    assert Message.is_read.is_set() == read
    assert ~Message.is_read == Not(read)
    assert (Message.is_read == False) == Bitmask(t.PR_MESSAGE_FLAGS, flags.MSGFLAG_READ, nonzero=False)  # noqa: E712


def test_a_field_sorts_down_with_minus() -> None:
    assert -Message.delivered == SortKey(t.PR_MESSAGE_DELIVERY_TIME, Order.DESCEND)
    assert +Message.subject == SortKey(t.PR_SUBJECT, Order.ASCEND)


def test_every_field_has_words_for_the_help() -> None:
    for kind in (Message, Folder):
        assert all(field.__doc__ for field in vars(kind).values() if isinstance(field, Field))


def test_an_absent_field_is_none_and_none_removes(folder: Folder) -> None:
    message = folder.messages.new(subject="there")
    assert message.subject == "there"
    message.subject = None
    assert message.subject is None
    assert message.message_id is None


def test_a_field_that_the_store_keeps_cannot_be_set(folder: Folder) -> None:
    message = folder.messages.new()
    with pytest.raises(AttributeError, match="size is kept by the store"):
        message.size = 3


def test_times_are_aware_and_exact_to_the_microsecond(folder: Folder) -> None:
    message = folder.messages.new()
    east = timezone(timedelta(hours=2))
    message.delivered = datetime(2026, 3, 4, 10, 20, 30, 123456, tzinfo=east)
    assert message.delivered == datetime(2026, 3, 4, 8, 20, 30, 123456, tzinfo=UTC)
    assert message.delivered.tzinfo is UTC


@given(moment=st.datetimes(min_value=datetime(1601, 1, 1), timezones=st.just(UTC)))
def test_a_time_survives_the_way_to_mapi_and_back(moment: datetime) -> None:
    assert Message.delivered.from_mapi(Message.delivered.to_mapi(moment)) == moment


def test_properties_are_reached_by_name_and_by_number(folder: Folder) -> None:
    message = folder.messages.new(subject="Q3")
    assert message["PR_SUBJECT"] == message["PidTagSubject"] == message[0x0037001F] == "Q3"
    message["PR_SENSITIVITY"] = 2
    assert message.sensitivity == 2
    assert "PR_SENSITIVITY" in message
    del message["PR_SENSITIVITY"]
    assert "PR_SENSITIVITY" not in message
    with pytest.raises(KeyError):
        message["PR_SENSITIVITY"]
    with pytest.raises(NotFound, match="PR_SUBJECT"):
        message["PR_SUBJET"]


def test_what_the_object_refuses_is_raised(folder: Folder) -> None:
    message = folder.messages.new()
    with pytest.raises(MapiError) as caught:
        message["PR_OBJECT_TYPE"] = 3
    assert isinstance(caught.value, Computed | MapiError)
    assert "PR_OBJECT_TYPE" in str(caught.value)


def test_a_field_that_is_true_or_false_is_a_condition_on_its_own() -> None:
    attached = Property(Relop.EQ, t.PR_HASATTACH, True)
    read = Bitmask(t.PR_MESSAGE_FLAGS, flags.MSGFLAG_READ)
    about = Message.subject == "Q3"
    assert Message.has_attachments.is_set() == attached
    assert ~Message.has_attachments == Not(attached)
    assert Message.has_attachments & Message.is_read == And((attached, read))
    assert Message.is_read | about == Or((read, about))
    assert about & Message.is_read == And((about, read))
    assert about | Message.is_read == Or((about, read))


def test_a_misspelt_field_is_not_taken(folder: Folder) -> None:
    message = folder.messages.new()
    with pytest.raises(AttributeError, match="no field 'subjct'"):
        message.subjct = "lost"  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="no field 'nam'"):
        folder.nam = "lost"  # type: ignore[attr-defined]


def test_a_time_is_a_datetime(folder: Folder) -> None:
    with pytest.raises(InvalidParameter, match="delivered is a datetime: 'yesterday'"):
        folder.messages.new().delivered = "yesterday"  # type: ignore[assignment]


def test_the_text_of_messages_is_a_term(folder: Folder) -> None:
    """P-046."""
    folder.messages.new(subject="plain", text="The budget of March").save()
    folder.messages.new(subject="rich", html="<p>No <b>Budget</b> yet</p>").save()
    folder.messages.new(subject="other", text="Hello").save()
    found = folder.messages.where(Message.text.contains("budget")).order_by(Message.subject)
    assert [message.subject for message in found] == ["plain", "rich"]
    assert found[1].text.strip() == "No Budget yet"
    assert next(words for (words,) in found.select(Message.text)) == "The budget of March"
