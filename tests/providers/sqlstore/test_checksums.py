"""Checksums of small values: kept by whoever writes, found wrong by one bit, made right by a repair that says so."""

from __future__ import annotations

import marshal
import sqlite3
import struct
from contextlib import closing
from enum import IntEnum
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.drawn import examples
from tests.providers.sqlstore.helpers import file, people, save, undone
from tests.providers.sqlstore.oldstores import old_store

from mapix.interfaces.backend import AttachmentChanges, MessageChanges
from mapix.interfaces.prop import ChangeSet
from mapix.properties import tags
from mapix.properties.tag import MV_FLAG, PropTag, PropType
from mapix.providers.sqlstore.checksums import checksum
from mapix.providers.sqlstore.seals import broken, broken_seals
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.filecheck import check_store, repair_store
from mapix.providers.sqlstore.sqlite.salvage import salvage_store
from mapix.providers.sqlstore.values import LARGE

KIND = "properties not as they were saved"
TABLES = ("message", "attachment", "folder", "recipient")
CELLS = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.binary(max_size=20),
    st.text(max_size=20),
    st.sampled_from(["\ud83d", 2**15, -(2**30), 2**31, -(2**31), 0.0, -0.0, None]),
)


def packed(cell: Any) -> bytes:
    """The byte form of a cell, as it is described."""
    if isinstance(cell, list | tuple):
        return (b"[" if isinstance(cell, list) else b"(") + struct.pack("<i", len(cell)) + b"".join(map(packed, cell))
    if cell is None:
        return b"N"
    if isinstance(cell, float):
        return b"g" + struct.pack("<d", cell)
    if isinstance(cell, int):
        return b"i" + struct.pack("<i", cell) if -(2**31) <= cell < 2**31 else b"l" + digits(cell)
    data = cell.encode("utf-8", "surrogatepass") if isinstance(cell, str) else cell
    return (b"u" if isinstance(cell, str) else b"s") + struct.pack("<i", len(data)) + data


def digits(number: int) -> bytes:
    """A number in digits of 15 bits."""
    found, rest = [], abs(number)
    while rest:
        found.append(rest & 0x7FFF)
        rest >>= 15
    count = len(found) if number > 0 else -len(found)
    return struct.pack(f"<i{len(found)}H", count, *found)


@given(st.lists(CELLS, max_size=9))
def test_the_byte_form_is_the_one_described(cells: list[Any]) -> None:
    """Whatever version of Python wrote a store, all of them make the same checksums."""
    rows: list[Any] = [(number, 31, cell, None) for number, cell in enumerate(cells)]
    assert checksum(rows) == crc32(packed(rows))


def test_derived_classes_count_as_what_is_stored_of_them() -> None:
    class Number(IntEnum):
        ONE = 1

    class Text(str):
        __slots__ = ()

    with pytest.raises(ValueError, match="unmarshallable"):
        marshal.dumps([Number.ONE], 2)
    assert checksum([(1, 3, Number.ONE, None), (2, 31, Text("a"), None)]) == checksum(
        [(1, 3, 1, None), (2, 31, "a", None)]
    )
    assert checksum([(1, 3, 1, None)]) != checksum([(1, 3, 2, None)])


KINDS: dict[PropTag, st.SearchStrategy[Any]] = {
    tags.PR_SUBJECT: st.text(max_size=5) | st.just("half \ud83d"),
    tags.PR_BODY: st.sampled_from(["short", "long", "lüng"]),
    tags.PR_IMPORTANCE: st.integers(-(2**31), 2**31 - 1) | st.just(True),
    tags.PR_MESSAGE_DELIVERY_TIME: st.integers(0, 2**63 - 1),
    tags.PR_HASATTACH: st.booleans(),
    PropTag.of(0x6801, PropType.DOUBLE): st.floats() | st.integers(-5, 5),
    PropTag.of(0x6802, PropType.BINARY): st.binary(max_size=5),
    PropTag.of(0x6803, PropType.LONG | MV_FLAG): st.lists(st.integers(0, 9), max_size=3).map(tuple),
    PropTag.of(0x6804, PropType.UNICODE | MV_FLAG): st.lists(st.text(max_size=3), max_size=3).map(tuple),
    PropTag.of(0x6805, PropType.CLSID): st.binary(min_size=16, max_size=16),
}
IDS = st.sets(st.sampled_from([tag >> 16 for tag in KINDS]), max_size=4)
VALUES = st.fixed_dictionaries({}, optional=KINDS)


def grown(values: dict[PropTag, Any]) -> dict[PropTag, Any]:
    """The same with long bodies in full."""
    body = values.get(tags.PR_BODY, "")
    return {**values, tags.PR_BODY: body * LARGE} if body.startswith("l") else values


