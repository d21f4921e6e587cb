"""OpenAI's own Python test suite (from the sdist on PyPI) against our gateway.

The upstream is the Steady mock in front of OpenAI's OpenAPI file when one is given (`npx @stdy/cli`, a development tool only), else the
scripted upstream of our own tests. Ids that the suite takes for granted (`file_id`, `thread_id` …) are put into the database before each
request, since we keep such objects ourselves.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from starlette.types import Receive, Scope, Send
from tests.gateway.upstream import upstream

from sayso.db import migrate, open_engine, transaction
from sayso.db.embedded import postgres
from sayso.db.endpoint_tables import batches, objects
from sayso.gateway import aliases, files, kept, keys
from sayso.gateway.assistants import shapes
from sayso.gateway.bridge.response import begun
from sayso.gateway.providers import stored
from sayso.gateway.responses import stored as responses
from sayso.gateway.responses.asked import Prepared, as_items
from sayso.settings import Settings
from sayso.team import people
from sayso.web.alone import Alone

VERSION = "3.54.0"
KEY = "My API Key"
PORT_STEADY = 4010
GROUPS = (
    "test_completions.py", "chat/test_completions.py", "test_embeddings.py", "test_images.py", "audio/test_speech.py", "audio/test_transcriptions.py", "audio/test_translations.py",
    "test_moderations.py", "test_models.py", "test_responses.py", "responses", "test_conversations.py", "conversations", "test_files.py", "test_uploads.py", "uploads",
    "test_batches.py", "beta/test_assistants.py", "beta/test_threads.py", "beta/threads", "fine_tuning/test_jobs.py", "fine_tuning/jobs", "realtime/test_client_secrets.py",
)  # fmt: skip


NOT_OURS = "not aiohttp and not ((TestCompletions or TestAsyncCompletions) and (retrieve or update or list or delete))"
"""Chats that OpenAI stores are not kept here: responses are. `aiohttp` is another transport of the client's, not of ours."""
ONLY_UPSTREAM = " and not compact and not ((TestModels or TestAsyncModels) and delete)"
ONLY_UPSTREAM_GROUPS = ("fine_tuning/test_jobs.py", "fine_tuning/jobs")
"""What is only passed through, and our own scripted upstream does not know."""
REFUSED_BY_OPENAI = ('previous_response_id="previous_response_id",', 'md5="md5",')
"""One together with a conversation, the other no checksum of anything: what makes no sense is taken out of their tests."""
KEPT = ("assistants", "threads", "conversations", "responses", "files", "uploads", "batches")


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--spec", help="OpenAI's OpenAPI file: the upstream is Steady then")
    asked.add_argument("--sdist", help=f"openai-{VERSION}.tar.gz, when it is here already")
    options, rest = asked.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="sayso-") as folder:
        Path(folder).chmod(0o711)
        suite = unpacked(Path(folder), options.sdist)
        return asyncio.run(checked(Path(folder), suite, options.spec, rest))


