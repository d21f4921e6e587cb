"""What automations say over HTTP, and what they do not say to others."""

import asyncio
import gzip
import zlib
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from sayso.connections import http
from sayso.connections.connections import Connections
from sayso.connections.delivered import NotAnswered
from sayso.connections.egress import Door
from sayso.connections.http import Asked
from sayso.errors import Forbidden, Invalid
from sayso.team.actor import Actor
from tests.connections.conftest import opened
from tests.connections.outside import LOOPBACK, Outside, answer
from tests.connections.papers import certificate

SECRET = "tk-very-secret-1234"


async def test_a_request_carries_key_and_credentials(connections: Connections, ben: Actor, there: Outside):
    stock = await opened(connections, ben, "http", {"address": f"{there.url}/v1", "auth": "bearer"}, token=SECRET)
    there.says = [answer(201, '{"id": 7}', headers={"X-Two": "2"})]
    got = await http.ask(connections, Asked("post", "orders?dry=1", {"X-Team": "ops"}, b'{"n": 1}', "run:step:1"), opened=stock)
    assert (got.status, got.json(), got.header("x-two")) == (201, {"id": 7}, "2")
    (heard,) = there.heard
    assert (heard.method, heard.target, heard.body) == ("POST", "/v1/orders?dry=1", b'{"n": 1}')
    assert heard.header("authorization") == f"Bearer {SECRET}"
    assert heard.header("idempotency-key") == "run:step:1"
    assert heard.header("x-team") == "ops"
    assert heard.header("host") == f"127.0.0.1:{there.port}"


@pytest.mark.parametrize(
    ("settings", "secrets", "name", "value"),
    [
        ({"auth": "basic", "user": "ben"}, {"password": "pässword"}, "authorization", "Basic YmVuOnDDpHNzd29yZA=="),
        ({"auth": "key", "key_name": "X-Key"}, {"key": SECRET}, "x-key", SECRET),
        ({"auth": "none"}, {}, "authorization", ""),
    ],
)
async def test_ways_to_be_let_in(
    connections: Connections, ben: Actor, there: Outside, settings: dict[str, str], secrets: dict[str, str], name: str, value: str
):
    one = await opened(connections, ben, "http", {"address": there.url, **settings}, **secrets)
    await http.ask(connections, Asked(url="me"), opened=one)
    assert there.heard[0].header(name) == value


async def test_a_key_in_the_address_is_not_told_in_errors(connections: Connections, ben: Actor, there: Outside):
    settings = {"address": there.url, "auth": "key", "key_name": "key", "key_in": "query"}
    one = await opened(connections, ben, "http", settings, key="sec ret/1234")
    there.says = [answer(500, "sec ret/1234 is wrong")]
    made = await connections.tried(one)
    assert there.heard[0].target == "/?key=sec%20ret%2F1234"
    assert made[0] is False and "sec ret" not in made[1]
    got = await http.ask(connections, Asked(), opened=one)
    assert "key=" not in got.url


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_elsewhere_gets_no_secret(
    connections: Connections, ben: Actor, there: Outside, elsewhere: Outside, status: int
):
    one = await opened(connections, ben, "http", {"address": there.url, "auth": "bearer"}, token=SECRET)
    there.says = [answer(status, headers={"Location": f"{elsewhere.url}/taken"})]
    asked = Asked("POST", "go", {"Cookie": f"s={SECRET}", "X-Api-Key": SECRET}, b"hello")
    assert (await http.ask(connections, asked, opened=one)).status == 200
    assert SECRET in there.heard[0].all
    (heard,) = elsewhere.heard
    assert SECRET not in heard.all
    assert (heard.method, heard.body) == (("POST", b"hello") if status in (307, 308) else ("GET", b""))


async def test_a_redirect_at_home_keeps_the_credentials(connections: Connections, ben: Actor, there: Outside):
    one = await opened(connections, ben, "http", {"address": there.url, "auth": "bearer"}, token=SECRET)
    there.says = [answer(302, headers={"Location": "/other"}), answer(200, "{}")]
    assert (await http.ask(connections, Asked(url="go"), opened=one)).url == f"{there.url}/other"
    assert there.heard[1].header("authorization") == f"Bearer {SECRET}"


async def test_redirects_end(connections: Connections, there: Outside):
    there.at["/round"] = answer(302, headers={"Location": "/round"})
    with pytest.raises(NotAnswered, match="redirects more than 3 times"):
        await http.ask(connections, Asked(url=f"{there.url}/round"))
    assert there.came == 4


