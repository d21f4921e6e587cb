"""Where the rows of an import go, settled before the first one is read."""

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps
from sayso.data.imports.kept import Import
from sayso.data.open_app import OpenApp
from sayso.errors import Invalid, NotFound, Problem
from sayso.spec.app import App
from sayso.spec.change import Add, Change
from sayso.spec.fields import AnyField, Link
from sayso.spec.part import id_from
from sayso.spec.table import Table
from sayso.spec.view import Grid
from sayso.team.actor import Actor

_FIELD: TypeAdapter[AnyField] = TypeAdapter(AnyField)


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of one column: `field` names one of the table, `kind` makes a new one, neither leaves it out.

    `to` with the kind `link` names the table (of the same app) whose rows the column's values name by their titles.
    """

    column: str
    field: str | None = None
    kind: str | None = None
    name: str | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """`fields` pairs the place of a column in the file with the field it fills; `made` says what was made for it."""

    app: str
    table: str
    fields: tuple[tuple[int, str], ...]
    made: str | None = None

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Target":
        return cls(stored["app"], stored["table"], tuple((i, f) for i, f in stored["fields"]), stored["made"])

    def stored(self) -> dict[str, Any]:
        return {"app": self.app, "table": self.table, "fields": [list(f) for f in self.fields], "made": self.made}


async def settled(
    tx: AsyncConnection,
    one: Import,
    *,
    app: str | None,
    table: str | None,
    name: str | None,
    choices: list[Choice] | None,
    by: Actor,
) -> Target:
    """Makes the app or the table when there is none yet. Raises `Invalid` with every problem of the choices."""
    columns = one.preview["columns"]
    by_name = {c["name"]: (i, c) for i, c in enumerate(columns)}
    wanted = choices if choices is not None else [Choice(c["name"], kind=c["kind"]) for c in columns]
    if unknown := [c.column for c in wanted if c.column not in by_name]:
        raise Invalid.of(Problem(f"columns/{u}", "The file has no such column", next(iter(by_name), None)) for u in unknown)
    title = name or _titled(one.name)
    if app is not None and table is not None:
        opened = await apps.open_app(tx, app, by=by, to="write")
        opened.must("add", table)
        return _into(opened, table, wanted, by_name, matched=choices is None)
    opened = await apps.open_app(tx, app, by=by, to="build") if app is not None else None
    new, fields = _new_table(title, opened.spec if opened else None, wanted, by_name)
    if opened is not None:
        grid = Grid(
            id=id_from(title, {v.id for v in opened.spec.views}),
            name=_free(title, {v.name for v in opened.spec.views}),
            table=new.id,
        )
        change = Change(title=f"Import {one.name}", steps=(Add(part="table", value=new), Add(part="view", value=grid)))
        changed = await apps.change(tx, opened, change, by=by, note=f"Import {one.name}")
        return Target(changed.id, new.id, fields, "table")
    spec = App(
        id=id_from(title),
        name=title,
        icon="table",
        tables=(new,),
        views=(Grid(id="all", name=f"All {title.lower()}"[:120], table=new.id),),
    )
    return Target((await apps.create(tx, spec, by=by, note=f"Import {one.name}")).id, new.id, fields, "app")


def _titled(name: str) -> str:
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("_", " ").replace("-", " ").replace("{", "(").replace("}", ")")
    stem = " ".join(stem.split())[:80]
    return stem[:1].upper() + stem[1:] or "Imported rows"


def _free(name: str, taken: set[str]) -> str:
    folded, fresh, n = {t.casefold() for t in taken}, name, 2
    while fresh.casefold() in folded:
        fresh, n = f"{name} {n}", n + 1
    return fresh


def _into(app: OpenApp, table_id: str, wanted: list[Choice], by_name: dict[str, tuple[int, Any]], *, matched: bool) -> Target:
    table = app.spec.table(table_id)
    if table is None:
        raise NotFound(f"{app.spec.name} has no table {table_id[:60]!r}.")
    pairs: list[tuple[int, str]] = []
    problems: list[Problem] = []
    read_only = app.sight.read_only(table.id)
    for choice in wanted:
        field = table.named(choice.column) if matched else table.field(choice.field) if choice.field else None
        if choice.field and field is None:
            problems.append(
                Problem(f"columns/{choice.column}", f"{table.name} has no field {choice.field[:60]!r}", table.fields[0].id)
            )
        elif field is not None and (not field.writable or field.id in read_only):
            if not matched:
                why = "is not for you to change" if field.writable else "is worked out by the app and cannot be filled"
                problems.append(Problem(f"columns/{choice.column}", f"{field.name} {why}"))
        elif field is not None and field.id in {f for _, f in pairs}:
            problems.append(Problem(f"columns/{choice.column}", f"{field.name} is filled by another column already"))
        elif field is not None:
            pairs.append((by_name[choice.column][0], field.id))
    filled = {f for _, f in pairs}
    problems += [
        Problem(f"fields/{f.id}", f"{f.name} is needed, and no column fills it")
        for f in table.fields
        if f.required and f.writable and f.id not in filled and f.id not in read_only
    ]
    if not pairs and not problems:
        names = ", ".join(f.name for f in table.fields[:6])
        problems.append(
            Problem("columns", f"No column of the file has the name of a field of {table.name}; say which fills which", names)
        )
    if problems:
        raise Invalid.of(problems)
    return Target(app.id, table.id, tuple(pairs))


def _new_table(
    title: str, app: App | None, wanted: list[Choice], by_name: dict[str, tuple[int, Any]]
) -> tuple[Table, tuple[tuple[int, str], ...]]:
    taken_names = {t.name for t in app.tables} if app else set[str]()
    taken_ids = {t.id for t in app.tables} if app else set[str]()
    name = _free(title, taken_names)
    table_id = id_from(name, taken_ids)
    fields: list[AnyField] = []
    pairs: list[tuple[int, str]] = []
    problems: list[Problem] = []
    for choice in wanted:
        if choice.kind is None:
            continue
        place, column = by_name[choice.column]
        fresh = _free(choice.name or choice.column, {f.name for f in fields})
        made: dict[str, Any] = {**(column["field"] if choice.kind == column["kind"] else {"kind": choice.kind}), "name": fresh}
        made["id"] = id_from(fresh, {f.id for f in fields})
        if choice.kind == "link":
            made |= {"to": choice.to or "", "many": False}
        if choice.kind in ("select", "multi_select") and "options" not in made:
            problems.append(Problem(f"columns/{choice.column}", "has too many different values to be choices", column["kind"]))
            continue
        try:
            fields.append(_FIELD.validate_python(made))
            pairs.append((place, made["id"]))
        except ValidationError:
            problems.append(
                Problem(f"columns/{choice.column}", f"cannot become a field of the kind {choice.kind[:40]}", column["kind"])
            )
    if problems:
        raise Invalid.of(problems)
    if not fields:
        raise Invalid(Problem("columns", "No column is taken; a table needs at least one", next(iter(by_name), None)))
    title_field = next((f for f in fields if f.kind in ("text", "autonumber", "email")), fields[0])
    return Table(
        id=table_id,
        name=name,
        fields=tuple(fields),
        title=None if title_field is fields[0] or isinstance(title_field, Link) else title_field.id,
    ), tuple(pairs)
