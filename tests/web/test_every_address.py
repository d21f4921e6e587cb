"""Every address of the API, as a viewer and with nonsense; `tests/isolation` asks them as nobody and as somebody from elsewhere.

A new address without an example fails here, so that none is ever left out.
"""

import random
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from sayso.web.routes import API, PUBLIC, Address
from tests.web.conftest import Caller, Company, problem
from tests.web.crm import CLIENTS, CRM
from tests.web.sharing import in_person, published

SCIM_VERBS = (
    ("GET", ""), ("POST", ""), ("POST", "/.search"), ("GET", "/{id}"), ("PUT", "/{id}"), ("PATCH", "/{id}"), ("DELETE", "/{id}"),
)  # fmt: skip
SPREADSHEET = ("people.csv", b"Name,Born\nRosa,1981-02-03\nIgor,1990-11-30\n", "text/csv")
FUZZED_REQUESTS = 12


@dataclass(frozen=True)
class Things:
    """Ids of things in Northlight's workspace, by the name of the path parameter."""

    ids: dict[str, str]

    def path(self, address: Address, **other: str) -> str:
        kind = address.path.split("/")[2]
        found = {**self.ids, "id": self.ids.get(kind, ""), **other}
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: quote(found[m[1]], safe=""), address.path)


@pytest.fixture(scope="module")
async def things(company: Company) -> Things:
    async def made(answer: httpx.Response) -> dict[str, Any]:
        assert answer.status_code in (200, 201), f"{answer.request.method} {answer.request.url}: {answer.text}"
        return answer.json()

    ben = company.ben
    await made(await ben.post("/api/apps", json={"spec": {**CRM, "automations": [HOOKED]}}))
    row = (await made(await ben.post(f"{CLIENTS}/rows", json={"values": {"name": "Otto"}})))["rows"][0]
    comment = await made(await ben.post(f"{CLIENTS}/rows/{row['id']}/comments", json={"text": "Call back"}))
    share = await published(await in_person(company, ben), "crm", "hello")
    file = await made(await ben.post("/api/files", files={"file": ("a.txt", b"hello", "text/plain")}))
    coming = await made(await ben.post("/api/imports", files={"file": SPREADSHEET}))
    draft = await made(await ben.post("/api/drafts", json={"wish": "keep track of clients"}))
    token = await made(await ben.post("/api/tokens", json={"name": "Matrix"}))
    ana, gateway = company.ana, "/api/gateway"
    provider = await made(await ana.post(f"{gateway}/providers", json=NORTHLIGHT_PROVIDER))
    alias = await made(await ana.post(f"{gateway}/aliases", json={"name": "matrix", "targets": [{"model": "northlight/m"}]}))
    key = await made(await ana.post(f"{gateway}/keys", json={"name": "Matrix"}))
    budget = await made(await ana.post(f"{gateway}/budgets", json={"scope": "workspace", "period": "week", "amount": "10"}))
    helper = await made(await ben.post("/api/coworkers", json=HELPER))
    talk = await made(await ben.post("/api/coworkers/helper/conversations", json={"title": "Matrix"}))
    said = await ben.post(f"/api/conversations/{talk['id']}/messages", json={"text": "Otto"})
    assert said.status_code == 200, said.text
    connection = await made(await ben.post("/api/connections", json=NORTHLIGHT_CONNECTION))
    webhook = await made(await ben.post("/api/webhooks", json=NORTHLIGHT_WEBHOOK))
    delivery = await made(await ben.post(f"/api/webhooks/{webhook['id']}/deliveries", json={}))
    sso = await made(await ana.post("/api/sso", json=NORTHLIGHT_SIGN_ON))
    domain = await made(await ana.post("/api/domains", json={"domain": "northlight.example"}))
    ids = {
        "sso": sso["id"],
        "domain": domain["domain"],
        "webhook": webhook["id"],
        "delivery": delivery["id"],
        "connection": connection["id"],
        "app": "crm",
        "table": "clients",
        "view": "hello",
        "row": row["id"],
        "comment": comment["id"],
        "number": 1,
        "slot": "text",
        "field": "notes",
        "fill": "q_000000000000",
    }
    ids |= {"share": share["id"], "file": file["id"], "imports": coming["id"], "drafts": draft["id"], "tokens": token["id"]}
    trial = await made(await ben.post("/api/trials", json=TRIAL))
    ids |= {"trials": trial["id"], "case": 1, "models": "gpt-4o"}
    ids |= {"provider": provider["id"], "alias": alias["id"], "key": key["id"], "budget": budget["id"], "call": f"req_{0:032x}"}
    invitation = (await made(await ana.post("/api/invitations", json={"link": True, "role": "viewer"})))["items"][0]
    group = await made(await ana.post("/api/groups", json={"name": "Everyday"}))
    role = await made(await ana.post("/api/roles", json={"name": "Office", "rights": ["read"]}))
    account = await made(await ana.post("/api/service-accounts", json={"name": "Import", "role": "viewer"}))
    ids |= {"invitation": invitation["id"], "group": group["id"], "role": role["id"], "account": account["id"]}
    ids |= {"member": company.mia.actor.id, "workspace": "w_0", "session": "se_0", "service_token": "k_0"}
    ids |= {"coworker": helper["key"], "conversation": talk["id"], "memory": "y_0", "card": "c_0"}
    ids |= {
        "reaction": "heart",
        "notifications": "1",
        "approval": "ok_0",
        "run": "r_000000000000",
        "automation": "hooked",
        "sync": "s_0",
        "passkey": "pk_0",
    }
    ids |= {"copy": "ac_000000000000", "workspace": "tp_000000000000"}
    return Things({name: str(id) for name, id in ids.items()})


