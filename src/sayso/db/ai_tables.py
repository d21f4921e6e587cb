"""What AI parts of apps keep: their past work, for trials and for people who ask why.

ai_runs     one piece of work of one AI part: what it read, what came of it, on which model, at what cost
"""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, Index, Integer, Numeric, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB

from sayso.db.tables import SCHEMA, metadata

runs = Table(
    "ai_runs",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False),
    Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="CASCADE"), comment="none: of the workspace itself"),
    Column("path", Text, nullable=False, comment="where the AI part stands in its app"),
    Column("version", Text, nullable=False, comment="a digest of what the model is told"),
    Column("model", Text, nullable=False),
    Column("row", BigInteger),
    Column("inputs", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("outcome", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("state", Text, nullable=False),
    Column("cost", Numeric, comment="dollars; none when the price is not known"),
    Column("ms", Integer, nullable=False, server_default="0"),
    Column("by_actor", Text, nullable=False, server_default=""),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ai_runs_of_part", "app", "path", "id"),
    Index("ai_runs_swept", "workspace_id", "at"),
)

TABLES = (runs,)