async def test_a_redirect_inside_is_not_followed(connections: Connections, there: Outside):
    there.says = [answer(302, headers={"Location": "http://10.0.0.1/"})]
    with pytest.raises(NotAnswered, match="not an address of the public internet") as refused:
        await http.ask(connections, Asked(url=there.url))
    assert refused.value.reason == "refused_by_us" and not refused.value.again


async def test_another_host_is_not_this_connections(connections: Connections, ben: Actor, there: Outside, elsewhere: Outside):
    one = await opened(connections, ben, "http", {"address": there.url, "auth": "bearer"}, token=SECRET)
    with pytest.raises(Forbidden, match="is for"):
        await http.ask(connections, Asked(url=f"{elsewhere.url}/x"), opened=one)
    for path in ("//127.0.0.1:1/x", f"//127.0.0.1:{elsewhere.port}/x", "/\\127.0.0.1/x", "x/..//127.0.0.1", "%2e%2e/x"):
        try:
            await http.ask(connections, Asked(url=path), opened=one)
        except Invalid:
            continue
    assert elsewhere.came == 0
    assert all(heard.header("host") == f"127.0.0.1:{there.port}" for heard in there.heard)


async def test_answers_are_cut(connections: Connections, there: Outside):
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    there.says = [endless + (b"4000\r\n" + b"x" * 0x4000 + b"\r\n") * 20]
    with pytest.raises(NotAnswered, match="answers with more than 65,536 bytes") as cut:
        await http.ask(connections, Asked(url=there.url), bytes_max=65_536)
    assert cut.value.reason == "large" and not cut.value.again
    there.says = [answer(200, b"x" * 100_000)]
    with pytest.raises(NotAnswered, match="more than"):
        await http.ask(connections, Asked(url=there.url), bytes_max=65_536)


async def test_packed_answers_are_read_and_bombs_are_not(connections: Connections, there: Outside):
    there.says = [answer(200, gzip.compress(b'{"a": 1}'), headers={"Content-Encoding": "gzip"})]
    assert (await http.ask(connections, Asked(url=there.url))).json() == {"a": 1}
    there.says = [answer(200, zlib.compress(b"hello"), headers={"Content-Encoding": "deflate"})]
    assert (await http.ask(connections, Asked(url=there.url))).body == b"hello"
    there.says = [answer(200, gzip.compress(b"\0" * 20_000_000), headers={"Content-Encoding": "gzip"})]
    with pytest.raises(NotAnswered, match="swells"):
        await http.ask(connections, Asked(url=there.url))
    there.says = [answer(200, b"\x1f\x8b nonsense", headers={"Content-Encoding": "gzip"})]
    with pytest.raises(NotAnswered, match="cannot be unpacked"):
        await http.ask(connections, Asked(url=there.url))
    there.says = [answer(200, b"x", headers={"Content-Encoding": "br"})]
    with pytest.raises(NotAnswered, match="not asked for"):
        await http.ask(connections, Asked(url=there.url))


async def test_no_answer_is_told_as_what_it_is(connections: Connections, there: Outside):
    there.says = [lambda _: None, b"SSH-2.0-OpenSSH_9\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"]
    for reason in ("reset", "protocol", "cut"):
        with pytest.raises(NotAnswered) as failure:
            await http.ask(connections, Asked(url=there.url))
        assert failure.value.reason == reason and "127.0.0.1" in str(failure.value)
    there.at["/slow"] = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
    there.at["/slow"] = lambda _: b"HTTP/1.1 200 OK\r\n"
    with pytest.raises(NotAnswered):
        await http.ask(connections, Asked(url=f"{there.url}/slow"))
    with pytest.raises(NotAnswered, match="takes no connections") as refused:
        await http.ask(connections, Asked(url="http://127.0.0.1:9999/"))
    assert refused.value.again
    with pytest.raises(NotAnswered, match="has no address"):
        await http.ask(connections, Asked(url="http://nobody.invalid/"))


