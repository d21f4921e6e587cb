"""What is public: forms and views behind an address, with what was agreed to; and what was sent or tried through them lately.

shares ── share_visits         how often it was opened
       ├─ share_tries          one line for each answer and each password, kept for a day: they are counted
       └─ share_challenges     puzzles that were solved already; a solved one counts once
"""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Index, Integer, LargeBinary, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB

from sayso.db.tables import SCHEMA, metadata


def _workspace() -> Column[str]:
    return Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False)


shares = Table(
    "shares",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    Column("hash", LargeBinary, nullable=False, unique=True, comment="of the token"),
    Column("token", Text, nullable=False, comment="readable: the address is shown again to whoever shares"),
    Column("kind", Text, nullable=False, comment="form or view"),
    Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="CASCADE"), nullable=False),
    Column("view", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("maker", Text, nullable=False, comment="the member whose eyes it is read with"),
    Column("rules", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("agreed", JSONB, comment="what a person agreed to show; null for forms that were public before shares"),
    Column("password", Text, comment="argon2id; null when there is none"),
    Column("expires_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("stopped_at", DateTime(timezone=True)),
    Column("why", Text, nullable=False, server_default="", comment="why it was stopped, when nobody asked for it"),
    Column("answers", Integer, nullable=False, server_default="0"),
    Index("shares_app", "app", "view"),
    Index("shares_workspace", "workspace_id", postgresql_where=text("stopped_at is null")),
)

share_visits = Table(
    "share_visits",
    metadata,
    _workspace(),
    Column("share", Text, ForeignKey(f"{SCHEMA}.shares.id", ondelete="CASCADE"), primary_key=True),
    Column("opened", Integer, nullable=False, server_default="0"),
    Column("last_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

share_tries = Table(
    "share_tries",
    metadata,
    _workspace(),
    Column("share", Text, ForeignKey(f"{SCHEMA}.shares.id", ondelete="CASCADE"), nullable=False),
    Column("what", Text, nullable=False, comment="answer or password"),
    Column("who", LargeBinary, nullable=False, comment="a keyed hash of the address it came from"),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("share_tries_counted", "share", "what", "at"),
    Index("share_tries_of_one", "share", "what", "who", "at"),
)

share_challenges = Table(
    "share_challenges",
    metadata,
    _workspace(),
    Column("id", Text, primary_key=True),
    Column("share", Text, ForeignKey(f"{SCHEMA}.shares.id", ondelete="CASCADE"), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False, comment="when it would be too old anyway"),
    Index("share_challenges_until", "until"),
)

TABLES = (shares, share_visits, share_tries, share_challenges)
