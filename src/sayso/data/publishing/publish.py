"""Publishing: a person, signed in, who may share, and who has seen exactly what becomes visible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data.open_app import OpenApp
from sayso.data.publishing import exposure
from sayso.data.publishing.agreed import Agreed
from sayso.data.publishing.drift import drift
from sayso.data.publishing.opening import maker_of
from sayso.db import tables as t
from sayso.errors import Conflict, Forbidden, Invalid, Problem
from sayso.team import audit, proof
from sayso.team.actor import Actor
from sayso.team.shares import kept, locks
from sayso.team.shares.rules import Rules
from sayso.team.shares.share import Share

NAME_CHARACTERS_MAX = 120
USUAL = Rules()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks to publish. `fingerprint` is of the exposure that they were shown. A password of None is none."""

    view: str
    fingerprint: str
    fields: tuple[str, ...] | None = None
    name: str = ""
    rules: Rules = USUAL
    password: str | None = None
    expires_at: datetime | None = None


def must_be_a_person(by: Actor) -> None:
    """Only a member in a session of their own publishes: no token, automation, co-worker, model or link, whatever its rights.

    Raises `Forbidden`.
    """
    if by.kind != "member" or by.session is None or by.scopes is not None or by.seen_as is not None:
        raise Forbidden("Publishing is done by a person who is signed in, on the screen that shows what becomes visible.")
    by.must("share")


async def publish(tx: AsyncConnection, app: OpenApp, wanted: Wanted, *, by: Actor) -> Share:
    """Raises `Conflict` when the app has become another since the person looked, `Invalid` for what is never public."""
    must_be_a_person(by)
    proof.must(by)
    _must_be_ahead("expires_at", wanted.expires_at)
    agreed, kind = await _agreed(tx, app, wanted.view, wanted.fields, wanted.rules, wanted.fingerprint)
    _may_be_taken_along(app, agreed, wanted.rules)
    password = await locks.closed_with(wanted.password) if wanted.password else None
    share = await kept.add(
        tx, by=by, kind=kind, app=app.number, view=wanted.view, name=_name(wanted.name or agreed.shape.name), rules=wanted.rules,
        agreed=agreed.model_dump(mode="json"), password=password, expires_at=wanted.expires_at,
    )  # fmt: skip
    what = "form" if kind == "form" else agreed.shape.kind
    await audit.write(
        tx, "share.published", f"made the {what} {agreed.shape.name} of {app.spec.name} public", by=by, subject=share.id, app=app.id,
        detail={"app": app.id, "view": share.view, "fields": list(agreed.order), **_told(share)},
    )  # fmt: skip
    return share


async def change(
    tx: AsyncConnection, app: OpenApp, share: Share, new: dict[str, Any], *, fingerprint: str | None = None,
    fields: tuple[str, ...] | None = None, agree: bool = False, by: Actor,
) -> Share:  # fmt: skip
    """`new` holds `name`, `rules`, `password` ("" takes it away) and `expires_at`, as far as they change. To show other fields, or what
    the view has become since, takes a fresh look (`fingerprint`), and whoever agrees is its maker from then on."""
    must_be_a_person(by)
    proof.must(by)
    values: dict[str, Any] = {}
    rules: Rules = new.get("rules", share.rules)
    if "rules" in new:
        values["rules"] = rules.model_dump(mode="json")
    if "name" in new:
        values["name"] = _name(new["name"])
    if "expires_at" in new:
        _must_be_ahead("expires_at", new["expires_at"])
        values["expires_at"] = new["expires_at"]
    if "password" in new:
        values["password"] = await locks.closed_with(new["password"]) if new["password"] else None
    if agree or fields is not None:
        agreed, _ = await _agreed(tx, app, share.view, fields, rules, fingerprint or "")
        values |= {"agreed": agreed.model_dump(mode="json"), "maker": by.member, "stopped_at": None, "why": ""}
    elif share.stopped_at is not None:
        raise Conflict(
            "This stopped because its maker may not share any more. Look through what it shows and agree to it yourself."
        )
    else:
        agreed = Agreed.model_validate(share.agreed) if share.agreed else None
    if agreed is not None:
        _may_be_taken_along(app, agreed, rules)
    if not values:
        return share
    changed = await kept.change(tx, share.id, values, by=by)
    detail = {"app": app.id, "view": share.view, "changed": sorted(values), **_told(changed)}
    await audit.write(
        tx, "share.changed", f"changed what is public of {app.spec.name}: {changed.name}", by=by, subject=share.id, detail=detail
    )
    return changed


