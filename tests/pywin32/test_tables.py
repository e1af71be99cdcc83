"""Tables, restrictions and sort orders as tuples, over rows in memory."""

import time
from typing import Any

import pytest

from mapix.objects.tables.tabledata import TableData
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_DISPLAY_NAME, PR_INSTANCE_KEY, PR_ROWID
from mapix.pywin32 import mapi, mapitags
from mapix.pywin32.convert import restrictions
from mapix.pywin32.errors import com_error
from mapix.pywin32.mapitags import PR_DISPLAY_NAME_A, PR_DISPLAY_NAME_W
from mapix.pywin32.mapitags import PR_ROWID as ROWID
from mapix.pywin32.table import PyIMAPITable
from mapix.pywin32.unknown import PyIUnknown

MISSING = -2147221233
NAMES = ["Ann", "bob", "Cäcilie", "dora"]
MULTI = PropTag(0x66101003)


def table(wide: bool = True) -> PyIMAPITable:
    """Four rows, the last without a number."""
    rows = [{PR_DISPLAY_NAME: name, PR_ROWID: place} for place, name in enumerate(NAMES)]
    rows[3].pop(PR_ROWID)
    rows[0][MULTI] = (1, 2)
    data = TableData((PR_DISPLAY_NAME, PR_ROWID), rows, index=PR_DISPLAY_NAME)
    return PyIMAPITable._made(data.view(), wide, None)


def names(rows: Any) -> list[str]:
    """The names in some rows."""
    return [value for row in rows for tag, value in row if tag == PR_DISPLAY_NAME_W]


def found(where: Any) -> list[str]:
    """The names of the rows that satisfy a restriction."""
    return names(mapi.HrQueryAllRows(table(), (PR_DISPLAY_NAME_W,), where, None, 0))


def test_rows_are_tuples_of_pairs_in_the_order_of_the_columns() -> None:
    """VS-501."""
    view = table()
    view.SetColumns((ROWID, PR_DISPLAY_NAME_A), 0)
    assert view.QueryRows(1, 0) == (((ROWID, 0), (PR_DISPLAY_NAME_A, b"Ann")),)
    assert view.QueryRows(9, 0)[-1] == ((ROWID & 0xFFFF0000 | 0x000A, MISSING), (PR_DISPLAY_NAME_A, b"dora"))
    assert view.QueryRows(1, 0) == ()


def test_a_place_kept_free_stays_empty() -> None:
    view = table()
    view.SetColumns((1, ROWID), 0)
    assert view.QueryRows(1, 0) == (((1, None), (ROWID, 0)),)


@pytest.mark.parametrize(
    ("wide", "tag", "name"), [(False, PR_DISPLAY_NAME_A, b"Ann"), (True, PR_DISPLAY_NAME_W, "Ann")]
)
def test_the_width_of_first_columns_is_that_of_opening(wide: bool, tag: int, name: Any) -> None:
    """GEN-6."""
    view = table(wide)
    assert view.QueryColumns(0)[:2] == (tag, ROWID)
    assert tag in view.QueryColumns(mapi.TBL_ALL_COLUMNS)
    assert view.QueryRows(1, 0)[0][:2] == ((tag, name), (ROWID, 0))
    view.SetColumns((PR_DISPLAY_NAME_A & 0xFFFF0000,), 0)
    assert view.QueryColumns(0) == (tag,)


def test_cursor_calls_have_pywin32s_shapes() -> None:
    """VS-403, VS-404, VS-406."""
    view = table()
    assert view.GetRowCount(0) == 4
    assert view.SeekRow(mapi.BOOKMARK_BEGINNING, 2) == 2
    assert view.QueryPosition() == [2, 2, 4]
    mark = view.CreateBookmark()
    assert view.SeekRow(mapi.BOOKMARK_END, -1) == -1
    assert view.SeekRow(mark, 0) == 0
    assert names(view.QueryRows(1, 1)) == names(view.QueryRows(1, 0)) == ["Cäcilie"]
    assert view.FreeBookmark(mark) is None
    assert view.SeekRowApprox(1, 2) is None
    assert view.GetStatus() == [0, 0]
    assert names(view.QueryRows(-2, 0)) == ["Ann", "bob"]


