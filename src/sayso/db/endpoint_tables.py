"""What the stateful addresses of /v1 keep. Ids are unique in their workspace, and nothing is ever read without it.

gateway_objects                              files, conversations, assistants, threads, messages, runs, steps: as they are answered
gateway_responses                            responses, with what was asked, so that the next can follow
gateway_batches ── gateway_batch_lines       batches, who runs them just now, and each of their lines
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
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


def _created() -> Column[object]:
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


objects = Table(
    "gateway_objects",
    metadata,
    _workspace(),
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("parent", Text, nullable=False, server_default="", comment="the id of what it belongs to, such as a message's thread"),
    Column("position", BigInteger, Identity(), nullable=False),
    Column("value", JSONB, nullable=False),
    Column("inside", JSONB, nullable=False, server_default=text("'{}'::jsonb"), comment="what is not answered"),
    _created(),
    Column("expires_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("gateway_objects_listed", "workspace_id", "kind", "parent", "position"),
    Index("gateway_objects_expires", "expires_at"),
)

responses = Table(
    "gateway_responses",
    metadata,
    _workspace(),
    Column("id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("previous", Text, comment="the response that it follows"),
    Column("conversation", Text),
    Column("process", Text, comment="that works on it in the background"),
    Column("input", JSONB, nullable=False, comment="its own items"),
    Column("value", JSONB, nullable=False),
    _created(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("workspace_id", "id"),
    Index("gateway_responses_expires", "expires_at"),
)

batches = Table(
    "gateway_batches",
    metadata,
    _workspace(),
    Column("id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("caller", JSONB, nullable=False, comment="key, app and member: whose budgets it spends"),
    Column("value", JSONB, nullable=False),
    Column("upstream", JSONB, comment="provider and ids, when a provider runs it as a batch of its own"),
    Column("position", BigInteger, Identity(), nullable=False),
    Column("process", Text),
    Column("seen_at", DateTime(timezone=True), comment="when its process last said that it works on it"),
    _created(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("gateway_batches_listed", "workspace_id", "position"),
    Index("gateway_batches_open", "status"),
)

batch_lines = Table(
    "gateway_batch_lines",
    metadata,
    Column("batch", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("custom_id", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("output", JSONB),
    Column("ok", Integer, comment="1 or 0 once it is done"),
    PrimaryKeyConstraint("batch", "number"),
    ForeignKeyConstraint(["batch"], [batches.c.id], ondelete="CASCADE"),
)

TABLES = (objects, responses, batches, batch_lines)
