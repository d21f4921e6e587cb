"""A value that is hidden from somebody cannot be found out at any door: whatever it is, the answers are the same to the byte."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import orjson
import pytest
from fastapi import FastAPI
from httpx import Response

from sayso.web.app import described
from sayso.web.routes import API, Address
from tests.hidden.conftest import Vault, leaks, plain
from tests.isolation.addresses import ask, mixed, name
from tests.isolation.bodies import naming
from tests.isolation.test_addresses import ENDS_WHO_ASKS
from tests.isolation.test_mcp import called
from tests.isolation.worlds import filled
from tests.web.conftest import Caller

Ask = Callable[[Vault], Awaitable[Response]]
LOW, HIGH, GUESS = 4_000, 9_000, 6_000


def got(path: str, **query: Any) -> Ask:
    told = {k: v if isinstance(v, str) else json.dumps(v) for k, v in query.items()}
    return lambda vault: vault.tess.get(f"{vault.table}/{path}".replace("ROW", str(vault.row)), params=told)


def sent(path: str, body: Any, verb: str = "POST") -> Ask:
    return lambda vault: vault.tess.request(verb, f"{vault.table}{path}".replace("ROW", str(vault.row)), json=body)


def of_app(path: str, body: Any = None) -> Ask:
    where = "/api/apps/avault"
    return lambda vault: vault.tess.get(where + path) if body is None else vault.tess.post(where + path, json=body)


def over(op: str, field: str = "worth", value: Any = GUESS) -> dict[str, Any]:
    return {"of": [{"field": field, "op": op, "value": value}]}


DOORS: dict[str, tuple[Ask, ...]] = {
    "filter": (
        got("rows", filter=over("gt")), got("rows", filter=over("lt", "twice", 12_000)), got("rows", filter=over("contains", "notes", "9000")),
        got("rows", filter=over("contains", "shout", "9000")), got("rows", view="rich"), got("rows", filter=over("gt", "costs")),
        got("rows", filter={"of": [{"field": "label", "op": "filled", "via": ["locks"]}]}), got("rows", filter=over("filled", "papers")),
    ),
    "sort": (
        got("rows", sorts=[{"field": "worth"}]), got("rows", sorts=[{"field": "worth", "descending": True}]), got("rows", view="dear"),
        got("rows", sorts=[{"field": "twice"}]), got("rows", view="dear", sorts=[]),
    ),
    "aggregate": (
        got("summaries", summaries={"worth": "sum"}), got("summaries", summaries={"twice": "max"}), got("summaries", summaries={"label": "unique"}),
        got("aggregates", by=[{"field": "stage"}], measure={"summary": "sum", "field": "worth"}),
        got("aggregates", by=[{"field": "worth", "bucket": "1000"}]), got("aggregates", by=[{"field": "stage"}], measure={"summary": "count"}),
        got("aggregates", by=[{"field": "stage"}], filter=over("gt")),
    ),
    "search": (
        got("rows", search="9000"), got("rows", search="4000"), got("rows", search="Halifax"), got("rows", search="Winterthur"),
        lambda vault: vault.tess.get("/api/search", params={"q": "9000"}), lambda vault: vault.tess.get("/api/search", params={"q": "Winterthur"}),
        lambda vault: vault.tess.get("/api/search", params={"q": "Oaxaca"}),
    ),
    "lookup": (
        lambda vault: vault.tess.get("/api/apps/avault/tables/akeys/rows"), got("rows", fields="costs,worth"), got("rows/ROW"),
        got("rows", filter=over("filled", "locks")), lambda vault: vault.tess.get(f"/api/apps/avault/tables/akeys/rows/{vault.key}"),
    ),
    "export": (
        got("export", format="csv"), got("export", format="json"), got("export", format="csv", filter=over("gt")),
        got("export", format="csv", view="rich"), got("export", format="csv", raw="1", fields="worth"), got("export", format="csv", search="9000"),
    ),
    "question": (
        sent("/questions", {"question": "What is the highest worth?"}), sent("/questions", {"question": "How many with worth above 6000?"}),
        sent("/questions", {"question": "Sum of worth by stage"}), sent("/questions", {"question": "Which notes say 9000?"}),
    ),
    "error": (
        sent("/rows", {"values": {"label": "x", "worth": GUESS}}), sent("/rows/ROW", {"values": {"worth": GUESS}}, "PATCH"),
        sent("/rows/ROW", {"values": {"worth": GUESS}, "version": 1}, "PATCH"), sent("/rows/ROW", {"values": {"locks": [1]}}, "PATCH"),
        sent("/rows", {"rows": [{"values": {"notes": "Halifax 9000"}}]}), sent("/restorations", {"ids": [999_999]}),
        lambda vault: vault.tess.get(f"{vault.table}/rows/{vault.other}"), lambda vault: vault.tess.patch(f"{vault.table}/rows/{vault.other}", json={"values": {"label": "x"}}),
        lambda vault: vault.tess.request("DELETE", f"{vault.table}/rows", json={"ids": [vault.other]}),
        lambda vault: vault.tess.put(f"{vault.table}/rows/{vault.row}/position", json={"before": vault.other}),
    ),
    "formula": (
        of_app("/formulas", {"table": "achests", "formula": "{Worth} * 2"}), of_app("/formulas", {"table": "achests", "formula": "{Notes}"}),
        of_app("/formulas", {"table": "achests", "formula": "{Locks}.{Label}"}), of_app("/formulas", {"table": "akeys", "formula": "{Label}"}),
        of_app("/formulas", {"table": "achests", "formula": "if({Worth} > 6000, 1, 0)"}),
    ),
    "group": (
        got("groups", by=[{"field": "worth"}]), got("groups", by=[{"field": "stage"}], summaries={"worth": "sum"}), got("groups", by=[{"field": "twice"}]),
        got("groups", by=[{"field": "stage"}]), got("groups", by=[{"field": "label"}], search="9000"), got("groups", by=[{"field": "notes"}]),
    ),
    "history": (
        got("rows/ROW/history"), lambda vault: vault.tess.get(f"{vault.table}/rows/{vault.other}/history"),
        lambda vault: vault.tess.get(f"{vault.table}/rows/{vault.other}/comments"), got("trash"), of_app("/undos"), of_app("/versions"), of_app("/versions/1"),
        lambda vault: vault.tess.get(f"/api/apps/avault/tables/akeys/rows/{vault.key}/history"),
    ),
    "app": (of_app(""), of_app("/automations"), of_app("/slots"), of_app("/fills"), lambda vault: vault.tess.get("/api/apps"), of_app("/plans", {"change": {"title": "", "steps": [{"do": "remove", "part": "field", "table": "achests", "id": "worth"}]}})),
}  # fmt: skip


@pytest.fixture(scope="module")
async def answers(vault: Vault) -> dict[str, list[list[str]]]:
    """What each door answers, while the hidden value is low and while it is high."""
    told: dict[str, list[list[str]]] = {door: [] for door in DOORS}
    for worth in (LOW, HIGH):
        await vault.says(worth)
        for door, asks in DOORS.items():
            said = [await one(vault) for one in asks]
            assert all(answer.status_code < 500 for answer in said), [answer.text for answer in said if answer.status_code >= 500]
            told[door].append([f"{answer.status_code} {plain(answer.text)}" for answer in said])
    return told


@pytest.mark.parametrize("door", DOORS)
async def test_no_door_tells_a_hidden_value(answers: dict[str, list[list[str]]], door: str):
    low, high = answers[door]
    for n, (one, other) in enumerate(zip(low, high, strict=True)):
        assert one == other, (door, n)
        assert not leaks(one.replace("'Halifax 9000'", "")), (door, n, one)


async def test_what_is_seen_is_answered(vault: Vault, answers: dict[str, list[list[str]]]):
    """Else all of the above might be refusals, and prove nothing."""
    page = (await vault.tess.get(f"{vault.table}/rows")).json()
    ids = {row["id"] for row in page["rows"]}
    assert vault.row in ids and vault.other not in ids
    assert (
        {"label", "stage", "keeper", "badge"} <= set(page["rows"][0]["values"]) <= {"label", "stage", "keeper", "badge", "scans"}
    )
    assert "Mine" in (await vault.tess.get(f"{vault.table}/export", params={"format": "csv"})).text
    ben = (await vault.ben.get(f"{vault.table}/rows/{vault.row}")).json()
    assert ben["values"]["worth"] == HIGH and ben["values"]["twice"] == 2 * HIGH
    assert any(one.startswith("200") for one in answers["history"][0])


def said(answer: Response) -> str:
    """What an answer says; of an archive, what is in it."""
    if not answer.content.startswith(b"PK"):
        return answer.text
    with ZipFile(BytesIO(answer.content)) as archive:
        return "".join(f"{one} {archive.read(one).decode(errors='replace')}" for one in archive.namelist())


GROWS = {"/api/me/export", "/api/apps/{app}/activity"}
"""What tells of one's own asking too."""


