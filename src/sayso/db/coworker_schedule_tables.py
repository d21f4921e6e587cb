"""What co-workers do without being asked: one row for each that has a schedule, as it was last seen in the specs."""

from sqlalchemy import Column, DateTime, ForeignKey, PrimaryKeyConstraint, Table, Text, func

from sayso.db.tables import SCHEMA, metadata

coworker_schedules = Table(
    "coworker_schedules",
    metadata,
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("coworker", Text, nullable=False, comment="its key: mina, crm.mina"),
    Column("digest", Text, nullable=False, comment="of when and what, and of the whole co-worker"),
    Column("owner", Text, nullable=False, comment="who made the co-worker what it is: it is asked with their rights of then"),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now(), comment="the slot that was begun last"),
    PrimaryKeyConstraint("workspace_id", "coworker"),
)

TABLES = (coworker_schedules,)
