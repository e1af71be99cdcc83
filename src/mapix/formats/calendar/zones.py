"""Time zones of Python and of these blobs, each from the other.

definition = definition_of(ZoneInfo("Europe/Berlin"), 2026)     # its rules as they are in that year
zone = zone_of(definition)                                      # a tzinfo that obeys the rules
zone.utcoffset(datetime(2026, 7, 1))
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from mapix.formats.calendar.timezones import EFFECTIVE, LAST, RECURRING, Onset, ZoneDefinition, ZoneRule
from mapix.formats.calendar.windowszones import iana_name, windows_name
from mapix.properties.errors import BadValue

_MINUTE: Final = timedelta(minutes=1)
_STEP: Final = timedelta(days=7)
_ZERO: Final = timedelta()
_YEARS_AROUND: Final = 6


class RuleZone(tzinfo):
    """A zone that obeys the rules of a definition."""

    def __init__(self, definition: ZoneDefinition) -> None:
        self.definition = definition

    @property
    def key(self) -> str:
        """The name Windows knows it by."""
        return self.definition.key

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """How far local time is ahead of UTC."""
        return None if moment is None else self._offset(moment.replace(tzinfo=None), moment.fold)

    def dst(self, moment: datetime | None) -> timedelta | None:
        """How much of that is daylight saving."""
        if moment is None:
            return None
        rule = self.definition.rule_of(moment.year)
        return self._offset(moment.replace(tzinfo=None), moment.fold) - _offset(rule, False)

    def tzname(self, moment: datetime | None) -> str:
        """The name Windows knows it by."""
        return self.key

    def fromutc(self, moment: datetime) -> datetime:
        """Local time of a moment in UTC."""
        bare = moment.replace(tzinfo=None)
        for offset in self._offsets(bare):
            local = bare + offset
            first, second = self._offset(local, 0), self._offset(local, 1)
            # Where the first is smaller, the clock jumps over this time: nothing has it.
            if first >= second and offset in (first, second):
                return local.replace(tzinfo=self, fold=int(offset != first))
        return (bare + self._offset(bare, 0)).replace(tzinfo=self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RuleZone) and other.definition == self.definition

    def __hash__(self) -> int:
        return hash(self.definition)

    def __repr__(self) -> str:
        return f"<RuleZone {self.key!r}>"

    def _offset(self, local: datetime, fold: int) -> timedelta:
        rule = self.definition.rule_of(local.year)
        return _offset(rule, _is_daylight(rule, local, fold))

    def _offsets(self, utc: datetime) -> list[timedelta]:
        years = {utc.year, (utc - _STEP).year if utc.year > 1 else 1, (utc + _STEP).year if utc.year < 9999 else 9999}
        rules = [self.definition.rule_of(year) for year in sorted(years)]
        return list(dict.fromkeys(_offset(rule, daylight) for rule in rules for daylight in (False, True)))


def definition_of(zone: tzinfo, year: int, *, recurring: bool = False) -> ZoneDefinition:
    """The definition of a zone with its rules of a year. A zone that Windows has no name for keeps its own.

    Raises `BadValue` for a zone that has an offset which is not whole minutes.
    """
    name = zone_name(zone)
    flags = EFFECTIVE | (RECURRING if recurring else 0)
    rule = zone.definition.rule_of(year) if isinstance(zone, RuleZone) else rule_of(zone, year)
    one = ZoneRule(rule.bias, rule.standard_bias, rule.daylight_bias, rule.standard, rule.daylight, flags=flags)
    return ZoneDefinition(windows_name(name) or name, (one,))


def zone_of(definition: ZoneDefinition) -> RuleZone:
    """A tzinfo that obeys a definition."""
    return RuleZone(definition)


def known_zone(key: str) -> tzinfo | None:
    """The zone of a Windows or IANA name, with its whole history; None where this machine knows none."""
    from zoneinfo import ZoneInfo

    name = iana_name(key) or key
    if name in ("UTC", "Etc/UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def zone_name(zone: tzinfo) -> str:
    """The name of a zone, as told by itself."""
    key = getattr(zone, "key", None)
    return str(key) if key else ("UTC" if zone is UTC else str(zone.tzname(None) or zone))


@lru_cache(maxsize=256)
def rule_of(zone: tzinfo, year: int) -> ZoneRule:
    """The rule of any zone in a year. Where daylight saving does not come and go in that year, it has none."""
    changes = _changes(zone, year)
    if len(changes) != 2 or not _is_pair(changes):
        return ZoneRule(bias=_bias(_at(zone, datetime(year, 7, 1))))
    (first, before, after), (second, _, _) = changes
    standard, daylight = min(before, after), max(before, after)
    starts, ends = (first, second) if after > before else (second, first)
    return ZoneRule(
        bias=_bias(standard),
        daylight_bias=-_minutes(daylight - standard),
        standard=_onset(zone, ends + daylight),
        daylight=_onset(zone, starts + standard),
    )


def _is_pair(changes: list[tuple[datetime, timedelta, timedelta]]) -> bool:
    (_, before, after), (_, again, back) = changes
    return before == back and after == again


def _changes(zone: tzinfo, year: int) -> list[tuple[datetime, timedelta, timedelta]]:
    """When in a year (UTC) its offset changes, from what to what."""
    found: list[tuple[datetime, timedelta, timedelta]] = []
    at = datetime(year, 1, 1)
    before = _at(zone, at)
    while at.year == year:
        following = min(at + _STEP, datetime(year, 12, 31, 23, 59)) if at.year == year else at
        if following <= at:
            break
        after = _at(zone, following)
        if after != before:
            found.append((_change(zone, at, following), before, after))
        at, before = following, after
    return found


def _change(zone: tzinfo, low: datetime, high: datetime) -> datetime:
    """The first minute with the offset that holds at `high`."""
    before = _at(zone, low)
    while high - low > _MINUTE:
        middle = low + (high - low) // 2
        middle = middle.replace(second=0, microsecond=0)
        if middle <= low:
            break
        if _at(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _at(zone: tzinfo, utc: datetime) -> timedelta:
    return utc.replace(tzinfo=UTC).astimezone(zone).utcoffset() or _ZERO


def _onset(zone: tzinfo, local: datetime) -> Onset:
    """What a change at `local` time (of before) is in most years around."""
    nth = (local.day - 1) // 7 + 1
    is_last = (local + _STEP).month != local.month
    if is_last and (nth == LAST or _is_last_elsewhere(zone, local)):
        nth = LAST
    return Onset(0, local.month, (local.weekday() + 1) % 7, nth, local.hour, local.minute)


def _is_last_elsewhere(zone: tzinfo, local: datetime) -> bool:
    """Whether in years around it changes on the last such weekday, rather than on one of this number."""
    weeks = (local.day - 1) // 7
    last = counted = 0
    for year in range(max(local.year - _YEARS_AROUND, 1602), min(local.year + _YEARS_AROUND, 9998) + 1):
        for utc, before, _ in _changes(zone, year):
            there = utc + before
            if (there.month, there.weekday()) == (local.month, local.weekday()):
                last += (there + _STEP).month != there.month
                counted += (there.day - 1) // 7 == weeks
    return last >= counted


def _offset(rule: ZoneRule, daylight: bool) -> timedelta:
    part = rule.daylight_bias if daylight and rule.has_daylight else rule.standard_bias if rule.has_daylight else 0
    minutes = -(rule.bias + part)
    return timedelta(minutes=max(-1439, min(minutes, 1439)))


def _is_daylight(rule: ZoneRule, local: datetime, fold: int) -> bool:
    """Whether daylight saving holds at a local time; `fold` tells the second of two equal times."""
    if not rule.has_daylight:
        return False
    begins, ends = rule.daylight.moment(local.year), rule.standard.moment(local.year)
    if begins is None or ends is None:
        return False
    shift = _offset(rule, True) - _offset(rule, False)
    begins, ends = begins + (shift if fold == 0 else _ZERO), ends - (shift if fold else _ZERO)
    if begins < ends:
        return begins <= local < ends
    return local >= begins or local < ends


def _bias(offset: timedelta) -> int:
    return -_minutes(offset)


def _minutes(offset: timedelta) -> int:
    if offset % _MINUTE:
        raise BadValue("time zones are told in whole minutes", value=str(offset))
    return offset // _MINUTE
