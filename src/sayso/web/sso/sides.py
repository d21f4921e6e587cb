"""Both sides of a SAML provider, put together: our addresses, our keys (opened), and what is known of the other side."""

import asyncio
from dataclasses import replace
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.connections.sign_on import described
from sayso.connections.sign_on.sign_on import SignOn
from sayso.errors import SaysoError
from sayso.team.actor import Actor
from sayso.team.sso import our_keys, providers
from sayso.team.sso.providers import Provider
from sayso.web.parts import Parts


def spoken(what: str) -> Any:
    """A module of SAML's: it needs lxml and xmlsec, so it is imported when somebody speaks it."""
    return import_module(f"sayso.team.sso.saml.{what}")


async def of(tx: AsyncConnection, sign_on: SignOn, provider: Provider) -> tuple[Any, Any]:
    """Ours and theirs."""
    saml, vault = spoken("sides"), sign_on.connections.vault
    keys = await our_keys.listed(tx, provider)
    pairs = tuple(saml.Pair(one.certificate, vault.open(one.sealed, f"{provider.id}:{one.id}")) for one in keys)
    at = {what: sign_on.address(provider.id, what) for what in ("metadata", "acs", "slo")}
    ours = saml.Ours(at["metadata"], at["acs"], at["slo"], pairs, provider.settings.get("sign_requests") is True)
    logout = provider.text("logout_url")
    certificates = saml.bare(provider.text("certificate"))
    theirs = saml.Theirs(
        provider.text("entity"), provider.text("url"), certificates, logout, provider.text("answers_url", logout)
    )
    return ours, theirs


async def new_pair(known: Parts, provider: str) -> tuple[str, str, bytes]:
    """A key of ours: its id, its certificate, and itself, sealed."""
    host = urlsplit(known.sign_on.connections.url).hostname or "localhost"
    pair = await asyncio.to_thread(spoken("pairs").made, host)
    id = our_keys.named()
    return id, pair.certificate, known.sign_on.connections.vault.seal(pair.key, f"{provider}:{id}")


async def add_pair(tx: AsyncConnection, provider: Provider, pair: tuple[str, str, bytes], *, by: Actor) -> None:
    await our_keys.add(tx, provider, *pair, by=by)


async def refreshed(known: Parts, provider: Provider) -> Provider | None:
    """The provider with its metadata fetched anew; None where it cannot be, or says what it said before. Not more often than every few
    minutes."""
    if not provider.text("metadata_url") or not known.described.may(provider.id):
        return None
    try:
        now = await fetched(known, provider)
    except SaysoError:
        return None
    same = all(now.settings.get(name) == provider.settings.get(name) for name in now.settings if name != "metadata_at")
    return None if same else now


async def fetched(known: Parts, provider: Provider) -> Provider:
    """The provider as its metadata describes it now. Raises `Unavailable`, `Invalid`."""
    made = await described.fetched(known.connections, dict(provider.settings), entity=provider.text("entity"))
    async with db.transaction(known.engine) as tx:
        await providers.described(tx, provider, made)
    return replace(provider, settings=made)
