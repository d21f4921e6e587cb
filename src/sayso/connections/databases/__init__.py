"""Databases that are connected: how each is reached through the egress door, and what it does to stay read-only.

Drivers block, so everything in here runs in a thread of `databases.threads`; `connections/sql.py` is what others use.
"""

from collections.abc import Mapping

from sayso.connections.databases.alchemy import Alchemy
from sayso.connections.databases.database import Database
from sayso.connections.databases.mysql import MySql
from sayso.connections.databases.postgresql import PostgreSql
from sayso.connections.databases.sqlite import Sqlite
from sayso.connections.databases.sqlserver import SqlServer

DATABASES: Mapping[str, Database] = {
    "postgresql": PostgreSql(),
    "mysql": MySql(),
    "sqlserver": SqlServer(),
    "sqlite": Sqlite(),
    "sql_url": Alchemy(),
}
"""By the kind of the connection."""
