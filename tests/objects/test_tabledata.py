"""Rows in memory as sources of tables."""

from collections.abc import Sequence
from threading import Thread
from typing import Any

import pytest

from mapix.interfaces.notify import TableEvent, TableNotification
from mapix.interfaces.table import TableType
from mapix.objects.tables.tabledata import TableData
from mapix.properties.errors import InvalidParameter, NotFound
from mapix.properties.restriction import Comment, Property, Relop
from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_INSTANCE_KEY

NAME = PropTag(0x3001001F)
NUMBER = PropTag(0x30000003)
EXTRA = PropTag(0x68400003)
BY_NUMBER = (SortKey(NUMBER),)


def data(*names: str, **options: Any) -> TableData:
    """Rows named so, numbered from 1, with the number as index."""
    rows = [{NUMBER: number, NAME: name} for number, name in enumerate(names, 1)]
    return TableData([NUMBER, NAME], rows, index=NUMBER, **options)


def names(rows: TableData) -> list[Any]:
    return [row[1] for row in rows.view().query_rows(100)]


class Heard(list[list[TableNotification]]):
    """What a change hook was told."""

    def __call__(self, batch: Sequence[TableNotification]) -> None:
        self.append(list(batch))

    @property
    def events(self) -> list[list[TableEvent]]:
        return [[one.table_event for one in batch] for batch in self]


def test_rows_keep_the_order_they_were_inserted_in() -> None:
    rows = data("c", "a", "b")
    assert names(rows) == ["c", "a", "b"]
    rows.modify_rows([{NUMBER: 1, NAME: "C"}])
    assert names(rows) == ["C", "a", "b"]
    assert rows.enum_row(0) == rows.query_row(1)
    assert rows.enum_row(3) is None
    assert rows.enum_row(-1) is None


def test_modifying_replaces_rows_as_a_whole_and_adds_new_ones() -> None:
    rows = data("a")
    rows.modify_rows([{NUMBER: 1, EXTRA: 5}, {NUMBER: 2, NAME: "b"}])
    assert names(rows) == [None, "b"]
    assert len(rows) == 2


def test_inserting_a_row_that_is_there_is_an_invalid_parameter() -> None:
    rows = data("a")
    with pytest.raises(InvalidParameter):
        rows.insert_row({NUMBER: 1, NAME: "other"})
    assert names(rows) == ["a"]


def test_a_row_without_the_index_column_is_an_invalid_parameter() -> None:
    rows = data("a")
    with pytest.raises(InvalidParameter):
        rows.insert_row({NAME: "b"})
    with pytest.raises(InvalidParameter):
        rows.modify_rows([{NUMBER: 1, NAME: "changed"}, {NAME: "b"}])
    assert names(rows) == ["a"]


def test_an_index_column_has_one_value() -> None:
    with pytest.raises(InvalidParameter):
        TableData([NAME], index=PropTag(0x68311003))


def test_deleting_an_unknown_row_is_not_found_and_deletes_nothing() -> None:
    rows = data("a", "b")
    with pytest.raises(NotFound):
        rows.delete_rows([1, 7])
    assert names(rows) == ["a", "b"]
    assert rows.delete_rows([2, 2]) == 1
    assert names(rows) == ["a"]
    with pytest.raises(NotFound):
        rows.query_row(2)


def test_every_row_has_an_instance_key_of_its_own_for_as_long_as_it_is_there() -> None:
    rows = data("a", "b")
    first, second = (rows.query_row(number)[PR_INSTANCE_KEY] for number in (1, 2))
    assert first != second
    rows.modify_rows([{NUMBER: 1, NAME: "z"}])
    assert rows.query_row(1)[PR_INSTANCE_KEY] == first
    rows.delete_rows([1])
    rows.insert_row({NUMBER: 1, NAME: "again"})
    assert rows.query_row(1)[PR_INSTANCE_KEY] not in (first, second)


def test_instance_keys_that_are_made_never_meet_those_that_are_given() -> None:
    taken = (1).to_bytes(8, "big")
    rows = TableData([NAME], [{PR_INSTANCE_KEY: taken, NAME: "given"}, {NAME: "made"}, {NAME: "made too"}])
    assert [row[0] for row in rows.view().query_rows(9)] == ["given", "made", "made too"]


def test_new_columns_are_available_everywhere_but_shown_in_new_tables_only() -> None:
    rows = data("a")
    old = rows.view()
    rows.insert_row({NUMBER: 2, EXTRA: 5})
    assert old.query_columns() == [NUMBER, NAME]
    assert EXTRA in old.query_columns(available=True)
    assert rows.view().query_columns() == [NUMBER, NAME, EXTRA]
    assert old.query_rows(2) == [(1, "a"), (2, None)]


