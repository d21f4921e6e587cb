"""PostgreSQL."""

from functools import partial

from sayso.connections.kind import Kind
from sayso.connections.kinds import databases

PORT = 5432

KIND = Kind(
    "postgresql",
    "PostgreSQL",
    "database",
    ("sql", "rows"),
    "A PostgreSQL database: read by automations, its tables connected to yours.",
    databases.fields(PORT, "shop"),
    partial(databases.hosts, PORT),
    databases.test,
)
