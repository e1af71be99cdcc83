"""Time zones as blobs, from Python's own and back, and identifiers of meetings."""

import contextlib
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples
from tests.formats.calendar.calendar_cases import CORPUS, of_kind

from mapix.formats.calendar.globalid import GlobalId
from mapix.formats.calendar.timezones import EFFECTIVE, Onset, ZoneDefinition, ZoneRule
from mapix.formats.calendar.windowszones import iana_name, windows_name, windows_zones
from mapix.formats.calendar.zones import definition_of, known_zone, rule_of, zone_of
from mapix.properties import named_tags as n
from mapix.properties.errors import BadValue, CorruptData

KNOWN = sorted(available_timezones() & {zone for zones in windows_zones().values() for zone in zones})
SOME = [
    *KNOWN[::12],
    "Europe/Dublin",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Gaza",
    "Pacific/Chatham",
]


@pytest.mark.parametrize("name", sorted(set(SOME)))
def test_a_zone_made_of_rules_tells_the_same_time_all_year(name: str) -> None:
    """[MS-OXOCAL] 2.2.1.41: from Python's zone to the blob and back, every few hours of a year, folds included."""
    zone = ZoneInfo(name)
    ruled = zone_of(ZoneDefinition.load(definition_of(zone, 2026).dump()))
    at = datetime(2026, 1, 1, 13, tzinfo=UTC)
    while at.year == 2026 and (at.month, at.day) != (12, 31):
        wanted, found = at.astimezone(zone), at.astimezone(ruled)
        assert (found.replace(tzinfo=None), found.fold) == (wanted.replace(tzinfo=None), wanted.fold)
        assert found.utcoffset() == wanted.utcoffset()
        assert found.astimezone(UTC) == at
        at += timedelta(hours=13)


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe"])
def test_around_its_changes_it_agrees_to_the_minute(name: str) -> None:
    """Gaps and folds as Python's own zones have them, both ways."""
    zone = ZoneInfo(name)
    ruled = zone_of(definition_of(zone, 2026))
    for month in (3, 4, 10, 11):
        at = datetime(2026, month, 1, tzinfo=UTC)
        while at.month == month:
            wanted = at.astimezone(zone)
            assert at.astimezone(ruled).replace(tzinfo=None) == wanted.replace(tzinfo=None)
            for fold in (0, 1):
                local = wanted.replace(tzinfo=None, fold=fold)
                assert local.replace(tzinfo=ruled).utcoffset() == local.replace(tzinfo=zone).utcoffset()
            at += timedelta(minutes=30)


def test_rules_are_as_windows_has_them() -> None:
    """Biases are added to local time; the last such day of a month is its fifth."""
    berlin = rule_of(ZoneInfo("Europe/Berlin"), 2026)
    assert (berlin.bias, berlin.standard_bias, berlin.daylight_bias) == (-60, 0, -60)
    assert berlin.daylight == Onset(0, 3, 0, 5, 2)
    assert berlin.standard == Onset(0, 10, 0, 5, 3)
    new_york = rule_of(ZoneInfo("America/New_York"), 2026)
    assert (new_york.daylight, new_york.standard) == (Onset(0, 3, 0, 2, 2), Onset(0, 11, 0, 1, 2))
    assert new_york.bias == 300
    tokyo = rule_of(ZoneInfo("Asia/Tokyo"), 2026)
    assert (tokyo.bias, tokyo.has_daylight) == (-540, False)


def test_the_fourth_and_the_last_of_a_month_are_told_apart_by_the_years_around() -> None:
    """In February 2026 the last Sunday is its fourth."""
    for year in range(2020, 2030):
        assert rule_of(ZoneInfo("Europe/Berlin"), year).daylight.nth == 5
        assert rule_of(ZoneInfo("Pacific/Auckland"), year).daylight.nth == 5
        assert rule_of(ZoneInfo("America/New_York"), year).daylight.nth == 2


