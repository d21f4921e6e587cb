"""The kinds of connection, one file each."""

from sayso.connections.kind import Kind
from sayso.connections.kinds import http, mysql, postgresql, sql_url, sqlite, sqlserver

KINDS: dict[str, Kind] = {
    one.key: one for one in (http.KIND, postgresql.KIND, mysql.KIND, sqlserver.KIND, sqlite.KIND, sql_url.KIND)
}