@pytest.mark.parametrize("address", [a for a in API if a.verb == "GET"], ids=name)
async def test_no_address_tells_what_is_hidden(vault: Vault, address: Address):
    """Every address that reads, with the ids of their own workspace: twice, with two values of what is hidden. By a member, a guest, a custom role."""
    clerks, path = (vault.tess, vault.guest, vault.custom), filled(address.path, vault.world.ids)
    said_then = [plain(said(await read(one, address, path))) for one in clerks]
    if address.path not in GROWS and "events" not in address.path and "/run" not in address.path:
        answers: list[list[str]] = []
        for worth in (LOW, HIGH):
            await vault.says(worth)
            answers.append([plain(said(await read(one, address, path))) for one in clerks])
        assert answers[0] == answers[1]
    assert len(said_then) == 3


async def read(caller: Caller, address: Address, path: str) -> Response:
    answer = await ask(caller, address, path)
    assert answer.status_code < 500, answer.text
    assert not leaks(said(answer)), answer.text
    return answer


@pytest.mark.parametrize("address", [a for a in API if a.verb != "GET" and name(a) not in ENDS_WHO_ASKS], ids=name)
async def test_no_write_tells_or_changes_what_is_hidden(vault: Vault, address: Address, described_: dict[str, Any]):
    """Every address that writes, naming the hidden field, row, table, view and file in its path, and in every property of its body that names something."""
    hidden = replace(vault.world, ids={**vault.world.ids, **unseen(vault)})
    before = await kept(vault)
    for who in (vault.tess, vault.guest, vault.custom):
        for ids in mixed(address, vault.world, hidden):
            answer = await ask(who, address, filled(address.path, ids))
            assert answer.status_code < 500 and not leaks(answer.text), (ids, answer.text)
        for body in naming(described_, address, hidden):
            answer = await ask(who, address, filled(address.path, vault.world.ids), body)
            assert answer.status_code < 500 and not leaks(answer.text), (body, answer.text)
    assert await kept(vault) == before


