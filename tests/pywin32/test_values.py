"""Property values as tuples, both ways, through a real property bag."""

import datetime
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.interfaces.prop import Access
from mapix.objects.bags.propdata import MemorySource, PropertyBag
from mapix.properties.tag import PropTag
from mapix.pywin32.convert.values import pair_out
from mapix.pywin32.iid import IID
from mapix.pywin32.mapi import PS_MAPI
from mapix.pywin32.mapitags import PROP_TAG
from mapix.pywin32.prop import PyIMAPIProp
from mapix.pywin32.times import Time

UTC = datetime.UTC
NOT_FOUND = -2147221233
ERRORS_RETURNED = 263040


def bag(values: dict[PropTag, Any] | None = None) -> PyIMAPIProp:
    """A property object in memory, open for writing."""
    return PyIMAPIProp(PropertyBag(MemorySource(values), access=Access.MODIFY, transacted=False))


def through(kind: int, value: Any) -> Any:
    """`value` set and read back under a tag of type `kind`."""
    prop, tag = bag(), PROP_TAG(kind, 0x6601)
    assert prop.SetProps([(tag, value)]) == (0, None)
    hr, ((found, answer),) = prop.GetProps((tag,))
    assert (hr, found) == (0, tag)
    return answer


@pytest.mark.parametrize(
    ("kind", "value", "answer"),
    [
        (0x0002, 7, 7),
        (0x0002, 0x12345, 0x2345),
        (0x0002, 0xFFFF, -1),
        (0x0003, -1, -1),
        (0x0003, True, 1),
        (0x0004, 0.1, struct.unpack("f", struct.pack("f", 0.1))[0]),
        (0x0004, 3, 3.0),
        (0x0005, 0.1, 0.1),
        (0x000B, True, True),
        (0x000B, 5, True),
        (0x000B, 0, False),
        (0x0014, -(1 << 63), -(1 << 63)),
        (0x0014, (1, 2), (1 << 32) + 2),
        (0x001E, "Grüße", "Grüße".encode()),
        (0x001E, b"bytes", b"bytes"),
        (0x001E, "seen\0unseen", b"seen"),
        (0x001F, "Grüße 😀", "Grüße 😀"),
        (0x001F, "\ud83d\ude00", "😀"),
        (0x0048, PS_MAPI, PS_MAPI),
        (0x0048, "{00020328-0000-0000-C000-000000000046}", PS_MAPI),
        (0x0102, b"\0\1", b"\0\1"),
        (0x1002, [1, 0xFFFF], (1, -1)),
        (0x1003, (1, -2), (1, -2)),
        (0x1014, [1], (1,)),
        (0x1005, [1, 2.5], (1.0, 2.5)),
        (0x101E, ["a", b"b"], (b"a", b"b")),
        (0x101F, "abc", ("a", "b", "c")),
        (0x1102, [b"a", b""], (b"a", b"")),
        (0x1048, [PS_MAPI], (PS_MAPI,)),
    ],
)
def test_a_value_comes_back_as_pywin32_shows_it(kind: int, value: Any, answer: Any) -> None:
    """VS-203..VS-205, VS-208, VS-210..VS-213, VS-216, VS-217, VS-220, VS-223, VS-301..VS-303,
    VS-306..VS-308, VS-311.
    """
    found = through(kind, value)
    assert found == answer
    assert type(found) is type(answer)


@pytest.mark.parametrize("kind", [0x0040, 0x0007])
def test_a_time_comes_back_aware_and_in_milliseconds(kind: int) -> None:
    """VS-207, VS-214, VS-304."""
    moment = datetime.datetime(2024, 2, 29, 13, 37, 1, 987_654, datetime.timezone(datetime.timedelta(hours=2)))
    found = through(kind, moment)
    assert found == moment.replace(microsecond=987_000)
    assert found.utcoffset() == datetime.timedelta(0)
    assert (type(found).__module__, type(found).__name__) == ("pywintypes", "datetime")
    assert found.Format("%Y-%m-%d") == "2024-02-29"


def test_a_naive_time_is_local_time() -> None:
    """VS-214."""
    moment = datetime.datetime(2024, 1, 2, 3, 4, 5)
    assert through(0x0040, moment) == moment.astimezone(UTC)


def test_several_times_come_back_as_a_tuple() -> None:
    """VS-220, VS-311."""
    moment = Time(86400)
    assert through(0x1040, [moment]) == (moment,)


