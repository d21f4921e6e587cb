"""A connected table as it is kept, and one sync of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

import orjson

from sayso.db.claims import Claims
from sayso.db.source_tables import source_syncs as t
from sayso.spec.source import Source

State = Literal["waiting", "running", "done", "failed", "cancelled"]
Origin = Literal["first", "schedule", "person"]
OPEN = ("waiting", "running")
COUNTS = ("read", "created", "changed", "trashed", "same", "conflicts", "written", "refused")
EXAMPLES_MAX = 50
"""Values that were refused, of which a sync keeps where and why."""
CLAIMS = Claims(t, open=t.c.state.in_(OPEN), first=(t.c.position,))


@dataclass(frozen=True, slots=True)
class Sync:
    id: str
    position: int
    workspace_id: str
    app: int
    app_id: str
    table_no: int
    table_id: str
    definition: str
    state: State
    origin: Origin
    full: bool
    force: bool
    after: Any
    since: Any
    mark: Any
    read: int
    created: int
    changed: int
    trashed: int
    same: int
    conflicts: int
    written: int
    refused: int
    examples: list[dict[str, str]]
    why: str
    may_force: bool
    by: str | None
    by_name: str
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Any) -> Sync:
        return cls(**{f.name: getattr(row, f.name) for f in fields(cls)})


def digest(source: Source) -> str:
    """The same as long as the spec says the same of it."""
    told = orjson.dumps(source.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()[:32]


def key_of(source: Source, row: Mapping[str, Any]) -> str | None:
    """The values of its key columns as one text; None when one of them is empty."""
    values = [row.get(column) for column in source.key]
    return None if any(v is None or v == "" for v in values) else orjson.dumps(values).decode()


def told_key(key: str) -> str:
    """As a person would write it: `7`, `north / 12`."""
    return " / ".join(str(value) for value in orjson.loads(key))
