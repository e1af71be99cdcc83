"""XIDs and lists of changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.properties.changekeys import ChangeList, Xid
from mapix.properties.errors import CorruptData, InvalidParameter

XIDS = st.builds(Xid, st.sampled_from([bytes(16), b"\x01" * 16, bytes(range(16))]), st.binary(min_size=1, max_size=8))
LISTS = st.lists(XIDS, max_size=5).map(lambda found: ChangeList.of(*found))


@given(XIDS)
def test_an_xid_comes_back_from_its_bytes(xid: Xid) -> None:
    assert Xid.load(xid.dump()) == xid


@given(LISTS)
def test_a_list_comes_back_from_its_bytes(found: ChangeList) -> None:
    again = ChangeList.load(found.dump())
    assert again.covers(found)
    assert found.covers(again)


@given(LISTS, LISTS)
def test_what_is_merged_covers_both_and_no_more(one: ChangeList, other: ChangeList) -> None:
    both = one.merged(other)
    assert both.covers(one)
    assert both.covers(other)
    assert all(one.knows(xid) or other.knows(xid) for xid in both.changes.values())


def test_a_list_has_a_length_before_each_and_is_sorted() -> None:
    """[MS-OXCFXICS] 2.2.2.3."""
    late, early = Xid(b"\x02" * 16, b"\x01"), Xid(b"\x01" * 16, b"\x00\x05")
    assert ChangeList.of(late, early).dump() == b"\x12" + early.dump() + b"\x11" + late.dump()


def test_of_one_replica_the_latest_counts() -> None:
    first, second = Xid(bytes(16), b"\xff"), Xid(bytes(16), b"\x01\x00")
    known = ChangeList.of(second, first)
    assert list(known.changes.values()) == [second]
    assert known.knows(first)
    assert not ChangeList.of(first).knows(second)


@given(st.binary(max_size=60))
def test_hostile_bytes_are_a_list_or_corrupt(data: bytes) -> None:
    try:
        known = ChangeList.load(data)
    except CorruptData:
        return
    assert ChangeList.load(known.dump()) == known


@pytest.mark.parametrize(("guid", "local"), [(bytes(15), b"x"), (bytes(16), b""), (bytes(16), bytes(9))])
def test_an_xid_has_its_size(guid: bytes, local: bytes) -> None:
    with pytest.raises(InvalidParameter):
        Xid(guid, local)
    with pytest.raises(CorruptData):
        Xid.load(guid[:10])
