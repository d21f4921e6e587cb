"""A support desk: tickets of customers, the people who answer them, and what these may see of it."""

from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps, rows
from sayso.data.open_app import OpenApp
from sayso.db import tables as t
from sayso.db.people_tables import app_grants, group_members, groups
from sayso.spec.app import App, app_from
from sayso.team.actor import Actor

DESK: App = app_from(
    """
id: desk
name: Desk
tables:
  - id: customers
    name: Customers
    fields:
      - {kind: text, id: name, name: Name, required: true}
      - {kind: text, id: region, name: Region}
      - {kind: money, id: debt, name: Debt, currency: EUR}
      - {kind: person, id: keeper, name: Keeper}
      - {kind: link, id: tickets, name: Tickets, to: tickets, many: true, reverse: customer}
      - {kind: rollup, id: open, name: Open, link: tickets, summary: count}
      - {kind: rollup, id: cost, name: Cost of all, link: tickets, field: cost, summary: sum}
      - {kind: formula, id: risk, name: Risk, formula: "{Debt} + {Cost of all}"}
  - id: tickets
    name: Tickets
    fields:
      - {kind: text, id: subject, name: Subject, required: true}
      - {kind: select, id: state, name: State, default: open, options: [{id: open, name: Open}, {id: closed, name: Closed}]}
      - {kind: person, id: assignee, name: Assignee, many: true}
      - {kind: text, id: team, name: Team}
      - {kind: number, id: cost, name: Cost, default: 7}
      - {kind: text, id: secret, name: Secret, unique: true}
      - {kind: text, id: code, name: Code, unique: true}
      - {kind: link, id: customer, name: Customer, to: customers, reverse: tickets}
      - {kind: lookup, id: owed, name: Owed, link: customer, field: debt}
      - {kind: formula, id: twice, name: Twice, formula: "{Cost} * 2"}
      - {kind: formula, id: four, name: Four, formula: "{Twice} * 2"}
      - {kind: ai, id: note, name: Note, prompt: "Say it: {Secret}"}
views:
  - {kind: grid, id: all, name: All, table: tickets, sorts: [{field: cost}], summaries: {cost: sum, subject: filled}}
  - {kind: grid, id: dear, name: Dear, table: tickets, filter: {of: [{field: twice, op: gt, value: 10}]}}
  - {kind: board, id: board, name: Board, table: tickets, by: state}
  - {kind: chart, id: costs, name: Costs, table: tickets, by: state, measure: {summary: sum, field: cost}}
  - {kind: grid, id: customers, name: Customers, table: customers, colours: [{hue: red, filter: {of: [{field: debt, op: gt, value: 1}]}}]}
  - {kind: form, id: report, name: Report, table: tickets, fields: [{field: subject}, {field: secret}]}
  - kind: dashboard
    id: week
    name: Week
    tiles:
      - {kind: number, id: n, name: How many, table: tickets}
      - {kind: number, id: sum, name: Costs, table: tickets, measure: {summary: sum, field: cost}}
automations:
  - {id: close, name: Close it, trigger: {kind: button, table: tickets, label: Close}, steps: [{kind: update_row, table: tickets, values: {secret: "x"}}]}
  - {id: nightly, name: Nightly, trigger: {kind: schedule, cron: "0 6 * * *"}}
roles:
  - id: agent
    name: Agent
    groups: [Support]
    rights:
      - table: tickets
        rows: {of: [{field: assignee, op: contains, value: me}]}
        hidden: [cost, secret]
        read_only: [team]
      - {table: customers, may: see, hidden: [debt]}
  - id: regional
    name: Regional
    rights:
      - table: tickets
        may: everything
        rows: {of: [{field: region, op: is, value: my.region, via: [customer]}]}
        changes: {of: [{field: state, op: is, value: open}]}
      - {table: customers, may: see, rows: {of: [{field: region, op: is, value: my.region}]}}
  - id: teamwork
    name: Teamwork
    rights:
      - {table: tickets, may: see, rows: {of: [{field: team, op: is, value: my_groups}]}}
  - id: peers
    name: Peers
    rights:
      - {table: tickets, may: see, rows: {of: [{field: assignee, op: any_of, value: my_groups}]}}
  - {id: lead, name: Lead, manage: true}
"""
)


async def desk(tx: AsyncConnection, by: Actor) -> OpenApp:
    return await apps.create(tx, DESK, by=by)


async def granted(tx: AsyncConnection, app: OpenApp, kind: str, subject: str | None, *roles: str) -> None:
    """Instead of what the subject was granted before."""
    c = app_grants.c
    await tx.execute(app_grants.delete().where(c.app == app.number, c.subject_kind == kind, c.subject == (subject or "")))
    for role in roles:
        values = {
            "workspace_id": app.by.workspace,
            "app": app.number,
            "subject_kind": kind,
            "subject": subject or "",
            "role": role,
        }
        await tx.execute(insert(app_grants).values(values))


async def grouped(tx: AsyncConnection, by: Actor, name: str, *members: Actor, **properties: Any) -> str:
    """A group of the workspace; its id."""
    id = f"g_{name.lower()}"
    await tx.execute(insert(groups).values(id=id, workspace_id=by.workspace, name=name, properties=properties))
    for one in members:
        await tx.execute(insert(group_members).values(workspace_id=by.workspace, group_id=id, member=one.member))
    return id


async def described(tx: AsyncConnection, one: Actor, **properties: Any) -> None:
    await tx.execute(update(t.members).where(t.members.c.id == one.member).values(properties=properties))


async def filled(tx: AsyncConnection, app: OpenApp, mia: Actor, cleo: Actor) -> dict[str, int]:
    """Three tickets of two customers: Mia's, Cleo's and nobody's. The ids of all rows by name."""
    oslo = await rows.create(tx, app, "customers", {"name": "Otto", "region": "North", "debt": "900"}, by=app.by)
    rome = await rows.create(tx, app, "customers", {"name": "Rosa", "region": "South", "debt": "20"}, by=app.by)
    ids = {"Otto": oslo["id"], "Rosa": rome["id"]}
    for subject, who, customer, team, cost in (
        ("Lamp", [mia.member], "Otto", "Support", 11), ("Chair", [cleo.member], "Otto", "Sales", 22), ("Desk", [], "Rosa", "Support", 33),
    ):  # fmt: skip
        values = {
            "subject": subject, "assignee": who, "customer": [ids[customer]], "team": team, "cost": cost,
            "secret": f"s-{subject}", "code": f"c-{subject}",
        }  # fmt: skip
        ids[subject] = (await rows.create(tx, app, "tickets", values, by=app.by))["id"]
    return ids
