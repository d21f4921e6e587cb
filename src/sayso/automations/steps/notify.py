"""A notification in the workspace, in the transaction of its checkpoint: told once, whatever crashes."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.papers.filled import Writing
from sayso.automations.steps import recipients
from sayso.automations.steps.step import Doing, Done, Output, RowsStep, StepFailed
from sayso.spec.automation import Notify as Step
from sayso.team import notifications, people
from sayso.team.actor import system

NAMES_TOLD = 5


class Notify(RowsStep):
    kind = "notify"

    def outputs(self, app: Any, automation: Any, step: Any) -> tuple[Output, ...]:
        return Output("members", "Who was told", "list"), Output("text", "What was said", "text")

    async def do(self, tx: AsyncConnection, step: Step, doing: Doing) -> Done:
        found = await recipients.members(tx, step.to, doing)
        if not found.members:
            if found.addresses:
                raise StepFailed(f"{found.addresses[0]} is nobody of this workspace, and only its members can be notified.")
            raise recipients.nobody(step.to, found)
        names = {one.id: one.name for one in await people.listed(tx, by=system(doing.run.workspace))}
        said = Writing(doing.app, doing.run.automation, doing.names, names).lines(step.body).strip() or doing.run.name
        title, _, text = said.partition("\n")
        if len(title) > notifications.TITLE_CHARACTERS_MAX:
            title, text = notifications.shortened(title, 80), said
        await notifications.tell(
            tx,
            [one.id for one in found.members],
            "automation",
            title,
            text.strip(),
            by=doing.by,
            link=_link(doing),
            app=doing.run.app_id,
        )
        members = [{"id": one.id, "name": one.name} for one in found.members]
        return Done({"text": said, "members": members}, f"Told {_told(found.members)}.")


def _told(members: tuple[people.Member, ...]) -> str:
    names = ", ".join(one.name for one in members[:NAMES_TOLD])
    return names + (f" and {len(members) - NAMES_TOLD} more" if len(members) > NAMES_TOLD else "")


def _link(doing: Doing) -> str:
    """To the row that it is about, in the first view of its table."""
    if doing.row is None:
        return f"/a/{doing.run.app_id}"
    view = next((v for v in doing.app.views if getattr(v, "table", None) == doing.row.table and v.kind != "form"), None)
    return f"/a/{doing.run.app_id}/{view.id}/{doing.row.id}" if view else f"/a/{doing.run.app_id}"
