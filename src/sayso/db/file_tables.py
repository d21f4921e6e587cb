"""Where files are attached: of each file, the rows that were ever given it.

A line here is a hint and no right: whether the row still holds the file, and who sees it there, is asked when the file is.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, PrimaryKeyConstraint, Table, Text

from sayso.db.tables import SCHEMA, metadata

file_places = Table(
    "file_places",
    metadata,
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False),
    Column("file", Text, ForeignKey(f"{SCHEMA}.files.id", ondelete="CASCADE"), nullable=False),
    Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="CASCADE"), nullable=False),
    Column("table_no", Integer, nullable=False),
    Column("row_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("file", "app", "table_no", "row_id"),
)

TABLES = (file_places,)
