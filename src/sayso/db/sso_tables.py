"""How people come in by what a workspace signs them on with, and how its directory provisions them.

sso_providers ── identities ── people     whom a provider calls what
sso_attempts                              signing on, between leaving for a provider and coming back
sso_seen                                  what may be shown once only: assertions, logout tokens
sso_sessions ── sessions                  what a provider calls a session of ours, so that it can end it
sso_keys                                  ours, for SAML: a provider knows us by them
domains                                   which ones a workspace has proved to be its own
scim_tokens, scim_users, scim_groups      provisioning
"""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from sayso.db.tables import SCHEMA, metadata


def _workspace(*, index: bool = False, primary_key: bool = False) -> Column[str]:
    return Column(
        "workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False, index=index or None, primary_key=primary_key
    )


def _provider(*, index: bool = False) -> Column[str]:
    return Column(
        "provider", Text, ForeignKey(f"{SCHEMA}.sso_providers.id", ondelete="CASCADE"), nullable=False, index=index or None
    )


def _now(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


sso_providers = Table(
    "sso_providers",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(index=True),
    Column("preset", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="oidc, saml or ldap"),
    Column("name", Text, nullable=False),
    Column("on", Boolean, nullable=False, server_default="true"),
    Column("shown", Boolean, nullable=False, server_default="true", comment="whether the sign-in page has its button"),
    Column("settings", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("secrets", JSONB, nullable=False, server_default=text("'{}'::jsonb"), comment="sealed, in base64, by name"),
    Column("mapping", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("test", JSONB, comment="what the last test said"),
    Column("used_at", DateTime(timezone=True)),
    _now("created_at"),
)

identities = Table(
    "identities",
    metadata,
    _provider(),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False, comment="never an address: those change hands"),
    _workspace(),
    Column("person", Text, ForeignKey(f"{SCHEMA}.people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("email", Text, comment="what the provider said last; for people to read"),
    _now("created_at"),
    _now("used_at"),
    PrimaryKeyConstraint("provider", "issuer", "subject"),
)

sso_attempts = Table(
    "sso_attempts",
    metadata,
    Column("hash", LargeBinary, primary_key=True, comment="of the state, or of the secret that a browser lands with"),
    _workspace(),
    _provider(index=True),
    Column("browser", LargeBinary, nullable=False, comment="the hash of the cookie that the browser left with"),
    Column("purpose", Text, nullable=False, comment="sign_in, link, try, or out: a sign-out"),
    Column("member", Text, comment="who links or tries"),
    Column("nonce", Text),
    Column("verifier", LargeBinary, comment="sealed"),
    Column("request", Text, comment="the id of a SAML request"),
    Column("to", Text, nullable=False, server_default="/"),
    Column("arrival", JSONB, comment="what came of it, until the browser lands"),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
)

sso_seen = Table(
    "sso_seen",
    metadata,
    _provider(),
    Column("hash", LargeBinary, nullable=False),
    _workspace(),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    PrimaryKeyConstraint("provider", "hash"),
)

sso_sessions = Table(
    "sso_sessions",
    metadata,
    Column("session", Text, ForeignKey(f"{SCHEMA}.sessions.id", ondelete="CASCADE"), primary_key=True, comment="its public id"),
    _workspace(),
    _provider(),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("sid", Text, comment="what the provider calls its session"),
    Column("token", LargeBinary, comment="sealed: the id token, or what SAML calls them; for signing out there"),
    Index("sso_sessions_subject", "provider", "issuer", "subject"),
)

sso_keys = Table(
    "sso_keys",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    _provider(index=True),
    Column("state", Text, nullable=False, comment="next, now or before"),
    Column("certificate", Text, nullable=False, comment="PEM"),
    Column("sealed", LargeBinary, nullable=False, comment="the private key"),
    _now("created_at"),
    Index("sso_keys_state", "provider", "state", unique=True),
)

domains = Table(
    "domains",
    metadata,
    _workspace(),
    Column("domain", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("proved_at", DateTime(timezone=True)),
    Column("proved_by", Text, comment="dns or file"),
    Column("said", Text, nullable=False, server_default=""),
    Column("checked_at", DateTime(timezone=True)),
    Column("capture", Text, ForeignKey(f"{SCHEMA}.sso_providers.id", ondelete="SET NULL"), comment="where its people are led"),
    _now("created_at"),
    PrimaryKeyConstraint("workspace_id", "domain"),
    Index("domains_proved", "domain", unique=True, postgresql_where=text("proved_at is not null")),
)

scim_tokens = Table(
    "scim_tokens",
    metadata,
    _workspace(primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("hint", Text, nullable=False),
    Column("role", Text, nullable=False, server_default="member", comment="of whoever is new"),
    _now("created_at"),
    Column("used_at", DateTime(timezone=True)),
)

scim_users = Table(
    "scim_users",
    metadata,
    Column("member", Text, ForeignKey(f"{SCHEMA}.members.id", ondelete="CASCADE"), primary_key=True),
    _workspace(),
    Column("person", Text, comment="whose it is; it goes with them"),
    Column("user_name", Text, nullable=False),
    Column("external_id", Text),
    Column("document", JSONB, nullable=False, comment="what the directory said and we have no place for"),
    _now("created_at"),
    _now("updated_at"),
    Index("scim_users_name", "workspace_id", text("lower(user_name)"), unique=True),
    Index("scim_users_external", "workspace_id", "external_id"),
)

scim_groups = Table(
    "scim_groups",
    metadata,
    Column("group_id", Text, ForeignKey(f"{SCHEMA}.groups.id", ondelete="CASCADE"), primary_key=True),
    _workspace(),
    Column("external_id", Text),
    _now("created_at"),
    _now("updated_at"),
    Index("scim_groups_external", "workspace_id", "external_id"),
)

TABLES = (
    sso_providers,
    identities,
    sso_attempts,
    sso_seen,
    sso_sessions,
    domains,
    scim_tokens,
    scim_users,
    scim_groups,
)
