"""A run begins once for what caused it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import definitions, runs
from sayso.automations.registered import Registered
from sayso.data import apps
from sayso.db.automation_tables import runs as t
from sayso.spec.app import App
from sayso.spec.change import completed_app
from sayso.team.actor import Actor
from tests.conftest import Northlight


async def registered(tx: AsyncConnection, by: Actor) -> Registered:
    spec = App.model_validate(
        {
            "id": "desk",
            "name": "Desk",
            "tables": [{"id": "tickets", "name": "Tickets", "fields": [{"kind": "text", "id": "name", "name": "Name"}]}],
            "automations": [
                {"id": "note", "name": "Note it", "trigger": {"kind": "row_created", "table": "tickets"}, "steps": []},
            ],
        }
    )
    app = await apps.create(tx, completed_app(spec), by=by)
    automation = app.spec.automations[0]
    digest = await definitions.keep(tx, by.workspace, automation)
    return Registered(app.number, app.id, by.workspace, automation, app.version, digest, by.member or "")


async def test_what_caused_a_run_causes_it_once(tx: AsyncConnection, northlight: Northlight) -> None:
    desk = await registered(tx, northlight.ana)
    first = await runs.begin(tx, desk, {"kind": "row_created", "table": "tickets", "rows": [1]}, key="event:1:1")
    again = await runs.begin(tx, desk, {"kind": "row_created", "table": "tickets", "rows": [1]}, key="event:1:1")
    assert first is not None and again is None
    some = [runs.Begun({"kind": "row_created", "rows": [n]}, f"event:1:{n}") for n in (1, 2, 2, 3)]
    begun = await runs.begin_many(tx, desk, some)
    assert [bool(id) for id in begun] in ([False, True, False, True], [False, False, True, True])
    rows = (await tx.execute(select(t.c.key, t.c.state, t.c.owner, t.c.wake_at).order_by(t.c.position))).all()
    assert [r.key for r in rows] == ["event:1:1", "event:1:2", "event:1:3"]
    assert all(r.state == "waiting" and r.owner == northlight.ana.member and r.wake_at for r in rows)


async def test_a_definition_is_kept_once_and_read_as_it_was(tx: AsyncConnection, northlight: Northlight) -> None:
    desk = await registered(tx, northlight.ana)
    assert await definitions.keep(tx, desk.workspace, desk.automation.model_copy(update={"on": True})) == desk.definition
    assert await definitions.keep(tx, desk.workspace, desk.automation.model_copy(update={"name": "Other"})) != desk.definition
    assert await definitions.read(tx, desk.definition) == desk.automation.model_copy(update={"on": False})
    assert (await definitions.app_of(tx, desk.app_number, 1)).id == "desk"
