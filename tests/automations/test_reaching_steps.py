"""Steps that reach out, through the engine, against real servers on loopback; and what they do not do in a dry run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.connections.connections import Connections
from sayso.db import transaction
from sayso.db.connection_tables import deliveries
from tests.automations.deals_desk import OPEN, Deals, account, mail_account, with_connections
from tests.conftest import Northlight
from tests.connections.outside import Outside, answer, outside
from tests.connections.post_office import USER, PostOffice, post_office

Kept = Northlight


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as one:
        yield one


@pytest.fixture
async def there() -> AsyncIterator[Outside]:
    async with outside() as one:
        yield one


@pytest.fixture(scope="module")
def connections(engine: AsyncEngine, tmp_path_factory: pytest.TempPathFactory) -> Connections:
    return with_connections(engine, Path(tmp_path_factory.mktemp("home")))


LETTER: dict[str, Any] = {
    "kind": "send_email", "id": "mail", "to": "{E-mail}, Mia Lindqvist", "cc": "ben@northlight.example", "subject": "About {Name}\nnow",
    "body": "Dear {Name},\n\nyour deal is **{Stage}**.\n\n{Note}",
}  # fmt: skip
SNEAKY = "![x](https://evil.example/p.png) [click](https://evil.example) <b>bold</b>"


async def test_a_letter_arrives_and_says_what_the_row_says(
    engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path, connections: Connections, office: PostOffice
):
    by = (await mail_account(connections, northlight_kept.ana, office.port)).id
    desk = await Deals.opened(engine, northlight_kept.ana, tmp_path, [{**LETTER, "connection": by}], connections=connections)
    run = await desk.begin(await desk.deal("Otto & *Söhne*", stage="talks", mail="otto@halden.example", note=SNEAKY))
    row = await desk.done(run)
    assert (row.state, row.problem) == ("done", "")
    step = (await desk.steps(run))["mail"]
    assert step.output == {
        "sent": True, "to": ["Mia Lindqvist <mia@northlight.example>", "otto@halden.example"], "subject": "About Otto & *Söhne* now"
    }  # fmt: skip
    (envelope,), (message,) = office.came, office.messages
    assert envelope.mail_from == USER and set(envelope.rcpt_tos) == {
        "mia@northlight.example",
        "otto@halden.example",
        "ben@northlight.example",
    }
    assert message["Subject"] == "About Otto & *Söhne* now" and message["Cc"] == "Ben Okafor <ben@northlight.example>"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain and html
    words, whole = plain.get_content(), html.get_content()
    assert "Dear Otto & *Söhne*," in words and "your deal is In talks." in words and SNEAKY in words
    assert "Otto &amp; *Söhne*" in whole and "<strong>In talks</strong>" in whole, (
        "what the builder wrote is Markdown, what a row says is not"
    )
    assert "<img" not in whole and "<a " not in whole and "<b>bold" not in whole
    assert "Sent by the automation Weekly of Sales." in whole and "Sent by the automation Weekly of Sales." in words


async def test_without_a_mail_server_nothing_is_lost(engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path):
    n = northlight_kept
    desk = await Deals.opened(engine, n.ana, tmp_path, [{**LETTER, "cc": ""}])
    run = await desk.begin(await desk.deal("Otto", mail="otto@halden.example", note="Call back"))
    assert (await desk.done(run)).state == "done"
    step = (await desk.steps(run))["mail"]
    assert step.told == "Kept in the workspace, not e-mailed: connect a mail server." and step.output["sent"] is False
    mine = (await desk.told(n.mia))[0]
    assert (mine.kind, mine.title) == ("mail", "About Otto now") and "Call back" in mine.text and mine.link == f"/a/{desk.app.id}"
    owners = (await desk.told(n.ana))[0]
    assert owners.title == "Not e-mailed: About Otto now" and owners.text.startswith("For otto@halden.example.")


@pytest.mark.parametrize(
    ("to", "problem"),
    [
        ("{E-mail}", "There is nobody to send to: {E-mail} is empty."),
        ("", "It does not say to whom."),
        ("Otto", "“Otto” is neither an address nor anybody here."),
        ("{Note}", "“everyone” is neither an address nor anybody here."),
    ],
)
async def test_a_letter_to_nobody_says_so(engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path, to: str, problem: str):
    desk = await Deals.opened(engine, northlight_kept.ana, tmp_path, [{**LETTER, "to": to, "cc": ""}])
    row = await desk.done(await desk.begin(await desk.deal("X", note="everyone")))
    assert (row.state, row.problem) == ("failed", problem)


async def test_what_a_mail_server_says_decides_whether_it_is_tried_again(
    engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path, connections: Connections, office: PostOffice
):
    by = (await mail_account(connections, northlight_kept.ana, office.port)).id
    step = {**LETTER, "connection": by, "to": "otto@halden.example", "cc": "", "retry": {"times": 2, "seconds": 1}}
    desk = await Deals.opened(engine, northlight_kept.ana, tmp_path, [step], connections=connections)
    office.refuses["otto@halden.example"] = "550 No such user"
    row = await desk.done(await desk.begin(await desk.deal("Otto")))
    assert row.state == "failed" and "otto@halden.example" in row.problem
    office.refuses = {"DATA": "451 Come back later"}
    run = await desk.begin(await desk.deal("Otto"))
    async with desk.working():
        await desk.through(run, ("sleeping",))
        assert (await desk.steps(run))["mail"].state == "again"
        office.refuses = {}
        assert (await desk.through(run, ("done", "failed"))).state == "done"
    assert len(office.came) == 1 and (await desk.steps(run))["mail"].attempts == 2


async def test_a_request_carries_values_safely_and_its_answer_goes_on(
    engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path, connections: Connections, there: Outside
):
    there.at["/deals/A%26B%20%2F..%2Fx"] = answer(200, b'{"id": 7, "tags": ["new"]}')
    steps = [
        {"kind": "http_request", "id": "ask", "url": f"{there.url}/deals/{{Name}}?q={{Note}}", "headers": {"X-Stage": "{Stage}"},
         "body": '{"name": "{Note}", "worth": "{Worth}"}'},
        {"kind": "update_row", "table": "deals", "values": {"note": "{ask: body.id} {ask: body.tags.0} {ask: status}"}},
    ]  # fmt: skip
    desk = await Deals.opened(engine, northlight_kept.ana, tmp_path, steps, connections=connections)
    run = await desk.begin(await desk.deal("A&B /../x", worth="12.50", note='"} & more'))
    assert (await desk.done(run)).problem == ""
    heard = there.heard[0]
    assert heard.method == "POST" and heard.target == "/deals/A%26B%20%2F..%2Fx?q=%22%7D%20%26%20more"
    assert orjson.loads(heard.body) == {"name": '"} & more', "worth": "12.50"}
    assert heard.header("x-stage") == "New" and heard.header("content-type") == "application/json"
    assert heard.header("idempotency-key") == f"{run}:ask:0"
    assert (await desk.rows("deals"))[0]["note"] == "7 new 200"


async def test_a_request_that_is_refused_fails_and_one_that_breaks_is_tried_again(
    engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path, connections: Connections, there: Outside
):
    step = {"kind": "http_request", "id": "ask", "url": f"{there.url}/x", "method": "GET", "retry": {"times": 1, "seconds": 1}}
    desk = await Deals.opened(engine, northlight_kept.ana, tmp_path, [step], connections=connections)
    there.says = [answer(404, b"gone")]
    row = await desk.done(await desk.begin(await desk.deal("A")))
    assert row.state == "failed" and row.problem.endswith("has nothing at this address (it answered 404).")
    assert there.came == 1, "what will not help is not tried again"
    there.says = [
        answer(503, b"later", headers={"Retry-After": "1"}),
        answer(200, b"fine", headers={"Content-Type": "text/plain"}),
    ]
    run = await desk.begin(await desk.deal("A"))
    assert (await desk.done(run)).state == "sleeping"
    async with desk.working():
        assert (await desk.through(run, ("done", "failed"))).state == "done"
    assert (await desk.steps(run))["ask"].output["body"] == "fine"
    blocked = {"kind": "http_request", "id": "ask", "url": "http://169.254.169.254/latest/meta-data", "method": "GET"}
    desk = await Deals.opened(engine, northlight_kept.ana, tmp_path, [blocked], connections=connections)
    assert (await desk.done(await desk.begin(await desk.deal("A")))).state == "failed"


async def test_a_message_is_posted_with_its_rows(
    engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path, connections: Connections, there: Outside
):
    there.at["/api/chat.postMessage"] = answer(200, b'{"ok": true, "ts": "17.1"}')
    await account(
        connections, northlight_kept.ana, "slack", {"by": "bot", "address": f"{there.url}/api"}, token="xoxb-canary-1234"
    )
    steps = [
        {"kind": "find_rows", "id": "find", "table": "deals", "filter": OPEN, "sorts": [{"field": "name"}]},
        {"kind": "send_message", "id": "say", "via": "slack", "to": "#sales", "body": "Open: {find: count}\n{find: table}"},
    ]
    desk = await Deals.opened(engine, northlight_kept.ana, tmp_path, steps, {"kind": "called"}, connections=connections)
    for name, stage in (("A", "new"), ("B", "talks"), ("C", "won")):
        await desk.deal(name, stage=stage, worth="10.00")
    run = await desk.begin()
    row = await desk.done(run)
    if row.problem and "no connection" in row.problem:
        pytest.fail(row.problem)
    assert row.state == "done", row.problem
    body = orjson.loads(there.heard[0].body)
    assert body["channel"] == "#sales" and body["text"] == "Open: 2\n\n• A · New · 10.00 EUR\n• B · In talks · 10.00 EUR"
    assert "xoxb" not in str((await desk.steps(run))["say"].input)


async def test_me_is_whoever_owns_the_automation_and_only_where_it_was_written_there(
    engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path, connections: Connections, office: PostOffice
):
    by = (await mail_account(connections, northlight_kept.ben, office.port)).id
    step = {"kind": "send_email", "connection": by, "to": "me", "subject": "Mine", "body": "For {Name}"}
    desk = await Deals.opened(engine, northlight_kept.ben, tmp_path, [step], connections=connections)
    await desk.done(await desk.begin(await desk.deal("X")))
    (envelope,) = office.came
    assert envelope.rcpt_tos == ["ben@northlight.example"]

    named = await Deals.opened(engine, northlight_kept.ben, tmp_path, [{**step, "to": "{Note}"}], connections=connections)
    row = await named.done(await named.begin(await named.deal("Y", note="me")))
    assert row.state == "failed" and "“me” is neither an address nor anybody here." in row.problem and len(office.came) == 1


async def test_members_are_notified_once_with_the_row(engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path):
    n = northlight_kept
    step = {"kind": "notify", "id": "tell", "to": "{Owner}, owners", "body": "{Name} is {Stage}\nCall {E-mail}"}
    desk = await Deals.opened(engine, n.ana, tmp_path, [step])
    deal = await desk.deal("Otto", stage="won", owner=[n.mia.id], mail="otto@halden.example")
    run = await desk.begin(deal)
    assert (await desk.done(run)).problem == ""
    mine = (await desk.told(n.mia))[0]
    assert (mine.title, mine.text, mine.link, mine.by_name) == (
        "Otto is Won",
        "Call otto@halden.example",
        f"/a/{desk.app.id}/all/{deal}",
        "Weekly",
    )
    assert (await desk.told(n.ana))[0].title == "Otto is Won" and (await desk.steps(run))["tell"].told in (
        "Told Mia Lindqvist, Ana Prado.",
    )
    outsider = await Deals.opened(engine, n.ana, tmp_path, [{"kind": "notify", "to": "otto@halden.example", "body": "x"}])
    assert (await outsider.done(await outsider.begin(await outsider.deal("X")))).state == "failed"


async def test_a_webhook_is_put_into_the_post_once(
    engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path, connections: Connections
):
    step = {
        "kind": "webhook_out",
        "id": "hook",
        "url": "https://outside.example/in/{Name}",
        "event": "deal.won",
        "body": '{"note": "{Note}"}',
    }
    desk = await Deals.opened(engine, northlight_kept.ana, tmp_path, [step], connections=connections)
    run = await desk.begin(await desk.deal("A/B", note='"'))
    assert (await desk.done(run)).problem == ""
    told = (await desk.steps(run))["hook"]
    assert told.told == "Put into the post to outside.example, delivered with retries for 75 hours."
    async with transaction(engine) as tx:
        posted = (await tx.execute(deliveries.select().where(deliveries.c.id == told.output["delivery"]))).one()
    assert posted.event == "deal.won" and orjson.loads(posted.body)["data"] == {"note": '"'}


async def test_a_picture_is_sent_only_when_it_is_ours(engine: AsyncEngine, northlight_kept: Kept, tmp_path: Path):
    """Whoever calls a webhook names no files of the workspace."""
    file = {"id": "f_0123456789ab", "name": "Secret.png", "type": "image/png", "bytes": 1}
    steps = [
        {
            "kind": "send_email",
            "to": "mia",
            "subject": "A",
            "body": "{trigger: body.file}",
            "attachments": ["{trigger: body.file}"],
        }
    ]
    desk = await Deals.opened(engine, northlight_kept.ana, tmp_path, steps, {"kind": "webhook"})
    row = await desk.done(await desk.begin(kind="webhook", body={"file": file}))
    assert row.problem == "{trigger: body.file} is no file of the workspace that could be attached."
    desk = await Deals.opened(engine, northlight_kept.ana, tmp_path, [{**steps[0], "attachments": []}], {"kind": "webhook"})
    assert (await desk.done(await desk.begin(kind="webhook", body={"file": file}))).state == "done"
    assert (await desk.told(northlight_kept.mia))[0].text == "Secret.png"
