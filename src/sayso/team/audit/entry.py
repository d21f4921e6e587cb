"""One act, as it was written down."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from sayso.db import tables as t


@dataclass(frozen=True, slots=True)
class Entry:
    """`n` is its number in the workspace and `hash` what the next one is bound to; both are there once it is committed.

    `by` is a member's id, or what else acted (`automation`, `system`, `link`); `by_kind` how: as a member in a session, by a token.
    """

    id: int
    n: int | None
    kind: str
    sentence: str
    subject: str | None
    app: str | None
    detail: Mapping[str, Any]
    before: Any
    after: Any
    by: str
    by_name: str
    by_kind: str
    address: str
    agent: str
    session: str | None
    token: str | None
    at: datetime
    hash: bytes | None

    def as_json(self) -> dict[str, Any]:
        told = asdict(self)
        who = {"id": told.pop("by"), "name": told.pop("by_name"), "kind": told.pop("by_kind")}
        moment = self.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return {**told, "by": who, "at": moment, "hash": self.hash.hex() if self.hash else None}


COLUMNS = tuple(t.audit.c[name] for name in Entry.__dataclass_fields__)


def entry(row: Row[Any]) -> Entry:
    return Entry(*row)
