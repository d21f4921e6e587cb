"""Incidents of others, done again here: text that became code, a query, a page, a letter, or never came to an end."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from sayso.db import transaction
from tests.attacks.replaying import canary, replays, untouched
from tests.isolation.test_mcp import called
from tests.isolation.worlds import World, client, made
from tests.security.payloads import PAYLOADS

MARK = Path("/tmp/sayso-incident-mark")
DO = f"touch {MARK}"
ESCAPES: dict[str, tuple[str, ...]] = {
    "CVE-2025-68613": (f"{{{{ (function(){{ return this.process.mainModule.require('child_process').execSync('{DO}').toString() }})() }}}}",),
    "n8n-PR-6823": (f"{{{{ `${{this.constructor.constructor('return process')().mainModule.require('child_process').execSync('{DO}')}}` }}}}",),
    "GHSA-6cqr-8cfr-67f8": ("{{ ((...a) => a[0].constructor.constructor('return process.execPath')())('') }}", "={{ $('x').constructor.constructor(`return 1`)() }}"),
    "CVE-2026-1470": ("{{ with({}) { constructor.constructor('return process')() } }}", "{{ (() => { with (this) { return constructor } })() }}"),
    "GHSA-fg85-4wv2-p98j": ("{{ Reflect.getOwnPropertyDescriptor($json, '__proto__') }}", "{{ Object.assign($json.__proto__, {a: 1}) }}"),
    "GHSA-9x83-43r8-5hwc": ("{{ $json['__proto__']['polluted'] = 1 }}", "{{ [].constructor.from('x') }}"),
    "CVE-2026-32640": (f"{{Worth}}.__class__.__init__.__globals__['os'].system('{DO}')", "random.__loader__.load_module('os')"),
    "CVE-2026-55244": (f"f\"{{__import__('os').system('{DO}')}}\"", "'{0.__class__.__init__.__globals__}'.format({Worth})"),
    "CVE-2026-27702": (f"return true; require('child_process').execSync('{DO}')", "function(doc){ emit(doc._id, process.env) }"),
    "CVE-2026-45719": ("sum\"); process.exit(); (\"", "_sum', reduce: function(){ return process.env }"),
    "CVE-2026-24002": (f"__import__('subprocess').getoutput('{DO}')", "js.globalThis.process.mainModule.require('fs')"),
    "CVE-2026-27966": (f"python_repl_ast: __import__('os').system('{DO}')", "df.query('@__builtins__.__import__(\"os\").system(\"id\")')"),
}  # fmt: skip
"""What was sent to others, with an effect that can be looked for."""


def ours(w: World) -> str:
    return f"/api/apps/{w.ids['app']}"


@replays(" ".join(ESCAPES))
@pytest.mark.parametrize("incident", ESCAPES)
async def test_an_expression_is_none(world: World, incident: str):
    """Where people write what looks like a program: formulas, conditions, figures, texts of steps, prompts, questions and tools."""
    at, table = ours(world), f"{ours(world)}/tables/{world.ids['table']}"
    version = (await world.builder.get(at)).json()["version"]
    for payload in ESCAPES[incident]:
        tried = made_or_refused(
            await world.builder.post(f"{at}/formulas", json={"table": world.ids["table"], "formula": payload})
        )
        assert not tried.get("type") and not tried.get("examples"), tried
        field = {"kind": "formula", "id": "esc", "name": "Esc", "formula": payload}
        change = {"title": "", "steps": [{"do": "add", "part": "field", "table": world.ids["table"], "value": field}]}
        assert (await world.builder.post(f"{at}/versions", json={"change": change, "base_version": version})).status_code == 422
        condition = {"of": [{"field": "label", "op": "is", "value": payload}]}
        for path, query in (
            ("rows", {"filter": json.dumps(condition)}), ("rows", {"filter": payload}), ("rows", {"search": payload}), ("rows", {"sorts": payload}),
            ("summaries", {"summaries": json.dumps({"worth": payload})}), ("groups", {"by": json.dumps([{"field": payload}])}),
            ("aggregates", {"by": json.dumps([{"field": "stage"}]), "measure": json.dumps({"summary": payload, "field": "worth"})}),
        ):  # fmt: skip
            answer = await world.builder.get(f"{table}/{path}", params=query)
            assert answer.status_code in (200, 404, 422), (path, answer.text)
        step = {
            "kind": "create_row",
            "id": "made",
            "table": world.ids["table"],
            "values": {"label": payload, "notes": f"{{body.x}} {payload}"},
        }
        other = {"kind": "set_values", "id": "said", "values": {"One": payload}}
        dry = await world.builder.post(
            f"{at}/automations/acalled/tries",
            json={"automation": {"id": "esc", "name": "Esc", "trigger": {"kind": "called"}, "steps": [step, other]}, "dry": True},
        )
        assert dry.status_code in (200, 201, 422) and "uid=" not in dry.text
        await world.builder.post(f"{table}/questions", json={"question": payload[:200]})
        await called(
            world.builder,
            "count_rows",
            {"app": world.ids["app"], "table": world.ids["table"], "measure": payload, "field": "worth"},
        )
    assert not MARK.exists(), "it was run"


def made_or_refused(answer: Any) -> dict[str, Any]:
    assert answer.status_code in (200, 201, 422), answer.text
    return answer.json() if answer.status_code < 300 else {}


INJECTED = (
    "'; drop table sayso.apps; --", "x' or '1'='1", "1; select pg_sleep(9)", "label\"; drop schema sayso cascade; --", "id) union select secret from sayso.tokens --",
    "(select version())", "c_1 is not null or true", "label::text || (select current_user)", "$1", "a'||(select current_setting('x'))||'", "\\'; --", "label desc; select 1", "0x27",
)  # fmt: skip


@replays("CVE-2026-52887 CVE-2026-41640 CVE-2026-41478 CVE-2026-23696")
@pytest.mark.parametrize("said", INJECTED)
async def test_what_is_asked_is_a_value_and_what_is_named_is_known(world: World, said: str):
    """NocoBase, Saltcorn, Windmill, n8n: list filters, sync points, owners of folders, names of tables and columns went into SQL as they were."""
    at, table = ours(world), f"{ours(world)}/tables/{world.ids['table']}"
    began = time.perf_counter()
    for path, query in (
        ("rows", {"filter": json.dumps({"of": [{"field": said, "op": "is", "value": 1}]})}), ("rows", {"filter": json.dumps({"of": [{"field": "label", "op": said, "value": 1}]})}),
        ("rows", {"filter": json.dumps({"of": [{"field": "label", "op": "is", "value": said}]})}), ("rows", {"sorts": json.dumps([{"field": said}])}), ("rows", {"fields": said}),
        ("rows", {"cursor": said}), ("rows", {"search": said}), ("rows", {"view": said}), ("groups", {"by": json.dumps([{"field": said}])}), ("export", {"format": "csv", "fields": said}),
    ):  # fmt: skip
        answer = await world.builder.get(f"{table}/{path}", params=query)
        assert answer.status_code in (200, 400, 404, 422), (path, query, answer.text)
        assert (
            answer.status_code != 200
            or answer.headers["content-type"] != "application/json"
            or len(answer.json().get("rows", ())) == 0
            or "fields" in query
        )
        assert "postgresql" not in answer.text.lower() and "syntax error" not in answer.text
    assert (await world.builder.get(at)).status_code == 200 and time.perf_counter() - began < 60


@replays("CVE-2026-56351 CVE-2026-54310")
async def test_names_are_kept_as_names(world: World):
    """n8n: names of tables and columns went into SQL as they were. Here they are kept beside numbers, which alone are in any statement."""
    fields = [{"kind": "text", "id": f"f{n}", "name": said} for n, said in enumerate(INJECTED)]
    options = [{"id": f"o{n}", "name": said} for n, said in enumerate(INJECTED)]
    table = {
        "id": "t",
        "name": INJECTED[0],
        "fields": [*fields, {"kind": "multi_select", "id": "s", "name": "S", "options": options}],
    }
    made(await world.builder.post("/api/apps", json={"spec": {"id": "named", "name": INJECTED[3], "tables": [table]}}))
    values = {f"f{n}": said for n, said in enumerate(INJECTED)} | {"s": [one["id"] for one in options]}
    row = made(await world.builder.post("/api/apps/named/tables/t/rows", json={"rows": [{"values": values}]}))["rows"][0]
    assert {id: row["values"][id] for id in values} == values
    exported = (await world.builder.get("/api/apps/named/tables/t/export", params={"format": "json"})).text
    assert all(json.dumps(said)[1:-1] in exported for said in INJECTED)
    assert (await world.builder.delete("/api/apps/named")).status_code < 300


@replays("CVE-2026-42208")
@pytest.mark.parametrize(
    "key", ["' or 1=1--", "sk-sayso-' or '1'='1", "sayso_' union select null--", "x'); select pg_sleep(9)--"]
)
async def test_a_key_is_looked_for_and_not_put_into_a_question(world: World, key: str):
    """LiteLLM: the key that was shown went into the question whether there is such a key."""
    for path, headers in (
        ("/v1/models", {"authorization": f"Bearer {key}"}), ("/v1/models", {"x-api-key": key}), ("/api/me", {"authorization": f"Bearer {key}"}),
        ("/scim/v2/Users", {"authorization": f"Bearer {key}"}), ("/api/me", {"cookie": f"sayso_session={key}"}), ("/mcp", {"authorization": f"Bearer {key}"}),
    ):  # fmt: skip
        answer = await client(world.app, **headers).request("POST" if path == "/mcp" else "GET", path)
        assert answer.status_code == 401, (path, answer.status_code, answer.text)


@replays(
    "CVE-2026-28357 CVE-2026-28359 CVE-2026-28401 CVE-2026-28397 CVE-2026-35218 CVE-2026-30862 CVE-2026-27578 CVE-2026-110847"
)
async def test_what_was_written_by_the_api_is_text_on_every_page_that_we_make(world: World, app: FastAPI):
    """NocoDB, Budibase, Appsmith, n8n: rich text, comments, formulas of addresses, names and styles, written past the editor, ran in an admin's page."""
    from tests.web.sharing import path_of, published, signed_in  # noqa: PLC0415 (only here)

    evil = [one for one in PAYLOADS if "<" in one][::6]
    fields = [{"kind": "text", "id": "label", "name": "Label"}, {"kind": "long_text", "id": "story", "name": "Story"}, {"kind": "url", "id": "link", "name": "Link"},
              {"kind": "formula", "id": "made", "name": "Made", "formula": 'concat("javascript:alert(1)//", {Label})'}]  # fmt: skip
    name = "<img src=x onerror=hit()>"
    views = [
        {"kind": "grid", "id": "all", "name": name, "table": "t"},
        {
            "kind": "form",
            "id": "ask",
            "name": f"{name} 2",
            "table": "t",
            "title": name,
            "fields": [{"field": "label", "label": name}],
        },
    ]
    spec = {
        "id": "pages",
        "name": name,
        "description": name,
        "tables": [{"id": "t", "name": name, "fields": fields}],
        "views": views,
    }
    made(await world.builder.post("/api/apps", json={"spec": spec}))
    rows = made(
        await world.builder.post(
            "/api/apps/pages/tables/t/rows", json={"rows": [{"values": {"label": one[:200], "story": one}} for one in evil]}
        )
    )["rows"]
    bad = await world.builder.post("/api/apps/pages/tables/t/rows", json={"values": {"label": "x", "link": "javascript:hit()"}})
    assert bad.status_code == 422, "an address is one of the web"
    for one in evil:
        assert (
            await world.builder.post(f"/api/apps/pages/tables/t/rows/{rows[0]['id']}/comments", json={"text": one})
        ).status_code in (201, 422)
    person = await signed_in(world.engine, world.builder._transport, world.actors["builder"])
    pages = [
        path_of(await published(person, "pages", "ask")),
        path_of(await published(person, "pages", "all", fields=["label", "story", "made"], rows={"search": True})),
    ]
    for page in (*pages, f"{pages[1]}?q={name}", "/signin"):
        shown = await client(app).get(page)
        assert shown.status_code == 200, (page, shown.text[:200])
        told = shown.text
        assert (
            "<img src=x onerror" not in told
            and "hit()</script>" not in told
            and 'href="javascript:' not in told
            and "<svg onload=hit" not in told
        ), page
        policy = shown.headers["content-security-policy"]
        assert (
            "'unsafe-inline'" not in policy.partition("style-src")[0] and "object-src 'none'" in policy and "base-uri" in policy
        ), policy
    assert (await world.builder.delete("/api/apps/pages")).status_code < 300


