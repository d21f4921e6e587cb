"""Single sign-on, as owners set it up; and what members do with it themselves."""

from typing import Annotated, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from fastapi import Path, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso import db
from sayso.connections.sign_on import described, trying
from sayso.connections.sign_on.kinds import KINDS, checked, kind_of
from sayso.errors import Conflict, Forbidden, Invalid, Problem, SaysoError, Unavailable
from sayso.team import proof, sessions
from sayso.team.actor import Actor
from sayso.team.ids import new_id
from sayso.team.sso import enforcing, our_keys, providers
from sayso.web import cookies
from sayso.web.actor import By
from sayso.web.api.connections import ConnectionField
from sayso.web.api.sso_shapes import (
    Linking,
    NewSignOnPolicy,
    NewSignOnProvider,
    Reserved,
    SignOnCertificate,
    SignOnKind,
    SignOnKinds,
    SignOnMapping,
    SignOnPolicy,
    SignOnProvider,
    SignOnProviderChange,
    SignOnProviders,
    SignOnTest,
)
from sayso.web.parts import Parts, parts
from sayso.web.sso import browser, ending, leaving, sides
from sayso.web.work import Once, Tx

ProviderId = Annotated[str, Path(alias="sso", pattern=r"^sp_[a-z0-9]{1,40}$")]
ADDRESSES: dict[str, tuple[tuple[str, str], ...]] = {
    "oidc": (("callback", "callback"), ("signed_out", "signed-out"), ("logout", "logout")),
    "saml": (("acs", "acs"), ("entity", "metadata"), ("metadata", "metadata"), ("slo", "slo")),
    "ldap": (),
}
"""What a provider has to be told of us, by the end of its address."""


async def kinds(request: Request, tx: Tx, by: By) -> SignOnKinds:
    """What people can sign in with, presets first; and the addresses that the next one will have."""
    by.must("manage")
    known, id = parts(request), new_id("sp")
    token = known.sign_on.connections.vault.seal(id, _reserving(by)).hex()
    return SignOnKinds(
        reserved=Reserved(token=token, addresses={kind: _addresses(known, id, kind) for kind in ADDRESSES}),
        items=[
            SignOnKind(
                key=one.key, kind=one.kind, label=one.label, icon=one.icon, about=one.about, steps=list(one.steps), groups=one.groups,
                fields=[ConnectionField.of(field) for field in one.fields], tried=one.tried, called=dict(one.called),
            )
            for one in KINDS.values()
        ]
    )  # fmt: skip


async def listed(request: Request, tx: Tx, by: By) -> SignOnProviders:
    """The providers of this workspace; who does not manage it sees those that are on, by their names."""
    shown = [await _shown(tx, parts(request), one) for one in await providers.listed(tx, by=by)]
    if by.may("manage"):
        return SignOnProviders(items=shown)
    less = {"settings": {}, "secrets": {}, "test": None, "people": 0, "addresses": {}, "certificates": [], "used_at": None}
    bare = SignOnMapping(groups="", rules=[], role="member", new=False, strict=False)
    return SignOnProviders(items=[one.model_copy(update={**less, "mapping": bare}) for one in shown if one.on])


async def create(new: NewSignOnProvider, request: Request, once: Once, by: By) -> SignOnProvider:
    """A new identity provider."""
    by.must("own")
    proof.must(by)
    request.state.secret = True
    kind, known = kind_of(new.preset), parts(request)
    id = _reserved(known, new.reserved, by) if new.reserved else new_id("sp")
    settings = await described.fetched(known.connections, checked(new.preset, new.settings))
    mapping = {"groups": kind.groups, **new.mapping}
    pair = await sides.new_pair(known, id) if kind.kind == "saml" else None
    async with db.transaction(known.engine) as tx:
        made = await providers.create(
            tx, preset=new.preset, kind=kind.kind, name=new.name or kind.label, settings=settings, mapping=mapping, on=new.on, by=by, id=id,
            sealed=_sealed(known, new.preset, id, new.secrets, {}),
        )  # fmt: skip
        if pair:
            await sides.add_pair(tx, made, pair, by=by)
        return await _shown(tx, known, made)


async def show(provider: ProviderId, request: Request, tx: Tx, by: By) -> SignOnProvider:
    """One of them."""
    by.must("manage")
    return await _shown(tx, parts(request), await providers.read(tx, provider, by=by))


