"""The chain that the audit log hangs on: of each workspace where it begins, where it ends, and how long entries are kept.

The entries themselves are `tables.audit`. Numbers and hashes are given by PostgreSQL at the commit (`audit.sql`), one workspace after the
other, so that whoever writes rows waits for nobody.
"""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Integer, LargeBinary, Table, Text, func

from sayso.db.tables import SCHEMA, metadata

chains = Table(
    "audit_chains",
    metadata,
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id", ondelete="CASCADE"), primary_key=True),
    Column("n", BigInteger, nullable=False, server_default="0", comment="of the newest entry"),
    Column("hash", LargeBinary, nullable=False, comment="of the newest entry"),
    Column("gone_n", BigInteger, nullable=False, server_default="0", comment="of the newest entry that was thrown away"),
    Column("gone_hash", LargeBinary, nullable=False),
    Column("keep_days", Integer, comment="null: for ever"),
)

streams = Table(
    "audit_streams",
    metadata,
    Column("webhook", Text, ForeignKey(f"{SCHEMA}.webhooks.id", ondelete="CASCADE"), primary_key=True),
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("n", BigInteger, nullable=False, comment="of the last entry that was put into its deliveries"),
    Column("since", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

TABLES = (chains, streams)
