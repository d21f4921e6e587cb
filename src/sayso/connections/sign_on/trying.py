"""Trying a provider before anybody stands at the door: what is looked at, and what is wrong, in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from sayso.connections import http
from sayso.connections.delivered import NotDelivered
from sayso.connections.sign_on import oidc
from sayso.connections.sign_on.ldap.client import INVALID_CREDENTIALS, NO_SUCH_OBJECT, Refused
from sayso.connections.sign_on.ldap.directory import Directory, counted
from sayso.connections.sign_on.oidc import Discovered
from sayso.connections.sign_on.sign_on import SignOn
from sayso.errors import SaysoError
from sayso.team.secret import new_secret
from sayso.team.sso.id_token import TOLERANCE_SECONDS
from sayso.team.sso.providers import Provider

SOON_DAYS = 30
TLS_FIRST = (8, 13)
"""LDAP: stronger authentication, or confidentiality, is required (RFC 4511, A.1)."""
WRONG_CLIENT = ("invalid_client", "unauthorized_client")


@dataclass(frozen=True, slots=True)
class Check:
    """`ok` is None for what works and still wants a look."""

    name: str
    ok: bool | None
    said: str


async def tried(sign_on: SignOn, provider: Provider, *, missed: str = "") -> dict[str, Any]:
    """`{ok, said, checks, at}`. `missed`: why its metadata could not be fetched just now."""
    try:
        if missed:
            return _told([Check("Metadata", False, missed)])
        checks = await {"oidc": _oidc, "saml": _saml, "ldap": _ldap}[provider.kind](sign_on, provider)
    except SaysoError as error:
        checks = [Check("Reach it", False, str(error))]
    return _told(checks)


def _told(checks: list[Check]) -> dict[str, Any]:
    wrong = [one for one in checks if one.ok is False]
    said = wrong[0].said if wrong else "Everything that can be looked at from here is in order. Now try it with your own account."
    return {"ok": not wrong, "said": said, "checks": [asdict(one) for one in checks], "at": datetime.now(UTC).isoformat()}


async def _oidc(sign_on: SignOn, provider: Provider) -> list[Check]:
    checks: list[Check] = []
    found = await sign_on.discovered(provider, anew=True)
    checks.append(Check("Discovery", True, f"It is {found.issuer}."))
    keys = await sign_on.remembered.keys(sign_on.connections, found, anew=True)
    checks.append(
        Check(
            "Keys",
            bool(keys),
            f"It shows {len(keys)} {'key' if len(keys) == 1 else 'keys'} and signs with {', '.join(found.algorithms)}."
            if keys
            else "It shows no keys.",
        )
    )
    said = "It knows PKCE." if found.challenge else "It does not say that it knows PKCE (S256). We send it all the same."
    checks.append(Check("PKCE", True if found.challenge else None, said))
    checks.append(await _client(sign_on, provider, found))
    checks += await _clock(sign_on, found.issuer.rstrip("/") + oidc.DISCOVERY)
    if provider.mapping.rules and found.claims and provider.mapping.groups not in found.claims:
        said = f"It does not say that it tells {provider.mapping.groups}. Press Try it to see whether groups come; else add the claim there, or change its name under Groups and roles."
        checks.append(Check("Groups", None, said))
    if found.end_session is None:
        checks.append(
            Check("Signing out", None, "It offers no address to sign out at. Who signs out here stays signed in there.")
        )
    checks.append(_ours(sign_on))
    return checks


async def _client(sign_on: SignOn, provider: Provider, found: Discovered) -> Check:
    """Whether it knows us: a code that it never gave is shown with our secret, and it says what of the two is wrong (RFC 6749, 5.2)."""
    client = sign_on.client(provider)
    try:
        await oidc.redeemed(sign_on.connections, found, client, code=f"sayso-test-{new_secret()[:12]}", verifier=new_secret())
    except oidc.NotRedeemed as error:
        if error.error in WRONG_CLIENT:
            return Check(
                "Client", False, f"It does not take the client ID {client.id} with this secret ({error.error}). Copy both anew."
            )
        if error.error != "invalid_grant":
            return Check("Client", None, f"Whether it takes the client ID and secret shows when somebody signs in. {error}")
    if not client.secret:
        return Check("Client", None, f"It knows {client.id}. There is no secret: this is right for a public client only.")
    return Check("Client", True, f"It takes the client ID {client.id} and the secret.")


async def _clock(sign_on: SignOn, url: str) -> list[Check]:
    """How far its clock is from ours, as its answers are dated. Nothing is said where that cannot be told."""
    try:
        answered = await http.ask(
            sign_on.connections, http.Asked("GET", url), bytes_max=oidc.ANSWER_BYTES_MAX, seconds_max=oidc.ANSWER_SECONDS_MAX
        )
        ahead = (parsedate_to_datetime(answered.header("date")) - datetime.now(UTC)).total_seconds()
    except (NotDelivered, ValueError, TypeError):
        return []
    if abs(ahead) <= TOLERANCE_SECONDS:
        return []
    apart = f"{abs(ahead) / 60:,.0f} minutes {'ahead of' if ahead > 0 else 'behind'} ours"
    return [Check("Clocks", False, f"Its clock is {apart}; more than a minute lets nobody in. Set both by a time server.")]


async def _saml(sign_on: SignOn, provider: Provider) -> list[Check]:
    saml: Any = import_module("sayso.team.sso.saml.sides")
    url = provider.text("metadata_url")
    checks = [Check("Metadata", True, f"It is {provider.text('entity')}{', as it says now.' if url else '.'}")]
    checks += await _clock(sign_on, url) if url else []
    if not provider.text("logout_url"):
        checks.append(
            Check(
                "Signing out",
                None,
                "It has no address to sign out at by HTTP-Redirect. Who signs out here stays signed in there.",
            )
        )
    now = datetime.now(UTC)
    for one in saml.certificates(provider.text("certificate")):
        until = one.not_valid_after_utc
        if until < now:
            checks.append(
                Check("Certificate", False, f"Its certificate ended on {until:%d %B %Y}. Fetch the new one from the provider.")
            )
        elif until < now + timedelta(days=SOON_DAYS):
            checks.append(
                Check("Certificate", None, f"Its certificate ends on {until:%d %B %Y}. Add the new one beside it in time.")
            )
        else:
            checks.append(Check("Certificate", True, f"Its certificate is good until {until:%d %B %Y}."))
    return [*checks, _ours(sign_on)]


async def _ldap(sign_on: SignOn, provider: Provider) -> list[Check]:
    known = Directory.of(dict(provider.settings))
    try:
        many, one, groups = await counted(sign_on.connections, known, sign_on.secret(provider, "bind_password"))
    except Refused as error:
        return [Check("Reach it", True, f"{known.host} answers."), Check("Look people up", False, _refused(known, error))]
    checks = [Check("Reach it", True, f"{known.host} answers{' over TLS' if known.security != 'none' else ''}.")]
    if one is None:
        return [*checks, Check("Look people up", False, f"Nobody below {known.base} fits the filter.")]
    checks.append(Check("Look people up", True, f"{'At least ' if many >= 1_000 else ''}{many:,} people fit the filter."))
    missing = [name for name in (known.id, known.display, known.mail) if not one.attributes.get(name.lower())]
    said = (
        f"{one.dn} shows no {' and no '.join(missing)}."
        if missing
        else f"{known.id}, {known.display} and {known.mail} can be read."
    )
    checks.append(Check("Attributes", not missing if known.id in missing else (None if missing else True), said))
    checks.append(
        Check(
            "Groups",
            True if groups else None,
            f"{one.dn} is in {', '.join(groups[:5])}." if groups else f"{one.dn} is in no group.",
        )
    )
    return checks


def _refused(known: Directory, error: Refused) -> str:
    who = known.bind_dn or "anybody"
    if error.code == NO_SUCH_OBJECT:
        return f"There is nothing at {known.base}. Look whether the base is written as the directory has it."
    if error.code == INVALID_CREDENTIALS:
        return f"It does not take the password of {who}, or has no such entry."
    if error.code in TLS_FIRST and known.security == "none":
        return "It wants TLS: choose StartTLS, or TLS from the start."
    return f"As {who}: {error}"


def _ours(sign_on: SignOn) -> Check:
    url = sign_on.connections.url
    if urlsplit(url).scheme == "https" or urlsplit(url).hostname in ("localhost", "127.0.0.1"):
        return Check("Our address", True, f"People come back to {url}.")
    return Check(
        "Our address", False, f"People would come back to {url}, which is not encrypted. Set SAYSO_URL to an address with https."
    )