HELPER = {"id": "helper", "name": "Helper", "grants": [{"app": "crm", "table": "clients", "may": "write"}]}
NORTHLIGHT_PROVIDER = {
    "name": "northlight",
    "kind": "compatible",
    "base_url": "http://models.northlight.invalid/v1",
    "secret": "sk-northlight-1234",
}
NORTHLIGHT_SIGN_ON = {
    "preset": "oidc",
    "name": "Northlight ID",
    "settings": {"issuer": "https://login.northlight.invalid", "client_id": "sayso"},
    "secrets": {"client_secret": "cs-northlight-1234"},
}
NORTHLIGHT_WEBHOOK = {"url": "http://10.0.0.1/hears", "events": ["app.built"], "app": "crm"}
NORTHLIGHT_CONNECTION = {
    "kind": "http",
    "name": "Northlight's stock",
    "settings": {"address": "http://stock.northlight.invalid/v1", "auth": "bearer"},
    "secrets": {"token": "tk-northlight-1234"},
    "use": {"who": "roles", "roles": ["member", "builder"]},
}
HOOKED = {"id": "hooked", "name": "Hooked", "on": True, "trigger": {"kind": "webhook"}}
CHANGE = {"title": "", "steps": [{"do": "rename", "part": "table", "id": "clients", "name": "Customers"}]}
TRIAL = {
    "path": "builder",
    "contenders": [{"model": "sayso/canvas"}],
    "cases": {"source": "hand", "given": [{"inputs": {"message": "keep track of plants"}, "label": "Plants"}]},
}
SOURCE = {"connection": "cn_0", "what": "orders", "key": ["id"], "fields": {"name": "title"}}

