"""When it runs: another time, other days, another start altogether, on or off."""

import re

from sayso.builder.planner.automations import dates
from sayso.builder.planner.automations.edits.opened import Opened
from sayso.builder.planner.automations.whole.starts import start_of
from sayso.builder.planner.intents import BEFORE
from sayso.builder.planner.marks.schedules import schedule_of
from sayso.builder.planner.schedule import schedules

_OFF = re.compile(
    r"^(?:(?:switch|turn)\s+(?:it|this|that|them|the\s+[\w -]+|this\s+automation)\s+off|(?:switch|turn)\s+off\s+(?:it|this|that|the\s+automation|this\s+automation)|(?:pause|disable|deactivate|suspend|stop)\s+(?:it|this|that|(?:the|this)\s+automation)(?:\s+for\s+now)?|stop)$"
)
_ON = re.compile(
    r"^(?:(?:switch|turn)\s+(?:it|this|that|the\s+[\w -]+|this\s+automation)\s+(?:back\s+)?on(?:\s+again)?|(?:switch|turn)\s+on\s+(?:it|this|that|the\s+automation)|(?:enable|activate|resume|start)\s+(?:it|this|that|(?:the|this)\s+automation)(?:\s+again)?)$"
)
_FILLER = frozenset(
    "run runs send sends sent make do does it its this that them the a an instead at to on please move change go goes out should shall must be start starts rather time schedule automation from now and not anymore set let have has happen e-mail email mail report digest summary reminder message every each only also then just for day days of in want i we like would us me earlier later already sharp goes come comes my our".split()
)
_CLOCK = re.compile(
    r"\b(?:at\s+)?(?:[01]?\d|2[0-3])(?:[:.h][0-5]\d)?\s*(?:a\.?m\.?|p\.?m\.?|o'?clock)?\b|\b(?:noon|midday|midnight)\b"
)
_NAMED_AT = re.compile(r"\bat \d{1,2}:\d{2}\b")


def switched(text: str, raw: str, one: Opened) -> bool:
    if _OFF.match(text):
        one.value["on"] = False
        return True
    if _ON.match(text):
        one.value["on"] = True
        return True
    return False


def timed(text: str, raw: str, one: Opened) -> bool:
    """A clock time keeps the days, days keep the clock time."""
    if _only_says_when(text):
        match one.trigger["kind"]:
            case "schedule":
                return _rescheduled(text, raw, one)
            case "date_reached":
                return _dated(text, one)
            case _ if any(s.strong for s in schedules(text)):
                said = next(s for s in schedules(text) if s.strong)
                one.value["trigger"] = {"kind": "schedule", "cron": said.cron, "words": raw[said.start : said.end].strip(" ,")}
                one.about.assumed.append("it runs by the clock now and no longer has a row of its own: look through its steps")
                return True
            case _:
                return False
    return False


def _only_says_when(text: str) -> bool:
    """Whether nothing is left once times, days and small words are gone."""
    rest = text
    for said in reversed(schedules(text)):
        rest = rest[: said.start] + " " + rest[said.end :]
    rest = re.sub(r"\binstead\s+of\s+.*$", " ", rest)
    rest = BEFORE.sub(" ", rest)
    rest = re.sub(
        r"\b(?:mon|tues?|wednes|thurs?|fri|satur|sun)days?\b|\b(?:mon|tue|wed|thu|fri|sat|sun)\b|\b(?:mornings?|evenings?|afternoons?|nights?|weekdays?|weekly|daily|monthly|hourly|week|month|hour|quarter)\b",
        " ",
        rest,
    )
    rest = _CLOCK.sub(" ", rest)
    words = re.findall(r"[a-z][a-z'-]*", rest)
    said = bool(
        schedules(text)
        or BEFORE.search(text)
        or _CLOCK.search(text)
        or re.search(r"\b(?:daily|weekly|monthly|weekdays?)\b", text)
    )
    return said and all(w in _FILLER for w in words)


def _rescheduled(text: str, raw: str, one: Opened) -> bool:
    kept = re.sub(r"\binstead\s+of\s+.*$|\b(?:instead|rather|please|from\s+now\s+on|again)\b", "", text).strip(" ,.")
    said = schedule_of(
        re.sub(
            r"^(?:(?:and|also|please|then)\s+)*(?:run|send|make|do|move|change)\s+(?:it|this|that|them)?\s*(?:to\s+)?", "", kept
        ).strip()
        or kept
    )
    if said is None:
        return False
    minute, hour, day, month, week = said.cron.split()
    old = one.trigger["cron"].split()
    if said.assumed == "every day":
        day, month, week = old[2:]
    elif _NAMED_AT.search(said.assumed) and re.fullmatch(r"[\d,]+", old[1]):
        minute, hour = old[:2]
    cron = f"{minute} {hour} {day} {month} {week}"
    if cron == " ".join(old):
        return False
    one.trigger["cron"] = cron
    one.trigger["words"] = raw.strip(" .!")[:300]
    return True


def _dated(text: str, one: Opened) -> bool:
    changed = False
    if (m := BEFORE.search(text)) is not None:
        raw = m["n"] or m["n3"] or m["n4"] or m["n5"] or "1"
        unit = (m["unit"] or m["unit3"] or m["unit4"] or m["unit5"] or "day").split()[-1].rstrip("s")
        days = (dates.NUMBERS.get(raw) or int(raw if raw.isdigit() else 1)) * dates.UNIT_DAYS.get(unit, 1)
        side2 = m["side2"] or ""
        days = 7 if "week" in side2 else 0 if "morning of" in side2 else days
        before = (m["side"] or ("after" if m["n4"] else "before")).startswith(("before", "prior", "ahead", "in"))
        one.trigger["days"] = -days if before else days
        changed, text = True, text[: m.start()] + " " + re.sub(r"^.*?(?=\bat\b|$)", "", text[m.start() :])
    said = schedule_of(text.strip()) if _CLOCK.search(text) else None
    if said is not None and re.fullmatch(r"\d+", said.cron.split()[1]) and not _NAMED_AT.search(said.assumed):
        minute, hour = said.cron.split()[:2]
        one.trigger["time"] = f"{int(hour):02}:{int(minute):02}"
        changed = True
    return changed


_START = re.compile(
    r"^(?:(?:instead\s*,?\s*)?(?:run|start|trigger|do|fire|begin|send)\s+(?:it|this|that)\s+(?:instead\s+)?|instead\s*,?\s*(?:run\s+it\s+)?|(?:it\s+should\s+)?(?:run|start)\s+(?:instead\s+)?)(?P<x>(?:when(?:ever)?|as\s+soon\s+as|once|every\s+time|each\s+time|on)\b.+?)(?:\s+instead)?$"
)


def started(text: str, raw: str, one: Opened) -> bool:
    """Another start: `run it when a deal is won instead`."""
    m = _START.match(text)
    start = start_of(raw[m.start("x") : m.end("x")], one.app, one.about.row or one.about.table) if m else None
    if start is None:
        return False
    one.value["trigger"] = start.trigger
    one.about.assumed += start.assumed
    if (start.row.id if start.row else None) != (one.about.row.id if one.about.row else None):
        one.about.assumed.append("it is about other rows now: look through its steps")
    return True
