"""What happened is found by app, by person and by kind, however much else there is."""

from alembic import op

from sayso.db.tables import events

revision = "0035_activity"
down_revision = "0034_sso_keys"

INDEXES = ("events_told", "events_told_app", "events_told_actor", "events_told_kind")


def upgrade() -> None:
    for index in events.indexes:
        if index.name in INDEXES:
            index.create(op.get_bind(), checkfirst=True)
