"""Which slots start now."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sayso.automations.schedule.cron import read
from sayso.automations.schedule.slots import CATCH_UP_SLOTS_MAX, CatchUp, due, key_of

BERLIN = ZoneInfo("Europe/Berlin")
HALF_PAST_EIGHT = read("30 8 * * *")


def _keys(since: str, now: str, catch_up: CatchUp = "once", cron: str = "30 8 * * *") -> list[str]:
    found = due(read(cron), BERLIN, datetime.fromisoformat(since), datetime.fromisoformat(now), catch_up)
    return [key_of(slot) for slot in found.slots]


def test_a_slot_is_due_from_its_moment_on_and_never_before() -> None:
    assert _keys("2026-11-23T08:00+01:00", "2026-11-23T08:29:59+01:00") == []
    assert _keys("2026-11-23T08:00+01:00", "2026-11-23T08:30:00+01:00") == ["slot:2026-11-23T08:30+01:00"]
    assert _keys("2026-11-23T08:30+01:00", "2026-11-23T23:00:00+01:00") == []


def test_what_was_missed_is_caught_up_once_or_wholly_or_not() -> None:
    missed = ("2026-11-20T09:00+01:00", "2026-11-23T12:00:00+01:00")
    assert _keys(*missed) == ["slot:2026-11-23T08:30+01:00"]
    assert _keys(*missed, "all") == [f"slot:2026-11-{day}T08:30+01:00" for day in (21, 22, 23)]
    assert _keys(*missed, "none") == []
    assert _keys("2026-11-20T09:00+01:00", "2026-11-23T08:31:00+01:00", "none") == ["slot:2026-11-23T08:30+01:00"]


def test_a_long_absence_does_not_start_everything() -> None:
    two_years = ("2024-11-20T09:00+01:00", "2026-11-23T12:00:00+01:00")
    assert len(_keys(*two_years, "all", "* * * * *")) == CATCH_UP_SLOTS_MAX
    assert _keys(*two_years, "once", "0 9 1 2 *") == ["slot:2026-02-01T09:00+01:00"]


def test_each_of_the_doubled_hours_has_its_own_slots_by_intervals_and_one_by_the_clock() -> None:
    night = ("2026-10-25T01:59+02:00", "2026-10-25T03:30+01:00")
    assert _keys(*night, "all", "0 * * * *") == [
        "slot:2026-10-25T02:00+02:00", "slot:2026-10-25T02:00+01:00", "slot:2026-10-25T03:00+01:00",
    ]  # fmt: skip
    assert _keys(*night, "all", "0 2 * * *") == ["slot:2026-10-25T02:00+02:00"]


def test_it_says_when_to_look_again() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert due(HALF_PAST_EIGHT, BERLIN, now - timedelta(days=1), now, "once").next == datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
