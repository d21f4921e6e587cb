"""A question to people: asked in the app and by e-mail, waited for at no cost, decided once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sayso import db
from sayso.ai.told import text_of
from sayso.automations import approvals
from sayso.automations.approvals import Approval as Asked
from sayso.automations.approvals import Question
from sayso.automations.names.rows import read as read_row
from sayso.automations.papers import letter, markup
from sayso.automations.steps import outward, recipients
from sayso.automations.steps.step import Doing, Done, Output, OutsideStep, Waits
from sayso.connections import carriers, mail
from sayso.connections.connections import Connections
from sayso.connections.mail import Message
from sayso.connections.opened import Missing, Opened
from sayso.data import apps
from sayso.errors import SaysoError
from sayso.spec.automation import Approval as Step
from sayso.team import notifications, people, standing
from sayso.team.actor import system
from sayso.team.roles import Right

MAILED_MAX = 50
DETAILS_SHOWN_MAX = 12


class Approval(OutsideStep):
    kind = "approval"
    repeats = "keyed"
    """The question is asked once; its e-mail may come a second time after a crash."""

    def outputs(self, app: Any, automation: Any, step: Any) -> tuple[Output, ...]:
        return (
            Output("approved", "Whether it was approved", "checkbox"), Output("by", "Who decided"), Output("reason", "What they said"),
        )  # fmt: skip

    async def prepared(self, step: Step, doing: Doing) -> dict[str, Any]:
        writing = await outward.writing(doing)
        async with doing.reading() as tx:
            found = await recipients.members(tx, step.by, doing)
        if not found.members:
            raise recipients.nobody(step.by, found)
        said = notifications.shortened(writing.lines(step.question), approvals.QUESTION_CHARACTERS_MAX)
        question = said or f"May {doing.run.name} go on?"
        return {
            "question": question,
            "members": [one.id for one in found.members],
            "names": [one.name for one in found.members],
            "details": await _details(doing, writing.people) if "\n" not in question else [],
            "seconds": step.seconds,
        }

    async def done(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done:
        run = doing.run
        question = Question(
            doing.key, run.app_number, run.automation, run.name, run.id, prepared["question"], tuple(prepared["members"]),
            prepared["seconds"], tuple((name, text) for name, text in prepared["details"]),
        )  # fmt: skip
        async with db.transaction(doing.parts.engine) as tx:
            asked, new = await approvals.ask(tx, question, by=doing.by)
            if new:
                text = f"{run.name} in {doing.app.name} waits for your answer."
                await notifications.tell(
                    tx, asked.members, "approval", asked.heading, text, by=doing.by, link="/inbox", app=run.app_id,
                    about=f"approval:{asked.id}",
                )  # fmt: skip
        if asked.is_open:
            await _mailed(asked, doing)
        return _waiting(asked, f"Asked {', '.join(prepared['names'][:5])}.")

    async def woken(self, prepared: dict[str, Any], waited: Waits, step: Step, doing: Doing) -> Done:
        async with db.transaction(doing.parts.engine) as tx:
            asked = await approvals.settled(tx, str(waited.id))
        match asked.state:
            case "open":
                return _waiting(asked, "Still waiting.")
            case "approved":
                return Done(_outcome(asked), f"Approved by {asked.decided_by_name}.{_because(asked)}")
            case "declined":
                said = f"Declined by {asked.decided_by_name}.{_because(asked)}"
            case "withdrawn":
                said = "The question was withdrawn."
            case _:
                said = "Nobody answered in time."
        return Done(_outcome(asked), said)

    def ends(self, step: Step, output: Mapping[str, Any]) -> bool:
        return step.declined == "stop" and output.get("approved") is False

    async def tried(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done | None:
        names, heading = ", ".join(prepared["names"][:5]), prepared["question"].partition("\n")[0]
        return Done(
            {"approved": True, "by": names, "reason": ""},
            f"Would ask {names}: “{heading}”. A dry run goes on as if they said yes.",
        )


def _waiting(asked: Asked, told: str) -> Done:
    return Done({"approval": asked.id}, told, wait=Waits(asked.expires_at or datetime.now(UTC), "approval", asked.id))


def _outcome(asked: Asked) -> dict[str, Any]:
    return {"approved": asked.state == "approved", "by": asked.decided_by_name, "reason": asked.reason, "approval": asked.id}


def _because(asked: Asked) -> str:
    return f" “{asked.reason}”" if asked.reason else ""


async def _details(doing: Doing, names: Mapping[str, str]) -> list[list[str]]:
    """What the row says that it is about, so that whoever is asked need not look for it. A question of several lines has said it."""
    if doing.row is None:
        return []
    async with doing.reading() as tx:
        app = await apps.open_app(tx, doing.run.app_id, by=doing.by)
        row = await read_row(tx, app, doing.row.table, doing.row.id)
    if row is None:
        return []
    known = {**names, **row.people}
    told = [(f.name, text_of(f, row.values.get(f.id), known)) for f in row.table.fields if f.kind not in ("image", "file")]
    return [[name, text] for name, text in told if text][:DETAILS_SHOWN_MAX]


async def _mailed(asked: Asked, doing: Doing) -> None:
    """To those who have an address, when there is a mail server. That it could not be sent stops nothing: the question stands in the app.

    Whoever opens its link decides in the name of who was asked. So there is one only where the letter goes by a mail server that somebody has set up who
    may do all that they may; else it leads to the app, where they sign in."""
    connections = doing.parts.connections
    if connections is None:
        return
    async with db.transaction(doing.parts.engine) as tx:
        here = [m for m in await people.listed(tx, by=system(asked.workspace)) if m.id in asked.members and m.email][:MAILED_MAX]
        standings = await standing.of_all(tx, [m.id for m in here])
        rights: set[Right] = {"manage", *(right for one in standings.values() for right in one.rights)}
        carrier = await carriers.trusted(tx, connections, asked.workspace, rights)
        links = {m.id: await approvals.link(tx, asked, m.id) for m in here} if carrier else {}
    try:
        opened = await _carrier(doing, connections, carrier)
    except (Missing, SaysoError):
        return
    for member in here:
        try:
            await mail.send(connections, opened, _letter(asked, member, links.get(member.id), doing))
        except SaysoError:
            continue


async def _carrier(doing: Doing, connections: Connections, trusted: str | None) -> Opened:
    if trusted is None:
        return await outward.opened(doing, None, "email")
    async with db.transaction(doing.parts.engine) as tx:
        return await connections.opened(tx, trusted, "email", by=system(doing.by.workspace), what=doing.run.name)


def _letter(asked: Asked, member: people.Member, secret: str | None, doing: Doing) -> Message:
    address = f"{doing.parts.url}/approve/{secret}" if secret else f"{doing.parts.url}/inbox"
    own = "The link is yours alone: whoever opens it decides in your name." if secret else "You decide once you have signed in."
    details = markup.table(["", ""], [[name, text] for name, text in asked.details]) if asked.details else ""
    until = f"It can be answered until {asked.expires_at:%-d %B %Y, %H:%M} UTC." if asked.expires_at else ""
    body = markup.from_markdown(
        f"## {markup.escaped_markdown(asked.heading)}\n\n{markup.escaped_markdown(asked.rest)}\n{details}\n"
    ) + letter.button("Look and decide", address, hue=doing.app.hue)
    body += f"<p>{until} {own}</p>"
    footer = f"Asked by the automation {asked.automation_name} of {asked.app_name}."
    words = "\n".join(f"{name}: {text}" for name, text in asked.details)
    return Message(
        to=(f"{member.name} <{member.email}>" if all(c.isalnum() or c in " -'." for c in member.name) else str(member.email),),
        subject=notifications.shortened(f"Your yes or no: {asked.heading}", 200),
        text=f"{asked.question}\n\n{words}\n\nLook and decide: {address}\n\n{until}\n\n-- \n{footer}\n",
        html=letter.letter(body, title=asked.heading, footer=footer, hue=doing.app.hue),
        key=f"{doing.key}:{member.id}",
    )
