"""What is another workspace's, named inside of queries and bodies: found by the usual names, and by hand where it lies deeper."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from sayso.web.routes import Address
from tests.isolation.addresses import NAMED, name
from tests.isolation.worlds import World
from tests.web.test_every_address import BODIES

LISTED = {
    "apps": "app",
    "files": "file",
    "tables": "table",
    "views": "view",
    "fields": "field",
    "runs": "run",
    "rows": "row",
    "ids": "row",
}
LISTED |= {
    "import_id": "imports",
    "import": "imports",
    "member": "member",
    "members": "member",
    "group": "group",
    "groups": "group",
}
LISTED |= {"person": "person", "people": "person", "subject": "member", "workspace": "workspace", "workspaces": "workspace"}
LISTED |= {
    "row": "row",
    "before": "row",
    "parent": "comment",
    "template": "templates",
    "role": "role",
    "roles": "role",
}
USUAL = NAMED | LISTED
"""Under which name of a property or a query what kind of thing is named."""


def schemas(file: dict[str, Any], address: Address) -> dict[str, Any]:
    """The properties of an address's body, as the OpenAPI file says; none where it takes none."""
    operation = file["paths"][address.path.replace(":path}", "}")][address.verb.lower()]
    content = operation.get("requestBody", {}).get("content", {})
    return resolved(file, content.get("application/json", {}).get("schema", {}))


def queries(file: dict[str, Any], address: Address) -> list[str]:
    operation = file["paths"][address.path.replace(":path}", "}")][address.verb.lower()]
    return [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]