def may_stop(app: OpenApp, share: Share) -> bool:
    """Taking something out of the public's sight needs less than putting it there: whoever sees its app and may share, or build it, may; and its maker."""
    by = app.by
    return by.seen_as is None and (by.may("share") or app.may("build") or (share.maker == by.member and by.scopes is None))


async def stop(tx: AsyncConnection, app: OpenApp | None, share: Share, *, by: Actor) -> None:
    """`app` is the one that it is of; None while that lies in the trash."""
    if app is None or not may_stop(app, share):
        by.must("share")
    await kept.stop(tx, share.id, by=by)
    await audit.write(tx, "share.stopped", f"stopped sharing {share.name}", by=by, subject=share.id)


async def stop_all(tx: AsyncConnection, *, by: Actor) -> int:
    by.must("manage")
    found = await kept.listed(tx, by=by)
    for share in found:
        await kept.stop(tx, share.id, by=by)
    if found:
        count = f"{len(found)} public {'page' if len(found) == 1 else 'pages'}"
        await audit.write(tx, "share.stopped_all", f"stopped everything that was public: {count}", by=by)
    return len(found)


async def changed_since(tx: AsyncConnection, share: Share, app: OpenApp) -> tuple[str, ...]:
    """What is there now and was not agreed to; and why nothing is shown, when that is so."""
    if share.agreed is None:
        return ()
    told = drift(Agreed.model_validate(share.agreed), app.spec, share.view)
    if share.stopped_at is None and await maker_of(tx, share) is None:
        return ("Whoever published it may not share any more: its address shows nothing.", *told)
    return told


async def app_id(tx: AsyncConnection, share: Share) -> str | None:
    """The app's id, while it is not in the trash."""
    c = t.apps.c
    return (await tx.execute(select(c.id).where(c.number == share.app, c.deleted_at.is_(None)))).scalar_one_or_none()


async def _agreed(
    tx: AsyncConnection, app: OpenApp, view: str, fields: tuple[str, ...] | None, rules: Rules, fingerprint: str
) -> tuple[Agreed, str]:
    shown = await exposure.of(tx, app, view, fields, rules.rows.rows_max)
    if shown.refused:
        raise Invalid(Problem("view", shown.refused))
    if shown.fingerprint != fingerprint:
        raise Conflict(
            "What would become visible is not what you were shown: the app was changed meanwhile. Look through it once more."
        )
    return shown.agreed, shown.kind


def _may_be_taken_along(app: OpenApp, agreed: Agreed, rules: Rules) -> None:
    """Whoever may not export rows does not let the whole world do it."""
    if rules.rows.download:
        for table in agreed.tables:
            app.allowed("export", table)


def _must_be_ahead(path: str, at: datetime | None) -> None:
    if at is not None and at <= datetime.now(UTC):
        raise Invalid(Problem(path, "is a moment that lies ahead", "2027-01-31T12:00:00Z"))


def _name(name: str) -> str:
    return " ".join(name.split())[:NAME_CHARACTERS_MAX] or "Public page"


def _told(share: Share) -> dict[str, Any]:
    """For the audit: how it is guarded, without the password itself."""
    return {
        "password": share.password is not None,
        "expires_at": share.expires_at.isoformat() if share.expires_at else None,
        "origins": list(share.rules.origins),
        "download": share.rules.rows.download,
    }