def test_a_sort_order_is_a_tuple_of_keys() -> None:
    """VS-701, VS-702."""
    view = table()
    assert view.SortTable((((PR_DISPLAY_NAME_A, mapi.TABLE_SORT_DESCEND),),), 0) is None
    assert names(view.QueryRows(9, 0)) == ["dora", "Cäcilie", "bob", "Ann"]
    assert view.SortTable(([(PR_DISPLAY_NAME_W, 0)], 0, 0), 0) is None
    assert names(view.QueryRows(1, 0)) == ["Ann"]


def test_signed_and_unsigned_spellings_of_a_tag_sort_alike() -> None:
    """VS-704."""
    high = 0x8001001F
    orders = [restrictions.sort_order((((tag, 0),),)) for tag in (high, high - (1 << 32))]
    assert orders[0] == orders[1]
    assert orders[0].keys[0].tag == high


@pytest.mark.parametrize("value", [[((1, 0),)], (5,), (((1,),),), ([[1, 0]],), "x", ()])
def test_a_malformed_sort_order_is_a_type_error(value: Any) -> None:
    """VS-703."""
    with pytest.raises(TypeError):
        table().SortTable(value, 0)


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        (None, NAMES),
        ((mapi.RES_EXIST, (ROWID,)), NAMES[:3]),
        ((mapi.RES_EXIST, (ROWID, 0, 0)), NAMES[:3]),
        ((mapi.RES_NOT, ((mapi.RES_EXIST, (ROWID,)),)), NAMES[3:]),
        ((mapi.RES_NOT, ((mapi.RES_EXIST, (ROWID,)), 0)), NAMES[3:]),
        ((mapi.RES_AND, []), NAMES),
        ([mapi.RES_OR, [(mapi.RES_PROPERTY, (mapi.RELOP_EQ, ROWID, (ROWID, 1)))]], ["bob"]),
        ((mapi.RES_PROPERTY, (mapi.RELOP_GE, ROWID, (ROWID, 1))), ["bob", "Cäcilie"]),
        (
            (mapi.RES_CONTENT, (mapi.FL_SUBSTRING | mapi.FL_IGNORECASE, PR_DISPLAY_NAME_W, (PR_DISPLAY_NAME_W, "B"))),
            ["bob"],
        ),
        ((mapi.RES_CONTENT, (mapi.FL_PREFIX, PR_DISPLAY_NAME_A, (PR_DISPLAY_NAME_A, "Cä".encode()))), ["Cäcilie"]),
        ((mapi.RES_BITMASK, (mapi.BMR_NEZ, ROWID, 1)), ["bob"]),
        ((mapi.RES_BITMASK, (mapi.BMR_EQZ, ROWID)), NAMES[:3]),
    ],
)
def test_a_restriction_finds_its_rows(where: Any, answer: list[str]) -> None:
    """VS-601..VS-607, VS-609, VS-611."""
    assert found(where) == answer


@pytest.mark.parametrize(
    ("where", "error", "text"),
    [
        ((1,), TypeError, "sequence of length 2"),
        ((1, 2, 3), TypeError, "sequence of length 2"),
        (5, TypeError, "sequence of length 2"),
        (("x", ()), TypeError, r"\(integer, object\)"),
        ((mapi.RES_NOT, (mapi.RES_EXIST, (ROWID,))), TypeError, "sequence of length 2"),
        ((mapi.RES_EXIST, [ROWID]), TypeError, "tuple"),
        ((mapi.RES_PROPERTY, (4, ROWID)), TypeError, "arguments"),
        ((mapi.RES_PROPERTY, (4, ROWID, [ROWID, 1])), TypeError, "SPropValue"),
        ((mapi.RES_AND, 5), TypeError, "sequence"),
        ((mapi.RES_COMPAREPROPS, (4, 1, 2)), ValueError, "Unsupported restriction type!"),
        ((mapi.RES_SIZE, (4, 1, 2)), ValueError, "Unsupported restriction type!"),
        ((mapi.RES_SUBRESTRICTION, (1, None)), ValueError, "Unsupported restriction type!"),
        ((mapi.RES_COMMENT, ()), ValueError, "Unsupported restriction type!"),
        ((99, ()), ValueError, "Unsupported restriction type!"),
    ],
)
def test_a_malformed_restriction_is_refused(where: Any, error: type[Exception], text: str) -> None:
    """VS-602, VS-605, VS-608, VS-610, VS-612, VS-613."""
    with pytest.raises(error, match=text):
        table().Restrict(where, 0)


