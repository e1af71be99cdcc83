"""Times and money: MAPI's integers and floats as Python's own values, and back, exactly where both can say it.

    >>> from datetime import datetime, timezone
    >>> noon = datetime(2020, 1, 2, 12, tzinfo=timezone.utc)
    >>> from_datetime(noon)
    132224400000000000
    >>> to_datetime(132224400000000000) == noon
    True
    >>> from_decimal("19.99")
    199900

Properties hold the integers (P-023); faces and formats convert. Every value out of bounds is `BadValue`.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from math import floor, isfinite
from typing import Final

from mapix.properties.errors import BadValue

TICKS_PER_SECOND: Final = 10_000_000
UNIX_EPOCH_TICKS: Final = 116_444_736_000_000_000
MAX_TICKS: Final = 0x7FFF_FFFF_FFFF_FFFF
"""The largest FILETIME; later than any `datetime`."""

LATEST_TICKS: Final = 2_650_467_743_999_999_999
"""The latest FILETIME that a `datetime` can tell."""

_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
_APPTIME_EPOCH: Final = datetime(1899, 12, 30, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_DAY_MICROSECONDS: Final = 86_400_000_000
_CURRENCY_LIMIT: Final = 1 << 63
_CURRENCY_UNIT: Final = Decimal("0.0001")
_EXACT: Final = Context(prec=40, traps=[Inexact, InvalidOperation])


def now() -> int:
    """The present as FILETIME ticks: 100 ns since 1601-01-01 UTC."""
    return time.time_ns() // 100 + UNIX_EPOCH_TICKS


def from_datetime(moment: datetime) -> int:
    """FILETIME ticks of `moment`, exact; one without a time zone is local time, as everywhere in Python.

    Raises BadValue before 1601 ([MS-DTYP] 2.3.3).
    """
    try:
        ticks = (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND * 10
    except (OverflowError, OSError, ValueError):
        raise BadValue("this time cannot be told in UTC", value=moment) from None
    if ticks < 0:
        raise BadValue("MAPI's times start with the year 1601", value=moment)
    return ticks


def to_datetime(ticks: int) -> datetime:
    """`ticks` (100 ns since 1601) as an aware UTC datetime; what is finer than a microsecond is cut off.

    Raises BadValue for negative ticks and for years after 9999.
    """
    if not 0 <= ticks <= LATEST_TICKS:
        raise BadValue("this FILETIME is outside the years 1601 to 9999", value=ticks)
    return _EPOCH + timedelta(microseconds=ticks // 10)


def readable(ticks: int | None) -> datetime | None:
    """`ticks` as `to_datetime` has them; None for none, and for what no `datetime` can tell."""
    return to_datetime(ticks) if ticks is not None and 0 <= ticks <= LATEST_TICKS else None


def apptime_from_datetime(moment: datetime) -> float:
    """Application time of `moment` in UTC: days since 1899-12-30, with the time as the fraction (P-023).

    Before that day the whole part counts back and the fraction still forward, as OLE dates do: -1.25 is six o'clock
    on 1899-12-29. A moment without a time zone is local time. Raises BadValue where UTC cannot tell it.
    """
    try:
        microseconds = (moment.astimezone(UTC) - _APPTIME_EPOCH) // _MICROSECOND
    except (OverflowError, OSError, ValueError):
        raise BadValue("this time cannot be told in UTC", value=moment) from None
    days, rest = divmod(microseconds, _DAY_MICROSECONDS)
    fraction = rest / _DAY_MICROSECONDS
    return days + fraction if days >= 0 else days - fraction


def apptime_to_datetime(days: float) -> datetime:
    """Application time as an aware UTC datetime, to the microsecond; BadValue outside the years 1 to 9999."""
    if not isfinite(days):
        raise BadValue("not an application time", value=days)
    whole = floor(days) if days >= 0 else -floor(-days)
    microseconds = round(abs(days - whole) * _DAY_MICROSECONDS)
    try:
        return _APPTIME_EPOCH + timedelta(days=whole, microseconds=microseconds)
    except OverflowError:
        raise BadValue("this application time is outside the years 1 to 9999", value=days) from None


def from_decimal(amount: Decimal | int | str) -> int:
    """CURRENCY of `amount`: ten-thousandths, exact.

    Raises BadValue for what is no number, has more than four decimals, or needs more than 64 bits.
    """
    try:
        number = Decimal(amount).quantize(_CURRENCY_UNIT, context=_EXACT)
    except (Inexact, InvalidOperation):
        raise BadValue("CURRENCY holds numbers with four decimals", value=amount) from None
    if not number.is_finite():
        raise BadValue("not an amount", value=amount)
    units = int(number.scaleb(4, context=_EXACT))
    if not -_CURRENCY_LIMIT <= units < _CURRENCY_LIMIT:
        raise BadValue("this amount does not fit CURRENCY", value=amount)
    return units


def to_decimal(units: int) -> Decimal:
    """CURRENCY (ten-thousandths) as an exact Decimal with four decimals, whatever the decimal context."""
    digits = tuple(int(digit) for digit in str(abs(units)))
    return Decimal((int(units < 0), digits, -4))
