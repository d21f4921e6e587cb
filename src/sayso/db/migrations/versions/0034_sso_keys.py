"""Our own keys for SAML, one provider's each: they sign what we ask, and open what is encrypted for us."""

from alembic import op

from sayso.db.sso_tables import sso_keys
from sayso.db.tables import metadata

revision = "0034_sso_keys"
down_revision = "0033_fair_turns"


def upgrade() -> None:
    metadata.create_all(op.get_bind(), tables=[sso_keys])
