"""The date that an automation is counted from: `3 days before the due date`."""

import re

from sayso.builder.planner.sketch import AutomationSketch, Sketch, TableSketch

NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "ten": 10,
    "fourteen": 14,
    "thirty": 30,
    "sixty": 60,
    "ninety": 90,
}

UNIT_DAYS = {"day": 1, "week": 7, "month": 30}


def dated(rule: AutomationSketch, m: "re.Match[str]", text: str, sketch: Sketch) -> None:
    raw = m["n"] or m["n3"] or m["n4"] or m["n5"] or "1"
    unit = (m["unit"] or m["unit3"] or m["unit4"] or m["unit5"] or "day").split()[-1].rstrip("s")
    count = NUMBERS.get(raw) or int(raw if raw.isdigit() else 1)
    rule.trigger = "date_reached"
    rule.days = count * UNIT_DAYS.get(unit, 1)
    side = m["side"] or ("after" if m["n4"] else "before")
    if m["side2"] and "week" in m["side2"]:
        rule.days = 7
    if m["side2"] and "morning of" in m["side2"]:
        rule.days = 0
    if side.startswith(("before", "prior", "ahead", "in")):
        rule.days = -rule.days
    what = (m["what"] or m["what2"] or m["what3"] or "").strip()
    found = date_field(what, text, sketch)
    if found:
        rule.table, rule.date = found
    if limited := re.search(r"\b(?:if|unless|that|which|who)\b\s+(?P<c>.+)$", text):
        rule.when = limited["c"]


def date_field(what: str, text: str, sketch: Sketch) -> tuple[TableSketch, str] | None:
    """The date that `3 days before …` is counted from."""
    said = sketch.mentioned(what) or []
    for table in [*said, *sketch.mentioned(text), *([sketch.subject] if sketch.subject else []), *sketch.tables]:
        dates = [
            f
            for f in table.fields
            if f.kind in ("date", "datetime") or (f.kind == "formula" and re.search(r"date|end|due|start", f.key))
        ]
        if not dates:
            continue
        words = what if what else text
        named = [f for f in dates if set(re.findall(r"[a-z]+", f.key)) & set(re.findall(r"[a-z]+", words))]
        for pattern in (
            r"expir|run[s]?\s+out|end|lapse|renew|terminat",
            r"due|deadline",
            r"start|begin|event|arriv|it\b|session|appointment|visit",
        ):
            if re.search(pattern, words):
                named += [
                    f
                    for f in dates
                    if re.search(
                        {"e": r"expir|end|until|renew", "d": r"due|deadline"}.get(pattern[0], r"start|date|arriv|from|day|time"),
                        f.key,
                    )
                ]
        if named:
            return table, named[0].name
        if table in said or not what or len(dates) == 1:
            return table, dates[0].name
    return None


def any_date(text: str, sketch: Sketch) -> tuple[TableSketch, str] | None:
    if not re.search(r"\b(?:due|deadline|expir\w+|overdue|coming up|upcoming|renewal|birthday|before)\b", text):
        return None
    return date_field("", text, sketch)
