"""A small app with one view of each kind, and nine rows whose days stand around today."""

from datetime import date, timedelta
from typing import Any

TODAY = date.today()


def day(n: int) -> str:
    return (TODAY + timedelta(days=n)).isoformat()


def _options(*names: tuple[str, str]) -> list[dict[str, str]]:
    return [{"id": name.lower(), "name": name, "hue": hue} for name, hue in names]


SPEC: dict[str, Any] = {
    "id": "desk",
    "name": "Client desk",
    "icon": "users",
    "tables": [
        {
            "id": "projects",
            "name": "Projects",
            "fields": [
                {"kind": "text", "id": "name", "name": "Project", "required": True},
                {
                    "kind": "select",
                    "id": "status",
                    "name": "Status",
                    "options": _options(("Enquiry", "purple"), ("Quoted", "yellow"), ("Booked", "cyan")),
                },
                {"kind": "select", "id": "kind", "name": "Kind", "options": _options(("Product", "blue"), ("Food", "green"))},
                {"kind": "person", "id": "lead", "name": "Lead"},
                {"kind": "date", "id": "starts", "name": "Starts"},
                {"kind": "date", "id": "ends", "name": "Ends"},
                {"kind": "datetime", "id": "call", "name": "Call"},
                {"kind": "money", "id": "budget", "name": "Budget", "currency": "EUR"},
                {"kind": "long_text", "id": "brief", "name": "Brief"},
                {"kind": "image", "id": "pictures", "name": "Pictures"},
                {"kind": "email", "id": "mail", "name": "E-mail"},
            ],
        }
    ],
    "views": [
        {"kind": "grid", "id": "all", "name": "All projects", "table": "projects"},
        {"kind": "board", "id": "board", "name": "Pipeline", "table": "projects", "by": "status", "limits": {"booked": 2}},
        {"kind": "calendar", "id": "days", "name": "Days", "table": "projects", "start": "starts", "end": "ends", "by": "kind"},
        {"kind": "calendar", "id": "calls", "name": "Calls", "table": "projects", "start": "call"},
        {"kind": "gallery", "id": "gallery", "name": "Gallery", "table": "projects", "cover": "pictures"},
        {"kind": "timeline", "id": "plan", "name": "Plan", "table": "projects", "start": "starts", "end": "ends", "by": "status"},
        {
            "kind": "chart",
            "id": "chart",
            "name": "Budget by status",
            "table": "projects",
            "shape": "bar",
            "by": "status",
            "measure": {"summary": "sum", "field": "budget"},
        },
        {
            "kind": "form",
            "id": "form",
            "name": "Enquiry",
            "table": "projects",
            "title": "Tell us about your project",
            "intro": "It takes a minute.",
            "button": "Send it",
            "thanks": "We will call you.",
            "fields": [
                {"field": "name", "label": "What is it called?", "required": True},
                {"field": "kind", "label": "What kind?", "required": True},
                {"field": "budget"},
                {"field": "mail"},
                {"field": "lead"},
            ],
        },
        {
            "kind": "dashboard",
            "id": "numbers",
            "name": "Numbers",
            "tiles": [
                {"kind": "number", "id": "count", "name": "Projects", "table": "projects"},
                {
                    "kind": "number",
                    "id": "worth",
                    "name": "Worth",
                    "table": "projects",
                    "measure": {"summary": "sum", "field": "budget"},
                },
                {"kind": "chart", "id": "kinds", "name": "Kinds", "table": "projects", "shape": "donut", "by": "kind"},
                {"kind": "list", "id": "list", "name": "Next", "table": "projects", "fields": ["name", "budget"]},
                {
                    "kind": "chart",
                    "id": "none",
                    "name": "Nothing here",
                    "table": "projects",
                    "by": "status",
                    "filter": {"of": [{"field": "name", "op": "is", "value": "No such project"}]},
                },
            ],
        },
    ],
}

ROWS: list[dict[str, Any]] = [
    {"name": "Oda Ramen", "status": "enquiry", "kind": "food", "starts": day(1), "budget": "2600.00"},
    {"name": "Pico Toys", "status": "enquiry", "kind": "product", "starts": day(2), "ends": day(4), "budget": "6200.00"},
    {"name": "Casa Olmo", "status": "quoted", "kind": "food", "starts": day(-3), "ends": day(-2), "budget": "13800.00"},
    {"name": "Juniper Labs", "status": "quoted", "kind": "product", "starts": day(0), "budget": "2900.00"},
    {"name": "Rehn Cycles", "status": "quoted", "kind": "product", "starts": day(8), "budget": "4750.00"},
    {"name": "Linden Hotel", "status": "booked", "kind": "product", "starts": day(5), "budget": "7300.00"},
    {
        "name": "Aurel Watches",
        "status": "booked",
        "kind": "product",
        "starts": day(6),
        "budget": "12750.00",
        "brief": "A macro set",
    },
    {"name": "Vesna Atelier", "status": "booked", "kind": "product", "starts": day(12), "budget": "8900.00"},
    {"name": "Fika & Co", "kind": "food", "budget": "3150.00"},
]
"""By hand in this order. Fika & Co has no status and no day."""
