"""Figures that tell of single rows: a sum over one row is that row's own value, whatever a chart calls it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import groups
from sayso.data.open_app import OpenApp
from sayso.spec.filter import Grouping
from sayso.spec.table import Table
from sayso.spec.view import Chart


async def said(tx: AsyncConnection, app: OpenApp, table: Table, view: Chart) -> str:
    """A sentence for whoever decides, or nothing."""
    field = table.field(view.measure.field) if view.measure.field else None
    if field is None:
        return ""
    by = Grouping(field=view.by, bucket=view.bucket) if view.by else None
    split = Grouping(field=view.split) if view.split else None
    found, total = await groups.aggregated(tx, app, table.id, by=by, split=split, filter=view.filter)
    counts = [one.value for one in found] or [total]
    alone = counts.count(1)
    if not alone:
        return ""
    if len(counts) == 1:
        return f"Its figure is over one row: it tells that row's own {field.name}."
    which = "is over one row" if alone == 1 else "are over one row each"
    return f"{alone} of its {len(counts)} figures {which}: such a figure tells that row's own {field.name}."
