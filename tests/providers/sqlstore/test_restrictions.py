"""Restrictions mean the same in memory, on SQLite and on PostgreSQL: thousands of trees over rows of every type."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.drawn import examples
from tests.fixtures_postgresql import PostgreSql
from tests.providers.sqlstore.helpers import HOT

from mapix.interfaces.backend import AttachmentChanges, MessageChanges, StoreBackend
from mapix.interfaces.table import RowSource
from mapix.objects.restrictions.counting import select
from mapix.objects.restrictions.evaluate import Get
from mapix.objects.stores.entryids import StoreIds
from mapix.properties import tags
from mapix.properties.restriction import Restriction
from mapix.properties.tag import PropTag
from mapix.providers.memory.backend import MemoryBackend
from mapix.providers.memory.mailbox import open_mailbox
from mapix.providers.sqlstore.postgresql.backend import open_named
from mapix.providers.sqlstore.postgresql.connection import Place
from mapix.providers.sqlstore.rows import ContentsRows
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.testing.strategies import COLUMNS, restrictions, rows

Record = dict[PropTag, Any]

ALL = (*COLUMNS, *HOT)
BELOW = (
    *(tags.PR_RECIPIENT_TYPE, tags.PR_DISPLAY_NAME, tags.PR_EMAIL_ADDRESS, tags.PR_ATTACH_LONG_FILENAME),
    *map(PropTag, (0x6820001F, 0x68210102, 0x68221003)),
)


class Drawn(NamedTuple):
    """A message."""

    values: Record
    recipients: list[Record]
    attachments: list[Record]

    def get(self, tag: PropTag) -> Any:
        """Its value."""
        return self.values.get(tag)

    def parts(self, tag: PropTag) -> list[Get]:
        """The rows below it."""
        below = self.recipients if tag == tags.PR_MESSAGE_RECIPIENTS else self.attachments
        return [row.get for row in below]


def listed(below: list[Record]) -> list[Record]:
    """Recipient rows with their numbers."""
    return [{tags.PR_ROWID: number, **row} for number, row in enumerate(below)]


MESSAGES = st.lists(
    st.builds(
        Drawn,
        rows(ALL, max_size=1).map(lambda drawn: drawn[0] if drawn else {}),
        rows(BELOW, max_size=2).map(listed),
        rows(BELOW, max_size=2),
    ),
    min_size=1,
    max_size=12,
)
WHERES = st.lists(restrictions(ALL, below=BELOW, limits=(0, 1, 2, 5, 10_000)), min_size=10, max_size=10)

Make = Callable[[list[Drawn]], tuple[RowSource, list[int]]]
_names = itertools.count()


def memory() -> StoreBackend:
    return MemoryBackend(open_mailbox(f"restrictions {next(_names)}"))


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteBackend]:
    store = SqliteBackend(tmp_path_factory.mktemp("restrictions") / "store.mapix", create=True, full=False)
    yield store
    store.close()


@pytest.fixture(scope="module")
def postgresql(server: PostgreSql) -> Iterator[StoreBackend]:
    store = open_named(Place.of(server.dsn(), None), "restrictions", create=True)
    yield store
    store.close()


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgresql"])
def make(request: pytest.FixtureRequest) -> Make:
    """Makes messages in a folder of their own; their table and their numbers."""
    store = memory() if request.param == "memory" else request.getfixturevalue(request.param)
    store.decorate(StoreIds(store.provider_uid, store.uid, b"wrapped"))

    def fill(drawn: list[Drawn]) -> tuple[RowSource, list[int]]:
        numbers = []
        with store.transaction():
            folder = store.create_folder(store.root, f"folder {next(_names)}", {})
            for message in drawn:
                made = store.new_message(folder, associated=False)
                parts = {number: AttachmentChanges(dict(row)) for number, row in enumerate(message.attachments)}
                made.apply(MessageChanges(dict(message.values), recipients=message.recipients, attachments=parts))
                numbers.append(made.number)
        return store.contents(folder, associated=False), numbers

    return fill


def asked(
    make: Make, drawn: list[Drawn], wheres: list[Restriction]
) -> Iterator[tuple[Restriction, list[int], int, list[int]]]:
    """Each restriction, the messages that it shows, how many it counts, and those that its meaning says."""
    contents, numbers = make(drawn)
    places = {id(message): number for message, number in zip(drawn, numbers, strict=True)}
    for where in wheres:
        wanted = [places[id(message)] for message in select(where, drawn, lambda message: message.parts)]
        yield where, [key[-1] for key in contents.page(where, (), None, 100, ()).keys], contents.count(where), wanted


@settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=MESSAGES, wheres=WHERES)
def test_a_store_shows_the_messages_that_a_restriction_means(
    make: Make, drawn: list[Drawn], wheres: list[Restriction]
) -> None:
    """R-003, R-004, R-005, R-006, R-007, R-008, R-010, R-011, R-012, R-013, R-014, R-015, R-016, R-020, R-022, R-023,
    X-13.
    """
    for where, shown, count, meant in asked(make, drawn, wheres):
        assert (shown, count) == (meant, len(meant)), where


@pytest.mark.soak
@settings(max_examples=4_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=MESSAGES, wheres=WHERES)
def test_a_store_shows_the_messages_that_many_restrictions_mean(
    make: Make, drawn: list[Drawn], wheres: list[Restriction]
) -> None:
    for where, shown, count, meant in asked(make, drawn, wheres):
        assert (shown, count) == (meant, len(meant)), where


def share(contents: RowSource) -> float:
    """How many of the restrictions drawn leave something for Python to try row by row."""
    assert isinstance(contents, ContentsRows)
    drawn: list[bool] = []

    @settings(max_examples=examples(500), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(restrictions(ALL, below=BELOW))
    def draw(where: Restriction) -> None:
        drawn.append(contents._predicate(where).residual is not None)

    draw()
    return sum(drawn) / len(drawn)


def test_sqlite_leaves_no_residual(sqlite: SqliteBackend) -> None:
    assert share(sqlite.contents(sqlite.root, associated=False)) == 0


def test_postgresql_leaves_few_residuals(postgresql: StoreBackend) -> None:
    found = share(postgresql.contents(postgresql.root, associated=False))
    print(f"PostgreSQL leaves a residual for {found:.0%} of the restrictions drawn")
    assert found < 0.4
