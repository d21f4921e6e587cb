"""What models write, in the words of a spec: other words for kinds and keys, flat triggers, lists where one was meant, names nearly right.

All of it works on parsed JSON, before anything is validated, so that a model is asked again only for what cannot be guessed.
"""

import re
from difflib import get_close_matches
from typing import Any

from sayso.builder.agent.operations import STEPS, TRIGGERS
from sayso.spec.portable.kinds import FIELD_KINDS, field_kind, view_kind

Json = dict[str, Any]
DEPTH_MAX = 12
KIND_LIKENESS_MIN = 0.8
TEXT_CHARACTERS_MAX = 3_900
NAME_CHARACTERS_MAX = 120
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "zł": "PLN", "kr": "SEK", "fr": "CHF"}
_FIELD_KEYS = {
    "field_name": "name", "label": "name", "title": "name", "data_type": "kind", "datatype": "kind", "target": "to", "target_table": "to", "references": "to",
    "linked_table": "to", "related_table": "to", "values": "options", "enum": "options", "through": "link", "via": "link", "aggregate": "summary",
    "aggregation": "summary", "function": "summary", "help": "description", "default_value": "default", "is_required": "required", "is_unique": "unique",
}  # fmt: skip
_VIEW_KEYS = {
    "type": "kind",
    "title": "name",
    "date_field": "start",
    "group": "by",
    "group_field": "by",
    "x": "by",
    "chart_type": "shape",
}
_RULE_KEYS = {"actions": "steps", "title": "name", "do": "steps"}
_STEP_KEYS = {
    "type": "kind",
    "action": "kind",
    "set": "values",
    "message": "body",
    "text": "body",
    "recipient": "to",
    "channel": "to",
}
_STEP_KINDS = {
    "email": "send_email", "mail": "send_email", "send_mail": "send_email", "slack": "send_message", "sms": "send_message", "message": "send_message",
    "notification": "notify", "send_notification": "notify", "webhook": "http_request", "http": "http_request", "request": "http_request",
    "add_row": "create_row", "insert_row": "create_row", "create_record": "create_row", "update_record": "update_row", "set_field": "update_row",
    "edit_row": "update_row", "update": "update_row", "delete_record": "delete_row", "generate": "ai", "condition": "branch", "if": "branch",
    "teams": "send_message", "discord": "send_message", "telegram": "send_message", "send_slack": "send_message", "slack_message": "send_message", "find": "find_rows", "search": "find_rows",
    "list_rows": "find_rows", "get_rows": "find_rows", "query_rows": "find_rows", "upsert": "upsert_row", "create_or_update": "upsert_row", "summarize_rows": "aggregate", "totals": "aggregate",
    "count": "aggregate", "digest": "changes", "what_changed": "changes", "loop": "for_each", "foreach": "for_each", "each": "for_each", "delay": "wait", "sleep": "wait", "approve": "approval",
    "ask_approval": "approval", "request_approval": "approval", "pdf": "document", "make_document": "document", "csv": "sheet", "excel": "sheet", "xlsx": "sheet", "spreadsheet": "sheet", "graph": "chart",
    "send_webhook": "webhook_out", "outgoing_webhook": "webhook_out", "reply": "respond", "response": "respond", "database": "sql", "run_sql": "sql", "ask_agent": "ask_coworker", "coworker": "ask_coworker",
    "call_automation": "call", "run_automation": "call", "end": "stop", "exit": "stop", "switch_case": "switch", "set": "set_values", "variable": "set_values", "set_variable": "set_values",
}  # fmt: skip
_WHEN = {
    "row_added": "row_created", "created": "row_created", "record_created": "row_created", "new_row": "row_created", "row_updated": "row_changed",
    "updated": "row_changed", "record_updated": "row_changed", "changed": "row_changed", "field_changed": "row_changed", "deleted": "row_deleted",
    "form": "form_submitted", "form_submit": "form_submitted", "cron": "schedule", "scheduled": "schedule", "time": "schedule", "date": "date_reached",
    "due": "date_reached", "button_pressed": "button", "webhook_received": "webhook", "email_received": "email", "incoming_webhook": "webhook", "inbound_email": "email", "mail": "email",
    "row_enters_view": "enters_view", "record_deleted": "row_deleted", "chat": "message", "message_received": "message", "api": "called", "manual": "called", "form_submission": "form_submitted",
}  # fmt: skip
_MAY = {
    "read": "see", "view": "see", "none": "nothing", "no": "nothing", "write": "edit", "update": "edit", "create": "add", "insert": "add", "full": "everything",
    "admin": "everything", "all": "everything", "manage": "everything", "delete": "everything",
}  # fmt: skip
_SUMMARIES = {
    "avg": "average",
    "mean": "average",
    "min": "minimum",
    "max": "maximum",
    "total": "sum",
    "concat": "join",
    "list": "join",
}
_OPS = {
    "=": "is", "==": "is", "eq": "is", "equals": "is", "!=": "is_not", "ne": "is_not", "not": "is_not", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte",
    "in": "any_of", "not_in": "none_of", "is_empty": "empty", "is_not_empty": "not_empty", "before": "lt", "after": "gt", "like": "contains",
}  # fmt: skip


