"""Files are kept and expire; batches run through, once a line, whatever happens in between."""

import asyncio
import hashlib
import json
from typing import Any

import pytest
from openai import BadRequestError, NotFoundError
from sqlalchemy import text

from sayso.db import transaction
from sayso.gateway import files
from sayso.gateway.batches import stored
from tests.gateway.conftest import Desk
from tests.gateway.upstream import WORDS, Normal, SlowFirst, Status

SAID = "".join(WORDS)


def line(id: str, content: str = "Hi", **more: Any) -> dict[str, Any]:
    body = {"model": "stub", "messages": [{"role": "user", "content": content}]}
    return {"custom_id": id, "method": "POST", "url": "/v1/chat/completions", "body": body, **more}


async def uploaded(desk: Desk, *lines: Any) -> str:
    content = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
    return (await desk.client().files.create(file=("in.jsonl", content.encode()), purpose="batch")).id


async def begun(desk: Desk, *lines: Any, endpoint: Any = "/v1/chat/completions", key: str | None = None) -> str:
    file = await uploaded(desk, *lines)
    return (await desk.client(key).batches.create(input_file_id=file, endpoint=endpoint, completion_window="24h")).id


async def ended(desk: Desk, id: str) -> Any:
    batch: Any = None
    for _ in range(3_000):
        batch = await desk.client().batches.retrieve(id)
        if batch.status in ("completed", "failed", "expired", "cancelled"):
            return batch
        await asyncio.sleep(0.02)
    raise AssertionError(f"still {batch.status}")


async def rows(desk: Desk, file: str | None) -> list[Any]:
    assert file is not None
    content = await desk.client().files.content(file)
    return [json.loads(row) for row in content.text.splitlines()]


async def test_a_file_is_kept_listed_and_thrown_away(desk: Desk):
    client = desk.client()
    made = await client.files.create(
        file=("../../räte.txt", b"Hello"), purpose="user_data", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    assert (made.bytes, made.filename, made.purpose) == (5, "räte.txt", "user_data")
    assert made.expires_at == made.created_at + 3600
    assert (await client.files.content(made.id)).content == b"Hello"
    assert made.id in [file.id async for file in client.files.list(purpose="user_data")]
    assert made.id not in [file.id async for file in client.files.list(purpose="batch")]
    assert (await client.files.delete(made.id)).deleted
    for asking in (client.files.retrieve(made.id), client.files.content(made.id), client.files.delete(made.id)):
        with pytest.raises(NotFoundError):
            await asking


async def test_what_has_expired_is_gone(desk: Desk):
    made = await desk.client().files.create(
        file=("a.txt", b"Hello"), purpose="user_data", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    path = files.place(desk.gateway.home, desk.company.workspace, made.id)
    assert path.read_bytes() == b"Hello" and path.stat().st_mode & 0o077 == 0
    async with transaction(desk.engine) as tx:
        await tx.execute(text("update sayso.gateway_objects set expires_at = now() where id = :id"), {"id": made.id})
    with pytest.raises(NotFoundError):
        await desk.client().files.retrieve(made.id)
    await files.sweep(desk.engine, desk.gateway.home)
    assert not path.exists()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"), ("multipart/form-data", b"x"), ("multipart/form-data; boundary=a", b"x"), ("multipart/form-data; boundary=a", b"--a\r\nfoo"),
        ("multipart/form-data; boundary=a", b'--a\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--a--'),
        ("multipart/form-data; boundary=a", b'--a\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nbatch\r\n--a--'),
    ],
)  # fmt: skip
async def test_bad_forms_are_told_so(desk: Desk, content_type: str, body: bytes):
    answer = await desk.http.post(
        "/v1/files", content=body, headers={"authorization": f"Bearer {desk.key}", "content-type": content_type}
    )
    assert answer.status_code == 400 and answer.json()["error"]["message"]


