"""An app in the database, opened for a member to write: the ground for tests of rows."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps
from sayso.data.open_app import OpenApp
from sayso.spec.app import App
from sayso.team.actor import Actor


async def built(tx: AsyncConnection, spec: App, by: Actor) -> OpenApp:
    made = await apps.create(tx, spec, by=replace(by, role="owner"))
    return await apps.open_app(tx, made.id, by=by, to="write")
