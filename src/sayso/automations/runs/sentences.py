"""What began a run and what its steps are, in a few words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sayso.spec.app import App

STEPS: dict[str, str] = {
    "find_rows": "Find rows", "create_row": "Add a row", "update_row": "Change rows", "upsert_row": "Change or add a row",
    "delete_row": "Delete rows", "aggregate": "Work out figures", "changes": "See what changed", "branch": "If", "switch": "Choose a way",
    "for_each": "For each", "wait": "Wait", "stop": "Stop", "set_values": "Set values", "approval": "Ask for a yes",
    "call": "Start an automation", "ai": "Ask a model", "ask_coworker": "Ask a co-worker", "document": "Make a document",
    "chart": "Draw a chart", "sheet": "Make a sheet", "send_email": "Send an e-mail", "send_message": "Send a message",
    "notify": "Notify", "http_request": "Call an address", "respond": "Answer", "webhook_out": "Send a webhook", "sql": "Ask a database",
    "mcp_tool": "Use a tool", "operation": "Call an operation",
}  # fmt: skip


def step(app: App, one: Any) -> str:
    """`Add a row to Tickets`."""
    said = STEPS.get(one.kind, str(one.kind))
    table = app.table(getattr(one, "table", None) or "")
    between = {"create_row": "to", "update_row": "in", "upsert_row": "in", "changes": "in"}.get(one.kind, "of")
    return f"{said} {between} {table.name}" if table else said


def trigger(app: App | None, about: Mapping[str, Any]) -> str:
    """`A row was added to Tickets`."""
    table = app.table(about.get("table") or "") if app else None
    name = table.name if table else about.get("table") or "a table"
    many = int(about.get("count") or len(about.get("rows") or ()) or 1)
    rows = "A row was" if many == 1 else f"{many:,} rows were"
    match about.get("kind"):
        case "schedule":
            return "It was time"
        case "row_created":
            return f"{rows} added to {name}"
        case "row_changed":
            return f"{rows} changed in {name}"
        case "row_deleted":
            return f"{rows} deleted from {name}"
        case "enters_view":
            return f"{rows} seen in a view of {name}"
        case "date_reached":
            return f"A day was reached in {name}"
        case "form_submitted":
            return f"A form was sent to {name}"
        case "button":
            return f"{about.get('by_name') or 'Somebody'} pressed a button in {name}"
        case "webhook":
            return "Its address was called"
        case "email":
            return f"An e-mail came from {about.get('from') or 'somebody'}"
        case "message":
            return "Somebody wrote to a co-worker"
        case _:
            return f"{about.get('by') or 'Somebody'} started it"
