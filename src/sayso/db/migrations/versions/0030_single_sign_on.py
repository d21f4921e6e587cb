"""Single sign-on: providers, whom they call what, proved domains; and what a directory provisions."""

from alembic import op

from sayso.db.sso_tables import TABLES
from sayso.db.tables import metadata

revision = "0030_single_sign_on"
down_revision = "0029_tokens"


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=list(TABLES))