@replays("GHSA-95ph-833c-4wrp")
@pytest.mark.parametrize(
    "body",
    [{"path": "/etc/passwd"}, {"href": "http://127.0.0.1/"}, ["/etc/passwd"], {"content": {"path": "/etc/passwd"}}, {"raw": "x"}],
)
async def test_a_letters_words_are_words(world: World, body: Any):
    """n8n: what stood in place of a letter's text was handed on, and read a file or asked an address."""
    at = ours(world)
    async with canary() as there:
        told = json.loads(json.dumps(body).replace("http://127.0.0.1", there.url))
        for key in ("body", "subject", "to", "attachments"):
            step = {
                "kind": "send_email",
                "id": "mail",
                "to": "a@b.example",
                "subject": "x",
                "body": "x",
                key: told if key != "attachments" else [told],
            }
            change = {
                "title": "",
                "steps": [
                    {
                        "do": "add",
                        "part": "automation",
                        "value": {"id": "mails", "name": "Mails", "trigger": {"kind": "called"}, "steps": [step]},
                    }
                ],
            }
            answer = await world.builder.post(f"{at}/versions", json={"change": change, "base_version": 1})
            assert answer.status_code == 422 and "root:" not in answer.text, (key, answer.status_code, answer.text)
        assert there.came == 0


