"""Two workspaces with the same things in them, and who asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.db import transaction
from sayso.team import keys, people
from sayso.team.actor import Actor
from sayso.web.cookies import COOKIE
from tests.web.conftest import URL, Caller


@dataclass(frozen=True)
class Words:
    """What the things of one workspace say. `open` is its own name, which its public forms say to anybody; ids hold none of these."""

    secret: str
    open: str

    def leaked(self, answer: Response | str, *, but: str = "") -> bool:
        text = answer if isinstance(answer, str) else answer.text + " ".join(answer.headers.values())
        told = text.lower()
        return any(word.lower() in told for word in (self.secret, self.open) if word != but)


@dataclass
class World:
    """One workspace: its people, each with a client, and the ids of its things by the name of the path parameter."""

    app: FastAPI
    engine: AsyncEngine
    prefix: str
    words: Words
    actors: dict[str, Actor]
    callers: dict[str, Caller]
    ids: dict[str, str] = field(default_factory=dict[str, str])
    inside: dict[str, Any] = field(default_factory=dict[str, Any])
    """What seeds hand on to later ones, and secrets of doors: never part of a path by itself."""

    @property
    def workspace(self) -> str:
        return self.actors["owner"].workspace

    @property
    def owner(self) -> Caller:
        return self.callers["owner"]

    @property
    def builder(self) -> Caller:
        return self.callers["builder"]

    def says(self, what: str) -> str:
        """A name or text that only this workspace knows."""
        return f"{self.words.secret} {what}"


async def founded(app: FastAPI, engine: AsyncEngine, prefix: str, words: Words) -> World:
    """A workspace with one member of each role, who all have a token."""
    async with transaction(engine) as tx:
        owner = await people.found(tx, name=f"{words.open} Ltd", owner=f"Olga {words.secret}")
        actors = {"owner": owner}
        for role in ("builder", "member", "viewer"):
            name, email = f"{role.title()} {words.secret}", f"{role}@{words.secret.lower()}.example"
            actors[role] = (await people.add(tx, name, role=role, email=email, by=owner)).actor
    callers = {role: await token_of(app, engine, actor) for role, actor in actors.items()}
    return World(app, engine, prefix, words, actors, callers)


async def token_of(app: FastAPI, engine: AsyncEngine, actor: Actor) -> Caller:
    async with transaction(engine) as tx:
        key, secret = await keys.create(tx, "Matrix", by=actor)
    caller = client(app, authorization=f"Bearer {secret}")
    caller.actor, caller.headers["x-token-id"] = actor, key.id
    return caller


def client(app: FastAPI, **headers: str) -> Caller:
    return Caller(transport=ASGITransport(app, raise_app_exceptions=False), base_url=URL, headers=headers)


def with_cookie(app: FastAPI, secret: str) -> Caller:
    """A browser: its requests say that they come from our own page."""
    return client(app, cookie=f"{COOKIE}={secret}", **{"sec-fetch-site": "same-origin", "origin": URL})


def made(answer: Response) -> Any:
    """What was made; a seed that fails is a seed to mend."""
    assert answer.status_code in (200, 201, 202), f"{answer.request.method} {answer.request.url}: {answer.text}"
    return answer.json()


def filled(path: str, ids: Mapping[str, str]) -> str:
    """The path with these ids in it. Raises `LookupError` naming what has no seed."""
    return "/".join(_segment(path, n, ids) for n in range(path.count("/") + 1))


def parameters(path: str) -> dict[str, str]:
    """The path's parameters by the name of their seed: `{id}` is known by what stands before it."""
    segments = path.split("/")
    found: dict[str, str] = {}
    for n, segment in enumerate(segments):
        for inside in _names(segment):
            name = inside.partition(":")[0]
            found[inside] = segments[n - 1] if name == "id" else name
    return found


def _names(segment: str) -> list[str]:
    return [part.partition("}")[0] for part in segment.split("{")[1:]]


def _segment(path: str, n: int, ids: Mapping[str, str]) -> str:
    segment, names = path.split("/")[n], parameters(path)
    for inside in _names(segment):
        name = names[inside]
        known = ids.get(f"{path}:{inside}", ids.get(name))
        if known is None:
            raise LookupError(f"{path}: nothing of the kind {name!r} is seeded; see tests/isolation/__init__.py")
        segment = segment.replace(f"{{{inside}}}", known)
    return segment