async def test_an_upload_in_parts(desk: Desk):
    client = desk.client()
    upload = await client.uploads.create(bytes=10, filename="long.txt", mime_type="text/plain", purpose="assistants")
    parts = [await client.uploads.parts.create(upload.id, data=data) for data in (b"world", b"Hello")]
    with pytest.raises(BadRequestError):
        await client.uploads.complete(upload.id, part_ids=[parts[0].id])
    with pytest.raises(BadRequestError):
        await client.uploads.complete(upload.id, part_ids=[parts[1].id, parts[0].id], md5="0" * 32)
    done = await client.uploads.complete(
        upload.id, part_ids=[parts[1].id, parts[0].id], md5=hashlib.md5(b"Helloworld").hexdigest()
    )
    assert done.file is not None and (await client.files.content(done.file.id)).content == b"Helloworld"
    other = await client.uploads.create(bytes=10, filename="long.txt", mime_type="text/plain", purpose="assistants")
    assert (await client.uploads.cancel(other.id)).status == "cancelled"
    with pytest.raises(BadRequestError):
        await client.uploads.parts.create(other.id, data=b"x")


async def test_a_batch_goes_through(desk: Desk):
    key, id_of_key = await desk.new_key()
    bad = line("bad")
    bad["body"]["model"] = "nobody"
    id = await begun(desk, *(line(f"c{n}") for n in range(20)), bad, key=key)
    batch = await ended(desk, id)
    assert (batch.status, batch.request_counts.completed, batch.request_counts.failed, batch.request_counts.total) == (
        "completed",
        20,
        1,
        21,
    )
    assert (batch.usage.input_tokens, batch.usage.output_tokens) == (5000, 2000)
    output = await rows(desk, batch.output_file_id)
    assert [row["custom_id"] for row in output] == [f"c{n}" for n in range(20)]
    assert output[0]["response"]["status_code"] == 200
    assert output[0]["response"]["body"]["choices"][0]["message"]["content"] == SAID
    (error,) = await rows(desk, batch.error_file_id)
    assert (error["custom_id"], error["response"]["status_code"]) == ("bad", 404)
    assert error["response"]["body"]["error"]["code"] == "model_not_found"
    assert len([row for row in await desk.ledger(id_of_key) if row.status == 200]) == 20
    assert id in [one.id async for one in desk.client().batches.list()]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["not json"], "invalid_json_line"), ([line("a"), line("a")], "duplicate_custom_id"), ([line("a", url="/v1/embeddings")], "mismatched_endpoint"),
        ([line("a", method="GET")], "invalid_method"), ([{"custom_id": 5}], "missing_required_parameter"), ([line("a", body={})], "invalid_request"), ([""], "empty_file"),
    ],
)  # fmt: skip
async def test_a_file_that_makes_no_sense_fails_as_a_whole(desk: Desk, lines: list[Any], code: str):
    batch = await ended(desk, await begun(desk, *lines))
    assert batch.status == "failed" and batch.errors.data[0].code == code
    assert not desk.up.heard


async def test_a_full_upstream_is_waited_for(desk: Desk):
    desk.up.will(*[Status(429, "slow down", retry_after="0")] * 4)
    batch = await ended(desk, await begun(desk, line("a")))
    assert (batch.status, batch.request_counts.completed) == ("completed", 1)


async def test_a_batch_is_cancelled(desk: Desk):
    desk.up.always = SlowFirst(0.3)
    id = await begun(desk, *(line(f"c{n}") for n in range(100)))
    for _ in range(3_000):
        if desk.up.heard:
            break
        await asyncio.sleep(0.02)
    assert (await desk.client().batches.cancel(id)).status == "cancelling"
    batch = await ended(desk, id)
    assert batch.status == "cancelled"
    asked = len(desk.up.heard)
    assert 0 < asked < 100
    assert len(await rows(desk, batch.output_file_id)) == asked
    undone = await rows(desk, batch.error_file_id)
    assert len(undone) == 100 - asked and {row["error"]["code"] for row in undone} == {"batch_cancelled"}


