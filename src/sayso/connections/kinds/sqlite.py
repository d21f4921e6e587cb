"""A SQLite file on the server itself, in the folder that the operator names."""

from sayso.connections.kind import FormField, Kind
from sayso.connections.kinds import databases

KIND = Kind(
    "sqlite",
    "SQLite file",
    "database",
    ("sql", "rows"),
    "A SQLite file in the folder of the server that the operator names (SAYSO_SQLITE_FOLDER). It is only read.",
    (FormField("file", "File", required=True, example="shop.db", help="Below the operator's folder."),),
    lambda _: (),
    databases.test,
)
