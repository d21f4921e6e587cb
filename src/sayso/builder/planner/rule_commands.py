"""Follow-up words about rules: stop the e-mail, make it Wednesdays, post it in Slack instead."""

import re

from sayso.builder.planner.command_steps import Done, Step
from sayso.builder.planner.names import Touched, tables_in
from sayso.builder.planner.schedule import schedules
from sayso.spec.app import App
from sayso.spec.automation import Automation, Schedule

# ── rules ────────────────────────────────────────────────


def rule_meant(app: App, text: str, touched: Touched) -> Automation | None:
    """The automation that words mean: by its table, its day, its kind of message; the last one touched; the only one."""
    low = text.lower()
    if (
        touched.rule
        and re.search(r"\b(?:it|that|this)\b", low)
        and (rule := next((r for r in app.automations if r.id == touched.rule), None))
    ):
        return rule
    tables = [t.id for t in tables_in(app, text)]
    days = [s.cron.split()[4] for s in schedules(low)] or [
        str(n) for n, d in enumerate(("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")) if d in low
    ]
    scored: list[tuple[int, Automation]] = []
    for rule in app.automations:
        score = 0
        score += 2 * (getattr(rule.trigger, "table", None) in tables)
        score += 3 * (isinstance(rule.trigger, Schedule) and bool(days) and rule.trigger.cron.split()[4] in days)
        score += bool(re.search(r"e-?mail", low)) and any(s.kind == "send_email" for s in rule.steps)
        score += "slack" in low and any(s.kind == "send_message" for s in rule.steps)
        score += bool(re.search(r"remind|notif|alert", low)) and any(s.kind == "notify" for s in rule.steps)
        score += bool(re.search(r"\bnew\b", low)) and rule.trigger.kind in ("row_created", "form_submitted")
        scored.append((int(score), rule))
    if not scored:
        return None
    best = max(scored, key=lambda s: s[0])
    return best[1] if best[0] > 0 or len(scored) == 1 else None


def _messages(text: str) -> list[Step]:
    """The message that words ask for now, when they name a channel."""
    if re.search(r"\bslack\b", text):
        to = re.search(r"#[\w-]+", text) or re.search(r"\bslack\s+(?:the\s+)?([a-z]+)", text)
        return [
            {
                "kind": "send_message",
                "via": "slack",
                "to": to[0] if to and to[0].startswith("#") else (to[1] if to and to.lastindex else ""),
            }
        ]
    if re.search(r"\bsms\b|\btext\s+(?:message|the|them|me|us)", text):
        return [{"kind": "send_message", "via": "sms", "to": ""}]
    if re.search(r"\bnotif|\bin\s+the\s+app\b", text):
        return [{"kind": "notify", "to": "", "body": ""}]
    if re.search(r"\be-?mail\b", text):
        return [{"kind": "send_email", "to": "", "subject": "", "body": ""}]
    return []


_STOP = re.compile(
    r"^(?:stop|don't|do\s+not|no\s+longer|quit|cease|turn\s+off|switch\s+off|disable)\s+(?:the\s+)?(?P<x>.{0,40}?\b(?:e-?mail|mail|slack|notify|text|send|remind|alert|post|messag|notification|reminder|automation|digest|weekly|daily)\w*\b.*)$"
)


def stop_rule(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    m = _STOP.match(text)
    if not m:
        return None
    rule = rule_meant(app, m["x"], touched)
    if rule is None:
        return None
    rest = re.split(r"\b(?:just|instead|rather|only)\b", m["x"], maxsplit=1)
    other = _messages(rest[1]) if len(rest) > 1 else []
    path = f"automations/{rule.id}"
    if other:
        return Done([_with_messages(rule, other)], path=path, rule=rule.id)
    return Done([{"do": "remove", "part": "automation", "id": rule.id}], path=path, rule=rule.id)


_RESCHEDULE = re.compile(
    r"\b(?:make\s+(?:it|that|this|them)|change\s+(?:it|that|the\s+[\w -]+?)\s+to|move\s+(?:it|that|the\s+[\w -]+?)\s+to|should\s+(?:be|go\s+out|run|come)|send\s+it|run\s+it|instead|have\s+it)\b"
)


def reschedule(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    """`make it Wednesdays at 4:30 pm and post it in Slack instead of email`."""
    planned = schedules(text)
    channel = bool(re.search(r"\binstead\s+of\b|\brather\s+than\b|\bnot\s+(?:by\s+)?e-?mail\b|\binstead\b", text))
    if not app.automations or not (planned or channel) or not _RESCHEDULE.search(text):
        return None
    rule = (
        rule_meant(app, text, touched) if not touched.rule else next((r for r in app.automations if r.id == touched.rule), None)
    )
    rule = rule or next((r for r in app.automations if isinstance(r.trigger, Schedule)), None)
    if rule is None:
        return None
    value = rule
    if planned and isinstance(rule.trigger, Schedule):
        value = value.model_copy(
            update={"trigger": rule.trigger.model_copy(update={"cron": planned[-1].cron, "words": raw[:300]})}
        )
    new = _messages(re.split(r"\binstead\s+of\b|\brather\s+than\b|\bnot\s+(?:by\s+)?", text)[0]) if channel else []
    step = _with_messages(value, new) if new else {"do": "alter", "part": "automation", "id": rule.id, "value": value.portable()}
    return Done([step], path=f"automations/{rule.id}", rule=rule.id) if value != rule or new else None


def _with_messages(rule: Automation, new: list[Step]) -> Step:
    value = rule.portable()
    old = value.get("steps", [])
    body = next((s.get("body", "") for s in old if s["kind"] in ("send_email", "send_message", "notify")), "")
    kept = [s for s in old if s["kind"] not in ("send_email", "send_message", "notify")]
    value["steps"] = kept + [{**s, "body": body} for s in new]
    return {"do": "alter", "part": "automation", "id": rule.id, "value": value}


def is_about_rule(text: str, app: App, touched: Touched) -> Automation | None:
    """A remark that only names a rule (`The Monday email is too early`), so that `it` is known afterwards."""
    if re.search(r"\b(?:e-?mail|reminder|digest|report|notification|message|alert)\b", text) and app.automations:
        return rule_meant(app, text, touched)
    return None
