"""Writing TOML."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples

from mapix.properties.errors import InvalidParameter
from mapix.subsystem.profiles.toml_writer import dump

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | texts
    | st.lists(st.integers(-9, 9), max_size=3)
)
documents = st.recursive(
    st.dictionaries(texts, scalars, max_size=4),
    lambda inner: st.dictionaries(texts, scalars | inner | st.lists(inner, min_size=1, max_size=3), max_size=4),
    max_leaves=12,
)


@settings(max_examples=examples(150), deadline=None)
@given(documents)
def test_what_is_written_is_read_back_as_it_was(document: dict[str, Any]) -> None:
    assert tomllib.loads(dump(document)) == document


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(InvalidParameter):
        dump({"name": "\ud800"})


def test_a_value_without_a_form_is_refused() -> None:
    with pytest.raises(InvalidParameter):
        dump({"name": b"bytes"})
