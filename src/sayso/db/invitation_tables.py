"""Who was asked to come into a workspace, and with what."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, ForeignKey, Index, Integer, LargeBinary, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB

from sayso.db.tables import SCHEMA, metadata

invitations = Table(
    "invitations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("place", BigInteger, nullable=False, comment="its time, in microseconds: newest first"),
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False),
    Column("hash", LargeBinary, nullable=False, unique=True, comment="of the secret in the link"),
    Column("kind", Text, nullable=False, comment="mail: to one address; link: to whoever has it"),
    Column("email", Text),
    Column("role", Text, nullable=False),
    Column("groups", JSONB, nullable=False, server_default=text("'[]'::jsonb"), comment="ids"),
    Column("apps", JSONB, nullable=False, server_default=text("'[]'::jsonb"), comment="numbers and roles"),
    Column("message", Text, nullable=False, server_default=""),
    Column("uses", Integer, nullable=False, server_default="0"),
    Column("uses_max", Integer, comment="null: as many as like"),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column(
        "letter",
        Text,
        nullable=False,
        server_default="none",
        comment="none: whoever invited was shown the link; sending, sent, failed: nobody was",
    ),
    Column(
        "own_mail",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="its letter went by the server's own mail: it proves its address",
    ),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Index("invitations_workspace", "workspace_id", "place"),
)

TABLES = (invitations,)