def unseen(vault: Vault) -> dict[str, str]:
    return {"field": "worth", "row": str(vault.other), "table": "akeys", "view": "rich", "file": vault.file}


async def kept(vault: Vault) -> list[Any]:
    """What is hidden from a clerk, as it is now."""
    mine, other = [(await vault.ben.get(f"{vault.table}/rows/{row}")).json() for row in (vault.row, vault.other)]
    key = (await vault.ben.get(f"{vault.table.replace('achests', 'akeys')}/rows/{vault.key}")).json()
    return [{field: mine["values"].get(field) for field in ("worth", "notes", "papers")}, other["values"], key["values"]]


@pytest.fixture(scope="module")
def described_(app: FastAPI) -> dict[str, Any]:
    return described(app)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("describe_app", {"app": "avault"}),
        ("find_rows", {"app": "avault", "table": "achests", "where": [{"field": "worth", "op": "gt", "value": GUESS}]}),
        ("find_rows", {"app": "avault", "table": "achests", "sort": [{"field": "worth"}]}),
        ("find_rows", {"app": "avault", "table": "achests", "search": "9000"}),
        ("find_rows", {"app": "avault", "table": "akeys"}),
        ("count_rows", {"app": "avault", "table": "achests", "measure": "sum", "field": "worth"}),
        ("count_rows", {"app": "avault", "table": "achests", "measure": "count"}),
        ("open_view", {"app": "avault", "view": "rich"}),
        ("open_view", {"app": "avault", "view": "aall"}),
        ("search", {"words": "9000"}),
        ("update_rows", {"app": "avault", "table": "achests", "rows": [{"id": 6, "values": {"worth": 1}}]}),
        ("list_runs", {"app": "avault"}),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
async def test_no_tool_tells_what_is_hidden(vault: Vault, tool: str, arguments: dict[str, Any]):
    told: list[str] = []
    for worth in (LOW, HIGH):
        await vault.says(worth)
        told.append(plain(orjson.dumps((await called(vault.tess, tool, arguments))[1]).decode()).replace('\\"', '"'))
    assert plain(told[0]) == plain(told[1])
    assert not leaks(told[0])
