"""Drafts by a model: which one, what it may see of the app and of the files, and the planner where there is none."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from sayso.ai import files
from sayso.ai.inputs import Attachment
from sayso.builder.agent import choosing
from sayso.builder.agent.choosing import Builder
from sayso.builder.agent.looking import Looking, Rows
from sayso.builder.agent.modes import known_as, route_of
from sayso.builder.agent.planning import Agent, Attached
from sayso.builder.planner import Plan, Wish, plan
from sayso.builder.planner.wish import Made
from sayso.builder.working import About, Told
from sayso.data import apps
from sayso.data.query import Query, page
from sayso.db import tables as t
from sayso.db import transaction
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway
from sayso.gateway.refusals import Refused
from sayso.models.directory import Directory
from sayso.spec.app import App
from sayso.team.actor import Actor

Json = dict[str, Any]
NOT_READ = "The built-in planner reads words and spreadsheets; it did not look at {names}."


@dataclass(frozen=True, slots=True)
class Drafting:
    """Put together in `web/`. `want` is what the operator has set; a wish may say otherwise."""

    engine: AsyncEngine
    gateway: Gateway
    directory: Callable[[], Directory]
    want: Builder = "auto"

    def model(self, app: App | None, words: str, builder: str, by: Actor) -> str | None:
        """What would be asked for this wish; None when the planner plans it."""
        want: Builder = self.want if builder not in ("planner", "agent") else "agent" if builder == "agent" else "planner"
        return choosing.model_for(self.gateway, self._caller(by), app, want, words)

    def shown(self, app: App | None, by: Actor) -> str | None:
        """What the model is called that would be asked."""
        name = self.model(app, "", "auto", by)
        return choosing.shown_name(self.gateway, self._caller(by), name) if name else None

    async def think(self, wish: Wish, about: About, told: Told) -> Plan:
        """Always a plan. Cancelled in the middle of a model's work, it raises `Stopped` with what there is by then."""
        name = self.model(wish.app, wish.words, about.builder, about.by)
        attachments = await self._attachments(about)
        if name is None:
            made = await asyncio.to_thread(plan, wish)
            return _unread(made, [one.name for one in attachments])
        caller = self._caller(about.by, await self._slug(about))
        told.model = choosing.shown_name(self.gateway, caller, name)
        attached = await self._attached(attachments)
        if attached.pictures and self._blind(caller, name):
            name, attached = self._with_eyes(caller, name, attached)
        agent = Agent(
            self.gateway,
            caller,
            name,
            self.directory,
            Looking(self.directory, self._rows(about)),
            asked_before=about.asked_before,
        )
        return await agent.plan(wish, about.words, attached, told)

    def _caller(self, by: Actor, app: str | None = None) -> Caller:
        return self.gateway.caller(by.workspace, app=app, member=by.member, name="The builder")

    async def _slug(self, about: About) -> str | None:
        if about.app is None:
            return None
        async with transaction(self.engine) as tx:
            return (await tx.execute(select(t.apps.c.id).where(t.apps.c.number == about.app))).scalar_one_or_none()

    # ── what it may see ───────────────────────────────────────

    def _rows(self, about: About) -> Rows | None:
        if about.app is None:
            return None

        async def rows(table: str, limit: int) -> list[Json]:
            """Within the rights of the person who wishes, as they are at this moment."""
            slug = await self._slug(about)
            if slug is None:
                return []
            async with transaction(self.engine) as tx:
                app = await apps.open_app(tx, slug, by=about.by)
                found = await page(tx, app, table, Query(limit=limit))
            names: dict[str, str] = {str(f.id): str(f.name) for f in (app.spec.table(table) or app.spec.tables[0]).fields}
            return [{names.get(str(k), str(k)): v for k, v in row["values"].items()} for row in orjson.loads(found.rows)]

        return rows

    async def _attachments(self, about: About) -> list[Attachment]:
        if not about.files:
            return []
        c = t.files.c
        async with transaction(self.engine) as tx:
            rows = await tx.execute(
                select(c.id, c.name, c.type, c.sha256, c.bytes).where(
                    c.id.in_(about.files), c.workspace_id == about.by.workspace, c.deleted_at.is_(None)
                )
            )
            found = {row.id: Attachment("", row.name, row.type, row.sha256, row.bytes) for row in rows}
        return [found[id] for id in about.files if id in found]

    async def _attached(self, attachments: Sequence[Attachment]) -> Attached:
        if not attachments:
            return Attached()
        read = await files.read(self.gateway, attachments)
        return Attached(read.texts, read.pictures, read.problems)

    def _blind(self, caller: Caller, name: str) -> bool:
        """Whether the directory says that this model sees nothing. What nobody published is tried."""
        try:
            known = known_as(route_of(self.gateway, caller, name), self.directory())
        except Refused:
            return False
        return known is not None and known.can("vision") is False

    def _with_eyes(self, caller: Caller, name: str, attached: Attached) -> tuple[str, Attached]:
        """The workspace's model for pictures in place of one that sees none; where there is none either, that is told."""
        eyes = choosing.model_for(self.gateway, caller, None, "auto", kind="vision")
        if eyes is not None and not self._blind(caller, eyes):
            return eyes, attached
        shown = choosing.shown_name(self.gateway, caller, name)
        return name, Attached(
            attached.documents,
            (),
            (*attached.problems, f"{shown} does not look at pictures, and the slot vision has no model that does."),
        )


def _unread(made: Plan, names: Sequence[str]) -> Plan:
    if not names:
        return made
    return replace(made, made=Made(fallback=NOT_READ.format(names=" and ".join(names))))
