"""Moments of cron against an oracle that walks over every minute of two years, and knows nothing of how ours finds them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sayso.automations.schedule.cron import read, zone_of
from sayso.errors import Invalid

ZONES = (
    "UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "America/Santiago",
    "Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Auckland", "Asia/Kathmandu", "Africa/Casablanca", "Africa/Cairo",
)  # fmt: skip
EXPRESSIONS = {
    "30 8 * * 1-5": ({30}, {8}, None, None, {1, 2, 3, 4, 5}),
    "30 2 * * *": ({30}, {2}, None, None, None),
    "0 0 * * *": ({0}, {0}, None, None, None),
    "15,45 1,2,3 * * *": ({15, 45}, {1, 2, 3}, None, None, None),
    "0 9 1 1,4,7,10 *": ({0}, {9}, {1}, {1, 4, 7, 10}, None),
    "0 9-17/2 * * 1": ({0}, {9, 11, 13, 15, 17}, None, None, {1}),
    "59 23 31 12 *": ({59}, {23}, {31}, {12}, None),
    "*/30 * * * *": ({0, 30}, None, None, None, None),
    "0 */2 * * *": ({0}, set(range(0, 24, 2)), None, None, None),
    "20 * 13 * *": ({20}, None, {13}, None, None),
}  # fmt: skip
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
MINUTES = int((END - BEGIN).total_seconds()) // 60


class Shown:
    """What clocks on the wall show: minute, hour, day of the month, month and day of the week of minutes since 1970."""

    def __init__(self, wall: np.ndarray) -> None:
        stamp = wall.astype("datetime64[m]")
        day, month = stamp.astype("datetime64[D]"), stamp.astype("datetime64[M]")
        days = (day - month.astype("datetime64[D]")).astype(int) + 1
        fields = (wall % 60, wall // 60 % 24, days, month.astype(int) % 12 + 1, (day.astype(int) + 4) % 7)
        self.fields = [field.astype(np.int8) for field in fields]

    def meets(self, wanted: tuple[set[int] | None, ...]) -> np.ndarray:
        met = np.ones(len(self.fields[0]), bool)
        for shown, some in zip(self.fields, wanted, strict=True):
            if some is not None:
                met &= np.array([n in some for n in range(60)])[shown]
        return met


class Walk:
    """Every minute that passes in a zone, with what the clock on the wall shows."""

    def __init__(self, zone: str) -> None:
        quarters = (BEGIN + timedelta(minutes=15 * n) for n in range(MINUTES // 15))
        offsets = [int((q.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()).total_seconds()) // 60 for q in quarters]
        begin = int(BEGIN.timestamp()) // 60
        self.passed = np.arange(begin, begin + MINUTES)
        wall = self.passed + np.repeat(np.array(offsets), 15)
        self.latest = np.maximum.accumulate(wall)
        self.named = np.arange(wall.min(), wall.max() + 1)
        self.by_passing, self.by_name = Shown(wall), Shown(self.named)

    def starts(self, cron: str) -> list[int]:
        """Minutes since 1970 at which it starts: by the minutes that pass, or at the first minute that reaches a time of day."""
        if cron.split()[0].startswith("*") or cron.split()[1].startswith("*"):
            return self.passed[self.by_passing.meets(EXPRESSIONS[cron])].tolist()
        meant = self.named[self.by_name.meets(EXPRESSIONS[cron])]
        return np.unique(self.passed[np.searchsorted(self.latest, meant)]).tolist()


@pytest.mark.parametrize("zone", ZONES)
def test_every_start_of_two_years_is_where_the_walk_finds_it(zone: str) -> None:
    walk, there = Walk(zone), ZoneInfo(zone)
    last = datetime.fromtimestamp(int(walk.passed[-1]) * 60, UTC)
    for text in EXPRESSIONS:
        expected = walk.starts(text)
        found: list[int] = []
        for moment in read(text).times(there, BEGIN - timedelta(seconds=1)):
            if moment > last:
                break
            found.append(int(moment.timestamp()) // 60)
        assert found == expected, f"{text} in {zone}: {set(found) ^ set(expected)}"
        assert expected


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00+01:00", ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]),
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00+02:00", ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]),
        ("0 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00:00+01:00", ["2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"]),
        ("30 * * * *", "Europe/Berlin", "2026-10-25T02:10:00+02:00", ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]),
        ("50 2 * * *", "Europe/Berlin", "2026-10-25T02:40:00+01:00", ["2026-10-26T02:50:00+01:00", "2026-10-27T02:50:00+01:00"]),
        ("0 9 29 2 *", "UTC", "2026-01-01T00:00:00+00:00", ["2028-02-29T09:00:00+00:00", "2032-02-29T09:00:00+00:00"]),
        ("0 9 L * *", "UTC", "2027-02-01T00:00:00+00:00", ["2027-02-28T09:00:00+00:00", "2027-03-31T09:00:00+00:00"]),
        ("0 9 * * 1#1", "UTC", "2026-11-22T00:00:00+00:00", ["2026-12-07T09:00:00+00:00", "2027-01-04T09:00:00+00:00"]),
        ("@daily", "UTC", "2026-11-22T00:00:00+00:00", ["2026-11-23T00:00:00+00:00", "2026-11-24T00:00:00+00:00"]),
    ],
)
def test_what_a_person_would_expect(cron: str, zone: str, after: str, expected: list[str]) -> None:
    moments = read(cron).few(ZoneInfo(zone), datetime.fromisoformat(after), 2)
    assert [moment.isoformat() for moment in moments] == expected


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("", "is five fields"),
        ("0 9 * *", "is five fields"),
        ("0 0 9 * * *", "is five fields"),
        ("61 * * * *", "minutes are 0 to 59"),
        ("0 24 * * *", "hours are 0 to 23"),
        ("0 9 0 * *", "days of the month are 1 to 31"),
        ("0 9 * 13 *", "months are 1 to 12"),
        ("0 9 * * 8", "days of the week"),
        ("*/0 * * * *", "minutes are 0 to 59"),
        ("0 9 30 2 *", "never comes round"),
        ("0 9 31 4,6 *", "never comes round"),
        ("every day at 9 am", "minutes are 0 to 59"),
        ("every day at nine", "is five fields"),
        ("١ * * * *", "is five fields"),
        ("0 9 * * " + "1," * 200, "is five fields"),
        ("5-1 * * * *", "minutes are 0 to 59"),
        ("a b c d e", "minutes are 0 to 59"),
    ],
)
def test_nonsense_is_refused_and_says_where(cron: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read(cron)


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../etc/passwd", "/etc/localtime", "x" * 100, "Europe/Berlin\0"])
def test_what_is_no_zone_is_refused(zone: str) -> None:
    with pytest.raises(Invalid, match="time zone"):
        zone_of(zone)
