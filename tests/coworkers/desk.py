"""Mina, who works in a small CRM, behind the whole web; and a model that is scripted over a socket."""

from dataclasses import dataclass
from typing import Any

import httpx
import orjson
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.coworkers.desk import Desk
from tests.conftest import Northlight
from tests.gateway.upstream import Says, Upstream

APP: dict[str, Any] = {
    "id": "crm",
    "name": "CRM",
    "tables": [
        {
            "id": "clients",
            "name": "Clients",
            "fields": [
                {"kind": "text", "id": "name", "name": "Name", "required": True},
                {"kind": "select", "id": "stage", "name": "Stage", "options": [{"id": "new", "name": "New"}, {"id": "won", "name": "Won"}]},
                {"kind": "money", "id": "worth", "name": "Worth", "currency": "EUR"},
                {"kind": "date", "id": "since", "name": "Since"},
                {"kind": "long_text", "id": "notes", "name": "Notes"},
                {"kind": "file", "id": "papers", "name": "Papers"},
                {"kind": "link", "id": "deals", "name": "Deals", "to": "deals", "many": True, "reverse": "client"},
                {"kind": "link", "id": "salaries", "name": "Salaries", "to": "salaries", "many": True, "reverse": "client"},
                {"kind": "lookup", "id": "pay", "name": "Pay", "link": "salaries", "field": "amount"},
                {"kind": "formula", "id": "double", "name": "Double", "formula": "{Worth} * 2"},
                {"kind": "formula", "id": "hush", "name": "Hush", "formula": "JOIN({Pay}, \", \")"},
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
        {
            "id": "salaries",
            "name": "Salaries",
            "fields": [
                {"kind": "text", "id": "name", "name": "Name"},
                {"kind": "number", "id": "amount", "name": "Amount"},
                {"kind": "link", "id": "client", "name": "Client", "to": "clients", "reverse": "salaries"},
            ],
        },
    ],
    "views": [
        {"kind": "grid", "id": "won", "name": "Won clients", "table": "clients", "filter": {"of": [{"field": "stage", "op": "is", "value": "won"}]}},
        {"kind": "grid", "id": "paid", "name": "Paid", "table": "clients", "filter": {"of": [{"field": "pay", "op": "not_empty"}]}},
    ],
    "coworkers": [
        {
            "id": "mina",
            "name": "Mina",
            "instructions": "Look after the clients.",
            "grants": [{"table": "clients", "may": "write"}, {"table": "deals", "may": "read"}],
            "knowledge": [{"table": "clients"}],
        },
        {"id": "bruno", "name": "Bruno", "grants": [{"table": "clients", "may": "read"}], "memory": False},
        {"id": "nemo", "name": "Nemo"},
    ],
}  # fmt: skip
ROWS = [
    {"name": "Halden & Wolfe", "stage": "won", "worth": "1400.00", "notes": "Prefers mornings. Asks for a lookbook in winter."},
    {"name": "Iris Eyewear", "stage": "new", "worth": "250.50", "notes": "Glasses on white ground."},
    {"name": "Vesna Atelier", "stage": "won", "worth": "900.00"},
]


@dataclass
class Place:
    """The CRM with Mina in it, and the ways to it."""

    desk: Desk
    web: FastAPI
    engine: AsyncEngine
    up: Upstream
    company: Northlight
    callers: dict[str, httpx.AsyncClient]
    url: str = ""

    async def talk(self, who: str = "mia", coworker: str = "crm.mina") -> str:
        answer = await self.callers[who].post(f"/api/coworkers/{coworker}/conversations", json={})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def say(
        self, text: str, *, who: str = "mia", talk: str | None = None, coworker: str = "crm.mina", **more: Any
    ) -> dict[str, Any]:
        """The turn, once it has ended or waits."""
        talk = talk or await self.talk(who, coworker)
        answer = await self.callers[who].post(f"/api/conversations/{talk}/messages", json={"text": text, **more})
        assert answer.status_code == 200, answer.text
        return {**last(lines(answer)), "conversation": talk}

    async def goes_on(self, talk: str, who: str = "mia") -> dict[str, Any]:
        return {**last(lines(await self.callers[who].get(f"/api/conversations/{talk}/run"))), "conversation": talk}

    async def rows(self, table: str = "clients") -> dict[str, dict[str, Any]]:
        page = (await self.callers["ana"].get(f"/api/apps/crm/tables/{table}/rows")).json()
        return {row["values"]["name"]: row for row in page["rows"]}

    async def reset(self) -> None:
        """The three clients and nothing else."""
        ben = self.callers["ben"]
        for table in ("clients", "deals", "salaries"):
            page = (await ben.get(f"/api/apps/crm/tables/{table}/rows")).json()
            if page["rows"]:
                await ben.request("DELETE", f"/api/apps/crm/tables/{table}/rows", json={"ids": [r["id"] for r in page["rows"]]})
        made = await ben.post("/api/apps/crm/tables/clients/rows", json={"rows": [{"values": v} for v in ROWS]})
        assert made.status_code == 201, made.text

    async def sql(self, query: str, **values: Any) -> list[Any]:
        async with self.engine.begin() as tx:
            result = await tx.execute(text(query), values)
            return list(result.all()) if result.returns_rows else []


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.headers["content-type"] == "application/x-ndjson", answer.text
    return [orjson.loads(line) for line in answer.content.splitlines()]


def last(said: list[dict[str, Any]]) -> dict[str, Any]:
    assert said[0]["type"] == "turn" and said[-1]["type"] == "done"
    return said[-1]["turn"]


def calls(*wanted: tuple[str, dict[str, Any]], words: str = "") -> Says:
    """The model asks for tools, its arguments in pieces."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": words}]
    for n, (name, arguments) in enumerate(wanted):
        raw = orjson.dumps(arguments).decode()
        deltas.append(
            {
                "tool_calls": [
                    {"index": n, "id": f"call_{name}_{n}", "type": "function", "function": {"name": name, "arguments": ""}}
                ]
            }
        )
        deltas += [{"tool_calls": [{"index": n, "function": {"arguments": raw[at : at + 7]}}]} for at in range(0, len(raw), 7)]
    return Says.chunks(deltas, "tool_calls")


def words(text: str) -> Says:
    pieces = [text[at : at + 5] for at in range(0, len(text), 5)]
    return Says.chunks([{"role": "assistant", "content": ""}, *({"content": piece} for piece in pieces)])


def kinds(turn: dict[str, Any]) -> list[str]:
    return [part["kind"] for part in turn["parts"]]


def text_of(turn: dict[str, Any]) -> str:
    return "\n".join(part["text"] for part in turn["parts"] if part["kind"] == "text")


def notes_of(turn: dict[str, Any]) -> str:
    return "\n".join(part["text"] for part in turn["parts"] if part["kind"] == "note")


def card_of(turn: dict[str, Any]) -> dict[str, Any]:
    return next(part["card"] for part in turn["parts"] if part["kind"] == "card")
