"""What triggers keep beside the registry: events of very many rows, which are taken in batches."""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from sayso.db.tables import SCHEMA, metadata

bulks = Table(
    "automation_bulks",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False),
    Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("app_id", Text, nullable=False),
    Column("automation", Text, nullable=False),
    Column("event", JSONB, nullable=False, comment="what it tells of, without its rows"),
    Column("happened_at", DateTime(timezone=True), nullable=False, comment="when its transaction began: so its history is found"),
    Column("after", BigInteger, nullable=False, server_default="0", comment="the last row that was looked at"),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

TABLES = (bulks,)