class Operations(RuleBasedStateMachine):
    """Whatever is done to a store, all its checksums fit, and nothing is without one."""

    store: SqliteBackend
    folder: int

    def __init__(self) -> None:
        super().__init__()
        self.numbers: list[int] = []
        self.buried: list[int] = []

    @rule(values=VALUES, recipients=st.integers(0, 2), inside=VALUES)
    def create(self, values: dict[PropTag, Any], recipients: int, inside: dict[PropTag, Any]) -> None:
        inner = AttachmentChanges(inside, embedded=MessageChanges(grown(inside)))
        message = save(self.store, grown(values), recipients=people(recipients), attachments={0: file(b"a"), 1: inner})
        self.numbers.append(message.number)

    @precondition(lambda self: self.numbers)
    @rule(data=st.data(), values=VALUES, deleted=IDS, kept=st.booleans())
    def change(self, data: st.DataObject, values: dict[PropTag, Any], deleted: set[int], kept: bool) -> None:
        values, gone = grown(values), deleted - {tag >> 16 for tag in values}
        parts: dict[int, Any] = {
            0: AttachmentChanges(values, gone) if kept else None,
            1: AttachmentChanges({}, set(), embedded=MessageChanges(values, gone)),
        }
        message = self.store.message(data.draw(st.sampled_from(self.numbers)))
        message.apply(MessageChanges(values, gone, None, recipients=people(2), attachments=parts))

    @precondition(lambda self: self.numbers)
    @rule(data=st.data(), values=VALUES)
    def undo(self, data: st.DataObject, values: dict[PropTag, Any]) -> None:
        number = data.draw(st.sampled_from(self.numbers))
        with undone(self.store):
            self.store.message(number).apply(MessageChanges(values, set(), None))

    @precondition(lambda self: self.numbers)
    @rule(data=st.data())
    def copy_move_mark(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.numbers))
        self.numbers += self.store.copy_messages([number], self.store.root).values()
        self.store.move_messages([number], self.folder)
        self.store.set_flags([number], on=1, off=8)

    @precondition(lambda self: self.numbers)
    @rule(data=st.data())
    def bury(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.numbers))
        self.numbers.remove(number)
        self.store.retention().delete_messages([number], 1)

    @precondition(lambda self: self.numbers)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.numbers))
        self.numbers.remove(number)
        self.store.delete_messages([number])

    @rule(comment=st.text(max_size=4))
    def change_folder(self, comment: str) -> None:
        self.store.folder(self.folder).apply(ChangeSet({tags.PR_COMMENT: comment}, set(), None))

    @invariant()
    def everything_fits(self) -> None:
        database = self.store.database
        assert list(broken(database)) == []
        for table in TABLES:
            assert database.value(f"SELECT count(*) FROM {table} WHERE checksum IS NULL") == 0
        for data, seal in database.rows("SELECT properties, checksum FROM recipient"):
            assert crc32(data) == seal


def test_whatever_is_done_all_checksums_fit(tmp_path: Path) -> None:
    paths = (tmp_path / f"{number}.mapix" for number in range(1000))

    class OnFiles(Operations):
        def __init__(self) -> None:
            super().__init__()
            self.store = SqliteBackend(next(paths), create=True, full=False)
            self.folder = self.store.create_folder(self.store.root, "folder", {tags.PR_COMMENT: "c"})

        def teardown(self) -> None:
            self.store.close()

    from hypothesis.stateful import run_state_machine_as_test

    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        OnFiles,
        settings=settings(
            max_examples=examples(12), stateful_step_count=12, deadline=None, suppress_health_check=checks
        ),
    )
    made = list(tmp_path.glob("*.mapix"))
    assert made
    for path in made[-3:]:
        with closing(SqliteBackend(path)) as store:
            assert list(broken(store.database)) == []


@pytest.fixture
def filled(path: Path) -> Path:
    """A store with a message that has something of everything, closed."""
    store = SqliteBackend(path, create=True)
    folder = store.create_folder(store.root, "folder", {tags.PR_COMMENT: "a comment"})
    inner = AttachmentChanges(embedded=MessageChanges({tags.PR_SUBJECT: "inside"}))
    values = {
        tags.PR_BODY: "a small body",
        tags.PR_SENDER_EMAIL_ADDRESS: "someone@home.example",
        tags.PR_SENSITIVITY: 2,
        PropTag.of(0x6801, PropType.DOUBLE): 1.5,
        PropTag.of(0x6802, PropType.BINARY): b"abc",
        PropTag.of(0x6803, PropType.LONG | MV_FLAG): (1, 2),
        tags.PR_HTML: b"<p>" * LARGE,
    }
    save(store, values, folder=folder, recipients=people(2), attachments={0: file(b"attached"), 1: inner})
    store.close()
    return path


