"""Switching an automation on and off: an ordinary change of the app. What is missing is told; what is there works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations import registry
from sayso.automations.registry.reading import Entry
from sayso.connections.connections import Connections
from sayso.connections.rights import may_use
from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.db.connection_tables import connections as t
from sayso.errors import NotFound
from sayso.spec.app import App
from sayso.spec.automation import EmailReceived, WebhookReceived, every, named
from sayso.spec.change import Alter, Change
from sayso.team.actor import Actor
from sayso.team.people import Member

What = Literal["connection", "secret", "mail", "owner"]
NEEDS = {"send_email": "email", "sql": "sql", "mcp_tool": "mcp", "operation": "openapi", "http_request": "http"}
"""By the step's kind: what its connection does, or is."""
WITHOUT = ("http_request", "webhook_out")
"""These need none, unless they name one."""
ME = "me"
"""Whoever stands for an automation, as a step names them."""
CALLED = {
    "send_email": "Send an e-mail", "send_message": "Send a message", "sql": "Ask a database", "mcp_tool": "Use a tool",
    "operation": "Call an operation", "http_request": "Send a request", "webhook_out": "Send a webhook",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that an automation needs and has not. `step` is its path, None for the trigger; `to` is where to set it up."""

    what: What
    kind: str | None
    step: str | None
    sentence: str
    to: str | None


async def switch(
    tx: AsyncConnection, app: OpenApp, automation: str, on: bool, *, by: Actor, base_version: int | None = None
) -> OpenApp:
    """The app after it, one version on; the same app when it was so already. Raises as `apps.change` does."""
    app.must("build")
    one = next((one for one in app.spec.automations if one.id == automation), None)
    if one is None:
        raise NotFound(f"{app.spec.name} has no automation {automation[:60]!r}.")
    title = f"Switch {one.name} {'on' if on else 'off'}"
    step = Alter(part="automation", id=one.id, value=one.model_copy(update={"on": on}))
    changed = await apps.change(tx, app, Change(title=title, steps=(step,)), by=by, base_version=base_version)
    await registry.refresh(tx, changed)
    return changed


async def missing(
    tx: AsyncConnection, connections: Connections, app: App, entry: Entry, owner: Member | None, *, mail: bool
) -> list[Missing]:
    """What it needs and has not. `owner` is who stands for it, or would; `mail` says whether our own mail door is open."""
    automation = entry.registered.automation
    if owner is None:
        return [
            Missing("owner", None, None, "Nobody stands for it: switch it off and on again, and it acts with your rights.", None)
        ]
    rows = (await tx.execute(select(t).where(t.c.workspace_id == owner.workspace))).all()
    usable = [row for row in rows if may_use(row, owner.actor)]
    found = [one for one in [_trigger(connections, entry, usable, owner, mail)] if one]
    names = named(automation.steps)
    for path, step in every(automation.steps):
        if one := _step(connections, path, step, step.name or names[path], usable, owner) or unaddressed(path, step, owner):
            found.append(one)
    return found


def _trigger(connections: Connections, entry: Entry, usable: list[Any], owner: Member, mail: bool) -> Missing | None:
    match entry.registered.automation.trigger:
        case WebhookReceived(verify=verify) if verify != "none" and not entry.settings.get("secret"):
            said = "Its web address lets nobody in yet: the secret that callers prove themselves with is not set."
            return Missing("secret", None, None, said, None)
        case EmailReceived(connection=None) if not mail:
            said = "Mail cannot come in: the mail door of this server is closed (SAYSO_MAIL_IN_PORT), or choose a mailbox."
            return Missing("mail", "inbox", None, said, "/connections/new?does=inbox")
        case EmailReceived(connection=str(id)):
            return _lacks(connections, id, "inbox", None, "Reading mail", usable, owner)
        case _:
            return None


def _step(connections: Connections, path: str, step: Any, name: str, usable: list[Any], owner: Member) -> Missing | None:
    kind = step.via if step.kind == "send_message" else NEEDS.get(step.kind)
    if kind is None or (step.connection is None and step.kind in WITHOUT):
        return None
    called = CALLED.get(step.kind, name)
    return _lacks(connections, step.connection, kind, path, step.name or called, usable, owner)


def unaddressed(path: str, step: Any, owner: Member) -> Missing | None:
    """A letter to `me`, who cannot be written to."""
    if step.kind != "send_email" or owner.email or ME not in [one.strip().casefold() for one in step.to.split(",")]:
        return None
    said = f"{owner.name} has no e-mail address yet: until then, what is meant for {owner.name} is kept in the workspace."
    return Missing("mail", None, path, said, "/settings/you")


def _lacks(
    connections: Connections, id: str | None, kind: str, path: str | None, name: str, usable: list[Any], owner: Member
) -> Missing | None:
    keys = connections.keys(kind)
    fitting = [row for row in usable if row.kind in keys and (id is None or row.id == id)]
    if fitting:
        return None
    label = connections.labels(keys) if keys else kind
    if id is not None:
        said = f"{name}: the connection that it names is gone, or {owner.name} may not use it."
    elif kind == "email":
        said = f"{name} has no mail server that {owner.name} may use yet: until then, mail is kept in the workspace."
    else:
        said = f"{name} needs a connection ({label}) that {owner.name} may use."
    return Missing("connection", kind, path, said, f"/connections/new?does={kind}")
