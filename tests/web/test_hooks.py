"""Webhooks in: let in by what they prove, each delivery once, answered as the automation says."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.automations.hooks import hooks as taking
from sayso.db import transaction
from sayso.db.automation_tables import runs, steps
from sayso.settings import Settings
from sayso.web.app import create_app
from tests.automations.desk import TICKETS, automation
from tests.automations.hooks.signed import SECRET, github, slack, standard, stripe, written
from tests.web.conftest import Caller, Company

BODY = written({"id": "evt_1", "event_id": "Ev1", "order": {"number": 7, "lines": [{"sku": "A"}]}})
JSON = {"content-type": "application/json"}


async def _hook(by: Caller, id: str, secret: str | None = None, *, on: bool = True, **trigger: Any) -> str:
    """The path of a webhook that starts the automation `hooked` of a fresh app."""
    steps = trigger.pop("steps", None)
    hooked = automation("hooked", {"kind": "webhook", **trigger}, on=on, steps=steps)
    made = await by.post("/api/apps", json={"spec": {"id": id, "name": id, "tables": [TICKETS], "automations": [hooked]}})
    assert made.status_code == 201, made.text
    told = await by.post(f"/api/apps/{id}/automations/hooked/webhook", json={"secret": secret} if secret else {})
    assert told.status_code == 200, told.text
    return told.json()["url"].removeprefix("http://sayso.test")


async def _runs(company: Company, app: str) -> list[Any]:
    async with company.engine.connect() as tx:
        return list((await tx.execute(select(runs).where(runs.c.app_id == app).order_by(runs.c.position))).all())


async def test_what_is_sent_begins_a_run_that_knows_all_of_it_but_secrets(company: Company) -> None:
    path = await _hook(company.ben, "plain")
    headers = {**JSON, "x-shop": "northlight", "cookie": "sayso_session=x", "authorization": "Bearer tk-1"}
    sent = await company.nobody.post(f"{path}?page=2", content=BODY, headers=headers)
    assert (sent.status_code, sent.json()) == (200, {"ok": True})
    assert sent.headers["x-content-type-options"] == "nosniff" and sent.headers["cache-control"] == "no-store"
    (run,) = await _runs(company, "plain")
    assert run.trigger["body"] == json.loads(BODY) and run.trigger["query"] == {"page": "2"} and run.trigger["method"] == "POST"
    assert run.trigger["headers"]["x-shop"] == "northlight" and not {"cookie", "authorization"} & run.trigger["headers"].keys()


@pytest.mark.parametrize(
    ("kind", "content", "body"),
    [
        ("application/x-www-form-urlencoded", b"name=Otto&payload=%7B%22a%22%3A1%7D", {"name": "Otto", "payload": {"a": 1}}),
        ("text/plain", b"hello \xff\0there", "hello \ufffdthere"),
        ("application/json", b'{"broken":', '{"broken":'),
        ("application/json", b"[" * 500 + b"]" * 500, "[" * 500 + "]" * 500),
        ("", b'[1, 2.5, "\\u0000"]', [1, 2.5, ""]),
    ],
)
async def test_any_body_is_taken(company: Company, kind: str, content: bytes, body: Any) -> None:
    app = f"body{abs(hash(content)) % 10_000_000}"
    path = await _hook(company.ben, app)
    assert (await company.nobody.post(path, content=content, headers={"content-type": kind})).status_code == 200
    assert (await _runs(company, app))[0].trigger["body"] == body


async def test_fifty_at_once_begin_one_run_also_after_a_restart(
    company: Company, engine: AsyncEngine, settings: Settings
) -> None:
    for app, dedupe, headers in (
        ("same_body", "", {}),
        ("same_id", "header: X-Id", {"x-id": "d-1"}),
        ("same_place", "body: order.lines.0.sku", {}),
    ):
        path = await _hook(company.ben, app, dedupe=dedupe)
        bodies = [BODY] * 50 if app == "same_body" else [written({"n": n, "order": {"lines": [{"sku": "A"}]}}) for n in range(50)]
        answers = await asyncio.gather(*(company.nobody.post(path, content=one, headers={**JSON, **headers}) for one in bodies))
        assert {a.status_code for a in answers} == {200} and sum("duplicate" in a.json() for a in answers) == 49
        again = create_app(engine, settings)
        async with (
            again.router.lifespan_context(again),
            httpx.AsyncClient(transport=httpx.ASGITransport(again), base_url="http://x") as later,
        ):
            assert (await later.post(path, content=bodies[0], headers={**JSON, **headers})).json()["duplicate"]
        assert len(await _runs(company, app)) == 1


async def test_the_same_body_later_is_another_delivery_and_nothing_twice_is_two(company: Company, app: FastAPI) -> None:
    path, hooks = await _hook(company.ben, "later"), app.state.parts.hooks
    at = (int(time.time()) // taking.SAME_BODY_SECONDS + 1) * taking.SAME_BODY_SECONDS - 1
    hooks.now, clock = (lambda: float(at)), hooks.now
    try:
        await company.nobody.post(path, content=BODY)
        at += 2  # another span of the clock, and the same delivery
        assert (await company.nobody.post(path, content=BODY)).json().get("duplicate")
        at += 2 * taking.SAME_BODY_SECONDS
        async with transaction(company.engine) as tx:
            await tx.execute(update(runs).where(runs.c.app_id == "later").values(key="body:1:old"))
        assert not (await company.nobody.post(path, content=BODY)).json().get("duplicate")
        assert [(await company.nobody.get(path)).json() for _ in range(2)] == [{"ok": True}] * 2
    finally:
        hooks.now = clock
    assert len(await _runs(company, "later")) == 4


SCHEMES: dict[str, Callable[..., dict[str, str]]] = {"standard": standard, "github": github, "stripe": stripe, "slack": slack}


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_only_what_is_signed_is_let_in_and_once(company: Company, scheme: str) -> None:
    sign, app = SCHEMES[scheme], f"signed_{scheme}"
    path = await _hook(company.ben, app, SECRET, verify=scheme, dedupe="header: X-Any")

    async def post(headers: dict[str, str], body: bytes = BODY) -> int:
        return (await company.nobody.post(path, content=body, headers={**JSON, **headers})).status_code

    good = sign(BODY)
    assert await post(good) == 200
    assert await post({}) == 401
    assert await post(sign(BODY, "whsec_" + "b" * 40)) == 401, "another secret"
    assert await post(good, BODY + b" ") == 401, "another body"
    odd = {name.encode(): b"\xe9" + value.encode() for name, value in good.items()}
    assert (await company.nobody.post(path, content=BODY, headers=odd)).status_code == 401
    for name in good:
        if name not in ("x-github-delivery", "x-github-event"):
            assert await post({k: v for k, v in good.items() if k != name}) == 401, name
            assert await post({**good, name: "x"}) == 401, name
    again = await company.nobody.post(
        path, content=BODY, headers={**JSON, **good, "x-any": "other", "x-github-delivery": "other"}
    )
    assert again.json()["duplicate"], "what is not signed makes it no other delivery"
    if scheme != "github":
        for late in (-301, 301):
            assert await post(sign(BODY, at=time.time() + late)) == 401
    assert len(await _runs(company, app)) == 1


async def test_without_a_secret_nobody_is_let_in_and_a_new_one_ends_the_old(company: Company) -> None:
    path = await _hook(company.ben, "secret", verify="secret", header="X-Shop-Key")
    lacks = (await company.ben.get("/api/apps/secret/automations/hooked")).json()["missing"]
    assert [one["what"] for one in lacks] == ["secret"]
    assert (await company.nobody.post(path, content=BODY, headers={"x-shop-key": ""})).status_code == 401
    made = (await company.ben.post("/api/apps/secret/automations/hooked/webhook", json={"new_secret": True})).json()
    assert made["has_secret"] and made["header"] == "X-Shop-Key" and "X-Shop-Key" in made["example"]
    assert (await company.nobody.post(path, content=BODY, headers={"x-shop-key": made["secret"]})).status_code == 200
    (run,) = await _runs(company, "secret")
    assert made["secret"] not in json.dumps(dict(run.trigger))
    assert (await company.ben.get("/api/apps/secret/automations/hooked/webhook")).json()["secret"] is None
    await company.ben.post("/api/apps/secret/automations/hooked/webhook", json={"new_secret": True})
    assert (await company.nobody.post(path, content=b"{}", headers={"x-shop-key": made["secret"]})).status_code == 401
    assert (await company.ben.post("/api/apps/secret/automations/hooked/webhook", json={"secret": "short"})).status_code == 422


async def test_a_secret_stays_when_the_automation_is_changed(company: Company) -> None:
    path = await _hook(company.ben, "kept", SECRET, verify="secret")
    for on in (False, True):
        assert (await company.ben.patch("/api/apps/kept/automations/hooked", json={"on": on})).status_code == 200
    assert (await company.nobody.post(path, content=BODY, headers={"x-secret": SECRET})).status_code == 200


async def test_an_address_is_off_with_its_automation_and_gone_with_a_new_one(company: Company) -> None:
    path = await _hook(company.ben, "off", on=False)
    assert (await company.nobody.post(path, content=BODY)).status_code == 410
    await company.ben.patch("/api/apps/off/automations/hooked", json={"on": True})
    assert (await company.nobody.post(path, content=BODY)).status_code == 200
    moved = (await company.ben.post("/api/apps/off/automations/hooked/webhook", json={"new_address": True})).json()["url"]
    assert (await company.nobody.post(path, content=b"{}")).status_code == 404
    assert (await company.nobody.post(moved, content=b"{}")).status_code == 200
    await company.ben.delete("/api/apps/off")
    assert (await company.nobody.post(moved, content=b'{"a": 1}')).status_code == 404


async def test_what_is_no_address_and_what_is_too_much_is_refused(company: Company) -> None:
    path = await _hook(company.ben, "bounds")
    for wrong in ("/hooks/x", "/hooks/", f"{path}/more", "/hooks/" + "x" * 300, "/hooks/%00", "/hooks/..%2f"):
        answer = await company.nobody.post(wrong, content=BODY)
        assert answer.status_code == 404 and answer.headers["content-type"] == "application/problem+json"
    assert (await company.nobody.post(path, content=b"x" * (2**20 + 1))).status_code == 413
    assert (await company.nobody.post(path, content=b'"' * (2**20 - 1))).status_code == 413, "too much once it is written down"
    assert (await company.nobody.delete(path)).status_code == 405
    assert await _runs(company, "bounds") == []


async def test_it_answers_in_the_words_of_the_automation(company: Company) -> None:
    answer = '{"order": {trigger: body.order.number}, "first": "{trigger: body.order.lines.0.sku}", "run": "{run: id}", "x": "{trigger: body.no}"}'
    path = await _hook(company.ben, "words", answer=answer, status=201)
    sent = await company.nobody.post(path, content=BODY, headers=JSON)
    (run,) = await _runs(company, "words")
    assert (sent.status_code, sent.json()) == (201, {"order": 7, "first": "A", "run": run.id, "x": ""})
    html = await _hook(company.ben, "html", answer="<script>{trigger: body.x}</script>")
    told = await company.nobody.post(html, content=b'{"x": "alert(1)"}')
    assert (
        told.headers["content-type"].startswith("text/plain") and "default-src 'none'" in told.headers["content-security-policy"]
    )


async def test_slack_asks_whether_the_address_is_ours(company: Company) -> None:
    path = await _hook(company.ben, "asks", SECRET, verify="slack")
    asked = written({"type": "url_verification", "challenge": "3eZbrw1a"})
    assert (await company.nobody.post(path, content=asked, headers={**JSON, **slack(asked)})).text == "3eZbrw1a"


async def test_a_step_that_responds_is_waited_for(company: Company) -> None:
    says = {"kind": "respond", "status": 418, "body": '{"order": {trigger: body.order.number}}'}
    path = await _hook(company.ben, "responds", steps=[says])
    sent = await company.nobody.post(path, content=BODY, headers=JSON)
    assert (sent.status_code, sent.json()) == (418, {"order": 7})
    assert (await company.nobody.post(path, content=BODY, headers=JSON)).json()["duplicate"]


async def test_a_run_that_waits_for_a_call_has_an_address_of_its_own(company: Company) -> None:
    waits = [{"kind": "wait", "webhook": True, "seconds": 600, "id": "call"}, {"kind": "respond", "body": "{call: body.yes}"}]
    path = await _hook(company.ben, "waits", steps=waits)
    asking = asyncio.create_task(company.nobody.post(path, content=BODY, headers=JSON))
    token = None
    while token is None:
        async with company.engine.connect() as tx:
            token = await tx.scalar(select(steps.c.wait["token"].astext).where(steps.c.step == "call"))
        await asyncio.sleep(0.02)
    called = await company.nobody.post(f"/hooks/{token}", content=b'{"yes": "go"}', headers=JSON)
    assert called.status_code == 200 and called.json()["run"].startswith("r_")
    assert (await asking).text == "go"


async def test_bodies_that_a_database_cannot_hold_take_no_other_with_them(company: Company) -> None:
    path = await _hook(company.ben, "odd")
    bodies = [
        b'{"a": "x\\u0000y"}',
        b'{"a": "x\\\\u0000y"}',
        b'{"a": "\\ud800"}',
        b'{"a": 1e400}',
        b'{"a": 123456789012345678901234567890}',
        b"{}",
    ]
    answers = await asyncio.gather(*(company.nobody.post(path, content=body, headers=JSON) for body in bodies))
    assert {answer.status_code for answer in answers} == {200}
    found = [run.trigger["body"] for run in await _runs(company, "odd")]
    assert len(found) == len(bodies) and {"a": "xy"} in found and {"a": "x\\u0000y"} in found


async def test_addresses_that_call_one_another_are_stopped(company: Company) -> None:
    path = await _hook(company.ben, "round")
    for hops, status in ((1, 200), (5, 200), (6, 403), (999, 403)):
        sent = await company.nobody.post(path, content=written({"n": hops}), headers={"sayso-hops": str(hops)})
        assert sent.status_code == status
    assert [run.hops for run in await _runs(company, "round")] == [1, 5]


async def test_only_builders_see_the_address(company: Company) -> None:
    await _hook(company.ben, "see")
    assert (await company.mia.get("/api/apps/see/automations/hooked/webhook")).status_code == 403
    assert (await company.mia.get("/api/apps/see/automations/hooked")).json()["hook"] is None
    assert "/hooks/" in (await company.ben.get("/api/apps/see/automations/hooked")).json()["hook"]
    assert (await company.zoe.get("/api/apps/see/automations/hooked/webhook")).status_code == 404
