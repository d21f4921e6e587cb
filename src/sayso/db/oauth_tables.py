"""What programs were let in by a member who agreed in a browser (OAuth 2.1). The access itself is a token, beside all others.

oauth_grants ── tokens     a code that waits to be redeemed; then the token that came of it, and what renews it
"""

from sqlalchemy import Column, DateTime, ForeignKey, Index, LargeBinary, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB

from sayso.db.tables import SCHEMA, metadata

oauth_grants = Table(
    "oauth_grants",
    metadata,
    Column("code", LargeBinary, primary_key=True, comment="hashed, as all secrets are"),
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False),
    Column("member", Text, ForeignKey(f"{SCHEMA}.members.id", ondelete="CASCADE"), nullable=False),
    Column("client", LargeBinary, nullable=False, comment="the hash of the client's id"),
    Column("name", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("challenge", Text, nullable=False),
    Column("scopes", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("token", Text, ForeignKey(f"{SCHEMA}.tokens.id", ondelete="CASCADE"), comment="null until the code is redeemed"),
    Column("refresh", LargeBinary, unique=True),
    Column("refreshed", LargeBinary, comment="the refresh token before this one: shown again, somebody has stolen one of them"),
    Column("refresh_expires_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("oauth_grants_refreshed", "refreshed", postgresql_where=text("refreshed is not null")),
    Index("oauth_grants_waiting", "created_at", postgresql_where=text("token is null")),
    Index("oauth_grants_token", "token"),
)

TABLES = (oauth_grants,)
