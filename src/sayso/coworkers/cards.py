"""What waits for a yes: acts together on a card, done in one transaction, once, or not at all."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Text, cast, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sayso import db
from sayso.coworkers import acts as acting
from sayso.coworkers import beyond, conversations
from sayso.coworkers.doors import Automations
from sayso.coworkers.reach import Place, Reach
from sayso.coworkers.roster import Found
from sayso.data import undo
from sayso.db import coworker_tables as t
from sayso.db.tables import members
from sayso.errors import Conflict, Invalid, NotFound, Problem
from sayso.team import audit
from sayso.team.actor import Actor
from sayso.team.ids import new_id

REASON_CHARACTERS_MAX = 1_000
ACTS_MAX = 20
"""On one card."""

Act = dict[str, Any]
Card = dict[str, Any]


async def create(
    tx: AsyncConnection, workspace: str, turn: str, conversation: str, acts: Sequence[Act], *, applied_by: str | None = None
) -> Card:
    """A card: open, or already done where no asking was needed."""
    state = "applied" if applied_by else "open"
    values = {"id": new_id("c"), "workspace_id": workspace, "turn": turn, "conversation": conversation, "state": state}
    decided = {"decided_by": applied_by, "decided_at": func.now(), "reason": "allowed"} if applied_by else {}
    await tx.execute(insert(t.cards).values(**values, acts=list(acts), **decided))
    return (await _read(tx, t.cards.c.id == values["id"]))[0]


async def of_turns(tx: AsyncConnection, turns: Sequence[str]) -> list[Card]:
    return await _read(tx, t.cards.c.turn.in_(turns)) if turns else []


async def read(tx: AsyncConnection, id: str, *, by: Actor, own: bool = False) -> tuple[Card, Found]:
    """Raises `NotFound` where the conversation is not one's to see, `Forbidden` where it is not one's own."""
    found = await _read(tx, (t.cards.c.id == id) & (t.cards.c.workspace_id == by.workspace))
    if not found:
        raise NotFound("There is no such card.")
    _, whom = await conversations.opened(tx, found[0]["conversation"], by=by, own=own)
    return found[0], whom


async def put_aside(tx: AsyncConnection, turn: str) -> None:
    """The person went on without deciding."""
    await tx.execute(update(t.cards).where(t.cards.c.turn == turn, t.cards.c.state == "open").values(state="put_aside"))


async def edit(tx: AsyncConnection, id: str, version: int, edits: Sequence[dict[str, Any]], *, by: Actor) -> Card:
    """Other values in an open card, which is tried anew. `edits`: `[{"id": act, "rows": [{"n", "values"}]}]`."""
    card, found = await _held(tx, id, version, by)
    by_id = {act["id"]: act for act in card["acts"]}
    for edited in edits:
        act = by_id.get(edited["id"])
        if act is None or act["kind"] in ("trash", *beyond.KINDS):
            raise Invalid(Problem("acts", "is none of this card's that has values", card["acts"][0]["id"]))
        place = await Reach(found, by).opened(tx, act["app"], act["table"], "write")
        wanted = _edited(place, act, edited["rows"])
        by_id[act["id"]] = await acting.tried(tx, place, act["kind"], wanted, tool=act["tool"], call=act["call"], id=act["id"])
    return await _put(tx, id, acts=[by_id[a["id"]] for a in card["acts"]], version=card["version"] + 1)


def _edited(place: Place, act: Act, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = [{"id": r["id"], "values": {f["field"]: f["raw"] for f in r["fields"]}} for r in act["rows"]]
    for row in rows:
        if not 0 <= row["n"] < len(wanted):
            raise Invalid(Problem("rows", "is no row of this act", "0"))
        values = {place.field(name, f"rows/{row['n']}/values/{name}").id: value for name, value in row["values"].items()}
        wanted[row["n"]]["values"] |= values
    return wanted


async def approve(
    engine: AsyncEngine,
    id: str,
    version: int,
    *,
    by: Actor,
    chosen: Sequence[str] | None = None,
    confirm: str | None = None,
    allow: bool = False,
    automations: Automations | None = None,
) -> tuple[Card, bool]:
    """Does the chosen acts, in one transaction, and tells whether it was this call that did. Asked again, nothing happens.
    What reaches beyond the workspace is done once that is committed, by whoever goes on with the answer.

    Raises `Conflict` when a row has changed since; the card then shows both, and waits for another yes.
    """
    conflict: Conflict | None = None
    async with db.transaction(engine) as tx:
        card, found = await read(tx, id, by=by, own=True)
        await _lock(tx, id)
        card, found = await read(tx, id, by=by, own=True)
        if card["state"] == "applied":
            return card, False
        _must_be_open(card, version)
        acts = _chosen(card, chosen)
        _must_be_confirmed([a for a in acts if not a["left_out"]], confirm)
        try:
            async with tx.begin_nested():
                ids = await _do(tx, found, acts, by, automations)
        except (Conflict, NotFound) as error:
            card = await _changed(tx, card, found, by)
            conflict = Conflict(f"{error} Look at the card again: it shows both.", yours=None, theirs=card)
        else:
            card = await _put(tx, id, acts=acts, state="applied", decided_by=by.member, decided_at=func.now())
            await _answered(tx, card, [_told_done(a, ids.get(a["id"])) for a in acts if a["kind"] != "use" or a["left_out"]])
            if allow:
                await conversations.allow(
                    tx,
                    card["conversation"],
                    list(dict.fromkeys(a["tool"] for a in acts if not a["loses"] and a["kind"] in _ALLOWING)),
                )
            done = "; ".join(a["sentence"] for a in acts if not a["left_out"])
            await audit.write(tx, "coworker.acted", f"let {found.coworker.name} do: {done}"[:1000], by=by, subject=id)
    if conflict is not None:
        raise conflict
    return card, True


async def refuse(tx: AsyncConnection, id: str, reason: str, *, by: Actor) -> tuple[Card, bool]:
    """Nothing of it is done, and the model is told why. Asked again, nothing happens."""
    await read(tx, id, by=by, own=True)
    await _lock(tx, id)
    card, _ = await read(tx, id, by=by, own=True)
    if card["state"] == "refused":
        return card, False
    _must_be_open(card, None)
    reason = reason.strip()[:REASON_CHARACTERS_MAX]
    card = await _put(tx, id, state="refused", reason=reason, decided_by=by.member, decided_at=func.now())
    said = {"refused": reason or "no reason was given", "note": "Nothing was done. Do not propose it again in this answer."}
    await _answered(tx, card, [(a["call"], said) for a in card["acts"]], refused=True)
    return card, True


def _chosen(card: Card, chosen: Sequence[str] | None) -> list[Act]:
    known = {a["id"] for a in card["acts"]}
    if chosen is not None and (not chosen or not set(chosen) <= known):
        raise Invalid(Problem("acts", "names acts of this card; to do none of them, refuse it", card["acts"][0]["id"]))
    return [{**a, "left_out": chosen is not None and a["id"] not in chosen} for a in card["acts"]]


def _must_be_open(card: Card, version: int | None) -> None:
    if card["state"] != "open":
        words = {"refused": "was refused", "put_aside": "was put aside"}.get(card["state"], "is done")
        raise Conflict(f"This card {words} already.", theirs=card)
    if version is not None and version != card["version"]:
        raise Conflict("This card has changed since you looked at it.", theirs=card)


def _must_be_confirmed(acts: Sequence[Act], confirm: str | None) -> None:
    lost = "; ".join(a["loses"] for a in acts if a["loses"])
    if lost and (confirm or "").strip() != lost:
        raise Invalid(Problem("confirm", "repeats what would be lost, word for word", lost))


async def _do(
    tx: AsyncConnection, found: Found, acts: Sequence[Act], by: Actor, automations: Automations | None
) -> dict[str, list[int]]:
    reach, ids = Reach(found, by), dict[str, list[int]]()
    for act in acts:
        if act["kind"] == "start" and not act["left_out"]:
            await beyond.start(tx, automations, act, by=by)
            ids[act["id"]] = []
        elif act["kind"] != "use" and not act["left_out"]:
            place = await reach.opened(tx, act["app"], act["table"], "write")
            ids[act["id"]] = await acting.done(tx, place, act)
            act["undo"], _ = await undo.upcoming(tx, place.app)
    return ids


def _told_done(act: Act, ids: list[int] | None) -> tuple[str, dict[str, Any]]:
    if ids is None:
        return act["call"], {"left_out": "The person left this one undone. Do not propose it again in this answer."}
    return act["call"], {"done": beyond.told(act) if act["kind"] == "start" else acting.told(act, ids), "ids": ids}


async def used(tx: AsyncConnection, id: str, act: str, said: dict[str, Any]) -> None:
    """What came of an act that reached beyond the workspace stands on its card."""
    row = (await tx.execute(select(t.cards.c.acts).where(t.cards.c.id == id).with_for_update())).one()
    kept = {"done": "error" not in said, "said": str(said.get("error") or said.get("done") or "")}
    await _put(tx, id, acts=[{**a, "result": kept} if a["id"] == act else a for a in row.acts])


async def _changed(tx: AsyncConnection, card: Card, found: Found, by: Actor) -> Card:
    reach, acts = Reach(found, by), list[Act]()
    for act in card["acts"]:
        if act["kind"] in beyond.KINDS:
            acts.append(act)
            continue
        place = await reach.opened(tx, act["app"], act["table"], "write")
        acts.append((await acting.compared(tx, place, act))[0])
    return await _put(tx, card["id"], acts=[{**a, "changed": True} for a in acts], version=card["version"] + 1)


async def _answered(
    tx: AsyncConnection, card: Card, answers: Sequence[tuple[str, dict[str, Any]]], *, refused: bool = False
) -> None:
    """The turn goes on: its calls are answered, in the transaction in which the card was decided."""
    said = [{"role": "tool", "tool_call_id": call, "content": orjson.dumps(value).decode()} for call, value in answers]
    turns = t.turns
    values: dict[str, Any] = {
        "thread": turns.c.thread.op("||")(_jsonb(said)),
        "state": "working", "beat_at": func.now(), "stop": False,
    }  # fmt: skip
    if refused:
        values["asked"] = turns.c.asked.op("||")(_jsonb({"refused": True}))
    await tx.execute(update(turns).where(turns.c.id == card["turn"]).values(**values))


def _jsonb(value: Any) -> Any:
    return cast(literal(orjson.dumps(value).decode(), Text), JSONB)


async def _lock(tx: AsyncConnection, id: str) -> None:
    await tx.execute(select(t.cards.c.id).where(t.cards.c.id == id).with_for_update())


async def _held(tx: AsyncConnection, id: str, version: int, by: Actor) -> tuple[Card, Found]:
    await read(tx, id, by=by, own=True)
    await _lock(tx, id)
    card, found = await read(tx, id, by=by, own=True)
    _must_be_open(card, version)
    return card, found


async def _put(tx: AsyncConnection, id: str, **values: Any) -> Card:
    await tx.execute(update(t.cards).where(t.cards.c.id == id).values(**values))
    return (await _read(tx, t.cards.c.id == id))[0]


async def _read(tx: AsyncConnection, where: Any) -> list[Card]:
    c = t.cards.c
    query = select(t.cards, members.c.name.label("name")).outerjoin(members, members.c.id == c.decided_by)
    return [_shown(row) for row in await tx.execute(query.where(where).order_by(c.at, c.id))]


def _shown(row: Any) -> Card:
    acts: list[Act] = row.acts
    lost = "; ".join(a["loses"] for a in acts if a["loses"] and not a["left_out"])
    allowing = list(
        dict.fromkeys(_ALLOWING[a["kind"]] + f" {a['table_name']}" for a in acts if not a["loses"] and a["kind"] in _ALLOWING)
    )
    back = [{"app": a["app"], "sentence": a["undo"]} for a in reversed(acts) if a.get("undo")] if row.state == "applied" else []
    return {
        "id": row.id, "turn": row.turn, "conversation": row.conversation, "state": row.state, "version": row.version,
        "sentence": f"asks to do {len(acts)} things" if len(acts) > 1 else acts[0]["sentence"] if acts else "",
        "acts": acts, "loses": lost or None, "changed": any(a.get("changed") for a in acts),
        "allow": " and ".join(allowing) + " without asking" if allowing and not lost and all(a["kind"] in _ALLOWING for a in acts) else None,
        "by_itself": row.state == "applied" and row.reason == "allowed", "reason": row.reason if row.reason != "allowed" else None,
        "decided_by": row.name, "decided_at": row.decided_at, "undo": back,
    }  # fmt: skip


_ALLOWING = {"add": "add rows to", "change": "change rows of", "start": "start automations of"}
