"""Services that describe themselves by an OpenAPI document, given by its address or as a file."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sayso import db
from sayso.connections import catalogues, http, oauth, openapi
from sayso.connections.address import Url
from sayso.connections.kind import FormField, Kind, Settings
from sayso.connections.kinds import http as any_http
from sayso.connections.openapi.document import JSON_BYTES_MAX
from sayso.connections.opened import Opened
from sayso.errors import Invalid, Problem

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

HANDED_ON = ("auth", "user", "password", "token", "key", "key_name", "key_in", "more_hosts")


def hosts(settings: Settings) -> tuple[str, ...]:
    if settings.get("document"):
        Url.of(str(settings["document"]), "settings/document")
    return any_http.bound(settings)


async def read(connections: Connections, opened: Opened, document: str | None = None) -> dict[str, Any]:
    """The document, from where the connection says it lies or as it is given. The secrets go there only when that is one of its own hosts.

    Raises `Invalid`, `NotDelivered`.
    """
    came_from, text = "", document.encode() if document is not None else b""
    if document is None:
        came_from = opened.text("document")
        if not came_from:
            raise Invalid(Problem("document", "is not there: name its address in the connection, or give the file"))
        url = str(Url.of(came_from, "settings/document"))
        own = opened if Url.of(url).origin in opened.hosts else None
        headers = [("Accept", "application/json, application/yaml, */*;q=0.5")]
        answered = await http.ask(connections, http.Asked("GET", url, headers), opened=own, bytes_max=JSON_BYTES_MAX)
        if failure := answered.failure():
            raise failure
        text = answered.body
    found = await asyncio.to_thread(openapi.read, text, opened.text("address"), opened.hosts, came_from=came_from)
    return found.kept()


async def test(connections: Connections, opened: Opened) -> str:
    """Reads the document, where there is an address of one; else tells what was read before."""
    if opened.text("document"):
        found = await read(connections, opened)
        async with db.transaction(connections.engine) as tx:
            await catalogues.keep(tx, opened, found)
    else:
        async with db.transaction(connections.engine) as tx:
            found = (await catalogues.read(tx, opened)).found
        if not found:
            return "Give the document as a file, under Operations."
    return f"{found['title'] or opened.name} has {len(found['operations'])} operations."


KIND = Kind(
    "openapi",
    "OpenAPI service",
    "file-code",
    ("operations", "http"),
    "Any service that describes itself by an OpenAPI 3 document.",
    (
        replace(any_http.KIND.fields[0], help="Its credentials go to this host only."),
        FormField(
            "document", "Address of the document", "address", example="https://api.example.com/openapi.json", help="Or give the document as a file, afterwards."
        ),
        *(one for one in any_http.KIND.fields[1:] if one.name in HANDED_ON or one in oauth.FIELDS),
    ),
    hosts,
    test,
    any_http.credentials,
    oauth.consents_needed,
)  # fmt: skip
