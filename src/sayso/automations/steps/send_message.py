"""A message to Slack, Teams, Discord or Telegram."""

from __future__ import annotations

from typing import Any

from sayso.automations.steps import outward
from sayso.automations.steps.step import Doing, Done, Output, OutsideStep, StepFailed
from sayso.connections import chat
from sayso.spec.automation import SendMessage as Step

TO_CHARACTERS_MAX = 200
MESSAGE_CHARACTERS_MAX = 20_000
NAMES = {"slack": "Slack", "teams": "Teams", "discord": "Discord", "telegram": "Telegram", "sms": "SMS"}


class SendMessage(OutsideStep):
    kind = "send_message"
    repeats = "may_repeat"

    def outputs(self, app: Any, automation: Any, step: Any) -> tuple[Output, ...]:
        return (Output("message", "The message's id"), Output("to", "Where it went"))

    async def prepared(self, step: Step, doing: Doing) -> dict[str, Any]:
        writing = await outward.writing(doing)
        body = writing.lines(step.body).strip()
        if not body:
            raise StepFailed("The message is empty.")
        if len(body) > MESSAGE_CHARACTERS_MAX:
            body = body[: MESSAGE_CHARACTERS_MAX - 1] + "…"
        to = writing.line(step.to, TO_CHARACTERS_MAX)
        return {"connection": step.connection, "via": step.via, "to": to, "body": body}

    async def done(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done:
        if prepared["via"] == "sms":
            raise StepFailed("Text messages to phones cannot be sent yet. Use e-mail, Slack, Teams, Discord or Telegram.")
        opened = await outward.opened(doing, prepared["connection"], prepared["via"])
        with outward.told():
            sent = await chat.post(doing.parts.connections, opened, prepared["to"], prepared["body"], doing.key)
        return Done({"message": sent.id, "to": prepared["to"]}, sent.told)

    async def tried(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done | None:
        to = f" to {prepared['to']}" if prepared["to"] else ""
        return Done(
            {"message": "", "to": prepared["to"]}, f"Would post{to} in {NAMES[prepared['via']]}; in a dry run nothing goes out."
        )