@replays("CVE-2025-62727")
@pytest.mark.parametrize(
    "value",
    [
        "bytes=" + ",".join(f"{n}-{n}" for n in range(9_000)),
        "bytes=" + "0-,".join("" for _ in range(9_000)),
        "bytes=" + "-" * 50_000,
    ],
)
async def test_ranges_are_read_once(world: World, value: str):
    """Starlette: merging the ranges of one header took the square of their number."""
    began = time.process_time()
    for path in (f"/api/files/{world.ids['file']}", "/look/mark.svg"):
        assert (await world.builder.get(path, headers={"range": value})).status_code in (200, 206, 400, 416)
    assert time.process_time() - began < 3


@replays("CVE-2026-35441 GHSA-6q22-g298-grjh")
async def test_one_request_is_not_a_thousand(world: World):
    """Directus: the same costly field under a thousand names in one question. What takes many at once here has a number."""
    table = f"{ours(world)}/tables/{world.ids['table']}"
    ask = {"jsonrpc": "2.0", "method": "tools/list"}
    accept = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    batch = await world.builder.post("/mcp", content=json.dumps([{**ask, "id": n} for n in range(5_000)]), headers=accept)
    assert batch.status_code in (400, 413, 422), batch.status_code
    for path, query in (
        ("groups", {"by": json.dumps([{"field": "stage"}] * 500)}), ("rows", {"sorts": json.dumps([{"field": "label"}] * 400)}),
        ("rows", {"filter": json.dumps({"of": [{"field": "label", "op": "contains", "value": "a"}] * 300})}), ("rows", {"limit": "1000000"}),
    ):  # fmt: skip
        assert (await world.builder.get(f"{table}/{path}", params=query)).status_code in (400, 413, 414, 422), path
    many = await world.builder.post(f"{table}/rows", json={"rows": [{"values": {"label": "x"}}] * 20_000})
    assert many.status_code in (413, 422), many.status_code


