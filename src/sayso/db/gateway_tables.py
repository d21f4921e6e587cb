"""The system tables of the gateway. Money is in US dollars, exact; every row carries its workspace.

gateway_providers, gateway_aliases      where models come from, and by which names they are asked for
gateway_keys, gateway_budgets           who may ask, and how much it may cost
gateway_processes ── gateway_leases     slices of budgets that running servers hold, so that no two spend the same dollar
gateway_ledger ── gateway_bodies        every call; what was said, only when the owner wants it kept
gateway_usage                           the ledger's sums by day, for charts
gateway_settings                        one row a workspace
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from sayso.db.tables import SCHEMA, metadata


def _workspace() -> Column[str]:
    return Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False)


def _now(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _json(name: str, empty: str = "{}") -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text(f"'{empty}'::jsonb"))


def _tokens() -> list[Column[int]]:
    """Counts by kind. `cached`, `cache_write`, image and audio tokens are part of `input` or `output`, as upstreams report them."""
    return [Column(name, BigInteger, nullable=False, server_default="0") for name in TOKENS]


TOKENS = (
    "input_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "input_image_tokens",
    "input_audio_tokens",
    "output_tokens",
    "reasoning_tokens",
    "output_image_tokens",
    "output_audio_tokens",
)

providers = Table(
    "gateway_providers",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    Column("name", Text, nullable=False, comment="a slug; the part before the slash in openai/gpt-6-luna"),
    Column("kind", Text, nullable=False),
    Column("base_url", Text, nullable=False, server_default=""),
    Column("secret", LargeBinary, comment="encrypted with the key in the home"),
    Column("hint", Text, nullable=False, server_default=""),
    _json("settings"),
    _json("models", "[]"),
    Column("rank", Integer, nullable=False, server_default="0", comment="lower is asked first"),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("problem", Text),
    Column("checked_at", DateTime(timezone=True)),
    _now("created_at"),
    _now("updated_at"),
    UniqueConstraint("workspace_id", "name"),
)

aliases = Table(
    "gateway_aliases",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    Column("name", Text, nullable=False),
    Column("slot", Text, comment="text, vision, image or embedding, when this is what an empty slot stands for"),
    _json("targets", "[]"),
    _json("settings"),
    _now("created_at"),
    _now("updated_at"),
    UniqueConstraint("workspace_id", "name"),
)

keys = Table(
    "gateway_keys",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    Column("name", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("hint", Text, nullable=False),
    Column("app", Text),
    Column("member", Text, ForeignKey(f"{SCHEMA}.members.id", ondelete="CASCADE")),
    _json("settings"),
    Column("created_by", Text, nullable=False),
    _now("created_at"),
    Column("used_at", DateTime(timezone=True)),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Index("gateway_keys_workspace", "workspace_id", "created_at"),
)

budgets = Table(
    "gateway_budgets",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    Column("scope", Text, nullable=False, comment="workspace, app, member or key"),
    Column("subject", Text, nullable=False, server_default="", comment="the id of the app, member or key"),
    Column("period", Text, nullable=False, comment="total, day, week or month"),
    Column("amount", Numeric, nullable=False),
    Column("spent", Numeric, nullable=False, server_default="0"),
    Column("leased", Numeric, nullable=False, server_default="0", comment="set aside for running servers, not yet spent"),
    _now("period_start"),
    _now("created_at"),
    UniqueConstraint("workspace_id", "scope", "subject", "period"),
)

processes = Table(
    "gateway_processes",
    metadata,
    Column("id", Text, primary_key=True),
    _now("seen_at"),
)

leases = Table(
    "gateway_leases",
    metadata,
    _workspace(),
    Column("process", Text, nullable=False),
    Column("budget", Text, ForeignKey(f"{SCHEMA}.gateway_budgets.id", ondelete="CASCADE"), nullable=False),
    Column("amount", Numeric, nullable=False),
    PrimaryKeyConstraint("process", "budget"),
)

ledger = Table(
    "gateway_ledger",
    metadata,
    Column("id", Uuid, primary_key=True),
    _workspace(),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("key", Text, comment="null for calls of Sayso itself"),
    Column("app", Text),
    Column("member", Text),
    Column("endpoint", Text, nullable=False),
    Column("asked", Text, nullable=False, comment="the model's name as it was asked for"),
    Column("provider", Text, nullable=False, server_default=""),
    Column("model", Text, nullable=False, server_default="", comment="what the upstream says it was"),
    Column("status", SmallInteger, nullable=False),
    Column("streamed", Boolean, nullable=False, server_default=text("false")),
    *_tokens(),
    Column("cost", Numeric, comment="null when the price is not known"),
    Column("flags", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("latency_ms", Integer, nullable=False, server_default="0"),
    Column("first_ms", Integer),
    Column("attempts", SmallInteger, nullable=False, server_default="1"),
    Column("error", Text),
    Column("budgets", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Index("gateway_ledger_workspace", "workspace_id", "at", "id"),
)

usage = Table(
    "gateway_usage",
    metadata,
    _workspace(),
    Column("day", Date, nullable=False),
    Column("key", Text, nullable=False, server_default=""),
    Column("app", Text, nullable=False, server_default=""),
    Column("member", Text, nullable=False, server_default=""),
    Column("provider", Text, nullable=False, server_default=""),
    Column("model", Text, nullable=False, server_default=""),
    Column("endpoint", Text, nullable=False),
    Column("calls", BigInteger, nullable=False, server_default="0"),
    Column("failed", BigInteger, nullable=False, server_default="0"),
    Column("unpriced", BigInteger, nullable=False, server_default="0"),
    *_tokens(),
    Column("cost", Numeric, nullable=False, server_default="0"),
    Column("latency_ms", BigInteger, nullable=False, server_default="0", comment="the sum over all calls"),
    PrimaryKeyConstraint("workspace_id", "day", "key", "app", "member", "provider", "model", "endpoint"),
)

bodies = Table(
    "gateway_bodies",
    metadata,
    Column("id", Uuid, primary_key=True, comment="of the ledger's row"),
    _workspace(),
    _now("at"),
    Column("request", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Index("gateway_bodies_at", "at"),
)

settings = Table(
    "gateway_settings",
    metadata,
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), primary_key=True),
    _json("settings"),
)

TABLES = (providers, aliases, keys, budgets, processes, leases, ledger, usage, bodies, settings)
