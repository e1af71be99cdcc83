"""Patterns of RELOP_RE: what they find, what is no pattern, and that none of them hangs (R-008)."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.objects.restrictions.patternmatch import pattern_test
from mapix.properties.errors import TooComplex

ATOMS = st.sampled_from(
    ["a", "b", "c", ".", "[ab]", "[^a]", r"\d", r"\w", r"\S", " ", "[a-c1]", r"\b", r"\.", "^", "$"]
)
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        st.builds("(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,}", "*?"])),
    ),
    max_leaves=8,
)
TEXTS = st.text(st.sampled_from("abcABC1. \n_"), max_size=10)


@given(PATTERNS, st.lists(TEXTS, max_size=5))
def test_a_pattern_finds_what_python_finds(pattern: str, texts: list[str]) -> None:
    """R-008."""
    known = re.compile(pattern.replace("$", r"\Z"), re.IGNORECASE)
    for text in texts:
        assert pattern_test(pattern)(text) is bool(known.search(text))


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("STRASSE", "Straße", True),
        ("straße", "STRASSE", True),
        ("ß{2}$", "ssSS", True),
        ("[Ä]", "ä", True),
        ("[a-z]+", "É", False),
        ("^[À-Ý]$", "é", True),
        (r"\bbudget\b", "the Budget, 2026", True),
        (r"\bbudget\b", "budgets", False),
        (r"[]a]", "]", True),
        (r"[a\-z]", "-", True),
        (r"[a-]", "-", True),
        (r"[\d_]", "_", True),
        (r"\/\[\\", "/[\\", True),
        ("", "", True),
        ("^$", "", True),
        ("^$", "x", False),
        ("a|", "zzz", True),
        (".", "\n", False),
    ],
)
def test_patterns_know_letters_of_all_languages(pattern: str, text: str, found: bool) -> None:
    """R-008, R-022."""
    assert pattern_test(pattern)(text) is found


@pytest.mark.parametrize(
    "pattern",
    [
        *("(", ")", "a)", "[", "[a", "[]", "*", "a|*", "^*", "\\", r"\1", r"\q", "(?=a)", "(?P<n>a)", "(?i)a"),
        *("[z-a]", r"[a-\d]", "a{3,2}", "a{9999}", "a{x}", "a{,2}", r"\ud83d"),
        *("((a{50}){50}){50}", "(" * 30 + ")" * 30, "a" * 1001),
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    """R-008."""
    with pytest.raises(TooComplex):
        pattern_test(pattern)


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        ("(a+)+b", "a"),
        ("(a|a)*b", "a"),
        ("(.*)(.*)(.*)(.*)(.*)=", "x"),
        ("((a{0,5}){0,5}){0,5}b", "a"),
        ("(a|b)*a" + "(a|b)" * 60 + "$", "aababbbabaabb"),
        (r"(\w|\d|_)*!", "a1_"),
    ],
)
def test_no_pattern_makes_a_text_slow(pattern: str, letters: str) -> None:
    """R-008."""
    text = letters * (60_000 // len(letters))
    started = time.thread_time()
    pattern_test(pattern)(text)
    assert time.thread_time() - started < 20
