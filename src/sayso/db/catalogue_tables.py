"""What connections offer, as it was found last, and what a person has approved of it."""

from sqlalchemy import Column, DateTime, ForeignKey, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from sayso.db.connection_tables import connections
from sayso.db.tables import SCHEMA, metadata

catalogues = Table(
    "connection_catalogues",
    metadata,
    Column("connection", Text, ForeignKey(connections.c.id, ondelete="CASCADE"), primary_key=True),
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False),
    Column("found", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("found_at", DateTime(timezone=True)),
    Column("problem", Text),
    Column("approved", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("approved_by", Text),
    Column("approved_at", DateTime(timezone=True)),
)

TABLES = (catalogues,)
