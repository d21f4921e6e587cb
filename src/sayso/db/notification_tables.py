"""What people are told in the workspace, and what they are asked for a yes.

notifications     one thing that one member is told; the same thing again, while it is unread, is counted on the same line
approvals         one question of an automation, waiting for a yes or a no
approval_links    an address that lets one person decide one approval, once, without signing in
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from sayso.db.tables import SCHEMA, metadata

_places = Sequence("notification_places", schema=SCHEMA, metadata=metadata)

notifications = Table(
    "notifications",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column(
        "place", BigInteger, _places, nullable=False, server_default=_places.next_value(), comment="grows when it is told again"
    ),
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False),
    Column("member", Text, ForeignKey(f"{SCHEMA}.members.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    Column("link", Text, comment="an address of ours, from the slash on"),
    Column("app_id", Text),
    Column("about", Text, comment="what it tells of: told again while unread, it is the same line"),
    Column("times", Integer, nullable=False, server_default="1"),
    Column("by_name", Text, nullable=False, server_default=""),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("read_at", DateTime(timezone=True)),
    Index("notifications_of_member", "member", "place"),
    Index("notifications_unread", "member", postgresql_where=text("read_at is null")),
    Index("notifications_once", "member", "about", unique=True, postgresql_where=text("read_at is null and about is not null")),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False),
    Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="CASCADE"), nullable=False),
    Column("automation", Text, nullable=False),
    Column("automation_name", Text, nullable=False, server_default=""),
    Column("run", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True, comment="of the step: asked once, however often the step is done"),
    Column("question", Text, nullable=False),
    Column("details", JSONB, nullable=False, server_default=text("'[]'::jsonb"), comment="pairs of a name and a text"),
    Column("members", ARRAY(Text), nullable=False, comment="who may decide"),
    Column("state", Text, nullable=False, server_default="open"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("decided_by", Text),
    Column("decided_by_name", Text, nullable=False, server_default=""),
    Column("decided_through", Text, comment="app or link"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True)),
    Column("decided_at", DateTime(timezone=True)),
    Index("approvals_of_workspace", "workspace_id", "created_at"),
    Index("approvals_of_run", "run"),
    Index("approvals_open", "expires_at", postgresql_where=text("state = 'open'")),
)

approval_links = Table(
    "approval_links",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False),
    Column("approval", Text, ForeignKey(f"{SCHEMA}.approvals.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("member", Text, ForeignKey(f"{SCHEMA}.members.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("used_at", DateTime(timezone=True)),
)

SEQUENCES = (_places,)
TABLES = (notifications, approvals, approval_links)