@replays("CVE-2026-41428 CVE-2026-31816 CVE-2026-48151 CVE-2026-34411 CVE-2026-55454")
async def test_a_path_that_only_looks_public_is_not(world: World, app: FastAPI):
    """Budibase, Appsmith: a guard looked for `/webhooks/trigger` anywhere in the whole address; a proxy's own API stood open beside the app."""
    stranger = client(app)
    for tail in (
        "?/webhooks/trigger",
        "?x=/webhooks/trigger",
        "?/api/global/auth",
        "?/hooks/x",
        "#/hooks/x",
        "?path=/healthz",
        ";/webhooks/trigger",
        "/..;/healthz",
    ):
        for path in ("/api/members", "/api/connections", f"{ours(world)}", "/api/gateway/keys", "/scim/v2/Users"):
            turned_away(await stranger.get(path + tail))
    for path in (
        "/config/",
        "/load",
        "/admin",
        "/supervisor",
        "/debug/pprof",
        "/actuator",
        "/api/docs/../members",
        "/metrics/../api/me",
    ):
        turned_away(await stranger.get(path))


def turned_away(answer: Any) -> None:
    led = answer.status_code == 303 and answer.headers["location"].startswith("/signin")
    assert led or answer.status_code in (401, 404), (answer.request.url, answer.status_code)


