"""A store looked over: whether everything in it fits together.

    for finding in findings(database):
        print(finding)

`repair` makes good what can be made good without guessing. `checks.sql` says most of what is looked for; columns that
repeat a property, recipients, large values and the tree of folders are here, what only files can have wrong in
`sqlite.filecheck`. All of it works with the memory of a few thousand rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Any, Final
from zlib import crc32

from mapix.interfaces.care import Finding
from mapix.properties.codec import unpack_props
from mapix.properties.errors import MapiError
from mapix.properties.tags import PR_ROWID
from mapix.providers.sqlstore.blobs import content_hash
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.folder import name_key
from mapix.providers.sqlstore.garbage import Garbage
from mapix.providers.sqlstore.guarding import STUMBLES
from mapix.providers.sqlstore.hot import HOT
from mapix.providers.sqlstore.hotcheck import MOST, repair_column, told, wrong_columns
from mapix.providers.sqlstore.parts import (
    forget_checksum,
    merge_recipient,
    numbered_recipient,
    recipient_columns,
    remake_recipient,
)
from mapix.providers.sqlstore.seals import accept, broken_seals, farther, seal_rest, unsealed
from mapix.providers.sqlstore.searchcheck import repair_results, wrong_results
from mapix.providers.sqlstore.sizecheck import repair_sizes, wrong_sizes
from mapix.providers.sqlstore.statements import filled, load
from mapix.providers.sqlstore.values import loaded_text, stored_text

DAMAGED: Final = "damaged"
"""The kind of findings that tell of what could not even be looked at."""

UNREADABLE: Final = "large value that cannot be read"
"""The kind of findings that tell of a large value that is not there."""

_PAGE: Final = 2000
_REPAIR: Final = " repair"
_COUNTED: Final = ("folder counts repair", "search folder counts repair")
"""What is done at the end once more: it follows from everything else."""
_UNINDEXED: Final = "message that the full text index does not find"
_TREE: Final = (
    "WITH RECURSIVE tree (id) AS ("
    " SELECT root FROM store WHERE {mine} UNION SELECT f.id FROM tree t JOIN folder f ON f.parent = t.id)"
    " SELECT id, name FROM folder WHERE {mine} AND id NOT IN (SELECT id FROM tree) AND kept_in IS NULL"
)
_RECIPIENTS: Final = (
    "SELECT message, row_id, properties, {seal}, recipient_type, {texts}, responsibility{keys} FROM recipient r"
    " WHERE {mine} AND (message > ? OR (message = ? AND row_id > ?)) ORDER BY message, row_id LIMIT {page}"
)
_BLOBS: Final = (
    "SELECT id, hash FROM blob WHERE {mine} AND id > ? AND id NOT IN (SELECT blob FROM garbage WHERE {mine})"
    " ORDER BY id LIMIT 100"
)

Look = Callable[[Database], Iterable[Finding]]


def findings(database: Database, more: Iterable[Look] = ()) -> list[Finding]:
    """Everything that is wrong, as far as it can be read; `more` are further looks, taken first."""
    found: list[Finding] = []
    with database.read():
        for look in (*more, *_LOOKS):
            try:
                found += islice(look(database), 50 * MOST)
            except MapiError as error:
                found.append(Finding(DAMAGED, 0, str(error)))
            except STUMBLES as error:
                found.append(Finding(DAMAGED, 0, f"{look.__name__.strip('_')}: {error}"))
    return found


def repaired(
    database: Database,
    more: Iterable[Look] = (),
    first: Callable[[], None] | None = None,
    last: Callable[[], None] | None = None,
) -> list[Finding]:
    """Make good what is wrong; what was found, marked where it no longer is. `first` and `last` are done in the same
    transaction, before and after everything else.
    """
    looks = tuple(more)
    before = findings(database, looks)
    filled_in = unsealed(database)
    if not before and not filled_in:
        return []
    try:
        if before:
            _repair(database, first, last)
        else:
            with database.write():
                seal_rest(database)
        index = database.text_index()
        if index is not None and any(finding.kind == _UNINDEXED for finding in before):
            index.rebuild()
    except (MapiError, *STUMBLES) as error:
        return [*before, Finding("repair was not possible", 0, str(error))]
    left = {(finding.kind, finding.number) for finding in findings(database, looks)}
    return [*(replace(each, repaired=(each.kind, each.number) not in left) for each in before), *filled_in]


def _repair(database: Database, first: Callable[[], None] | None, last: Callable[[], None] | None) -> None:
    with database.write():
        if first is not None:
            first()
        repairs = {name: sql for name, sql in _checks(database).items() if _REPAIR in name}
        for sql in repairs.values():
            database.run(sql)
        _hang_in_again(database)
        for hot in HOT:
            repair_column(database, hot)
        for message, given, readable, _ in list(_wrong_recipients(database)):
            row_id = numbered_recipient(database, message, given)
            if readable:
                forget_checksum(database, message, row_id)
                merge_recipient(database, message, row_id, {PR_ROWID: row_id})
            else:
                remake_recipient(database, message, row_id)
        repair_sizes(database)
        repair_results(database)
        accept(database)
        seal_rest(database)
        for name in _COUNTED:
            database.run(repairs[name])
        if last is not None:
            last()
    Garbage(database).collect()


def _checks(database: Database) -> Mapping[str, str]:
    """The statements of `checks.sql` for a database, its own first."""
    name = database.dialect.name
    marks = {**database.marks, "{valueless}": _valueless(database)}
    return {each: filled(sql, marks) for each, sql in _all_checks(name).items()}


@cache
def _all_checks(dialect: str) -> Mapping[str, str]:
    own, shared = load(f"{dialect}/checks.sql"), load("checks.sql")
    return {**own, **{name: sql for name, sql in shared.items() if name not in own}}


def _valueless(database: Database) -> str:
    """The condition of a property row that has neither value nor blob."""
    none = " AND ".join(f"{column} IS NULL" for column in database.dialect.value_columns)
    return f"(blob IS NULL AND {none})"


def _relations(database: Database) -> Iterator[Finding]:
    """What `checks.sql` finds."""
    for name, sql in _checks(database).items():
        if _REPAIR not in name:
            rows = database.rows(f"SELECT * FROM ({sql}) AS found LIMIT {MOST + 1}")
            yield from (Finding(name, number, _said(detail)) for number, *detail in rows[:MOST])
            if len(rows) > MOST:
                yield Finding(name, 0, "and more of this kind")


def _said(cells: Iterable[Any]) -> str:
    return " ".join(told(cell) for cell in cells if cell is not None)


# the tree of folders


def _lost_folders(database: Database) -> Iterator[Finding]:
    for number, name in database.rows(filled(_TREE, database.marks)):
        yield Finding("folder not below the root", number, told(name))


def _hang_in_again(database: Database) -> None:
    """Folders that no way leads to lie below the root from now on, under names that nobody has."""
    root = database.row(database.sql["store_row"])[1]
    for number, name in database.rows(filled(_TREE, database.marks)):
        text = f"{loaded_text(name)} (recovered {number})"
        database.run("UPDATE folder SET parent = ? WHERE id = ?", (root, number))
        database.run(database.sql["folder_rename"], (stored_text(text), name_key(text), number))


# recipients


def _recipients(database: Database) -> Iterator[Finding]:
    for message, _, _, problem in _wrong_recipients(database):
        yield Finding("recipient not like its properties", message, problem)


def _wrong_recipients(database: Database) -> Iterator[tuple[int, int, bool, str]]:
    """Recipient rows whose columns do not repeat their properties: message, row, whether it can be read, what is
    wrong.
    """
    dialect = database.dialect
    texts = ", ".join(map(dialect.readable, ("display_name", "address_type", "address")))
    keys = "".join(f", {name}" for name in dialect.recipient_keys.values())
    seal = "checksum" if dialect.checksums else "NULL"
    marks = {"{texts}": texts, "{keys}": keys, "{seal}": seal, "{page}": str(_PAGE)}
    sql = filled(_RECIPIENTS, {**database.marks, **marks})
    at: tuple[int, ...] = (0, 0)
    while rows := database.rows(sql, (at[0], at[0], at[1])):
        for message, row_id, packed, seal, *columns in rows:
            try:
                unpacked = unpack_props(packed)
                plain = recipient_columns(unpacked)
            except (MapiError, *STUMBLES) as error:
                yield message, row_id, False, str(error)
                continue
            if unpacked.get(PR_ROWID) != row_id:
                yield message, row_id, True, f"row {row_id} tells that it is {unpacked.get(PR_ROWID)!r}"
                continue
            right = [*map(loaded_text, plain), *dialect.recipient_cells(plain)]
            if right != [*map(loaded_text, columns[: len(plain)]), *columns[len(plain) :]]:
                yield message, row_id, True, f"row {row_id} shows {columns!r}, not {right!r}"
            elif seal is not None and seal != crc32(packed):
                yield message, row_id, True, f"row {row_id} is not what was saved; repair takes it as it is"
        at = farther(at, rows[-1][:2])


# the full text index


def _texts(database: Database) -> Iterator[Finding]:
    """Messages that the index does not find, of a sample."""
    index = database.text_index()
    for number, part in () if index is None else index.unfound():
        yield Finding(_UNINDEXED, number, part)


# large values


def _large_values(database: Database) -> Iterator[Finding]:
    """Large values whose pieces do not make the content they are known by."""
    sql, at = filled(_BLOBS, database.marks), 0
    while rows := database.rows(sql, (at,)):
        for blob, digest in rows:
            try:
                whole = content_hash(database, blob) == digest
            except (MapiError, *STUMBLES) as error:
                yield Finding(UNREADABLE, blob, str(error))
                continue
            if not whole:
                yield Finding(
                    "large value that is not what it was",
                    blob,
                    f"its hash was {digest.hex() if isinstance(digest, bytes) else digest}",
                )
        (at,) = farther((at,), rows[-1][:1])


_LOOKS: Final[tuple[Look, ...]] = (
    _relations,
    _lost_folders,
    wrong_columns,
    _recipients,
    wrong_sizes,
    broken_seals,
    _texts,
    wrong_results,
    _large_values,
)
