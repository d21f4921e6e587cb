"""Who people are, whatever workspaces they are in; and what they are granted in one: groups, roles, apps.

people ── members (one for each workspace)
groups ── group_members                    the workspace's own
workspace_roles                            named sets of rights
app_grants                                 who has which role in which app
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from sayso.db.tables import SCHEMA, metadata

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("email_verified_at", DateTime(timezone=True)),
    Column("zone", Text, comment="an IANA time zone; null: the app's"),
    Column("language", Text, comment="a BCP 47 tag, for dates and numbers"),
    Column("hue", Integer, nullable=False, server_default="262"),
    Column("picture", LargeBinary, comment="a square WebP; null: the initials"),
    Column("picture_at", DateTime(timezone=True), comment="since when it is this picture"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("deleted_at", DateTime(timezone=True)),
    Index("people_email", text("lower(email)"), unique=True),
)

groups = Table(
    "groups",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("properties", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("external", Text, comment="what an identity provider calls it"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("workspace_id", "id"),
    Index("groups_name", "workspace_id", text("lower(name)"), unique=True),
)

group_members = Table(
    "group_members",
    metadata,
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False),
    Column("group_id", Text, ForeignKey(f"{SCHEMA}.groups.id", ondelete="CASCADE"), nullable=False),
    Column("member", Text, ForeignKey(f"{SCHEMA}.members.id", ondelete="CASCADE"), nullable=False, index=True),
    PrimaryKeyConstraint("group_id", "member"),
)

workspace_roles = Table(
    "workspace_roles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("rights", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("workspace_roles_name", "workspace_id", text("lower(name)"), unique=True),
)

app_grants = Table(
    "app_grants",
    metadata,
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False),
    Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="CASCADE"), nullable=False),
    Column("subject_kind", Text, nullable=False, comment="everyone, group or member"),
    Column("subject", Text, nullable=False, server_default="", comment="the id of a group or member; empty for everyone"),
    Column("role", Text, nullable=False, comment="a role of the app, or @manager, @editor, @commenter, @reader, @nothing"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("app", "subject_kind", "subject", "role"),
    Index("app_grants_subject", "workspace_id", "subject_kind", "subject"),
)

TABLES = (people, groups, group_members, workspace_roles, app_grants)