def resolved(file: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = file["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def naming(file: dict[str, Any], address: Address, theirs: World) -> Iterator[Any]:
    """The example, each time with one more of its properties, however deep it lies, naming what is theirs."""
    example = BODIES.get(name(address))
    if not isinstance(example, dict):
        return
    yield from _naming(file, schemas(file, address), example, theirs, 0)
    for make in NESTED.get(name(address), ()):
        yield make(theirs)


def _naming(file: dict[str, Any], schema: dict[str, Any], example: dict[str, Any], theirs: World, depth: int) -> Iterator[Any]:
    for key, inside in schema.get("properties", {}).items():
        id = known(theirs, key)
        if id is not None:
            yield {**example, key: shaped(file, inside, id)}
        if depth < DEPTH_MAX:
            for wrapped, deeper in objects(file, inside):
                there = _first(example.get(key))
                for body in _naming(file, deeper, there, theirs, depth + 1):
                    yield {**example, key: wrapped(body)}


DEPTH_MAX = 4


def objects(file: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[Callable[[Any], Any], dict[str, Any]]]:
    """The objects that a property may hold: itself, in a list, under a name; and how each is put into it."""
    schema = resolved(file, schema)
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from objects(file, one)
    if "properties" in schema:
        yield (lambda body: body), schema
    if "items" in schema:
        yield from (((lambda body, put=put: [put(body)]), found) for put, found in objects(file, schema["items"]))
    if isinstance(schema.get("additionalProperties"), dict):
        more = schema["additionalProperties"]
        yield from (((lambda body, put=put: {"x": put(body)}), found) for put, found in objects(file, more))


def _first(value: Any) -> dict[str, Any]:
    """What the example says there: the first of several."""
    while isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, dict) else {}


def known(theirs: World, key: str) -> str | None:
    kind = USUAL.get(key)
    if kind in ("member", "person", "workspace"):
        owner = theirs.actors["owner"]
        return {"member": owner.member, "person": getattr(owner, "person", None), "workspace": owner.workspace}[kind]
    return theirs.ids.get(kind) if kind else None


def shaped(file: dict[str, Any], schema: dict[str, Any], id: str) -> Any:
    """The id as this property takes it: a number, a list, or as it is."""
    schema = resolved(file, schema)
    for one in schema.get("anyOf", [schema]):
        one = resolved(file, one)
        if one.get("type") == "array":
            return [shaped(file, one.get("items", {}), id)]
        if one.get("type") == "integer" and id.isdecimal():
            return int(id)
    return id


Make = Callable[[World], Any]


def _step(**step: Any) -> Make:
    def change(theirs: World) -> Any:
        kept = {k: v(theirs) if callable(v) else v for k, v in step.items()}
        automation = {"id": "stolen", "name": "Stolen", "trigger": {"kind": "called"}, "steps": [{"id": "one", **kept}]}
        return {"title": "", "steps": [{"do": "add", "part": "automation", "value": automation}]}

    return lambda theirs: {"change": change(theirs)}


def of(kind: str) -> Make:
    return lambda theirs: theirs.ids[kind]


def _filtered(theirs: World) -> Any:
    view = {
        "kind": "grid",
        "id": "x",
        "name": "X",
        "table": theirs.ids["table"],
        "filter": {"of": [{"field": "label", "op": "filled"}]},
    }
    return {"change": {"title": "", "steps": [{"do": "add", "part": "view", "value": view}]}}


def _linked(theirs: World) -> Any:
    field = {"kind": "link", "id": "x", "name": "X", "to": theirs.ids["table"], "many": True}
    return {"change": {"title": "", "steps": [{"do": "add", "part": "field", "table": "achests", "value": field}]}}


def _granted(theirs: World) -> Any:
    grant = {"app": theirs.ids["app"], "table": theirs.ids["table"], "may": "write"}
    return {"id": "stolen", "name": "Stolen", "grants": [grant]}


def _learnt(theirs: World) -> Any:
    return {"id": "learnt", "name": "Learnt", "knowledge": [{"file": theirs.ids["file"]}]}


CHANGES: tuple[Make, ...] = (
    _filtered,
    _linked,
    _step(kind="http_request", connection=of("connection"), url="/x"),
    _step(kind="create_row", table=of("table"), values={"label": "x"}),
    _step(kind="find_rows", table=of("table")),
)


def _elsewhere(theirs: World, field: str, value: Any, via: list[str] | None = None) -> dict[str, Any]:
    return {"of": [{"field": field, "op": "any_of" if isinstance(value, list) else "is", "value": value, "via": via or []}]}


def asking(theirs: World) -> Iterator[dict[str, str]]:
    """Queries over one's own rows whose conditions, orders, groups and fields name what is theirs."""
    owner, row, view = theirs.actors["owner"].member, int(theirs.ids["row"]), theirs.ids["view"]
    filters = (
        _elsewhere(theirs, "keeper", [owner]), _elsewhere(theirs, "keeper", "my_groups"), _elsewhere(theirs, "locks", [row]), _elsewhere(theirs, "papers", theirs.ids["file"]),
        _elsewhere(theirs, "label", theirs.words.secret, via=["locks", "chest"]), _elsewhere(theirs, "label", theirs.words.secret, via=[f"{theirs.prefix}keys"]),
        _elsewhere(theirs, f"{theirs.ids['app']}.{theirs.ids['table']}.label", "x"), _elsewhere(theirs, theirs.ids["table"], "x"),
    )  # fmt: skip
    for one in filters:
        yield {"filter": orjson.dumps(one).decode()}
    for named in (
        theirs.ids["table"],
        f"{theirs.ids['table']}.label",
        f"{theirs.ids['app']}.{theirs.ids['table']}.label",
        "c_1",
        "t_1.c_2",
        theirs.workspace,
    ):
        for key, said in (
            ("sorts", [{"field": named}]), ("by", [{"field": named}]), ("measure", {"summary": "max", "field": named}), ("summaries", {named: "max"}), ("group", named), ("split", {"field": named}),
        ):  # fmt: skip
            yield {key: orjson.dumps(said).decode() if not isinstance(said, str) else said}
        yield {"fields": named}
        yield {"view": named}
    yield {"view": view}
    yield {"cursor": str(row)}
    yield {"search": theirs.words.secret}


NESTED: dict[str, tuple[Make, ...]] = {
    "POST /api/apps/{app}/plans": CHANGES,
    "POST /api/apps/{app}/tables/{table}/rows": (
        lambda theirs: {"values": {"label": "x", "papers": [theirs.ids["file"]]}},
        lambda theirs: {"values": {"label": "x", "papers": [{"id": theirs.ids["file"]}]}},
        lambda theirs: {"values": {"label": "x", "keeper": [theirs.actors["owner"].member]}},
        lambda theirs: {"rows": [{"values": {"label": "x", "papers": [theirs.ids["file"]]}}]},
    ),
    "PATCH /api/apps/{app}/tables/{table}/rows/{row}": (
        lambda theirs: {"values": {"papers": [theirs.ids["file"]]}},
        lambda theirs: {"values": {"keeper": [theirs.actors["owner"].member]}},
    ),
    "PATCH /api/apps/{app}/tables/{table}/rows": (
        lambda theirs: {"rows": [{"id": 1, "values": {"papers": [theirs.ids["file"]]}}]},
    ),
    "POST /api/conversations/{conversation}/messages": (
        lambda theirs: {"text": "What is in it?", "files": [theirs.ids["file"]]},
        lambda theirs: {"text": "Who?", "rows": [{"app": theirs.ids["app"], "table": theirs.ids["table"], "id": 5}]},
    ),
    "POST /api/coworkers": (_granted, _learnt),
    "PATCH /api/coworkers/{coworker}": (
        lambda theirs: {"grants": _granted(theirs)["grants"]},
        lambda theirs: {"knowledge": _learnt(theirs)["knowledge"]},
    ),
    "POST /api/imports/{id}/start": (
        lambda theirs: {"into": {"app": theirs.ids["app"], "table": theirs.ids["table"]}},
        lambda theirs: {"into": {"app": theirs.ids["app"]}},
    ),
    "POST /api/drafts": (
        lambda theirs: {"wish": "add a phone number", "import": theirs.ids["imports"]},
        lambda theirs: {"wish": "add a phone number", "files": [theirs.ids["file"]]},
    ),
    "POST /api/drafts/{id}/messages": (lambda theirs: {"wish": "as in the file", "files": [theirs.ids["file"]]},),
    "POST /api/connections": (
        lambda theirs: {
            "kind": "http",
            "name": "X",
            "settings": {},
            "use": {"who": "members", "members": [theirs.actors["owner"].member]},
        },
    ),
    "POST /api/gateway/budgets": (
        lambda theirs: {"scope": "key", "subject": theirs.ids["key"], "period": "day", "amount": "1"},
        lambda theirs: {"scope": "member", "subject": theirs.actors["owner"].member, "period": "day", "amount": "1"},
    ),
    "POST /api/trials": (
        lambda theirs: {
            "app": theirs.ids["app"],
            "path": "tables/bchests/fields/gist",
            "contenders": [],
            "cases": {"source": "rows"},
        },
    ),
    "POST /api/apps/{app}/fills": (
        lambda theirs: {
            "table": "achests",
            "field": "gist",
            "dry": True,
            "filter": _elsewhere(theirs, "keeper", theirs.actors["owner"].member),
        },
        lambda theirs: {
            "table": "achests",
            "field": "gist",
            "dry": True,
            "filter": _elsewhere(theirs, "label", "x", via=["locks", theirs.ids["field"], "bkeys"]),
        },
        lambda theirs: {"table": "achests", "field": "gist", "dry": True, "rows": [int(theirs.ids["row"])]},
    ),
    "POST /api/apps/{app}/sources": (lambda theirs: {"connection": theirs.ids["connection"], "what": "orders"},),
    "PUT /api/apps/{app}/tables/{table}/source": (
        lambda theirs: {"source": {"connection": theirs.ids["connection"], "what": "x", "key": ["id"], "fields": {"label": "x"}}},
    ),
}
"""Bodies of one's own for what the usual names do not find. Each is asked with everything else of the path being ours."""
