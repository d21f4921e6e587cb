"""That a connected table can be filled from where it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cronsim import CronSim, CronSimError

from sayso.errors import Problem
from sayso.spec.app import App
from sayso.spec.fields import File, Image, Link
from sayso.spec.source import Source
from sayso.spec.table import Table


def problems(app: App) -> Iterator[Problem]:
    for table in app.tables:
        if table.source is not None:
            at = f"tables/{table.id}/source"
            yield from _fields(at, table, table.source)
            yield from _rules(at, table.source)
    live = {t.id: t for t in app.tables if t.source is not None and t.source.mode == "live"}
    for table in app.tables if live else ():
        for field in table.fields:
            if isinstance(field, Link) and (table.id in live or field.to in live):
                name = (live.get(field.to) or table).name
                yield Problem(
                    f"tables/{table.id}/fields/{field.id}",
                    f"{name} is read live, and links need rows that are here",
                    '"mode": "synced"',
                )


def _fields(at: str, table: Table, source: Source) -> Iterator[Problem]:
    for id in source.fields:
        field = table.field(id)
        if field is None:
            known = ", ".join(f.id for f in table.fields[:8])
            yield Problem(f"{at}/fields/{id}", f"{table.name} has no field {id!r}", known or None)
        elif not field.writable or isinstance(field, (Link, File, Image)):
            yield Problem(f"{at}/fields/{id}", f"{field.name} cannot be filled from a source", "a text, number or date")
    if not source.fields and table.fields:
        yield Problem(f"{at}/fields", "no column fills a field yet", f'{{"{table.fields[0].id}": "{source.key[0]}"}}')


def _rules(at: str, source: Source) -> Iterator[Problem]:
    if len(set(source.key)) < len(source.key):
        yield Problem(f"{at}/key", "names a column twice", source.key[0])
    if source.mode == "live" and source.writes:
        yield Problem(f"{at}/writes", "only a synced table can be written back", '"mode": "synced"')
    if source.cron is not None:
        try:
            if len(source.cron.split()) != 5:
                raise CronSimError("five fields")
            next(CronSim(source.cron, datetime(2026, 1, 1)))
        except (CronSimError, StopIteration):
            yield Problem(
                f"{at}/cron", f"{source.cron!r} is no schedule of five fields (minute hour day month weekday)", "*/15 * * * *"
            )
