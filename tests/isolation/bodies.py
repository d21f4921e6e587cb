"""What is another workspace's, named inside of queries and bodies: found by the usual names, and by hand where it lies deeper."""

from collections.abc import Callable, Iterator
from typing import Any

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
    """The example, each time with one more of its properties naming what is theirs."""
    example = BODIES.get(name(address))
    if not isinstance(example, dict):
        return
    for key, schema in schemas(file, address).get("properties", {}).items():
        id = known(theirs, key)
        if id is not None:
            yield {**example, key: shaped(file, schema, id)}
    for make in NESTED.get(name(address), ()):
        yield make(theirs)


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
    "POST /api/apps/{app}/sources": (lambda theirs: {"connection": theirs.ids["connection"], "what": "orders"},),
    "PUT /api/apps/{app}/tables/{table}/source": (
        lambda theirs: {"source": {"connection": theirs.ids["connection"], "what": "x", "key": ["id"], "fields": {"label": "x"}}},
    ),
}
"""Bodies of one's own for what the usual names do not find. Each is asked with everything else of the path being ours."""
