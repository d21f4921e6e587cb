"""Trying a provider before anybody stands at the door: what is looked at, and what is wrong, in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from sayso.connections.sign_on.ldap.client import Refused
from sayso.connections.sign_on.ldap.directory import Directory, counted
from sayso.connections.sign_on.sign_on import SignOn
from sayso.errors import SaysoError
from sayso.team.sso.providers import Provider

SOON_DAYS = 30


@dataclass(frozen=True, slots=True)
class Check:
    """`ok` is None for what works and still wants a look."""

    name: str
    ok: bool | None
    said: str


async def tried(sign_on: SignOn, provider: Provider) -> dict[str, Any]:
    """`{ok, said, checks, at}`."""
    try:
        checks = await {"oidc": _oidc, "saml": _saml, "ldap": _ldap}[provider.kind](sign_on, provider)
    except SaysoError as error:
        checks = [Check("Reach it", False, str(error))]
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
    if not provider.sealed.get("client_secret"):
        checks.append(Check("Client secret", None, "There is none: this is right for a public client only."))
    if found.end_session is None:
        checks.append(
            Check("Signing out", None, "It offers no address to sign out at. Who signs out here stays signed in there.")
        )
    checks.append(_ours(sign_on))
    return checks


async def _saml(sign_on: SignOn, provider: Provider) -> list[Check]:
    saml: Any = import_module("sayso.team.sso.saml")
    checks = [Check("Metadata", True, f"It is {provider.text('entity')}.")]
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
        who = known.bind_dn or "anybody"
        return [Check("Reach it", True, f"{known.host} answers."), Check("Look people up", False, f"As {who}: {error}")]
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


def _ours(sign_on: SignOn) -> Check:
    url = sign_on.connections.url
    if urlsplit(url).scheme == "https" or urlsplit(url).hostname in ("localhost", "127.0.0.1"):
        return Check("Our address", True, f"People come back to {url}.")
    return Check(
        "Our address", False, f"People would come back to {url}, which is not encrypted. Set SAYSO_URL to an address with https."
    )
