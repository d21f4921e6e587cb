"""What there is: apps, and what one of them is made of."""

from typing import Annotated, Any

from pydantic import Field

from sayso import db
from sayso.coworkers import roster
from sayso.data import apps, everywhere
from sayso.data.open_app import OpenApp
from sayso.spec.automation import ButtonPressed, Called
from sayso.spec.fields import AnyField, Formula, Link, MultiSelect, Select
from sayso.spec.view import Dashboard, Form
from sayso.web.mcp.tools import places
from sayso.web.mcp.tools.tool import Asks, At, Tool

OPTIONS_TOLD_MAX = 60
Said = Annotated[str, Field(min_length=1, max_length=120)]


class Nothing(Asks):
    pass


class OneApp(Asks):
    app: Annotated[Said, Field(description="id or name")]


class Words(Asks):
    words: Annotated[str, Field(min_length=1, max_length=200)]


async def listed(at: At, asked: Nothing) -> dict[str, Any]:
    async with db.transaction(at.known.engine) as tx:
        lines = await apps.listed(tx, by=at.by)
        here = [one for one in await roster.listed(tx, by=at.by) if one.app is None]
    return {
        "apps": [
            {"app": line.id, "name": line.name, "description": line.description, "tables": line.tables, "rows": line.rows}
            for line in lines
        ],
        "coworkers": [_coworker(one) for one in here],
        "you": {"name": at.by.name, "may": list(at.by.rights)},
    }


async def described(at: At, asked: OneApp) -> dict[str, Any]:
    async with db.transaction(at.known.engine) as tx:
        app = await places.app(tx, at, asked.app)
        here = await roster.listed(tx, by=at.by, app=app.id)
    return {
        "app": app.id,
        "name": app.spec.name,
        "description": app.spec.description,
        "time_zone": app.spec.zone,
        "tables": [
            {"table": table.id, "name": table.name, "fields": {f.id: _field(f) for f in table.fields}}
            for table in app.spec.tables
        ],
        "views": [
            {"view": view.id, "name": view.name, "kind": view.kind, "table": view.table}
            for view in app.spec.views
            if not isinstance(view, Form | Dashboard)
        ],
        "forms": [_form(app, view) for view in app.spec.views if isinstance(view, Form)],
        "automations": [_automation(one) for one in app.spec.automations],
        "coworkers": [_coworker(one) for one in here],
    }


async def searched(at: At, asked: Words) -> dict[str, Any]:
    async with db.transaction(at.known.engine) as tx:
        found = await everywhere.find(tx, asked.words, by=at.by)
    kept = ("kind", "id", "name", "app", "table", "view")
    return {"found": [{name: value for name in kept if (value := getattr(one, name)) is not None} for one in found]}


def _field(field: AnyField) -> str:
    said = field.kind if field.name.casefold() == field.id.replace("_", " ") else f"{field.kind}, “{field.name}”"
    match field:
        case Select() | MultiSelect():
            said += ": " + ", ".join(option.name for option in field.options[:OPTIONS_TOLD_MAX])
        case Link():
            said += f" to {field.to}, ids of rows" + ("" if field.many else ", one")
        case Formula():
            said += ", worked out"
        case _ if getattr(field, "currency", None):
            said += f" in {getattr(field, 'currency', '')}"
        case _:
            pass
    return said + (", needed" if field.required else "")


def _form(app: OpenApp, form: Form) -> dict[str, Any]:
    table = app.spec.table(form.table)
    asked = [one.field for one in form.fields] or [f.id for f in (table.fields if table else ()) if f.writable]
    return {"form": form.id, "name": form.name, "table": form.table, "fields": asked}


def _automation(one: Any) -> dict[str, Any]:
    told = {"automation": one.id, "name": one.name, "trigger": one.trigger.kind}
    if isinstance(one.trigger, ButtonPressed):
        told |= {"table": one.trigger.table, "label": one.trigger.label}
    if isinstance(one.trigger, Called):
        told |= {"inputs": [f"{i.name} ({i.kind}{', needed' if i.required else ''})" for i in one.trigger.inputs]}
    return told


def _coworker(one: roster.Found) -> dict[str, Any]:
    return {"coworker": one.key, "name": one.coworker.name, "description": one.coworker.description}


TOOLS = (
    Tool("list_apps", "List apps", "The apps of this workspace, the co-workers that belong to no app, and what you may do.", Nothing, listed),
    Tool(
        "describe_app",
        "Describe an app",
        "An app's tables with their fields and choices, its views, forms, automations and co-workers. Call it before you read or write rows.",
        OneApp,
        described,
    ),
    Tool("search", "Search", "Apps, tables, views and rows whose name holds these words, in every app.", Words, searched),
)  # fmt: skip
