"""Apps that this workspace keeps to begin others from."""

from datetime import datetime
from typing import Self

from fastapi import Response

from sayso.data import apps
from sayso.data.copies import templates
from sayso.errors import Invalid, Problem
from sayso.spec.app import App
from sayso.spec.part import NAME_CHARACTERS_MAX
from sayso.team.actor import Actor
from sayso.web.actor import By
from sayso.web.shapes import AppId, Asked, ShortText, Shown, Token
from sayso.web.work import Tx


class WorkspaceTemplate(Shown):
    id: str
    name: str
    description: str
    icon: str
    hue: int
    tables: list[str]
    spec: App
    rows: bool
    """Whether it brings a few rows."""
    by: str
    at: datetime
    mine: bool
    """Whether I may withdraw it."""

    @classmethod
    def of(cls, one: templates.Template, by: Actor) -> Self:
        mine = one.created_by == by.id or by.may("manage")
        return cls(
            id=one.id, name=one.name, description=one.description, icon=one.spec.icon, hue=one.spec.hue,
            tables=[table.name for table in one.spec.tables], spec=one.spec, rows=one.with_rows, by=one.created_by,
            at=one.created_at, mine=mine,
        )  # fmt: skip


class WorkspaceTemplates(Shown):
    items: list[WorkspaceTemplate]
    next: str | None = None


class NewTemplate(Asked):
    app: AppId
    name: ShortText | None = None
    description: str | None = None
    rows: bool = False


async def listed(tx: Tx, by: By) -> WorkspaceTemplates:
    """The workspace's own templates, newest first."""
    return WorkspaceTemplates(items=[WorkspaceTemplate.of(one, by) for one in await templates.listed(tx, by=by)])


async def create(new: NewTemplate, tx: Tx, by: By) -> WorkspaceTemplate:
    """Save an app as a template, with a few of its rows or without."""
    opened = await apps.open_app(tx, new.app, by=by, to="build")
    name = " ".join((new.name or opened.spec.name).split())
    description = (opened.spec.description if new.description is None else new.description).strip()
    if not name or len(name) > NAME_CHARACTERS_MAX or "{" in name or "}" in name:
        raise Invalid(Problem("name", f"has 1 to {NAME_CHARACTERS_MAX} characters, without braces", "Client desk"))
    if len(description) > 2_000:
        raise Invalid(Problem("description", "has at most 2,000 characters"))
    return WorkspaceTemplate.of(await templates.save(tx, opened, name, description, rows=new.rows, by=by), by)


async def remove(id: Token, tx: Tx, by: By) -> Response:
    """Withdraw a template. Apps that were begun from it stay."""
    await templates.withdraw(tx, id, by=by)
    return Response(status_code=204)
