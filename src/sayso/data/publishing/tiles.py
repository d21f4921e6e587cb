"""The tiles of a public dashboard: each is published as the view that shows the same, with fields of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import query
from sayso.data.open_app import OpenApp
from sayso.data.publishing import few
from sayso.data.publishing.agreed import Agreed, OfOneTable, agreed_to, fields_in
from sayso.data.publishing.choosing import warning
from sayso.data.publishing.exposed import Exposed, Exposure, listed, rows_said
from sayso.data.query import Query
from sayso.errors import Invalid, Problem
from sayso.spec.app import App
from sayso.spec.fields import AnyField
from sayso.spec.table import Table
from sayso.spec.view import AnyTile, Chart, ChartTile, Dashboard, Grid, ListTile, Measure, NumberTile

FIELDS_SHOWN = 4
"""Of a list that names none, as the workspace shows it."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A tile that could be public, the view that shows the same, and the fields that it tells of. Those of a list can be chosen."""

    tile: AnyTile
    view: OfOneTable
    table: Table
    fields: tuple[AnyField, ...]


def offered(app: App, view: Dashboard) -> tuple[Offered, ...]:
    """Tiles of tables that live elsewhere, or are hidden from whoever asks, are not among them."""
    found: list[Offered] = []
    for tile in view.tiles:
        table = app.table(tile.table)
        if table is None or (table.source is not None and table.source.mode == "live"):
            continue
        ids = _shown_by(tile, table)
        fields = tuple(f for id in dict.fromkeys(ids) if (f := table.field(id)))
        if len(fields) == len(set(ids)) or isinstance(tile, ListTile):
            found.append(Offered(tile, as_view(tile), table, fields))
    return tuple(found)


def as_view(tile: AnyTile) -> OfOneTable:
    match tile:
        case ListTile():
            return Grid(id=tile.id, name=tile.name, table=tile.table, filter=tile.filter, sorts=tile.sorts)
        case ChartTile():
            split = None if tile.shape in ("pie", "donut", "number") else tile.split
            return Chart(
                id=tile.id, name=tile.name, table=tile.table, filter=tile.filter, shape=tile.shape, by=tile.by,
                bucket=tile.bucket, split=split, measure=tile.measure,
            )  # fmt: skip
        case NumberTile():
            over = tile.over if tile.span else None
            return Chart(
                id=tile.id, name=tile.name, table=tile.table, filter=tile.filter, shape="number", by=over, bucket=tile.span,
                measure=tile.measure,
            )  # fmt: skip


def _shown_by(tile: AnyTile, table: Table) -> tuple[str, ...]:
    view = as_view(tile)
    if isinstance(view, Chart):
        return tuple(id for id in (view.by, view.split, view.measure.field) if id)
    assert isinstance(tile, ListTile)
    return tile.fields or tuple(f.id for f in table.fields[:FIELDS_SHOWN])


async def exposure(tx: AsyncConnection, app: OpenApp, view: Dashboard, chosen: tuple[str, ...] | None, rows_max: int) -> Exposure:
    """What anybody with the address would see. `chosen` are tiles, and `tile/field` of lists; None: what we suggest."""
    there = offered(app.spec, view)
    picked = _picked(app.spec, there, chosen)
    agreed = _agreed(app.spec, view, there, picked)
    told = tuple(one for each in there for one in _exposed(app.spec, each, picked))
    sentences = [f"Anybody with the address sees {len(picked)} of the {len(view.tiles)} tiles of {view.name} in {app.spec.name}."]
    rows = 0
    for each in there:
        if each.tile.id in picked:
            total = (await query.page(tx, app, each.table.id, Query(filter=each.view.filter, fields=(), limit=1))).total
            rows += total
            sentences.append(_said(each, picked[each.tile.id], total))
            if isinstance(each.view, Chart) and (alone := await few.said(tx, app, each.table, each.view)):
                sentences.append(f"{each.tile.name}: {alone}")
    missing = len(view.tiles) - len(there)
    if missing:
        sentences.append(f"{missing} {'tile shows' if missing == 1 else 'tiles show'} what cannot be public.")
    sentences.append("They see no history, no comments, no rows behind a figure, and nothing else of this app.")
    refused = "" if there else "None of its tiles can be public: what they show lives elsewhere, or is hidden from you."
    return Exposure(
        view.id, view.name, view.kind, "", "", "view", told, rows, rows_max, tuple(sentences), (), refused, agreed,
    )  # fmt: skip


