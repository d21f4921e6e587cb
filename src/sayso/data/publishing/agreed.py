"""What a person agreed to show. It is kept with the share, and the share shows nothing else, however the app changes."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, TypeAdapter

from sayso.errors import Invalid
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Formula, Link, Lookup, Rollup
from sayso.spec.filter import Condition, Filter
from sayso.spec.formula import names_in
from sayso.spec.table import Table
from sayso.spec.view import AnyView, Board, Calendar, Chart, Dashboard, Form, Gallery, Grid, Timeline

Published = Grid | Board | Gallery | Calendar | Timeline | Chart | Form | Dashboard
OfOneTable = Grid | Board | Gallery | Calendar | Timeline | Chart
"""What shows rows, or figures over them; a dashboard is several of these."""
DEPTH_MAX = 8

_view: TypeAdapter[AnyView] = TypeAdapter(AnyView)


class Agreed(BaseModel):
    """`view` as it was; `fields` that are shown, in this `order` (the database keeps none of keys), `stands` those that its filter, order or shape stands on, each with a digest of what it
    shows; `known` are all fields of the table that there were; `names` how they were called. Of a dashboard, `tiles` holds what was agreed
    to of each tile, `order` names tiles and, of lists, `tile/field`, and `known` all tiles that there were."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    view: dict[str, Any]
    order: tuple[str, ...]
    fields: dict[str, str]
    stands: dict[str, str]
    known: tuple[str, ...]
    names: dict[str, str]
    tiles: dict[str, Agreed] = {}

    @property
    def shape(self) -> Published:
        return _view.validate_python(self.view)

    @property
    def rows_of(self) -> OfOneTable:
        """Of a tile: the view that shows the same."""
        found = self.shape
        assert not isinstance(found, (Form, Dashboard))
        return found

    @property
    def tables(self) -> tuple[str, ...]:
        """Ids of the tables that it tells of."""
        return tuple(dict.fromkeys(id for one in self.tiles.values() for id in one.tables)) or tuple(
            filter(None, (self.view.get("table"),))
        )

    @property
    def fingerprint(self) -> str:
        """What the screen showed, in a word: a yes counts only for this."""
        told = self.model_dump(mode="json", exclude=set() if self.tiles else {"tiles"})
        return sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]

    def shown(self, app: App) -> tuple[AnyField, ...]:
        """The fields that are there still, and show what they showed."""
        table = self.table(app)
        fields = [table.field(id) for id in self.order if id in self.fields] if table else []
        return tuple(f for f in fields if f is not None and table and self.fields[f.id] == digest_of(app, table, f))

    def stands_still(self, app: App) -> bool:
        """Whether the rows can still be told as they were when this was agreed to; of a dashboard, those of any tile."""
        if isinstance(self.shape, Dashboard):
            return bool(self.showing(app))
        table = self.table(app)
        if table is None:
            return False
        found = {id: table.field(id) for id in self.stands}
        return all(f is not None and digest_of(app, table, f) == self.stands[id] for id, f in found.items())

    def showing(self, app: App) -> dict[str, Agreed]:
        """The tiles that still show what they showed."""
        return {id: one for id, one in self.tiles.items() if one.stands_still(app) and (one.shown(app) or not one.fields)}

    def table(self, app: App) -> Table | None:
        return app.table(self.view.get("table", ""))


def agreed_to(app: App, table: Table, view: Published, fields: tuple[str, ...]) -> Agreed:
    """`fields` are ids of the table, in the order in which they are shown."""
    chosen = {id: table.field(id) for id in fields}
    stands = {id: table.field(id) for id in sorted(set(_stands_on(view)))}
    names = {f.id: f.name for f in (*chosen.values(), *stands.values()) if f is not None}
    return Agreed(
        view=view.portable(),
        order=fields,
        fields={id: digest_of(app, table, f) for id, f in chosen.items() if f is not None},
        stands={id: digest_of(app, table, f) for id, f in stands.items() if f is not None},
        known=tuple(f.id for f in table.fields),
        names=names,
    )


def needed(view: Published) -> tuple[str, ...]:
    """Fields that cannot be left out: without them this kind of view shows nothing."""
    match view:
        case Board():
            found = (view.by,)
        case Calendar():
            found = (view.start, view.end)
        case Timeline():
            found = (view.start, view.end, view.by)
        case Chart():
            found = (view.by, view.split, view.measure.field)
        case Gallery():
            found = (view.cover,)
        case _:
            found = ()
    return tuple(dict.fromkeys(id for id in found if id))


def _stands_on(view: Published) -> Iterator[str]:
    if isinstance(view, (Form, Dashboard)):
        return
    yield from fields_in(view.filter)
    yield from (sort.field for sort in view.sorts)
    yield from needed(view)


def fields_in(filter: Filter) -> Iterator[str]:
    """The fields of this table that a filter asks: of a condition over links, the first link."""
    for one in filter.of:
        if isinstance(one, Condition):
            yield one.via[0] if one.via else one.field
        else:
            yield from fields_in(one)


def digest_of(app: App, table: Table, field: AnyField) -> str:
    """Changes when the field shows something else: another kind, or computed from other things. Names and choices do not count."""
    told = orjson.dumps(_meaning(app, table, field, 0), option=orjson.OPT_SORT_KEYS)
    return sha256(told).hexdigest()[:16]


def _meaning(app: App, table: Table, field: AnyField, depth: int) -> Any:
    if depth > DEPTH_MAX:
        return [table.id, field.id]
    own = [table.id, field.id, field.kind]
    match field:
        case Link():
            there = app.table(field.to)
            title = there.title_field if there else None
            return [*own, field.to, _meaning(app, there, title, depth + 1) if there and title else None]
        case Lookup():
            return [*own, *_through(app, table, field.link, field.field, depth)]
        case Rollup():
            where = [one.model_dump(mode="json") for one in field.where]
            return [*own, field.summary, where, *_through(app, table, field.link, field.field, depth)]
        case Formula():
            return [*own, _unnamed(app, table, field, depth)]
        case _:
            return own


def _through(app: App, table: Table, link_id: str, field_id: str | None, depth: int) -> list[Any]:
    link = table.field(link_id)
    there = app.table(link.to) if isinstance(link, Link) else None
    field = there.field(field_id) if there and field_id else None
    return [link_id, there.id if there else None, _meaning(app, there, field, depth + 1) if there and field else field_id]


def _unnamed(app: App, table: Table, field: Formula, depth: int) -> Any:
    """The formula with what its fields mean: a renamed field changes its text, and nothing that it shows."""
    try:
        names = sorted(names_in(field.formula))
    except Invalid:
        return field.formula
    text, meant = field.formula, []
    for path in names:
        first = table.named(path[0])
        last, there = first, table
        if len(path) > 1 and isinstance(first, Link):
            linked = app.table(first.to)
            last, there = (linked.named(path[1]), linked) if linked else (None, table)
        meant.append(_meaning(app, there, last, depth + 1) if last is not None else list(path))
        for name, found in zip(path, (first, last), strict=False):
            text = text.replace(f"{{{name}}}", f"{{{found.id}}}") if found is not None else text
    return [text, sorted(map(str, meant))]
