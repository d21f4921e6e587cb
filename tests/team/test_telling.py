"""When a letter with something is due: bursts, digests, quiet hours, on the clock of the person."""

from datetime import UTC, datetime

import pytest

from sayso.team.telling import DEFAULTS, TOPICS, Way, Wishes, due, topic_of, wishes


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wanted(digest: dict[str, object] | None = None, quiet: tuple[str, str] | None = None, zone: str = "Europe/Zagreb") -> Wishes:
    return wishes({}, digest, {"from": quiet[0], "until": quiet[1]} if quiet else None, zone)


@pytest.mark.parametrize(
    ("mail", "one", "now", "expected"),
    [
        ("never", wanted(), "2026-11-23T10:00", None),
        ("now", wanted(), "2026-11-23T10:00", "2026-11-23T10:02"),
        # Zagreb is an hour ahead of UTC in winter, two in summer
        ("digest", wanted(), "2026-11-23T06:59", "2026-11-23T07:00"),
        ("digest", wanted(), "2026-11-23T07:00", "2026-11-24T07:00"),
        ("digest", wanted(), "2026-07-01T05:00", "2026-07-01T06:00"),
        ("digest", wanted({"every": "hour"}), "2026-11-23T10:20", "2026-11-23T11:00"),
        ("digest", wanted({"every": "hour"}, zone="Asia/Kolkata"), "2026-11-23T10:20", "2026-11-23T10:30"),
        ("digest", wanted({"every": "week", "at": "09:30", "day": 1}), "2026-11-23T08:00", "2026-11-23T08:30"),
        ("digest", wanted({"every": "week", "at": "09:30", "day": 1}), "2026-11-23T09:00", "2026-11-30T08:30"),
        ("now", wanted(quiet=("22:00", "07:00")), "2026-11-23T20:59", "2026-11-24T06:00"),  # two minutes later it is quiet
        ("now", wanted(quiet=("22:00", "07:00")), "2026-11-23T20:57", "2026-11-23T20:59"),
        ("now", wanted(quiet=("22:00", "07:00")), "2026-11-24T03:00", "2026-11-24T06:00"),
        ("now", wanted(quiet=("12:00", "13:00")), "2026-11-23T11:30", "2026-11-23T12:00"),
        ("now", wanted(quiet=("12:00", "12:00")), "2026-11-23T11:30", "2026-11-23T11:32"),
        ("digest", wanted({"every": "hour"}, ("22:00", "07:00")), "2026-11-23T21:30", "2026-11-24T06:00"),
        ("digest", wanted({"at": "23:00"}, ("22:00", "07:00")), "2026-11-23T21:00", "2026-11-23T22:00"),  # asked for by its time
        # the clock goes back on 25 October 2026 and forward on 28 March 2027
        ("digest", wanted({"at": "02:30"}), "2027-03-27T12:00", "2027-03-28T01:30"),
        ("digest", wanted({"at": "08:00"}), "2026-10-24T20:00", "2026-10-25T07:00"),
        ("now", wanted(zone="Nowhere/Land"), "2026-11-23T10:00", "2026-11-23T10:02"),
    ],
)
def test_due(mail: str, one: Wishes, now: str, expected: str | None):
    assert due(mail, one, at(now)) == (at(expected) if expected else None)  # pyright: ignore[reportArgumentType]


def test_what_is_not_said_is_as_by_default():
    one = wishes({"mention": {"mail": "never"}, "security": {"app": False, "mail": "now"}}, None, None, None)
    assert one.way("mention") == Way(True, "never") and one.way("comment") == DEFAULTS["comment"]
    assert one.way("security").app and one.zone == "UTC"
    assert {topic_of(kind) for kind in ("mail", "sync", "webhook", "trial", "mention", "something")} == {
        "automation",
        "failure",
        "mention",
    }
    assert set(DEFAULTS) == set(TOPICS)
