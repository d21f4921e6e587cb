"""Any database that SQLAlchemy has a dialect for, by its address."""

from sayso.connections.kind import FormField, Kind
from sayso.connections.kinds import databases

KIND = Kind(
    "sql_url",
    "Database by SQLAlchemy address",
    "database",
    ("sql", "rows"),
    "BigQuery, Snowflake and others, when their driver is installed and the operator allows it (SAYSO_SQL_DIALECTS): such drivers open "
    "connections of their own.",
    (
        FormField("url", "Address", "secret", required=True, example="bigquery://project/dataset", help="Kept as a secret: it holds the password."),
        databases.WRITES,
    ),
    lambda _: (),
    databases.test,
)  # fmt: skip