def test_a_time_after_the_year_9999_is_the_latest_there_is() -> None:
    """VS-305."""
    assert pair_out(PropTag(0x66010040), 0x7FFF_FFFF_FFFF_FFFF)[1] == datetime.datetime.max


@pytest.mark.parametrize(
    ("kind", "value", "error", "text"),
    [
        (0x0002, 1 << 31, OverflowError, "too large"),
        (0x0003, 0xFFFFFFFF, OverflowError, "too large"),
        (0x0003, 1.0, TypeError, "integer"),
        (0x0003, "1", TypeError, "integer"),
        (0x0005, "1", TypeError, "real number"),
        (0x0006, 1, TypeError, "Unsupported MAPI property type 0x6"),
        (0x000B, None, TypeError, "integer"),
        (0x000B, "yes", TypeError, "integer"),
        (0x000D, 0, TypeError, "Unsupported MAPI property type 0xD"),
        (0x0014, 1 << 63, OverflowError, "too large"),
        (0x001E, None, TypeError, "None is not a valid string in this context"),
        (0x001E, 1, TypeError, "Unicode"),
        (0x001F, b"bytes", TypeError, "bytes"),
        (0x001F, None, TypeError, "None is not a valid string in this context"),
        (0x0040, 12, TypeError, r"must be a pywintypes time object \(got int\)"),
        (0x0040, (2024, 1, 1), TypeError, r"must be a pywintypes time object \(got tuple\)"),
        (0x0048, 12, TypeError, "IID"),
        (0x0102, "text", TypeError, "bytes"),
        (0x0102, bytearray(b"x"), TypeError, "bytes"),
        (0x0102, memoryview(b"x"), TypeError, "bytes"),
        (0x0000, 1, TypeError, "Unsupported MAPI property type 0x0"),
        (0x00FD, 1, TypeError, "Unsupported MAPI property type 0xFD"),
        (0x1006, [1], TypeError, "Unsupported MAPI property type 0x1006"),
        (0x100B, [1], TypeError, "Unsupported MAPI property type 0x100B"),
        (0x3003, [1], TypeError, "Unsupported MAPI property type 0x3003"),
        (0x1003, None, TypeError, "A multi-valued SPropValue item must be a sequence"),
        (0x1003, {1, 2}, TypeError, "A multi-valued SPropValue item must be a sequence"),
        (0x1102, ["a"], TypeError, "PT_MV_BINARY elements must be strings"),
    ],
)
def test_a_wrong_value_is_refused_and_nothing_is_set(kind: int, value: Any, error: type[Exception], text: str) -> None:
    """VS-203, VS-204, VS-206, VS-208..VS-212, VS-215, VS-217, VS-219, VS-221, VS-222, VS-224, VS-225."""
    prop = bag()
    with pytest.raises(error, match=text):
        prop.SetProps([(0x6602001F, "first"), (PROP_TAG(kind, 0x6601), value)])
    assert prop.GetPropList(0) == ()


@pytest.mark.parametrize("item", [[0x6601001F, "x"], (0x6601001F,), "ab", None, ("x", 1), (0x6601001F, "x", 1)])
def test_a_property_must_be_a_tuple_of_two(item: Any) -> None:
    """VS-201."""
    with pytest.raises(TypeError, match=r"An SPropValue item must be a tuple of \(integer, object\)"):
        bag().SetProps([item])


@pytest.mark.parametrize("items", [None, 5, {1: 2}])
def test_properties_come_in_a_sequence(items: Any) -> None:
    """VS-202."""
    with pytest.raises(TypeError):
        bag().SetProps(items)


def test_a_tag_may_be_spelled_negative() -> None:
    """VS-101, VS-102."""
    prop = bag()
    prop.SetProps(((0x6601001F - (1 << 32), "x"),))
    assert prop.GetPropList(-2147483648) == (0x6601001F,)


def test_what_is_missing_is_an_error_with_its_identifier() -> None:
    """P-112, X-03, VS-313, VS-315."""
    prop = bag({PropTag(0x6601001F): "here"})
    hr, found = prop.GetProps((0x66020003, 0x6601001F, 0x66030102))
    assert hr == ERRORS_RETURNED
    assert found == ((0x6602000A, NOT_FOUND), (0x6601001F, "here"), (0x6603000A, NOT_FOUND))


def test_one_number_asks_for_one_property() -> None:
    """VS-103."""
    assert bag({PropTag(0x6601001F): "x"}).GetProps(0x6601001F, 0) == (0, ((0x6601001F, "x"),))


