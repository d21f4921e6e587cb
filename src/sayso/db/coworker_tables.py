"""What co-workers keep. Everything carries its workspace; what hangs on an app goes with it when it is purged.

coworkers                                                     those of the workspace; an app's are in its spec
coworker_conversations ── coworker_turns ── coworker_cards    who asked what, what was answered, what waits for a yes
coworker_memories                                             what one of them remembers of one member
coworker_chunks                                               pieces of rows and files, with their meanings
"""

from sqlalchemy import (
    ARRAY,
    REAL,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from sayso.db.tables import SCHEMA, metadata


def _workspace() -> Column[str]:
    return Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False)


def _app() -> Column[int]:
    """The number of the app; null for a co-worker of the workspace."""
    return Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="CASCADE"))


def _at(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _maybe(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True))


def _json(name: str, empty: str) -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text(f"'{empty}'::jsonb"))


coworkers = Table(
    "coworkers",
    metadata,
    _workspace(),
    Column("id", Text, nullable=False),
    Column("spec", JSONB, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("changed_by", Text, comment="who changed it last; null while nobody has"),
    _at("created_at"),
    _at("updated_at"),
    PrimaryKeyConstraint("workspace_id", "id"),
)

conversations = Table(
    "coworker_conversations",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    _app(),
    Column("coworker", Text, nullable=False),
    Column("member", Text, ForeignKey(f"{SCHEMA}.members.id", ondelete="CASCADE"), nullable=False),
    Column("title", Text, nullable=False, server_default=""),
    Column("shared", Boolean, nullable=False, server_default=text("false")),
    _json("allowed", "[]"),
    Column("sources", Integer, nullable=False, server_default="0", comment="how many have been numbered"),
    _at("created_at"),
    _at("updated_at"),
    _maybe("deleted_at"),
    Index("coworker_conversations_of", "workspace_id", "coworker", "app", "updated_at"),
)

turns = Table(
    "coworker_turns",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    Column("conversation", Text, ForeignKey(f"{SCHEMA}.coworker_conversations.id", ondelete="CASCADE"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("state", Text, nullable=False),
    _json("asked", "{}"),
    _json("parts", "[]"),
    _json("sources", "[]"),
    Column("thread", JSONB, nullable=False, server_default=text("'[]'::jsonb"), comment="what the model was told and said"),
    Column("model", Text),
    Column("cost", Numeric, nullable=False, server_default="0"),
    Column("unpriced", Integer, nullable=False, server_default="0"),
    Column("input_tokens", BigInteger, nullable=False, server_default="0"),
    Column("output_tokens", BigInteger, nullable=False, server_default="0"),
    Column("rounds", Integer, nullable=False, server_default="0"),
    Column("ms", Integer, nullable=False, server_default="0"),
    Column("first_ms", Integer),
    Column("problem", Text),
    Column("stop", Boolean, nullable=False, server_default=text("false")),
    Column("beat_at", DateTime(timezone=True), comment="when whoever works on it was last alive"),
    _at("at"),
    _maybe("ended_at"),
    Index("coworker_turns_n", "conversation", "n", unique=True),
    Index("coworker_turns_at", "workspace_id", "at"),
)

cards = Table(
    "coworker_cards",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    Column("turn", Text, ForeignKey(f"{SCHEMA}.coworker_turns.id", ondelete="CASCADE"), nullable=False),
    Column("conversation", Text, ForeignKey(f"{SCHEMA}.coworker_conversations.id", ondelete="CASCADE"), nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    _json("acts", "[]"),
    Column("reason", Text),
    Column("decided_by", Text),
    _maybe("decided_at"),
    _at("at"),
    Index("coworker_cards_turn", "turn"),
    Index("coworker_cards_conversation", "conversation", "state"),
)

memories = Table(
    "coworker_memories",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    _app(),
    Column("coworker", Text, nullable=False),
    Column("member", Text, ForeignKey(f"{SCHEMA}.members.id", ondelete="CASCADE"), nullable=False),
    Column("text", Text, nullable=False),
    _at("at"),
    Index("coworker_memories_of", "workspace_id", "coworker", "member"),
)

chunks = Table(
    "coworker_chunks",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _workspace(),
    _app(),
    Column("table_no", Integer),
    Column("row_id", BigInteger),
    Column("version", Integer, comment="of the row when it was read"),
    Column("file", Text, ForeignKey(f"{SCHEMA}.files.id", ondelete="CASCADE")),
    Column("place", Text, nullable=False, server_default=""),
    Column("text", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("embedding", ARRAY(REAL), nullable=False, comment="read as a vector where pgvector is there"),
    _at("at"),
    Index("coworker_chunks_row", "app", "table_no", "row_id"),
    Index("coworker_chunks_file", "workspace_id", "file"),
)

TABLES = (coworkers, conversations, turns, cards, memories, chunks)
