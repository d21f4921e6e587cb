"""Every way an upstream can fail, for chats, responses and pictures, whole and streamed: told in OpenAI's shape, never charged for
nothing, never leaking a key, and tried again where that helps."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.gateway.conftest import CALL_COST, PRICE, Desk
from tests.gateway.upstream import CutAt, Drip, Endless, Garbage, Normal, NotHttp, Reset, SlowFirst, Status, upstream

BODIES: dict[str, dict[str, Any]] = {
    "chat/completions": {"model": "stub", "messages": [{"role": "user", "content": "Hello"}]},
    "responses": {"model": "stub", "input": "Hello"},
    "images/generations": {"model": "stub", "prompt": "A lamp"},
}
every = pytest.mark.parametrize("endpoint", BODIES)
SECRET = "sk-upstream-secret"


def error_of(answer: Any) -> dict[str, Any]:
    """The error, checked to be in OpenAI's shape."""
    error = answer.json()["error"]
    assert {"message", "type", "param", "code"} <= set(error)
    assert error["message"]
    assert SECRET not in answer.text
    assert answer.headers["x-request-id"].startswith("req_")
    return error


@every
async def test_what_the_upstream_says_is_kept(desk: Desk, endpoint: str):
    desk.up.always = Status(400, "Your prompt is not to our taste", code="taste")
    answer = await desk.post(endpoint, BODIES[endpoint])
    error = error_of(answer)
    assert (answer.status_code, error["message"], error["code"], error["upstream"]) == (
        400,
        "Your prompt is not to our taste",
        "taste",
        "up",
    )
    assert len(desk.up.heard) == 1, "what is wrong with the request is not asked twice"


@every
async def test_too_often_is_asked_again_and_then_told_with_the_time_to_wait(desk: Desk, endpoint: str):
    desk.up.will(Status(429, "slow down", retry_after="0"))
    assert (await desk.post(endpoint, BODIES[endpoint])).status_code == 200
    assert len(desk.up.heard) == 2
    desk.up.forget()
    desk.up.always = Status(429, "slow down", retry_after="30")
    answer = await desk.post(endpoint, BODIES[endpoint])
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert error_of(answer)["message"] == "slow down"
    assert len(desk.up.heard) == 1, "nobody waits half a minute in line"


@every
@pytest.mark.parametrize("fault", [Status(500), Status(503), Reset(), Garbage(), NotHttp(), CutAt(0.5)], ids=repr)
async def test_a_passing_fault_is_not_seen(desk: Desk, endpoint: str, fault: Any):
    key, id = await desk.new_key()
    desk.up.will(fault)
    answer = await desk.post(endpoint, BODIES[endpoint], key)
    assert answer.status_code == 200, answer.text
    (line,) = await desk.ledger(id)
    assert line.status == 200
    assert line.attempts == 2 or isinstance(fault, Reset), "a kept connection that is reset is asked anew, which is no try"


@every
@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Status(500, f"we broke, key {SECRET}"), 500),
        (Status(502, body=b"<html>nginx</html>"), 502),
        (Reset(), 502),
        (Garbage(), 502),
        (NotHttp(), 502),
    ],
    ids=repr,
)
async def test_a_lasting_fault_is_told_and_costs_nothing(desk: Desk, endpoint: str, fault: Any, status: int):
    key, id = await desk.new_key(budget="1")
    desk.up.always = fault
    answer = await desk.post(endpoint, BODIES[endpoint], key)
    assert answer.status_code == status
    assert error_of(answer)["upstream"] == "up"
    assert len(desk.up.heard) - isinstance(fault, Reset) in (2, 3), "once, and twice again"
    (line,) = await desk.ledger(id)
    assert (line.status, line.cost, line.attempts) == (status, 0, 3)
    assert SECRET not in line.error
    assert (await desk.budget(id)).spent == 0


@every
async def test_a_slow_first_byte_ends_in_time(desk: Desk, endpoint: str):
    desk.up.always = SlowFirst(5)
    answer = await desk.post(endpoint, BODIES[endpoint])
    assert (answer.status_code, error_of(answer)["code"]) == (504, "upstream_timeout")
    assert len(desk.up.heard) == 1, "slow ones are not asked again"


@every
async def test_one_byte_at_a_time_has_an_end(desk: Desk, endpoint: str):
    desk.up.always = Drip(0.05)
    answer = await desk.post(endpoint, BODIES[endpoint])
    assert answer.status_code == 504
    assert "was not done after 3 seconds" in error_of(answer)["message"]


async def test_an_upstreams_own_key_is_no_matter_of_the_caller(desk: Desk):
    desk.up.always = Status(401, f"Incorrect API key provided: {SECRET}", code="invalid_api_key")
    answer = await desk.post("chat/completions", BODIES["chat/completions"])
    assert (answer.status_code, error_of(answer)["code"]) == (502, "upstream_key_refused")


@pytest.mark.parametrize("tenth", range(1, 10))
@pytest.mark.parametrize("endpoint", ["chat/completions", "responses"])
async def test_a_cut_stream_is_told_in_it_and_charged(desk: Desk, endpoint: str, tenth: int):
    key, id = await desk.new_key(budget="1")
    desk.up.will(CutAt(tenth / 10))
    answer = await desk.post(endpoint, {**BODIES[endpoint], "stream": True}, key)
    assert answer.status_code == 200
    last = [line for line in answer.text.splitlines() if line.startswith("data: ")][-1]
    assert '"upstream_cut"' in last
    assert "[DONE]" not in answer.text
    (line,) = await desk.ledger(id)
    assert line.status == 502
    assert 0 < line.cost <= CALL_COST
    assert (await desk.budget(id)).spent == line.cost


