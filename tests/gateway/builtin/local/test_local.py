"""Real llama.cpp on a real, tiny GGUF file: brought here, loaded, held to schemas, streamed, stopped."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from sayso.connections.egress import Door, networks
from sayso.errors import Conflict, Invalid, NotFound, TooLarge, Unavailable
from sayso.gateway.builtin.local import gguf, pulling, shelf
from sayso.gateway.builtin.local.engine import Engine, EngineError
from sayso.gateway.builtin.local.model import LocalModel, Seat, local_models
from sayso.gateway.refusals import Refused
from tests.gateway.builtin.local.tiny import CONTEXT, build
from tests.sayso import begun, sayso

DOOR = Door(networks("127.0.0.0/8"))
TABLES: dict[str, Any] = {
    "type": "object",
    "properties": {
        "tables": {
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "maxLength": 20},
                    "kind": {"enum": ["grid", "board"]},
                    "fields": {"type": "array", "maxItems": 2, "items": {"type": "string", "maxLength": 10}},
                },
                "required": ["name", "kind", "fields"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["tables"],
    "additionalProperties": False,
}


def asked(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "local/tiny", "messages": [{"role": "user", "content": text}], **more}


def bound(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "s", "strict": True, "schema": schema}}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gguf")
    build(folder / "Tiny-Q8.gguf")
    build(folder / "babbling.gguf", "babbling")
    return folder


@pytest.fixture(scope="module")
async def home(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    await pulling.pull(DOOR, home, str(files / "Tiny-Q8.gguf"), name="tiny")
    await pulling.pull(DOOR, home, str(files / "babbling.gguf"))
    return home


@pytest.fixture(scope="module")
def tiny(home: Path) -> LocalModel:
    return next(one for one in local_models(home) if one.name == "local/tiny")


# ── bringing a file here ──────────────────────────────────────


async def test_a_file_is_kept_with_where_it_came_from(home: Path, files: Path):
    one = shelf.find(home, "tiny")
    assert (one.architecture, one.context, one.chats, one.source) == ("llama", CONTEXT, True, str(files / "Tiny-Q8.gguf"))
    assert one.bytes == one.path.stat().st_size and len(one.sha256) == 64
    assert [m.name for m in local_models(home)] == ["local/babbling", "local/tiny"]
    assert shelf.name_of("https://example.org/x/Qwen3-4B-Q4_K_M.gguf?download=1") == "qwen3-4b-q4_k_m"


async def test_a_name_is_taken_once(home: Path, files: Path):
    with pytest.raises(Conflict, match="already"):
        await pulling.pull(DOOR, home, str(files / "babbling.gguf"), name="tiny")
    with pytest.raises(Invalid, match="small letters"):
        await pulling.pull(DOOR, home, str(files / "babbling.gguf"), name="../up")


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda c: b"GGML" + c[4:], Invalid, "no GGUF file"),
        (lambda c: c[:300], Invalid, "no GGUF file"),
        (lambda c: c[:4] + (99).to_bytes(4, "little") + c[8:], Invalid, "version 99"),
        (lambda c: c[:16] + (2**63).to_bytes(8, "little") + c[24:], Invalid, "facts"),
        (lambda c: c[: len(c) // 2], Invalid, "llama.cpp"),
        (lambda c: b"", Invalid, "no GGUF file"),
    ],
    ids=["magic", "cut head", "version", "count", "cut tensors", "empty"],
)
async def test_a_broken_file_is_refused_and_leaves_nothing(
    files: Path, tmp_path: Path, change: Any, error: type[Exception], says: str
):
    (tmp_path / "bad.gguf").write_bytes(change((files / "Tiny-Q8.gguf").read_bytes()))
    with pytest.raises(error, match=says):
        await pulling.pull(DOOR, tmp_path / "home", str(tmp_path / "bad.gguf"))
    assert list((tmp_path / "home" / "models").iterdir()) == []


async def test_a_file_of_another_digest_or_too_large_is_refused(files: Path, tmp_path: Path):
    with pytest.raises(Invalid, match="not the 0000"):
        await pulling.pull(DOOR, tmp_path, str(files / "Tiny-Q8.gguf"), sha256="0000")
    with pytest.raises(TooLarge):
        await pulling.pull(DOOR, tmp_path, str(files / "Tiny-Q8.gguf"), bytes_max=1000)
    with pytest.raises(Invalid, match="cannot be read"):
        await pulling.pull(DOOR, tmp_path, str(tmp_path / "nowhere.gguf"))


@pytest.fixture
async def site(files: Path) -> AsyncIterator[str]:
    """A web site that sends a file, sends elsewhere, or breaks off."""
    content = (files / "Tiny-Q8.gguf").read_bytes()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1]
        if path.startswith(b"/moved"):
            writer.write(b"HTTP/1.1 302 Found\r\nLocation: /tiny.gguf?x=1\r\nContent-Length: 0\r\n\r\n")
        elif path.startswith(b"/round"):
            writer.write(b"HTTP/1.1 302 Found\r\nLocation: /round\r\nContent-Length: 0\r\n\r\n")
        elif path.startswith(b"/none"):
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        else:
            body = content[: len(content) // 2] if path.startswith(b"/cut") else content
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_file_is_fetched_through_the_door(site: str, home: Path, tmp_path: Path):
    digest = shelf.find(home, "tiny").sha256
    told: list[tuple[int, int]] = []
    one = await pulling.pull(DOOR, tmp_path, f"{site}/moved/a.gguf?token=secret", sha256=digest, told=lambda *at: told.append(at))
    assert (one.name, one.sha256, one.source) == ("a", digest, f"{site}/moved/a.gguf")
    assert told[-1] == (one.bytes, one.bytes)


@pytest.mark.parametrize(("path", "says"), [("none", "404"), ("round", "sent us on"), ("cut", "middle")])
async def test_a_site_that_does_not_send_it_is_told_apart(site: str, tmp_path: Path, path: str, says: str):
    with pytest.raises(Unavailable, match=says):
        await pulling.pull(DOOR, tmp_path, f"{site}/{path}", name="x", sha256="00")
    assert shelf.listed(tmp_path) == []


async def test_plain_http_needs_a_digest_and_private_addresses_the_operator(site: str, tmp_path: Path):
    with pytest.raises(Invalid, match="https"):
        await pulling.pull(DOOR, tmp_path, f"{site}/tiny.gguf")
    with pytest.raises(Exception, match="SAYSO_EGRESS_ALLOW"):
        await pulling.pull(Door(), tmp_path, f"{site}/tiny.gguf", sha256="00")


def test_what_a_file_says_of_itself(files: Path):
    assert gguf.about(files / "Tiny-Q8.gguf").name == "tiny"


# ── asking it ─────────────────────────────────────────────────


async def test_answers_to_a_schema_are_valid_twenty_of_twenty(tiny: LocalModel):
    for n in range(20):
        made: Any = await tiny.answer(
            "chat/completions", asked(f"plan {n}", response_format=bound(TABLES), seed=n, temperature=0.9), workspace="w"
        )
        value = json.loads(made["choices"][0]["message"]["content"])
        assert set(value) == {"tables"} and 1 <= len(value["tables"]) <= 3
        assert all(
            set(t) == {"name", "kind", "fields"} and t["kind"] in ("grid", "board") and len(t["name"]) <= 20
            for t in value["tables"]
        )
        assert made["model"] == "local/tiny" and made["usage"]["completion_tokens"] > 5


async def test_a_model_that_babbles_gives_what_the_schema_asks_or_says_that_it_broke(home: Path):
    model = next(one for one in local_models(home) if one.name == "local/babbling")
    for n in range(4):
        request = asked("x", response_format=bound(TABLES), seed=n, max_tokens=200)
        try:
            made: Any = await model.answer("chat/completions", request, workspace="w")
            choice = made["choices"][0]
            assert choice["finish_reason"] == "length" or set(json.loads(choice["message"]["content"])) == {"tables"}
        except Refused as error:
            assert error.code == "local_model_error"


class Breaking:
    """An engine that cannot read its own answers: every chat ends with status 500."""

    def __init__(self, repaired: str) -> None:
        self.repaired, self.chats, self.texts = repaired, 0, list[dict[str, Any]]()

    async def events(self, body: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        self.chats += 1
        yield {"choices": [{"delta": {"content": "{"}, "finish_reason": None}]}
        raise EngineError("output does not match the expected format", 500)

    async def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        self.texts.append(body)
        return {
            "id": "c",
            "choices": [{"text": self.repaired, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 4},
        }


async def test_a_chat_that_broke_is_tried_again_and_then_repaired_under_the_same_schema(home: Path):
    for text, works in ((' {"tables": []}', True), ("no json", False)):
        engine, seat = Breaking(text), Seat()
        seat._engine = shelf.find(home, "tiny").path, engine  # pyright: ignore[reportAttributeAccessIssue]
        model = LocalModel(shelf.find(home, "tiny"), seat)
        asking = model.answer("chat/completions", asked("plan", response_format=bound(TABLES)), workspace="w")
        if works:
            made: Any = await asking
            assert json.loads(made["choices"][0]["message"]["content"]) == {"tables": []}
        else:
            with pytest.raises(Refused) as refused:
                await asking
            assert refused.value.status == 500
        assert engine.chats == 2 and engine.texts[0]["json_schema"] == TABLES and "user: plan" in engine.texts[0]["prompt"]
    plain = Breaking("")
    seat._engine = shelf.find(home, "tiny").path, plain  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(Refused):
        await model.answer("chat/completions", asked("hi"), workspace="w")
    assert (plain.chats, plain.texts) == (2, [])


async def test_it_streams_and_counts(tiny: LocalModel):
    events = await tiny.answer(
        "chat/completions", asked("hi", stream=True, stream_options={"include_usage": True}), workspace="w"
    )
    got = [event async for event in events]  # pyright: ignore[reportGeneralTypeIssues]
    assert got[0]["choices"][0]["delta"]["role"] == "assistant" and got[-1]["usage"]["total_tokens"] > 5
    assert any(event["choices"][0]["finish_reason"] for event in got if event["choices"])


async def test_whoever_goes_away_stops_it(tiny: LocalModel):
    endless = asked("hi", ignore_eos=True, max_tokens=3_000, stream=True, logit_bias=[])
    events: Any = await tiny.answer("chat/completions", endless, workspace="w")
    async with aclosing(events):
        heard = [await anext(events) for _ in range(5)]
    assert len(heard) == 5
    task = asyncio.create_task(tiny.answer("chat/completions", asked("hi", ignore_eos=True, max_tokens=3_500), workspace="w"))  # pyright: ignore[reportArgumentType]
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    after: Any = await asyncio.wait_for(tiny.answer("chat/completions", asked("hi", max_tokens=5), workspace="w"), 60)
    assert after["choices"][0]["finish_reason"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"messages": [{"role": "user", "content": "word " * 9_000}]}, "context_length_exceeded"),
        ({"messages": "x"}, "local_model_error"),
        ({"messages": [{"role": "user", "content": "x"}], "temperature": "hot"}, "local_model_error"),
        ({"messages": [{"role": "user", "content": "x"}], "response_format": bound({"type": "nonsense"})}, "local_model_error"),
        (
            {
                "messages": [
                    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]}
                ]
            },
            "local_model_error",
        ),
    ],
)
async def test_what_it_does_not_take_is_refused_with_its_words(tiny: LocalModel, body: dict[str, Any], code: str):
    for more in ({}, {"stream": True}):
        with pytest.raises(Refused) as refused:
            answer: Any = await tiny.answer("chat/completions", {**body, **more}, workspace="w")
            async for _ in answer:
                pass
        assert (refused.value.status, refused.value.code) == (400, code)


async def test_files_take_turns_in_memory(home: Path, tiny: LocalModel):
    models = local_models(home)
    answers = await asyncio.gather(
        *(m.answer("chat/completions", asked("x", max_tokens=3), workspace="w") for m in (*models, *models))
    )
    assert len(answers) == 4


async def test_a_file_that_was_taken_away_is_told(tmp_path: Path, files: Path):
    one = await pulling.pull(DOOR, tmp_path, str(files / "Tiny-Q8.gguf"), name="gone")
    model = LocalModel(one, Seat())
    shelf.forget(tmp_path, "gone")
    with pytest.raises(Refused, match="could not be loaded") as refused:
        await model.answer("chat/completions", asked("x"), workspace="w")
    assert refused.value.status == 503
    with pytest.raises(NotFound):
        shelf.find(tmp_path, "gone")


async def test_its_own_port_lets_nobody_in(files: Path):
    engine = Engine(files / "Tiny-Q8.gguf", context=256)
    host, port = engine.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /v1/models HTTP/1.0\r\n\r\n")
    first = await reader.readline()
    writer.close()
    assert host == "127.0.0.1" and b"401" in first
    with pytest.raises(EngineError):
        await engine.completed({"prompt": "x", "n_predict": 2, "grammar": "root ::= ((("})


# ── the command line ──────────────────────────────────────────


async def test_pull_list_serve_and_forget_from_the_command_line(files: Path, tmp_path: Path):
    home = ("--home", str(tmp_path / "home"), "--json")
    made = await sayso("models", "pull", str(files / "Tiny-Q8.gguf"), "--name", "small", *home)
    assert made.json["model"] == "local/small" and len(made.json["sha256"]) == 64
    assert [one["name"] for one in (await sayso("models", "local", *home)).json["models"]] == ["small"]
    process = await begun("models", "serve", "small", "--port", "0", "--key", "k", *home)
    try:
        assert process.stdout
        told = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
        reader, writer = await asyncio.open_connection("127.0.0.1", int(told["url"].split(":")[2].split("/")[0]))
        writer.write(b"GET /v1/models HTTP/1.0\r\nAuthorization: Bearer k\r\n\r\n")
        assert b"200" in await asyncio.wait_for(reader.readline(), 60)
        writer.close()
    finally:
        process.terminate()
        await process.communicate()
    assert (await sayso("models", "forget", "small", *home)).code == 0
    assert (await sayso("models", "forget", "small", *home)).code == 3
