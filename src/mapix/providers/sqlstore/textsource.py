"""What the full text index takes of messages: the texts of their parts, made plain. Used by `textindex` only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from mapix.properties.errors import CorruptStore
from mapix.properties.tag import PropType
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.textparts import ATTACHMENT_TAGS, COLUMNS, PART_OF, SHORT, plain
from mapix.providers.sqlstore.values import loaded_text

_SLICE: Final = 25
_AT_ONCE: Final = 500_000
LONGEST: Final = 100_000
"""Characters of a message that an index has at most; longer ones are looked at in every search."""

_GIANT: Final = "x" * (LONGEST + 1)
_TYPE: Final = int(PropType.UNICODE)

Entry = tuple[int, tuple[str, ...]]
"""A message's number and the plain texts of its parts in an index."""


def some_entries(database: Database, name: str, numbers: Sequence[int]) -> tuple[list[Entry], list[int]]:
    """What the index will have of the first of some messages, not too much at once, and which are giants."""
    entries: list[Entry] = []
    giants: list[int] = []
    size = 0
    for start in range(0, len(numbers), _SLICE):
        if size > _AT_ONCE:
            break
        for number, texts in entries_of(database, name, numbers[start : start + _SLICE]):
            length = sum(map(len, texts))
            if length > LONGEST:
                giants.append(number)
                entries.append((number, ("",) * len(texts)))
            else:
                entries.append((number, texts))
                size += length
    return entries, giants


def entries_of(database: Database, name: str, numbers: Sequence[int]) -> Iterable[Entry]:
    """What the index has of some messages."""
    texts: dict[int, dict[str, dict[str, None]]] = {number: {} for number in numbers}
    for number, part, text in _texts(database, name, numbers):
        if number not in texts:
            raise CorruptStore("an index of the store is damaged", value=number, hint="mapix store check")
        if text is not None:
            found = _GIANT if text == 1 else plain(loaded_text(text))
            texts[number].setdefault(part, {})[found] = None
    for number, parts in texts.items():
        yield number, tuple("\n".join(parts.get(part, ())) for part in COLUMNS[name])


def _texts(database: Database, name: str, numbers: Sequence[int]) -> Iterable[tuple[int, str, Any]]:
    """The texts of some messages, with their parts; 1 for one that is too long to be read."""
    marks = ", ".join("?" * len(numbers))
    text = database.dialect.value(_TYPE)
    ids = ", ".join(str(number) for number, part in PART_OF.items() if part in COLUMNS[name])
    giant = f"p.blob IS NOT NULL AND (SELECT b.size FROM blob b WHERE b.id = p.blob) > {2 * LONGEST}"
    own = f"SELECT p.object, p.id, {giant}, CASE WHEN {giant} THEN NULL ELSE {text} END FROM property p"
    of_these = f"WHERE p.object IN ({marks}) AND p.id IN ({ids}) AND p.type = {_TYPE}"
    for number, prop_id, is_giant, value in database.rows(f"{own} {of_these}", numbers):
        yield number, PART_OF[prop_id], 1 if is_giant else value
    if name != SHORT:
        return
    people = f"SELECT message, display_name, address FROM recipient WHERE message IN ({marks})"
    for number, *values in database.rows(people, numbers):
        yield from ((number, "recipients", value) for value in values)
    ids = ", ".join(str(tag.id) for tag in ATTACHMENT_TAGS)
    files = f"SELECT a.message, {text} FROM attachment a JOIN property p ON p.object = a.id"
    of_these = f"WHERE a.message IN ({marks}) AND p.id IN ({ids}) AND p.type = {_TYPE}"
    for number, value in database.rows(f"{files} {of_these}", numbers):
        yield number, "attachments", value