async def test_a_killed_process_leaves_its_batch_to_another(desk: Desk):
    """What a process had done stays done: only what was under way is asked again."""
    file = await uploaded(desk, *(line(f"c{n}", f"number {n}") for n in range(10)))
    caller = await desk.gateway.caller_of(f"Bearer {desk.key}".encode())
    async with transaction(desk.engine) as tx:
        made = await stored.create(
            tx, caller, {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
        )
        await tx.execute(
            text("update sayso.gateway_batches set process = 'killed', seen_at = now() - interval '1 minute', status = 'in_progress', value = value || '{\"status\": \"in_progress\"}' where id = :id"),
            {"id": made["id"]},
        )  # fmt: skip
        done = {
            "id": "batch_req_1",
            "custom_id": "c0",
            "response": {"status_code": 200, "request_id": "r", "body": {"usage": {"prompt_tokens": 1}}},
            "error": None,
        }
        for n in range(10):
            row = {"batch": made["id"], "n": n, "id": f"c{n}", "body": json.dumps(line("x", f"number {n}")["body"])}
            row |= {"output": json.dumps(done | {"custom_id": f"c{n}"}) if n < 6 else None, "ok": 1 if n < 6 else None}
            await tx.execute(
                text("insert into sayso.gateway_batch_lines (batch, number, custom_id, body, output, ok) values (:batch, :n, :id, cast(:body as jsonb), cast(:output as jsonb), :ok)"),
                row,
            )  # fmt: skip
    desk.gateway.endpoints.batches.look()
    batch = await ended(desk, made["id"])
    assert (batch.status, batch.request_counts.completed) == ("completed", 10)
    assert sorted(heard.json["messages"][0]["content"] for heard in desk.up.heard) == [f"number {n}" for n in range(6, 10)]


async def test_a_batch_whose_day_is_over_expires(desk: Desk):
    desk.up.always = SlowFirst(0.2)
    file = await uploaded(desk, *(line(f"c{n}") for n in range(200)))
    caller = await desk.gateway.caller_of(f"Bearer {desk.key}".encode())
    async with transaction(desk.engine) as tx:
        asked = {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
        id = (await stored.create(tx, caller, asked))["id"]
        await tx.execute(
            text("update sayso.gateway_batches set expires_at = now() + interval '0.5 s' where id = :id"), {"id": id}
        )
    desk.gateway.endpoints.batches.look()
    batch = await ended(desk, id)
    desk.up.always = Normal()
    assert batch.status == "expired"
    undone = await rows(desk, batch.error_file_id)
    assert {row["error"]["code"] for row in undone} == {"batch_expired"}


async def test_a_withdrawn_key_asks_nothing_more(desk: Desk):
    key, id_of_key = await desk.new_key()
    file = await uploaded(desk, line("a"))
    caller = await desk.gateway.caller_of(f"Bearer {key}".encode())
    async with transaction(desk.engine) as tx:
        await tx.execute(text("update sayso.gateway_keys set revoked_at = now() where id = :id"), {"id": id_of_key})
    await desk.gateway.read_again()
    async with transaction(desk.engine) as tx:
        made = await stored.create(
            tx, caller, {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
        )
    desk.gateway.endpoints.batches.look()
    batch = await ended(desk, made["id"])
    (row,) = await rows(desk, batch.error_file_id)
    assert row["response"]["status_code"] == 401 and not desk.up.heard


@pytest.mark.parametrize(
    "body",
    [
        {}, {"endpoint": "/v1/chat/completions"}, {"endpoint": 5, "completion_window": "24h", "input_file_id": "x"},
        {"endpoint": "/v1/audio/speech", "completion_window": "24h", "input_file_id": "x"},
        {"endpoint": "/v1/chat/completions", "completion_window": "1h", "input_file_id": "x"},
        {"endpoint": "/v1/chat/completions", "completion_window": "24h", "input_file_id": "../../x"},
        {"endpoint": "/v1/chat/completions", "completion_window": "24h", "input_file_id": "x", "metadata": 5},
    ],
)  # fmt: skip
async def test_bad_batches_are_told_so(desk: Desk, body: dict[str, Any]):
    answer = await desk.post("batches", body)
    assert answer.status_code in (400, 404), answer.text
