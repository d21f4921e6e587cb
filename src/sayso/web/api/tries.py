"""One answer of a field's model, to look at: nothing is written."""

import base64
from typing import Annotated, Any

from fastapi import Request
from pydantic import Field, TypeAdapter, ValidationError

from sayso import db
from sayso.ai import inputs, job, work
from sayso.data import apps
from sayso.errors import Invalid, NotFound, Problem
from sayso.spec.app import App
from sayso.spec.check import check
from sayso.spec.fields import AnyField, Fill, fill_of
from sayso.spec.fields.fill import PROMPT_CHARACTERS_MAX
from sayso.spec.portable import invalid_from
from sayso.spec.table import Table
from sayso.web.actor import By
from sayso.web.api.slots import ModelName
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, Json, PartId, RowId, Shown
from sayso.web.work import Engine, Once


class NewTry(Asked):
    """`field` is a field as it would be, before it is kept; `prompt` and `model` are others than its own."""

    row: RowId
    prompt: Annotated[str, Field(max_length=PROMPT_CHARACTERS_MAX)] | None = None
    model: ModelName | None = None
    field: Json | None = None


class Tried(Shown):
    state: str
    """written, review, failed or refused."""
    value: Any
    """As the field holds it; of pictures see `pictures`."""
    text: str
    problem: str | None
    model: str
    provider: str
    cost: str | None
    """Dollars; null when the price is not known."""
    tokens: dict[str, int]
    ms: int
    confidence: float | None
    calls: int
    attempts: int
    version: str
    pictures: list[str] = []
    """Data URLs."""


async def create(
    app: AppId, table: PartId, field: PartId, new: NewTry, request: Request, engine: Engine, once: Once, by: By
) -> Tried:
    """What a model would write into a field of one row. Charged like any other call; nothing is written."""
    gateway = parts(request).gateway
    async with db.transaction(engine) as tx:
        opened = await apps.open_app(tx, app, by=by, to="write")
        opened.must("edit", table)
        home = opened.spec.table(table)
        if home is None:
            raise NotFound(f"{opened.spec.name} has no table {table}.")
        one, fill = _filled(opened.spec, home, field, new)
        asked = job.of_field(opened.spec, home, one, fill)
        read = await inputs.gathered(tx, opened, table, [new.row], asked)
    if not read:
        raise NotFound(f"{home.name} has no row {new.row}.")
    caller = gateway.caller(by.workspace, app=app, member=by.member, name=by.name)
    outcome = await work.do(gateway, caller, asked, read[0], new.model)
    pictures = [f"data:{p.type};base64,{base64.b64encode(p.content).decode()}" for p in outcome.pictures]
    return Tried(**{k: v for k, v in outcome.as_json().items() if k != "first_ms"}, pictures=pictures)


def _filled(spec: App, table: Table, id: str, new: NewTry) -> tuple[AnyField, Fill]:
    field = _checked(spec, table, _field(new.field)) if new.field is not None else table.field(id)
    if field is None:
        raise NotFound(f"{table.name} has no field {id}.")
    fill = fill_of(field)
    if fill is None:
        raise Invalid(
            Problem("field", f"{field.name} is not filled by a model", '"fill": {"task": "summarise", "prompt": "{Notes}"}')
        )
    return field, fill if new.prompt is None else fill.model_copy(update={"prompt": new.prompt})


def _checked(spec: App, table: Table, field: AnyField) -> AnyField:
    """A field that is tried before it is kept keeps the rules of one that is. Raises `Invalid`."""
    others = tuple(f for f in table.fields if f.id != field.id)
    with_it = table.model_copy(update={"fields": (*others, field)})
    trial = spec.model_copy(update={"tables": tuple(with_it if t.id == table.id else t for t in spec.tables)})
    at = f"tables/{table.id}/fields/{field.id}"
    if wrong := [p for p in check(trial) if p.path == at or p.path.startswith(f"{at}/")]:
        raise Invalid.of(Problem(p.path.replace(at, "field", 1), p.reason, p.example) for p in wrong)
    return field


def _field(raw: dict[str, Any]) -> AnyField:
    try:
        return _FIELD.validate_python(raw)
    except ValidationError as error:
        raise invalid_from(error, raw) from None


_FIELD: TypeAdapter[Any] = TypeAdapter(AnyField)