def unpacked(folder: Path, sdist: str | None) -> Path:
    if sdist is None:
        asking = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--no-binary",
            ":all:",
            "-q",
            f"openai=={VERSION}",
            "-d",
            str(folder),
        ]
        subprocess.run(asking, check=True)
        sdist = str(folder / f"openai-{VERSION}.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    suite = folder / f"openai-{VERSION}"
    for name in ("test_responses.py", "test_uploads.py"):
        tests = suite / "tests" / "api_resources" / name
        text = tests.read_text()
        for argument in REFUSED_BY_OPENAI:
            text = text.replace(argument, "")
        tests.write_text(text)
    shutil.rmtree(suite / "src")  # the installed client is tested, not a second one
    return suite


async def checked(folder: Path, suite: Path, spec: str | None, rest: list[str]) -> int:
    async with mocked(spec) as up, postgres(folder / "home", durable=False) as url:
        engine = open_engine(url)
        await migrate(engine)
        settings = Settings(home=folder / "home", egress_allow="127.0.0.0/8")
        gateway = Alone(engine, settings)
        async with gateway.gateway.running():
            seeded = Seeded(gateway)
            await seeded.founded(up)
            server = uvicorn.Server(uvicorn.Config(seeded, port=0, lifespan="off", log_level="warning", access_log=False))
            serving = asyncio.create_task(server.serve())
            while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
                await asyncio.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            groups = [
                f"tests/api_resources/{group}"
                for group in GROUPS
                if (spec or group not in ONLY_UPSTREAM_GROUPS) and (suite / "tests" / "api_resources" / group).exists()
            ]
            chosen = rest if any(not one.startswith("-") for one in rest) else [*rest, *groups]
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "pytest", "-q", "-n", "0", "--durations=0", "--durations-min=9", "-p", "no:cacheprovider", "-k", NOT_OURS if spec else NOT_OURS + ONLY_UPSTREAM, *chosen,
                cwd=suite, env={**os.environ, "TEST_API_BASE_URL": f"http://127.0.0.1:{port}/v1"},
            )  # fmt: skip
            status = await process.wait()
            server.should_exit = True
            await serving
        await engine.dispose()
        return status


@asynccontextmanager
async def mocked(spec: str | None) -> AsyncGenerator[str]:
    """The upstream's base URL."""
    if spec is None:
        async with upstream() as up:
            yield up.url
        return
    formats = [f"--validator-{where}-{what}-format=brackets" for where in ("query", "form") for what in ("array", "object")]
    steady = await asyncio.create_subprocess_exec(
        "npx", "@stdy/cli", "--host", "127.0.0.1", "-p", str(PORT_STEADY), "-q", *formats, spec
    )
    try:
        url = f"http://127.0.0.1:{PORT_STEADY}"
        async with httpx.AsyncClient() as client:
            ends = time.monotonic() + 120
            while time.monotonic() < ends:
                try:
                    await client.get(url + "/_x-steady/health")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.2)
        yield url
    finally:
        steady.terminate()
        await steady.wait()


