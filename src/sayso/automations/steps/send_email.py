"""An e-mail, in Markdown that becomes quiet HTML and plain text, with files and pictures.

Without a mail server nothing is lost: members get it as a notification, and what was meant for others goes to the automation's owner.
"""

from __future__ import annotations

from typing import Any

from sayso import db
from sayso.automations.papers import letter, markup
from sayso.automations.papers.filled import Writing
from sayso.automations.steps import outward, recipients
from sayso.automations.steps.step import Doing, Done, Output, OutsideStep, StepFailed
from sayso.connections import mail
from sayso.connections.mail import Message
from sayso.connections.opened import Missing, Opened
from sayso.spec.automation import SendEmail as Step
from sayso.team import notifications, people
from sayso.team.actor import system
from sayso.team.addressed import Addressed

SUBJECT_CHARACTERS_MAX = 250
ATTACHMENTS_MAX = 20
ATTACHMENTS_BYTES_MAX = 18 * 2**20
"""As mail carries them they grow by a third; most servers take 25 MB."""


class SendEmail(OutsideStep):
    kind = "send_email"
    repeats = "may_repeat"
    """At most once more after a crash, and under the same Message-ID, by which servers that look know it."""

    def outputs(self, app: Any, automation: Any, step: Any) -> tuple[Output, ...]:
        return (
            Output("sent", "Whether it was e-mailed", "checkbox"),
            Output("to", "Who got it", "list"),
            Output("subject", "Subject"),
        )

    async def prepared(self, step: Step, doing: Doing) -> dict[str, Any]:
        writing = await outward.writing(doing)
        async with doing.reading() as tx:
            to = await recipients.named(tx, step.to, doing)
            cc = await recipients.named(tx, step.cc, doing)
        if not to.members and not to.addresses:
            raise recipients.nobody(step.to, to)
        files = [file for one in step.attachments for file in _attached(one, writing)]
        if len(files) > ATTACHMENTS_MAX:
            raise StepFailed(f"It would carry {len(files)} files; the most is {ATTACHMENTS_MAX}.")
        return {
            "connection": step.connection,
            "to": [*map(_address, to.members), *to.addresses],
            "cc": [*map(_address, cc.members), *cc.addresses],
            "members": [one.id for one in (*to.members, *cc.members)],
            "subject": writing.line(step.subject, SUBJECT_CHARACTERS_MAX) or doing.run.name,
            "body": writing.markdown(step.body),
            "attachments": files,
            "left_out": recipients.left_out(Addressed(unknown=(*to.unknown, *cc.unknown))),
        }

    async def done(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done:
        try:
            opened = await outward.opened(doing, prepared["connection"], "email")
        except Missing:
            return await _kept_here(prepared, doing)
        to = [one for one in prepared["to"] if "@" in one]
        if not to:
            return await _kept_here(prepared, doing, why=f"{prepared['to'][0]} has no e-mail address")
        told = await _sent(opened, prepared, to, doing)
        without = [one for one in prepared["to"] if "@" not in one]
        if without:
            await _kept_here(prepared, doing, without_address=True)
        also = (
            f" {', '.join(without)} {'has' if len(without) == 1 else 'have'} no address and got it in the workspace."
            if without
            else ""
        )
        return Done({"sent": True, "to": to, "subject": prepared["subject"]}, f"{told}{also}{prepared['left_out']}")

    async def tried(self, prepared: dict[str, Any], step: Step, doing: Doing) -> Done | None:
        people = ", ".join(prepared["to"][:5]) + (f" and {len(prepared['to']) - 5} more" if len(prepared["to"]) > 5 else "")
        said = f"Would e-mail “{prepared['subject']}” to {people}; in a dry run nothing goes out.{prepared['left_out']}"
        words = markup.plain(markup.from_markdown(prepared["body"]))
        return Done({"sent": False, "to": prepared["to"], "subject": prepared["subject"], "words": words}, said)


def _attached(template: str, writing: Writing) -> list[dict[str, Any]]:
    files = writing.files(template) if template.strip() else []
    if files is None:
        raise StepFailed(f"{template} is no file of the workspace that could be attached.")
    return files


def _address(member: people.Member) -> str:
    return f"{_quoted(member.name)} <{member.email}>" if member.email else member.name


def _quoted(name: str) -> str:
    return name if all(c.isalnum() or c in " -'." for c in name) else '"' + name.replace("\\", "").replace('"', "") + '"'


async def _sent(opened: Opened, prepared: dict[str, Any], to: list[str], doing: Doing) -> str:
    html = markup.from_markdown(prepared["body"])
    pictures = [(id, *await outward.content_of(doing, id)) for id in markup.pictures_in(html)]
    files = [
        await outward.content_of(doing, file) for file in prepared["attachments"] if file["id"] not in {p[0] for p in pictures}
    ]
    size = sum(len(one[-1]) for one in (*pictures, *files))
    if size > ATTACHMENTS_BYTES_MAX:
        raise StepFailed(
            f"Its files have {size / 2**20:.0f} MB together; an e-mail carries at most {ATTACHMENTS_BYTES_MAX // 2**20} MB."
        )
    footer = f"Sent by the automation {doing.run.name} of {doing.app.name}."
    whole = letter.letter(html, title=prepared["subject"], footer=footer, hue=doing.app.hue)
    told = ""
    cc = tuple(one for one in prepared["cc"] if "@" in one)
    most = mail.RECIPIENTS_MAX - len(cc)
    if most < 1:
        raise StepFailed(f"{len(cc)} people are named for a copy; one e-mail goes to at most {mail.RECIPIENTS_MAX} in all.")
    for n, some in enumerate(to[at : at + most] for at in range(0, len(to), most)):
        message = Message(
            to=tuple(some), cc=cc if n == 0 else (), subject=prepared["subject"], text=f"{markup.plain(html)}\n\n-- \n{footer}\n",
            html=whole, attachments=tuple(files), inline=tuple(pictures), key=doing.key if n == 0 else f"{doing.key}:{n}",
        )  # fmt: skip
        with outward.told():
            sent = await mail.send(doing.parts.connections, opened, message)
        told = told or sent.told
    return told if len(to) <= 5 else f"E-mail sent to {len(to)} people."


async def _kept_here(
    prepared: dict[str, Any], doing: Doing, why: str = "connect a mail server", *, without_address: bool = False
) -> Done:
    """As notifications: for members theirs, for the owner what was meant for addresses outside. With `without_address` only for those
    members who have none."""
    words = markup.plain(markup.from_markdown(prepared["body"]))
    by, subject, about = doing.by, prepared["subject"], f"mail:{doing.key}"
    same: dict[str, Any] = {"by": by, "link": f"/a/{doing.run.app_id}", "app": doing.run.app_id}
    async with db.transaction(doing.parts.engine) as tx:
        known = {one.id: one for one in await people.listed(tx, by=system(doing.run.workspace))}
        named = [known[id] for id in prepared["members"] if id in known]
        whom = [one for one in named if not (without_address and one.email)]
        await notifications.tell(tx, [one.id for one in whom], "mail", subject, words, about=about, **same)
        addresses = [one for one in (*prepared["to"], *prepared["cc"]) if "@" in one]
        outside = [one for one in addresses if not any(m.email and m.email in one for m in named)]
        if outside and by.member and not without_address:
            said = f"For {', '.join(outside[:10])}. It was not e-mailed, since no mail server is connected.\n\n{words}"
            await notifications.tell(tx, [by.member], "mail", f"Not e-mailed: {subject}", said, about=f"{about}:outside", **same)
    told = f"Kept in the workspace, not e-mailed: {why}.{prepared['left_out']}"
    return Done({"sent": False, "to": [one.name for one in whom], "subject": subject}, told)
