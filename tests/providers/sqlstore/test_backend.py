"""The SQL backend beyond the conformance suite: values, saving, folders, and damage."""

from __future__ import annotations

from math import inf, isnan, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.providers.sqlstore.helpers import BODY, counts, file, people, save

from mapix.interfaces.backend import (
    AttachmentChanges,
    MessageChanges,
)
from mapix.interfaces.prop import ChangeSet
from mapix.properties import tags
from mapix.properties.errors import (
    BadValue,
    Collision,
    CorruptStore,
    NotFound,
    ObjectChanged,
    ObjectDeleted,
)
from mapix.properties.packing import pack_props
from mapix.properties.tag import PropTag
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.values import loaded, stored
from mapix.testing.strategies import values


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (0x1F, ""),
        (0x1F, "a\0b"),
        (0x1F, "lone \ud83d surrogate"),
        (0x05, inf),
        (0x05, -0.0),
        (0x05, 0.1),
        (0x14, -(1 << 63)),
        (0x40, (1 << 63) - 1),
        (0x0B, False),
        (0x102, b""),
        (0x48, bytes(range(16))),
        (0x101F, ("a", "", "\ud800")),
        (0x1014, (1, -1)),
        (0x7F12, b"unknown type"),
    ],
)
def test_a_value_comes_back_as_it_was(backend: SqliteBackend, kind: int, value: Any) -> None:
    tag = PropTag(0x68000000 | kind)
    message = save(backend, {tag: value})
    found = backend.message(message.number).load([tag])[0]
    assert found == {tag: value}
    assert [type(one) for one in found.values()] == [type(value)]


def test_what_is_not_a_number_stays_so(backend: SqliteBackend) -> None:
    tag = PropTag(0x68000005)
    assert isnan(save(backend, {tag: nan}).load([tag])[0][tag])


@given(
    st.sampled_from((0x02, 0x03, 0x05, 0x0B, 0x14, 0x1F, 0x40, 0x48, 0x102, 0x1003, 0x101F, 0x1102)).flatmap(
        lambda kind: st.tuples(st.just(kind), values(kind))
    )
)
def test_every_value_is_stored_and_loaded(pair: tuple[int, Any]) -> None:
    kind, value = pair
    assert loaded(kind, stored(kind, value)) == value


def test_a_number_too_big_for_the_database_is_a_bad_value(backend: SqliteBackend) -> None:
    with pytest.raises(BadValue):
        save(backend, {PropTag(0x68000014): 1 << 64})
    assert backend.messages(backend.root) == []


def test_a_property_of_a_new_type_replaces_the_old_one(backend: SqliteBackend) -> None:
    message = save(backend, {tags.PR_IMPORTANCE: 2})
    other = tags.PR_IMPORTANCE.with_type(0x1F)
    message.apply(MessageChanges({other: "high"}))
    assert message.load([tags.PR_IMPORTANCE])[0] == {other: "high"}
    assert backend.database.value("SELECT importance FROM message") is None


# saving


def test_a_save_over_a_newer_version_is_refused(backend: SqliteBackend) -> None:
    number = save(backend).number
    first, second = backend.message(number), backend.message(number)
    version = first.load(None)[1]
    assert first.apply(MessageChanges({BODY: "one"}, version=version)) == version + 1
    with pytest.raises(ObjectChanged):
        second.apply(MessageChanges({BODY: "two"}, version=version))
    assert second.apply(MessageChanges({BODY: "three"})) == version + 2
    assert first.load([BODY])[0] == {BODY: "three"}


def test_a_deleted_message_says_so(backend: SqliteBackend) -> None:
    message = save(backend)
    assert backend.delete_messages([message.number, 999]) == [message.number]
    for action in (lambda: message.load(None), lambda: message.apply(MessageChanges({BODY: "x"}))):
        with pytest.raises(ObjectDeleted):
            action()
    with pytest.raises(NotFound):
        backend.message(message.number)
    assert backend.message_folder(message.number) is None


def test_everything_of_a_message_is_copied_and_goes_with_it(backend: SqliteBackend) -> None:
    inner = MessageChanges({BODY: "inner"}, recipients=people(1), attachments={0: file(b"deep")})
    parts = {3: AttachmentChanges({tags.PR_ATTACH_METHOD: 5}, embedded=inner), 1: file(b"data")}
    first = save(backend, {BODY: "outer"}, recipients=people(3), attachments=parts).number
    folder = backend.create_folder(backend.root, "target", {})
    second = backend.copy_messages([first], folder)[first]
    backend.delete_messages([first])
    copy = backend.message(second)
    assert copy.load([BODY])[0] == {BODY: "outer"}
    assert copy.recipients() == people(3)
    assert sorted(copy.attachments()) == [1, 3]
    inside = copy.embedded(3)
    assert inside is not None
    assert inside.load([BODY])[0] == {BODY: "inner"}
    assert inside.recipients() == people(1)
    assert inside.attachments()[0][tags.PR_ATTACH_DATA_BIN] == b"deep"
    assert copy.embedded(1) is None
    assert backend.message_folder(inside.number) is None
    with pytest.raises(NotFound):
        backend.message(inside.number)
    backend.delete_messages([second])
    for table in ("property WHERE object > 2", "recipient", "attachment", "message"):
        assert backend.database.rows(f"SELECT * FROM {table}") == []


