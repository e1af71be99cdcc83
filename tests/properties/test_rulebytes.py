"""Restrictions and actions as the bytes of their protocol structures."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.properties.actionbytes import dump_actions, load_actions
from mapix.properties.actions import Action, Actions, ActionType, FolderTarget, ReplyTemplate, TagProperty
from mapix.properties.errors import BadValue, CorruptData
from mapix.properties.restriction import (
    And,
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
from mapix.properties.restrictionbytes import dump_restriction, load_restriction
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_BODY, PR_DISPLAY_NAME, PR_IMPORTANCE, PR_MESSAGE_RECIPIENTS, PR_SUBJECT
from mapix.testing.strategies import restrictions

KINDS: list[tuple[Restriction, str]] = [
    (And((Exist(PR_SUBJECT),)), "000100 081f003700"),
    (Or(()), "010000"),
    (Not(Exist(PR_SUBJECT)), "02 081f003700"),
    (Content(PR_SUBJECT, "a", Fuzzy.PREFIX | Fuzzy.IGNORECASE), "03 02000100 1f003700 1f003700 61000000"),
    (Property(Relop.EQ, PR_IMPORTANCE, 2), "04 04 03001700 03001700 02000000"),
    (CompareProps(Relop.NE, PR_SUBJECT, PR_BODY), "05 05 1f003700 1f000010"),
    (Bitmask(PR_IMPORTANCE, 6, nonzero=True), "06 01 03001700 06000000"),
    (Size(Relop.GT, PR_SUBJECT, 9), "07 02 1f003700 09000000"),
    (Exist(PR_SUBJECT), "08 1f003700"),
    (Sub(PR_MESSAGE_RECIPIENTS, Exist(PR_SUBJECT)), "09 0d00120e 081f003700"),
    (Comment(None, ((PR_IMPORTANCE, 1),)), "0a 01 03001700 01000000 00"),
    (Comment(Exist(PR_SUBJECT)), "0a 00 01 081f003700"),
    (Count(5, Exist(PR_SUBJECT)), "0b 05000000 081f003700"),
]


@pytest.mark.parametrize(("restriction", "data"), KINDS)
def test_every_kind_of_restriction_has_its_structure(restriction: Restriction, data: str) -> None:
    """P-020, R-001: SRESTRICTION values, [MS-OXCDATA] 2.12."""
    assert dump_restriction(restriction, wide=False).hex() == data.replace(" ", "")
    assert load_restriction(bytes.fromhex(data.replace(" ", "")), wide=False) == restriction


@given(restrictions(), st.booleans())
def test_a_restriction_comes_back_from_its_bytes(restriction: Restriction, wide: bool) -> None:
    assert load_restriction(dump_restriction(restriction, wide=wide), wide=wide) == restriction


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (PropTag.of(0x6801, PropType.STRING8), b"narrow"),
        (PropTag.of(0x6801, PropType.MV_UNICODE), ("a", "")),
        (PropTag.of(0x6801, PropType.MV_BINARY), (b"", b"xy")),
        (PropTag.of(0x6801, PropType.MV_UNICODE), "one of them"),
        (PropTag.of(0x6801, PropType.CLSID), bytes(range(16))),
        (PropTag.of(0x6801, PropType.BOOLEAN), True),
        (PropTag.of(0x6801, PropType.BINARY), bytes(70_000)),
        (PropTag.of(0x6801, PropType.SRESTRICTION), Exist(PR_SUBJECT)),
        (PropTag.of(0x6801, PropType.ACTIONS), Actions((Action(ActionType.DELETE),))),
        (PropTag.of(0x6801, 0x0234), b"nobody knows"),
        (PropTag.of(0x6801, PropType.LONG), "of another type"),
    ],
)
def test_constants_of_any_type_come_back(tag: PropTag, value: Any) -> None:
    restriction = Property(Relop.EQ, tag, value)
    assert load_restriction(dump_restriction(restriction)) == restriction


def test_what_the_structures_cannot_hold_is_a_bad_value() -> None:
    deep: Restriction = Exist(PR_SUBJECT)
    for _ in range(200):
        deep = Not(deep)
    wrong: list[Any] = [
        deep,
        Content(PR_SUBJECT, "a\0b"),
        Property(Relop.EQ, PR_SUBJECT, object()),
        "no restriction",
        Size(Relop.EQ, PR_SUBJECT, 1 << 40),
    ]
    for restriction in wrong:
        with pytest.raises(BadValue):
            dump_restriction(restriction)
    with pytest.raises(BadValue):
        dump_restriction(Property(Relop.EQ, PropTag.of(0x6801, PropType.BINARY), bytes(70_000)), wide=False)


@given(st.binary(max_size=60), st.booleans())
def test_hostile_bytes_are_rules_or_corrupt_data(data: bytes, wide: bool) -> None:
    for load in (load_restriction, load_actions):
        try:
            found = load(data, wide=wide)
        except CorruptData:
            continue
        assert found is not None


def test_endless_nesting_is_corrupt() -> None:
    with pytest.raises(CorruptData):
        load_restriction(b"\x02" * 100_000)


MOVE = Action(ActionType.MOVE, FolderTarget(b"", b"folder"))
ALL = (
    MOVE,
    Action(ActionType.COPY, FolderTarget(b"store", b"folder"), flags=7),
    Action(ActionType.REPLY, ReplyTemplate(bytes(range(16)), bytes(16)), flavor=1),
    Action(ActionType.OOF_REPLY, ReplyTemplate(bytes(16), bytes(range(16)))),
    Action(ActionType.DEFER_ACTION, b"play a sound"),
    Action(ActionType.BOUNCE, 0x0000000D),
    Action(ActionType.FORWARD, (((PR_DISPLAY_NAME, "Ann"), (PR_IMPORTANCE, 1)), ())),
    Action(ActionType.DELEGATE, ()),
    Action(ActionType.TAG, TagProperty(PR_SUBJECT, "tagged")),
    Action(ActionType.DELETE),
    Action(ActionType.MARK_AS_READ),
)


@pytest.mark.parametrize("wide", [False, True])
def test_every_action_comes_back_from_its_bytes(wide: bool) -> None:
    """P-020: ACTIONS values, [MS-OXORULE] 2.2.5."""
    actions = Actions(ALL)
    assert load_actions(dump_actions(actions, wide=wide), wide=wide) == actions
    assert len(actions) == 11
    assert actions[0] is MOVE
    assert list(actions) == list(ALL)


def test_actions_have_their_structure() -> None:
    narrow, wide = (dump_actions(Actions((MOVE,)), wide=wide).hex() for wide in (False, True))
    assert narrow == "0100" + "1400" + "01" + "00000000" * 2 + "01" + "0000" + "0600" + b"folder".hex()
    assert wide == "01000000" + "17000000" + "01" + "00000000" * 2 + "00000000" + "06000000" + b"folder".hex()


@pytest.mark.parametrize(
    "action",
    [
        Action(ActionType.MOVE),
        Action(ActionType.REPLY, ReplyTemplate(b"", b"short")),
        Action(ActionType.DEFER_ACTION, 1),
        Action(ActionType.BOUNCE, b"x"),
        Action(ActionType.FORWARD, None),
        Action(ActionType.TAG, 1),
        Action(ActionType.DELETE, b"x"),
    ],
)
def test_data_of_another_action_is_a_bad_value(action: Action) -> None:
    with pytest.raises(BadValue):
        dump_actions(Actions((action,)))
    with pytest.raises(BadValue):
        dump_actions(Actions((Action(ActionType.REPLY, ReplyTemplate(b"x", bytes(16))),)), wide=False)
