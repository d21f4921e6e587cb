"""What leads outside by an address or a connection: HTTP, webhooks, a database, the answer to whoever called."""

import re

from sayso.builder.planner.automations.whole.about import About, Json, telling, title_of
from sayso.builder.planner.automations.whole.pieces import Piece, quoted

URL = re.compile(r"https?://[^\s\"'<>)\]},]+[^\s\"'<>)\]},.;:!?]")
_METHOD = re.compile(r"\b(get|post|put|patch|delete)\b(?=\s+(?:request|it|them|to|from|https?|the)|\s*$)", re.I)
_READS = re.compile(r"\b(?:get|fetch|read|load|download|look\s+up|check)\b")
_CALLS = re.compile(
    r"\b(?:call|hit|trigger|invoke|post\s+(?:it\s+)?to|send\s+(?:it\s+)?to|fire|send)s?\s+(?:(?:our|the|an?|their|its|my)\s+)?(?:[\w-]+\s+){0,2}?(?:api|webhooks?|url|endpoint|address\s+of)\b|\bhttp\s+(?:call|request|post)\b|\b(?:send\s+(?:it|them|the\s+\w+)\s+to\s+(?:our|the|their|my)\s+(?:erp|crm|api|system|server|shop|backend))\b"
)
_WEBHOOK = re.compile(r"\bwebhooks?\b")
_SQL = re.compile(r"\b(?:sql|database|warehouse|postgres(?:ql)?|mysql|mariadb|bigquery|snowflake)\b")
_STATEMENT = re.compile(r"\b(?:select|insert\s+into|update|delete\s+from|with)\b[\s\S]+", re.I)
_RESPOND = re.compile(r"^(?:answers?|repl(?:y|ies)|responds?)\b(?:.*?\b(?:with|by)\s+(?P<x>.+))?$")


def read(piece: Piece, about: About) -> list[Json] | None:
    for one in (_respond, _sql, _http):
        if (steps := one(piece, about)) is not None:
            return steps
    return None


def _respond(piece: Piece, about: About) -> list[Json] | None:
    m = _RESPOND.match(piece.text)
    if m is None or about.trigger != "webhook":
        return None
    status = re.search(r"\b([2-5]\d\d)\b", piece.text)
    body = quoted(piece.raw) or (piece.raw[m.start("x") : m.end("x")] if m["x"] and not status else "")
    return [about.step("respond", body=body) | ({"status": int(status[1])} if status else {})]


def _sql(piece: Piece, about: About) -> list[Json] | None:
    if not _SQL.search(piece.text) or not re.search(
        r"\b(?:quer(?:y|ies)|runs?|reads?|looks?\s+up|gets?|fetch(?:es)?|writes?|inserts?|selects?)\b", piece.text
    ):
        return None
    said = quoted(piece.raw)
    m = _STATEMENT.search(said) if said else None
    if m is None:
        about.left.append("which query runs on the database: say it in quotes, or write it in the step")
        return []
    return [
        about.step("sql", "query", "query", query=said)
        | ({} if re.match(r"\s*(?:select|with)\b", said, re.I) else {"write": True})
    ]


def _http(piece: Piece, about: About) -> list[Json] | None:
    address = URL.search(piece.raw)
    if address is None and not _CALLS.search(piece.text):
        return None
    if address is None and re.search(r"\b(?:e-?mail|slack|teams|sms)\b", piece.text):
        return None
    hook = (
        bool(_WEBHOOK.search(piece.text))
        and bool(re.search(r"\b(?:send|fire|trigger|post|call|webhook)", piece.text))
        and not re.search(r"\b(?:get|fetch)\b", piece.text)
    )
    url = address[0] if address else ""
    if not url:
        about.left.append(
            "the address that is called: put it into the step"
            if not hook
            else "the address that the webhook goes to: put it into the step"
        )
    if hook:
        event = re.sub(r"[^a-z0-9]+", "_", (about.row.name.lower() if about.row else "automation")).strip("_")
        return [
            about.step("webhook_out", url=url, event=f"{event}.{about.trigger.removeprefix('row_') or 'run'}", body=_row(about))
        ]
    said = _METHOD.search(piece.raw)
    method = said[1].upper() if said else "GET" if _READS.search(piece.text) else "POST"
    step = about.step("http_request", "called", "call", url=url)
    body = "" if method in ("GET", "DELETE") else _row(about)
    return [step | {"method": method} | ({"body": body} if body else {})]


def _row(about: About) -> str:
    """The row as JSON, a line a field."""
    if about.row is None:
        return {"webhook": "{trigger: body}"}.get(about.trigger, "")
    title = about.row.title_field
    fields = [f for f in (title, *telling(about.row)) if f is not None]
    lines = ",\n".join(f'  "{f.id}": "{title_of(about.row) if f is title else "{" + f.name + "}"}"' for f in fields)
    return f"{{\n{lines}\n}}"
