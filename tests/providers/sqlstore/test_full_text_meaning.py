"""Full text finds nothing that the meaning does not, and misses nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.drawn import examples
from tests.providers.sqlstore.fulltexts import found, texts_of

from mapix.interfaces.backend import MessageChanges
from mapix.objects.restrictions.collate import fold
from mapix.objects.restrictions.contentmatch import content_test, from_first_word, words
from mapix.properties import tags
from mapix.properties.restriction import Content, Fuzzy
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.judging import has_phrase, has_word_start
from mapix.providers.sqlstore.postgresql.backend import open_named
from mapix.providers.sqlstore.postgresql.connection import Place
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.textparts import BODY, SHORT, grams_of, plain, wish_of

from .helpers import save

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


@settings(max_examples=examples(3_000), deadline=None)
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
@settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
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
