"""Formulas, lookups and rollups: that they can be worked out, and none from itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from sayso.errors import Invalid, Problem
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Formula, Link, Lookup, Rollup
from sayso.spec.formula import names_in, parse, references, type_of
from sayso.spec.formula.nodes import Call
from sayso.spec.table import Table

Node = tuple[str, str]
CIRCLES_TOLD_MAX = 20
WRITTEN_OUT_PIECES_MAX = 2_000
"""A formula together with every formula that it stands on, each time it names one: what PostgreSQL is given to work out."""
STANDING_FIELDS_MAX = 8
"""How many lookups, rollups and formulas may stand on one another; what is beyond `sayso.data.scope` does not work out."""


def too_large(app: App) -> Iterator[Problem]:
    """Fields that cannot even be looked at safely: each names others that name others. Circles are not among them."""
    graph = _graph(app)
    around = {node for circle, _ in _circles(app, graph) for node in circle}
    sizes, heights = dict[Node, int](), dict[Node, int]()
    straight = {n: reads for n, reads in graph.items() if n not in around}
    for node in TopologicalSorter(straight).static_order():
        table = app.table(node[0])
        field = table.field(node[1]) if table else None
        if node not in straight or table is None or field is None:
            continue
        times = Counter(_named_each_time(app, table, field))
        sizes[node] = _pieces(field) + sum(n * sizes.get(read, 1) for read, n in times.items())
        heights[node] = 1 + max((heights.get(read, 0) for read in straight[node]), default=0)
        at = f"tables/{table.id}/fields/{field.id}"
        if heights[node] > STANDING_FIELDS_MAX:
            yield Problem(
                at,
                f"{field.name} stands on too many others: at most {STANDING_FIELDS_MAX} computed fields may stand on one another",
            )
            return
        if sizes[node] > WRITTEN_OUT_PIECES_MAX:
            size = f"{sizes[node]:,} pieces, and at most {WRITTEN_OUT_PIECES_MAX:,} can be worked out"
            yield Problem(
                at, f"{field.name} is too large: with the fields that it names, and those that they name, it has {size}"
            )
            return


def problems(app: App) -> Iterator[Problem]:
    graph = _graph(app)
    round = list(_circles(app, graph))
    yield from (problem for _, problem in round)
    around = {node for circle, _ in round for node in circle}
    for table in app.tables:
        for field in table.fields:
            if isinstance(field, Formula) and (table.id, field.id) not in around:
                yield from _formula(app, table, field, bool(around))


def _graph(app: App) -> dict[Node, set[Node]]:
    return {(t.id, f.id): read_by(app, t, f) for t in app.tables for f in t.fields if isinstance(f, (Formula, Lookup, Rollup))}


def _pieces(field: AnyField) -> int:
    if not isinstance(field, Formula):
        return 1
    try:
        node = parse(field.formula)
    except Invalid:
        return 1
    return node.nodes if isinstance(node, Call) else 1


def _named_each_time(app: App, table: Table, field: AnyField) -> Iterator[Node]:
    """Every field that is read, as often as it is."""
    if not isinstance(field, Formula):
        yield from read_by(app, table, field)
        return
    try:
        named = list(references(parse(field.formula)))
    except Invalid:
        return
    for reference in named:
        yield from _named(app, table, reference.names)


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
