"""A desk with the gateway, and Northlight's ticket app with AI parts in it."""

from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from sayso import db
from sayso.ai import inputs, job, work
from sayso.ai.outcome import Outcome
from sayso.data import apps, rows
from sayso.spec.app import app_from
from sayso.spec.change import completed_app
from tests.gateway.conftest import Desk, _fresh, desk, up, web  # noqa: F401  (fixtures)
from tests.gateway.upstream import Says

TICKETS: dict[str, Any] = {
    "name": "Tickets",
    "tables": [
        {"name": "Clients", "fields": ["Name", {"City": "text"}]},
        {
            "name": "Tickets",
            "fields": [
                "Subject",
                {"Letter": "long_text"},
                {"name": "Client", "kind": "link", "to": "Clients"},
                {"name": "Topic", "kind": "select", "options": ["Billing", "Delivery", "Repair"], "fill": "What is {Letter} about?"},
                {"name": "Tags", "kind": "multi_select", "options": ["Urgent", "Angry", "Refund"], "fill": "Tags for {Letter}"},
                {"name": "Amount", "kind": "money", "currency": "EUR", "fill": {"task": "extract", "prompt": "The amount in {Letter}"}},
                {"name": "Due", "kind": "date", "fill": {"task": "extract", "prompt": "When is it due? {Letter}"}},
                {"name": "Score", "kind": "rating", "maximum": 5, "fill": "How pressing is {Letter}?"},
                {"name": "Angry", "kind": "checkbox", "fill": {"task": "classify", "prompt": "Is the writer of {Letter} angry?"}},
                {"name": "Sender", "kind": "link", "to": "Clients", "fill": {"task": "classify", "prompt": "Who wrote {Letter}?"}},
                {"name": "Summary", "kind": "ai", "task": "summarise", "prompt": "Summarise {Letter} in one line."},
                {"name": "Reply", "kind": "long_text", "fill": {"task": "draft_reply", "prompt": "Reply to {Letter} from {Client}.{City}"}},
                {"name": "German", "kind": "long_text", "fill": {"task": "translate", "prompt": "Translate {Letter}", "language": "German"}},
                {"name": "Photo", "kind": "image"},
                {"name": "Paper", "kind": "file"},
                {"name": "Seen", "kind": "long_text", "fill": {"task": "describe_image", "prompt": "What is on {Photo}?"}},
                {"name": "Number", "kind": "text", "fill": {"task": "extract", "prompt": "The invoice number in {Paper}"}},
                {"name": "Banner", "kind": "image", "fill": {"prompt": "A banner that says {Subject}", "picture": {"size": "1024x512"}}},
                {"name": "Retouched", "kind": "image", "fill": {"task": "edit_image", "prompt": "Brighter", "picture": {"reference": "Photo"}}},
            ],
        },
    ],
}  # fmt: skip


@dataclass
class Story:
    """The desk, its ticket app, and one way to have a field of a row written."""

    desk: Desk
    app: str
    numbers: list[int] = field(default_factory=list)

    async def row(self, table: str = "tickets", **values: Any) -> int:
        async with db.transaction(self.desk.engine) as tx:
            app = await apps.open_app(tx, self.app, by=self.desk.company.ana, to="write")
            return (await rows.create(tx, app, table, values, by=self.desk.company.ana))["id"]

    async def gathered(self, row: int, field: str) -> tuple[job.Job, inputs.Inputs]:
        async with db.transaction(self.desk.engine) as tx:
            app = await apps.open_app(tx, self.app, by=self.desk.company.ana)
            one = job.of(app.spec, f"tables/tickets/fields/{field}")
            return one, (await inputs.gathered(tx, app, "tickets", [row], one))[0]

    async def does(self, row: int, field: str, model: str | None = "stub") -> Outcome:
        one, read = await self.gathered(row, field)
        caller = self.desk.gateway.caller(self.desk.company.workspace, app=self.app)
        return await work.do(self.desk.gateway, caller, one, read, model)

    def will_say(self, *answers: Any) -> None:
        """Whole answers: a dict or list as JSON, text as it is."""
        said = (a if isinstance(a, str) else orjson.dumps(a).decode() for a in answers)
        self.desk.up.will(*(Says.chat({"role": "assistant", "content": text}) for text in said))


@pytest.fixture(scope="module")
async def story(desk: Desk) -> Story:  # noqa: F811
    async with db.transaction(desk.engine) as tx:
        app = await apps.create(tx, completed_app(app_from(TICKETS)), by=desk.company.ana)
    return Story(desk, app.id)
