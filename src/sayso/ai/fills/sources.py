"""What a field that a model fills is made of: which fields of which tables, near and behind links."""

from __future__ import annotations

from dataclasses import dataclass

from sayso.ai import inputs as reading
from sayso.ai.fills.wanted import Part, part_of
from sayso.data.open_app import OpenApp
from sayso.data.provenance import filled
from sayso.data.reads import Reads
from sayso.spec.fields import Fill, Link, fill_of


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """`of` holds (table id, field id) of everything that its value is made of."""

    part: Part
    fill: Fill
    of: frozenset[tuple[str, str]]

    @property
    def table(self) -> str:
        return self.part.table.id

    @property
    def field(self) -> str:
        return self.part.field.id

    def reads(self, table: str, fields: list[str] | tuple[str, ...]) -> bool:
        return any((table, field) in self.of for field in fields)

    def links_to(self, table: str) -> list[Link]:
        """The links of its rows that lead to rows of this table."""
        return [f for f in self.part.table.fields if isinstance(f, Link) and f.to == table and (self.table, f.id) in self.of]


def made(app: OpenApp) -> tuple[Made, ...]:
    """Of every field of the app that a model fills."""
    return tuple(_made(app, table.id, field.id) for table in app.spec.tables for field in filled(table))


def _made(app: OpenApp, table_id: str, field_id: str) -> Made:
    part = part_of(app, table_id, field_id)
    fill = fill_of(part.field)
    assert fill is not None
    reads = Reads()
    for near, behind in reading.fields_read(app, part.table, part.job):
        reads.add(app.spec, part.table, near)
        there = app.spec.table(near.to) if isinstance(near, Link) else None
        if there is not None and behind is not None:
            reads.add(app.spec, there, behind)
    for id in (fill.picture.reference, fill.picture.mask) if fill.picture else ():
        if id and (picture := part.table.field(id)) is not None:
            reads.add(app.spec, part.table, picture)
    return Made(part, fill, frozenset(reads.fields - {(table_id, field_id)}))