async def test_reading_only_the_head(connections: Connections, there: Outside):
    there.says = [b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\nX-A: b\r\n\r\n"]
    got = await http.ask(connections, Asked("HEAD", there.url))
    assert (got.status, got.body, got.header("x-a")) == (200, b"", "b")


@pytest.mark.parametrize(
    "asked",
    [
        Asked("TRACE", "http://a.example"),
        Asked(url="ftp://a.example"),
        Asked(url="http://user:pw@a.example/"),
        Asked(url="http://a.example\\@b.example/"),
        Asked(url="http://a.example:6379/"),
        Asked(url="http://a.example:99999/"),
        Asked(url="file:///etc/passwd"),
        Asked(url="http://[::1/"),
        Asked(url="http://a b.example/"),
        Asked(url="gopher://a.example/"),
        Asked(url=""),
        Asked(url="http://a.example/", headers={"Host": "b.example"}),
        Asked(url="http://a.example/", headers={"X-A": "1\r\nX-B: 2"}),
        Asked(url="http://a.example/", headers={"X A": "1"}),
        Asked(url="http://a.example/", headers={"Transfer-Encoding": "chunked"}),
        Asked(url="http://a.example/", headers={"X-A": "x" * 20_000}),
    ],
)
async def test_nonsense_is_not_sent(connections: Connections, asked: Asked):
    with pytest.raises(Invalid):
        await http.ask(connections, asked)


async def test_a_line_break_in_a_path_splits_no_request(connections: Connections, ben: Actor, there: Outside):
    one = await opened(connections, ben, "http", {"address": there.url, "auth": "none"})
    await http.ask(connections, Asked(url="a b/ü?q=ä b&x=%zz"), opened=one)
    assert there.heard[0].target == "/a%20b/%C3%BC?q=%C3%A4%20b&x=%25zz"
    with pytest.raises(Invalid):
        await http.ask(connections, Asked(url=f"{there.url}/a\r\nX: y"), opened=one)


async def test_what_a_failure_says(connections: Connections, there: Outside):
    there.says = [answer(429, "slow down", headers={"Retry-After": "17"}), answer(503), answer(404, "nothing")]
    told = [(await http.ask(connections, Asked(url=there.url))).failure() for _ in range(3)]
    assert [(f.again, f.after) for f in told if f] == [(True, 17.0), (True, None), (False, None)]
    assert told[0] is not None and told[0].detail == "429 slow down"


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("17", 17, 17), ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0), ("in nine minutes", 400, 540),
        ("soon", None, None), ("", None, None), ("9" * 40, None, None), ("-1", None, None),
    ],
    ids=["seconds", "a day gone by", "in nine minutes", "a word", "nothing", "for ever", "backwards"],
)  # fmt: skip
def test_when_to_come_back(said: str, least: float | None, most: float | None):
    if said == "in nine minutes":
        said = format_datetime(datetime.now(UTC) + timedelta(minutes=9), usegmt=True)
    after = http.retry_after(http.Answered(429, (("retry-after", said),), b""))
    assert after is None if least is None or most is None else after is not None and least <= after <= most


async def test_what_is_said_back_is_masked(connections: Connections, ben: Actor, there: Outside):
    """Answers are kept with the run: an echo of the credentials is not."""
    one = await opened(connections, ben, "http", {"address": there.url, "auth": "bearer"}, token=SECRET)
    there.says = [lambda heard: answer(500, heard.all, headers={"X-Echo": heard.header("authorization")})]
    got = await http.ask(connections, Asked(url="echo"), opened=one)
    failure = got.failure()
    assert SECRET in there.heard[0].all and failure is not None
    assert SECRET not in got.text + repr(got.headers) + str(failure) + failure.detail and "Bearer •••" in got.text


async def test_slow_answers_are_ended(connections: Connections, there: Outside):
    """It begins, and never ends."""

    async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n" + b"x" * 300_000)
        with suppress(ConnectionError):
            await reader.read()  # until whoever asked has had enough
        writer.close()

    async with await asyncio.start_server(drips, "127.0.0.1", 0) as server:
        with pytest.raises(NotAnswered, match="not done") as late:
            await http.ask(connections, Asked(url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"), seconds_max=0.2)
        assert late.value.reason == "timeout" and late.value.again


async def test_tls_is_checked_and_spoken(connections: Connections, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    authority, context = certificate(tmp_path)
    there = Outside()
    async with await asyncio.start_server(there.serve, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(NotAnswered, match="certificate that cannot be trusted") as wrong:
            await http.ask(connections, Asked(url=f"https://localhost:{port}/"))
        assert wrong.value.reason == "tls"
        monkeypatch.setattr(connections, "door", Door(LOOPBACK.allow, str(authority)))
        assert (await http.ask(connections, Asked(url=f"https://localhost:{port}/"))).status == 200
        with pytest.raises(NotAnswered):
            await http.ask(connections, Asked(url=f"https://127.0.0.2:{port}/"))
        with pytest.raises(NotAnswered):
            await http.ask(connections, Asked(url=f"http://localhost:{port}/"))


@pytest.mark.parametrize("charset", ["idna", "undefined", "hex", "no-such"])
def test_an_answer_in_letters_that_nobody_reads_is_read_as_utf_8(charset: str):
    assert http.Answered(200, (("content-type", f"text/plain; charset={charset}"),), "Söhne".encode()).text == "Söhne"