def test_an_embedded_message_is_changed_and_replaced_through_the_outer_one(backend: SqliteBackend) -> None:
    message = save(backend, attachments={0: AttachmentChanges(embedded=MessageChanges({BODY: "one"}))})
    message.apply(MessageChanges(attachments={0: AttachmentChanges(embedded=MessageChanges({tags.PR_SUBJECT: "s"}))}))
    inside = message.embedded(0)
    assert inside is not None
    assert inside.load(None)[0] == {BODY: "one", tags.PR_SUBJECT: "s"}
    new = AttachmentChanges(deleted={tags.PR_ATTACH_DATA_OBJ.id}, embedded=MessageChanges({BODY: "two"}))
    message.apply(MessageChanges(attachments={0: new}))
    inside = message.embedded(0)
    assert inside is not None
    assert inside.load(None)[0] == {BODY: "two"}
    message.apply(MessageChanges(attachments={0: AttachmentChanges(deleted={tags.PR_ATTACH_DATA_OBJ.id})}))
    assert message.embedded(0) is None
    message.apply(MessageChanges(attachments={0: None}))
    assert message.attachments() == {}


def test_more_properties_than_fit_one_statement_are_written(backend: SqliteBackend) -> None:
    many = {PropTag(number << 16 | 3): number for number in range(0x6800, 0x6800 + 1000)}
    message = save(backend, many)
    assert message.load(None)[0].items() >= many.items()
    message.apply(MessageChanges({tag: value + 1 for tag, value in many.items()}))
    assert message.load([*many])[0] == {tag: value + 1 for tag, value in many.items()}


# folders


def test_folder_counts_follow_their_messages(backend: SqliteBackend) -> None:
    one, two = (backend.create_folder(backend.root, name, {}) for name in ("one", "two"))
    numbers = [save(backend, {tags.PR_MESSAGE_FLAGS: place & 1}, folder=one).number for place in range(6)]
    hidden = backend.new_message(one, associated=True)
    hidden.apply(MessageChanges({tags.PR_MESSAGE_FLAGS: 0x40}))
    assert counts(backend, one) == (6, 3, 1)
    assert backend.set_flags(numbers[:2], on=1) == numbers[:2]
    assert counts(backend, one) == (6, 2, 1)
    assert backend.move_messages(numbers[:3], two) == numbers[:3]
    assert counts(backend, one) == (3, 1, 1)
    assert counts(backend, two) == (3, 1, 0)
    backend.copy_messages([hidden.number, *numbers[3:]], two)
    assert counts(backend, two) == (6, 2, 1)
    backend.message(numbers[0]).apply(MessageChanges({tags.PR_MESSAGE_FLAGS: 0}))
    assert counts(backend, two) == (6, 3, 1)
    backend.delete_messages(backend.messages(two))
    assert counts(backend, two) == (0, 0, 1)
    assert backend.contents(two, associated=True).count(None) == 1


def test_a_folder_s_name_is_free_again_when_it_is_renamed(backend: SqliteBackend) -> None:
    folder = backend.create_folder(backend.root, "Straße", {})
    with pytest.raises(Collision):
        backend.create_folder(backend.root, "STRASSE", {})
    backend.folder(folder).apply(ChangeSet({tags.PR_DISPLAY_NAME: "strasse"}))
    backend.folder(folder).apply(ChangeSet({tags.PR_DISPLAY_NAME: "Weg"}))
    other = backend.create_folder(backend.root, "Strasse", {})
    with pytest.raises(Collision):
        backend.folder(other).apply(ChangeSet({tags.PR_DISPLAY_NAME: "WEG", tags.PR_COMMENT: "not saved"}))
    assert tags.PR_COMMENT not in backend.folder(other).load(None)[0]
    assert backend.find_folder(backend.root, "WEG") == folder


def test_a_recipient_that_has_lost_its_number_is_a_damaged_store(backend: SqliteBackend) -> None:
    message, change = save(backend, recipients=people(1)), "UPDATE recipient SET properties = ?"
    sound = backend.database.value("SELECT properties FROM recipient")
    with backend.database.write():
        backend.database.run(change, (pack_props({tags.PR_DISPLAY_NAME: "Ann"}),))
    with pytest.raises(CorruptStore, match="recipient"):
        backend.message(message.number).recipients()
    with backend.database.write():
        backend.database.run(change, (sound,))


def test_a_message_is_opened_with_one_statement(backend: SqliteBackend) -> None:
    """P-221."""
    number, said = save(backend, recipients=people(2)).number, list[str]()
    backend.database.connection.set_trace_callback(said.append)
    source = backend.message_to_open(number)
    values, version = source.load_whole()
    assert (len(source.recipients()), source.attachments(), len(said)) == (2, {}, 1)
    assert (values, version) == backend.message(number).load(None)
    assert (source.folder, source.associated) == (backend.root, False)
    assert source.load_whole()[1] == version
    with pytest.raises(NotFound):
        backend.message_to_open(number + 1000)
    with pytest.raises(NotFound):
        backend.message_values(number + 1000, [tags.PR_SUBJECT])