def test_of_several_rules_that_of_the_year_holds() -> None:
    """[MS-OXOCAL] 2.2.1.41.1: wYear is the year a rule begins with."""
    old, new = ZoneRule(bias=-60, year=2000, flags=0), ZoneRule(bias=-120, year=2010)
    zone = zone_of(ZoneDefinition("Somewhere", (old, new)))
    assert datetime(1990, 5, 1, tzinfo=zone).utcoffset() == timedelta(hours=1)
    assert datetime(2009, 5, 1, tzinfo=zone).utcoffset() == timedelta(hours=1)
    assert datetime(2010, 5, 1, tzinfo=zone).utcoffset() == timedelta(hours=2)
    assert datetime(2020, 5, 1, 12, tzinfo=UTC).astimezone(zone).hour == 14
    assert zone.definition.effective == new
    assert (zone.tzname(None), zone.dst(datetime(2020, 1, 1)), zone.utcoffset(None)) == ("Somewhere", timedelta(), None)


def test_a_rule_of_one_year_changes_on_a_day_of_the_month() -> None:
    """[MS-OXOCAL] 2.2.1.39: SYSTEMTIME with a year is one moment, without one a rule."""
    rule = ZoneRule(-60, 0, -60, Onset(2026, 10, 0, 25, 3), Onset(2026, 3, 0, 29, 2))
    zone = zone_of(ZoneDefinition("x", (rule,)))
    assert datetime(2026, 7, 1, tzinfo=zone).utcoffset() == timedelta(hours=2)
    assert datetime(2027, 7, 1, tzinfo=zone).utcoffset() == timedelta(hours=1)


LONGS = st.integers(-(1 << 31), (1 << 31) - 1)
ONSETS = st.builds(Onset, *[st.integers(0, 0xFFFF)] * 8)
RULES = st.builds(
    ZoneRule,
    LONGS,
    LONGS,
    LONGS,
    ONSETS,
    ONSETS,
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFF),
    st.binary(min_size=14, max_size=14),
)


@given(st.text(max_size=40), st.lists(RULES, min_size=1, max_size=4), st.binary(max_size=4))
@settings(max_examples=examples(100), deadline=None)
def test_every_definition_is_what_its_bytes_say(key: str, rules: list[ZoneRule], rest: bytes) -> None:
    """And whatever its numbers are, asking it for the time ends in an answer or in `CorruptData`."""
    definition = ZoneDefinition(key, tuple(rules), rest)
    assert ZoneDefinition.load(definition.dump()) == definition
    assert ZoneRule.load(rules[0].dump()).dump() == rules[0].dump()
    with contextlib.suppress(CorruptData):
        assert datetime(2026, 7, 1, tzinfo=UTC).astimezone(zone_of(definition)).tzinfo is not None


def test_what_outlook_wrote_is_written_byte_for_byte() -> None:
    definitions = of_kind(
        n.PidLidAppointmentTimeZoneDefinitionStartDisplay,
        n.PidLidAppointmentTimeZoneDefinitionEndDisplay,
        n.PidLidAppointmentTimeZoneDefinitionRecur,
    )
    if not definitions:
        pytest.skip(f"no files in {CORPUS}")
    for data in definitions:
        read = ZoneDefinition.load(data)
        assert read.dump() == data
        assert known_zone(read.key) is not None
    for data in of_kind(n.PidLidTimeZoneStruct):
        assert ZoneRule.load(data).dump() == data
    for data in of_kind(n.PidLidGlobalObjectId, n.PidLidCleanGlobalObjectId):
        assert GlobalId.load(data).dump() == data


def test_what_later_versions_have_besides_is_kept() -> None:
    """A GUID, a longer head, longer rules: readers take what they know and skip the rest."""
    rule = ZoneRule(bias=-60, minor=2, extra=b"more")
    later = ZoneDefinition("Somewhere", (rule, rule), b"rest", bytes(range(16)), 7, b"head")
    read = ZoneDefinition.load(later.dump())
    assert read == later
    assert zone_of(read).utcoffset(datetime(2026, 1, 1)) == timedelta(hours=1)


