"""Single sign-on of one process: what providers are (remembered), their secrets (opened here only), and who comes from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sayso.connections.connections import Connections
from sayso.connections.sign_on import oidc
from sayso.connections.sign_on.kinds import KINDS
from sayso.connections.sign_on.ldap import directory
from sayso.connections.sign_on.ldap.directory import Directory
from sayso.connections.sign_on.oidc import Client, Discovered, Remembered
from sayso.team.sso import id_token
from sayso.team.sso.arrival import NAMES_MAX, Arrival, NotAdmitted, words
from sayso.team.sso.attempts import Attempt
from sayso.team.sso.id_token import BadToken, Expected, UnknownKey
from sayso.team.sso.providers import Provider

STARTED = "Sign in once more."


@dataclass(frozen=True, slots=True)
class SignOn:
    """`url` of `connections` is where browsers find us; addresses are made from it, never from a request."""

    connections: Connections
    remembered: Remembered = field(default_factory=Remembered)

    def address(self, provider: str, what: str) -> str:
        return f"{self.connections.url}/sso/{provider}/{what}"

    def seal(self, provider: str, name: str, secret: str) -> bytes:
        return self.connections.vault.seal(secret, f"{provider}:{name}")

    def secret(self, provider: Provider, name: str) -> str:
        sealed = provider.sealed.get(name)
        return "" if sealed is None else self.connections.vault.open(sealed, f"{provider.id}:{name}")

    def client(self, provider: Provider) -> Client:
        return Client(provider.text("client_id"), self.secret(provider, "client_secret"), self.address(provider.id, "callback"))

    async def discovered(self, provider: Provider, *, anew: bool = False) -> Discovered:
        return await self.remembered.discovered(self.connections, provider.text("issuer"), anew=anew)

    async def leave(self, provider: Provider, *, state: str, nonce: str, verifier: str, hint: str = "") -> str:
        """Where the browser goes, for OpenID."""
        more = {"hd": provider.text("hd")} if provider.text("hd") else {}
        found = await self.discovered(provider)
        return oidc.leaving(
            found,
            self.client(provider),
            state=state,
            nonce=nonce,
            verifier=verifier,
            scopes=provider.text("scopes"),
            hint=hint,
            more=more,
        )

    async def came(self, provider: Provider, attempt: Attempt, told: Mapping[str, str], verifier: str) -> tuple[Arrival, str]:
        """Who came back from an OpenID provider, and the id token. Raises `NotAdmitted` in words."""
        found = await self.discovered(provider)
        issuer = told.get("iss")
        if (issuer is not None and issuer != found.issuer) or (issuer is None and found.names_issuer):
            raise NotAdmitted(f"The answer came from another provider than the one that was asked. {STARTED}")
        if error := told.get("error"):
            said = " ".join(f"{error} {told.get('error_description', '')}".split())[:200]
            raise NotAdmitted(f"{provider.name} did not let you in: {said}")
        code = told.get("code", "")
        if not code:
            raise NotAdmitted(f"{provider.name} sent you back without an answer. {STARTED}")
        try:
            tokens = await oidc.redeemed(self.connections, found, self.client(provider), code=code, verifier=verifier)
            access = str(tokens.get("access_token") or "")
            claims = await self._claims(
                found, tokens["id_token"], Expected(found.issuer, provider.text("client_id"), attempt.nonce), access
            )
        except (oidc.NotRedeemed, BadToken) as error:
            raise NotAdmitted(f"{provider.name}: {error}") from None
        claims = await self._more(provider, found, claims, access)
        return arrival_of(provider, claims), tokens["id_token"]

    async def ended(self, provider: Provider, token: str) -> dict[str, Any]:
        """The claims of a logout token. Raises `BadToken`."""
        found = await self.discovered(provider)
        expected = Expected(found.issuer, provider.text("client_id"))
        keys = await self.remembered.keys(self.connections, found)
        try:
            return id_token.logout_of(token, keys, expected)
        except UnknownKey:
            keys = await self.remembered.keys(self.connections, found, anew=True)
            return id_token.logout_of(token, keys, expected)

    async def entered(self, provider: Provider, name: str, password: str) -> Arrival | None:
        """Who this is by an LDAP directory; None when it does not know them. Raises `Unavailable`."""
        known = Directory.of(dict(provider.settings))
        return await directory.entered(self.connections, known, self.secret(provider, "bind_password"), name, password)

    async def _claims(self, found: Discovered, token: str, expected: Expected, access: str) -> dict[str, Any]:
        keys = await self.remembered.keys(self.connections, found)
        expected = Expected(expected.issuer, expected.client, expected.nonce, found.algorithms)
        try:
            return id_token.claims_of(token, keys, expected, access_token=access)
        except UnknownKey:
            keys = await self.remembered.keys(self.connections, found, anew=True)
            return id_token.claims_of(token, keys, expected, access_token=access)

    async def _more(self, provider: Provider, found: Discovered, claims: dict[str, Any], access: str) -> dict[str, Any]:
        """What the id token leaves out and the provider tells when it is asked."""
        wanted = [provider.text("email_claim", "email"), "name", provider.mapping.groups]
        if not access or found.userinfo is None or all(name in claims for name in wanted if name):
            return claims
        try:
            told = await oidc.userinfo(self.connections, found, access)
        except oidc.NotDiscovered:
            return claims
        if told.get("sub") != claims["sub"]:
            raise NotAdmitted(f"{provider.name} told about somebody else than it signed for.")
        return {**told, **claims}


def arrival_of(provider: Provider, claims: Mapping[str, Any]) -> Arrival:
    """Raises `NotAdmitted` when it is somebody of another domain than the provider is for."""
    if (asked := provider.text("hd")) and claims.get("hd") != asked.lower():
        raise NotAdmitted(f"Only accounts of {asked} are let in here.")
    email = claims.get(provider.text("email_claim", "email"))
    email = email.strip() if isinstance(email, str) and "@" in email else None
    said = claims.get("email_verified", claims.get("xms_edov"))
    verified = said in (True, "true", "True", "1", 1) or provider.settings.get("trust_email") is True
    name = claims.get("name") or f"{claims.get('given_name') or ''} {claims.get('family_name') or ''}".strip()
    name = name or claims.get("preferred_username") or ""
    groups = claims.get(provider.mapping.groups) if provider.mapping.groups else None
    sid = claims.get("sid")
    return Arrival(
        str(claims["iss"]), str(claims["sub"]), email, bool(email and verified), str(name)[:200], words(groups), sid if isinstance(sid, str) else None,
        told=tuple(sorted(str(one)[:100] for one in claims))[:NAMES_MAX],
    )  # fmt: skip


def groups_claim(preset: str) -> str:
    return KINDS[preset].groups
