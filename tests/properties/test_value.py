"""Values: problems, and large values read whole."""

import dataclasses

import pytest
from tests.properties.test_codec import Large

from mapix.properties.tags import PR_ATTACH_DATA_BIN, PR_BODY, PR_IMPORTANCE
from mapix.properties.value import LargeValue, Problem, whole


def test_a_small_value_is_whole_already() -> None:
    for tag, value in ((PR_BODY, "text"), (PR_ATTACH_DATA_BIN, b"bytes"), (PR_IMPORTANCE, 1), (PR_IMPORTANCE, None)):
        assert whole(tag, value) is value


def test_a_large_binary_is_read() -> None:
    assert whole(PR_ATTACH_DATA_BIN, Large(b"abc")) == b"abc"


def test_a_large_text_is_read_as_text() -> None:
    assert whole(PR_BODY, Large("Grüße \U0001f600".encode("utf-16-le"))) == "Grüße \U0001f600"


def test_a_large_value_can_be_read_twice() -> None:
    value = Large(b"abc")
    assert whole(PR_ATTACH_DATA_BIN, value) == whole(PR_ATTACH_DATA_BIN, value)


def test_a_large_value_is_known_by_what_it_can_do() -> None:
    assert isinstance(Large(b""), LargeValue)
    assert not isinstance(b"", LargeValue)


def test_a_problem_cannot_be_changed() -> None:
    problem = Problem(0, PR_BODY, 0x8004010F)
    with pytest.raises(dataclasses.FrozenInstanceError):
        problem.index = 1