BODIES: dict[str, Any] = {
    "POST /api/sso": {**NORTHLIGHT_SIGN_ON, "name": "Other"},
    "PATCH /api/sso/{sso}": {"name": "Ours", "shown": False, "mapping": {"rules": [{"value": "staff", "role": "viewer"}]}},
    "POST /api/sso/{sso}/test": {},
    "POST /api/sso/{sso}/link": {},
    "POST /api/sso/{sso}/certificates": {},
    "POST /api/sso/{sso}/certificates/change": {},
    "PUT /api/sso/policy": {"enforced": False},
    "POST /api/sso/sign-out": {},
    "POST /api/domains": {"domain": "other.example"},
    "PATCH /api/domains/{domain}": {"capture": None},
    "POST /api/domains/{domain}/proof": {"by": "file"},
    "POST /api/scim": {"role": "viewer"},
    "PATCH /api/scim": {"role": "member"},
    "POST /api/webhooks": {**NORTHLIGHT_WEBHOOK, "name": "Other"},
    "PATCH /api/apps/{app}/tables/{table}/rows/{row}/comments/{comment}": {"resolved": True},
    "PUT /api/apps/{app}/tables/{table}/rows/{row}/comments/{comment}/reactions/{reaction}": {},
    "PATCH /api/me/preferences": {"kinds": {"mention": {"mail": "digest"}}, "digest": {"every": "hour"}, "quiet": None},
    "PUT /api/me/preferences/apps/{app}": {"state": "follow"},
    "POST /api/apps/{app}/copies": {"name": "Other", "rows": False},
    "POST /api/apps/{app}/moves": {"workspace": "w_nowhere00000"},
    "POST /api/apps/{app}/draft-copy": {"rows": "none"},
    "POST /api/apps/{app}/draft-copy/promotion": {"base_version": 1},
    "POST /api/workspace/templates": {"app": "crm", "name": "Ours"},
    "PATCH /api/webhooks/{webhook}": {"name": "Ours", "events": ["row.created"]},
    "PUT /api/webhooks/{webhook}/secret": {},
    "POST /api/webhooks/{webhook}/deliveries": {},
    "POST /api/webhooks/{webhook}/deliveries/{delivery}/replay": {},
    "POST /api/connections": {**NORTHLIGHT_CONNECTION, "name": "Other"},
    "PATCH /api/connections/{connection}": {"name": "Stock", "settings": {"test_path": "me"}},
    "PUT /api/connections/{connection}/secret": {"secrets": {"token": "tk-northlight-5678"}},
    "POST /api/connections/{connection}/test": {},
    "PUT /api/connections/{connection}/tools": {"fingerprint": "0" * 32, "tools": ["find"]},
    "PUT /api/connections/{connection}/operations": {"document": '{"openapi": "3.1.0", "paths": {}}'},
    "POST /api/connections/{connection}/authorize": {},
    "POST /api/apps/{app}/sources": {"connection": "cn_0", "what": "orders"},
    "PUT /api/apps/{app}/tables/{table}/source": {"source": SOURCE},
    "POST /api/apps/{app}/tables/{table}/source/preview": {"source": SOURCE},
    "POST /api/apps/{app}/tables/{table}/source/syncs": {},
    "POST /api/apps/{app}/tables/{table}/source/conflicts": {"rows": [1], "keep": "ours"},
    "POST /api/trials": TRIAL,
    "POST /api/trials/estimates": TRIAL,
    "PATCH /api/trials/{id}": {"name": "Plants", "schedule": {"when": ["weekly"], "cron": "0 6 * * 1"}},
    "POST /api/trials/{id}/cancellation": {},
    "POST /api/trials/{id}/continuation": {"budget": "2.00"},
    "POST /api/trials/{id}/contenders": {"model": "sayso/embed", "prompt": "Shorter"},
    "PUT /api/trials/{id}/cases/{case}/votes": {"answer": "in_use", "vote": "good"},
    "POST /api/trials/{id}/promotions": {"contender": "c1", "dry": True},
    "PATCH /api/me": {"name": "Somebody"},
    "POST /api/session/proof": {"password": "a password of theirs"},
    "POST /api/session/proof/challenge": {},
    "PUT /api/me/password": {"password": "a longer password"},
    "POST /api/me/passkeys": {"name": "Laptop", "credential": {"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}},
    "POST /api/me/passkeys/challenge": {},
    "PATCH /api/me/passkeys/{passkey}": {"name": "Phone"},
    "POST /api/me/totp": {},
    "PUT /api/me/totp": {"code": "123456"},
    "POST /api/me/recovery-codes": {},
    "PUT /api/workspace/sign-in": {
        "methods": ["password", "passkey"],
        "second_factor": False,
        "session_days": 30,
        "idle_minutes": None,
    },
    "DELETE /api/me": {"name": "Nobody by that name"},
    "PUT /api/me/picture": {"no": "picture"},
    "PUT /api/session/workspace": {"workspace": "w_0"},
    "POST /api/workspaces": {"name": "Side project"},
    "POST /api/workspaces/{workspace}/restoration": {},
    "DELETE /api/workspace": {"name": "No such name"},
    "PATCH /api/members/{member}": {"role": "viewer", "properties": {"region": "North"}, "groups": []},
    "POST /api/invitations": {
        "to": ["new@northlight.example"],
        "role": "viewer",
        "groups": [],
        "apps": [{"app": "crm", "role": "@reader"}],
    },
    "POST /api/invitations/{invitation}/resending": {"link": True},
    "POST /api/groups": {"name": "Matrix", "properties": {"region": "North"}},
    "PATCH /api/groups/{group}": {"name": "Support"},
    "POST /api/roles": {"name": "Reader", "rights": ["read"]},
    "PATCH /api/roles/{role}": {"rights": ["read", "comment"]},
    "POST /api/service-accounts": {"name": "Nightly", "role": "viewer", "groups": []},
    "PATCH /api/service-accounts/{account}": {"name": "Daily"},
    "POST /api/service-accounts/{account}/tokens": {"name": "Cron"},
    "PUT /api/apps/{app}/access": {"grants": [{"kind": "everyone", "role": "@editor"}]},
    "PATCH /api/workspace": {"hue": 7},
    "PATCH /api/audit/settings": {"keep_days": 365},
    "POST /api/audit/streams": {"url": "http://10.0.0.1/audit", "kinds": ["member"]},
    "POST /api/tokens": {"name": "One"},
    "POST /api/tokens/{id}/rotation": {"overlap_hours": 1},
    "POST /api/apps": {"spec": {**CRM, "id": "other"}},
    "PATCH /api/apps/{app}": {"hue": 7},
    "POST /api/apps/{app}/plans": {"change": CHANGE},
    "POST /api/apps/{app}/versions": {"change": CHANGE, "base_version": 1},
    "POST /api/apps/{app}/undos": {},
    "POST /api/apps/{app}/redos": {},
    "POST /api/apps/{app}/formulas": {"table": "clients", "formula": "{Worth} * 3"},
    "POST /api/apps/{app}/shares": {
        "view": "hello",
        "fingerprint": "0" * 32,
        "rows": {"search": True},
        "origins": ["https://www.example.com"],
    },
    "PATCH /api/shares/{share}": {"name": "Hello", "password": "three plain words"},
    "POST /api/apps/{app}/tables/{table}/rows": {"values": {"name": "Mia"}},
    "PATCH /api/apps/{app}/tables/{table}/rows": {"rows": [{"id": 1, "values": {"name": "Mia"}}]},
    "DELETE /api/apps/{app}/tables/{table}/rows": {"ids": [1]},
    "PATCH /api/apps/{app}/tables/{table}/rows/{row}": {"values": {"name": "Mia"}},
    "PUT /api/apps/{app}/tables/{table}/rows/{row}/position": {"before": None},
    "POST /api/apps/{app}/tables/{table}/rows/{row}/comments": {"text": "hello"},
    "POST /api/apps/{app}/tables/{table}/restorations": {"ids": [1]},
    "POST /api/trash/restorations": {"app": "crm"},
    "POST /api/imports/{id}/start": {"into": {}},
    "POST /api/drafts": {"wish": "keep track of plants", "app": "crm"},
    "PATCH /api/drafts/{id}": {"change": CHANGE},
    "POST /api/drafts/{id}/messages": {"wish": "add a phone number"},
    "POST /api/drafts/{id}/acceptance": {},
    "POST /api/apps/{app}/fills": {"table": "clients", "field": "notes", "filter": {"of": []}, "budget": "2.00", "dry": True},
    "PATCH /api/apps/{app}/fills/{fill}": {"state": "running"},
    "POST /api/apps/{app}/tables/{table}/rows/{row}/ai/{field}": {},
    "PUT /api/apps/{app}/tables/{table}/rows/{row}/ai/{field}": {},
    "PUT /api/apps/{app}/slots/{slot}": {"model": "sayso/reader", "base_version": 1},
    "POST /api/apps/{app}/tables/{table}/questions": {"question": "How many clients since January?"},
    "PUT /api/slots/{slot}": {"model": "sayso/reader"},
    "POST /api/apps/{app}/tables/{table}/fields/{field}/try": {
        "row": 1,
        "field": {"kind": "ai", "id": "gist", "name": "Gist", "task": "summarise", "prompt": "{Notes}"},
    },
    "POST /api/coworkers": {**HELPER, "id": "other"},
    "PATCH /api/coworkers/{coworker}": {"description": "Helps"},
    "POST /api/coworkers/{coworker}/conversations": {"title": "Hello"},
    "POST /api/coworkers/{coworker}/knowledge": {},
    "PATCH /api/conversations/{conversation}": {"title": "Other"},
    "POST /api/conversations/{conversation}/messages": {"text": "Who is Otto?"},
    "PATCH /api/cards/{card}": {"version": 1, "acts": []},
    "POST /api/cards/{card}/approval": {"version": 1},
    "POST /api/cards/{card}/refusal": {"reason": "Later"},
    "POST /api/runs/{run}/cancel": {},
    "POST /api/runs/{run}/pause": {},
    "POST /api/runs/{run}/resume": {},
    "POST /api/runs/{run}/retry": {"skip": True},
    "POST /api/runs/{run}/replay": {},
    "POST /api/apps/{app}/automations/{automation}/cancel": {},
    "POST /api/apps/{app}/automations/{automation}/tries": {"row": 1},
    "PATCH /api/apps/{app}/automations/{automation}": {"on": True},
    "POST /api/apps/{app}/automations/{automation}/press": {"row": 1},
    "POST /api/apps/{app}/automations/{automation}/call": {"inputs": {"Name": "Otto"}},
    "POST /api/apps/{app}/automations/{automation}/webhook": {"new_secret": True},
    "PATCH /api/notifications": {"read": True, "until": 1},
    "PATCH /api/notifications/{id}": {"read": True},
    "POST /api/approvals/{approval}/decision": {"approved": True, "reason": "Fine"},
    "PATCH /api/gateway/settings": {"retries": 1},
    "POST /api/gateway/providers": {**NORTHLIGHT_PROVIDER, "name": "other"},
    "PATCH /api/gateway/providers/{provider}": {"rank": 2},
    "POST /api/gateway/providers/{provider}/tests": {},
    "POST /api/gateway/aliases": {"name": "writer", "targets": [{"provider": "other", "model": "m", "price": {"input_mtok": 1}}]},
    "PATCH /api/gateway/aliases/{alias}": {"slot": "text"},
    "POST /api/gateway/keys": {"name": "One", "settings": {"models": ["openai/*"], "requests_per_minute": 60}},
    "PATCH /api/gateway/keys/{key}": {"name": "Two"},
    "POST /api/gateway/budgets": {"scope": "workspace", "period": "month", "amount": "25.00"},
    "PATCH /api/gateway/budgets/{budget}": {"amount": "30"},
    "POST /api/gateway/calls": {"body": {"model": "nobody/nothing", "messages": []}},
}
QUERIES = {
    "GET /api/apps/{app}/moves": {"workspace": "w_nowhere00000"},
    "GET /api/schedules/preview": {"words": "every weekday at 8:30", "zone": "Europe/Berlin"},
    "GET /api/automations/calendar": {"from": "2026-11-23", "to": "2026-11-30"},
    "GET /api/trials/parts": {"app": "crm"},
    "GET /api/apps/{app}/exposure": {"view": "hello"},
    "GET /api/apps/{app}/tables/{table}/groups": {"by": '[{"field": "stage"}]'},
    "GET /api/apps/{app}/tables/{table}/summaries": {"summaries": '{"worth": "sum"}'},
}
MINE = {
    "/api/activity",
    "/api/workspace/templates",
    "/api/sso", "/api/sso/kinds", "/api/sso/policy", "/api/sso/sign-out", "/api/domains", "/api/scim",
    "/api/me/preferences",
    "/api/me/picture", "/api/me/sessions", "/api/me/export", "/api/session/workspace", "/api/workspaces", "/api/invitations", "/api/groups",
    "/api/roles", "/api/service-accounts",
    "/api/session", "/api/me", "/api/members", "/api/workspace", "/api/tokens", "/api/search", "/api/apps", "/api/trash",
    "/api/trials", "/api/trials/estimates", "/api/models/{id:path}/measurements", "/api/slots", "/api/slots/{slot}", "/api/slots/{slot}/preview",
    "/api/notifications", "/api/approvals", "/api/files", "/api/imports", "/api/drafts", "/api/builder", "/api/coworkers", "/api/templates", "/api/wishes",
    "/api/connections", "/api/connections/kinds", "/api/runs", "/api/automations/failures", "/api/webhooks", "/api/webhooks/events",
    "/api/audit", "/api/audit/kinds", "/api/audit/export", "/api/audit/verification", "/api/audit/settings", "/api/audit/streams",
    "/api/shares", "/api/automations", "/api/automations/calendar", "/api/schedules/preview",
    "/api/session/proof", "/api/session/proof/challenge", "/api/me/security", "/api/me/security/invitation", "/api/me/password", "/api/me/passkeys",
    "/api/me/passkeys/challenge", "/api/me/passkeys/{passkey}", "/api/me/totp", "/api/me/recovery-codes", "/api/workspace/sign-in",
    *(f"/api/gateway/{name}" for name in ("settings", "kinds", "providers", "aliases", "keys", "budgets", "usage", "usage/elsewhere", "calls", "calls.csv", "models")),
}  # fmt: skip
"""Addresses that name nothing: what they answer is the caller's own."""
VIEWERS_TOO = {
    "POST /api/sso/sign-out",
    "PATCH /api/me",
    "PATCH /api/me/preferences",
    "PUT /api/me/preferences/apps/{app}",
    "PATCH /api/notifications",
    "DELETE /api/session",
    "DELETE /api/me/picture",
    "DELETE /api/me/sessions",
    "POST /api/workspaces",
    "POST /api/tokens",
    "POST /api/apps/{app}/plans",
    "POST /api/apps/{app}/formulas",
    "POST /api/coworkers/{coworker}/conversations",
    "DELETE /api/coworkers/{coworker}/memories",
    "POST /api/apps/{app}/tables/{table}/questions",
}
"""Writes that change nothing of the team's, and so are everybody's."""

OWN = tuple(
    f"{verb} /api/{thing}/"
    for verb in ("POST", "PATCH", "DELETE")
    for thing in (
        "me",
        "workspaces",
        "runs",
        "copies",
        "workspace/templates",
        "conversations",
        "cards",
        "notifications",
        "approvals",
        "coworkers/{coworker}/memories",
    )
)
"""What is another member's own, whatever the role."""

every = pytest.mark.parametrize("address", API, ids=lambda a: f"{a.verb} {a.path}")


async def ask(caller: Caller, address: Address, path: str) -> httpx.Response:
    name = f"{address.verb} {address.path}"
    if address.path in ("/api/files", "/api/imports") and address.verb == "POST":
        return await caller.post(path, files={"file": SPREADSHEET})
    assert address.verb in ("GET", "DELETE") or name in BODIES, f"{name} has no example in BODIES"
    return await caller.request(address.verb, path, params=QUERIES.get(name), json=BODIES.get(name))


IN_THE_TRASH = "POST /api/trash/restorations"
"""Who may bring an app back is asked of those that are there; the example is not."""


@pytest.mark.parametrize("address", [a for a in API if a.verb != "GET"], ids=lambda a: f"{a.verb} {a.path}")
async def test_a_viewer_changes_nothing(company: Company, things: Things, address: Address):
    answer = await ask(company.cleo, address, things.path(address))
    name = f"{address.verb} {address.path}"
    if name in VIEWERS_TOO:
        assert answer.status_code < 300, answer.text
    elif name == "PUT /api/me/picture":
        assert answer.status_code == 422, "the example is no picture"
    elif (
        name.startswith(
            (
                "DELETE /api/tokens",
                "POST /api/tokens/",
                "PATCH /api/drafts",
                "DELETE /api/drafts",
                "POST /api/drafts/",
                IN_THE_TRASH,
                *OWN,
            )
        )
        or "imports/{" in name
    ):
        assert answer.status_code in (403, 404), "what is another member's own is not theirs to see"
    else:
        assert answer.status_code == 403, answer.text


@every
async def test_nonsense_is_never_our_fault(company: Company, things: Things, address: Address):
    draw = random.Random(f"{address.verb} {address.path}")
    for _ in range(FUZZED_REQUESTS):
        path = (
            things.path(address, **{name: str(draw.choice(NONSENSE)) for name in draw.sample(NAMES, 1)})
            if draw.random() < 0.4
            else things.path(address)
        )
        request = {"params": {k: nonsense(draw, text=True) for k in draw.sample(PARAMETERS, 3)}}
        request |= {"json": bent(draw, BODIES.get(f"{address.verb} {address.path}"))} if address.verb != "GET" else {}
        caller = company.ana if address.path.startswith(("/api/gateway", "/api/audit")) else company.ben
        answer = await caller.request(address.verb, path, **request)
        assert answer.status_code < 500, (path, request, answer.text)
        if answer.status_code >= 400:
            document = problem(answer)
            assert document["detail"] and (answer.status_code != 422 or document["problems"])


NAMES = [
    "app",
    "member",
    "group",
    "invitation",
    "role",
    "account",
    "session",
    "workspace",
    "table",
    "view",
    "row",
    "comment",
    "number",
    "file",
    "id",
    "provider",
    "alias",
    "key",
    "budget",
    "call",
    "case",
    "coworker",
    "conversation",
    "memory",
    "card",
    "approval",
    "connection",
    "webhook",
    "delivery",
    "automation",
    "share",
]
PARAMETERS = [
    "view",
    "filter",
    "sorts",
    "search",
    "fields",
    "offset",
    "limit",
    "cursor",
    "total",
    "by",
    "summaries",
    "measure",
    "q",
    "size",
    "format",
    "split",
    "since",
    "until",
    "status",
    "model",
    "key",
    "words",
    "cron",
    "zone",
    "from",
    "to",
]
NONSENSE: list[Any] = [
    "", "0", "-1", "x" * 300, "9" * 40, "1e999", "null", "[]", "{}", "'; drop table x; --", "ä😀", "a\0b", "%", "../..", "true", 0, -1,
    2**63, 2**70, 1.5, True, None, [], {}, [[]], {"a": 1}, "\u202e", "{Worth}", '{"of": [{"field": "name", "op": "is", "value": {}}]}',
    '[{"field": "name"}]', '{"worth": "sum"}', '{"field": "stage", "bucket": "month"}', '{"of": 7}', "\ud7ff\ue000", "2026-13-45", "NaN",
]  # fmt: skip


def nonsense(draw: random.Random, *, text: bool = False) -> Any:
    value = draw.choice(NONSENSE)
    return str(value) if text else value


def bent(draw: random.Random, value: Any) -> Any:
    """A body like the good one, with something in it that is not."""
    if value is None or draw.random() < 0.15:
        return nonsense(draw)
    if isinstance(value, dict) and value and draw.random() < 0.85:
        key = draw.choice(list(value))
        other = {**value, key: bent(draw, value[key])}
        return other if draw.random() < 0.8 else {**other, draw.choice(["id", "workspace_id", "version", "role", "\0", ""]): 1}
    if isinstance(value, list) and value and draw.random() < 0.8:
        return [*value[:-1], bent(draw, value[-1])]
    return nonsense(draw)


def test_nothing_is_public_but_what_is_listed(app: FastAPI):
    """Changing this list is a decision about safety."""
    assert {f"{p.verb} {p.path}" for p in PUBLIC} == {
        "GET /healthz", "GET /metrics", "GET /.well-known/security.txt", "GET /sign-in", "GET /sign-in/{token}", "POST /sign-in/{token}", "GET /f/{token}", "POST /f/{token}",
        "GET /signin", "POST /signin/password", "GET /signin/link", "POST /signin/link", "GET /signin/link/{token:path}",
        "POST /signin/link/{token:path}", "POST /signin/passkey/challenge", "POST /signin/passkey", "GET /signin/code", "POST /signin/code",
        "GET /signin/second", "POST /signin/second", "POST /signin/second/passkey/challenge", "POST /signin/second/passkey", "GET /signin/reset",
        "POST /signin/reset", "GET /signin/reset/{token:path}", "POST /signin/reset/{token:path}", "GET /f/{token}/sent", "GET /f/{token}/challenge", "POST /f/{token}/password", "GET /share/{token}", "POST /share/{token}/password",
        "GET /share/{token}/rows.csv", "GET /share/{token}/files/{file}", "GET /share/{token}/files/{file}/thumbnail", "GET /approve/{token}", "POST /approve/{token}", "GET /letters/{token}", "POST /letters/{token}", "GET /look/{name}", "GET /api/docs", "GET /api/openapi.json", "GET /api/models", "GET /api/models/changes",
        "GET /join/{secret}", "POST /join/{secret}", "GET /confirm/{secret}", "POST /confirm/{secret}",
        "GET /oauth/callback",
        "GET /sso/{sso}/start", "GET /sso/{sso}/callback", "POST /sso/{sso}/acs", "GET /sso/{sso}/landing/{secret}",
        "POST /sso/{sso}/landing/{secret}", "GET /sso/{sso}/metadata", "POST /sso/{sso}/logout", "GET /sso/{sso}/slo", "POST /sso/{sso}/slo", "GET /sso/{sso}/signed-out",
        *(f"{verb} /scim/v2/{kind}{end}" for kind in ("Users", "Groups") for verb, end in SCIM_VERBS),
        *(f"GET /scim/v2/{path}" for path in ("ServiceProviderConfig", "ResourceTypes", "ResourceTypes/{id}", "Schemas", "Schemas/{id}")),
        "GET /api/models/comparison", "GET /api/models/costs", "GET /api/models/export", "GET /api/models/{id:path}",
        "GET /models", "GET /models.png", "GET /models.{ending}", "GET /models/changes", "GET /models/changes.atom", "GET /models/providers",
        "GET /models/providers/{provider}", "GET /models/{id:path}", "GET /models/{id}/card.png", "GET /models/{id}/figures.{ending}", "GET /compare",
        "GET /compare/{names:path}", "GET /compare/{names}/card.png", "GET /compare/{names}/figures.{ending}", "GET /sitemap.xml",
        "GET /sitemap-{number:int}.xml", "GET /robots.txt", "POST /mcp", "GET /mcp", "DELETE /mcp",
        "GET /.well-known/oauth-protected-resource", "GET /.well-known/oauth-protected-resource/mcp", "GET /.well-known/oauth-authorization-server",
        "GET /.well-known/oauth-authorization-server/mcp", "POST /oauth/register", "GET /oauth/authorize", "POST /oauth/authorize",
        "POST /oauth/token", "POST /oauth/revoke", "POST /hooks/{token}", "PUT /hooks/{token}", "GET /hooks/{token}",
    }  # fmt: skip
