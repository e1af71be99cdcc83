"""The SQL backend beyond the conformance suite: what is undone, what is told, what other connections see."""

from __future__ import annotations

from math import inf, isnan, nan
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.providers.sqlstore.helpers import file, people, save, undone

from mapix.interfaces.backend import (
    AttachmentChanges,
    Change,
    MessageChanges,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ChangeSet, ObjectType
from mapix.properties import tags
from mapix.properties.errors import (
    BadValue,
    Collision,
    CorruptStore,
    InvalidObject,
    NotFound,
    ObjectChanged,
    ObjectDeleted,
    TooBig,
)
from mapix.properties.named import PS_INTERNET_HEADERS, PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.packing import pack_props
from mapix.properties.tag import PropTag
from mapix.providers.sqlstore import changes, names
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.values import loaded, stored
from mapix.testing.strategies import values

BODY = tags.PR_BODY


def counts(store: SqliteBackend, folder: int) -> tuple[int, int, int]:
    """Messages, unread ones, associated ones."""
    found, _ = store.folder(folder).load(None)
    return found[tags.PR_CONTENT_COUNT], found[tags.PR_CONTENT_UNREAD], found[tags.PR_ASSOC_CONTENT_COUNT]


# values


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


# transactions


def test_what_fails_inside_a_transaction_undoes_only_itself(backend: SqliteBackend) -> None:
    with backend.transaction():
        folder = backend.create_folder(backend.root, "kept", {})
        with undone(backend):
            backend.create_folder(folder, "lost", {})
        save(backend, folder=folder)
    assert counts(backend, folder) == (1, 1, 0)
    assert backend.children(folder) == []


def test_only_what_stays_is_told_and_only_when_it_is_permanent(backend: SqliteBackend) -> None:
    told: list[Change] = []
    backend.listen(told.extend)
    with backend.transaction():
        number = save(backend).number
        with undone(backend):
            save(backend)
        assert told == []
    root = Change(Event.OBJECT_MODIFIED, ObjectType.FOLDER, backend.root)
    assert told == [Change(Event.OBJECT_CREATED, ObjectType.MESSAGE, number, backend.root), root]
    told.clear()
    with undone(backend):
        save(backend)
    assert told == []


def test_a_listener_may_use_the_store(backend: SqliteBackend) -> None:
    seen: list[int] = []
    backend.listen(lambda told: seen.append(counts(backend, backend.root)[0]))
    save(backend)
    save(backend)
    assert seen == [1, 2]


def test_a_transaction_the_database_gave_up_fails_at_its_end(backend: SqliteBackend) -> None:
    with pytest.raises(CorruptStore), backend.transaction():  # noqa: PT012
        save(backend)
        with pytest.raises(CorruptStore), backend.transaction():
            fail_as_a_disk_does(backend)
        with pytest.raises(CorruptStore):
            save(backend)
    assert backend.messages(backend.root) == []
    save(backend)
    assert len(backend.messages(backend.root)) == 1


def fail_as_a_disk_does(backend: SqliteBackend) -> None:
    """What SQLite does in the midst of a transaction when it cannot go on."""
    backend.database.connection.rollback()
    raise CorruptStore("as if the disk had failed")


def test_threads_take_turns_on_one_store(backend: SqliteBackend) -> None:
    def work() -> None:
        for _ in range(20):
            with backend.transaction():
                number = save(backend).number
                backend.message(number).apply(MessageChanges({BODY: "x"}))

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts(backend, backend.root)[0] == 80


# other connections


def test_another_connection_is_told_what_happened(backend: SqliteBackend, path: Path) -> None:
    other = SqliteBackend(path)
    told: list[Change] = []
    other.listen(told.extend)
    folder = backend.create_folder(backend.root, "new", {})
    number = save(backend, folder=folder).number
    backend.move_messages([number], backend.root)
    backend.announce_new_mail(number)
    assert told == []
    other.poll()
    message = ObjectType.MESSAGE
    assert [change for change in told if change.object_type is message or change.object_type == message] == [
        Change(Event.OBJECT_CREATED, message, number, folder),
        Change(Event.OBJECT_MOVED, message, number, backend.root, number, folder, associated=False),
        Change(Event.NEW_MAIL, message, number, backend.root),
    ]
    assert Change(Event.OBJECT_CREATED, ObjectType.FOLDER, folder, backend.root) in told
    told.clear()
    other.poll()
    assert told == []
    other.close()


def test_own_changes_are_not_told_again(backend: SqliteBackend, path: Path) -> None:
    other = SqliteBackend(path)
    told: list[Change] = []
    other.listen(told.extend)
    save(other)
    save(backend)
    told.clear()
    other.poll()
    assert {change.event for change in told} == {Event.OBJECT_CREATED, Event.OBJECT_MODIFIED}
    assert len(told) == 2
    other.close()


def test_who_missed_too_much_is_told_that_every_folder_changed(
    backend: SqliteBackend, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "KEPT", 10)
    monkeypatch.setattr(backend.feed, "_until_prune", 50)
    other = SqliteBackend(path)
    told: list[Change] = []
    other.listen(told.extend)
    folder = backend.create_folder(backend.root, "new", {})
    for _ in range(30):
        save(backend, folder=folder)
    other.poll()
    assert {(change.event, change.number) for change in told if change.object_type == ObjectType.FOLDER} >= {
        (Event.OBJECT_MODIFIED, backend.root),
        (Event.OBJECT_MODIFIED, folder),
    }
    save(backend, folder=folder)
    told.clear()
    other.poll()
    assert [change.event for change in told] == [Event.OBJECT_CREATED, Event.OBJECT_MODIFIED]
    assert backend.database.value("SELECT count(*) FROM change") < 40
    other.close()


def test_the_version_of_rows_changes_with_every_connection_s_work(backend: SqliteBackend, path: Path) -> None:
    other = SqliteBackend(path)
    rows = other.contents(other.root, associated=False)
    seen = [rows.version()]
    save(other)
    seen.append(rows.version())
    save(backend)
    seen.append(rows.version())
    assert len(set(seen)) == 3
    assert rows.version() == seen[-1]
    other.close()


# names


def test_names_keep_their_identifiers(backend: SqliteBackend, path: Path) -> None:
    wanted = [PropertyName(PS_PUBLIC_STRINGS, "Keywords"), PropertyName(PS_PUBLIC_STRINGS, 0x8503)]
    found = backend.ids_from_names(wanted, create=True)
    assert sorted(found.values()) == [0x8000, 0x8001]
    other = SqliteBackend(path)
    assert other.ids_from_names(wanted, create=False) == found
    more = other.ids_from_names([PropertyName(PS_INTERNET_HEADERS, "X-A")], create=True)
    assert backend.ids_from_names([PropertyName(PS_INTERNET_HEADERS, "x-a")], create=False) == more
    assert backend.names_from_ids([0x8000, 0x8002, 0x9000]).keys() == {0x8000, 0x8002}
    assert backend.ids_from_names([PropertyName(PS_PUBLIC_STRINGS, "keywords")], create=False) == {}
    assert len(backend.names_from_ids(None)) == 3
    other.close()


def test_an_identifier_told_in_a_transaction_that_is_undone_stays(backend: SqliteBackend, path: Path) -> None:
    name, inner = PropertyName(PS_PUBLIC_STRINGS, "One"), PropertyName(PS_PUBLIC_STRINGS, "Two")
    with undone(backend):
        told = backend.ids_from_names([name], create=True)
        with undone(backend):
            told |= backend.ids_from_names([inner], create=True)
    other = SqliteBackend(path)
    assert other.ids_from_names([name, inner], create=False) == told
    third = other.ids_from_names([PropertyName(PS_PUBLIC_STRINGS, "Three")], create=True)
    assert set(third.values()).isdisjoint(told.values())
    other.close()


def test_the_store_runs_out_of_identifiers(backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "LAST", 0x8001)
    wanted = [PropertyName(PS_PUBLIC_STRINGS, str(number)) for number in range(3)]
    with pytest.raises(TooBig):
        backend.ids_from_names(wanted, create=True)
    assert len(backend.ids_from_names(wanted[:2], create=True)) == 2


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from(("save", "delete", "move", "copy", "read", "undo")), max_size=20))
def test_a_random_history_leaves_the_store_whole(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    from mapix.providers.sqlstore.sqlite.filecheck import check_store

    store = SqliteBackend(tmp_path_factory.mktemp("history") / "store.mapix", create=True, full=False)
    folders = [store.root, store.create_folder(store.root, "other", {})]
    for place, step in enumerate(steps):
        folder, other = folders[place % 2], folders[(place + 1) % 2]
        numbers = store.messages(folder)[:2]
        if step == "save":
            save(store, {BODY: "x" * (place * 9000)}, folder=folder, recipients=people(2), attachments={0: file(b"a")})
        elif step == "delete":
            store.delete_messages(numbers)
        elif step == "move":
            store.move_messages(numbers, other)
        elif step == "copy":
            store.copy_messages(numbers, other)
        elif step == "read":
            store.set_flags(numbers, on=1)
        else:
            with undone(store):
                save(store, folder=folder, attachments={0: file(b"y" * 70_000)})
                store.delete_messages(numbers)
    store.close()
    assert check_store(store.path) == []


def test_a_store_that_was_closed_says_so_and_holds_no_lock(backend: SqliteBackend) -> None:
    database = backend.database
    backend.close()
    for work in (database.read, database.write):
        with pytest.raises(InvalidObject), work():
            pass
    with pytest.raises(InvalidObject):
        backend.message_folder(1)
    free: list[bool] = []

    def take() -> None:
        free.append(database.lock.acquire(timeout=60))
        if free[0]:
            database.lock.release()

    thread = Thread(target=take)
    thread.start()
    thread.join()
    assert free == [True]


def test_a_write_that_is_interrupted_while_it_begins_leaves_no_transaction(
    backend: SqliteBackend, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = backend.database.begin

    def interrupted(sql: str) -> None:
        begin(sql)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(backend.database, "begin", interrupted)
        with pytest.raises(KeyboardInterrupt):
            save(backend)
    other = SqliteBackend(path)
    save(other)
    other.close()
    save(backend)


def test_a_message_of_an_undone_transaction_never_writes_over_one_that_got_its_number(
    backend: SqliteBackend, path: Path
) -> None:
    other = SqliteBackend(path)
    lost = backend.new_message(backend.root, associated=False)
    with undone(backend):
        version = lost.apply(MessageChanges({tags.PR_SUBJECT: "lost"}))
    theirs = save(other, {tags.PR_SUBJECT: "theirs"})
    assert theirs.number == lost.number
    for ground in (version, None):
        with pytest.raises(ObjectDeleted):
            lost.apply(MessageChanges({tags.PR_SUBJECT: "late"}, version=ground))
    assert theirs.load(None)[0][tags.PR_SUBJECT] == "theirs"
    other.close()


def test_a_save_that_was_undone_is_no_ground_for_another(backend: SqliteBackend, path: Path) -> None:
    other = SqliteBackend(path)
    mine = save(backend)
    with undone(backend):
        version = mine.apply(MessageChanges({tags.PR_SUBJECT: "undone"}))
    assert other.message(mine.number).apply(MessageChanges({tags.PR_SUBJECT: "theirs"})) == version
    with pytest.raises(ObjectChanged):
        mine.apply(MessageChanges({tags.PR_SUBJECT: "late"}, version=version))
    assert mine.load(None)[0][tags.PR_SUBJECT] == "theirs"
    other.close()


def test_a_recipient_that_has_lost_its_number_is_a_damaged_store(backend: SqliteBackend) -> None:
    message, change = save(backend, recipients=people(1)), "UPDATE recipient SET properties = ?"
    sound = backend.database.value("SELECT properties FROM recipient")
    with backend.database.write():
        backend.database.run(change, (pack_props({tags.PR_DISPLAY_NAME: "Ann"}),))
    with pytest.raises(CorruptStore, match="recipient"):
        backend.message(message.number).recipients()
    with backend.database.write():
        backend.database.run(change, (sound,))