@replays(
    "CVE-2026-21858 CVE-2026-30240 CVE-2026-54352 CVE-2025-71334 CVE-2025-71324 CVE-2026-33497 CVE-2026-72850 CVE-2026-21877"
)
async def test_no_name_leads_to_a_file_of_the_machine(world: World, app: FastAPI):
    """n8n: JSON in place of an upload named the file that had arrived; Budibase, Flowise, Langflow: ids and names of files with `..` in them."""
    climbs = (
        "../../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "....//....//etc/passwd",
        "/etc/passwd",
        "..\\..\\etc\\passwd",
        "file:///etc/passwd",
        "%00/etc/passwd",
    )
    key = client(app, authorization=f"Bearer {world.inside['gateway_key']}")
    for name in climbs:
        for caller, path in (
            (world.owner, f"/api/files/{name}"), (world.owner, f"/api/files/{name}/thumbnail"), (world.owner, f"/api/members/{name}/picture"), (key, f"/v1/files/{name}/content"),
            (client(app), f"/look/{name}"), (client(app), f"/static/{name}"), (client(app), f"/assets/{name}"), (client(app), f"/share/{world.inside['form_share']}/files/{name}"),
            (world.owner, f"/api/imports/{name}"), (world.owner, f"/api/imports/{name}/refused"), (client(app), f"/models/{name}"), (client(app), f"/.well-known/{name}"),
        ):  # fmt: skip
            answer = await caller.get(path)
            assert "root:" not in answer.text and answer.status_code < 500, (path, answer.status_code)
    for path in ("/api/files", "/api/imports", "/v1/files", f"/f/{world.inside['form_share']}", "/api/me/picture"):
        told = {
            "files": [{"filepath": "/etc/passwd", "originalFilename": "x"}],
            "file": {"filepath": "/etc/passwd"},
            "path": "/etc/passwd",
        }
        answer = await (key if path.startswith("/v1") else world.owner).request(
            "PUT" if path.endswith("picture") else "POST", path, json=told
        )
        assert answer.status_code in (303, 400, 401, 404, 405, 415, 422) and "root:" not in answer.text, (
            path,
            answer.status_code,
        )


@replays("CVE-2025-34291")
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://sayso.test.evil.example", "https://sayso.test:1"])
async def test_a_page_elsewhere_gets_no_answer_and_no_new_token(world: World, app: FastAPI, origin: str):
    """Langflow: any origin was let in with its cookies, and took a new token with the refresh cookie."""
    from tests.web.sharing import signed_in  # noqa: PLC0415 (only here)

    person = await signed_in(world.engine, world.owner._transport, world.actors["owner"])
    there = {"cookie": person.headers["cookie"], "origin": origin, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}
    async with untouched(world):
        for verb, path in (
            ("POST", "/api/tokens"),
            ("POST", "/oauth/authorize"),
            ("POST", "/api/apps"),
            ("PUT", "/api/session/workspace"),
            ("POST", "/api/v1/refresh"),
            ("OPTIONS", "/api/tokens"),
        ):
            answer = await client(app, **there).request(verb, path, **({} if verb == "OPTIONS" else {"json": {"name": "Mine"}}))
            assert answer.status_code in (403, 404, 405), (path, answer.status_code)
            assert "access-control-allow-origin" not in answer.headers and "set-cookie" not in answer.headers
    async with transaction(world.engine) as tx:
        assert (await tx.execute(text("select count(*) from sayso.tokens where name = 'Mine'"))).scalar_one() == 0