OF_A_TRIGGER = (
    "table", "fields", "field", "days", "time", "cron", "view", "filter", "was", "label", "words", "zone", "many", "coworker", "folder", "verify", "dedupe", "inputs", "catch_up",
)  # fmt: skip
"""What stands beside a rule's name in the flat form, and inside its trigger in the spec."""


def altered(rule: Json, new: Json) -> Json:
    """A rule with something different, in the flat form or not: what is not said of its trigger stays, unless that becomes another kind."""
    new, trigger = dict(new), dict(rule.get("trigger") or {})
    when = new.pop("when", None)
    if isinstance(new.get("trigger"), dict):
        trigger = new.pop("trigger")
    elif when and _WHEN.get(str(when), str(when)) != trigger.get("kind"):
        trigger = {"kind": when}
    trigger |= {key: new.pop(key) for key in OF_A_TRIGGER if key in new}
    return automation({**rule, **new, "trigger": trigger})


def cleaned(value: Any, depth: int = 0) -> Any:
    """Without nulls and empty texts, which models send for what they mean to leave out."""
    if depth > DEPTH_MAX:
        return None
    if isinstance(value, dict):
        kept = {str(k): cleaned(v, depth + 1) for k, v in value.items()}
        return {k: v for k, v in kept.items() if v is not None and v != "" and (v or not isinstance(v, (dict, list)))}
    if isinstance(value, list):
        return [v for v in (cleaned(one, depth + 1) for one in value) if v is not None and v != ""]
    return value[:TEXT_CHARACTERS_MAX] if isinstance(value, str) else value


def many(value: Any) -> list[Json]:
    """A list of parts: one alone is a list of one, a mapping is names and their parts, a bare word a name."""
    if isinstance(value, dict) and not ({"name", "part", "label", "title"} & value.keys()) and value:
        value = [{"name": k, **(v if isinstance(v, dict) else {"kind": v})} for k, v in value.items()]
    listed = value if isinstance(value, list) else [value]
    return [one if isinstance(one, dict) else {"name": str(one)} for one in listed if isinstance(one, (dict, str))]


def name_of(raw: Json) -> str:
    """A name as people may see it: one line, no braces."""
    return " ".join(re.sub(r"[{}]", "", str(raw.get("name") or "")).split())[:NAME_CHARACTERS_MAX]


def _keyed(raw: Json, known: Json) -> Json:
    kept = {k: v for k, v in raw.items() if k not in known}
    return kept | {ours: raw[k] for k, ours in known.items() if k in raw and ours not in kept}


def field(raw: Json) -> Json:
    """One field in our words. A kind that nobody knows becomes the nearest one, else text."""
    made = _keyed(raw, _FIELD_KEYS)
    made["name"] = name_of(made)
    if kind := made.pop("type", None) or made.get("kind"):
        known = field_kind(kind)
        made["kind"] = (
            known if known in FIELD_KINDS else next(iter(get_close_matches(known, FIELD_KINDS, 1, KIND_LIKENESS_MIN)), "text")
        )
    if isinstance(made.get("options"), str):
        made["options"] = [one.strip() for one in re.split(r"[,;|\n]", made["options"]) if one.strip()]
    if isinstance(made.get("options"), list):
        made["options"] = _distinct(made["options"])
    if currency := made.get("currency"):
        made["currency"] = _SIGNS.get(str(currency).strip().lower(), str(currency).strip().upper())
    if summary := made.get("summary"):
        made["summary"] = _SUMMARIES.get(str(summary).lower(), str(summary).lower())
    if isinstance(made.get("formula"), str):
        made["formula"] = made["formula"].strip().removeprefix("=").strip()
    return made


