"""What an event tells, as triggers need it, with or without its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Happened:
    """`hops` counts the runs that led to it, one after another; 0 when a person or a program did it. `rows` counts, `ids` may be left out."""

    id: int
    kind: str
    table: str
    at: datetime
    ids: tuple[int, ...] | None
    rows: int
    by: str
    by_name: str
    hops: int
    run: str | None

    @classmethod
    def of(cls, event: Any) -> Happened | None:
        """None for what tells of no rows."""
        payload: dict[str, Any] = event.payload
        rows, ids = int(payload.get("rows") or 0), tuple(event.row_ids)
        if not payload.get("table") or not (ids or rows):
            return None
        run = payload.get("run")
        hops = max(1, int(payload.get("hops") or 0)) if run else 0
        name = str(payload.get("by_name") or "")
        return cls(event.id, event.kind, payload["table"], event.at, ids or None, rows, event.by_actor, name, hops, run)

    def portable(self) -> dict[str, Any]:
        about = {"id": self.id, "kind": self.kind, "table": self.table, "rows": self.rows}
        return {**about, "by": self.by, "by_name": self.by_name, "hops": self.hops, "run": self.run}

    @classmethod
    def read(cls, raw: Mapping[str, Any], at: datetime) -> Happened:
        return cls(**raw, at=at, ids=None)

    def told(self, kind: str) -> dict[str, Any]:
        """What a run is told of it, whichever its rows."""
        return {"kind": kind, "table": self.table, "by": self.by, "by_name": self.by_name, "at": self.at.isoformat()}