@pytest.mark.parametrize(("flags", "tag", "value"), [(0, 0x6601001E, b"x"), (-2147483648, 0x6601001F, "x")])
def test_the_width_of_text_nobody_chose_is_that_of_the_call(flags: int, tag: int, value: Any) -> None:
    """GEN-6, P-040, P-041, P-043, P-120, VS-316."""
    prop = bag({PropTag(0x6601001F): "x", PropTag(0x66020003): 1})
    assert prop.GetPropList(flags) == (tag, 0x66020003)
    assert prop.GetProps(None, flags) == (0, ((tag, value), (0x66020003, 1)))
    assert prop.GetProps((0x66010000,), flags) == (0, ((tag, value),))


def test_a_width_that_was_chosen_wins_over_the_flag() -> None:
    """P-041."""
    prop = bag({PropTag(0x6601001F): "x"})
    assert prop.GetProps((0x6601001E, 0x6601001F), -2147483648)[1] == ((0x6601001E, b"x"), (0x6601001F, "x"))


def test_an_empty_object_has_no_properties() -> None:
    """P-113, P-120."""
    assert bag().GetProps(None) == (0, ())
    assert bag().GetPropList(0) == ()


def test_an_empty_list_of_tags_is_an_invalid_parameter(windows_names: None) -> None:
    """P-110, VS-106."""
    import pywintypes

    with pytest.raises(pywintypes.com_error) as caught:
        bag().GetProps(())
    assert caught.value.hresult == -2147024809


@pytest.mark.parametrize(
    ("tags", "error"),
    [
        ("text", TypeError),
        ((1.5,), TypeError),
        (1.5, TypeError),
        ({1: 2}.keys(), TypeError),
        ((-1,), OverflowError),
        ((1 << 32,), OverflowError),
        (-1, OverflowError),
    ],
)
def test_tags_are_unsigned_numbers_in_a_sequence(tags: Any, error: type[Exception]) -> None:
    """VS-103..VS-105."""
    with pytest.raises(error):
        bag().GetProps(tags)


def test_numbers_are_plain_ints_that_print_as_such() -> None:
    """VS-101."""
    ((tag, _),) = bag({PropTag(0x6601001F): "x"}).GetProps(0x6601001F)[1]
    assert type(tag) is int


def test_types_scripts_cannot_see_are_none() -> None:
    """VS-312."""
    prop = bag({PropTag(0x66010006): 12})
    assert prop.GetProps(0x66010006)[1] == ((0x66010006, None),)


def test_deleting_is_by_identifier_and_absence_is_no_problem() -> None:
    """P-160."""
    prop = bag({PropTag(0x6601001F): "x"})
    assert prop.DeleteProps((0x66010003, 0x66020003), True) == (0, None)
    assert prop.GetPropList(0) == ()


def test_a_problem_is_told_when_it_is_wanted() -> None:
    """P-151, VS-401, VS-407."""
    prop = bag()
    pairs = [(0x6601001F, "x"), (PROP_TAG(0x0003, 0x8005), 1)]
    assert prop.SetProps(pairs, True) == (ERRORS_RETURNED, ((1, 0x80050003, -2147220729),))
    assert prop.SetProps(pairs) == (ERRORS_RETURNED, None)


@given(st.text(), st.binary(), st.integers(-(1 << 31), (1 << 31) - 1), st.integers(-(1 << 63), (1 << 63) - 1))
def test_text_bytes_and_numbers_survive(text: str, data: bytes, number: int, large: int) -> None:
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert through(0x001F, text) == text
    assert through(0x0102, data) == data
    assert through(0x0003, number) == number
    assert through(0x0014, large) == large


@given(st.datetimes(datetime.datetime(1601, 1, 2), datetime.datetime(9999, 12, 30), timezones=st.just(UTC)))
def test_times_survive_to_the_millisecond(moment: datetime.datetime) -> None:
    assert through(0x0040, moment) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_an_iid_is_not_its_bytes_but_has_them() -> None:
    """VS-1201, VS-1202."""
    iid = IID("{00020328-0000-0000-c000-000000000046}")
    assert iid == PS_MAPI
    assert iid != bytes(iid)
    assert bytes(iid) == memoryview(iid).tobytes() == bytes.fromhex("2803020000000000c000000000000046")
    assert {iid: 1}[PS_MAPI] == 1
    assert (str(iid), repr(iid)) == (
        "{00020328-0000-0000-C000-000000000046}",
        "IID('{00020328-0000-0000-C000-000000000046}')",
    )
    assert IID(bytes(iid), True) == iid
    with pytest.raises(AttributeError):
        iid.Data1 = 5
