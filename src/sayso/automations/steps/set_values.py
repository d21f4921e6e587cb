"""Values for later steps: texts with names filled in, and formulas over the row."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.names.readable import readable
from sayso.automations.steps.opened import opened, table_of
from sayso.automations.steps.step import Doing, Done, Output, PlainStep, RowsStep, StepFailed
from sayso.data.open_app import OpenApp
from sayso.data.row import shown
from sayso.spec.app import App
from sayso.spec.fields import Formula
from sayso.spec.formula import parse, typed
from sayso.spec.table import Table

REMEMBERED_MAX = 100
TOLD_VALUES = 4
TOLD_CHARACTERS = 60


class SetValues(PlainStep):
    kind = "set_values"

    def do(self, step: Any, doing: Doing) -> Done:
        return _done({name: doing.names.value(text) for name, text in step.values.items()})

    def outputs(self, app: App, automation: Any, step: Any) -> tuple[Output, ...]:
        return tuple(Output(name, name, "any") for name in step.values)


class SetFormulas(RowsStep):
    """Where one of the values is a formula, PostgreSQL works it out, as it does for fields."""

    kind = "set_values"

    async def do(self, tx: AsyncConnection, step: Any, doing: Doing) -> Done:
        if doing.row is None:
            raise StepFailed("A formula is worked out for a row, and there is none here.")
        app = await opened(tx, doing, "read")
        table = table_of(app, doing.row.table)
        formulas = {name: text.strip()[1:] for name, text in step.values.items() if text.lstrip().startswith("=")}
        with_them, ids = _with(app, table, formulas)
        rows = await shown(tx, with_them, table_of(with_them, table.id), [doing.row.id])
        if not rows:
            raise StepFailed(f"The row {doing.row.id} of {table.name} is not there any more.")
        worked_out = {name: rows[0]["values"][id] for name, id in ids.items()}
        for name, value in worked_out.items():
            if isinstance(value, dict) and "error" in value:
                raise StepFailed(f"{name} cannot be worked out: {value['error']}")
        return _done({name: worked_out[name] if name in ids else doing.names.value(text) for name, text in step.values.items()})

    def outputs(self, app: App, automation: Any, step: Any) -> tuple[Output, ...]:
        return SetValues().outputs(app, automation, step)


def _done(values: Mapping[str, Any]) -> Done:
    said = [f"{name}: {readable(value)[:TOLD_CHARACTERS] or 'nothing'}" for name, value in list(values.items())[:TOLD_VALUES]]
    return Done(values, "; ".join(said) + ("; …" if len(values) > TOLD_VALUES else ""))


_made: OrderedDict[Any, tuple[OpenApp, App, dict[str, str]]] = OrderedDict()


def _with(app: OpenApp, table: Table, formulas: Mapping[str, str]) -> tuple[OpenApp, dict[str, str]]:
    """The app with these as fields of the table, for this question only; and the ids of those fields. Raises `Invalid`."""
    key = (id(app.spec), table.id, tuple(formulas.items()))
    kept = _made.get(key)
    if kept is None or kept[1] is not app.spec:
        fields: list[Formula] = []
        for n, (name, formula) in enumerate(formulas.items()):
            typed(parse(formula), table, app.spec)
            fields.append(Formula(id=f"worked_out_{n}", name=f"Worked out {n} {name}"[:100], formula=formula))
        longer = table.model_copy(update={"fields": (*table.fields, *fields)})
        spec = app.spec.model_copy(update={"tables": tuple(longer if t.id == table.id else t for t in app.spec.tables)})
        ids = dict(zip(formulas, (f.id for f in fields), strict=True))
        kept = _made[key] = (replace(app, spec=spec), app.spec, ids)
        while len(_made) > REMEMBERED_MAX:
            _made.popitem(last=False)
    return replace(app, spec=kept[0].spec), kept[2]
