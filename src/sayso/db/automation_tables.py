"""What happens by itself.

automations ── automation_definitions      which are there and what starts them; what each said, by its digest
    └── automation_runs ── automation_steps      every execution, and what each of its steps was given and gave
automation_workers                         processes that work runs off: one that is silent has lost its runs
automation_follow                          how far events have been heard for triggers
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
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
    return Column("app", BigInteger, ForeignKey(f"{SCHEMA}.apps.number", ondelete="CASCADE"), nullable=False)


def _at(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _maybe(name: str, comment: str = "") -> Column[object]:
    return Column(name, DateTime(timezone=True), comment=comment or None)


def _json(name: str, comment: str = "") -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text("'{}'::jsonb"), comment=comment or None)


definitions = Table(
    "automation_definitions",
    metadata,
    Column("digest", Text, primary_key=True, comment="of the automation as JSON: what is the same is kept once"),
    _workspace(),
    Column("automation", JSONB, nullable=False),
    _at("created_at"),
)

automations = Table(
    "automations",
    metadata,
    _app(),
    Column("automation", Text, nullable=False, comment="its id in the spec"),
    _workspace(),
    Column("app_id", Text, nullable=False, comment="the slug, as events name it"),
    Column("name", Text, nullable=False),
    Column("on", Boolean, nullable=False, server_default=text("false")),
    Column("version", Integer, nullable=False, comment="of the app, as it was read last"),
    Column("definition", Text, nullable=False, comment="digest of what it says now"),
    Column("kind", Text, nullable=False, comment="of its trigger"),
    Column("table_no", Integer, comment="of the trigger's table"),
    Column("owner", Text, comment="the member with whose rights it acts: who switched it on last"),
    _maybe("on_since"),
    _maybe("next_at", "when it is next to be looked at by the clock"),
    _json("place", "how far its trigger is: last slot, last mail"),
    Column("token", Text, comment="of its public address, for webhooks"),
    _json("settings", "the trigger's own: secrets sealed"),
    Column("problem", Text, nullable=False, server_default="", comment="why it does not start, in words"),
    _at("updated_at"),
    PrimaryKeyConstraint("app", "automation"),
    Index("automations_due", "next_at", postgresql_where=text('"on" and next_at is not null')),
    Index("automations_events", "app", "table_no", postgresql_where=text('"on"')),
    Index("automations_token", "token", unique=True, postgresql_where=text("token is not null")),
)

runs = Table(
    "automation_runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("position", BigInteger, Identity(), nullable=False),
    _workspace(),
    _app(),
    Column("app_id", Text, nullable=False),
    Column("automation", Text, nullable=False),
    Column("name", Text, nullable=False, comment="the automation's, then"),
    Column("version", Integer, nullable=False, comment="of the app, when it began"),
    Column("definition", Text, ForeignKey(f"{SCHEMA}.automation_definitions.digest"), nullable=False),
    Column("owner", Text, nullable=False),
    Column("key", Text, comment="what began it; no two runs of an automation have the same"),
    _json("trigger"),
    Column("started_by", Text, nullable=False, server_default="", comment="who pressed, called or tried it, in words"),
    Column("of", Text, comment="the run that this one does again, or that called it"),
    Column("hops", Integer, nullable=False, server_default="0"),
    Column("dry", Boolean, nullable=False, server_default=text("false")),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("problem", Text, nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default="", comment="the technical line"),
    Column("failed_step", Text),
    Column("waits_for", Text, comment="time, approval or webhook, while it sleeps"),
    _maybe("wake_at", "when a worker is to take it up; none: nobody is"),
    Column("worker", Text, comment="that has it just now"),
    Column("crashes", Integer, nullable=False, server_default="0", comment="of workers that had it, since its last checkpoint"),
    Column("alone", Boolean, nullable=False, server_default=text("false"), comment="being tried by itself, after a crash"),
    Column("pause", Boolean, nullable=False, server_default=text("false"), comment="asked for while a worker has it"),
    Column(
        "woken", Boolean, nullable=False, server_default=text("false"), comment="what it waits for came while a worker had it"
    ),
    Column("at_once", Integer, comment="how many runs of its automation may go on together; none: Sayso's own limit"),
    _json("again", "places that a person had done again, and how often: their keys differ from those before"),
    Column("answer", JSONB, comment="of a step `respond`"),
    Column("told", Text, nullable=False, server_default="", comment="what its last step said"),
    Column("cost", Numeric(20, 10)),
    Column("steps", Integer, nullable=False, server_default="0"),
    _at("created_at"),
    _maybe("started_at"),
    _maybe("ended_at"),
    Index("automation_runs_due", "wake_at", postgresql_where=text("wake_at is not null")),
    Index("automation_runs_due_of_each", "app", "automation", "wake_at", postgresql_where=text("wake_at is not null")),
    Index("automation_runs_worker", "worker", postgresql_where=text("worker is not null")),
    Index("automation_runs_key", "app", "automation", "key", unique=True, postgresql_where=text("key is not null")),
    Index("automation_runs_of", "app", "automation", "position"),
    Index("automation_runs_failed", "workspace_id", "ended_at", postgresql_where=text("state in ('failed', 'quarantined')")),
    Index("automation_runs_swept", "ended_at", postgresql_where=text("ended_at is not null")),
)

steps = Table(
    "automation_steps",
    metadata,
    Column("run", Text, nullable=False),
    Column("place", Text, nullable=False, comment="the step's name, and in loops which turn: `mail`, `mail:3`, `mail:3.0`"),
    Column("n", Integer, nullable=False, comment="in the order in which they were begun"),
    Column("step", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False, comment="begun, waiting, done, failed, skipped"),
    Column("attempts", Integer, nullable=False, server_default="1"),
    Column("input", JSONB),
    Column("output", JSONB),
    Column("told", Text, nullable=False, server_default=""),
    Column("problem", Text, nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default=""),
    Column("wait", JSONB, comment="what it waits for; `token` is the address that ends it, `came` what was sent there"),
    _maybe("wake_at", "when it is to be tried again, or its wait ends"),
    Column("cost", Numeric(20, 10)),
    _at("began_at"),
    _maybe("ended_at"),
    Column("ms", Integer, nullable=False, server_default="0", comment="of work; waits are not counted"),
    PrimaryKeyConstraint("run", "place"),
    ForeignKeyConstraint(["run"], [runs.c.id], ondelete="CASCADE"),
    Index("automation_steps_token", text("(wait ->> 'token')"), postgresql_where=text("wait ? 'token'")),
)

workers = Table(
    "automation_workers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("place", Text, nullable=False, server_default="", comment="host and process, for people"),
    _at("began_at"),
    _at("seen_at"),
)

follow = Table(
    "automation_follow",
    metadata,
    Column("name", Text, primary_key=True),
    Column("xact", BigInteger, nullable=False),
    Column("event", BigInteger, nullable=False),
)

TABLES = (definitions, automations, runs, steps, workers, follow)
