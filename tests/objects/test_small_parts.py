"""Receive-folder lookup, saved sort orders, names, identifiers, read flags."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.interfaces.prop import ObjectType
from mapix.objects.bags.names import Names, remap
from mapix.objects.folders.receive import checked_class, longest_prefix
from mapix.objects.messages.readflags import ReadChange, decide
from mapix.objects.stores.entryids import StoreIds
from mapix.objects.tables import sortbytes
from mapix.properties.entryid import ObjectEntryId
from mapix.properties.errors import CorruptData, InvalidEntryid, InvalidParameter, UnknownEntryid
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ENTRYID, PR_INSTANCE_KEY, PR_PARENT_ENTRYID, PR_RECORD_KEY

PROVIDER, STORE = bytes(range(16)), bytes(range(16, 32))
IDS = StoreIds(PROVIDER, STORE, b"\0\0\0\0wrapped")


def test_the_longest_class_wins_on_level_boundaries_only() -> None:
    table = {"": 0, "IPM": 1, "IPM.Note.Sample": 2}
    assert longest_prefix(table, "IPM.NOTE.SAMPLE.X") == "IPM.Note.Sample"
    assert longest_prefix(table, "IPM.Note.Samples") == "IPM"
    assert longest_prefix(table, "IPMX") == ""
    assert longest_prefix({"IPM": 1}, "IPC") is None


@pytest.mark.parametrize("bad", ["IPM.", "x" * 256, "Ö"])
def test_classes_of_receive_folders_are_checked(bad: str) -> None:
    with pytest.raises(InvalidParameter):
        checked_class(bad)


@given(
    st.lists(st.tuples(st.integers(0, 0xFFFFFFFF), st.sampled_from(list(Order))), max_size=4),
    st.integers(0, 4),
    st.integers(0, 4),
)
def test_sort_orders_survive_as_bytes(keys: list[tuple[int, Order]], categories: int, expanded: int) -> None:
    order = SortOrder(tuple(SortKey(PropTag(tag), how) for tag, how in keys), categories, expanded)
    assert sortbytes.load(sortbytes.dump(order)) == order


def test_other_bytes_are_no_sort_order() -> None:
    for data in (b"", b"\x01\0\0", b"\0\0\0\0"):
        with pytest.raises(CorruptData):
            sortbytes.load(data)


def test_identifiers_are_those_of_the_house() -> None:
    made = IDS.message(0x0102030405060708)
    assert made == ObjectEntryId(PROVIDER, STORE, ObjectType.MESSAGE, 0x0102030405060708).dump()
    assert IDS.read(made) == (ObjectType.MESSAGE, 0x0102030405060708)
    assert IDS.read_folder(IDS.folder(7)) == 7
    assert IDS.read(IDS.store_entry_id) == (ObjectType.STORE, 0)


def test_other_identifiers_are_refused() -> None:
    foreign = StoreIds(PROVIDER, bytes(16), b"x").message(1)
    for entry_id in (foreign, b"", IDS.message(1)[:-1]):
        with pytest.raises(UnknownEntryid):
            IDS.read(entry_id)
    with pytest.raises(InvalidEntryid):
        IDS.read(ObjectEntryId(PROVIDER, STORE, ObjectType.MAILUSER, 1).dump())
    with pytest.raises(InvalidEntryid):
        IDS.read_folder(IDS.message(1))


def test_rows_are_decorated_with_what_follows_from_number_and_place() -> None:
    kind = int(ObjectType.MESSAGE)
    assert IDS.value(PR_ENTRYID.id, kind, 7, 3) == IDS.message(7)
    assert IDS.value(PR_PARENT_ENTRYID.id, kind, 7, 3) == IDS.folder(3)
    assert IDS.value(PR_RECORD_KEY.id, kind, 7, 3) == IDS.record_key(kind, 7) != IDS.record_key(3, 7)
    assert {PR_ENTRYID.id, PR_INSTANCE_KEY.id} <= IDS.columns()
    assert IDS.table_key("contents", 3) != IDS.table_key("hierarchy", 3)
    assert IDS.table_key("deep", 3) == IDS.table_key("deep", 4)


class Mapping:
    """A mapping of names that counts how often it is asked."""

    def __init__(self) -> None:
        self.ids: dict[PropertyName, int] = {}
        self.asked = 0

    def names_from_ids(self, ids: Iterable[int] | None) -> dict[int, PropertyName]:
        self.asked += 1
        wanted = None if ids is None else set(ids)
        return {number: name for name, number in self.ids.items() if wanted is None or number in wanted}

    def ids_from_names(self, names: Iterable[PropertyName] | None, *, create: bool) -> dict[PropertyName, int]:
        self.asked += 1
        wanted = list(names or ())
        for name in wanted if create else ():
            self.ids.setdefault(name, 0x8000 + len(self.ids))
        return {name: self.ids[name] for name in wanted if name in self.ids}


def test_names_are_asked_for_once() -> None:
    mapping, name = Mapping(), PropertyName(PS_PUBLIC_STRINGS, "x")
    names = Names(mapping)
    assert names.ids_from_names([name], create=True) == {name: 0x8000}
    assert mapping.asked == 1
    assert names.names_from_ids([0x8000]) == {0x8000: name}
    assert names.ids_from_names([name]) == {name: 0x8000}
    assert names.knows(0x8000)
    assert mapping.asked == 1
    assert not names.knows(0x8001)
    assert names.ids_from_names(None) == {name: 0x8000}


def test_named_properties_move_to_another_mapping_by_name() -> None:
    name = PropertyName(PS_PUBLIC_STRINGS, "x")
    values = {PropTag(0x8005001F): "named", PropTag(0x8006001F): "nameless", PR_ENTRYID: b"plain"}
    assert remap(values, {0x8005: name}, {name: 0x8001}) == {PropTag(0x8001001F): "named", PR_ENTRYID: b"plain"}


@pytest.mark.parametrize(
    ("flags", "change"),
    [
        (0, ReadChange(on=1, off=0x300, unread=True, report=True)),
        (0x1, ReadChange(on=1, off=0x300, unread=True)),
        (0x4, ReadChange(off=1)),
        (0x10, ReadChange(report=True)),
        (0x11, ReadChange(off=0x300, withdraw=True)),
        (0x20, ReadChange(off=0x100)),
        (0x40, ReadChange(off=0x200)),
        (0x60, ReadChange(off=0x300)),
        (0x44, ReadChange(off=0x201)),
        (0xA, ReadChange(on=1, off=0x300, unread=True, report=True)),
    ],
)
def test_read_flags_do_what_the_table_says(flags: int, change: ReadChange) -> None:
    assert decide(flags) == change
