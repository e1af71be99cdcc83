"""Text looked for among a million messages: how subjects begin, parts of words, whole words.

The floor is the statement that a person would write against the same file with the index that suits it: a span of
subjects, or trigrams. Subjects are six words of thirty thousand, few of them frequent, most of them rare.
`MAPIX_BENCH_ROWS` changes how many messages there are.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import accumulate, cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from benchmarks.bench_million import ROWS, BareSqlite
from benchmarks.bench_store import BY_TIME, COLUMNS, LINES, TIME, folder_of, open_store
from benchmarks.big_folder import Bare, contents, indexed, restricted
from benchmarks.copies import Place, backend_of
from benchmarks.harness import Result, side_by_side
from mapix.interfaces.store import MsgStore
from mapix.objects.restrictions.collate import fold
from mapix.properties import tags as t
from mapix.properties.restriction import And, Exist
from mapix.properties.where import parse_where
from mapix.providers.sqlstore.textparts import grams_of

ByHand = tuple[str, str, tuple[Any, ...]]
"""The tables, condition and parameters of a floor."""

_BATCH = 5000
_TIMES = 10
_WORDS = {4: "report", 60: "budget", 2500: "quarterly", 20_000: "zephyrine"}
_SHOWN = "m.id, m.subject, m.sender_name, m.display_to, m.delivery_time, m.size, m.flags, m.has_attach"
MESSAGE_COLUMNS = (
    "id, folder, delivery_time, size, subject, subject_key, normalized_subject, normalized_subject_key, sender_name,"
    " sender_name_key, display_to, display_to_key, associated, flags, importance"
)
_MESSAGE = f"INSERT INTO message ({MESSAGE_COLUMNS}) VALUES ({'?, ' * 12}0, 1, 1)"
_PROPERTY = "INSERT INTO property (object, id, type, value) VALUES (?, ?, 31, ?)"


class Search(NamedTuple):
    """What is looked for, as people write it, and as a condition of the floor with what it wants."""

    what: str
    where: str
    word: str = ""
    span: str = ""


SEARCHES = (
    Search("a rare word", "subject word zephyrine", "zephyrine"),
    Search("a word", "subject word quarterly", "quarterly"),
    Search("a frequent word", "subject word budget", "budget"),
    Search("part of a word", "subject ~ uarterl", "uarterl"),
    Search("part of a frequent word", "subject ~ epor", "epor"),
    Search("the beginning", "subject startswith report", span="report"),
)


def run() -> list[Result]:
    """All measurements."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "texts.mapix"
        with open_store(path) as store:
            place = filled(store)
            took = indexed(store)
        with open_store(path) as store:
            raw = BareSqlite(path)
            found = [result for search in SEARCHES for result in searched(store, raw, place, search, _by_hand, ROWS)]
        return [Result("indexing the short texts of a message", took / ROWS), *found]


def filled(store: MsgStore) -> Place:
    """A folder with messages whose subjects differ."""
    entry_id: bytes = folder_of(store).create_folder("texts").get_prop(t.PR_ENTRYID)
    number = int.from_bytes(entry_id[-8:], "little")
    backend = backend_of(store)
    with store.transaction():
        database = backend.database
        first = database.value("UPDATE store SET last_number = last_number + ? RETURNING last_number", (ROWS,)) - ROWS
        texts = drawn_texts()
        for start in range(0, ROWS, _BATCH):
            batch = [(first + place + 1, *next(texts)) for place in range(start, min(start + _BATCH, ROWS))]
            database.many(_MESSAGE, [message_row(number, *each) for each in batch])
            database.many(_PROPERTY, [row for each in batch for row in text_values(*each)])
    return Place(entry_id, number)


def drawn_texts() -> Iterator[tuple[str, str, str]]:
    """A subject, a sender and a recipient, again and again."""
    chance = random.Random(7)
    letters = ("bcdfghklmnprstvw", "aeiou")
    words = ["".join(chance.choice(letters[i % 2]) for i in range(chance.randint(3, 10))) for _ in range(30_000)]
    for place, word in _WORDS.items():
        words[place] = word
    weights = list(accumulate(1 / (place + 8) for place in range(len(words))))
    while True:
        drawn = chance.choices(words, cum_weights=weights, k=10)
        prefix = chance.choice(("", "", "Re: ", "Fw: "))
        yield prefix + " ".join(drawn[:6]), " ".join(drawn[6:8]), " ".join(drawn[8:])


def message_row(folder: int, number: int, subject: str, sender: str, to: str) -> tuple[Any, ...]:
    """The columns of a message (`MESSAGE_COLUMNS`) but the last three."""
    normal = subject.removeprefix("Re: ").removeprefix("Fw: ")
    texts = [each for text in (subject, normal, sender, to) for each in (text, fold(text).encode())]
    return (number, folder, TIME + number * 7919 % 1_000_003 * 10_000_000, number % 100_000, *texts)


def text_values(number: int, subject: str, sender: str, to: str) -> Iterator[tuple[Any, ...]]:
    """The properties that texts are in: object, identifier and value."""
    for tag, text in ((t.PR_SUBJECT, subject), (t.PR_SENDER_NAME, sender), (t.PR_DISPLAY_TO, to)):
        yield number, tag.id, text


def searched(
    store: MsgStore, raw: Bare, place: Place, search: Search, by_hand: Callable[[Search], ByHand], size: int
) -> list[Result]:
    """How many messages are found, and the first of them by time."""
    where = parse_where(search.where)
    table, condition, params = by_hand(search)
    here = f"FROM {table} WHERE {condition} AND m.folder = ? AND m.associated = 0"
    counted = f"SELECT count(*) {here}"
    first = f"SELECT {_SHOWN} {here} ORDER BY m.delivery_time DESC NULLS LAST LIMIT {LINES}"
    values = (*params, place.number)
    table, by_time = contents(store, place, COLUMNS), contents(store, place, COLUMNS)
    by_time.sort_table(BY_TIME)
    count = restricted(table, where).get_row_count()
    assert count <= raw.rows(counted, values)[0][0]
    numbers = side_by_side(
        lambda: [restricted(table, where).get_row_count() for _ in range(_TIMES)],
        lambda: [raw.rows(counted, values) for _ in range(_TIMES)],
    )
    asked = cycle((where, And((where, Exist(t.PR_MESSAGE_DELIVERY_TIME)))))  # nothing is asked twice in a row
    rows = side_by_side(
        lambda: [restricted(by_time, next(asked)).query_rows(LINES) for _ in range(_TIMES)],
        lambda: [raw.rows(first, values) for _ in range(_TIMES)],
    )
    return [
        Result(f"{search.what} in {size:,} subjects: count {count:,}", *(each / _TIMES for each in numbers), 3.0),
        Result(f"{search.what}: first {LINES} by time", *(each / _TIMES for each in rows), 3.0),
    ]


def _by_hand(search: Search) -> ByHand:
    """The tables, condition and parameters of the floor."""
    if search.span:
        return "message m", "m.subject_key >= ? AND m.subject_key < ?", span_of(search.span)
    grams = " AND ".join(f'"{gram}"' for gram in grams_of(search.word))
    return (
        "text_short CROSS JOIN message m ON m.id = text_short.rowid",
        "text_short MATCH ?",
        (f"{{subject}} : ({grams})",),
    )


def span_of(beginning: str) -> tuple[bytes, bytes]:
    """Between which two the keys are that begin so."""
    low = beginning.encode()
    return low, low[:-1] + bytes((low[-1] + 1,))
