"""Connected tables: rows that live elsewhere.

sources          one for each connected table: who connected it, when it is due, how far it was read
source_rows      of each of its rows: its key there, what was there last (for a comparison of three sides), which row it is here
source_syncs     each sync: how far it is, what came of it; kept as the table's history of syncs
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
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


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _switch(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


sources = Table(
    "sources",
    metadata,
    _workspace(),
    _app(),
    Column("table_no", Integer, nullable=False),
    Column("app_id", Text, nullable=False, comment="the slug, as events name it"),
    Column("table_id", Text, nullable=False),
    Column("definition", Text, nullable=False, comment="digest of what the spec says of it"),
    Column("connection", Text, nullable=False),
    Column("owner", Text, comment="the member who connected it: with whose rights the connection is used"),
    Column("next_at", DateTime(timezone=True)),
    Column("since", JSONB, comment="how far its cursor was read"),
    Column("mark", JSONB, comment="what the source said of its version as a whole"),
    Column("full_at", DateTime(timezone=True), comment="when all of it was read last"),
    Column("problem", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("app", "table_no"),
    Index("sources_due", "next_at", postgresql_where=text("next_at is not null")),
)

source_rows = Table(
    "source_rows",
    metadata,
    _app(),
    Column("table_no", Integer, nullable=False),
    Column("key", Text, nullable=False, comment="the values of its key columns, as JSON"),
    Column("row_id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, comment="of the row, after the last sync wrote it"),
    Column("values", JSONB, nullable=False, comment="by column, what the source said last"),
    Column("seen", BigInteger, nullable=False, comment="position of the sync that met it last"),
    Column("state", Text, comment="gone: not there any more; conflict: waits for a person"),
    Column("theirs", JSONB, comment="of a conflict, what the source says"),
    PrimaryKeyConstraint("app", "table_no", "key"),
    Index("source_rows_row", "row_id", "app", "table_no"),
    postgresql_with={"fillfactor": 70},  # every sync notes that it met a row: room for that on the row's own page
)

source_syncs = Table(
    "source_syncs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("position", BigInteger, Identity(), nullable=False),
    _workspace(),
    _app(),
    Column("table_no", Integer, nullable=False),
    Column("app_id", Text, nullable=False),
    Column("table_id", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("origin", Text, nullable=False, comment="first, schedule or person"),
    _switch("full"),
    _switch("force"),
    Column("after", JSONB, comment="where it goes on"),
    Column("since", JSONB),
    Column("mark", JSONB),
    _count("read"),
    _count("created"),
    _count("changed"),
    _count("trashed"),
    _count("same"),
    _count("conflicts"),
    _count("written"),
    _count("refused"),
    Column("examples", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("why", Text, nullable=False, server_default=""),
    _switch("may_force"),
    Column("by", Text),
    Column("by_name", Text, nullable=False, server_default=""),
    *claims.columns(),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_at", DateTime(timezone=True)),
    Index("source_syncs_table", "app", "table_no", "position"),
    Index("source_syncs_open", "app", "table_no", unique=True, postgresql_where=text("state in ('waiting', 'running')")),
)

TABLES = (sources, source_rows, source_syncs)
