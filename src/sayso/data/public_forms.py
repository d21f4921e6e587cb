"""Forms that strangers fill in: what a link opens, and the one thing that it allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps, events, rows
from sayso.data.open_app import OpenApp
from sayso.db import tables as t
from sayso.errors import Invalid, NotFound, Problem
from sayso.spec.table import Table
from sayso.spec.view import Form
from sayso.team import links
from sayso.team.actor import Actor

NOT_FOR_STRANGERS = frozenset({"person", "link"})
"""Kinds that a public form never asks: their choices are the team's own people and rows."""
NOT_OPEN = "This form is not open, or no longer."


@dataclass(frozen=True, slots=True)
class PublicForm:
    """A form behind a link, with what its page shows of the workspace: its name and its colour."""

    app: OpenApp
    form: Form
    table: Table
    workspace: str
    hue: int

    @property
    def name(self) -> str:
        return self.form.name


async def opened(tx: AsyncConnection, token: str) -> PublicForm:
    """The form behind a link. Raises `NotFound` when the link, the app, the view or its table is gone."""
    link = await links.form(tx, token)
    query = (
        select(t.apps.c.id, t.workspaces.c.name, t.workspaces.c.hue)
        .join_from(t.apps, t.workspaces, t.apps.c.workspace_id == t.workspaces.c.id)
        .where(t.apps.c.number == link.app, t.apps.c.workspace_id == link.workspace)
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise NotFound(NOT_OPEN)
    app = await apps.open_app(tx, row.id, by=_stranger(link), to="write")
    form = app.spec.view(link.view)
    table = app.spec.table(form.table) if isinstance(form, Form) else None
    if not isinstance(form, Form) or table is None:
        raise NotFound(NOT_OPEN)
    return PublicForm(app, form, table, row.name, row.hue)


async def add(tx: AsyncConnection, form: PublicForm, values: Mapping[str, Any]) -> None:
    """Adds the row. Only fields that the form asks for are taken, whatever was sent."""
    asked = {one.field for one in form.form.fields} or {f.id for f in form.table.fields}
    with events.told_with(form=form.form.id):
        await rows.create(tx, form.app, form.table.id, {id: value for id, value in values.items() if id in asked}, by=form.app.by)


def _stranger(link: links.FormLink) -> Actor:
    """May write here and now, because only `add` is ever called with it."""
    return Actor("link", link.workspace, None, "member", "Public form")


async def shared(
    tx: AsyncConnection, app: OpenApp, view_id: str, *, by: Actor, expires_at: datetime | None = None
) -> links.FormLink:
    """Makes a form public. Raises `NotFound` for the view, `Invalid` when it is no form or could never be sent by strangers."""
    form = _form(app, view_id)
    table = app.spec.table(form.table)
    asked = {one.field: one.required for one in form.fields}
    for field in table.fields if table else ():
        if field.kind in NOT_FOR_STRANGERS and (field.required or asked.get(field.id)):
            raise Invalid(
                Problem(f"views/{view_id}", f"{field.name} is required, but strangers are not shown your team's people and rows")
            )
    return await links.share_form(tx, app.number, view_id, by=by, expires_at=expires_at)


async def listed(tx: AsyncConnection, app: OpenApp, view_id: str, *, by: Actor) -> tuple[links.FormLink, ...]:
    _form(app, view_id)
    return await links.forms_listed(tx, app.number, view_id, by=by)


async def withdrawn(tx: AsyncConnection, app: OpenApp, view_id: str, token: str, *, by: Actor) -> None:
    """Raises `NotFound` when this form has no such link."""
    if token not in {link.token for link in await listed(tx, app, view_id, by=by)}:
        raise NotFound("There is no such link.")
    await links.withdraw_form(tx, token, by=by)


def _form(app: OpenApp, view_id: str) -> Form:
    view = app.spec.view(view_id)
    if view is None:
        raise NotFound(f"{app.spec.name} has no view {view_id}.")
    if not isinstance(view, Form):
        raise Invalid(Problem("view", f"{view.name} is no form; only forms can be filled in by strangers"))
    return view
