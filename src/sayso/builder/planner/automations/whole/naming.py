"""What an automation is called: what starts it, and what it does, in few words."""

import re

from sayso.builder.planner.automations.whole.about import Json
from sayso.builder.planner.inflect import singular
from sayso.builder.planner.schedule import sentence
from sayso.spec.app import App
from sayso.spec.part import NAME_CHARACTERS_MAX

_DOES = {
    "send_email": "e-mail", "notify": "notify", "ai": "ask a model", "create_row": "add a row", "update_row": "update", "upsert_row": "add or update",
    "delete_row": "delete", "http_request": "call an address", "webhook_out": "send a webhook", "approval": "ask for approval", "sql": "query a database", "ask_coworker": "ask a co-worker",
    "wait": "wait", "document": "make a document", "respond": "answer",
}  # fmt: skip
_CHATS = {"slack": "Slack", "teams": "Teams", "discord": "Discord", "telegram": "Telegram", "sms": "text"}
ACTS_MAX = 3


def called(trigger: Json, steps: list[Json], app: App) -> str:
    acts = _acts(steps)
    told = [a for a in acts if a not in ("wait", "make a document")] or acts
    does = (
        " and ".join(dict.fromkeys(told[:ACTS_MAX]))
        if len(told) < 3
        else f"{', '.join(list(dict.fromkeys(told[:ACTS_MAX]))[:-1])} and {told[min(len(told), ACTS_MAX) - 1]}"
    )
    label = re.sub(r"[{}]", "", f"{_lead(trigger, app)}: {does}")
    return (label[:1].upper() + label[1:])[: NAME_CHARACTERS_MAX - 6]


def _acts(steps: list[Json]) -> list[str]:
    found: list[str] = []
    for step in steps:
        match step["kind"]:
            case "send_message":
                to = step.get("to", "")
                found.append(
                    f"post in {to}" if to.startswith("#") else f"{_CHATS.get(step.get('via', 'slack'), 'message')} message"
                )
            case "send_email" | "notify":
                to = step.get("to", "")
                found.append(f"{_DOES[step['kind']]} {_whom(to)}".strip())
            case kind if kind in _DOES:
                found.append(_DOES[kind])
            case _:
                pass
        for place in ("then", "otherwise", "steps"):
            found += _acts(step.get(place) or [])
    return list(dict.fromkeys(found))


def _whom(to: str) -> str:
    """`{Client}.{Email}` is the client."""
    names = [n for n in re.findall(r"\{([^{}:]+)", to) if n.lower() not in ("email", "e-mail")]
    return re.sub(r"\s*e-?mail$", "", names[0].lower()) if names else "" if "{" in to else to


def _lead(trigger: Json, app: App) -> str:
    table = app.table(trigger.get("table", ""))
    view = app.view(trigger.get("view", ""))
    name = table.name.lower() if table else ""
    match trigger["kind"]:
        case "schedule":
            return sentence(trigger["cron"])
        case "date_reached":
            field = table.field(trigger["field"]) if table else None
            days, date = trigger.get("days", 0), (field.name if field else "date").lower()
            return (
                f"{abs(days)} day{'s' if abs(days) != 1 else ''} {'before' if days < 0 else 'after'} {date}"
                if days
                else f"on {date}"
            )
        case "row_created":
            return f"new in {name}"
        case "row_deleted":
            return f"{_one(name)} deleted"
        case "form_submitted":
            return f"{view.name} sent" if view else "form sent"
        case "enters_view":
            return f"in {view.name}" if view else "in view"
        case "button":
            return f"button {trigger['label']}"
        case "webhook":
            return "webhook received"
        case "email":
            return "e-mail received"
        case "message":
            return "message to a co-worker"
        case "called":
            return "when called"
        case _:
            chosen = _chosen(trigger, app)
            return f"{_one(name)} {chosen}" if chosen else f"change in {name}"


def _one(name: str) -> str:
    head, _, last = name.rpartition(" ")
    return f"{head} {singular(last)}".strip()


def _chosen(trigger: Json, app: App) -> str:
    """The choice that a row comes to have: `won`."""
    table = app.table(trigger.get("table", ""))
    conditions = (trigger.get("filter") or {}).get("of", [])
    if table is None or len(conditions) != 1 or conditions[0].get("op") not in (None, "is"):
        return ""
    field = table.field(conditions[0].get("field", ""))
    option = next((o.name for o in getattr(field, "options", ()) if o.id == conditions[0].get("value")), "")
    return option.lower()