def test_text_is_kept_wide_and_what_is_no_value_is_left_out() -> None:
    row = {
        NAME.with_type(PropType.STRING8): "Grün".encode(),
        PropTag(0x6830101E): [b"a", b"b"],
        EXTRA: None,
        NUMBER.with_type(PropType.ERROR): 0x8004010F,
        PropTag(0x68321003): (),
        PropTag(0x68331003): [1, 2],
    }
    values = TableData([NAME], [row]).enum_row(0)
    assert values is not None
    del values[PR_INSTANCE_KEY]
    assert values == {NAME: "Grün", PropTag(0x6830101F): ("a", "b"), PropTag(0x68331003): (1, 2)}


# the row source


def test_pages_follow_a_key_even_when_its_row_is_gone() -> None:
    rows = data("a", "b", "c", "d")
    first = rows.page(None, BY_NUMBER, None, 2, [NAME])
    assert first.rows == [("a",), ("b",)]
    rows.delete_rows([2])
    assert rows.page(None, BY_NUMBER, first.keys[1], 5, [NAME]).rows == [("c",), ("d",)]
    assert rows.page(None, BY_NUMBER, first.keys[1], -5, [NAME]).rows == [("a",)]
    assert rows.position(None, BY_NUMBER, first.keys[1]) == 1


def test_pages_before_the_end_come_in_table_order() -> None:
    rows = data("a", "b", "c", "d")
    last = rows.page(None, (SortKey(NUMBER, Order.DESCEND),), None, -2, [NAME])
    assert last.rows == [("b",), ("a",)]
    assert rows.page(None, (SortKey(NUMBER, Order.DESCEND),), last.keys[0], -9, [NAME]).rows == [("d",), ("c",)]


def test_keys_can_be_asked_for_by_position() -> None:
    rows = data("a", "b", "c")
    keys = rows.page(None, BY_NUMBER, None, 9, []).keys
    assert [rows.key_at(None, BY_NUMBER, place) for place in (0, 2, 3, -1)] == [keys[0], keys[2], None, None]


def test_questions_whose_constants_cannot_be_hashed_are_answered() -> None:
    rows = data("a", "b")
    odd = Comment(Property(Relop.EQ, NAME, "b"), ((NAME, ["x"]),))  # type: ignore[arg-type]
    assert rows.count(odd) == 1


def test_many_orders_are_answered_rightly_one_after_another() -> None:
    rows = data(*"hgfedcba")
    for limit in range(1, 9):
        for descending in (Order.ASCEND, Order.DESCEND):
            view = rows.view()
            view.restrict(Property(Relop.LE, NUMBER, limit))
            view.sort_table(SortOrder((SortKey(NAME, descending),)))
            assert len(view.query_rows(99)) == limit


def test_a_table_tells_its_type_and_key() -> None:
    rows = TableData([NAME], table_type=TableType.DYNAMIC, key=b"k")
    assert rows.view().get_status()[1] == TableType.DYNAMIC
    assert rows.notification_key() == b"k"


# what sinks should hear (T-090)


def test_changes_of_few_rows_are_told_one_by_one() -> None:
    heard = Heard()
    rows = data("a", on_change=heard)
    rows.modify_rows([{NUMBER: 1, NAME: "b"}, {NUMBER: 2, NAME: "c"}])
    assert heard.events == [[TableEvent.ROW_MODIFIED, TableEvent.ROW_ADDED]]
    assert heard[0][1].index == rows.query_row(2)[PR_INSTANCE_KEY]
    assert (NAME, "c") in heard[0][1].row
    rows.delete_rows([1])
    assert heard.events[1:] == [[TableEvent.ROW_DELETED]]


@pytest.mark.parametrize(("count", "told"), [(8, [TableEvent.ROW_ADDED] * 8), (9, [TableEvent.CHANGED])])
def test_changes_of_more_than_eight_rows_are_one_change(count: int, told: list[TableEvent]) -> None:
    heard = Heard()
    data(on_change=heard).modify_rows({NUMBER: number} for number in range(count))
    assert heard.events == [told]


def test_deleting_all_rows_is_one_reload() -> None:
    heard = Heard()
    rows = data("a", "b", on_change=heard)
    assert rows.delete_rows() == 2
    assert heard.events == [[TableEvent.RELOAD]]
    assert len(rows) == 0


def test_nothing_changed_is_nothing_told() -> None:
    heard = Heard()
    rows = data(on_change=heard)
    rows.modify_rows([])
    rows.delete_rows([])
    assert heard == []


def test_rows_may_change_while_another_thread_reads() -> None:
    rows = data("a", "b")
    writer = Thread(target=lambda: [rows.modify_rows([{NUMBER: number}]) for number in range(300)])
    writer.start()
    while writer.is_alive():
        view = rows.view()
        view.sort_table(SortOrder(BY_NUMBER))
        seen = [row[0] for row in view.query_rows(1000)]
        assert seen == sorted(set(seen))
    writer.join()
    assert len(rows) == 300
