"""Follow-up words that change the shape of tables: move a field, split one off into a table of its own, replace one by a link."""

import re

from sayso.builder.planner.command_steps import Done, Step, path_of
from sayso.builder.planner.items import item
from sayso.builder.planner.names import Touched, field_in, same_name, tables_in
from sayso.spec.app import App
from sayso.spec.table import Table

_MOVE = re.compile(
    r"^(?:move|put|bring)\s+(?:the\s+)?(?P<x>.+?)\s+(?:(?P<how>before|after|above|below|in\s+front\s+of|behind)\s+(?:the\s+)?(?P<y>.+)|(?:to\s+(?:the\s+)?)?(?P<end>top|front|start|beginning|first(?:\s+(?:place|position|column))?|end|bottom|last(?:\s+(?:place|position|column))?))$"
)


def move(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    m = _MOVE.match(text)
    if not m:
        return None
    found = field_in(app, m["x"], touched)
    if found is None:
        return None
    table, one = found
    rest = [f for f in table.fields if f.id != one.id]
    if m["end"]:
        to = 0 if re.match(r"top|front|start|begin|first", m["end"]) else len(rest)
    else:
        other = field_in(app.model_copy(update={"tables": (table,)}), m["y"], Touched(table.id))
        if other is None:
            return None
        at = next((n for n, f in enumerate(rest) if f.id == other[1].id), 0)
        to = at if re.match(r"before|above|in\s+front", m["how"]) else at + 1
    return Done(
        [{"do": "move", "part": "field", "table": table.id, "id": one.id, "to": to}],
        path=path_of(table, one),
        table=table.id,
        field=one.id,
    )


_SPLIT = re.compile(
    r"\b(?:split|move|pull|break|extract|turn)\s+(?P<x>.+?)\s+(?:out\s+)?into\s+(?:an?\s+|their\s+own\s+|its\s+own\s+|a\s+separate\s+|a\s+new\s+)?(?:separate\s+|new\s+|own\s+)?(?P<n>[\w -]{2,30}?)\s+table(?:\s+with\s+(?P<f>.+?))?(?:,?\s+and\s+link\s+(?P<a>[\w -]+?)\s+to\s+(?:it|them))?$"
)


def split(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    m = _SPLIT.search(text)
    if not m:
        return None
    new = m["n"].strip()
    home = tables_in(app, m["a"]) if m["a"] else []
    old = field_in(app, new, touched, kinds=("text", "select", "long_text", "email")) or field_in(
        app, m["x"], touched, kinds=("text", "select", "long_text", "email")
    )
    table = home[0] if home else old[0] if old else app.tables[0] if app.tables else None
    if table is None:
        return None
    steps = (
        [{"do": "remove", "part": "field", "table": old[0].id, "id": old[1].id}] if old and same_name(old[1].name, new) else []
    )
    words = [
        f"each {new} has a name, {m['f']}" if m["f"] else f"each {new} has a name",
        f"each {table.name} belongs to one {new}",
    ]
    return Done(steps, words, path=f"tables/{table.id}", table=table.id)


_REPLACE = re.compile(
    r"^(?:in\s+(?:the\s+)?(?P<t>[\w -]{2,40}?),?\s+)?(?:replace|swap)\s+(?:the\s+)?(?P<x>.+?)\s+(?:with|by|for)\s+(?P<y>.+)$"
)


def replace(text: str, raw: str, app: App, touched: Touched) -> Done | None:
    m = _REPLACE.match(text)
    if not m:
        return None
    where = tables_in(app, m["t"]) if m["t"] else []
    steps: list[Step] = []
    home: Table | None = where[0] if where else None
    scope = app.model_copy(update={"tables": (home,)}) if home else app
    for piece in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", m["x"]):
        found = field_in(scope, piece, touched)
        if found:
            steps.append({"do": "remove", "part": "field", "table": found[0].id, "id": found[1].id})
            home = found[0]
    if home is None or not steps:
        return None
    link = re.search(r"\blinks?\s+to\s+(?:the\s+|an?\s+)?(?P<b>[\w -]+)$", m["y"])
    if link:
        return Done(steps, [f"each {home.name} belongs to one {link['b']}"], path=f"tables/{home.id}", table=home.id)
    new = item(raw[m.start("y") : m.end("y")], 0)
    if new is None or len(steps) != 1:
        return Done(steps, [f"each {home.name} has {raw[m.start('y') : m.end('y')]}"], path=f"tables/{home.id}", table=home.id)
    return Done(steps, [f"each {home.name} has a {raw[m.start('y') : m.end('y')]}"], path=f"tables/{home.id}", table=home.id)