async def update(provider: ProviderId, change: SignOnProviderChange, request: Request, once: Once, by: By) -> SignOnProvider:
    """What is not named stays. Settings that lead to another host want the secrets again."""
    by.must("own")
    proof.must(by)
    request.state.secret = True
    known = parts(request)
    async with db.transaction(known.engine) as tx:
        before = await providers.read(tx, provider, by=by)
    settings = None
    if change.settings is not None:
        names = {field.name for field in kind_of(before.preset).fields}
        settings = checked(before.preset, {**{k: v for k, v in before.settings.items() if k in names}, **change.settings})
        _must_lead_there(before, settings, change.secrets or {})
        settings = await _described(known, before, settings)
    async with db.transaction(known.engine) as tx:
        return await _changed(tx, known, provider, change, settings, by)


async def remove(provider: ProviderId, tx: Tx, by: By) -> Response:
    """Whoever came in by it signs in otherwise from now on, or not at all."""
    by.must("own")
    proof.must(by)
    before = await providers.read(tx, provider, by=by)
    await enforcing.must_keep_one(tx, before, by=by)
    await providers.remove(tx, before, by=by)
    return Response(status_code=204)


async def test(provider: ProviderId, request: Request, once: Once, by: By) -> SignOnTest:
    """Look at it from here: can it be reached, is it what it says, what is missing."""
    by.must("own")
    known = parts(request)
    async with db.transaction(known.engine) as tx:
        found = await providers.read(tx, provider, by=by)
    missed = ""
    if found.text("metadata_url"):
        try:
            found = await sides.fetched(known, found)
        except SaysoError as error:
            missed = str(error)
    told = await trying.tried(known.sign_on, found, missed=missed)
    async with db.transaction(known.engine) as tx:
        await providers.keep_test(tx, found, told)
    return SignOnTest(**told)


async def make_certificate(provider: ProviderId, request: Request, once: Once, by: By) -> SignOnProvider:
    """A new certificate of ours, shown in our metadata beside the one in use: the provider takes it over before it is used."""
    by.must("own")
    proof.must(by)
    known = parts(request)
    async with db.transaction(known.engine) as tx:
        found = await providers.read(tx, provider, by=by)
    if found.kind != "saml":
        raise Conflict("Only SAML providers know us by a certificate.")
    pair = await sides.new_pair(known, found.id)
    async with db.transaction(known.engine) as tx:
        await sides.add_pair(tx, found, pair, by=by)
        return await _shown(tx, known, found)


async def change_certificate(provider: ProviderId, request: Request, tx: Tx, by: By) -> SignOnProvider:
    """The new certificate of ours is used from now on; what is encrypted for the one before is read until that is dropped."""
    by.must("own")
    proof.must(by)
    found = await providers.read(tx, provider, by=by)
    await our_keys.change(tx, found, by=by)
    return await _shown(tx, parts(request), found)


async def drop_certificates(provider: ProviderId, request: Request, tx: Tx, by: By) -> SignOnProvider:
    """Only the certificate in use stays: the change is over, or was not wanted after all."""
    by.must("own")
    proof.must(by)
    found = await providers.read(tx, provider, by=by)
    await our_keys.drop(tx, found, by=by)
    return await _shown(tx, parts(request), found)


async def link(provider: ProviderId, asked: Linking, request: Request, once: Once, by: By) -> Response:
    """Where my browser goes so that the provider knows me from then on; with `try` only to see what it tells."""
    known = parts(request)
    by.must("own" if asked.try_ else "read")
    async with db.transaction(known.engine) as tx:
        found = await providers.read(tx, provider, by=by)
    if by.session is None:
        raise Forbidden("This is for a browser that is signed in, not for a token.")
    if found.kind == "ldap":
        raise Conflict("A directory is tried on the sign-in page, with a name and a password.")
    proof.must(by)
    secret = browser.leaves(request)
    url = await leaving.begun(request, found, secret, purpose="try" if asked.try_ else "link", by=by)
    return browser.put(request, JSONResponse({"url": url}), secret)


async def policy(tx: Tx, by: By) -> SignOnPolicy:
    """Whether single sign-on is the only way in, and what stands against it."""
    by.must("manage")
    return SignOnPolicy(**await enforcing.read(tx, by=by))


async def put_policy(new: NewSignOnPolicy, request: Request, tx: Tx, by: By) -> SignOnPolicy:
    """Single sign-on only, or not any more."""
    by.must("own")
    proof.must(by)
    await enforcing.put(tx, new.enforced, by=by)
    parts(request).callers.forget()
    return SignOnPolicy(**await enforcing.read(tx, by=by))


async def sign_out(request: Request, once: Once, by: By) -> Response:
    """Ends my session; where it came from a provider that offers it, the browser goes on to sign out there."""
    known = parts(request)
    async with db.transaction(known.engine) as tx:
        there = await ending.began(tx, by)
        await sessions.end(tx, cookies.read(request))
    known.callers.forget()
    away = await ending.elsewhere(request, there, by.session) if there and by.session else None
    answer = JSONResponse({"url": away and away[0]})
    cookies.drop(answer, "session", known.settings)
    return browser.put(request, answer, away[1]) if away else answer


