"""Messages to where people talk: what each service is sent, and what its refusals mean."""

from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from sayso.connections import chat
from sayso.connections.connections import Connections
from sayso.connections.delivered import NotAnswered, NotDelivered
from sayso.connections.opened import Opened
from sayso.errors import Invalid
from sayso.team.actor import Actor
from tests.connections.conftest import opened
from tests.connections.outside import Outside, answer

TOKEN = "xoxb-canary-55ee"
KEY = "run:step:1"


async def room(connections: Connections, by: Actor, kind: str, there: Outside) -> Opened:
    """By webhook where a service has one, which is the shortest way in."""
    match kind:
        case "telegram":
            return await opened(connections, by, kind, {"address": there.url}, token=f"12:{TOKEN}")
        case _:
            return await opened(connections, by, kind, {}, webhook=f"{there.url}/hook/{TOKEN}")


async def bot(connections: Connections, by: Actor, kind: str, there: Outside, **other: str) -> Opened:
    return await opened(connections, by, kind, {"by": "bot", "address": f"{there.url}/api", **other}, token=TOKEN)


def said(there: Outside, n: int = -1) -> Any:
    return orjson.loads(there.heard[n].body)


async def test_slack_as_a_bot(connections: Connections, ben: Actor, there: Outside):
    one = await bot(connections, ben, "slack", there, channel="#sales")
    there.says = [answer(200, '{"ok": true, "ts": "17.1"}')] * 3
    sent = await chat.post(connections, one, "", "Otto <!channel> & <@U1>", KEY)
    await chat.post(connections, one, "#urgent", "again", KEY)
    first = said(there, 0)
    assert (sent.id, sent.told) == ("17.1", "Message posted in #sales.")
    assert first["text"] == "Otto &lt;!channel&gt; &amp; &lt;@U1&gt;" and first["channel"] == "#sales"
    assert there.heard[0].target == "/api/chat.postMessage" and there.heard[0].header("authorization") == f"Bearer {TOKEN}"
    assert said(there)["channel"] == "#urgent" and said(there)["client_msg_id"] == first["client_msg_id"]


@pytest.mark.parametrize(
    ("says", "again", "after", "words"),
    [
        (answer(200, '{"ok": false, "error": "channel_not_found"}'), False, None, "there is no such channel"),
        (answer(200, '{"ok": false, "error": "invalid_auth"}'), False, None, "the token is not good"),
        (answer(200, '{"ok": false, "error": "internal_error"}'), True, None, "takes no more messages"),
        (answer(429, "{}", headers={"Retry-After": "30"}), True, 30.0, "takes no more requests"),
        (answer(502, "bad"), True, None, "has a problem of its own"),
        (answer(200, "<html>"), False, None, "not JSON"),
    ],
)
async def test_slack_refuses(
    connections: Connections, ben: Actor, there: Outside, says: bytes, again: bool, after: float | None, words: str
):
    one = await bot(connections, ben, "slack", there)
    there.says = [says]
    with pytest.raises(NotDelivered, match=words) as refused:
        await chat.post(connections, one, "#sales", "Hello", KEY)
    assert (refused.value.again, refused.value.after) == (again, after)


async def test_webhooks_of_three_services(connections: Connections, ben: Actor, there: Outside):
    for kind in ("slack", "teams", "discord"):
        one = await room(connections, ben, kind, there)
        there.says = [answer(200, '{"id": "9"}')]
        await chat.post(connections, one, "", "Otto ![x](https://evil.example/a.png)\n@everyone", KEY)
        assert there.heard[-1].target.startswith(f"/hook/{TOKEN}")
    slack, teams, discord = (said(there, n) for n in range(3))
    assert slack["text"].startswith("Otto")
    block = teams["attachments"][0]["content"]["body"][0]
    assert block["text"] == "Otto [x](https://evil.example/a.png)\n\n@everyone"
    assert discord["allowed_mentions"] == {"parse": []} and discord["content"].endswith("@everyone")
    assert there.heard[-1].target.endswith("?wait=true")


