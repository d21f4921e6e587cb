"""A small app for the stories of the API: clients and their deals."""

from typing import Any

CRM: dict[str, Any] = {
    "id": "crm",
    "name": "CRM",
    "icon": "users",
    "tables": [
        {
            "id": "clients",
            "name": "Clients",
            "fields": [
                {"kind": "text", "id": "name", "name": "Name", "required": True},
                {
                    "kind": "select",
                    "id": "stage",
                    "name": "Stage",
                    "options": [
                        {"id": "new", "name": "New", "hue": "blue"},
                        {"id": "won", "name": "Won", "hue": "green"},
                        {"id": "lost", "name": "Lost", "hue": "gray"},
                    ],
                },
                {"kind": "money", "id": "worth", "name": "Worth", "currency": "EUR"},
                {"kind": "date", "id": "since", "name": "Since"},
                {"kind": "email", "id": "email", "name": "E-mail"},
                {"kind": "long_text", "id": "notes", "name": "Notes"},
                {"kind": "file", "id": "papers", "name": "Papers"},
                {"kind": "link", "id": "deals", "name": "Deals", "to": "deals", "many": True, "reverse": "client"},
                {"kind": "formula", "id": "double", "name": "Double", "formula": "{Worth} * 2"},
            ],
        },
        {
            "id": "deals",
            "name": "Deals",
            "fields": [
                {"kind": "text", "id": "name", "name": "Name"},
                {"kind": "number", "id": "qty", "name": "Qty"},
                {"kind": "link", "id": "client", "name": "Client", "to": "clients", "reverse": "deals"},
            ],
        },
    ],
    "views": [
        {"kind": "grid", "id": "all", "name": "All clients", "table": "clients"},
        {
            "kind": "grid",
            "id": "won",
            "name": "Won",
            "table": "clients",
            "filter": {"of": [{"field": "stage", "op": "is", "value": "won"}]},
            "sorts": [{"field": "worth", "descending": True}],
        },
        {"kind": "board", "id": "board", "name": "Board", "table": "clients", "by": "stage"},
        {
            "kind": "form",
            "id": "hello",
            "name": "Say hello",
            "table": "clients",
            "title": "Tell us about you",
            "intro": "It takes a minute.",
            "fields": [
                {"field": "name", "label": "Your name", "required": True},
                {"field": "email", "label": "Your e-mail", "help": "We answer within a day.", "required": True},
                {"field": "stage"},
                {"field": "worth"},
                {"field": "papers"},
            ],
        },
    ],
}

CLIENTS = "/api/apps/crm/tables/clients"
DEALS = "/api/apps/crm/tables/deals"
