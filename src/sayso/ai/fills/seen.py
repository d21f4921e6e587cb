"""What a row held when its inputs were read, and an answer with it: so that nothing is written over what a person did meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.ai.fills.wanted import Part
from sayso.ai.inputs import Inputs
from sayso.ai.outcome import Outcome
from sayso.data import links
from sayso.data.open_app import OpenApp
from sayso.data.physical import pairs_of, rows_of
from sayso.data.written import raw_object
from sayso.spec.fields import Link


@dataclass(frozen=True, slots=True)
class Seen:
    """`value` is a digest of what the field held, `inputs` one of what the model is given."""

    version: int
    value: str
    inputs: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """One line of a fill that is over with. Without an outcome it was left out."""

    n: int
    row: int
    seen: Seen
    inputs: Inputs | None = None
    outcome: Outcome | None = None

    def noted(self) -> dict[str, Any]:
        seen = {"version": self.seen.version, "value": self.seen.value, "inputs": self.seen.inputs}
        inputs = self.inputs.as_json() if self.inputs else None
        return {"n": self.n, "row": self.row, "seen": seen, "inputs": inputs, "outcome": self.outcome and self.outcome.as_json()}

    @classmethod
    def of(cls, noted: dict[str, Any]) -> Answered:
        inputs, outcome = noted["inputs"], noted["outcome"]
        return cls(
            noted["n"], noted["row"], Seen(**noted["seen"]), Inputs.from_json(inputs) if inputs else None,
            Outcome.from_json(outcome) if outcome else None,
        )  # fmt: skip


async def now(tx: AsyncConnection, app: OpenApp, part: Part, ids: Sequence[int], *, lock: bool = False) -> dict[int, Seen]:
    """By row, without those in the trash; in the order of their ids, as everybody locks them."""
    rows = rows_of(app, part.table)
    t = rows.sql
    link = part.field if isinstance(part.field, Link) else None
    raw = cast(raw_object(t.c, () if link else (part.number,)), Text)
    found = select(t.c.id, t.c.version, raw).where(t.c.id.in_(ids), t.c.deleted_at.is_(None)).order_by(t.c.id)
    there = (await tx.execute(found.with_for_update() if lock else found)).all()
    values: dict[int, str] = {row.id: row[2] for row in there}
    if link:
        linked = await links.current(tx, pairs_of(app, part.table, link), values)
        values = {id: str(linked.get(id, [])) for id in values}
    return {row.id: Seen(row.version, _digest(values[row.id].encode())) for row in there}


def digest_of(inputs: Inputs) -> str:
    """The same for rows that say the same, whichever they are."""
    told = {k: v for k, v in inputs.as_json().items() if k in ("values", "attachments")}
    return _digest(orjson.dumps(told, option=orjson.OPT_SORT_KEYS))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
