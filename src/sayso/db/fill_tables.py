"""What models write into rows.

ai_fills ── ai_fill_lines      values being written, row by row; kept afterwards, so that a fill is undone as one
ai_values                      of each value that a model wrote (or a person over it): which model, when, what it cost, how sure
ai_follow                      how far each workspace's events have been heard for fields that fill themselves
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from sayso.db import claims
from sayso.db.tables import SCHEMA, metadata


def _workspace() -> Column[str]:
    return Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False)


def _app() -> Column[int]:
    return Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="CASCADE"), nullable=False)


def _now(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _json(name: str) -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text("'{}'::jsonb"))


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


fills = Table(
    "ai_fills",
    metadata,
    Column("id", Text, primary_key=True),
    Column("position", BigInteger, Identity(), nullable=False),
    _workspace(),
    _app(),
    Column("app_id", Text, nullable=False, comment="the slug, as events name it"),
    Column("table_no", Integer, nullable=False),
    Column("field_no", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("origin", Text, nullable=False, comment="person, created or changed"),
    Column(
        "chain", JSONB, nullable=False, server_default=text("'[]'::jsonb"), comment="fields that led to this one, oldest first"
    ),
    _json("settings"),
    Column("why", Text, nullable=False, server_default="", comment="why it stopped or failed, in words"),
    _json("actor"),
    _count("rows"),
    _count("done"),
    _count("review"),
    _count("failed"),
    _count("skipped"),
    _count("calls"),
    _count("tokens"),
    Column("cost", Numeric(20, 10), nullable=False, server_default="0"),
    Column("act", BigInteger, comment="what its person can undo"),
    *claims.columns(),
    _now("created_at"),
    _now("updated_at"),
    Column("ended_at", DateTime(timezone=True)),
    Index("ai_fills_app", "app", "position"),
)

fill_lines = Table(
    "ai_fill_lines",
    metadata,
    Column("fill", Text, nullable=False),
    Column("n", Integer, nullable=False),
    Column("app", BigInteger, nullable=False),
    Column("field_no", Integer, nullable=False),
    Column("row_id", BigInteger, nullable=False),
    Column("state", Text, comment="null while it waits; then written, review, failed or skipped"),
    Column("entry", BigInteger, comment="of the row's history, which says what was there before"),
    PrimaryKeyConstraint("fill", "n"),
    ForeignKeyConstraint(["fill"], [fills.c.id], ondelete="CASCADE"),
    Index("ai_fill_lines_waiting", "app", "field_no", "row_id", postgresql_where=text("state is null")),
)

values = Table(
    "ai_values",
    metadata,
    _workspace(),
    _app(),
    Column("table_no", Integer, nullable=False),
    Column("row_id", BigInteger, nullable=False),
    Column("field_no", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column(
        "about", JSONB, nullable=False, comment="as it is shown: model, provider, version, at, cost, confidence, problem, fill"
    ),
    Column("inputs", Text, comment="digest of what the model was given"),
    PrimaryKeyConstraint("app", "table_no", "row_id", "field_no"),
    Index("ai_values_field", "app", "field_no", "state"),
)

follow = Table(
    "ai_follow",
    metadata,
    Column("name", Text, primary_key=True),
    Column("xact", BigInteger, nullable=False),
    Column("event", BigInteger, nullable=False),
)

TABLES = (fills, fill_lines, values, follow)