def _distinct(options: list[Any]) -> list[Any]:
    seen: dict[str, Any] = {}
    for one in options:
        name = one.get("name") if isinstance(one, dict) else one
        if name is not None and str(name).strip():
            seen.setdefault(" ".join(str(name).split()).casefold(), one)
    return list(seen.values())


def view(raw: Json) -> Json:
    made = _keyed(raw, _VIEW_KEYS)
    kind = str(made.get("kind", "grid")).lower()
    if shape := re.search(r"\b(bar|line|area|pie|donut|scatter)\b", kind.replace("_", " ")):
        made |= {"kind": "chart", "shape": made.get("shape", shape[1])}
    made["kind"] = view_kind(made.get("kind", "grid"))
    if isinstance(made.get("tiles"), list):
        made["tiles"] = [_tile(one) for one in made["tiles"] if isinstance(one, dict)]
    return conditions(made)


def _tile(raw: Json) -> Json:
    made = _keyed(raw, {"type": "kind", "title": "name"})
    made.setdefault("kind", "chart" if made.get("by") else "number")
    made["name"] = name_of(made) or str(made["kind"]).capitalize()
    return conditions(made)


def automation(raw: Json) -> Json:
    """The flat form has its trigger beside the name; the spec keeps it apart."""
    made = conditions(_keyed(raw, _RULE_KEYS))
    trigger = made.pop("trigger", None)
    when = made.pop("when", None)
    trigger = dict(trigger) if isinstance(trigger, dict) else {"kind": trigger} if trigger else {}
    if isinstance(when, dict):
        trigger = {**when, **trigger}
    elif when:
        trigger.setdefault("kind", when)
    trigger = _keyed(trigger, {"type": "kind", "on": "kind"})
    kind = str(trigger.get("kind") or ("schedule" if made.get("cron") else "row_created")).lower().replace(" ", "_")
    trigger["kind"] = _WHEN.get(kind, kind) if kind not in TRIGGERS else kind
    for key in OF_A_TRIGGER:
        if key in made:
            trigger.setdefault(key, made.pop(key))
    if trigger["kind"] == "date_reached" and "field" not in trigger and isinstance(trigger.get("fields"), list):
        trigger["field"] = trigger.pop("fields")[0]
    if trigger["kind"] == "button":
        trigger.setdefault("label", name_of(made) or "Run")
    steps = made.get("steps")
    made["steps"] = [step(one) for one in (steps if isinstance(steps, list) else [steps]) if isinstance(one, (dict, str))]
    return {**made, "trigger": trigger, "on": False}


def step(raw: Any) -> Json:
    made = conditions(_keyed(raw if isinstance(raw, dict) else {"kind": raw}, _STEP_KEYS))
    said = str(made.get("kind", "")).lower().replace(" ", "_")
    made["kind"] = said if said in STEPS else _STEP_KINDS.get(said, said)
    if said in CHATS:
        made.setdefault("via", said)
    _shaped(made, said)
    if isinstance(made.get("to"), list):
        made["to"] = ", ".join(map(str, made["to"]))
    if made["kind"] in ("send_email", "send_message", "notify"):
        made |= {key: str(made[key]) for key in ("to", "subject", "body") if key in made}
    for inner in ("then", "otherwise", "steps"):
        if isinstance(made.get(inner), list):
            made[inner] = [step(one) for one in made[inner] if isinstance(one, (dict, str))]
    return made


CHATS = ("slack", "sms", "teams", "discord", "telegram")
_SECONDS = {"minutes": 60, "hours": 3_600, "days": 86_400, "weeks": 604_800}


