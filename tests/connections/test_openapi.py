"""OpenAPI documents of others: read within bounds, and their operations asked over real HTTP."""

import json
import time
from typing import Any

import pytest

from sayso.connections import openapi
from sayso.connections.connections import Connections
from sayso.connections.delivered import NotDelivered
from sayso.connections.kinds import openapi as kind
from sayso.connections.openapi.calling import request
from sayso.connections.openapi.pointers import pointed
from sayso.errors import Forbidden, Invalid, NotFound
from sayso.team.actor import Actor
from tests.connections.conftest import opened
from tests.connections.outside import Outside, answer

HOST = "https://api.pets.example"
PETS = """
openapi: 3.0.4
info: {title: Pets, version: "2.1"}
servers: [{url: "/v2"}]
paths:
  /pets:
    parameters:
      - {$ref: "#/components/parameters/limit"}
    get:
      operationId: listPets
      summary: List pets
      tags: [pets]
      parameters:
        - {name: tag, in: query, schema: {type: array, items: {type: string}}}
        - {name: joined, in: query, explode: false, schema: {type: array, items: {type: string}}}
        - {name: status, in: query, required: true, schema: {type: string, enum: [available, sold]}}
        - {name: X-Trace, in: header, schema: {type: string}}
        - {name: Authorization, in: header, required: true, schema: {type: string}}
    post:
      operationId: addPet
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: "#/components/schemas/Pet"}}
  /pets/{petId}/photos/{name}:
    parameters: [{name: petId, in: path, required: true, schema: {type: integer}}]
    delete: {}
  /pets/{petId}/note:
    put:
      operationId: note
      parameters: [{name: petId, in: path, required: true, schema: {type: integer}}]
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {text: {type: string}, times: {type: array, items: {type: integer}}}}}}}
  /upload:
    post: {operationId: upload, requestBody: {required: true, content: {multipart/form-data: {schema: {type: object}}}}}
components:
  parameters:
    limit: {name: limit, in: query, description: How many, schema: {type: integer, maximum: 100}}
  schemas:
    Pet:
      type: object
      required: [name]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string}
        vaccinated: {type: boolean}
        parent: {$ref: "#/components/schemas/Pet"}
"""


def pets(document: Any = PETS, address: str = f"{HOST}/v2", *hosts: str) -> openapi.Document:
    return openapi.read(document if isinstance(document, str) else json.dumps(document), address, hosts or (HOST,))


def test_a_document_becomes_operations_with_forms():
    read = pets()
    assert (read.title, read.version, read.base) == ("Pets", "2.1", f"{HOST}/v2")
    assert [one.id for one in read.operations] == ["listPets", "addPet", "delete /pets/{petId}/photos/{name}", "note"]
    assert read.problem is not None
    assert read.problem.startswith("1 operations are left out")
    listing = read.operations[0]
    assert (listing.group, listing.reads, listing.title) == ("pets", True, "List pets")
    assert [(p.name, p.place, p.kind, p.required) for p in listing.parameters] == [
        ("limit", "query", "number", False), ("tag", "query", "json", False), ("joined", "query", "json", False), ("status", "query", "choice", True),
        ("X-Trace", "header", "text", False),
    ]  # fmt: skip
    assert listing.schema["properties"]["limit"] == {"type": "integer", "maximum": 100, "description": "How many"}
    adding = read.operations[1]
    assert [(p.name, p.kind, p.required) for p in adding.parameters if p.place == "body"] == [
        ("name", "text", True),
        ("vaccinated", "checkbox", False),
        ("parent", "json", False),
    ]
    assert "name" in adding.schema["properties"]["parent"]["properties"], "a circle is written out as far as it goes"
    assert [(p.name, p.label) for p in read.operations[2].parameters] == [("petId", "Pet id"), ("name", "Name")]


@pytest.mark.parametrize(
    ("operation", "arguments", "method", "target", "body"),
    [
        ("listPets", {"status": "sold", "tag": ["a b", "c&d"], "joined": ["x", "y"], "limit": "5"}, "GET", "/v2/pets?limit=5&tag=a%20b&tag=c%26d&joined=x%2Cy&status=sold", b""),
        ("addPet", {"name": "Rex", "vaccinated": "yes", "parent": '{"name": "Ada"}'}, "POST", "/v2/pets", b'{"name":"Rex","vaccinated":true,"parent":{"name":"Ada"}}'),
        ("delete /pets/{petId}/photos/{name}", {"petId": 7, "name": "../../x?y"}, "DELETE", "/v2/pets/7/photos/..%2F..%2Fx%3Fy", b""),
        ("note", {"petId": "7", "text": "a=b", "times": [1, 2]}, "PUT", "/v2/pets/7/note", b"text=a%3Db&times=1&times=2"),
    ],
)  # fmt: skip
def test_arguments_stand_where_the_document_says(
    operation: str, arguments: dict[str, Any], method: str, target: str, body: bytes
):
    catalogue = pets().kept()
    one = next(each for each in catalogue["operations"] if each["id"] == operation)
    asked = request(one, catalogue["base"], arguments)
    assert (asked.method, asked.url, asked.body) == (method, HOST + target, body)


def test_wrong_arguments_are_all_told():
    catalogue = pets().kept()
    with pytest.raises(Invalid) as wrong:
        request(catalogue["operations"][0], catalogue["base"], {"status": "lost", "limit": "many", "colour": "red"})
    assert {p.path for p in wrong.value.problems} == {"arguments/status", "arguments/limit", "arguments/colour"}
    with pytest.raises(Invalid):
        request(catalogue["operations"][2], catalogue["base"], {"petId": "..", "name": "x"})


