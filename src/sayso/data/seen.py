"""Which events a snapshot has not seen.

Ids are given before a transaction commits, so a later id may be seen earlier. Whoever follows events therefore remembers the
*snapshot* it has seen, not the highest id: what is not visible in that snapshot is news, and nothing is missed.
"""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, cast, func
from sqlalchemy.types import UserDefinedType

from sayso.db.tables import events


class XID8(UserDefinedType[str]):
    """A transaction's number that never wraps around."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


class SNAPSHOT(UserDefinedType[str]):
    """Which transactions could be seen at a moment."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "pg_snapshot"


def not_seen(snapshot: ColumnElement[Any], oldest: ColumnElement[Any]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Conditions on `events`: written by transactions that `snapshot` (text) could not see; `oldest` is its first number."""
    writer = cast(cast(events.c.xact, Text), XID8())
    return events.c.xact >= cast(oldest, BigInteger), ~func.pg_visible_in_snapshot(writer, cast(snapshot, SNAPSHOT()))


def oldest_of(snapshot: str) -> int:
    return int(snapshot.split(":", 1)[0])