def test_finding_a_row_puts_the_cursor_on_it() -> None:
    """VS-404, VS-1103."""
    view = table()
    assert view.FindRow((mapi.RES_PROPERTY, (mapi.RELOP_EQ, ROWID, (ROWID, 2))), mapi.BOOKMARK_BEGINNING, 0) is None
    assert names(view.QueryRows(1, 0)) == ["Cäcilie"]
    with pytest.raises(com_error) as caught:
        view.FindRow((mapi.RES_PROPERTY, (mapi.RELOP_EQ, ROWID, (ROWID, 9))), mapi.BOOKMARK_BEGINNING, 0)
    assert caught.value.args == (MISSING, "OLE error 0x8004010f", None, None)


def test_more_rows_than_wanted_are_too_many() -> None:
    with pytest.raises(com_error) as caught:
        mapi.HrQueryAllRows(table(), None, None, None, 3)
    assert caught.value.hresult == mapi.MAPI_E_TABLE_TOO_BIG
    assert len(mapi.HrQueryAllRows(table(), None, None, None, 4)) == 4


def test_query_all_rows_leaves_its_columns_and_restriction_behind() -> None:
    view = table()
    mapi.HrQueryAllRows(view, ROWID, (mapi.RES_EXIST, (ROWID,)), None, 0)
    assert (view.QueryColumns(0), view.GetRowCount(0)) == ((ROWID,), 3)


@pytest.mark.parametrize(
    ("argument", "error", "text"),
    [
        (None, TypeError, "None is not a valid interface object in this context"),
        (5, TypeError, "The Python instance can not be converted to a COM object"),
    ],
)
def test_a_table_argument_must_be_a_com_object(argument: Any, error: type[Exception], text: str) -> None:
    """VS-1106, VS-1108."""
    with pytest.raises(error, match=text):
        mapi.HrQueryAllRows(argument, None, None, None, 0)


def test_an_object_that_carries_its_com_object_will_do() -> None:
    """VS-1106."""

    class Carrier:
        _oleobj_ = table()

    assert len(mapi.HrQueryAllRows(Carrier(), None, None, None, 0)) == 4


def test_another_interface_is_refused() -> None:
    """GEN-8, VS-1109."""
    with pytest.raises(com_error) as caught:
        mapi.HrQueryAllRows(PyIUnknown(object()), None, None, None, 0)
    assert caught.value.hresult == -2147467262
    with pytest.raises(com_error):
        table().QueryInterface(mapi.IID_IMessage)
    with pytest.raises(TypeError, match="There is no interface object registered that supports this IID"):
        table().QueryInterface(mapi.PS_MAPI)


def test_another_wrapper_of_the_same_object_is_equal() -> None:
    """VS-1204."""
    view = table(wide=False)
    again = view.QueryInterface(mapi.IID_IMAPITable)
    assert again is not view
    assert (again == view, hash(again) == hash(view), again != view) == (True, True, False)
    assert view != table()
    assert PR_DISPLAY_NAME_A in again.QueryColumns(mapi.TBL_ALL_COLUMNS)
    assert repr(view).startswith("<PyIMAPITable at 0x")


def test_flags_nobody_defined_are_unknown() -> None:
    with pytest.raises(com_error) as caught:
        table().QueryRows(1, 0x400)
    assert caught.value.hresult == mapi.MAPI_E_UNKNOWN_FLAGS


