"""Full text: the index finds nothing that the meaning does not, misses nothing, and is never in anybody's way."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fixtures_postgresql import PostgreSql

from mapix.interfaces.backend import AttachmentChanges, MessageChanges
from mapix.objects.restrictions.collate import fold
from mapix.objects.restrictions.contentmatch import content_test, from_first_word, words
from mapix.objects.stores.entryids import StoreIds
from mapix.properties import tags
from mapix.properties.restriction import Content, Fuzzy, Property, Relop, Restriction
from mapix.properties.where import parse_where
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.judging import has_phrase, has_word_start
from mapix.providers.sqlstore.leaves import Predicate
from mapix.providers.sqlstore.postgresql.backend import open_named
from mapix.providers.sqlstore.postgresql.connection import Place
from mapix.providers.sqlstore.rows import ContentsRows
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.textindex import SqliteTextIndex
from mapix.providers.sqlstore.textindex import TextIndex
from mapix.providers.sqlstore.textparts import BODY, SHORT, grams_of, plain, wish_of

from .helpers import people, save

LEVELS = (Fuzzy.FULLSTRING, Fuzzy.SUBSTRING, Fuzzy.PREFIX, Fuzzy.PREFIX_ON_ANY_WORD, Fuzzy.PHRASE_MATCH)
MARKS = (Fuzzy(0), Fuzzy.IGNORECASE, Fuzzy.IGNORENONSPACE, Fuzzy.IGNORECASE | Fuzzy.IGNORENONSPACE, Fuzzy.LOOSE)
PIECES = (
    *(
        "a",
        "b",
        "A",
        "B",
        " ",
        "_",
        "-",
        ".",
        "\0",
        "ß",
        "ẞ",
        "ſ",
        "ς",
        "Σ",
        "ä",
        "a\u0308",
        "İ",
        "i\u0307",
        "ı",
        "ŉ",
        "ǰ",
    ),
    *("ᾳ", "α\u0345", "αι", "ι", "Ι", "각", "가", "\u11a8", "한", "Å", "\u212b", "ﬁ", "\ud83d", "😀"),
)
LETTERS = st.sampled_from(PIECES)
TEXTS = st.lists(LETTERS, max_size=8).map("".join)


@settings(max_examples=3_000, deadline=None)
@given(
    before=TEXTS,
    wanted=TEXTS,
    after=TEXTS,
    level=st.sampled_from(LEVELS),
    mark=st.sampled_from(MARKS),
    twist=st.sampled_from((str, str.upper, str.swapcase, str.casefold)),
)
def test_what_is_found_in_a_text_is_found_in_its_plain_form(
    before: str, wanted: str, after: str, level: Fuzzy, mark: Fuzzy, twist: Any
) -> None:
    text = before + wanted + after
    restriction = Content(tags.PR_SUBJECT, twist(wanted), int(level | mark))
    wish = wish_of(restriction)
    if wish is not None and content_test(restriction)(text):
        assert set(wish.grams) <= set(grams_of(plain(text)))


@given(TEXTS, TEXTS)
def test_each_character_is_made_plain_by_itself(left: str, right: str) -> None:
    assert plain(left + right) == plain(left) + plain(right)


@pytest.fixture
def sqlite(path: Path) -> Iterator[SqliteBackend]:
    backend = SqliteBackend(path, create=True, full=False)
    backend.decorate(StoreIds(backend.provider_uid, backend.uid, b"wrapped"))
    yield backend
    backend.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, path: Path) -> Iterator[SqlBackend]:
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    server: PostgreSql = request.getfixturevalue("server")
    backend = open_named(Place.of(server.dsn(), None), str(path), create=True)
    backend.decorate(StoreIds(backend.provider_uid, backend.uid, b"wrapped"))
    yield backend
    backend.close()


def texts_of(store: SqlBackend) -> TextIndex:
    index = store._around.texts
    assert index is not None
    return index


def _itself(predicate: Predicate) -> Predicate:
    return predicate


def _where_any(rows: ContentsRows) -> Callable[[Predicate], Predicate | None]:
    """What gives the condition where a page of it shows anything."""
    return lambda predicate: predicate if rows.query.page(predicate, (), None, 1, ()).keys else None


def found(store: SqlBackend, where: str | Restriction, *, driven: bool | None = None) -> list[int]:
    """The numbers that a new table of the root shows; `driven` whether the index must have been asked."""
    rows = store.contents(store.root, associated=False)
    assert isinstance(rows, ContentsRows)
    restriction = parse_where(where) if isinstance(where, str) else where
    if driven is not None:
        predicate = rows._asked(restriction, None, _itself)
        assert (predicate.driver is not None) is driven
    numbers = [key[-1] for key in rows.page(restriction, (), None, 1000, ()).keys]
    assert rows.count(restriction) == len(numbers)
    for place, number in enumerate(numbers):
        assert rows.key_at(restriction, (), place) == (number,)
        assert rows.position(restriction, (), (number,)) == place
    return numbers


def mail(store: SqlBackend, subject: str, body: str = "", **values: Any) -> int:
    """A message; its number."""
    return save(store, {tags.PR_SUBJECT: subject, tags.PR_BODY: body}, **values).number


def test_every_part_of_a_message_is_indexed(store: SqlBackend) -> None:
    number = save(
        store,
        {
            tags.PR_SUBJECT: "Jahresbudget 2026",
            tags.PR_SENDER_NAME: "Ann Archer",
            tags.PR_SENDER_EMAIL_ADDRESS: "ann@example.org",
            tags.PR_DISPLAY_TO: "Bob Brown",
            tags.PR_BODY: "x" * 70_000 + " Straßenbahn",
        },
        recipients=people(3),
        attachments={0: AttachmentChanges({tags.PR_ATTACH_LONG_FILENAME: "figures.xlsx"})},
    ).number
    for other in range(5):
        mail(store, f"other {other}", "nothing")
    for where in (
        "subject ~ BUDGET",
        "subject word 2026",
        "from = 'ann@example.org'",
        "sender ~ archer",
        "PR_DISPLAY_TO ~ brown",
        "to ~ person or recipient ~ 'person2@home'",
        "attachment ~ .xlsx",
        "attachments(name ~ figures)",
        "body ~ STRASSENBAHN",
        "body ~ strassenbahn and subject ~ budget",
        "body ~ strassenbahn or subject ~ budget",
        "subject ~ budget and unread",
    ):
        assert found(store, where, driven=True) == [number], where
    assert found(store, "subject ~ budget and body ~ nothing", driven=True) == []


@pytest.mark.parametrize(
    "where",
    [
        "subject ~ bu",
        "not subject ~ budget",
        "subject matches /budget/",
        "PR_SUBJECT != budget",
        "subject ~ budget or unread",
        "PR_COMMENT ~ budget",
    ],
)
def test_what_the_index_cannot_help_with_is_looked_for_everywhere(store: SqlBackend, where: str) -> None:
    numbers = [mail(store, text) for text in ("Budget", "nothing")]
    assert set(found(store, where, driven=False)) <= set(numbers)


def test_changes_are_found_before_and_after_they_are_indexed(store: SqlBackend) -> None:
    first, second, third = (mail(store, f"budget {number}") for number in range(3))
    assert found(store, "subject ~ budget", driven=True) == [first, second, third]
    changed = store.message(second)
    changed.apply(MessageChanges({tags.PR_SUBJECT: "holidays"}))
    fourth = mail(store, "budget again")
    with store.database.read():  # nothing can be indexed now
        assert found(store, "subject ~ budget") == [first, third, fourth]
        assert found(store, "subject ~ holidays") == [second]
    assert found(store, "subject ~ holidays", driven=True) == [second]
    assert texts_of(store).state(SHORT).left == 0
    assert found(store, "subject ~ budget", driven=True) == [first, third, fourth]
    changed = store.message(second)
    changed.apply(MessageChanges({tags.PR_SUBJECT: "budget once more"}))
    assert found(store, "subject ~ budget", driven=True) == [first, second, third, fourth]
    store.delete_messages([first])
    assert found(store, "subject ~ budget", driven=True) == [second, third, fourth]
    (copy,) = store.copy_messages([third], store.root).values()
    assert found(store, "subject ~ budget", driven=True) == [second, third, fourth, copy]


def test_saving_does_nothing_for_the_index(store: SqlBackend) -> None:
    numbers = [mail(store, f"budget {number}") for number in range(3)]
    assert not texts_of(store).ready()
    assert found(store, "subject ~ budget") == numbers
    mail(store, "one more")
    assert store.database.value("SELECT count(*) FROM text_pending") == 0
    assert texts_of(store).state(SHORT).left == 1


def test_a_search_indexes_for_a_moment_only_and_is_right_all_the_same(
    store: SqlBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapix.providers.sqlstore.textindex._BATCH", 4)
    monkeypatch.setattr("mapix.providers.sqlstore.textindex._FOR_A_SEARCH", 0.0)
    numbers = [mail(store, f"budget {number}") for number in range(10)]
    assert found(store, "subject ~ budget", driven=False) == numbers
    texts = texts_of(store)
    with store.database.write():
        texts.make()
        texts._step(SHORT)
        texts._step(SHORT)
    assert texts.state(SHORT).left == 2
    assert found(store, "subject ~ budget", driven=True) == numbers
    assert texts.settle(SHORT)
    assert texts.state(SHORT).left == 0


def test_an_index_that_is_far_behind_is_not_asked(store: SqlBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapix.providers.sqlstore.textindex._FOR_A_SEARCH", 0.0)
    with store.database.write():
        texts_of(store).make()
    numbers = [mail(store, f"budget {number}") for number in range(4)]
    assert found(store, "subject ~ budget", driven=False) == numbers


def test_many_hits_are_not_collected_for_a_first_page(store: SqlBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapix.providers.sqlstore.driving.FEW", 3)
    monkeypatch.setattr("mapix.providers.sqlstore.driving._QUICK", 3)
    numbers = [mail(store, f"budget {number}") for number in range(6)]
    rows = store.contents(store.root, associated=False)
    where = parse_where("subject ~ budget")
    predicate = rows._asked(where, None, _itself)
    assert predicate.driver is not None
    predicate = rows._asked(where, (), _where_any(rows))
    assert predicate is not None
    assert predicate.driver is None
    assert " IN " not in predicate.sql
    assert found(store, where) == numbers


def test_hits_among_many_rows_are_found_in_the_order_of_the_rows(
    store: SqlBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapix.providers.sqlstore.driving._QUICK", 3)
    numbers = [mail(store, f"budget {number}") for number in range(6)]
    rows = store.contents(store.root, associated=False)
    predicate = rows._asked(parse_where("subject ~ budget"), (), _where_any(rows))
    assert predicate is not None
    assert predicate.driver is None
    assert predicate.sql.startswith("m.id IN (SELECT")
    predicate = rows._asked(parse_where("subject ~ budget and unread"), (), _where_any(rows))
    assert predicate is not None
    assert predicate.driver is not None
    assert found(store, "subject ~ budget") == numbers


def test_the_beginning_of_a_subject_is_a_span_of_an_index(sqlite: SqliteBackend) -> None:
    numbers = [mail(sqlite, text) for text in ("Budget", "budgets", "the budget", "BUDGEU", "budgf")]
    rows = sqlite.contents(sqlite.root, associated=False)
    where = parse_where("subject startswith budget")
    predicate = rows._asked(where, None, _itself)
    assert predicate.driver is None
    plan = sqlite.database.rows(
        f"EXPLAIN QUERY PLAN SELECT 1 FROM message m WHERE m.folder = 1 AND m.associated = 0 AND {predicate.sql}",
        predicate.params,
    )
    assert "message_whole_subject" in str(plan)
    predicate = rows._asked(where, (), _itself)
    assert predicate.driver is not None
    assert found(sqlite, where) == numbers[:2]
    assert found(sqlite, "subject startswith budget and subject ~ dgets") == [numbers[1]]
    assert found(sqlite, "subject startswith ''") == numbers


def test_nobody_waits_for_the_index(sqlite: SqliteBackend, path: Path) -> None:
    numbers = [mail(sqlite, f"budget {number}") for number in range(3)]
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert not sqlite.database.free_to_write()
        assert found(sqlite, "subject ~ budget", driven=False) == numbers
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert found(sqlite, "subject ~ budget", driven=True) == numbers


def test_two_connections_share_the_index(sqlite: SqliteBackend, path: Path) -> None:
    numbers = [mail(sqlite, f"budget {number}") for number in range(3)]
    other = SqliteBackend(path, full=False)
    other.decorate(StoreIds(other.provider_uid, other.uid, b"wrapped"))
    assert found(other, "subject ~ budget", driven=True) == numbers
    assert found(sqlite, "subject ~ budget", driven=True) == numbers
    other.message(numbers[0]).apply(MessageChanges({tags.PR_SUBJECT: "x"}))
    assert found(sqlite, "subject ~ budget", driven=True) == numbers[1:]
    other.close()
    reader = SqliteBackend(path, readonly=True)
    assert found(reader, "subject ~ budget", driven=True) == numbers[1:]
    reader.close()


def test_an_index_made_anew_forgets_what_is_gone(store: SqlBackend) -> None:
    numbers = [mail(store, f"budget {number}") for number in range(4)]
    assert found(store, "subject ~ budget", driven=True) == numbers
    store.message(numbers[0]).apply(MessageChanges({tags.PR_SUBJECT: "x"}))
    store.delete_messages(numbers[2:])
    assert found(store, "subject ~ budget") == [numbers[1]]
    texts = texts_of(store)
    texts.rebuild()
    assert not texts.state(SHORT).loose
    wish = wish_of(Property(Relop.EQ, tags.PR_SUBJECT, "budget"))
    assert wish is not None
    leg = texts.entries(SHORT, wish)
    assert [number for (number,) in store.database.rows(leg.sql, leg.params)] == [numbers[1]]
    assert found(store, "subject ~ budget", driven=True) == [numbers[1]]


def test_without_trigrams_searches_go_on_without_an_index(
    sqlite: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapix.providers.sqlstore.sqlite.textindex._OLDEST", (99, 0))
    old = SqliteTextIndex(sqlite.database)
    sqlite._around.texts = old
    number = mail(sqlite, "budget")
    assert found(sqlite, "subject ~ budget", driven=False) == [number]
    assert not old.ready()


def test_a_library_without_full_text_is_found_out_once(sqlite: SqliteBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "mapix.providers.sqlstore.sqlite.textindex._MAKE",
        "CREATE VIRTUAL TABLE text_{name} USING nothing({parts}, {detail})",
    )
    number = mail(sqlite, "budget")
    assert found(sqlite, "subject ~ budget", driven=False) == [number]
    assert found(sqlite, "subject ~ budget", driven=False) == [number]


@given(st.text(st.sampled_from("abß _-é1")), st.text(st.sampled_from("abß _-é1")))
def test_words_are_found_in_folded_bytes_as_in_texts(text: str, wanted: str) -> None:
    key, sought = fold(text), fold(wanted)
    phrase = content_test(Content(tags.PR_SUBJECT, wanted, Fuzzy.PHRASE_MATCH | Fuzzy.IGNORECASE))(text)
    assert has_phrase(key.encode(), f" {' '.join(words(sought))} ".encode()) == phrase
    start = content_test(Content(tags.PR_SUBJECT, wanted, Fuzzy.PREFIX_ON_ANY_WORD | Fuzzy.IGNORECASE))(text)
    assert has_word_start(key.encode(), from_first_word(sought).encode()) == start


WORDS = st.sampled_from(
    (
        "budget",
        "Budget",
        "budgets",
        "report",
        "Straße",
        "STRASSE",
        "café",
        "Cafe",
        "annual",
        "2026",
        "re:",
        "fw:",
        "ann",
    )
)
PHRASES = st.lists(WORDS, max_size=4).map(" ".join)
EDITS = st.lists(st.tuples(st.integers(0, 9), PHRASES), max_size=6)
WHERES = st.builds(
    Content,
    st.sampled_from((tags.PR_SUBJECT, tags.PR_BODY, tags.PR_SENDER_NAME)),
    PHRASES,
    st.builds(lambda level, mark: int(level | mark), st.sampled_from(LEVELS), st.sampled_from(MARKS)),
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    subjects=st.lists(st.tuples(PHRASES, PHRASES), min_size=1, max_size=10),
    edits=EDITS,
    wheres=st.lists(WHERES, min_size=8, max_size=8),
)
def test_whatever_is_changed_and_indexed_searches_mean_the_same(
    request: pytest.FixtureRequest,
    kind: str,
    tmp_path_factory: pytest.TempPathFactory,
    subjects: list[tuple[str, str]],
    edits: list[tuple[int, str]],
    wheres: list[Content],
) -> None:
    path = tmp_path_factory.mktemp("texts") / "store.mapix"
    if kind == "sqlite":
        backend: SqlBackend = SqliteBackend(path, create=True, full=False)
    else:
        backend = open_named(Place.of(request.getfixturevalue("server").dsn(), None), str(path), create=True)
    truth = {}
    for subject, body in subjects:
        values = {tags.PR_SUBJECT: subject, tags.PR_BODY: body, tags.PR_SENDER_NAME: subject[::-1]}
        truth[save(backend, values).number] = values
    for step, where in enumerate(wheres):
        test = content_test(where)
        assert found(backend, where) == [number for number, values in truth.items() if test(values[where.tag])]
        for place, text in edits[step : step + 1]:
            number = list(truth)[place % len(truth)]
            truth[number] |= {tags.PR_SUBJECT: text, tags.PR_BODY: text[::-1]}
            backend.message(number).apply(
                MessageChanges({tag: truth[number][tag] for tag in (tags.PR_SUBJECT, tags.PR_BODY)})
            )
    for name in (SHORT, BODY):
        texts_of(backend).settle(name)
    for where in wheres:
        test = content_test(where)
        assert found(backend, where) == [number for number, values in truth.items() if test(values[where.tag])]
    backend.close()


def test_nobody_finds_the_texts_of_another_mailbox(server: PostgreSql) -> None:
    subjects = {"ann-texts": "secret budget of Ann", "bob-texts": "secret budget of Bob"}
    places, numbers, mailboxes = {}, {}, {}
    open_named(Place.of(server.dsn(), None), "schema", create=True).close()
    for who, subject in subjects.items():
        places[who] = server.role(who)
        backend = open_named(Place.of(places[who], None), who, create=True)
        numbers[who], mailboxes[who] = mail(backend, subject), backend.database.mailbox
        assert found(backend, "subject ~ budget", driven=True) == [numbers[who]]
        wish = wish_of(Property(Relop.EQ, tags.PR_SUBJECT, "secret budget"))
        assert wish is not None
        asked = texts_of(backend).entries(SHORT, wish)
        assert [number for (number,) in backend.database.rows(asked.sql, asked.params)] == [numbers[who]]
        backend.close()
    with psycopg.connect(places["ann-texts"], autocommit=True) as ann:
        ann.execute("SET search_path = mapix")
        ann.execute(f"SET mapix.mailbox = '{mailboxes['bob-texts']}'")
        for statement in (
            "SELECT * FROM text_entry",
            "SELECT text_found('{}')",
            "SELECT text_put('short', 1, '{}')",
            "SELECT text_forget(true)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                ann.execute(statement)
        assert ann.execute("SELECT count(*) FROM text_index").fetchone() == (0,)


def test_a_store_that_is_compacted_lets_go_of_old_entries(
    sqlite: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapix.providers.sqlstore.sqlite.textindex._SPARED", 0)
    numbers = [mail(sqlite, f"budget {number}") for number in range(4)]
    for subject in ("x", "y", "budget z"):
        assert found(sqlite, "subject ~ budget") == numbers
        sqlite.message(numbers[-1]).apply(MessageChanges({tags.PR_SUBJECT: subject}))
        assert (numbers[-1] in found(sqlite, "subject ~ budget")) is ("budget" in subject)
        sqlite.message(numbers[-1]).apply(MessageChanges({tags.PR_SUBJECT: "budget"}))
    assert texts_of(sqlite).state(SHORT).loose
    assert sqlite.database.value("SELECT entries FROM text_index WHERE name = 'short'") > 4
    sqlite.care().compact()
    assert sqlite.database.value("SELECT entries FROM text_index WHERE name = 'short'") == 4
    assert sqlite.database.value("SELECT done FROM text_index WHERE name = 'body'") == 0
    assert not texts_of(sqlite).state(SHORT).loose
    assert found(sqlite, "subject ~ budget", driven=True) == numbers


def test_entries_of_deleted_messages_go_with_compacting(store: SqlBackend) -> None:
    numbers = [mail(store, f"budget {number}") for number in range(4)]
    assert found(store, "subject ~ budget") == numbers
    store.delete_messages(numbers[:2])
    store.care().compact()
    assert found(store, "subject ~ budget", driven=True) == numbers[2:]


def test_an_index_in_use_is_brought_up_to_date_when_a_store_is_closed(sqlite: SqliteBackend, path: Path) -> None:
    for round_ in range(2):
        other = SqliteBackend(path, full=False)
        mail(other, f"budget {round_}")
        other.close()
        assert texts_of(sqlite).ready() is bool(round_)
        if round_:
            assert texts_of(sqlite).state(SHORT).left == 0
            assert texts_of(sqlite).state(BODY).left == 2
        else:
            assert len(found(sqlite, "subject ~ budget")) == 1


def test_giant_texts_are_looked_at_without_being_indexed(store: SqlBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapix.providers.sqlstore.textsource.LONGEST", 70_000)
    monkeypatch.setattr("mapix.providers.sqlstore.textsource._GIANT", "x" * 70_001)
    monkeypatch.setattr("mapix.providers.sqlstore.textsource._AT_ONCE", 10)
    small = [mail(store, "small", f"budget {number}") for number in range(60)]
    giant = mail(store, "giant", "y" * 200_000 + " budget of giants")
    middle = mail(store, "middle", "y" * 69_000 + " budget of the middle")
    assert texts_of(store).settle(BODY)
    assert found(store, "body ~ budget", driven=True) == [*small, giant, middle]
    assert found(store, "body ~ giants", driven=True) == [giant]
    assert found(store, "body ~ middle", driven=True) == [middle]
    assert store.database.value("SELECT count(*) FROM text_giant") == 1
    store.message(giant).apply(MessageChanges({tags.PR_BODY: "no budget any more"}))
    store.message(small[0]).apply(MessageChanges({tags.PR_BODY: "z" * 71_000 + "giants"}))
    assert texts_of(store).settle(BODY)
    assert found(store, "body ~ giants", driven=True) == [small[0]]
    assert found(store, "body ~ 'any more'", driven=True) == [giant]
    assert [number for (number,) in store.database.rows("SELECT message FROM text_giant")] == [small[0]]
