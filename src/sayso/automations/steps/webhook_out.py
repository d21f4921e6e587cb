"""A signed webhook to somebody's address: put into the post in the transaction of its checkpoint, delivered with retries for 75 hours."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.papers.filled import Writing
from sayso.automations.steps import outward
from sayso.automations.steps.step import Doing, Done, Output, RowsStep, StepFailed
from sayso.connections import webhooks
from sayso.spec.automation import WebhookOut as Step


class WebhookOut(RowsStep):
    kind = "webhook_out"
    repeats = "keyed"
    """Whoever gets it knows it by its `webhook-id`."""

    def outputs(self, app: Any, automation: Any, step: Any) -> tuple[Output, ...]:
        return (Output("delivery", "The delivery's id"),)

    async def do(self, tx: AsyncConnection, step: Step, doing: Doing) -> Done:
        if doing.parts.connections is None:
            raise StepFailed(outward.NO_DOOR)
        url = Writing(doing.app, doing.run.automation, doing.names, {}).address(step.url)
        event = step.event.strip() or doing.run.automation
        body = doing.names.json(step.body) if step.body.strip() else {}
        id = await webhooks.send(
            tx,
            doing.parts.connections,
            url=url,
            event=event,
            body=body if isinstance(body, dict) else {"text": body},
            key=doing.key,
            by=doing.by,
            hops=doing.run.hops + 1,
        )
        return Done(
            {"delivery": id},
            f"Put into the post to {url.split('://', 1)[-1].split('/', 1)[0]}, delivered with retries for 75 hours.",
        )
