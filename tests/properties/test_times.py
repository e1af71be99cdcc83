"""FILETIME, APPTIME and CURRENCY as Python's own values."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.properties import times
from mapix.properties.errors import BadValue

LATEST = 2_650_467_743_999_999_999
AWARE = st.datetimes(min_value=datetime(1601, 1, 2), timezones=st.just(UTC))


def test_the_first_tick_is_the_start_of_1601() -> None:
    """P-023."""
    assert times.to_datetime(0) == datetime(1601, 1, 1, tzinfo=UTC)


def test_the_unix_epoch_has_the_ticks_everybody_knows() -> None:
    assert times.from_datetime(datetime(1970, 1, 1, tzinfo=UTC)) == times.UNIX_EPOCH_TICKS == 116444736000000000


@given(AWARE)
def test_a_datetime_comes_back_from_ticks_exactly(moment: datetime) -> None:
    assert times.to_datetime(times.from_datetime(moment)) == moment


@given(st.integers(0, LATEST))
def test_ticks_lose_only_what_is_finer_than_a_microsecond(ticks: int) -> None:
    assert times.from_datetime(times.to_datetime(ticks)) == ticks - ticks % 10


@pytest.mark.parametrize("ticks", [None, -1, LATEST + 1, times.MAX_TICKS])
def test_what_no_datetime_can_tell_is_none_where_that_is_wanted(ticks: int | None) -> None:
    """P-023."""
    assert times.readable(ticks) is None
    assert times.readable(LATEST) == times.to_datetime(times.LATEST_TICKS)


def test_the_time_zone_of_a_datetime_counts() -> None:
    east = datetime(2020, 1, 2, 13, tzinfo=timezone(timedelta(hours=1)))
    assert times.from_datetime(east) == times.from_datetime(datetime(2020, 1, 2, 12, tzinfo=UTC))


def test_a_datetime_without_a_zone_is_local_time() -> None:
    naive = datetime(2020, 1, 2, 12)
    assert times.from_datetime(naive) == times.from_datetime(naive.astimezone())


@pytest.mark.parametrize("ticks", [-1, LATEST + 1, times.MAX_TICKS, -times.MAX_TICKS])
def test_ticks_outside_the_calendar_are_a_bad_value(ticks: int) -> None:
    with pytest.raises(BadValue):
        times.to_datetime(ticks)


def test_the_last_tick_of_9999_is_a_date() -> None:
    assert times.to_datetime(LATEST).year == 9999


def test_a_time_before_1601_is_a_bad_value() -> None:
    with pytest.raises(BadValue):
        times.from_datetime(datetime(1600, 12, 31, tzinfo=UTC))


def test_the_edges_of_the_calendar_in_other_zones_are_a_bad_value() -> None:
    with pytest.raises(BadValue):
        times.from_datetime(datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))))


def test_now_is_now() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    assert before <= times.to_datetime(times.now()) <= datetime.now(UTC) + timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("days", "moment"),
    [
        (0.0, datetime(1899, 12, 30, tzinfo=UTC)),
        (2.5, datetime(1900, 1, 1, 12, tzinfo=UTC)),
        (-1.25, datetime(1899, 12, 29, 6, tzinfo=UTC)),
        (36526.75, datetime(2000, 1, 1, 18, tzinfo=UTC)),
    ],
)
def test_application_time_counts_days_and_adds_the_time_of_day(days: float, moment: datetime) -> None:
    """P-023."""
    assert times.apptime_to_datetime(days) == moment
    assert times.apptime_from_datetime(moment) == days


@given(st.datetimes(timezones=st.just(UTC)))
def test_application_time_comes_back_to_within_twenty_microseconds(moment: datetime) -> None:
    try:
        back = times.apptime_to_datetime(times.apptime_from_datetime(moment))
    except BadValue:
        assert moment > datetime.max.replace(tzinfo=UTC) - timedelta(microseconds=50)
        return
    assert abs(back - moment) < timedelta(microseconds=60)


@pytest.mark.parametrize("days", [float("nan"), float("inf"), 1e300, -1e9])
def test_application_time_outside_the_calendar_is_a_bad_value(days: float) -> None:
    with pytest.raises(BadValue):
        times.apptime_to_datetime(days)


@given(st.integers(-(1 << 63), (1 << 63) - 1))
def test_currency_comes_back_exactly(units: int) -> None:
    assert times.from_decimal(times.to_decimal(units)) == units


def test_currency_is_exact_whatever_the_decimal_context() -> None:
    with localcontext() as context:
        context.prec = 3
        assert str(times.to_decimal(1234567890123)) == "123456789.0123"
        assert times.from_decimal(Decimal("123456789.0123")) == 1234567890123


@pytest.mark.parametrize(("amount", "units"), [("19.99", 199900), (-5, -50000), ("1e3", 10_000_000), ("0", 0)])
def test_currency_has_ten_thousandths(amount: int | str, units: int) -> None:
    """P-023."""
    assert times.from_decimal(amount) == units


@pytest.mark.parametrize(
    "amount",
    ["0.00001", "1e-999999", "1e999999", "nan", "inf", "much", "922337203685477.5808", "-922337203685477.5809"],
)
def test_an_amount_that_currency_cannot_hold_is_a_bad_value(amount: str) -> None:
    with pytest.raises(BadValue):
        times.from_decimal(amount)