def test_damaged_zones_are_refused() -> None:
    data = definition_of(ZoneInfo("Europe/Berlin"), 2026).dump()
    for end in range(len(data)):
        with pytest.raises(CorruptData):
            ZoneDefinition.load(data[:end])
    with pytest.raises(CorruptData):
        ZoneDefinition.load(b"\x03\x01" + data[2:])
    with pytest.raises(CorruptData):
        ZoneRule.load(bytes(49))
    with pytest.raises(BadValue):
        ZoneDefinition("x" * 300, (ZoneRule(),)).dump()
    with pytest.raises(BadValue):
        ZoneDefinition("x", ()).dump()


def test_names_of_windows_and_of_everybody_else() -> None:
    """Every Windows name stands for a zone this machine knows, and for none is there more than one name."""
    for windows, zones in windows_zones().items():
        assert (iana_name(windows), windows_name(zones[0])) == (zones[0], windows)
        assert known_zone(windows) is not None
    everyone = [zone for zones in windows_zones().values() for zone in zones]
    assert len(everyone) == len(set(everyone))
    assert windows_name("europe/vienna") == "W. Europe Standard Time"
    assert windows_name("Tokyo Standard Time") == "Tokyo Standard Time"
    assert (windows_name("Moon/Tycho"), iana_name("Moon Time"), known_zone("Moon/Tycho")) == (None, None, None)
    assert known_zone("UTC") is not None


def test_zones_of_a_windows_name_are_alike() -> None:
    """All of one name have the same offset today, so that the first can stand for them."""
    for zones in windows_zones().values():
        offsets = {datetime(2025, 7, 1, tzinfo=ZoneInfo(zone)).utcoffset() for zone in zones if zone in KNOWN}
        assert len(offsets) == 1, zones


def test_fixed_offsets_and_utc_have_definitions_too() -> None:
    assert definition_of(UTC, 2026).key == "UTC"
    east = definition_of(timezone(timedelta(hours=5, minutes=45)), 2026)
    assert (east.key, east.rules[0].bias, east.rules[0].flags) == ("UTC+05:45", -345, EFFECTIVE)
    with pytest.raises(BadValue):
        definition_of(timezone(timedelta(seconds=30)), 2026)
    ruled = zone_of(east)
    assert definition_of(ruled, 2030) == east
    assert ruled == zone_of(east)
    assert len({ruled, zone_of(east)}) == 1


def test_an_identifier_tells_its_day_and_its_uid() -> None:
    """[MS-OXOCAL] 2.2.1.27, 2.2.1.28: the clean one has no day."""
    made = GlobalId.new()
    assert GlobalId.load(made.dump()) == made
    assert made != GlobalId.new()
    one = made.on(date(2026, 3, 2))
    assert one.dump()[16:20] == b"\x07\xea\x03\x02"
    assert GlobalId.load(one.dump()).clean() == made
    assert GlobalId.of_uid(one.uid) == made
    assert one.uid == made.uid == made.dump().hex().upper()


def test_an_identifier_of_icalendar_keeps_its_text() -> None:
    """[MS-OXOCAL] 2.2.1.27: after `vCal-Uid`."""
    made = GlobalId.of_uid("a5-ü@example.org", date(2026, 3, 2))
    assert b"vCal-Uid\x01\0\0\0a5-" in made.dump()
    assert GlobalId.load(made.dump()).uid == "a5-ü@example.org"


@given(st.binary(max_size=80))
@settings(max_examples=examples(100), deadline=None)
def test_bytes_that_are_no_identifier_are_refused(data: bytes) -> None:
    whole = GlobalId.new().dump()
    for spoilt in (data, whole[:16] + data, whole[:16] + b"\x07\xea\x0d\x02" + whole[20:], whole + b"x"):
        with contextlib.suppress(CorruptData):
            known = GlobalId.load(spoilt)
            assert GlobalId.load(known.dump()) == known