@pytest.mark.parametrize("flags", [mapi.MAPI_UNICODE, 0x80000000])
def test_the_top_bit_of_flags_may_be_spelled_either_way(flags: int) -> None:
    """VS-905."""
    assert table().GetRowCount(flags) == 4


@pytest.mark.parametrize("number", [1 << 31, -(1 << 31) - 1, 1 << 40])
def test_a_number_that_does_not_fit_is_an_overflow(number: int) -> None:
    """VS-1104."""
    with pytest.raises(OverflowError):
        table().SeekRow(0, number)


@pytest.mark.parametrize("number", [1 << 32, -(1 << 31) - 1])
def test_flags_that_do_not_fit_are_an_overflow(number: int) -> None:
    """VS-905."""
    with pytest.raises(OverflowError):
        table().GetRowCount(number)


@pytest.mark.parametrize("number", [1.0, "1", None])
def test_numbers_are_ints(number: Any) -> None:
    """VS-1104."""
    with pytest.raises(TypeError):
        table().SeekRow(0, number)


def test_the_last_error_belongs_to_the_object_that_failed() -> None:
    """GEN-10."""
    view, other = table(), table()
    with pytest.raises(com_error):
        view.FindRow((mapi.RES_EXIST, (0x6666001F,)), 0, 0)
    version, text, component, *_ = view.GetLastError(MISSING)
    assert (version, component) == (0, "mapix")
    assert "MAPI_E_NOT_FOUND" in text
    assert other.GetLastError(MISSING, mapi.MAPI_UNICODE) is None


def test_instance_keys_find_their_row() -> None:
    view = table()
    view.SetColumns((int(PR_INSTANCE_KEY), PR_DISPLAY_NAME_W), 0)
    row = view.QueryRows(9, 0)[2]
    view.FindRow((mapi.RES_PROPERTY, (mapi.RELOP_EQ, row[0][0], row[0])), 0, 0)
    assert view.QueryRows(1, 0) == (row,)


def test_a_sort_order_with_categories_makes_headings() -> None:
    """T-060, T-062, T-063."""
    view = table()
    view.SetColumns((mapitags.PR_ROW_TYPE, mapitags.PR_CONTENT_COUNT, PR_DISPLAY_NAME_W), 0)
    view.SortTable((((PR_DISPLAY_NAME_W, 0),), 1, 1), 0)
    heading, row = view.QueryRows(2, 0)
    assert heading == ((mapitags.PR_ROW_TYPE, 3), (mapitags.PR_CONTENT_COUNT, 1), (PR_DISPLAY_NAME_W, "Ann"))
    missing = mapitags.PR_CONTENT_COUNT & 0xFFFF0000 | 0x000A
    assert row == ((mapitags.PR_ROW_TYPE, 1), (missing, MISSING), (PR_DISPLAY_NAME_W, "Ann"))
    assert view.GetRowCount(0) == 8


def test_a_column_of_instances_shows_single_values_under_their_own_type() -> None:
    """P-053, P-054."""
    view = table()
    view.SetColumns((MULTI | 0x2000, PR_DISPLAY_NAME_W), 0)
    assert view.QueryRows(2, 0) == (
        ((0x66100003, 1), (PR_DISPLAY_NAME_W, "Ann")),
        ((0x66100003, 2), (PR_DISPLAY_NAME_W, "Ann")),
    )
    view.Restrict((mapi.RES_PROPERTY, (mapi.RELOP_EQ, 0x66100003, (0x66100003, 2))), 0)
    assert view.GetRowCount(0) == 1


def test_calls_may_be_put_off_or_go_on_elsewhere() -> None:
    """T-040."""
    view = table()
    view.SortTable((((PR_DISPLAY_NAME_W, 1),), 0, 0), mapi.TBL_BATCH)
    assert names(view.QueryRows(1, 0)) == ["dora"]
    view.Restrict((mapi.RES_EXIST, (ROWID,)), mapi.TBL_ASYNC)
    deadline = time.monotonic() + 60
    while view.GetStatus()[0] != 0:
        assert time.monotonic() < deadline
    assert view.GetRowCount(0) == 3