class Seeded:
    """The gateway, with what the suite takes for granted in it before each request."""

    def __init__(self, alone: Alone) -> None:
        self.alone, self.gateway = alone, alone.gateway
        self.workspace = ""

    async def founded(self, up: str) -> None:
        async with transaction(self.gateway.engine) as tx:
            owner = await people.found(tx, name="Conformance", owner="Ana Prado")
            self.workspace = owner.workspace
            settings = {"any_model": True, "responses": True, "first_byte_seconds": 30}
            await stored.create(
                tx,
                self.gateway.vault,
                by=owner,
                name="openai",
                kind="compatible",
                base_url=up,
                secret="sk-mock",
                models=["string", "model"],
                settings=settings,
            )
            await stored.create(
                tx, self.gateway.vault, by=owner, name="tuning", kind="openai", base_url=up, secret="sk-mock", rank=9
            )
            await aliases.create(tx, "writer", [{"provider": "openai", "model": "string"}], by=owner, slot="text")
            await aliases.create(tx, "painter", [{"provider": "openai", "model": "string"}], by=owner, slot="image")
            await keys.create(tx, "Suite", by=owner, secret=KEY)
        await self.gateway.read_again()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].split("/")[2] in KEPT:
            await self.put(scope["path"])
        await self.alone(scope, receive, send)

    async def put(self, path: str) -> None:
        w = self.workspace
        async with transaction(self.gateway.engine) as tx:
            for id in ("file_id", "input_file_id"):
                # ids of files have a shape of their own with us; the suite's are put beside
                value = {
                    "id": id,
                    "object": "file",
                    "bytes": 5,
                    "created_at": 0,
                    "filename": "x.jsonl",
                    "purpose": "batch",
                    "status": "processed",
                }
                await kept.put(tx, w, "file", value)
            await self._objects(tx, path)
            await self._responses(tx, path)
            await self._batch(tx, path)

    async def _objects(self, tx: Any, path: str) -> None:
        w, home = self.workspace, self.gateway.home
        where = files.folder(home, w)
        where.mkdir(parents=True, exist_ok=True)
        for name in ("file_id",):
            (where / name).write_bytes(b"Hello")
        assistant = shapes.assistant({"model": "string"}) | {"id": "assistant_id"}
        await kept.put(tx, w, "assistant", assistant)
        await kept.put(tx, w, "thread", shapes.thread({}) | {"id": "thread_id"})
        message = shapes.message("thread_id", {"role": "user", "content": "Hello"}) | {"id": "message_id"}
        await kept.put(tx, w, "thread.message", message, parent="thread_id")
        call = {"id": "tool_call_id", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        waiting = path.endswith(("/cancel", "/submit_tool_outputs"))
        action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [call]}} if waiting else None
        status = "requires_action" if waiting else "completed"
        run = shapes.run("thread_id", assistant, {}) | {"id": "run_id", "status": status, "required_action": action}
        step = shapes.step(run, "tool_calls", {"tool_calls": [call]}) | {"id": "step_id"}
        await tx.execute(objects.delete().where(objects.c.workspace_id == w, objects.c.kind == "thread.run"))
        await kept.put(tx, w, "thread.run", run, parent="thread_id", inside={"step": "step_id", "done": []})
        await kept.put(tx, w, "thread.run.step", step, parent="run_id")
        await tx.execute(objects.delete().where(objects.c.workspace_id == w, objects.c.id == "string"))
        for id in ("conv_123",) if path.startswith("/v1/uploads") else ("conv_123", "string"):
            await kept.put(tx, w, "conversation", {"id": id, "object": "conversation", "created_at": 0, "metadata": {}})
        for cursor in ("after", "before"):
            await kept.put(tx, w, "cursor", {"id": cursor})
        (item,) = as_items("Hello")
        await kept.put(tx, w, "conversation.item", {**item, "id": "msg_abc"}, parent="conv_123")
        upload = {
            "id": "upload_abc123",
            "object": "upload",
            "bytes": 5,
            "created_at": 0,
            "expires_at": int(time.time()) + 3600,
            "filename": "x",
            "purpose": "assistants",
            "status": "pending",
            "file": None,
        }
        await kept.put(tx, w, "upload", upload)
        if path.startswith("/v1/uploads"):
            await kept.put(
                tx,
                w,
                "upload.part",
                {"id": "string", "object": "upload.part", "created_at": 0, "upload_id": "upload_abc123"},
                parent="upload_abc123",
                inside={"bytes": 5},
            )
        part = where / "uploads" / "upload_abc123" / "string"
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(b"Hello")

    async def _responses(self, tx: Any, path: str) -> None:
        for id in ("resp_677efb5139a88190b512bc3fef8e535d", "response_id", "previous_response_id", "resp_123"):
            status = "in_progress" if path.endswith("/cancel") else "completed"
            value = begun({}, "string") | {"id": id, "status": status, "background": True}
            await responses.keep(tx, self.workspace, Prepared({}, own=[{**as_items("Hello")[0], "id": "after"}]), value)

    async def _batch(self, tx: Any, path: str) -> None:
        value = {
            "id": "batch_id", "object": "batch", "endpoint": "/v1/responses", "input_file_id": "file_id", "completion_window": "24h", "status": "completed", "created_at": 0,
        }  # fmt: skip
        await tx.execute(batches.delete().where(batches.c.id == "batch_id"))
        row = {"id": "batch_id", "workspace_id": self.workspace, "caller": {}, "value": value, "expires_at": kept.in_days(1)}
        await tx.execute(batches.insert().values(**row, status="completed"))
        await tx.execute(insert(batches).values(**{**row, "id": "after"}, status="completed").on_conflict_do_nothing())
        if path.endswith("/cancel"):
            await tx.execute(
                update(batches)
                .where(batches.c.id == "batch_id")
                .values(status="in_progress", process="nobody", seen_at=kept.in_days(1))
            )


if __name__ == "__main__":
    sys.exit(main())
