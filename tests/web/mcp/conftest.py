"""Agents of other makers: the client of the `mcp` package, against `/mcp` behind a real server."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.web.conftest import Caller, Company
from tests.web.crm import CRM


@pytest.fixture(scope="module")
async def crm(company: Company) -> Company:
    """The company, with the CRM and a few clients in it."""
    assert (await company.ben.post("/api/apps", json={"spec": CRM})).status_code == 201
    rows = [{"values": {"name": f"Client {n}", "stage": "won" if n % 2 else "new", "worth": f"{n}00"}} for n in range(1, 8)]
    assert (await company.ben.post("/api/apps/crm/tables/clients/rows", json={"rows": rows})).status_code == 201
    return company


@asynccontextmanager
async def agent(address: str, caller: Caller, mode: str = "auto") -> AsyncGenerator[Client]:
    """A client that acts for somebody."""
    headers = {"authorization": caller.headers["authorization"]}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(f"http://{address}/mcp", http_client=http), mode=mode, cache=None) as client,
    ):
        yield client


async def use(client: Client, tool: str, **arguments: Any) -> Any:
    """What a tool answers; an error of the tool fails the test."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return result.structured_content