def test_a_document_about_another_host_is_asked_at_the_connections_own():
    whole: dict[str, Any] = {"openapi": "3.1.0", "paths": {"/x": {"get": {}}}, "servers": [{"url": "https://evil.example/steal"}]}
    read = pets(whole)
    assert read.base == f"{HOST}/v2"
    assert read.problem is not None
    assert "evil.example" in read.problem
    whole["servers"] = [{"url": "https://{region}.pets.example/v3", "variables": {"region": {"default": "eu"}}}]
    assert pets(whole, f"{HOST}/v2", HOST, "https://eu.pets.example").base == "https://eu.pets.example/v3"


@pytest.mark.parametrize(
    "document",
    ["", "7", "[]", "{", "a: [", '{"swagger": "2.0", "paths": {}}', '{"openapi": "2.0", "paths": {}}', '{"openapi": "3.1.0"}', '{"openapi": 3.1, "paths": {}}',
     "openapi: 3.1.0\npaths: []", "\0", "x: !!python/object/apply:os.system [touch x]", "[" * 100_000, "a: " + "{b: " * 50_000],
)  # fmt: skip
def test_what_is_no_document_is_refused(document: str):
    with pytest.raises(Invalid):
        pets(document)


def test_references_lead_nowhere_but_into_the_document():
    whole = {"a": {"b/c": [1, {"d": 2}]}}
    assert pointed(whole, "#/a/b~1c/1/d") == 2
    for ref in (
        "#/a/x",
        "#/a/b~1c/9",
        "file:///etc/passwd",
        "https://evil.example/x.json#/a",
        "other.yaml",
        "#",
        "",
        7,
        "#/a/b~1c/-1",
    ):
        assert pointed(whole, ref) is None
    paths = {
        "/x": {
            "post": {
                "operationId": "x",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "http://127.0.0.1/x"}}}},
            }
        }
    }
    assert pets({"openapi": "3.1.0", "paths": paths}).operations[0].schema["properties"] == {"body": {}}
    circle = {"openapi": "3.1.0", "paths": {"/x": {"$ref": "#/paths/~1y"}, "/y": {"$ref": "#/paths/~1x"}}}
    assert pets(circle).operations == ()


def test_documents_that_grow_without_end_cost_little():
    schemas = {
        f"s{n}": {"type": "object", "properties": {f"p{m}": {"$ref": f"#/components/schemas/s{(n + m) % 30}"} for m in range(30)}}
        for n in range(30)
    }
    post = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/s0"}}}}}
    paths = {f"/p{n}": {"post": {"operationId": f"o{n}", **post}} for n in range(200)}
    before = time.process_time()
    read = pets({"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas}})
    assert len(read.operations) == 200
    assert len(json.dumps(read.kept())) < 8_000_000
    bomb = "openapi: 3.1.0\na: &a [x, x, x, x, x, x, x, x]\n" + "".join(
        f"{c}: &{c} [{', '.join(['*' + p] * 8)}]\n" for p, c in zip("abcdefghij", "bcdefghijk", strict=True)
    )
    assert pets(bomb + "paths: {/x: {get: {operationId: x, tags: *k}}}").operations[0].id == "x"
    assert time.process_time() - before < 10
    many = {"openapi": "3.1.0", "paths": {f"/p{n}": {"get": {}} for n in range(1_100)}}
    assert len(pets(many).operations) == 1_000


async def test_a_service_is_read_and_asked(connections: Connections, ben: Actor, there: Outside, elsewhere: Outside):
    elsewhere.says = [answer(200, PETS, headers={"Content-Type": "application/yaml"})]
    settings = {"address": f"{there.url}/v2", "document": f"{elsewhere.url}/pets.yaml", "auth": "bearer"}
    one = await opened(connections, ben, "openapi", settings, token="tk-pets-1234")
    catalogue = await kind.read(connections, one)
    assert catalogue["base"] == f"{there.url}/v2"
    assert "tk-pets" not in elsewhere.heard[0].all, "a document on another host is read without what lets in"

    there.says = [
        answer(201, b'{"id": 7}'),
        answer(422, b'{"error": "no name"}'),
        answer(200, b"plain", headers={"Content-Type": "text/plain"}),
    ]
    done = await openapi.call(connections, one, catalogue, "addPet", {"name": "Rex"}, key="run:s1:0")
    assert (done.status, done.value) == (201, {"id": 7})
    heard = there.heard[0]
    assert (heard.method, heard.target, heard.header("authorization")) == ("POST", "/v2/pets", "Bearer tk-pets-1234")
    assert heard.header("idempotency-key") == "run:s1:0"
    with pytest.raises(NotDelivered, match="did not accept what was sent"):
        await openapi.call(connections, one, catalogue, "addPet", {"name": "Rex"})
    assert (await openapi.call(connections, one, catalogue, "listPets", {"status": "sold"})).text == "plain"
    with pytest.raises(NotFound):
        await openapi.call(connections, one, catalogue, "burn", {})
    with pytest.raises(Forbidden):
        await openapi.call(connections, one, {**catalogue, "base": elsewhere.url}, "listPets", {"status": "sold"})
    assert elsewhere.came == 1
    ok, said = await connections.tried(one)
    assert not ok, said


async def test_a_document_given_as_a_file_and_addresses_that_are_not_let_out_to(
    connections: Connections, ben: Actor, there: Outside
):
    one = await opened(connections, ben, "openapi", {"address": there.url})
    assert len((await kind.read(connections, one, PETS))["operations"]) == 4
    with pytest.raises(Invalid, match="is not there"):
        await kind.read(connections, one)
    assert there.came == 0
    inside = await opened(connections, ben, "openapi", {"address": there.url, "document": "http://169.254.169.254/openapi.json"})
    with pytest.raises(NotDelivered, match="not an address of the public internet"):
        await kind.read(connections, inside)
