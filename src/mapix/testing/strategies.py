"""Hypothesis strategies for rows, restrictions and sort orders: to hold a provider's tables to the plain meaning.

    @given(rows(), restrictions(), sort_orders())
    def test_my_source_answers_like_memory(rows, where, order): ...

Values come from small pools so that they meet often; texts differ in case, accents and in letters that fold to several.
Restrictions use constants of the right type; whatever is drawn can be evaluated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from hypothesis import strategies as st

from mapix.properties.restriction import (
    And,
    Annotation,
    Bitmask,
    Comment,
    CompareProps,
    Content,
    Count,
    Exist,
    Fuzzy,
    Not,
    Or,
    Property,
    Relop,
    Restriction,
    Size,
    Sub,
)
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_IMPORTANCE,
    PR_MESSAGE_ATTACHMENTS,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_RECIPIENTS,
    PR_SUBJECT,
)

COLUMNS: Final[tuple[PropTag, ...]] = (
    PR_SUBJECT,
    PR_DISPLAY_NAME,
    PR_IMPORTANCE,
    PropTag(0x68200003),
    PR_MESSAGE_DELIVERY_TIME,
    PropTag(0x68210014),
    PropTag(0x68220002),
    PropTag(0x68230005),
    PropTag(0x6824000B),
    PropTag(0x68250102),
    PropTag(0x68260048),
    PropTag(0x8001001F),
    PropTag(0x80020003),
    PropTag(0x68270004),
    PropTag(0x68280006),
    PropTag(0x68290007),
    PropTag(0x6830101F),
    PropTag(0x68311003),
    PropTag(0x68321102),
    PropTag(0x68331005),
    PropTag(0x68341014),
    PropTag(0x68351048),
    PropTag(0x68361040),
)
"""One or two columns of each type, of messages and named ones, single and multiple."""

PATTERNS: Final = (
    "a",
    "^a",
    "b$",
    "^$",
    "",
    "^(a|ä)+$",
    r"\bb",
    r"[a-c]{2}",
    ".*%",
    r"bud.et",
    "ss|ſ",
    r"\W",
    "(a|a)*b",
    r"\\|'",
    "^.$",
)
"""Patterns that meet the texts."""

_WORDS: Final = (
    "a A b B ab aB AB abc Budget BUDGET_2% ä Ä a\u0308 straße STRASSE ẞ ς Σ ſ k \u212a İ i\u0307 ı é \uffff 😀 \\ '"
)
_TEXTS: Final = ("", "b a", *_WORDS.split(" "))
_BYTES: Final = (b"", b"\0", b"a", b"ab", b"abc", b"b", b"\xff", b"\xff\0", b"a%_")
_GUIDS: Final = (bytes(16), bytes(range(16)), b"\xff" * 16)
_DOUBLES: Final = (0.0, -1.5, 1.5, 2.0, 1e300, -1e-300)
_SINGLES: Final = (0.0, -1.5, 1.5, 2.0)
_EDGES: Final = {
    PropType.SHORT: 15,
    PropType.LONG: 31,
    PropType.LONGLONG: 63,
    PropType.SYSTIME: 63,
    PropType.CURRENCY: 63,
}


def values(prop_type: int) -> st.SearchStrategy[Any]:
    """Values of one property type, few enough to meet again."""
    if prop_type & 0x1000:
        return st.lists(values(prop_type & ~0x1000), min_size=1, max_size=3).map(tuple)
    if prop_type in _EDGES:
        edge = 1 << _EDGES[PropType(prop_type)]
        return st.one_of(st.integers(-3, 6), st.sampled_from((-edge, edge - 1)))
    pools: dict[int, Sequence[Any]] = {
        PropType.UNICODE: _TEXTS,
        PropType.BINARY: _BYTES,
        PropType.CLSID: _GUIDS,
        PropType.DOUBLE: _DOUBLES,
        PropType.APPTIME: _DOUBLES,
        PropType.FLOAT: _SINGLES,
        PropType.BOOLEAN: (False, True),
    }
    return st.sampled_from(pools[prop_type])


def rows(columns: Sequence[PropTag] = COLUMNS, *, max_size: int = 12) -> st.SearchStrategy[list[dict[PropTag, Any]]]:
    """Rows by tag, each with some of `columns`."""
    row = st.fixed_dictionaries({}, optional={tag: values(tag.type) for tag in columns})
    return st.lists(row, max_size=max_size)


def sort_orders(columns: Sequence[PropTag] = COLUMNS, *, max_keys: int = 3) -> st.SearchStrategy[SortOrder]:
    """Orders by up to `max_keys` of `columns`, in either direction."""
    key = st.builds(SortKey, st.sampled_from(columns), st.sampled_from((Order.ASCEND, Order.DESCEND)))
    keys = st.lists(key, max_size=max_keys, unique_by=lambda one: one.tag)
    return keys.map(lambda drawn: SortOrder(tuple(drawn)))


def category_orders(columns: Sequence[PropTag]) -> st.SearchStrategy[SortOrder]:
    """Orders with one or two levels of categories, some of them combined or ordered by an extreme, and keys below."""
    tags = st.permutations(columns).map(lambda drawn: drawn[:6])
    choices = st.tuples(*(st.integers(0, 5) for _ in range(6)))
    return st.builds(_category_order, tags, st.integers(1, 2), choices, st.integers(0, 4))


def _category_order(tags: Sequence[PropTag], levels: int, choices: Sequence[int], expanded: int) -> SortOrder:
    """An order of up to six keys: `choices` say what becomes of each tag."""
    drawn = iter(zip(tags, choices, strict=False))
    keys: list[SortKey] = []
    for _ in range(levels):
        tag, choice = next(drawn)
        keys.append(SortKey(tag, Order(choice % 2)))
        if choice == 2:
            keys.append(SortKey(next(drawn)[0], Order.COMBINE))
        elif choice > 3:
            keys.append(SortKey(next(drawn)[0], Order.CATEG_MAX if choice == 4 else Order.CATEG_MIN))
    count = len(keys)
    keys += [SortKey(tag, Order(choice % 2)) for tag, choice in drawn if choice < 2][:1]
    return SortOrder(tuple(keys), count, min(expanded, count))


def instance_restrictions(columns: Sequence[PropTag]) -> st.SearchStrategy[Restriction]:
    """Trees of restrictions on single values of those of `columns` that are multi-valued, and on the others (P-055)."""
    plain = [tag for tag in columns if not tag.is_multi]
    apart = st.sampled_from([tag for tag in columns if tag.is_multi]).flatmap(_of_one_value)
    return st.recursive(conditions(plain) | apart, _joined, max_leaves=3)


def _of_one_value(tag: PropTag) -> st.SearchStrategy[Restriction]:
    single = st.builds(Property, _relops(), st.just(PropTag(tag | 0x2000)), values(tag.base_type))
    return single | st.just(Exist(PropTag(tag | 0x2000)))


def restrictions(
    columns: Sequence[PropTag] = COLUMNS,
    *,
    below: Sequence[PropTag] = (),
    max_leaves: int = 6,
    limits: Sequence[int] = (10_000,),
) -> st.SearchStrategy[Restriction]:
    """Trees of every kind of restriction on `columns`; with `below`, the columns of recipients and attachments, also
    SUBRESTRICTION. `limits` are those of COUNT.
    """
    leaves = conditions(columns)
    if below:
        leaves |= st.builds(
            Sub,
            st.sampled_from((PR_MESSAGE_RECIPIENTS, PR_MESSAGE_ATTACHMENTS)),
            restrictions(below, max_leaves=2),
        )
    return st.recursive(leaves, lambda inner: _compound(inner, limits), max_leaves=max_leaves)


def conditions(columns: Sequence[PropTag] = COLUMNS) -> st.SearchStrategy[Restriction]:
    """Restrictions without children on `columns`."""
    tags = st.sampled_from(columns)
    kinds = [tags.flatmap(_property), tags.map(Exist), st.builds(Size, _relops(), tags, st.integers(0, 20))]
    kinds.append(st.sampled_from(columns).flatmap(lambda tag: _comparison(tag, columns)))
    searchable = [tag for tag in columns if tag.base_type in (PropType.UNICODE, PropType.BINARY)]
    masked = [tag for tag in columns if tag.type == PropType.LONG]
    texts = [tag for tag in columns if tag.base_type == PropType.UNICODE]
    if searchable:
        kinds.append(st.sampled_from(searchable).flatmap(_content))
    if texts:
        kinds.append(st.builds(Property, st.just(Relop.RE), st.sampled_from(texts), st.sampled_from(PATTERNS)))
    if masked:
        masks = st.sampled_from((0, 1, 2, 3, 4, 7, 0x80000000, 0xFFFFFFFF))
        kinds.append(st.builds(Bitmask, st.sampled_from(masked), masks, st.booleans()))
    return st.one_of(kinds)


def _compound(children: st.SearchStrategy[Restriction], limits: Sequence[int]) -> st.SearchStrategy[Restriction]:
    several = st.lists(children, max_size=3).map(tuple)
    return st.one_of(
        several.map(And),
        several.map(Or),
        children.map(Not),
        st.builds(Comment, st.none() | children),
        st.builds(Annotation, st.none() | children),
        st.builds(Count, st.sampled_from(limits), children),
    )


def _joined(children: st.SearchStrategy[Restriction]) -> st.SearchStrategy[Restriction]:
    several = st.lists(children, max_size=3).map(tuple)
    return st.one_of(several.map(And), several.map(Or), children.map(Not))


def _relops() -> st.SearchStrategy[Relop]:
    return st.sampled_from([relop for relop in Relop if relop < Relop.RE])


def _property(tag: PropTag) -> st.SearchStrategy[Restriction]:
    return st.builds(Property, _relops(), st.just(tag), values(tag.base_type))


def _comparison(tag: PropTag, columns: Sequence[PropTag]) -> st.SearchStrategy[Restriction]:
    alike = [other for other in columns if other.type == tag.type]
    return st.builds(CompareProps, _relops(), st.just(tag), st.sampled_from(alike))


def _content(tag: PropTag) -> st.SearchStrategy[Restriction]:
    known = (Fuzzy.FULLSTRING, Fuzzy.SUBSTRING, Fuzzy.PREFIX)
    words = (Fuzzy.PREFIX_ON_ANY_WORD, Fuzzy.PHRASE_MATCH) if tag.base_type == PropType.UNICODE else ()
    levels = st.sampled_from((*known, *words))
    marks = (Fuzzy(0), Fuzzy.IGNORECASE, Fuzzy.IGNORENONSPACE, Fuzzy.IGNORECASE | Fuzzy.IGNORENONSPACE, Fuzzy.LOOSE)
    fuzzy = st.builds(lambda level, mark: int(level | mark), levels, st.sampled_from(marks))
    return st.builds(Content, st.just(tag), values(tag.base_type), fuzzy)
