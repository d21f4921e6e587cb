"""The kinds of connection, one file each; in the order in which they are offered."""

from sayso.connections.kind import Kind
from sayso.connections.kinds import (
    discord,
    http,
    imap,
    mcp,
    mysql,
    openapi,
    postgresql,
    slack,
    smtp,
    sql_url,
    sqlite,
    sqlserver,
    teams,
    telegram,
)

KINDS: dict[str, Kind] = {
    one.key: one
    for one in (
        smtp.KIND,
        imap.KIND,
        slack.KIND,
        teams.KIND,
        discord.KIND,
        telegram.KIND,
        http.KIND,
        mcp.KIND,
        mcp.PROGRAM,
        openapi.KIND,
        postgresql.KIND,
        mysql.KIND,
        sqlserver.KIND,
        sqlite.KIND,
        sql_url.KIND,
    )
}
