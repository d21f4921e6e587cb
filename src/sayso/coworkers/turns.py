"""One thing asked and what was answered: kept after every step, so that it can be read, stopped and gone on with by any process."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.coworkers import cards
from sayso.coworkers.conversations import ALIVE_SECONDS
from sayso.coworkers.sources import Source
from sayso.db.coworker_tables import turns as t
from sayso.errors import Conflict, NotFound
from sayso.team.ids import new_id

State = Literal["working", "waiting", "done", "stopped", "failed"]
INTERRUPTED = "Sayso was stopped in the middle of this answer. What was done by then is shown; ask again to go on."
TURNS_SHOWN_MAX = 200

Part = dict[str, Any]


@dataclass(slots=True)
class Turn:
    """`thread` is what the model was told and has said in this turn, as chat messages; `cost` in dollars, `ms` of work."""

    id: str
    conversation: str
    n: int
    state: State
    asked: dict[str, Any]
    parts: list[Part] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    thread: list[dict[str, Any]] = field(default_factory=list)
    model: str | None = None
    cost: Decimal = Decimal(0)
    unpriced: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    rounds: int = 0
    ms: int = 0
    first_ms: int | None = None
    problem: str | None = None
    at: datetime | None = None
    ended_at: datetime | None = None
    alive: bool = True

    @property
    def text(self) -> str:
        return "\n\n".join(p["text"] for p in self.parts if p["kind"] == "text" and p["text"].strip())


_KEPT = (
    "state", "asked", "parts", "sources", "thread", "model", "cost", "unpriced", "input_tokens", "output_tokens", "rounds", "ms", "first_ms",
    "problem",
)  # fmt: skip
_ALIVE = (func.now() - t.c.beat_at) < func.make_interval(0, 0, 0, 0, 0, 0, ALIVE_SECONDS)
_COLUMNS = (t.c.id, t.c.conversation, t.c.n, t.c.at, t.c.ended_at, *(t.c[name] for name in _KEPT), _ALIVE.label("alive"))


def _read(row: Any) -> Turn:
    turn = Turn(**row._mapping)
    if turn.state == "working" and not turn.alive:
        turn.state, turn.problem = "failed", INTERRUPTED
        _settled(turn)
    return turn


def _settled(turn: Turn) -> None:
    """Nothing in it is under way any more."""
    for part in turn.parts:
        if part["kind"] == "tool" and part["state"] == "running":
            part["state"], part["result"] = "failed", "not finished"


async def begin(tx: AsyncConnection, workspace: str, conversation: str, asked: dict[str, Any]) -> Turn:
    """A new turn, being worked on. Raises `Conflict` while the one before is. Whoever calls holds the conversation."""
    last = (await tx.execute(_latest(conversation))).one_or_none()
    if last is not None and last.state == "working" and last.alive:
        raise Conflict("The answer before is still being written; stop it first, or wait.")
    if last is not None and last.state in ("working", "waiting"):
        await put_aside(tx, last)
    turn = Turn(new_id("u"), conversation, last.n + 1 if last else 1, "working", asked)
    new = insert(t).values(
        id=turn.id, workspace_id=workspace, conversation=conversation, n=turn.n, state="working", asked=asked, beat_at=func.now()
    )  # fmt: skip
    turn.at = (await tx.execute(new.returning(t.c.at))).scalar_one()
    return turn


async def put_aside(tx: AsyncConnection, last: Any) -> None:
    await cards.put_aside(tx, last.id)
    state, problem = ("done", None) if last.state == "waiting" else ("failed", INTERRUPTED)
    await tx.execute(update(t).where(t.c.id == last.id).values(state=state, problem=problem, ended_at=func.now()))


def _latest(conversation: str) -> Any:
    return select(*_COLUMNS).where(t.c.conversation == conversation).order_by(t.c.n.desc()).limit(1)


async def latest(tx: AsyncConnection, conversation: str) -> Turn | None:
    row = (await tx.execute(_latest(conversation))).one_or_none()
    return _read(row) if row else None


async def read(tx: AsyncConnection, id: str) -> Turn:
    row = (await tx.execute(select(*_COLUMNS).where(t.c.id == id))).one_or_none()
    if row is None:
        raise NotFound("There is no such answer.")
    return _read(row)


async def listed(tx: AsyncConnection, conversation: str, limit: int = TURNS_SHOWN_MAX) -> list[Turn]:
    """The latest, oldest first."""
    rows = await tx.execute(select(*_COLUMNS).where(t.c.conversation == conversation).order_by(t.c.n.desc()).limit(limit))
    return [_read(row) for row in rows][::-1]


async def save(tx: AsyncConnection, turn: Turn) -> None:
    """What there is so far."""
    values = {name: getattr(turn, name) for name in _KEPT}
    ended = func.now() if turn.state in ("done", "stopped", "failed") else None
    await tx.execute(update(t).where(t.c.id == turn.id).values(**values, beat_at=func.now(), ended_at=ended))


async def beat(tx: AsyncConnection, turn: Turn) -> bool:
    """Says that somebody works on it; True when it is to stop."""
    alive = update(t).where(t.c.id == turn.id).values(
        beat_at=func.now(), parts=turn.parts, sources=turn.sources, cost=turn.cost, first_ms=turn.first_ms
    )  # fmt: skip
    return bool((await tx.execute(alive.returning(t.c.stop))).scalar_one_or_none())


async def stop(tx: AsyncConnection, id: str) -> None:
    """Whoever works on it hears of it at the next beat. One that nobody works on has stopped."""
    await tx.execute(update(t).where(t.c.id == id, t.c.state == "working").values(stop=True))
    gone = update(t).where(t.c.id == id, t.c.state == "working", ~_ALIVE)
    await tx.execute(gone.values(state="stopped", ended_at=func.now()))


async def shown(tx: AsyncConnection, turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """As the API shows them, cards included."""
    known = {c["id"]: c for c in await cards.of_turns(tx, [turn.id for turn in turns])}
    return [_shown(turn, known) for turn in turns]


def _shown(turn: Turn, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    parts = [
        {"kind": "card", "card": known[p["id"]]} if p["kind"] == "card" else p
        for p in turn.parts
        if p["kind"] != "card" or p["id"] in known
    ]
    tools = [p for p in turn.parts if p["kind"] == "tool"]
    apps = list(dict.fromkeys(s["app"] for s in turn.sources if s.get("app")))
    asked = {k: v for k, v in turn.asked.items() if k not in ("refused", "history", "api")}
    asked["files"] = [{k: v for k, v in f.items() if k != "sha256"} for f in turn.asked.get("files", ())]
    return {
        "id": turn.id, "n": turn.n, "state": turn.state, "asked": asked, "parts": parts, "sources": turn.sources,
        "looked": {"things": len(tools), "apps": apps}, "model": turn.model, "cost": f"{turn.cost:.6f}".rstrip("0").rstrip(".") or "0",
        "unpriced": turn.unpriced, "tokens": {"input": turn.input_tokens, "output": turn.output_tokens}, "ms": turn.ms,
        "first_ms": turn.first_ms, "problem": turn.problem, "at": turn.at, "ended_at": turn.ended_at,
    }  # fmt: skip
