"""The system tables, in the schema `sayso`. Every row carries its workspace; apps are named by their number.

workspaces ── members ── sessions, tokens, links          who
    └── apps ── versions, acts, samples                   what they built, undo per person, sample rows
          └── history, comments                           of rows, which live in a schema of the app's own
drafts, imports, files                                    being worked on, being read, kept
events, audit, idempotency                                what happened, who did it, what was already answered
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

SCHEMA = "sayso"
metadata = MetaData(schema=SCHEMA)


def _workspace() -> Column[str]:
    return Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False)


def _at(name: str = "at") -> Column[object]:
    """When, in UTC: the time at the start of the transaction."""
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _maybe(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True))


def _serial() -> Column[int]:
    return Column("id", BigInteger, Identity(), primary_key=True)


def _json(name: str, empty: str = "{}") -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text(f"'{empty}'::jsonb"))


def _app() -> Column[int]:
    """The number of the app, for ever; when an app is purged, what hangs on it goes too."""
    return Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="CASCADE"), nullable=False)


workspaces = Table(
    "workspaces",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("hue", Integer, nullable=False, server_default="262"),
    _at("created_at"),
    _maybe("deleted_at"),
    Column("deleted_by", Text),
)

members = Table(
    "members",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    Column("person", Text, index=True, comment="who it is, in sayso.people; null for a service account"),
    Column("kind", Text, nullable=False, server_default="person", comment="person or service"),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("role", Text, nullable=False, comment="a role's name, or the id of one of the workspace's own"),
    Column("hue", Integer, nullable=False, server_default="262"),
    _json("preferences"),
    _json("properties"),
    _at("created_at"),
    _maybe("suspended_at"),
    _maybe("removed_at"),
    UniqueConstraint("workspace_id", "id"),
    Index("members_email", "workspace_id", text("lower(email)"), unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    _workspace(),
    Column("member", Text, ForeignKey(f"{SCHEMA}.members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("id", Text, unique=True, comment="how it is named in lists; the hash never leaves"),
    Column("person", Text, index=True),
    Column("agent", Text, nullable=False, server_default=""),
    Column("method", Text, nullable=False, server_default="link", comment="how they signed in: link, password, passkey, oidc, …"),
    Column("address", Text, nullable=False, server_default=""),
    Column("strong", Boolean, nullable=False, server_default="false", comment="whether a second factor was shown"),
    _at("created_at"),
    _at("seen_at"),
    _maybe("proved_at"),
    Column("before", LargeBinary, comment="the hash before this one: requests under way when it changed still show it"),
    _maybe("before_until"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("sessions_before", "before", postgresql_where=text("before is not null")),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    Column("member", Text, ForeignKey(f"{SCHEMA}.members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("hint", Text, nullable=False),
    _json("scopes", "[]"),
    Column("apps", JSONB, comment="ids of the only apps that it reaches; null: all"),
    Column("old_hash", LargeBinary, unique=True, comment="of the secret before, for as long as it works beside the new one"),
    _maybe("old_until"),
    _at("created_at"),
    _maybe("used_at"),
    Column("used_address", Text, nullable=False, server_default=""),
    _maybe("expires_at"),
    _maybe("revoked_at"),
)

links = Table(
    "links",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    _workspace(),
    Column("kind", Text, nullable=False),
    Column("token", Text, comment="readable for public forms, whose address is public; null for sign-in links"),
    Column("member", Text, ForeignKey(f"{SCHEMA}.members.id", ondelete="CASCADE")),
    Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="CASCADE")),
    Column("view", Text),
    _json("settings"),
    Column("created_by", Text, nullable=False),
    _at("created_at"),
    _maybe("expires_at"),
    _maybe("used_at"),
    _maybe("revoked_at"),
    Index("links_app", "app", "view"),
)

apps = Table(
    "apps",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    _workspace(),
    Column("id", Text, nullable=False, comment="the slug in addresses"),
    Column("spec", JSONB, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    _json("columns"),
    Column("state", Text, nullable=False, server_default="live"),
    Column(
        "copy_of",
        BigInteger,
        index=True,
        comment="the number of the app that this is a copy to work on; null: it stands for itself",
    ),
    Column("copy_version", Integer, comment="the version of that app that the copy was made of, or was last brought up to"),
    Column("created_by", Text, nullable=False),
    _at("created_at"),
    _at("updated_at"),
    _maybe("deleted_at"),
    Column("deleted_by", Text),
    UniqueConstraint("workspace_id", "id"),
)

versions = Table(
    "versions",
    metadata,
    _workspace(),
    _app(),
    Column("n", Integer, nullable=False),
    Column("change", JSONB),
    Column("inverse", JSONB),
    Column("spec", JSONB, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    _json("effects", "[]"),
    Column("by", Text, nullable=False),
    _at(),
    PrimaryKeyConstraint("app", "n"),
)

history = Table(
    "history",
    metadata,
    _serial(),
    _workspace(),
    _app(),
    Column("table_no", Integer, nullable=False),
    Column("row_id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
    Column("by", Text, nullable=False),
    _at(),
    Index("history_row", "app", "table_no", "row_id", "id"),
)

comments = Table(
    "comments",
    metadata,
    _serial(),
    _workspace(),
    _app(),
    Column("table_no", Integer, nullable=False),
    Column("row_id", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("parent", BigInteger, comment="the first comment of the thread that this one answers; null for a first one"),
    _json("mentions", "[]"),
    _at(),
    _maybe("edited_at"),
    _maybe("resolved_at"),
    Column("resolved_by", Text),
    _maybe("deleted_at"),
    Index("comments_row", "app", "table_no", "row_id", "id"),
)

acts = Table(
    "acts",
    metadata,
    _serial(),
    _workspace(),
    _app(),
    Column("member", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("sentence", Text, nullable=False, server_default=""),
    Column("payload", JSONB, nullable=False),
    _at(),
    _maybe("undone_at"),
    Index("acts_person", "app", "member", "id"),
)

samples = Table(
    "samples",
    metadata,
    _workspace(),
    _app(),
    Column("table_no", Integer, nullable=False),
    Column("row_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("app", "table_no", "row_id"),
)

files = Table(
    "files",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="SET NULL"), index=True),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False, index=True),
    Column("width", Integer),
    Column("height", Integer),
    Column("created_by", Text, nullable=False),
    _at("created_at"),
    _maybe("deleted_at"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="SET NULL")),
    Column("import_id", Text),
    Column("state", Text, nullable=False),
    Column("wish", Text, nullable=False),
    _json("messages", "[]"),
    Column("plan", JSONB),
    Column("base_version", Integer),
    Column("report", JSONB),
    Column("problem", Text),
    Column("took_ms", Integer),
    Column("created_by", Text, nullable=False),
    _at("created_at"),
    _at("updated_at"),
    Index("drafts_person", "workspace_id", "created_by", "created_at"),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="SET NULL")),
    Column("table_no", Integer),
    Column("state", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    _json("preview"),
    _json("target"),
    Column("rows", BigInteger),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("refused", BigInteger, nullable=False, server_default="0"),
    Column("problem", Text),
    Column("created_by", Text, nullable=False),
    _at("created_at"),
    _at("updated_at"),
    Index("imports_state", "workspace_id", "state"),
)

EVENTS_CHANNEL = "sayso_events"
"""On which listeners hear of each event, at the commit that writes it."""

TOLD_KINDS = (
    "row.created", "row.imported", "row.changed", "row.trashed", "row.restored", "comment.created",
    "app.built", "app.changed", "app.restored", "sync.changed",
)  # fmt: skip
"""Events that people read of (see `data/activity.py`); the others only wake whoever listens."""
_TOLD = text("kind in (" + ", ".join(f"'{kind}'" for kind in TOLD_KINDS) + ")")

events = Table(
    "events",
    metadata,
    _serial(),
    _workspace(),
    Column("app_id", Text),
    Column("table_no", Integer),
    Column("kind", Text, nullable=False),
    Column("row_ids", ARRAY(BigInteger), nullable=False, server_default=text("'{}'::bigint[]")),
    _json("payload"),
    Column("by_actor", Text, nullable=False),
    _at(),
    Column(
        "xact",
        BigInteger,
        nullable=False,
        server_default=text("pg_current_xact_id()::text::bigint"),
        comment="see data/events.py",
    ),
    Index("events_rows", "workspace_id", "app_id", "table_no", "xact"),
    Index("events_xact", "xact"),
    Index("events_workspace", "workspace_id", "id"),
    Index("events_at", "at"),
    Index("events_told", "workspace_id", "id", postgresql_where=_TOLD),
    Index("events_told_app", "workspace_id", "app_id", "id", postgresql_where=_TOLD),
    Index("events_told_actor", "workspace_id", "by_actor", "id", postgresql_where=_TOLD),
    Index("events_told_kind", "workspace_id", "kind", "id", postgresql_where=text("kind not like 'row.%'")),
)

audit = Table(
    "audit",
    metadata,
    _serial(),
    _workspace(),
    Column("n", BigInteger, comment="its number in the workspace, given at the commit"),
    Column("kind", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("subject", Text),
    Column("app", Text, comment="the app's id, of acts inside one"),
    _json("detail"),
    Column("before", JSONB),
    Column("after", JSONB),
    Column("by", Text, nullable=False),
    Column("by_name", Text, nullable=False, server_default=""),
    Column("by_kind", Text, nullable=False, server_default="member"),
    Column("address", Text, nullable=False, server_default=""),
    Column("agent", Text, nullable=False, server_default=""),
    Column("session", Text),
    Column("token", Text),
    _at(),
    Column("hash", LargeBinary, comment="of itself and of the one before; see audit.sql"),
    Index("audit_workspace", "workspace_id", "id"),
    Index("audit_chain", "workspace_id", "n", unique=True),
)

idempotency = Table(
    "idempotency",
    metadata,
    _workspace(),
    Column("actor", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("request", LargeBinary, nullable=False, comment="digest of verb, address and body"),
    Column("status", Integer),
    _json("headers"),
    Column("body", LargeBinary),
    Column("done", Boolean, nullable=False, server_default=text("false")),
    _at(),
    PrimaryKeyConstraint("workspace_id", "actor", "key"),
    Index("idempotency_at", "at"),
)
