"""SQL Server."""

from functools import partial

from sayso.connections.kind import Kind
from sayso.connections.kinds import databases

PORT = 1433

KIND = Kind(
    "sqlserver",
    "SQL Server",
    "database",
    ("sql", "rows"),
    "A Microsoft SQL Server database. It has no read-only transactions: sign in with a user that may only read.",
    databases.fields(PORT, "shop"),
    partial(databases.hosts, PORT),
    databases.test,
)
