"""How people prove who they are. All of it hangs on the person, whatever workspaces they are in, but for what a workspace asks for.

people ── passwords, passkeys, totps, recovery_codes      what they prove it with
       ── devices                                         browsers they signed in with before
       ── mailed_secrets, half_sign_ins, challenges       on the way in; gone in minutes
sign_in_tries                                             how often something was tried, and until when it waits
sign_in_policies                                          what a workspace asks for
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from sayso.db.tables import SCHEMA, metadata


def _person(*, primary: bool = False) -> Column[str]:
    key = ForeignKey(f"{SCHEMA}.people.id", ondelete="CASCADE")
    return Column("person", Text, key, primary_key=primary, nullable=False)


def _moment(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _over() -> Column[object]:
    return Column("expires_at", DateTime(timezone=True), nullable=False, index=True)


passwords = Table(
    "passwords",
    metadata,
    _person(primary=True),
    Column("hash", Text, nullable=False, comment="Argon2id, with its parameters and salt"),
    _moment("changed_at"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", Text, primary_key=True),
    _person(),
    Column("name", Text, nullable=False),
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("uses", BigInteger, nullable=False, comment="the authenticator's own count; 0 where it keeps none"),
    Column("synced", Boolean, nullable=False, server_default="false"),
    Column("transports", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    _moment("created_at"),
    Column("used_at", DateTime(timezone=True)),
    Index("passkeys_person", "person"),
)

totps = Table(
    "totps",
    metadata,
    _person(primary=True),
    Column("secret", LargeBinary, nullable=False, comment="sealed with the key in the home"),
    Column("on_at", DateTime(timezone=True), comment="null until a first code was right"),
    Column("step", BigInteger, nullable=False, server_default="0", comment="the last one used: a code counts once"),
    _moment("created_at"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    _person(),
    Column("hash", LargeBinary, nullable=False),
    _moment("created_at"),
    Column("used_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("person", "hash"),
)

devices = Table(
    "devices",
    metadata,
    _person(),
    Column("hash", LargeBinary, nullable=False),
    _moment("created_at"),
    _moment("seen_at"),
    PrimaryKeyConstraint("person", "hash"),
)

mailed_secrets = Table(
    "mailed_secrets",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    _person(),
    Column("purpose", Text, nullable=False, comment="link or reset"),
    Column("email", Text, comment="where it was sent; null when the operator has shown it"),
    Column("to", Text, nullable=False, server_default="/"),
    _moment("created_at"),
    _over(),
    Index("mailed_secrets_person", "person"),
)

half_sign_ins = Table(
    "half_sign_ins",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    _person(),
    Column("method", Text, nullable=False),
    Column("to", Text, nullable=False, server_default="/"),
    _moment("created_at"),
    _over(),
    Index("half_sign_ins_person", "person"),
)

challenges = Table(
    "challenges",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("purpose", Text, nullable=False, comment="sign_in, proof or new"),
    Column("person", Text, ForeignKey(f"{SCHEMA}.people.id", ondelete="CASCADE"), comment="null while signing in", index=True),
    _over(),
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("key", LargeBinary, primary_key=True, comment="hashed: what somebody typed may have been a password"),
    Column("count", Integer, nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False, index=True),
    Column("until", DateTime(timezone=True), nullable=False),
)

sign_in_policies = Table(
    "sign_in_policies",
    metadata,
    Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), primary_key=True),
    Column("methods", JSONB, nullable=False),
    Column("second_factor", Boolean, nullable=False),
    Column("session_days", Integer, nullable=False),
    Column("idle_minutes", Integer),
    _moment("changed_at"),
)

sign_in_invitations = Table(
    "sign_in_invitations",
    metadata,
    _person(primary=True),
    _moment("put_aside_at"),
    comment="who has been asked to set a password or passkey, and would rather not",
)

TABLES = (
    passwords,
    passkeys,
    totps,
    recovery_codes,
    devices,
    mailed_secrets,
    half_sign_ins,
    challenges,
    sign_in_tries,
    sign_in_policies,
    sign_in_invitations,
)