def flipped(value: Any, bit: int) -> Any:
    """A value with one bit turned that is of its kind still."""
    if isinstance(value, int):
        return value ^ (1 << bit % 15)
    if isinstance(value, float):
        (number,) = struct.unpack("<q", struct.pack("<d", value))
        return struct.unpack("<d", struct.pack("<q", number ^ (1 << bit % 50)))[0]
    data = bytearray(value.encode() if isinstance(value, str) else value)
    data[bit // 8 % len(data)] ^= 1 << (bit % 7)
    return data.decode() if isinstance(value, str) else bytes(data)


def test_one_bit_of_a_small_value_is_found_and_its_object_named(filled: Path, damaged: None) -> None:
    with closing(sqlite3.connect(filled, isolation_level=None)) as connection:
        rows = connection.execute("SELECT object, id, value FROM property WHERE blob IS NULL AND object > 0").fetchall()
        assert len(rows) > 10
        for number, prop_id, value in rows:
            for bit in range(0, 64, 9):
                if isinstance(value, str | bytes) and not value:
                    continue
                where = (number, prop_id)
                connection.execute(
                    "UPDATE property SET value = ? WHERE object = ? AND id = ?", (flipped(value, bit), *where)
                )
                found = {finding.number for finding in check_store(filled) if finding.kind == KIND}
                assert found == {number}, (where, value, bit)
            connection.execute("UPDATE property SET value = ? WHERE object = ? AND id = ?", (value, *where))
    assert check_store(filled) == []


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("UPDATE property SET value = 'a smalk body' WHERE value = 'a small body'", "message 'Budget'"),
        ("DELETE FROM property WHERE value = 'a small body'", "message 'Budget'"),
        ("UPDATE property SET value = 'a commend' WHERE value = 'a comment'", "folder 'folder'"),
        ("UPDATE property SET value = x'4041' WHERE value = CAST('attached' AS BLOB)", "attachment 0 of message"),
        ("UPDATE property SET blob = NULL, value = x'00' WHERE blob IS NOT NULL", "message 'Budget'"),
    ],
)
def test_what_does_not_fit_is_taken_by_a_repair_that_says_so(
    filled: Path, damaged: None, damage: str, named: str
) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        assert connection.execute(damage).rowcount == 1
        connection.commit()
    found = [finding for finding in check_store(filled) if finding.kind == KIND]
    assert len(found) == 1
    assert named in found[0].detail
    assert "mapix store check --repair" in found[0].detail
    repaired = [finding for finding in repair_store(filled) if finding.kind == KIND]
    assert [finding.repaired for finding in repaired] == [True]
    assert check_store(filled) == []


def test_a_bit_of_a_recipient_is_found(filled: Path, damaged: None) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        (data,) = connection.execute("SELECT properties FROM recipient WHERE row_id = 1").fetchone()
        (seal,) = connection.execute("SELECT checksum FROM recipient WHERE row_id = 1").fetchone()
        connection.execute("UPDATE recipient SET checksum = ? WHERE row_id = 1", (seal ^ 1,))
        connection.commit()
    assert crc32(data) == seal
    (found,) = check_store(filled)
    assert "row 1 is not what was saved" in found.detail
    assert [finding.repaired for finding in repair_store(filled)] == [True]
    assert check_store(filled) == []


def test_saving_something_else_does_not_hide_damage(filled: Path, damaged: None) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute("UPDATE property SET value = 'a smalk body' WHERE value = 'a small body'")
        connection.commit()
    store = SqliteBackend(filled)
    (number,) = store.messages(store.children(store.root)[0])
    store.message(number).apply(MessageChanges({tags.PR_SUBJECT: "new"}, set(), None))
    (copy,) = store.copy_messages([number], store.root).values()
    assert {finding.number for finding in broken_seals(store.database)} == {number, copy}
    store.close()


def test_an_older_store_gets_checksums_by_saving_and_by_repairing(path: Path) -> None:
    store = SqliteBackend(old_store(6, path))
    count = "SELECT count(*) FROM message WHERE checksum IS NULL"
    before = store.database.value(count)
    number = store.messages(store.children(store.root)[0])[0]
    store.message(number).apply(MessageChanges({tags.PR_SUBJECT: "new"}, set(), None))
    assert store.database.value(count) == before - 1
    store.close()
    assert check_store(path) == []
    (told,) = repair_store(path)
    assert told.repaired
    assert f"message {before - 1}" in told.detail
    with closing(sqlite3.connect(path)) as connection:
        for table in TABLES:
            assert connection.execute(f"SELECT count(*) FROM {table} WHERE checksum IS NULL").fetchone() == (0,)
    assert check_store(path) == []
    assert repair_store(path) == []


def test_what_is_salvaged_in_doubt_is_counted(filled: Path, damaged: None) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute("UPDATE property SET value = x'4041' WHERE value = CAST('attached' AS BLOB)")
        connection.commit()
    salvaged = salvage_store(filled)
    assert len(salvaged.doubtful) == 1
    assert salvaged.lost == []
    assert check_store(salvaged.path) == []
