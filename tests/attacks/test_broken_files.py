"""F26, T28: sixty broken files and twelve bombs, through every door that takes a file: told what is wrong or read, soon, in little memory.

The suite takes every sixth file. `SAYSO_BROKEN_FILES=all python -m pytest tests/attacks/test_broken_files.py -s` takes all of them, and
tells how long the slowest took and by how much the server grew.
"""

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.ai import files as ai_files
from sayso.ai.inputs import Attachment
from sayso.ai.reading import READABLE
from sayso.backups import archive
from sayso.errors import Invalid, SaysoError
from sayso.gateway.builtin.canvas import drawing
from sayso.team.shares import challenges
from sayso.web.pages.share import received, visiting
from sayso.web.parts import Parts
from tests.attacks.broken_files import BOMBS, BROKEN, FILES
from tests.isolation.worlds import World, client
from tests.web.sharing import path_of, published, signed_in, solved

ALL = os.environ.get("SAYSO_BROKEN_FILES") == "all"
NAMES = list(FILES) if ALL else list(FILES)[::6]
SECONDS_MAX = 10.0
"""Of the processor, by door, with what child processes took: the machine may be busy with other things."""
GROWN_BYTES_MAX = 150_000_000
OVER_SECONDS_MAX = 60
DONE = {"ready", "done", "failed", "cancelled"}
SLOWEST: list[tuple[float, str, str]] = []
SAID: dict[str, dict[str, str]] = {}


def resident() -> int:
    """What the server holds of the machine's memory, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def worked() -> float:
    """Seconds of the processor that this server took, and the child processes that it has ended."""
    return sum(os.times()[:4])


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(challenges, "TRIES_MIN", 10)
    monkeypatch.setattr(challenges, "TRIES_MAX", 50)
    received.by_one._seen.clear()
    visiting.by_one._seen.clear()


@pytest.fixture(scope="module")
async def form(app: FastAPI, engine: AsyncEngine, world: World) -> str:
    person = await signed_in(engine, world.builder._transport, world.actors["builder"])
    return path_of(await published(person, world.ids["app"], world.ids["view"]))


class Doors:
    """Every door that takes a file. Each gives what it said; raises for what must not be."""

    def __init__(self, app: FastAPI, world: World, form: str, tmp_path: Path) -> None:
        self.app, self.w, self.form, self.folder = app, world, form, tmp_path
        self.known: Parts = app.state.parts

    async def import_(self, name: str, body: bytes) -> str:
        """Looked at, run as an app of its own, and given to the planner."""
        ben = self.w.builder
        sent = await ben.post("/api/imports", files={"file": (name, body, "text/csv")})
        told = refused(sent)
        if told:
            return told
        at = f"/api/imports/{sent.json()['id']}"
        one = await self._over(at)
        if one["state"] == "ready":
            draft = await ben.post("/api/drafts", json={"wish": "an app of this list", "import": sent.json()["id"]})
            assert draft.status_code in (200, 201, 202, 422), draft.text
            begun = await ben.post(f"{at}/start", json={"into": {}})
            if not refused(begun):
                one = await self._over(at)
        assert one["state"] != "failed" or one["message"] or one["problems"], one
        assert "Traceback" not in str(one) and "/tmp/" not in str(one), one
        await ben.delete(at)
        return f"{one['state']}: {(one['problems'] or [{'reason': ''}])[0]['reason']}{one['message']}"

    async def _over(self, at: str) -> dict[str, object]:
        async with asyncio.timeout(OVER_SECONDS_MAX):
            while True:
                one = (await self.w.builder.get(at)).json()
                if one["state"] in DONE:
                    return one
                await asyncio.sleep(0.02)

    async def attachment(self, name: str, body: bytes) -> str:
        """Kept as it is; small when it is a picture; saved and never shown."""
        sent = await self.w.builder.post("/api/files", files={"file": (name, body, "image/png")})
        told = refused(sent)
        if told:
            return told
        id = sent.json()["id"]
        small = await self.w.builder.get(f"/api/files/{id}/thumbnail")
        assert small.status_code in (200, 404, 413, 422), small.text
        saved = await self.w.builder.get(f"/api/files/{id}")
        assert saved.content == body and saved.headers["content-disposition"].startswith("attachment;")
        return f"{sent.json()['type']}, small {small.status_code}"

    async def reading(self, name: str, body: bytes) -> str:
        """As a model is given it: a co-worker, an AI field, an automation's step and the planner read by this."""
        sent = await self.w.builder.post("/api/files", files={"file": (name, body, "image/png")})
        if sent.status_code != 201:
            return "not kept"
        kept = sent.json()
        digest = hashlib.sha256(body).hexdigest()
        types = {kept["type"], *(READABLE if ALL else ())} if name.endswith(("docx", "pptx", "pdf", "eml")) else {kept["type"]}
        said = ""
        for type in sorted(types):
            read = await ai_files.read(self.known.gateway, [Attachment("papers", name, type, digest, len(body))])
            text = "".join(text for _, text in read.texts)
            assert "root:" not in text and "Traceback" not in str(read.problems), text[:200]
            assert len(text) <= 200_100
            ai_files._kept.clear()
            said = said or str(read.problems or text[:40] or f"{len(read.pictures)} pictures")
        draft = await self.w.builder.post("/api/drafts", json={"wish": "an app as in the file", "files": [kept["id"]]})
        assert draft.status_code in (200, 201, 202, 422), draft.text
        return said

    async def form_answer(self, name: str, body: bytes) -> str:
        stranger = client(self.app)
        data = {"label": "Me", "_challenge": await solved(stranger, self.form)}
        sent = await stranger.post(self.form, data=data, files={"papers": (name, body, "image/png")})
        assert sent.status_code in (303, 413, 422), sent.text[:400]
        return str(sent.status_code)

    async def face(self, name: str, body: bytes) -> str:
        sent = await self.w.builder.put("/api/me/picture", content=body, headers={"content-type": "image/png"})
        return refused(sent) or "drawn"

    async def backup(self, name: str, body: bytes) -> str:
        path = self.folder / "any.backup"
        path.write_bytes(body)
        with pytest.raises(Invalid) as wrong:
            await asyncio.to_thread(archive.verified, path)
        return str(wrong.value)

    async def document(self, name: str, body: bytes) -> str:
        """What a connection takes as the description of a service."""
        given = {"document": body[:4_000_000].decode("utf-8", "replace").replace("\x00", "") or "x"}
        sent = await self.w.builder.put(f"/api/connections/{self.w.ids['openapi']}/operations", json=given)
        told = refused(sent)
        assert told, sent.text[:300]
        return told

    async def edited(self, name: str, body: bytes) -> str:
        """A picture that a model of ours is to change."""
        try:
            await asyncio.to_thread(drawing._opened, body, "image")
        except SaysoError as wrong:
            return str(wrong)
        return "opened"


