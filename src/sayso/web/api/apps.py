"""Apps: what a team uses."""

from datetime import UTC, datetime
from typing import Literal, Self, get_args

from fastapi import Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import examples
from sayso.data import apps, samples
from sayso.data.copies import jobs, templates
from sayso.data.open_app import OpenApp
from sayso.errors import Invalid, Problem
from sayso.spec.app import App, app_from
from sayso.spec.change import Alter, Change, Face, face
from sayso.team.actor import Actor
from sayso.team.roles import RIGHTS
from sayso.web.actor import By
from sayso.web.problems import problems_of
from sayso.web.shapes import AppId, Asked, Hue, Json, May, ShortText, Shown
from sayso.web.work import Tx


class AppLine(Shown):
    """An app in a list."""

    id: str
    name: str
    description: str
    icon: str
    hue: int
    tables: int
    rows: int
    version: int
    updated_at: datetime


class AppLines(Shown):
    items: list[AppLine]
    next: str | None = None


RowVerb = Literal["read", "comment", "add", "edit", "delete", "export"]
ROW_VERBS: tuple[RowVerb, ...] = get_args(RowVerb)


class TableMay(Shown):
    """What may be done with the rows of one table. Values of `read_only` fields are shown, and cannot be changed."""

    may: list[RowVerb]
    read_only: list[str] = []


class CopiedFrom(Shown):
    id: str
    name: str


class AppState(Shown):
    """An app as the one who asks sees it now, and what they may do with it."""

    id: str
    version: int
    spec: App
    may: list[May]
    tables: dict[str, TableMay] | None = None
    """By table, where that is limited for the one who asks; null when `may` says all there is to say."""
    copy_of: CopiedFrom | None = None
    """Of a copy to work on: the live app."""
    samples: bool
    """Whether there are sample rows, which one request removes."""

    @classmethod
    async def of(cls, tx: AsyncConnection, app: OpenApp) -> Self:
        may: list[May] = [right for right in RIGHTS if app.may(right)]
        tables = None if app.sight.whole else {table.id: _may(app, table.id) for table in app.spec.tables}
        live = await jobs.live_of(tx, app.number) if app.may("build") else None
        of = CopiedFrom(id=live[0], name=live[1]) if live else None
        return cls(
            id=app.id, version=app.version, spec=app.spec, may=may, tables=tables, samples=await samples.there(tx, app), copy_of=of
        )  # fmt: skip


def _may(app: OpenApp, table: str) -> TableMay:
    may: list[RowVerb] = [what for what in ROW_VERBS if app.may(what, table)]
    return TableMay(may=may, read_only=sorted(app.sight.read_only(table)))


class NewApp(Asked):
    """Either a spec or the id of a template."""

    spec: Json | None = None
    template: ShortText | None = None


class AppChange(Asked):
    name: ShortText | None = None
    description: str | None = None
    icon: ShortText | None = None
    hue: Hue | None = None
    zone: ShortText | None = None


async def listed(tx: Tx, by: By) -> AppLines:
    """Every app that the one who asks may see."""
    return AppLines(
        items=[AppLine(**{f: getattr(line, f) for f in AppLine.model_fields}) for line in await apps.listed(tx, by=by)]
    )


async def create(new: NewApp, tx: Tx, by: By) -> AppState:
    """A new app, from a spec or a template. A template brings a few rows, which one request removes."""
    by.must("build")
    if (new.spec is None) == (new.template is None):
        raise Invalid(Problem("spec", "says the app; or template names one", '{"template": "hiring"}'))
    if new.spec is not None:
        return await AppState.of(tx, await apps.create(tx, app_from(new.spec), by=by))
    if (new.template or "").startswith("tp_"):
        return await AppState.of(tx, await _from_template(tx, new.template or "", by))
    example = examples.load(new.template or "")
    made = await apps.create(tx, example.spec, by=by)
    await samples.put(tx, made, examples.rows(example, datetime.now(UTC).date(), [by.member] if by.member else []))
    return await AppState.of(tx, made)


async def _from_template(tx: AsyncConnection, id: str, by: Actor) -> OpenApp:
    """One of the workspace's own."""
    template = await templates.read(tx, id, by=by)
    made = await apps.create(tx, template.spec, by=by, note=f"Begun from the template {template.name}")
    if template.with_rows:
        await samples.put(tx, made, await templates.rows_of(tx, id, by=by))
    return made


async def show(app: AppId, tx: Tx, by: By) -> AppState:
    """An app, whole."""
    return await AppState.of(tx, await apps.open_app(tx, app, by=by))


async def update(app: AppId, change: AppChange, tx: Tx, by: By) -> AppState:
    """Change what an app is called and how it looks; a version like every change."""
    opened = await apps.open_app(tx, app, by=by, to="build")
    try:
        looks = Face.model_validate({**face(opened.spec).model_dump(), **change.model_dump(exclude_none=True)})
    except ValidationError as error:
        raise Invalid.of(problems_of(error.errors(include_url=False, include_input=False))) from None
    changed = await apps.change(tx, opened, Change(steps=(Alter(part="app", value=looks),)), by=by)
    return await AppState.of(tx, changed)


async def remove(app: AppId, tx: Tx, by: By) -> Response:
    """Move an app to the trash."""
    await apps.remove(tx, await apps.open_app(tx, app, by=by, to="build"), by=by)
    return Response(status_code=204)


async def remove_samples(app: AppId, tx: Tx, by: By) -> Response:
    """Remove the sample rows that came with the app."""
    await samples.remove(tx, await apps.open_app(tx, app, by=by, to="write"), by=by)
    return Response(status_code=204)
