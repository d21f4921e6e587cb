"""The kinds of connection, one file each; in the order in which they are offered."""

from sayso.connections.kind import Kind
from sayso.connections.kinds import (
    airtable,
    csv_url,
    discord,
    github,
    google_sheets,
    http,
    imap,
    mcp,
    mysql,
    notion,
    openapi,
    postgresql,
    rss,
    s3,
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
        google_sheets.KIND,
        airtable.KIND,
        notion.KIND,
        github.KIND,
        s3.KIND,
        csv_url.KIND,
        rss.KIND,
    )
}
