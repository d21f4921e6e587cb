"""What the forms of databases have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso.connections import sql
from sayso.connections.address import host_port
from sayso.connections.kind import FormField, Option, Settings
from sayso.connections.opened import Opened

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

WRITES = FormField(
    "writes", "May be written to", "switch", default=False,
    help="Off: Sayso only reads, and the database sees to that. Give the user no more rights than are needed either way.",
)  # fmt: skip
TLS = (
    Option("verify", "TLS, the certificate is checked"),
    Option("encrypt", "TLS, whoever answers"),
    Option("off", "Not encrypted"),
)


def fields(port: int, database: str) -> tuple[FormField, ...]:
    return (
        FormField("host", "Host", "host", required=True, example="db.example.com"),
        FormField("port", "Port", "number", default=port),
        FormField("database", "Database", required=True, example=database),
        FormField("user", "User", required=True, example="sayso_reader", help="One that may only read is best."),
        FormField("password", "Password", "secret"),
        FormField(
            "tls", "Encryption", "choice", default="verify", choices=TLS, advanced=True,
            help="Anything but the first lets whoever sits in between read along.",
        ),
        WRITES,
    )  # fmt: skip


def hosts(port: int, settings: Settings) -> tuple[str, ...]:
    return (host_port(settings.get("host"), settings.get("port"), "settings/host", port),)


async def test(connections: Connections, opened: Opened) -> str:
    async with sql.session(connections, opened, seconds_max=15) as session:
        tables = await session.tables()
    what = "1 table or view" if len(tables) == 1 else f"{len(tables):,} tables and views"
    return f"{opened.name} answers; {what} can be read."