async def test_discord_as_a_bot(connections: Connections, ben: Actor, there: Outside):
    one = await bot(connections, ben, "discord", there)
    there.says = [answer(200, '{"id": "9"}')] * 2
    assert (await chat.post(connections, one, "118334", "Hello", KEY)).id == "9"
    assert (
        there.heard[0].target == "/api/channels/118334/messages"
        and said(there)["enforce_nonce"] is True
        and len(said(there)["nonce"]) == 25
    )
    with pytest.raises(Invalid):
        await chat.post(connections, one, "#sales", "Hello", KEY)
    there.says = [answer(429, '{"message": "You are being rate limited.", "retry_after": 1.5}')]
    with pytest.raises(NotDelivered, match="rate limited") as refused:
        await chat.post(connections, one, "118334", "Hello", KEY)
    assert refused.value.after == 1.5 and refused.value.again


async def test_telegram(connections: Connections, ben: Actor, there: Outside):
    one = await room(connections, ben, "telegram", there)
    there.says = [answer(200, '{"ok": true, "result": {"message_id": 5}}')] * 2
    assert (await chat.post(connections, one, "@sales", "x" * 5_000, KEY)).id == "5"
    assert [len(said(there, n)["text"]) for n in range(2)] == [4_096, 904]
    there.says = [answer(429, '{"ok": false, "description": "Too Many Requests", "parameters": {"retry_after": 7}}')]
    with pytest.raises(NotDelivered) as refused:
        await chat.post(connections, one, "@sales", "Hello", KEY)
    assert refused.value.after == 7
    there.says = [answer(401, f'{{"description": "token 12:{TOKEN} is wrong"}}')]
    with pytest.raises(NotDelivered) as refused:
        await chat.post(connections, one, "@sales", "Hello", KEY)
    assert TOKEN not in str(refused.value) + refused.value.detail


async def test_what_is_wrong_before_anything_is_sent(connections: Connections, ben: Actor, there: Outside):
    one = await bot(connections, ben, "slack", there)
    for to, text in (("#sales", "  "), ("", "Hello"), ("#sales", "x" * 50_000)):
        with pytest.raises(Invalid):
            await chat.post(connections, one, to, text, KEY)
    assert there.came == 0
    away = await opened(connections, ben, "teams", {}, webhook="http://10.0.0.1/hook")
    with pytest.raises(NotAnswered) as refused:
        await chat.post(connections, away, "", "Hello", KEY)
    assert refused.value.reason == "refused_by_us"


@pytest.mark.parametrize(
    ("kind", "says", "words"),
    [
        ("slack", '{"ok": true, "user": "sayso", "team": "Northlight"}', "Slack lets us in as sayso of Northlight."),
        ("discord", '{"username": "sayso"}', "Discord knows it as sayso."),
        ("telegram", '{"ok": true, "result": {"username": "sayso_bot"}}', "Telegram lets us in as @sayso_bot."),
    ],
)
async def test_the_test_button(connections: Connections, ben: Actor, there: Outside, kind: str, says: str, words: str):
    one = await (room(connections, ben, kind, there) if kind == "telegram" else bot(connections, ben, kind, there))
    there.says = [answer(200, says), answer(401, "{}")]
    assert await connections.tried(one) == (True, words)
    ok, told = await connections.tried(one)
    assert not ok and TOKEN not in told


@pytest.mark.parametrize(
    ("text", "most", "parts"),
    [
        ("short", 10, ["short"]),
        ("one\ntwo\nthree", 8, ["one\ntwo", "three"]),
        ("one two three", 8, ["one two", "three"]),
        ("x" * 10, 4, ["xxxx", "xxxx", "xx"]),
    ],
)
def test_long_texts_are_cut_between_lines(text: str, most: int, parts: list[str]):
    assert [part.strip() for part in chat.split(text, most)] == parts


def test_every_room_can_be_posted_in():
    doing: Mapping[str, object] = {key: one for key, one in Connections.kinds.items() if "message" in one.does}
    assert doing.keys() == chat.POSTS.keys()
