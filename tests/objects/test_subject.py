"""The three subjects of a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.objects.bags.subject import split


@pytest.mark.parametrize(
    ("subject", "prefix", "expected"),
    [
        ("RE: x", None, ("RE: ", "x")),
        ("FW: y", None, ("FW: ", "y")),
        ("a: y", None, ("a: ", "y")),
        ("ABCD: z", None, (None, "ABCD: z")),
        ("R2: z", None, (None, "R2: z")),
        ("R_: z", None, (None, "R_: z")),
        ("RE:x", None, (None, "RE:x")),
        ("RE: RE: x", None, ("RE: ", "RE: x")),
        (" RE: x", None, (None, " RE: x")),
        ("Antwort: x", "Antwort: ", ("Antwort: ", "x")),
        ("RE: x", "Antwort: ", ("RE: ", "x")),
        ("x", "Antwort: ", (None, "x")),
        ("RE: x", "", ("", "RE: x")),
        ("Отв: x", None, ("Отв: ", "x")),
        ("", None, (None, "")),
    ],
)
def test_subjects_are_split_as_the_rule_says(
    subject: str, prefix: str | None, expected: tuple[str | None, str]
) -> None:
    """X-20."""
    assert split(subject, prefix) == expected


@given(st.text(max_size=20), st.none() | st.text(max_size=4))
def test_prefix_and_normalized_subject_are_the_subject(subject: str, prefix: str | None) -> None:
    found, normalized = split(subject, prefix)
    assert (found or "") + normalized == subject
