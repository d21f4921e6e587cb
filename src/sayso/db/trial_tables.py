"""What trials stand on: what is tried, on which cases, what was answered, and what people said of it.

trials ── trial_cases            the cases, the same for every contender
   ├───── trial_answers          one a case and contender, kept as it comes
   └───── trial_votes            blind, one a person
measurements                     what a workspace has measured of a model itself: trials and evaluations of the builder
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Double,
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

from sayso.db import claims
from sayso.db.tables import SCHEMA, metadata


def _workspace() -> Column[str]:
    return Column("workspace_id", Text, ForeignKey(f"{SCHEMA}.workspaces.id"), nullable=False)


def _app(*, nullable: bool = True) -> Column[int]:
    return Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="CASCADE"), nullable=nullable)


def _trial() -> Column[str]:
    return Column("trial", Text, ForeignKey(f"{SCHEMA}.trials.id", ondelete="CASCADE"), nullable=False)


def _at(name: str = "at", *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=None if nullable else func.now())


trials = Table(
    "trials",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    _app(),
    Column("path", Text, nullable=False, comment="of the part; empty for the whole app"),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("plan", JSONB, nullable=False, comment="contenders, checks, judge, mask, where the cases come from"),
    Column("budget", Numeric, comment="dollars; null for none"),
    Column("spent", Numeric, nullable=False, server_default="0"),
    Column("problem", Text),
    Column("schedule", JSONB, comment="when it is done again"),
    Column("next_at", DateTime(timezone=True), comment="when its schedule is looked at next"),
    Column("of", Text, ForeignKey(f"{SCHEMA}.trials.id", ondelete="SET NULL"), comment="the trial whose schedule began it"),
    Column("created_by", Text, nullable=False),
    _at("created_at"),
    _at("started_at", nullable=True),
    _at("ended_at", nullable=True),
    *claims.columns(),
    Index("trials_listed", "workspace_id", "created_at"),
    Index("trials_open", "state", postgresql_where=text("state in ('queued', 'running', 'cancelling')")),
    Index("trials_due", "next_at", postgresql_where=text("next_at is not null")),
)

cases = Table(
    "trial_cases",
    metadata,
    _trial(),
    Column("n", Integer, nullable=False),
    Column("path", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Column("row", BigInteger),
    Column("stratum", Text, nullable=False, server_default=""),
    Column("inputs", JSONB, nullable=False),
    Column("expected", JSONB),
    Column("before", JSONB, comment="what was answered when it really happened"),
    PrimaryKeyConstraint("trial", "n"),
)

answers = Table(
    "trial_answers",
    metadata,
    _trial(),
    Column("n", Integer, nullable=False),
    Column("contender", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("value", JSONB),
    Column("text", Text, nullable=False, server_default=""),
    Column("problem", Text),
    Column("model", Text),
    Column("provider", Text),
    Column("cost", Numeric),
    Column("tokens", JSONB),
    Column("ms", Double),
    Column("first_ms", Double),
    Column("calls", Integer, nullable=False, server_default="1"),
    Column("recorded", JSONB, nullable=False, server_default=text("'[]'::jsonb"), comment="what it would have written or sent"),
    Column(
        "scores", JSONB, nullable=False, server_default=text("'[]'::jsonb"), comment="of each check, null where it does not apply"
    ),
    Column("judged", JSONB, comment="{grade, reason}"),
    _at(),
    PrimaryKeyConstraint("trial", "n", "contender"),
)

votes = Table(
    "trial_votes",
    metadata,
    _trial(),
    Column("n", Integer, nullable=False),
    Column("voter", Text, nullable=False),
    Column("a", Text, nullable=False, comment="a contender"),
    Column("b", Text, nullable=False, server_default="", comment="the other one of a pair; empty for a grade"),
    Column("vote", Text, nullable=False, comment="good, fine or poor; of a pair: a, b or tie"),
    _at(),
    PrimaryKeyConstraint("trial", "n", "voter", "a", "b"),
)

measurements = Table(
    "measurements",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _workspace(),
    Column("model", Text, nullable=False, comment="as the gateway asks for it"),
    Column("directory", Text, comment="its id in the directory of models, when it is there"),
    Column("kind", Text, nullable=False, comment="trial, or an evaluation such as builds_apps"),
    Column("subject", Text, nullable=False, server_default="", comment="the trial's or evaluation's id"),
    Column("title", Text, nullable=False, comment="what was measured, in words"),
    Column("quality", Double),
    Column("low", Double),
    Column("high", Double),
    Column("n", Integer, nullable=False, server_default="0"),
    Column("by", Text, comment="votes, judge, checks or the evaluation's scorer"),
    Column(
        "figures", JSONB, nullable=False, server_default=text("'{}'::jsonb"), comment="cost per 1,000, times, failures and so on"
    ),
    _at(),
    Index("measurements_model", "workspace_id", "directory", "at"),
    Index("measurements_subject", "workspace_id", "kind", "subject"),
)

TABLES = (trials, cases, answers, votes, measurements)