# ── inside ────────────────────────────────────────────────────


async def _changed(
    tx: AsyncConnection, known: Parts, provider: str, change: SignOnProviderChange, settings: dict[str, Any] | None, by: Actor
) -> SignOnProvider:
    before = await providers.read(tx, provider, by=by)
    sealed = None if change.secrets is None else _sealed(known, before.preset, provider, change.secrets, dict(before.sealed))
    mapping = None if change.mapping is None else {**before.mapping.as_json(), **change.mapping}
    if change.on is False:
        await enforcing.must_keep_one(tx, before, by=by)
    made = await providers.change(
        tx, before, by=by, name=change.name, on=change.on, shown=change.shown, settings=settings, mapping=mapping, sealed=sealed
    )
    return await _shown(tx, known, made)


async def _described(known: Parts, before: providers.Provider, settings: dict[str, Any]) -> dict[str, Any]:
    """With what its metadata says, where that has an address; nothing answering there is no reason to lose what is known."""
    kept = {"metadata_at"} | ({"answers_url"} if settings.get("logout_url") == before.settings.get("logout_url") else set())
    settings = {**{name: before.settings[name] for name in kept if name in before.settings}, **settings}
    try:
        return await described.fetched(known.connections, settings)
    except Unavailable as error:
        if settings.get("metadata_url") == before.settings.get("metadata_url"):
            return settings
        raise Invalid(Problem("settings/metadata_url", f"does not answer: {error}")) from None


async def _shown(tx: AsyncConnection, known: Parts, one: providers.Provider) -> SignOnProvider:
    kind = KINDS[one.preset]
    keys = await our_keys.listed(tx, one) if one.kind == "saml" else ()
    secrets = {field.name: field.name in one.sealed for field in kind.fields if field.secret}
    names = {field.name for field in kind.fields}
    settings = {name: value for name, value in one.settings.items() if name in names or name == "issuer"}
    return SignOnProvider(
        id=one.id, preset=one.preset, kind=one.kind, kind_label=kind.label, icon=kind.icon, name=one.name, on=one.on, shown=one.shown, settings=settings,
        secrets=secrets, mapping=SignOnMapping(**one.mapping.as_json()), test=None if one.test is None else SignOnTest(**one.test),
        used_at=one.used_at, people=one.people, addresses=_addresses(known, one.id, one.kind), certificates=[_certificate(key) for key in keys], created_at=one.created_at,
    )  # fmt: skip


def _addresses(known: Parts, id: str, kind: str) -> dict[str, str]:
    return {name: known.sign_on.address(id, end) for name, end in ADDRESSES[kind]}


def _reserving(by: Actor) -> str:
    return f"sso:reserved:{by.workspace}"


def _reserved(known: Parts, token: str, by: Actor) -> str:
    """An id that was shown to this workspace; nobody chooses one. Raises `Invalid`."""
    try:
        return known.sign_on.connections.vault.open(bytes.fromhex(token), _reserving(by))
    except (ValueError, SaysoError):
        raise Invalid(Problem("reserved", "comes from /api/sso/kinds")) from None


def _certificate(key: our_keys.OurKey) -> SignOnCertificate:
    read = x509.load_pem_x509_certificate(key.certificate.encode())
    print_ = read.fingerprint(hashes.SHA256()).hex(":").upper()
    return SignOnCertificate(state=key.state, certificate=key.certificate, fingerprint=print_, until=read.not_valid_after_utc)


def _sealed(known: Parts, preset: str, id: str, told: dict[str, str], kept: dict[str, Any]) -> dict[str, bytes]:
    names = {field.name for field in kind_of(preset).fields if field.secret}
    if unknown := set(told) - names:
        raise Invalid.of([Problem(f"secrets/{name}", "is not known here") for name in sorted(unknown)])
    for name, secret in told.items():
        if secret:
            kept[name] = known.sign_on.seal(id, name, secret)
        else:
            kept.pop(name, None)
    return kept


def _must_lead_there(before: providers.Provider, settings: dict[str, Any], secrets: dict[str, str]) -> None:
    """A secret goes only where it was entered for."""
    moved = [
        name
        for name in ("issuer", "host", "port", "security")
        if str(before.settings.get(name) or "") != str(settings.get(name) or "")
    ]
    missing = [name for name in before.sealed if name not in secrets]
    if moved and missing:
        raise Invalid.of([Problem(f"secrets/{name}", "is entered again when it goes to another place") for name in missing])
