"""What one wants to be told of, where and when: values, and when a letter with something is due. No database, no clock of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

Mail = Literal["now", "digest", "never"]
Topic = Literal["mention", "assignment", "comment", "approval", "failure", "automation", "invitation", "share", "security"]
Every = Literal["hour", "day", "week"]

TOPICS: tuple[Topic, ...] = get_args(Topic)
BURST_SECONDS = 120
"""How long a letter waits for what else happens: ten comments within two minutes are one letter."""
UNMUTED: frozenset[Topic] = frozenset({"approval", "invitation", "security"})
"""What is told of an app that was muted all the same: it waits for an answer, or is about one's own account."""
TOPIC_OF: Mapping[str, Topic] = {
    "mail": "automation", "fill": "automation", "trial": "automation", "connection": "failure", "sync": "failure", "webhook": "failure",
}  # fmt: skip
"""Kinds of notification that share the settings of another."""


@dataclass(frozen=True, slots=True)
class Way:
    """`app` is the inbox, `mail` a letter."""

    app: bool = True
    mail: Mail = "never"


DEFAULTS: Mapping[Topic, Way] = {
    "mention": Way(mail="now"),
    "assignment": Way(mail="now"),
    "comment": Way(mail="digest"),
    "approval": Way(),
    "failure": Way(mail="digest"),
    "automation": Way(),
    "invitation": Way(mail="now"),
    "share": Way(mail="digest"),
    "security": Way(mail="now"),
}
"""The e-mail of an approval is sent by its automation, with the answer to press in it."""


@dataclass(frozen=True, slots=True)
class Digest:
    """`at` and `day` (Monday is 1) are on the clock of the person; every hour has neither."""

    every: Every = "day"
    at: time = time(8)
    day: int = 1


@dataclass(frozen=True, slots=True)
class Quiet:
    """No letter is written from `begins` until `until`, on the clock of the person; over midnight when it begins later than it ends."""

    begins: time
    until: time


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one member wants."""

    ways: Mapping[Topic, Way] = field(default_factory=dict[Topic, Way])
    digest: Digest = Digest()
    quiet: Quiet | None = None
    zone: str = "UTC"

    def way(self, topic: Topic) -> Way:
        """Security always stands in the app."""
        way = self.ways.get(topic, DEFAULTS[topic])
        return Way(True, way.mail) if topic == "security" else way


def topic_of(kind: str) -> Topic:
    return TOPIC_OF.get(kind) or (kind if kind in TOPICS else "automation")  # pyright: ignore[reportReturnType]


def wishes(kinds: Any, digest: Any, quiet: Any, zone: str | None) -> Wishes:
    """From what is stored; what is not said is as by default."""
    ways: dict[Topic, Way] = {
        topic: Way(**{**_plain(DEFAULTS[topic]), **kinds[topic]}) for topic in TOPICS if topic in (kinds or {})
    }
    each = dict(digest or {})
    if "at" in each:
        each["at"] = time.fromisoformat(each["at"])
    silent = Quiet(time.fromisoformat(quiet["from"]), time.fromisoformat(quiet["until"])) if quiet else None
    return Wishes(ways, Digest(**each), silent, zone or "UTC")


def _plain(way: Way) -> dict[str, Any]:
    return {"app": way.app, "mail": way.mail}


def due(mail: Mail, wanted: Wishes, now: datetime) -> datetime | None:
    """When a letter with what happens now is written; None for never."""
    if mail == "never":
        return None
    zone = _zone(wanted.zone)
    when = now + timedelta(seconds=BURST_SECONDS) if mail == "now" else _slot(wanted.digest, zone, now)
    return _after_quiet(when, wanted.quiet, zone) if mail == "now" or wanted.digest.every == "hour" else when


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # a zone that this machine does not know
        return ZoneInfo("UTC")


def _slot(digest: Digest, zone: ZoneInfo, now: datetime) -> datetime:
    """The next time of the digest, later than now."""
    local = now.astimezone(zone)
    if digest.every == "hour":
        return (local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)).astimezone(UTC)
    day = local.date()
    for ahead in range(9):
        one = day + timedelta(days=ahead)
        when = _moment(one, digest.at, zone)
        if when > now and (digest.every == "day" or one.isoweekday() == digest.day):
            return when
    raise AssertionError("a week has every day")


def _after_quiet(when: datetime, quiet: Quiet | None, zone: ZoneInfo) -> datetime:
    if quiet is None or quiet.begins == quiet.until:
        return when
    local = when.astimezone(zone)
    over_midnight = quiet.begins > quiet.until
    late, early = local.time() >= quiet.begins, local.time() < quiet.until
    if not (late or early if over_midnight else late and early):
        return when
    day = local.date() + timedelta(days=1) if over_midnight and late else local.date()
    return _moment(day, quiet.until, zone)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
