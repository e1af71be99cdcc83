"""Full text: what is indexed is found, in order, and only by whom it belongs to."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from tests.fixtures_postgresql import PostgreSql
from tests.providers.sqlstore.fulltexts import found, itself, mail, texts_of

from mapix.interfaces.backend import AttachmentChanges, MessageChanges
from mapix.properties import tags
from mapix.properties.restriction import Property, Relop
from mapix.properties.where import parse_where
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.leaves import Predicate
from mapix.providers.sqlstore.postgresql.backend import open_named
from mapix.providers.sqlstore.postgresql.connection import Place
from mapix.providers.sqlstore.rows import ContentsRows
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.textparts import BODY, SHORT, wish_of

from .helpers import people, save


def where_any(rows: ContentsRows) -> Callable[[Predicate], Predicate | None]:
    """What gives the condition where a page of it shows anything."""
    return lambda predicate: predicate if rows.query.page(predicate, (), None, 1, ()).keys else None


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
    ("where", "expected"),
    [
        ("subject ~ bu", ["Budget"]),
        ("not subject ~ budget", ["nothing"]),
        ("subject matches /budget/", ["Budget"]),
        ("PR_SUBJECT != budget", ["nothing"]),
        ("subject ~ budget or unread", ["Budget", "nothing"]),
        ("PR_COMMENT ~ budget", []),
    ],
)
def test_what_the_index_cannot_help_with_is_looked_for_everywhere(
    store: SqlBackend, where: str, expected: list[str]
) -> None:
    texts = {mail(store, text): text for text in ("Budget", "nothing")}
    assert [texts[number] for number in found(store, where, driven=False)] == expected


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


def test_many_hits_are_not_collected_for_a_first_page(store: SqlBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapix.providers.sqlstore.driving.FEW", 3)
    monkeypatch.setattr("mapix.providers.sqlstore.driving._QUICK", 3)
    numbers = [mail(store, f"budget {number}") for number in range(6)]
    rows = store.contents(store.root, associated=False)
    where = parse_where("subject ~ budget")
    predicate = rows._asked(where, None, itself)
    assert predicate.driver is not None
    predicate = rows._asked(where, (), where_any(rows))
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
    predicate = rows._asked(parse_where("subject ~ budget"), (), where_any(rows))
    assert predicate is not None
    assert predicate.driver is None
    assert predicate.sql.startswith("m.id IN (SELECT")
    predicate = rows._asked(parse_where("subject ~ budget and unread"), (), where_any(rows))
    assert predicate is not None
    assert predicate.driver is not None
    assert found(store, "subject ~ budget") == numbers


def test_the_beginning_of_a_subject_is_a_span_of_an_index(sqlite: SqliteBackend) -> None:
    numbers = [mail(sqlite, text) for text in ("Budget", "budgets", "the budget", "BUDGEU", "budgf")]
    rows = sqlite.contents(sqlite.root, associated=False)
    where = parse_where("subject startswith budget")
    predicate = rows._asked(where, None, itself)
    assert predicate.driver is None
    plan = sqlite.database.rows(
        f"EXPLAIN QUERY PLAN SELECT 1 FROM message m WHERE m.folder = 1 AND m.associated = 0 AND {predicate.sql}",
        predicate.params,
    )
    assert "message_whole_subject" in str(plan)
    predicate = rows._asked(where, (), itself)
    assert predicate.driver is not None
    assert found(sqlite, where) == numbers[:2]
    assert found(sqlite, "subject startswith budget and subject ~ dgets") == [numbers[1]]
    assert found(sqlite, "subject startswith ''") == numbers


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
