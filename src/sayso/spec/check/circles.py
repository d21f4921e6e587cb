"""Formulas, lookups and rollups: that they can be worked out, and none from itself."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from sayso.errors import Invalid, Problem
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Formula, Link, Lookup, Rollup
from sayso.spec.formula import names_in, type_of
from sayso.spec.table import Table

Node = tuple[str, str]
CIRCLES_TOLD_MAX = 20


def problems(app: App) -> Iterator[Problem]:
    graph = {(t.id, f.id): read_by(app, t, f) for t in app.tables for f in t.fields if isinstance(f, (Formula, Lookup, Rollup))}
    round = list(_circles(app, graph))
    yield from (problem for _, problem in round)
    around = {node for circle, _ in round for node in circle}
    for table in app.tables:
        for field in table.fields:
            if isinstance(field, Formula) and (table.id, field.id) not in around:
                yield from _formula(app, table, field, bool(around))


def read_by(app: App, table: Table, field: AnyField) -> set[Node]:
    """The fields that a computed field is worked out from, as (table, field); names that lead nowhere are left out."""
    match field:
        case Formula():
            try:
                names = names_in(field.formula)
            except Invalid:
                return set()
            return {node for path in names for node in _named(app, table, path)}
        case Lookup() | Rollup():
            link = table.field(field.link)
            where = {c.field for c in field.where} if isinstance(field, Rollup) else set[str]()
            return {(link.to, id) for id in where | {field.field} if id} if isinstance(link, Link) else set()
        case _:
            return set()


def _named(app: App, table: Table, path: tuple[str, ...]) -> Iterator[Node]:
    first = table.named(path[0])
    if first is None:
        return
    if len(path) == 1:
        yield table.id, first.id
    elif isinstance(first, Link) and (to := app.table(first.to)) and (second := to.named(path[1])):
        yield to.id, second.id


def _circles(app: App, graph: dict[Node, set[Node]]) -> Iterator[tuple[list[Node], Problem]]:
    graph = dict(graph)
    for _ in range(CIRCLES_TOLD_MAX):
        try:
            TopologicalSorter(graph).prepare()
            return
        except CycleError as circle:
            nodes: list[Node] = list(reversed(circle.args[1]))[:-1]
        table_id, field_id = nodes[0]
        way = " from ".join(_called(app, n) for n in [*nodes, nodes[0]])
        yield nodes, Problem(f"tables/{table_id}/fields/{field_id}", f"this is worked out from itself: {way}")
        graph = {n: reads for n, reads in graph.items() if n not in nodes}


def _called(app: App, node: Node) -> str:
    table = app.table(node[0])
    field = table.field(node[1]) if table else None
    return f"{field.name} of {table.name}" if table and field else "/".join(node)


def _formula(app: App, table: Table, field: Formula, circles: bool) -> Iterator[Problem]:
    try:
        type_of(field, table, app)
    except Invalid as wrong:
        for problem in wrong.problems:
            if circles and problem.reason.endswith("worked out from itself"):
                continue
            place = f" (at {problem.path})" if problem.path.startswith("character") else ""
            yield Problem(f"tables/{table.id}/fields/{field.id}", f"{problem.reason}{place}", problem.example)
