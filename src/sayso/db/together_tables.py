"""What people do together with apps and rows: answers to comments in one sign, copies of apps, apps kept as templates.

comment_reactions     who has put which sign beside which comment
app_copies            an app that is being copied or moved, or was
app_templates         apps that were saved to begin others from, for one workspace
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
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

_OF_WORKSPACE = f"{SCHEMA}.workspaces.id"

comment_reactions = Table(
    "comment_reactions",
    metadata,
    Column("workspace_id", Text, ForeignKey(_OF_WORKSPACE), nullable=False),
    Column("comment", BigInteger, ForeignKey(f"{SCHEMA}.comments.id", ondelete="CASCADE"), nullable=False),
    Column("reaction", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("comment", "reaction", "by"),
)

app_copies = Table(
    "app_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey(_OF_WORKSPACE), nullable=False, comment="where the copied app is"),
    Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False, comment="copy, draft or move"),
    Column("name", Text, nullable=False),
    Column("rows", Text, nullable=False, comment="none, sample or all"),
    Column("into", Text, ForeignKey(_OF_WORKSPACE), nullable=False, comment="the workspace that the copy is made in"),
    Column(
        "people",
        JSONB,
        nullable=False,
        server_default=text("'{}'::jsonb"),
        comment="who members are there, for another workspace",
    ),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger, nullable=False, server_default="0"),
    Column("made", Text, comment="the id of the new app"),
    Column("notes", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("problem", Text),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_at", DateTime(timezone=True)),
    *claims.columns(),
    Index("app_copies_of_app", "app", "created_at"),
    Index("app_copies_open", "created_at", postgresql_where=text("state in ('waiting', 'running')")),
)

app_templates = Table(
    "app_templates",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey(_OF_WORKSPACE), nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("spec", JSONB, nullable=False),
    Column(
        "rows",
        JSONB,
        nullable=False,
        server_default=text("'{}'::jsonb"),
        comment="sample rows by table id; a link names the n-th row",
    ),
    Column("with_rows", Boolean, nullable=False, server_default="false"),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("app_templates_workspace", "workspace_id", "created_at"),
)

TABLES = (comment_reactions, app_copies, app_templates)