def _shaped(made: Json, said: str) -> None:
    """In place: what single kinds of steps are given in other shapes."""
    match made["kind"]:
        case "wait":
            for unit, size in _SECONDS.items():
                if isinstance(amount := made.pop(unit, None), (int, float)):
                    made.setdefault("seconds", int(amount * size))
        case "aggregate" | "chart":
            if isinstance(made.get("by"), str):
                made["by"] = {"field": made["by"]}
            if isinstance(figures := made.get("figures"), list):
                made["figures"] = [_figure(one) for one in figures if isinstance(one, (dict, str))]
            if isinstance(figure := made.pop("measure", None) or made.get("figure"), (dict, str)):
                made["figure"] = _figure(figure)
        case "approval":
            made |= {"by": str(to)} if (to := made.pop("to", None) or made.pop("approver", None)) and "by" not in made else {}
            made |= {"question": str(body)} if (body := made.pop("body", None)) and "question" not in made else {}
        case "document":
            made |= {"template": str(body)} if (body := made.pop("body", None)) and "template" not in made else {}
        case "sheet" if said in ("csv", "xlsx"):
            made.setdefault("format", said)
        case "send_email":
            if isinstance(made.get("attachments"), str):
                made["attachments"] = [made["attachments"]]
        case "upsert_row":
            if isinstance(made.get("match"), str):
                made["match"] = [made["match"]]
        case "for_each" if "then" in made and "steps" not in made:
            made["steps"] = made.pop("then")
        case "branch":
            if "else" in made:
                made["otherwise"] = made.pop("else")
        case _:
            return


def _figure(raw: Json | str) -> Json:
    made = (
        {"field": raw}
        if isinstance(raw, str) and raw.lower() not in ("count", "rows")
        else dict(raw)
        if isinstance(raw, dict)
        else {}
    )
    summary = str(made.get("summary") or ("sum" if made.get("field") else "count")).lower()
    made["summary"] = {
        "average": "average",
        "avg": "average",
        "mean": "average",
        "minimum": "min",
        "maximum": "max",
        "total": "sum",
    }.get(summary, summary)
    if made["summary"] == "count":
        made.pop("field", None)
    made["name"] = name_of(made) or str(made.get("field") or "Rows")
    return {k: v for k, v in made.items() if k in ("name", "summary", "field")}


def role(raw: Json) -> Json:
    rights = raw.get("rights")
    if isinstance(rights, dict):
        rights = [{"table": table, "may": may} for table, may in rights.items()]
    made = [conditions(dict(one)) for one in rights if isinstance(one, dict)] if isinstance(rights, list) else []
    for right in made:
        may = str(right.get("may", "see")).lower()
        right["may"] = _MAY.get(may, may)
        if "filter" in right:
            right.setdefault("rows", right.pop("filter"))
    return {**raw, "rights": made}


def in_our_words(kind: str, new: Json) -> Json:
    """The keys of what is to be different, before it is laid over what is there. What a person alone decides of a co-worker is left out."""
    keys = {"field": _FIELD_KEYS | {"type": "kind"}, "view": _VIEW_KEYS, "coworker": _COWORKER_KEYS}.get(kind, {})
    made = _keyed(new, keys)
    return {k: v for k, v in made.items() if kind != "coworker" or k in _OF_A_COWORKER}


_COWORKER_KEYS = {"prompt": "instructions", "tables": "grants", "access": "grants"}
_OF_A_COWORKER = frozenset(("id", "name", "description", "instructions", "grants"))
"""Which tools write without asking, what is read beforehand, schedules and budgets are set by people, on a page of their own."""


def coworker(raw: Json) -> Json:
    made = _keyed(raw, _COWORKER_KEYS)
    grants = made.get("grants")
    listed = [{"table": one} if isinstance(one, str) else dict(one) for one in grants or () if isinstance(one, (dict, str))]
    for grant in listed:
        grant["may"] = "write" if str(grant.get("may", "read")).lower() in ("write", "edit", "add", "everything") else "read"
    return {**made, **({"grants": listed} if grants is not None else {})}


def conditions(part: Json) -> Json:
    """Filters with usual signs for our words; a mapping of fields to values is a list of equalities."""
    for key in ("filter", "was", "rows"):
        if key in part:
            part = {**part, key: _filter(part[key])}
    return part


def _filter(value: Any) -> Any:
    if isinstance(value, dict) and "of" in value:
        return {**value, "of": [_filter(one) for one in value["of"]] if isinstance(value["of"], list) else []}
    if isinstance(value, dict) and "field" in value:
        op = str(value.get("op") or value.get("operator") or "is").lower().replace(" ", "_")
        kept = {k: v for k, v in value.items() if k in ("field", "value")}
        return {**kept, "op": _OPS.get(op, op)}
    if isinstance(value, dict):
        return [{"field": k, "op": "is", "value": v} for k, v in value.items() if k != "match"]
    return [_filter(one) for one in value] if isinstance(value, list) else value