def _picked(app: App, there: tuple[Offered, ...], chosen: tuple[str, ...] | None) -> dict[str, tuple[str, ...]]:
    """Fields by chosen tile, in the tiles' order."""
    if chosen is None:
        usual = (
            one for one in there if isinstance(one.tile, ListTile) or not any(warning(app, one.table, f) for f in one.fields)
        )
        return {one.tile.id: _fields(app, one, None) for one in usual}
    known = {one.tile.id for one in there} | {f"{one.tile.id}/{f.id}" for one in there for f in one.fields}
    if unknown := [id for id in chosen if id not in known]:
        raise Invalid.of([Problem("fields", f"the dashboard shows no {id[:130]}") for id in unknown])
    if not chosen:
        raise Invalid(Problem("fields", "names at least one tile to show"))
    picked = {one.tile.id: _fields(app, one, chosen) for one in there if one.tile.id in chosen}
    if not picked:
        raise Invalid(Problem("fields", "names at least one tile to show, not only fields of one"))
    return picked


def _fields(app: App, one: Offered, chosen: tuple[str, ...] | None) -> tuple[str, ...]:
    if not isinstance(one.tile, ListTile):
        return tuple(f.id for f in one.fields)
    named = tuple(f.id for f in one.fields if f"{one.tile.id}/{f.id}" in (chosen or ()))
    usual = tuple(f.id for f in one.fields if not warning(app, one.table, f))
    return named or usual or tuple(f.id for f in one.fields[:1])


def _agreed(app: App, view: Dashboard, there: tuple[Offered, ...], picked: dict[str, tuple[str, ...]]) -> Agreed:
    tiles = {o.tile.id: agreed_to(app, o.table, o.view, picked[o.tile.id]) for o in there if o.tile.id in picked}
    order: list[str] = []
    names: dict[str, str] = {}
    for o in there:
        if o.tile.id in picked:
            order.append(o.tile.id)
            names[o.tile.id] = o.tile.name
            lists = o.fields if isinstance(o.tile, ListTile) else ()
            fields = {f"{o.tile.id}/{f.id}": f"{o.tile.name}: {f.name}" for f in lists if f.id in picked[o.tile.id]}
            order += fields
            names |= fields
    known = tuple(tile.id for tile in view.tiles)
    return Agreed(view=view.portable(), order=tuple(order), fields={}, stands={}, known=known, names=names, tiles=tiles)


def _exposed(app: App, one: Offered, picked: dict[str, tuple[str, ...]]) -> Iterator[Exposed]:
    tile, on = one.tile, one.tile.id in picked
    warns = (
        ""
        if isinstance(tile, ListTile)
        else " ".join(dict.fromkeys(filter(None, (warning(app, one.table, f) for f in one.fields))))
    )
    yield Exposed(tile.id, tile.name, tile.kind, on, False, _shows(one), warns)
    if isinstance(tile, ListTile):
        for f in one.fields:
            on_field = on and f.id in picked[tile.id]
            yield Exposed(
                f"{tile.id}/{f.id}", f.name, f.kind, on_field, False, f.kind.replace("_", " "), warning(app, one.table, f)
            )


def _shows(one: Offered) -> str:
    if not isinstance(one.view, Chart):
        return f"rows of {one.table.name}"
    by = [f.name for id in (one.view.by, one.view.split) if id and (f := one.table.field(id))]
    return measured(one.view.measure, one.table) + (f", by {listed(by)}" if by else "")


def measured(measure: Measure, table: Table) -> str:
    field = table.field(measure.field) if measure.field else None
    return f"number of {table.name}" if field is None else f"{measure.summary} of {field.name} in {table.name}"


def _said(one: Offered, fields: tuple[str, ...], total: int) -> str:
    tile, view = one.tile, one.view
    which = "that meet its conditions" if view.filter.of else "all of them"
    if isinstance(tile, ListTile):
        names = listed([f.name for f in one.fields if f.id in fields])
        text = f"{tile.name}: up to {tile.rows} of {rows_said(total)} of {one.table.name} ({which}), with {names}."
    else:
        text = f"{tile.name}: {_shows(one)}, over {rows_said(total)} now ({which})."
    told = [*fields_in(view.filter), *(s.field for s in view.sorts)]
    secret = [f.name for id in dict.fromkeys(told) if id not in fields and (f := one.table.field(id))]
    return f"{text} It tells something of {listed(secret)}, though the values are not shown." if secret else text
