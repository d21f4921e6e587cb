"""One of everything in a workspace. A seed takes the world and gives ids by the name of the path parameter they stand for.

What a person makes is made through the API; what only a model, a clock or the world outside makes is written as they would.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Table, select, text

from sayso.db import (
    coworker_tables,
    endpoint_tables,
    fill_tables,
    gateway_tables,
    notification_tables,
    oauth_tables,
    people_tables,
    signin_tables,
    source_tables,
    together_tables,
    transaction,
)
from sayso.db.tables import apps
from sayso.gateway import kept
from sayso.team import keys, links, notifications, sessions
from sayso.team.actor import Actor
from sayso.team.ids import new_id
from sayso.team.secret import hashed, new_secret
from tests.isolation.worlds import World, made
from tests.web.sharing import path_of, published, signed_in
from tests.web.test_every_address import SPREADSHEET

Seed = Callable[[World], Awaitable[dict[str, Any]]]


def spec(w: World) -> dict[str, Any]:
    """An app with a table of secrets, a public form, and automations that can be called from outside."""
    chests, keys_of = f"{w.prefix}chests", f"{w.prefix}keys"
    label = {"kind": "text", "id": "label", "name": f"Label {w.words.secret}", "required": True}
    return {
        "id": f"{w.prefix}vault",
        "name": w.says("vault"),
        "description": w.says("keeps what nobody else sees"),
        "tables": [
            {
                "id": chests,
                "name": w.says("chests"),
                "fields": [
                    label,
                    {"kind": "select", "id": "stage", "name": "Stage", "options": [{"id": "won", "name": w.says("won")}]},
                    {"kind": "number", "id": "worth", "name": "Worth"},
                    {"kind": "long_text", "id": "notes", "name": "Notes"},
                    {"kind": "file", "id": "papers", "name": "Papers"},
                    {"kind": "person", "id": "keeper", "name": "Keeper"},
                    {"kind": "link", "id": "locks", "name": "Locks", "to": keys_of, "many": True, "reverse": "chest"},
                    {"kind": "ai", "id": "gist", "name": "Gist", "task": "summarise", "prompt": "{Notes}"},
                ],
            },
            {
                "id": keys_of,
                "name": w.says("keys"),
                "fields": [
                    {"kind": "text", "id": "label", "name": "Label"},
                    {"kind": "link", "id": "chest", "name": "Chest", "to": chests, "reverse": "locks"},
                ],
            },
        ],
        "views": [
            {"kind": "grid", "id": f"{w.prefix}all", "name": w.says("grid"), "table": chests},
            {
                "kind": "form",
                "id": f"{w.prefix}hello",
                "name": w.says("form"),
                "table": chests,
                "title": f"Tell {w.words.open} about you",
                "fields": [{"field": "label", "label": "Your name", "required": True}, {"field": "papers"}],
            },
        ],
        "automations": [
            {"id": f"{w.prefix}hooked", "name": w.says("hook"), "on": True, "trigger": {"kind": "webhook"}},
            {"id": f"{w.prefix}called", "name": w.says("call"), "on": True, "trigger": {"kind": "called"}},
        ],
        "coworkers": [{"id": f"{w.prefix}mina", "name": w.says("Mina"), "instructions": w.says("instructions")}],
    }


async def app(w: World) -> dict[str, Any]:
    told = made(await w.builder.post("/api/apps", json={"spec": spec(w)}))
    p = w.prefix
    ids = {"app": told["id"], "table": f"{p}chests", "view": f"{p}hello", "field": "gist", "automation": f"{p}hooked"}
    async with w.engine.connect() as tx:
        found = select(apps.c.number).where(apps.c.workspace_id == w.workspace, apps.c.id == told["id"])
        w.inside |= {"app_number": (await tx.execute(found)).scalar_one(), "columns": told}
    return ids


async def rows(w: World) -> dict[str, Any]:
    """Several, so that the last one's number is none of the other workspace's."""
    table = f"/api/apps/{w.ids['app']}/tables/{w.ids['table']}"
    paper = ("plan.txt", w.says("in a file").encode(), "text/plain")
    file = made(await w.builder.post("/api/files", files={"file": paper}))["id"]
    count = 5 if w.prefix == "b" else 2
    values = [{"label": w.says(f"row {n}"), "notes": w.says("note"), "papers": [file], "worth": 4711} for n in range(count)]
    values[-1]["keeper"] = [w.actors["owner"].member]
    row = made(await w.builder.post(f"{table}/rows", json={"rows": [{"values": one} for one in values]}))["rows"][-1]["id"]
    made(await w.builder.patch(f"{table}/rows/{row}", json={"values": {"notes": w.says("another note")}}))
    for n in range(count):
        comment = made(await w.builder.post(f"{table}/rows/{row}/comments", json={"text": w.says(f"comment {n}")}))["id"]
    return {"row": row, "file": file, "comment": comment}


async def versions(w: World) -> dict[str, Any]:
    many = 3 if w.prefix == "b" else 1
    for hue in range(many):
        made(await w.builder.patch(f"/api/apps/{w.ids['app']}", json={"hue": 100 + hue}))
    return {"number": many + 1}


async def shares(w: World) -> dict[str, Any]:
    """A public form, whose address is a secret of a door."""
    person = await signed_in(w.engine, w.builder._transport, w.actors["builder"])
    share = await published(person, w.ids["app"], w.ids["view"])
    w.inside["form_share"] = path_of(share).rpartition("/")[2]
    return {"share": share["id"]}


async def imports(w: World) -> dict[str, Any]:
    name, data, kind = SPREADSHEET
    sheet = (f"{w.words.secret}-{name}", data.replace(b"Rosa", w.words.secret.encode()), kind)
    return {"imports": made(await w.builder.post("/api/imports", files={"file": sheet}))["id"]}


async def drafts(w: World) -> dict[str, Any]:
    return {"drafts": made(await w.builder.post("/api/drafts", json={"wish": w.says("keep track of clients")}))["id"]}


async def tokens(w: World) -> dict[str, Any]:
    return {"tokens": made(await w.builder.post("/api/tokens", json={"name": w.says("token")}))["id"]}


async def team(w: World) -> dict[str, Any]:
    """Members in a group, with a role of its own, an invitation, a service account with a token, and who may use the app."""
    ana, member = w.owner, w.actors["member"]
    group = made(await ana.post("/api/groups", json={"name": w.says("group"), "members": [member.id]}))["id"]
    role = made(await ana.post("/api/roles", json={"name": w.says("role"), "rights": ["read"]}))["id"]
    new = {"to": [f"{w.words.secret}@new.example"], "role": "viewer", "groups": [group], "message": w.says("welcome")}
    invitation = made(await ana.post("/api/invitations", json=new))["items"][0]
    account = made(await ana.post("/api/service-accounts", json={"name": w.says("account"), "role": "viewer"}))["id"]
    token = made(await ana.post(f"/api/service-accounts/{account}/tokens", json={"name": w.says("nightly")}))["id"]
    session = await _session_of(w, member)
    w.inside["invitation_secret"] = invitation["url"].rpartition("/")[2]
    ids = {"group": group, "role": role, "invitation": invitation["id"], "account": account, "member": member.id}
    told = {"service_token": token, "workspace": w.workspace, "session": session}
    return {**ids, **told}


async def _session_of(w: World, member: Actor) -> str:
    async with transaction(w.engine) as tx:
        return (await sessions.actor(tx, await sessions.begin(tx, by=member, agent=w.says("browser")))).session or ""


async def gateway(w: World) -> dict[str, Any]:
    to = "/api/gateway"
    secret, word = w.words.secret, w.words.secret.lower()
    provider = {"name": f"{word}-models", "kind": "compatible", "base_url": f"http://10.0.0.1/{secret}", "secret": f"sk-{secret}"}
    ids = {"provider": made(await w.owner.post(f"{to}/providers", json=provider))["id"]}
    alias = {"name": f"{word}-writer", "targets": [{"model": f"{word}-models/m"}]}
    ids["alias"] = made(await w.owner.post(f"{to}/aliases", json=alias))["id"]
    key = made(await w.owner.post(f"{to}/keys", json={"name": w.says("key")}))
    w.inside["gateway_key"] = key["secret"]
    budget = {"scope": "app", "subject": w.ids["app"], "period": "week", "amount": "10"}
    ids |= {"key": key["id"], "budget": made(await w.owner.post(f"{to}/budgets", json=budget))["id"]}
    call = uuid4()
    said = {"endpoint": "chat/completions", "asked": w.says("model"), "status": 200, "at": datetime.now(UTC)}
    await written(w, gateway_tables.ledger, id=call, error=w.says("error"), **said)
    await written(w, gateway_tables.bodies, id=call, request=w.says("asked").encode(), answer=w.says("answered").encode())
    return ids | {"call": f"req_{call.hex}"}


async def coworkers(w: World) -> dict[str, Any]:
    grants = [{"app": w.ids["app"], "table": w.ids["table"], "may": "write"}]
    helper = {"id": f"{w.prefix}helper", "name": w.says("helper"), "instructions": w.says("be kind"), "grants": grants}
    key = made(await w.builder.post("/api/coworkers", json=helper))["key"]
    talk = made(await w.builder.post(f"/api/coworkers/{key}/conversations", json={"title": w.says("talk")}))["id"]
    turn, card, memory = new_id("u"), new_id("c"), new_id("y")
    asked = {"text": w.says("question"), "files": [], "rows": [], "by": w.actors["builder"].member, "by_name": "", "at": ""}
    parts = [{"kind": "text", "text": w.says("answer"), "html": w.says("answer")}]
    await written(w, coworker_tables.turns, id=turn, conversation=talk, n=1, state="done", asked=asked, parts=parts)
    await written(w, coworker_tables.cards, id=card, turn=turn, conversation=talk, state="open")
    mine = {"coworker": helper["id"], "member": w.actors["builder"].member}
    await written(w, coworker_tables.memories, id=memory, text=w.says("memory"), **mine)
    return {"coworker": key, "conversation": talk, "card": card, "memory": memory}


async def connections(w: World) -> dict[str, Any]:
    word = w.words.secret.lower()
    connection = {
        "kind": "http", "name": w.says("stock"), "settings": {"address": f"http://10.0.0.1/{word}", "auth": "bearer"},
        "secrets": {"token": f"tk-{w.words.secret}"}, "use": {"who": "everybody"},
    }  # fmt: skip
    ids = {"connection": made(await w.builder.post("/api/connections", json=connection))["id"]}
    hook = {"url": f"http://10.0.0.1/{w.words.secret}", "events": ["app.built"], "name": w.says("webhook")}
    ids["webhook"] = made(await w.builder.post("/api/webhooks", json=hook))["id"]
    ids["delivery"] = made(await w.builder.post(f"/api/webhooks/{ids['webhook']}/deliveries", json={}))["id"]
    async with transaction(w.engine) as tx:
        await tx.execute(
            text("update sayso.webhook_deliveries set state = 'cancelled' where workspace_id = :w"), {"w": w.workspace}
        )
    return ids


async def runs(w: World) -> dict[str, Any]:
    at = f"/api/apps/{w.ids['app']}/automations/{w.ids['automation']}"
    run = made(await w.builder.post(f"{at}/tries", json={"body": {"what": w.says("delivery")}, "dry": True}))["id"]
    w.inside["hook"] = made(await w.builder.get(f"{at}/webhook"))["url"].rpartition("/")[2]
    approval, about = new_id("ok"), {"automation": w.ids["automation"], "automation_name": w.says("hook")}
    members = [w.actors["owner"].member]
    asks = {"app": w.inside["app_number"], "run": run, "key": approval, "question": w.says("question"), "members": members}
    await written(w, notification_tables.approvals, id=approval, **about, **asks)
    w.inside["approval_secret"] = secret = new_secret()
    await written(w, notification_tables.approval_links, hash=hashed(secret), approval=approval, member=members[0])
    async with transaction(w.engine) as tx:
        await notifications.tell(tx, members, "automation", w.says("told"), w.says("text"), by=w.actors["builder"])
        n = notification_tables.notifications
        found = (await tx.execute(select(n.c.id).where(n.c.workspace_id == w.workspace))).scalars().all()
    return {"run": run, "approval": approval, "notifications": max(found)}


async def fills(w: World) -> dict[str, Any]:
    fill = new_id("q")
    about = {"app": w.inside["app_number"], "app_id": w.ids["app"], "table_no": 1, "field_no": 8}
    done = {"state": "done", "origin": "person", "why": w.says("why"), "ended_at": datetime.now(UTC)}
    done["settings"] = {"table": w.ids["table"], "field": w.ids["field"]}
    await written(w, fill_tables.fills, id=fill, **about, **done)
    return {"fill": fill}


async def syncs(w: World) -> dict[str, Any]:
    sync = new_id("s")
    about = {"app": w.inside["app_number"], "table_no": 1, "app_id": w.ids["app"], "table_id": w.ids["table"], "definition": "x"}
    await written(w, source_tables.source_syncs, id=sync, state="done", origin="person", why=w.says("why"), **about)
    return {"sync": sync}


async def trials(w: World) -> dict[str, Any]:
    given = {"inputs": {"message": w.says("keep track of plants")}, "label": w.says("case")}
    new = {"path": "builder", "contenders": [{"model": "sayso/canvas"}], "cases": {"source": "hand", "given": [given]}}
    trial = made(await w.builder.post("/api/trials", json=new | {"name": w.says("trial")}))["id"]
    return {"trials": trial, "case": 1}


async def sign_on(w: World) -> dict[str, Any]:
    """How its people sign on, a domain of its own, and a directory that provisions it."""
    told = {"issuer": "https://login.example.invalid", "client_id": w.says("client")}
    known = made(await w.owner.post("/api/sso", json={"preset": "oidc", "name": w.says("ID")[:60], "settings": told}))
    await w.owner.patch(f"/api/sso/{known['id']}", json={"shown": False})  # a button of the sign-in page is for everybody to read
    domain = made(await w.owner.post("/api/domains", json={"domain": f"{w.words.secret.lower()}.example"}))
    w.inside["scim"] = made(await w.owner.post("/api/scim", json={}))["token"]
    return {"sso": known["id"], "domain": domain["domain"], "Users": w.actors["member"].member, "Groups": "gr_0"}


async def secrets(w: World) -> dict[str, Any]:
    """Doors that open by a secret, and what it opens."""
    owner = w.actors["owner"]
    async with transaction(w.engine) as tx:
        w.inside["sign_in"] = await links.sign_in(tx, by=owner)
        w.inside["session"] = await sessions.begin(tx, by=owner)
        gone = await sessions.begin(tx, by=owner)
        await sessions.end(tx, gone)
        key, token = await keys.create(tx, "Withdrawn", by=owner)
        await keys.revoke(tx, key.id, by=owner)
    w.inside |= {"session_ended": gone, "token_withdrawn": token}
    code = new_secret()
    grant = {"member": owner.member, "client": hashed("client"), "name": w.says("agent"), "redirect_uri": "http://127.0.0.1/cb"}
    await written(w, oauth_tables.oauth_grants, code=hashed(code), challenge="x", scopes=["read"], **grant)
    w.inside["oauth_code"] = code
    return {}


async def passkeys(w: World) -> dict[str, Any]:
    owner = w.actors["owner"]
    values = {"id": f"pk_{w.prefix}{'0' * 11}", "person": owner.person, "name": w.says("laptop"), "uses": 0}
    async with transaction(w.engine) as tx:
        if values["person"] is None:
            members = people_tables.people.metadata.tables["sayso.members"]
            found = select(members.c.person).where(members.c.id == owner.member)
            values["person"] = (await tx.execute(found)).scalar_one()
        secret = w.words.secret.encode()
        await tx.execute(signin_tables.passkeys.insert().values(credential=secret, public_key=secret, **values))
    return {"passkey": values["id"], "reaction": "heart"}


async def copies(w: World) -> dict[str, Any]:
    """A copy that is over, and a template of the workspace's own."""
    about = {"app": w.inside["app_number"], "name": w.says("copy"), "into": w.workspace, "created_by": w.actors["builder"].member}
    ids = {"copy": f"cp_{w.prefix}{'0' * 11}", "templates": f"tp_{w.prefix}{'0' * 11}"}
    over = {"state": "failed", "problem": w.says("problem"), "kind": "copy", "rows": "none"}
    await written(w, together_tables.app_copies, id=ids["copy"], **about, **over)
    spec_ = {"id": "x", "name": w.says("template")}
    await written(w, together_tables.app_templates, id=ids["templates"], name=w.says("template"), spec=spec_, created_by="m")
    return ids


