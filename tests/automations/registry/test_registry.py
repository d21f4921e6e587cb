"""The registry follows the specs."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import registry
from sayso.data import apps
from sayso.errors import NotFound
from sayso.spec.change import Change, Remove
from tests.automations.desk import altered, automation, desk
from tests.conftest import Northlight

WEEKDAYS = {"kind": "schedule", "cron": "30 8 * * 1-5"}
CREATED = {"kind": "row_created", "table": "tickets"}
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def test_whoever_switches_it_on_stands_for_it_and_whoever_changes_it_after(
    tx: AsyncConnection, northlight: Northlight
) -> None:
    ana, ben = northlight.ana, northlight.ben
    app = await desk(tx, automation("greet", CREATED, on=False), by=ana)
    first = await registry.entry(tx, app, "greet")
    assert not first.starts and first.registered.owner == "" and first.on_since is None

    app = await altered(tx, app, "greet", by=ben, on=True)
    on = await registry.entry(tx, app, "greet")
    assert on.starts and on.registered.owner == ben.member and on.on_since is not None
    assert on.table_no == app.columns.tables["tickets"] and on.registered.definition == first.registered.definition

    app = await altered(tx, app, "greet", by=ana, steps=[{"kind": "stop"}])
    changed = await registry.entry(tx, app, "greet")
    assert changed.registered.owner == ana.member and changed.on_since == on.on_since
    assert changed.registered.definition != on.registered.definition and changed.registered.version == app.version

    app = await altered(tx, app, "greet", by=ben, on=False)
    assert not (await registry.entry(tx, app, "greet")).starts


async def test_whoever_changes_it_while_it_is_off_borrows_nobodys_rights(tx: AsyncConnection, northlight: Northlight) -> None:
    ana, ben = northlight.ana, northlight.ben
    app = await desk(tx, automation("greet", CREATED, on=True), by=ana)
    assert (await registry.read(tx, app, "greet")).owner == ana.member
    app = await altered(tx, app, "greet", by=ben, on=False)
    assert (await registry.read(tx, app, "greet")).owner == ana.member, "it is still what she switched on"
    app = await altered(tx, app, "greet", by=ben, steps=[{"kind": "stop"}])
    assert (await registry.read(tx, app, "greet")).owner == ""
    app = await altered(tx, app, "greet", by=ben, on=True)
    assert (await registry.read(tx, app, "greet")).owner == ben.member


async def test_another_part_of_the_app_changes_no_owner(tx: AsyncConnection, northlight: Northlight) -> None:
    app = await desk(tx, automation("greet", CREATED), automation("other", CREATED, on=False), by=northlight.ana)
    await registry.refresh(tx, app)
    app = await altered(tx, app, "other", by=northlight.ben, on=True)
    found = await registry.entries(tx, app)
    assert {id: one.registered.owner for id, one in found.items()} == {
        "greet": northlight.ana.member,
        "other": northlight.ben.member,
    }


async def test_who_renames_what_it_names_lends_it_no_rights(tx: AsyncConnection, northlight: Northlight) -> None:
    """Ben's automation names a field. Ana renames that: the text follows, and still it acts with Ben's rights, not with hers; what she writes herself is hers."""
    ana, ben = northlight.ana, northlight.ben
    steps = [{"kind": "notify", "to": ben.member, "body": "{Name} has come"}]
    app = await desk(tx, automation("greet", CREATED, on=False, steps=steps), by=ana)
    app = await altered(tx, app, "greet", by=ben, on=True)
    before = (await registry.read(tx, app, "greet")).definition
    rename: Any = {"do": "rename", "part": "field", "table": "tickets", "id": "name", "name": "Title"}
    app = await apps.change(tx, app, Change.model_validate({"title": "", "steps": [rename]}), by=ana)
    after = await registry.read(tx, app, "greet")
    assert app.spec.automations[0].steps[0].body == "{Title} has come"  # pyright: ignore[reportAttributeAccessIssue]
    assert after.definition != before and after.owner == ben.member
    mine = {**app.spec.automations[0].portable(), "steps": [{**steps[0], "body": "{Title} is here"}]}
    both: Any = [{**rename, "name": "Subject"}, {"do": "alter", "part": "automation", "id": "greet", "value": mine}]
    app = await apps.change(tx, app, Change.model_validate({"title": "", "steps": both}), by=ana)
    assert (await registry.read(tx, app, "greet")).owner == ana.member


async def test_a_schedule_knows_when_it_comes_round_and_goes_on_from_where_it_was(
    tx: AsyncConnection, northlight: Northlight
) -> None:
    app = await desk(tx, automation("digest", WEEKDAYS), by=northlight.ana)
    await registry.refresh(tx, app, SUNDAY)
    first = await registry.entry(tx, app, "digest")
    assert first.next_at == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)

    app = await altered(tx, app, "digest", by=northlight.ben, steps=[{"kind": "stop"}])
    await registry.refresh(tx, app, datetime(2026, 11, 25, 12, tzinfo=UTC))
    assert (await registry.entry(tx, app, "digest")).next_at == first.next_at, "what is due is not forgotten by an edit"

    app = await altered(tx, app, "digest", by=northlight.ben, trigger={**WEEKDAYS, "zone": "America/New_York"})
    await registry.refresh(tx, app, SUNDAY)
    assert (await registry.entry(tx, app, "digest")).next_at == datetime(2026, 11, 23, 13, 30, tzinfo=UTC)

    app = await altered(tx, app, "digest", by=northlight.ben, on=False)
    assert (await registry.entry(tx, app, "digest")).next_at is None


async def test_a_webhook_has_an_address_for_good_and_nothing_else_has_one(tx: AsyncConnection, northlight: Northlight) -> None:
    app = await desk(tx, automation("hook", {"kind": "webhook"}, on=False), automation("greet", CREATED), by=northlight.ana)
    found = await registry.entries(tx, app)
    token = found["hook"].token
    assert token and len(token) == 32 and found["greet"].token is None
    app = await altered(tx, app, "hook", by=northlight.ana, on=True)
    assert (await registry.entry(tx, app, "hook")).token == token


async def test_what_is_gone_from_the_app_is_gone_here(tx: AsyncConnection, northlight: Northlight) -> None:
    app = await desk(tx, automation("greet", CREATED), by=northlight.ana)
    await registry.refresh(tx, app)
    await apps.change(tx, app, Change(title="Away", steps=(Remove(part="automation", id="greet"),)), by=northlight.ana)
    app = await apps.open_app(tx, "desk", by=northlight.ana)
    assert await registry.entries(tx, app) == {}
    with pytest.raises(NotFound):
        await registry.read(tx, app, "greet")
