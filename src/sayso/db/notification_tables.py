"""What people are told in the workspace, and what they are asked for a yes.

notifications     one thing that one member is told; the same thing again, while it is unread, is counted on the same line
notification_preferences   what one member wants to be told of, where and when
app_follows       apps that a member follows (told of every comment) or has muted
letters           one e-mail with what one member was told, written by one process
approvals         one question of an automation, waiting for a yes or a no
approval_links    an address that lets one person decide one approval, once, without signing in
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
    PrimaryKeyConstraint,
    Sequence,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from sayso.db import claims
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
    Column("subject", JSONB, comment="the row or comment that it is of; whoever may not see that reads nothing of this"),
    Column(
        "shown",
        Boolean,
        nullable=False,
        server_default="true",
        comment="whether it stands in the inbox; else it only goes by letter",
    ),
    Column("letter_due", DateTime(timezone=True), comment="when a letter with it is written; null: never, or it was"),
    Column("letter", Text, comment="the letter that it stood in"),
    Index("notifications_due", "letter_due", postgresql_where=text("letter_due is not null")),
    Index("notifications_letter", "letter", postgresql_where=text("letter is not null")),
    Index("notifications_of_member", "member", "place"),
    Index("notifications_unread", "member", postgresql_where=text("read_at is null")),
    Index("notifications_once", "member", "about", unique=True, postgresql_where=text("read_at is null and about is not null")),
)

_OF_WORKSPACE = f"{SCHEMA}.workspaces.id"
_OF_MEMBER = f"{SCHEMA}.members.id"

notification_preferences = Table(
    "notification_preferences",
    metadata,
    Column("member", Text, ForeignKey(_OF_MEMBER, ondelete="CASCADE"), primary_key=True),
    Column("workspace_id", Text, ForeignKey(_OF_WORKSPACE), nullable=False),
    Column("kinds", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("digest", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("quiet", JSONB),
)

app_follows = Table(
    "app_follows",
    metadata,
    Column("workspace_id", Text, ForeignKey(_OF_WORKSPACE), nullable=False),
    Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="CASCADE"), nullable=False),
    Column("member", Text, ForeignKey(_OF_MEMBER, ondelete="CASCADE"), nullable=False, index=True),
    Column("state", Text, nullable=False, comment="follow or mute"),
    PrimaryKeyConstraint("app", "member"),
)

letters = Table(
    "letters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey(_OF_WORKSPACE), nullable=False),
    Column("member", Text, ForeignKey(_OF_MEMBER, ondelete="CASCADE"), nullable=False),
    Column("state", Text, nullable=False, server_default="waiting", comment="waiting, sending, sent, skipped or failed"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("due_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_at", DateTime(timezone=True)),
    *claims.columns(),
    Index("letters_open", "due_at", postgresql_where=text("state in ('waiting', 'sending')")),
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
PREFERENCE_TABLES = (notification_preferences, app_follows, letters)
