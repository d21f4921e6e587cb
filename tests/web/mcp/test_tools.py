"""What agents can do over MCP: what their person can, and nothing else."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from sayso import __version__
from sayso.connections import catalogues, mcp, stored
from sayso.connections.connections import Connections
from sayso.db import transaction
from sayso.errors import Forbidden
from sayso.web.mcp.methods import INSTRUCTIONS
from tests.connections.conftest import opened
from tests.connections.outside import LOOPBACK
from tests.web.conftest import Company
from tests.web.mcp.conftest import agent, use

WRITING = {"create_rows", "update_rows", "trash_rows", "submit_form"}


@pytest.mark.parametrize(("mode", "speaks"), [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
async def test_an_agent_looks_around_and_reads(crm: Company, address: str, mode: str, speaks: str):
    async with agent(address, crm.mia, mode) as client:
        assert client.protocol_version == speaks
        assert client.server_info is not None
        assert client.server_info.name == "sayso"
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert {"list_apps", "describe_app", "find_rows", "find_models", "ask_coworker"} | WRITING <= names

        apps = await use(client, "list_apps")
        assert [one["app"] for one in apps["apps"]] == ["crm"]
        crm_told = await use(client, "describe_app", app="CRM")
        assert crm_told["tables"][0]["fields"]["stage"] == "select: New, Won, Lost"
        assert crm_told["forms"][0]["form"] == "hello"

        won = await use(
            client, "find_rows", app="crm", table="Clients",
            where=[{"field": "Stage", "op": "is", "value": "Won"}], sort=[{"field": "worth", "descending": True}], limit=2,
        )  # fmt: skip
        assert won["total"] == 4
        assert [row["values"]["name"] for row in won["rows"]] == ["Client 7", "Client 5"]
        more = await use(client, "open_view", app="crm", view="won", limit=3)
        rest = await use(client, "open_view", app="crm", view="won", limit=3, cursor=more["next"])
        assert [row["values"]["name"] for row in (*more["rows"], *rest["rows"])] == [f"Client {n}" for n in (7, 5, 3, 1)]
        assert rest["next"] is None
        summed = await use(client, "count_rows", app="crm", table="clients", measure="sum", field="worth", by="stage")
        assert {one["name"]: one["value"] for one in summed["groups"]} == {"New": "1200.00", "Won": "1600.00"}
        assert (await use(client, "search", words="client 3"))["found"][0]["kind"] == "row"
        assert (await use(client, "find_models", search="gpt", limit=1))["items"]


async def test_what_an_agent_writes_is_its_persons_doing(crm: Company, address: str):
    since = await crm.last_event()
    async with agent(address, crm.mia) as client:
        made = await use(client, "create_rows", app="crm", table="clients", rows=[{"Name": "Otto", "stage": "Won"}])
        id = made["rows"][0]["id"]
        row = await use(client, "read_row", app="crm", table="clients", id=id)
        assert row["values"]["stage"] == "Won"
        await use(client, "update_rows", app="crm", table="clients", rows=[{"id": id, "values": {"worth": "12.50"}}])
        await crm.ben.patch(f"/api/apps/crm/tables/clients/rows/{id}", json={"values": {"name": "Otto the First"}})
        late = await client.call_tool(
            "update_rows",
            {
                "app": "crm",
                "table": "clients",
                "rows": [{"id": id, "values": {"name": "Otto II"}, "version": made["rows"][0]["version"] + 1}],
            },
        )
        assert late.is_error
        sent = await use(client, "submit_form", app="crm", form="hello", values={"name": "Mia's friend", "email": "a@b.example"})
        await use(client, "trash_rows", app="crm", table="clients", ids=[id, sent["id"]])
    assert await crm.events(since) == ["row.created", "row.changed", "row.changed", "row.created", "row.trashed"]
    async with crm.engine.connect() as tx:
        audited = await tx.execute(text("select sentence, by from sayso.audit where kind = 'mcp.called' order by id"))
        assert [tuple(line) for line in audited] == [
            (f"used {what} over MCP", crm.mia.actor.id)
            for what in ("Add rows", "Change rows", "Fill in a form", "Move rows to the trash")
        ]


async def test_what_is_wrong_is_told_so_that_the_agent_can_mend_it(crm: Company, address: str):
    async with agent(address, crm.mia) as client:
        for tool, arguments, says in [
            ("find_rows", {"app": "crm"}, "table"),
            ("find_rows", {"app": "crm", "table": "clients", "limit": 10_000}, "limit"),
            ("find_rows", {"app": "crm", "table": "nothing"}, "It has: clients, deals"),
            (
                "find_rows",
                {"app": "crm", "table": "clients", "where": [{"field": "colour", "op": "is"}]},
                "has no field 'colour'",
            ),
            ("find_rows", {"app": "crm", "table": "clients", "colour": "red"}, "colour"),
            ("find_rows", {"app": "crm", "table": "clients", "cursor": "x"}, "cursor"),
            ("describe_app", {"app": "hr"}, "There are: crm"),
            ("read_row", {"app": "crm", "table": "clients", "id": 987_654}, "has no row"),
            ("submit_form", {"app": "crm", "form": "hello", "values": {"notes": "x", "worth": "1"}}, "not asked for"),
            ("ask_coworker", {"coworker": "nobody", "text": "Hello"}, "no co-worker"),
            ("show_model", {"name": "no-such-model"}, "no-such-model"),
        ]:
            result = await client.call_tool(tool, arguments)
            assert result.is_error, tool
            assert says in result.content[0].text, (tool, result.content)  # pyright: ignore


async def test_nobody_reaches_another_workspace_or_more_than_their_role(crm: Company, address: str):
    async with agent(address, crm.zoe) as client:
        assert (await use(client, "list_apps"))["apps"] == []
        assert (await use(client, "search", words="client"))["found"] == []
        for tool, arguments in [
            ("describe_app", {"app": "crm"}),
            ("find_rows", {"app": "crm", "table": "clients"}),
            ("create_rows", {"app": "crm", "table": "clients", "rows": [{"name": "Zoe"}]}),
        ]:
            result = await client.call_tool(tool, arguments)
            assert result.is_error
            assert "no app 'crm' here" in json.dumps(result.model_dump(mode="json")["content"])
    async with agent(address, crm.cleo) as client:
        assert not WRITING & {tool.name for tool in (await client.list_tools()).tools}
        result = await client.call_tool("trash_rows", {"app": "crm", "table": "clients", "ids": [1]})
        assert result.is_error
        assert (await use(client, "find_rows", app="crm", table="clients"))["total"] > 0


async def test_a_big_answer_is_cut_where_rows_end_and_goes_on_by_cursor(crm: Company, address: str):
    rows = [{"values": {"name": f"Long {n:03}", "notes": "x" * 1_900}} for n in range(90)]
    assert (await crm.mia.post("/api/apps/crm/tables/clients/rows", json={"rows": rows})).status_code == 201
    where, seen, cursor = [{"field": "name", "op": "starts_with", "value": "Long"}], [], None
    async with agent(address, crm.mia) as client:
        for _ in range(4):
            page = await use(client, "find_rows", app="crm", table="clients", where=where, limit=100, cursor=cursor)
            assert 0 < len(page["rows"]) < 90
            seen += [row["values"]["name"] for row in page["rows"]]
            if (cursor := page["next"]) is None:
                break
    assert seen == [f"Long {n:03}" for n in range(90)]


async def test_one_sayso_uses_another(crm: Company, address: str, tmp_path: Path):
    """Our own client against our own server, with the scope to read alone."""
    secret = (await crm.mia.post("/api/tokens", json={"name": "Elsewhere", "scopes": ["read"]})).json()["token"]
    connections = Connections(crm.engine, tmp_path, LOOPBACK)
    one = await opened(connections, crm.ana.actor, "mcp", {"address": f"http://{address}/mcp", "auth": "bearer"}, token=secret)
    found = await mcp.look(connections, one)
    assert found["server"] == {
        "name": "sayso",
        "title": "Sayso",
        "version": __version__,
        "protocol": "2026-07-28",
        "instructions": INSTRUCTIONS,
    }
    assert not WRITING & {tool["name"] for tool in found["tools"]}
    async with transaction(crm.engine) as tx:
        await catalogues.keep(tx, one, found)
        line = await stored.read(tx, connections, one.id, by=crm.ana.actor)
        await catalogues.approve(tx, line, found["fingerprint"], ["find_rows", "list_apps"], by=crm.ana.actor)
    told = await mcp.call(connections, one, "find_rows", {"app": "crm", "table": "clients", "limit": 1})
    assert told.structured["rows"][0]["values"]["name"] == "Client 1"
    assert (await mcp.call(connections, one, "find_rows", {"app": "crm"})).failed
    with pytest.raises(Forbidden):
        await mcp.call(connections, one, "describe_app", {"app": "crm"})
