"""What an order of rows stands on: which fields of which tables, and whether it moves with the clock."""

from dataclasses import dataclass, field

from sayso.data.rights.granted import conditions
from sayso.data.rights.sight import Sight
from sayso.errors import Invalid
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Formula, Link, Lookup, Rollup
from sayso.spec.filter import Condition, Filter, Sort
from sayso.spec.formula import parse, typed
from sayso.spec.formula.typed import Typed
from sayso.spec.table import Table

POSITION = "position"
"""What an event calls the place that a row was given by hand."""


@dataclass(slots=True)
class Reads:
    """`fields` holds (table id, field id); `tables` those of which every row counts, as through links."""

    fields: set[tuple[str, str]] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    by_day: bool = False
    by_minute: bool = False

    def add(self, app: App, table: Table, one: AnyField) -> None:
        if (table.id, one.id) in self.fields:
            return
        self.fields.add((table.id, one.id))
        match one:
            case Link():
                self._through(app, table, one.id, None)
            case Lookup() | Rollup():
                self._through(app, table, one.link, one.field)
                self._where(app, table, one)
            case Formula():
                self._formula(app, table, one)
            case _:
                pass

    def _through(self, app: App, table: Table, link_id: str, field_id: str | None) -> None:
        link = table.field(link_id)
        there = app.table(link.to) if isinstance(link, Link) else None
        if there is None:
            return
        self.fields.add((table.id, link_id))
        self.tables.add(there.id)
        target = there.field(field_id) if field_id else there.title_field
        if target is not None:
            self.add(app, there, target)

    def _where(self, app: App, table: Table, one: Lookup | Rollup) -> None:
        for rule in one.where if isinstance(one, Rollup) else ():
            self.by_day = True
            self._through(app, table, one.link, rule.field)

    def _formula(self, app: App, table: Table, one: Formula) -> None:
        try:
            self._node(app, table, typed(parse(one.formula), table, app))
        except Invalid:
            return

    def _node(self, app: App, table: Table, node: Typed) -> None:
        if node.kind == "field":
            first = table.field(node.what[0])
            if first is not None and len(node.what) == 1:
                self.add(app, table, first)
            elif first is not None:
                self._through(app, table, first.id, node.what[1])
        self.by_day = self.by_day or node.what == "TODAY"
        self.by_minute = self.by_minute or node.what == "NOW"
        for argument in node.arguments:
            self._node(app, table, argument)

    def bound(self, whole: App, sight: Sight, table_id: str) -> None:
        """What the rules read that bind the rows of this table, and of every table that is read through links."""
        bound = set[str]()
        while waiting := ({table_id} | self.tables) - bound:
            for id in waiting:
                bound.add(id)
                table = whole.table(id)
                for one in conditions(sight.rows(id)):
                    self.by_day = True
                    if table is not None:
                        self.asked(whole, table, one)

    def asked(self, app: App, table: Table, one: Condition) -> None:
        """A condition, with the links that lead to its field."""
        for id in one.via:
            link = table.field(id)
            there = app.table(link.to) if isinstance(link, Link) else None
            if there is None:
                return
            self.fields.add((table.id, id))
            self.tables.add(there.id)
            table = there
        _add(self, app, table, one.field)


def reads_of(app: App, table: Table, filter: Filter, sorts: tuple[Sort, ...], search: str) -> Reads:
    reads = Reads()
    for one in conditions(filter):
        reads.by_day = True
        reads.asked(app, table, one)
    for sort in sorts:
        _add(reads, app, table, sort.field)
    for one in table.fields if search.strip() else ():
        reads.add(app, table, one)
    return reads


def _add(reads: Reads, app: App, table: Table, field_id: str) -> None:
    if (one := table.field(field_id)) is not None:
        reads.add(app, table, one)