async def objects(w: World) -> dict[str, Any]:
    """What the stateful addresses of /v1 keep; a path of /v1 names no parameters, so their ids stand in `inside`."""
    ids = {kind: f"{begins}_{w.prefix}{uuid4().hex[:16]}" for kind, begins in V1_BEGINS.items()}
    async with transaction(w.engine) as tx:
        for kind, within in V1_KEPT.items():
            value = {"id": ids[kind], "object": kind, "metadata": {"word": w.says(kind)}, "status": "completed"}
            await kept.put(tx, w.workspace, kind, value, parent=ids.get(within, ""))
    later, told = datetime.now(UTC) + timedelta(days=1), {"metadata": {"word": w.says("answer")}, "status": "completed"}
    response = {"status": "completed", "expires_at": later, "value": told | {"id": ids["response"]}, "input": []}
    await written(w, endpoint_tables.responses, id=ids["response"], **response)
    batch = {"status": "completed", "expires_at": later, "value": told | {"id": ids["batch"]}, "caller": {}}
    await written(w, endpoint_tables.batches, id=ids["batch"], **batch)
    w.inside["v1"] = ids
    return {}


V1_KEPT = {
    "file": "", "upload": "", "conversation": "", "conversation.item": "conversation", "assistant": "", "thread": "",
    "thread.message": "thread", "thread.run": "thread", "thread.run.step": "thread.run",
}  # fmt: skip
"""Kinds of objects, and what each of them is inside of."""
V1_BEGINS = {
    "file": "file", "upload": "upload", "conversation": "conv", "conversation.item": "msg", "assistant": "asst", "thread": "thread",
    "thread.message": "msg", "thread.run": "run", "thread.run.step": "step", "response": "resp", "batch": "batch",
}  # fmt: skip


async def settled(w: World) -> dict[str, Any]:
    """What workers of the server would go on with is over, so that nothing of B changes but by whom the matrix asks."""
    async with transaction(w.engine) as tx:
        trial = {"id": w.ids["trials"]}
        await tx.execute(text("update sayso.trials set state = 'done', ended_at = now() where id = :id"), trial)
        # Letters about what they were told are written minutes later, and would change what nobody asked for.
        await tx.execute(text("update sayso.notifications set letter_due = null where workspace_id = :w"), {"w": w.workspace})
    return {"slot": "text", "models": "gpt-4o"}


SEEDS: tuple[Seed, ...] = (
    app, rows, versions, shares, imports, drafts, tokens, team, gateway, coworkers, connections, runs, fills, syncs, trials, sign_on, secrets,
    objects, passkeys, copies, settled,
)  # fmt: skip


async def planted(w: World) -> World:
    for seed in SEEDS:
        w.ids |= {name: str(id) for name, id in (await seed(w)).items()}
    return w


async def written(w: World, table: Table, **values: Any) -> None:
    async with transaction(w.engine) as tx:
        await tx.execute(table.insert().values(workspace_id=w.workspace, **values))