def refused(answer: httpx.Response) -> str:
    """What a clear refusal says, or nothing."""
    if answer.status_code < 300:
        return ""
    assert answer.status_code in (400, 413, 415, 422), (answer.status_code, answer.text[:300])
    told = answer.json()
    assert told["detail"] and "Traceback" not in answer.text, answer.text[:300]
    return f"{answer.status_code} {(told['problems'] or [{'reason': told['detail']}])[0]['reason']}"


DOORS: dict[str, Callable[[Doors, str, bytes], Awaitable[str]]] = {
    "import": Doors.import_, "attachment": Doors.attachment, "reading": Doors.reading, "form": Doors.form_answer,
    "face": Doors.face, "backup": Doors.backup, "document": Doors.document, "edited": Doors.edited,
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
async def described(world: World) -> None:
    """A connection to a service that describes itself."""
    new = {"kind": "openapi", "name": "Described", "settings": {"address": "http://10.0.0.1/x"}, "secrets": {}}
    made = await world.builder.post("/api/connections", json=new)
    assert made.status_code == 201, made.text
    world.ids["openapi"] = made.json()["id"]


def test_there_are_sixty_and_twelve():
    assert len(BROKEN) >= 60 and len(BOMBS) >= 12


@pytest.mark.parametrize("file", NAMES)
@pytest.mark.usefixtures("light")
async def test_a_broken_file_is_told_or_read(app: FastAPI, world: World, form: str, tmp_path: Path, file: str):
    name, make = FILES[file]
    body, doors = make(), Doors(app, world, form, tmp_path)
    for door, sent in DOORS.items():
        before, began = resident(), worked()
        SAID.setdefault(file, {})[door] = await sent(doors, name, body)
        took, grown = worked() - began, resident() - before
        SLOWEST.append((took, file, door))
        assert took < SECONDS_MAX, (door, took)
        assert not ALL or grown < GROWN_BYTES_MAX, (door, grown)
    assert (await world.owner.get("/healthz")).status_code == 200


def test_what_was_said_is_told():
    print(f"{len(SLOWEST)} times a file was sent; slowest:", sorted(SLOWEST, reverse=True)[:8])  # noqa: T201
    if ALL:
        for file, said in SAID.items():
            print(f"  {file}:", {door: told[:110] for door, told in said.items()})  # noqa: T201
    assert len(SLOWEST) == len(NAMES) * len(DOORS)
