"""Northlight's repair desk with AI parts in it, three models that answer each in its own way, and the API in front."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest

from sayso.ai import inputs, job, runs
from sayso.ai.outcome import Outcome
from sayso.data import apps, rows
from sayso.db import transaction
from sayso.gateway.providers import stored
from sayso.spec.app import app_from
from sayso.spec.change import completed_app
from sayso.team import keys, people
from sayso.team.actor import Actor
from tests.gateway.conftest import Desk, _fresh, desk, up, web  # noqa: F401  (fixtures)
from tests.gateway.upstream import By, Heard, Normal, Says, Status
from tests.scripts import calls, says

DESK: dict[str, Any] = {
    "name": "Repairs",
    "slots": [{"id": "text", "name": "Text", "kind": "text", "model": "trio/plain"}],
    "tables": [
        {
            "name": "Tickets",
            "fields": [
                "Subject",
                {"Letter": "long_text"},
                {"name": "Topic", "kind": "select", "options": ["Billing", "Delivery", "Repair"], "fill": {"task": "classify", "prompt": "What is {Letter} about?"}},
                {"name": "Next", "kind": "ai", "prompt": "What to do next about {Letter}"},
                {"name": "Spare", "kind": "long_text", "fill": {"task": "summarise", "prompt": "Sum up {Letter}"}},
                {"name": "Banner", "kind": "image", "fill": {"task": "image", "prompt": "A banner that says {Subject}"}},
            ],
        }
    ],
    "coworkers": [{"name": "Pia", "instructions": "Help with tickets.", "grants": [{"table": "Tickets", "may": "write"}], "memory": True}],
    "automations": [
        {
            "name": "Greet",
            "trigger": {"kind": "row_created", "table": "Tickets"},
            "steps": [
                {"kind": "ai", "task": "draft_reply", "prompt": "Reply to {Letter}", "into": "Spare"},
                {"kind": "send_email", "to": "everyone", "subject": "New", "body": "{Spare}"},
            ],
        }
    ],
}  # fmt: skip
NEXT = "tables/tickets/fields/next"
TOPIC = "tables/tickets/fields/topic"
PRICES = {"plain": ("2", "20"), "better": ("1", "10"), "poor": ("0.1", "1")}
"""Dollars per million tokens in and out; a call has 250 and 100, so one costs 0.0025, 0.00125 and 0.000125."""
LETTERS = [
    "My bike was not delivered",
    "The invoice is wrong",
    "The lamp broke again",
    "Where is my parcel",
    "You charged me twice",
]
RIGHT = ["delivery", "billing", "repair", "delivery", "billing"]
WAIT_SECONDS_MAX = 60


def topic_of(text: str) -> str:
    return "Billing" if "invoice" in text or "charged" in text else "Repair" if "broke" in text else "Delivery"


def answers(heard: Heard) -> Says | Status | Normal:
    """`better` is right, `plain` says Delivery always, `poor` answers with no JSON at all about a lamp; `gone` is not served, `judge` grades."""
    if heard.path.endswith("/embeddings"):
        texts = heard.json["input"]
        rows = [
            {"object": "embedding", "index": n, "embedding": [1.0, float("Chase" in t), float(len(t) % 3)]}
            for n, t in enumerate(texts)
        ]
        return Says({"object": "list", "data": rows, "model": "vectors", "usage": {"prompt_tokens": 9, "total_tokens": 9}})
    if "/images/" in heard.path:
        return Normal()
    asked = heard.json
    if "tools" in asked:
        return speaks(asked)
    model, said = asked["model"], asked["messages"][1]["content"]
    if model == "gone":
        return Status(404, "The model gone does not exist", code="model_not_found")
    if model == "judge":
        grade = "good" if "Chase" in said.split("<answer>")[1] else "poor"
        return _says({"reason": "Because it says so.", "grade": grade})
    name = asked["response_format"]["json_schema"]["schema"]["required"][0] if "response_format" in asked else "value"
    letter = said.split("<row>")[1] if "<row>" in said else said
    if name == "topic":
        value = topic_of(letter) if model == "better" else "Delivery"
        return (
            Says.chat({"role": "assistant", "content": "I would rather not"})
            if model == "poor" and "lamp" in letter
            else _says({name: value, "confidence": 0.9})
        )
    words = "Chase the courier about it today" if model == "better" else "Chase it" if "shorter" in said else "Look into it"
    return _says({name: f"{words}: {letter.strip().splitlines()[0][:40]}", "confidence": 0.9})


def speaks(asked: dict[str, Any]) -> Says:
    """Pia: `better` looks, proposes a row and wants to remember; `plain` just talks. `poor` wants a tool that is none, for ever."""
    if asked["model"] == "plain":
        return says("Somebody should look into it.")
    if asked["model"] == "poor" and asked.get("tool_choice") != "none":
        return calls(("delete_everything", {"table": "tickets"}))
    if any(m["role"] == "tool" for m in asked["messages"]):
        return says("Chase the courier. A ticket is noted.")
    rows = [{"values": {"subject": "Chase the courier"}}]
    return calls(
        ("find_rows", {"table": "tickets"}),
        ("add_rows", {"table": "tickets", "rows": rows}),
        ("remember", {"text": "likes chasing"}),
    )


def _says(value: dict[str, Any]) -> Says:
    return Says.chat({"role": "assistant", "content": orjson.dumps(value).decode()})


@dataclass
class Story:
    """`ana`, `ben`, `mia`, `cleo` and Zoe of elsewhere, each with a client of the API."""

    desk: Desk
    app: str
    rows: list[int]
    ana: httpx.AsyncClient
    ben: httpx.AsyncClient
    mia: httpx.AsyncClient
    cleo: httpx.AsyncClient
    zoe: httpx.AsyncClient
    zoes: Actor
    made: list[str] = field(default_factory=list)

    def new(self, path: str = TOPIC, *models: str, **more: Any) -> dict[str, Any]:
        contenders = [{"model": f"trio/{name}"} for name in models or ("better",)]
        return {"app": self.app, "path": path, "contenders": contenders, "cases": {"source": "rows"}, **more}

    async def begins(self, path: str = TOPIC, *models: str, **more: Any) -> dict[str, Any]:
        """A trial, run to its end."""
        made = await self.ben.post("/api/trials", json=self.new(path, *models, **more))
        assert made.status_code == 201, made.text
        return await self.ended(made.json()["id"])

    async def ended(self, id: str) -> dict[str, Any]:
        for _ in range(WAIT_SECONDS_MAX * 20):
            told = (await self.ben.get(f"/api/trials/{id}")).json()
            if told["state"] not in ("queued", "running", "cancelling"):
                return told
            await asyncio.sleep(0.05)
        raise AssertionError(f"the trial did not end: {told}")

    async def cases(self, id: str, who: httpx.AsyncClient | None = None, **query: Any) -> dict[str, Any]:
        answer = await (who or self.ben).get(f"/api/trials/{id}/cases", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def spec(self) -> dict[str, Any]:
        return (await self.ben.get(f"/api/apps/{self.app}")).json()["spec"]

    async def everything(self) -> list[Any]:
        """All rows, as the API shows them."""
        return (await self.ben.get(f"/api/apps/{self.app}/tables/tickets/rows")).json()["rows"]

    async def worked(self, path: str = TOPIC, **outcome: Any) -> None:
        """Past work of a part, one run a row."""
        async with transaction(self.desk.engine) as tx:
            app = await apps.open_app(tx, self.app, by=self.desk.company.ana)
            one = job.of(app.spec, path)
            read = await inputs.gathered(tx, app, "tickets", self.rows, one)
            done = Outcome("written", value="delivery", text="Delivery", model="plain", cost=None, ms=900)
            some = [
                runs.of(
                    one,
                    each,
                    Outcome(**{**{n: getattr(done, n) for n in ("state", "value", "text", "model", "cost", "ms")}, **outcome}),
                )
                for each in read
            ]
            await runs.keep(tx, app.by.workspace, app.number, some)


@pytest.fixture(autouse=True)
def _answering(up: Any, _fresh: None) -> None:  # noqa: F811
    up.always = By(answers)


@pytest.fixture(scope="module")
async def story(desk: Desk) -> AsyncIterator[Story]:  # noqa: F811
    company = desk.company
    async with transaction(desk.engine) as tx:
        prices = {name: {"input_mtok": a, "output_mtok": b} for name, (a, b) in PRICES.items()}
        await stored.create(
            tx, desk.gateway.vault, by=company.ana, name="trio", kind="compatible", base_url=desk.up.url, models=[*PRICES, "judge", "gone"],
            settings={"prices": prices},
        )  # fmt: skip
        app = await apps.create(tx, completed_app(app_from(DESK)), by=company.ana)
        opened = await apps.open_app(tx, app.id, by=company.ana, to="write")
        made = [
            await rows.create(tx, opened, "tickets", {"subject": f"Ticket {n}", "letter": text}, by=company.ana)
            for n, text in enumerate(LETTERS)
        ]
        zoe = await people.found(tx, name="Elsewhere", owner="Zoe Quist")
        secrets = [
            (await keys.create(tx, "Tests", by=by))[1] for by in (company.ana, company.ben, company.mia, company.cleo, zoe)
        ]
    await desk.gateway.read_again()
    clients = [
        httpx.AsyncClient(base_url=desk.url, timeout=60, headers={"authorization": f"Bearer {secret}"}) for secret in secrets
    ]
    yield Story(desk, app.id, [row["id"] for row in made], *clients, zoes=zoe)
    for client in clients:
        await client.aclose()