@pytest.mark.parametrize("tenth", range(1, 10))
async def test_a_cut_picture_stream_is_told(desk: Desk, tenth: int):
    desk.up.will(CutAt(tenth / 10))
    answer = await desk.post("images/generations", {**BODIES["images/generations"], "stream": True})
    assert "event: error" in answer.text or "image_generation.completed" in answer.text


async def test_an_endless_stream_ends(desk: Desk):
    key, id = await desk.new_key(budget="1")
    desk.up.will(Endless(0.01))
    answer = await desk.post("chat/completions", {**BODIES["chat/completions"], "stream": True}, key)
    assert '"upstream_timeout"' in answer.text
    (line,) = await desk.ledger(id)
    assert "estimated" in line.flags
    assert line.output_tokens > 50
    assert (await desk.budget(id)).spent == line.cost > 0


async def test_a_caller_who_leaves_stops_the_upstream_and_is_charged(desk: Desk):
    key, id = await desk.new_key(budget="1")
    desk.up.will(Endless(0.01))
    stream = await desk.client(key).chat.completions.create(
        model="stub", messages=[{"role": "user", "content": "Hi"}], stream=True
    )
    seen = 0
    async for _ in stream:
        seen += 1
        if seen == 10:
            break
    await stream.close()
    async with asyncio.timeout(60):
        while not desk.up.gone:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        while not (lines := await desk.ledger(id)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert lines[0].status == 499
    assert lines[0].output_tokens >= 9
    assert (await desk.budget(id)).spent == lines[0].cost > 0


async def test_another_upstream_answers_when_the_first_does_not(desk: Desk):
    async with upstream() as other:
        await desk.provider("other", other.url, models=["spare"], settings={"prices": {"spare": PRICE}})
        await desk.alias(
            "safe", {"provider": "up", "model": "stub"}, {"provider": "other", "model": "spare"}, settings={"retries": 0}
        )
        desk.up.always = Status(500)
        key, id = await desk.new_key()
        answer = await desk.post("chat/completions", {**BODIES["chat/completions"], "model": "safe"}, key)
        assert answer.json()["model"] == "spare-2026-10-01"
        (line,) = await desk.ledger(id)
        assert (line.asked, line.provider, line.attempts) == ("safe", "other", 2)


async def test_names_without_an_address_and_bad_certificates_are_told_apart(desk: Desk, tmp_path: Path):
    await desk.provider("nowhere", "http://nothing.invalid/v1", models=["lost"], settings={"prices": {"lost": PRICE}})
    answer = await desk.post("chat/completions", {**BODIES["chat/completions"], "model": "nowhere/lost"})
    assert (answer.status_code, error_of(answer)["code"]) == (502, "upstream_dns")
    certificate, key = self_signed()
    (tmp_path / "cert.pem").write_bytes(certificate)
    (tmp_path / "key.pem").write_bytes(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    async with upstream(ssl=context) as secret:
        await desk.provider("selfsigned", secret.url, models=["m"])
        answer = await desk.post("chat/completions", {**BODIES["chat/completions"], "model": "selfsigned/m"})
        assert (answer.status_code, error_of(answer)["code"]) == (502, "upstream_tls")
        assert secret.heard == []


async def test_a_kept_connection_that_went_away_is_not_the_callers_matter(desk: Desk):
    for _ in range(3):
        assert (await desk.post("chat/completions", BODIES["chat/completions"])).status_code == 200
    desk.up.will(Reset())  # on a kept connection: asked anew on another one, without counting as a try
    key, id = await desk.new_key()
    assert (await desk.post("chat/completions", BODIES["chat/completions"], key)).status_code == 200
    (line,) = await desk.ledger(id)
    assert line.cost == CALL_COST


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'{"messages": []}', 400),
        (b'{"model": 7}', 400),
        (b'{"model": ""}', 400),
        (b'{"model": "stub", "stream": "yes"}', 400),
        (b'{"model": "' + b"x" * 300 + b'"}', 400),
        (b'{"model": "a\\u0000b"}', 400),
        (b'{"model": "nobody/nothing"}', 404),
        (b'{"model": "\xff"}', 400),
        (b"[" * 100_000, 400),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_nonsense_is_told_and_goes_nowhere(desk: Desk, body: bytes, status: int):
    answer = await desk.http.post("/v1/chat/completions", content=body, headers={"authorization": f"Bearer {desk.key}"})
    assert answer.status_code == status, answer.text
    error_of(answer)
    assert desk.up.heard == []


async def test_unknown_addresses_and_verbs(desk: Desk):
    headers = {"authorization": f"Bearer {desk.key}"}
    assert (await desk.http.get("/v1/nothing", headers=headers)).status_code == 404
    answer = await desk.http.get("/v1/chat/completions", headers=headers)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    error_of(answer)


def self_signed() -> tuple[bytes, bytes]:
    """A certificate that nobody vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "upstream")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1)
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    signed = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    return signed, key.private_bytes(serialization.Encoding.PEM, form, plain)


def test_prices_of_the_tests_add_up():
    assert Decimal(250) * 1 / 10**6 + Decimal(100) * 10 / 10**6 == CALL_COST
    assert Normal().usage == "usual"
