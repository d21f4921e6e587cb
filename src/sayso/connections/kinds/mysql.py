"""MySQL, MariaDB."""

from functools import partial

from sayso.connections.kind import Kind
from sayso.connections.kinds import databases

PORT = 3306

KIND = Kind(
    "mysql",
    "MySQL, MariaDB",
    "database",
    ("sql", "rows"),
    "A MySQL or MariaDB database: read by automations, its tables connected to yours.",
    databases.fields(PORT, "shop"),
    partial(databases.hosts, PORT),
    databases.test,
)
