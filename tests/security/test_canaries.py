"""Twenty secrets through every door that takes one, then things go wrong, then everything that leaves is searched: none is found in clear."""

import gzip
import io
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.backups.backup import back_up
from sayso.settings import Settings
from tests.web.conftest import Company
from tests.web.crm import CLIENTS, CRM


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """All that is logged, at the level of whoever looks for a fault."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)


def canary(n: int) -> str:
    return f"canary-{n:02}-Zq7RkV2mWx"


CANARIES = [canary(n) for n in range(20)]


async def seeded(company: Company) -> list[str]:
    """Every door that takes a secret; gives the tokens that were handed out, which count too."""
    ben, ana = company.ben, company.ana
    heard: list[str] = []
    kinds: list[tuple[str, dict[str, Any], str, str]] = [
        ("http", {"address": "http://a.invalid", "auth": "bearer"}, "token", "{}"),
        ("http", {"address": "http://b.invalid", "auth": "basic", "user": "u"}, "password", "{}"),
        ("http", {"address": "http://c.invalid", "auth": "bearer"}, "token", "{}"),
        ("smtp", {"host": "mail.invalid", "user": "u", "sender": "a@b.example"}, "password", "{}"),
        ("imap", {"host": "mail.invalid", "user": "u"}, "password", "{}"),
        ("slack", {}, "webhook", "https://hooks.slack.com/services/{}"),
        ("discord", {}, "webhook", "https://discord.com/api/webhooks/1/{}"),
        ("telegram", {}, "token", "1:{}"),
        ("postgres", {"host": "db.invalid", "user": "u", "database": "d"}, "password", "{}"),
        ("mysql", {"host": "db.invalid", "user": "u", "database": "d"}, "password", "{}"),
        ("mcp", {"address": "http://mcp.invalid", "auth": "bearer"}, "token", "{}"),
        ("openapi", {"address": "http://api.invalid", "auth": "bearer"}, "token", "{}"),
    ]
    for n, (kind, settings, name, written) in enumerate(kinds):
        given = {"kind": kind, "name": f"C{n}", "settings": settings, "secrets": {name: written.format(canary(n))}}
        made = await ben.post("/api/connections", json=given)
        assert canary(n) not in made.text
        if made.status_code == 201:
            heard.append(made.json()["id"])
        else:
            print(kind, made.text)  # noqa: T201 (which door did not open)
    for n in (12, 13):
        provider = {"name": f"p{n}", "kind": "compatible", "base_url": "http://models.invalid/v1", "secret": canary(n)}
        assert (await ana.post("/api/gateway/providers", json=provider)).status_code == 201
    await ana.post(
        "/api/apps",
        json={"spec": {**CRM, "automations": [{"id": "hooked", "name": "Hooked", "on": True, "trigger": {"kind": "webhook"}}]}},
    )
    await ana.post("/api/apps/crm/automations/hooked/webhook", json={"secret": canary(14)})
    await ana.put(f"/api/connections/{heard[0]}/secret", json={"secrets": {"token": canary(15)}})
    await ana.patch("/api/gateway/providers/p12", json={"secret": canary(16)})
    await ana.put("/api/me/password", json={"password": canary(17), "new": canary(18)})
    await company.nobody.post("/signin/password", data={"email": "ben@northlight.example", "password": canary(19)})
    return heard


async def gone_wrong(company: Company, connections: list[str]) -> str:
    """Failures of all sorts, with secrets in their hands; what they answered."""
    told: list[str] = []
    for id in connections:
        told.append((await company.ben.post(f"/api/connections/{id}/test", json={})).text)
        told.append((await company.ben.get(f"/api/connections/{id}")).text)
    for body in (
        {"secret": CANARIES[0], "kind": "nothing"},
        {"secrets": {"nothing": CANARIES[1]}, "kind": "http"},
        {"kind": {"secret": CANARIES[2]}},
    ):
        told.append((await company.ben.post("/api/connections", json=body)).text)
        told.append((await company.ana.post("/api/gateway/providers", json=body)).text)
    call = {"endpoint": "chat/completions", "body": {"model": "p12/m", "messages": [{"role": "user", "content": "hello"}]}}
    told.append((await company.ana.post("/api/gateway/calls", json=call)).text)
    for where in (
        "/api/connections",
        "/api/gateway/providers",
        "/api/audit?limit=200",
        "/api/audit/export",
        f"{CLIENTS}/export?format=json",
        "/api/me/export",
        "/metrics",
    ):
        told.append((await company.ana.get(where)).text)
    return "\n".join(told)


TABLES = "select table_name from information_schema.tables where table_schema = 'sayso' and table_type = 'BASE TABLE'"
ROWS = "select coalesce(string_agg(x::text, '|'), '') from sayso.{} x"


async def dumped(engine: AsyncEngine) -> str:
    """Every row of every system table as text."""
    async with engine.connect() as tx:
        tables = (await tx.execute(text(TABLES))).scalars().all()
        return "\n".join([str((await tx.execute(text(ROWS.format(name)))).scalar()) for name in tables])


async def test_no_canary_is_found_in_clear(company: Company, said: io.StringIO, settings: Settings, tmp_path: Path):
    connections = await seeded(company)
    assert len(connections) >= 8, "the doors that take a secret are there"
    answered = await gone_wrong(company, connections)
    file = tmp_path / "all.backup"
    await back_up(company.engine, settings, file)
    with zipfile.ZipFile(file) as archive:
        backed = b"".join(archive.read(name) for name in archive.namelist())
    places = {"an answer": answered, "a log": said.getvalue(), "the database": await dumped(company.engine)}
    for place, words in places.items():
        found = [one for one in CANARIES if one in words or one.encode().hex() in words]
        assert found == [], f"in {place}"
    assert not [one for one in CANARIES if one.encode() in backed]
    for folder in (settings.home,):
        for path in folder.rglob("*"):
            if path.is_file():
                body = path.read_bytes()
                assert not [one for one in CANARIES if one.encode() in body or gzip.compress(one.encode()) in body], path
