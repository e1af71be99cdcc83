"""Property rows on their way into the database."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.objects.bags.normal import size_of
from mapix.objects.bags.savedprops import size_of_all
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_MESSAGE_FLAGS
from mapix.providers.sqlstore import properties
from mapix.providers.sqlstore.blobs import Fresh
from mapix.providers.sqlstore.database import Database
from mapix.providers.sqlstore.dialect import Dialect
from mapix.providers.sqlstore.postgresql.dialect import POSTGRESQL
from mapix.providers.sqlstore.sqlite.dialect import SQLITE

VALUES = {
    PropType.LONG: st.integers(-(1 << 31), (1 << 31) - 1),
    PropType.BOOLEAN: st.booleans(),
    PropType.DOUBLE: st.floats(),
    PropType.UNICODE: st.text(),
    PropType.BINARY: st.binary(),
    PropType.MV_UNICODE: st.lists(st.text(), min_size=1).map(tuple),
}


@st.composite
def bags(draw: st.DrawFn) -> dict[PropTag, Any]:
    """Properties of several types, in any order."""
    kinds = draw(st.dictionaries(st.integers(1, 0x7FFF), st.sampled_from(list(VALUES)), max_size=12))
    found = {PropTag(number << 16 | kind): draw(VALUES[kind]) for number, kind in kinds.items()}
    return found | {PR_MESSAGE_FLAGS: 1}


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL], ids=["sqlite", "postgresql"])
@given(values=bags())
def test_what_is_written_of_values_is_what_the_dialect_says_of_each(
    dialect: Dialect, values: dict[PropTag, Any]
) -> None:
    database = cast(Database, SimpleNamespace(dialect=dialect))
    said: list[Any] = []
    for tag in sorted(values):
        if tag != PR_MESSAGE_FLAGS:
            said += (7, tag.id, tag.type, *dialect.cells(tag.type, values[tag]))
    assert list(map(repr, properties._cells(database, 7, values)[0])) == list(map(repr, said))


def test_large_values_have_no_cells() -> None:
    large = PropTag(0x1000001F)
    values = {large: Fresh(b"hash", 1, b""), PropTag(0x0037001F): "small"}
    cells, tags = properties._cells(cast(Database, SimpleNamespace(dialect=SQLITE)), 7, values)
    assert (cells, tags) == ([7, 0x37, 0x1F, "small"], [large])


@given(bags())
def test_properties_together_are_as_large_as_each(values: dict[PropTag, Any]) -> None:
    assert size_of_all(values) == sum(size_of(tag, value) for tag, value in values.items())
