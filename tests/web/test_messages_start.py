"""What is said to a co-worker starts what waits for that."""

from typing import Any

from sqlalchemy import select

from sayso.db.automation_tables import runs
from tests.automations.desk import TICKETS, automation
from tests.web.conftest import Company


async def _runs(company: Company) -> list[Any]:
    async with company.engine.connect() as tx:
        return list((await tx.execute(select(runs).where(runs.c.app_id == "talk").order_by(runs.c.position))).all())


async def test_a_message_starts_it_once_and_only_one_to_that_co_worker(company: Company) -> None:
    helpers = [
        {"id": id, "name": id.capitalize(), "grants": [{"app": "talk", "table": "tickets", "may": "read"}]}
        for id in ("mina", "otto")
    ]
    heard = automation("heard", {"kind": "message", "coworker": "mina"})
    spec = {"id": "talk", "name": "Talk", "tables": [TICKETS], "coworkers": helpers, "automations": [heard]}
    made = await company.ben.post("/api/apps", json={"spec": spec})
    assert made.status_code == 201, made.text
    for id in ("mina", "otto"):
        talk = (await company.mia.post(f"/api/coworkers/talk.{id}/conversations", json={})).json()
        said = await company.mia.post(f"/api/conversations/{talk['id']}/messages", json={"text": f"Hello {id}"})
        assert said.status_code == 200, said.text
    (run,) = await _runs(company)
    assert (
        run.trigger["text"] == "Hello mina"
        and run.trigger["coworker"] == "mina"
        and run.trigger["by"] == company.mia.actor.member
    )
