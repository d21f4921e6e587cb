"""Accounts with the outside world, and what is sent to addresses that follow what happens here.

connections ── connection_consents      accounts; people who are just now away to consent (OAuth)
webhooks ── webhook_deliveries          addresses that follow events; each message to them until it has arrived
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
    LargeBinary,
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


def _now(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _maybe(name: str, comment: str | None = None) -> Column[object]:
    return Column(name, DateTime(timezone=True), comment=comment)


def _json(name: str, empty: str = "{}") -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text(f"'{empty}'::jsonb"))


def _position() -> Column[int]:
    return Column("position", BigInteger, Identity(), nullable=False)


connections = Table(
    "connections",
    metadata,
    Column("id", Text, primary_key=True),
    _position(),
    _workspace(),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    _json("settings"),
    _json("hosts", "[]"),
    Column("secrets", LargeBinary, comment="names and values, encrypted with the key in the home"),
    _json("secret_names", "[]"),
    Column("tokens", LargeBinary, comment="of OAuth, encrypted"),
    _maybe("tokens_expire_at"),
    Column("refreshing", Text, comment="the process that fetches new tokens just now"),
    _maybe("refreshing_until"),
    Column("use", JSONB, nullable=False, comment="who, roles, members"),
    Column("owner", Text, ForeignKey(f"{SCHEMA}.members.id", ondelete="SET NULL")),
    Column(
        "hands",
        JSONB,
        nullable=False,
        server_default=text("'[]'::jsonb"),
        comment="members who have set where it leads and with what, since all of it was entered anew",
    ),
    _maybe("used_at"),
    Column("used_by", Text, nullable=False, server_default=""),
    _maybe("tested_at"),
    Column("test_ok", Boolean),
    Column("test_said", Text, nullable=False, server_default=""),
    _maybe("secrets_at"),
    _now("created_at"),
    _now("updated_at"),
    Index("connections_name", "workspace_id", text("lower(name)"), unique=True),
)

consents = Table(
    "connection_consents",
    metadata,
    Column("hash", LargeBinary, primary_key=True, comment="of the state that the browser carries"),
    _workspace(),
    Column("connection", Text, ForeignKey(f"{SCHEMA}.connections.id", ondelete="CASCADE"), nullable=False),
    Column("member", Text, nullable=False),
    Column("session", LargeBinary, comment="of the cookie, when a browser asked"),
    Column("verifier", LargeBinary, nullable=False, comment="of PKCE, encrypted"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Text, primary_key=True),
    _position(),
    _workspace(),
    Column("name", Text, nullable=False, server_default=""),
    Column("url", Text, nullable=False),
    _json("events", "[]"),
    Column("app", Text, comment="only of this app"),
    Column("on", Boolean, nullable=False, server_default=text("true")),
    Column("why", Text, nullable=False, server_default="", comment="why it is off"),
    Column("secret", LargeBinary, nullable=False),
    Column("hint", Text, nullable=False),
    Column("old_secret", LargeBinary),
    _maybe("old_until"),
    _maybe("failing_since", "of the first delivery that failed since one arrived"),
    _maybe("last_at"),
    Column("last_state", Text),
    Column("last_status", Integer),
    Column("created_by", Text, nullable=False),
    _now("created_at"),
    Index("webhooks_workspace", "workspace_id", "position"),
)

deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    _position(),
    _workspace(),
    Column("webhook", Text, ForeignKey(f"{SCHEMA}.webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False, comment="of what it tells: the same is never sent as two"),
    Column("event", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _now("next_at"),
    Column("status", Integer),
    Column("problem", Text, nullable=False, server_default=""),
    Column("ms", Integer),
    Column("replay_of", Text),
    *claims.columns(),
    _now("created_at"),
    _maybe("ended_at"),
    Index("webhook_deliveries_key", "webhook", "key", unique=True),
    Index("webhook_deliveries_waiting", "next_at", postgresql_where=text("state = 'waiting'")),
    Index("webhook_deliveries_of", "webhook", "position"),
)

TABLES = (connections, consents, webhooks, deliveries)
