"""`sayso chat`: one question to a co-worker, its answer as it comes, and a yes or no where it asks."""

import sys
from typing import Any

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.desk import at_desk
from sayso.coworkers import asking, cards, conversations, roster
from sayso.coworkers.desk import Desk
from sayso.db import transaction
from sayso.errors import Unavailable
from sayso.settings import Settings
from sayso.team.actor import Actor

CARDS_ASKED_MAX = 12


@click.command("chat")
@click.argument("coworker")
@click.argument("question")
@click.option("--app", help="The app that the co-worker lives in; without it COWORKER is a key such as crm.mina.")
@asynchronous
async def command(settings: Settings, say: Say, coworker: str, question: str, app: str | None) -> None:
    """Ask COWORKER a QUESTION. What it wants to write is shown first, and done only after a yes at the terminal."""
    key = f"{app}.{coworker}" if app else coworker
    async with at_desk(settings) as (desk, owner):
        async with transaction(desk.engine) as tx:
            talk = await conversations.create(tx, await roster.found(tx, key, by=owner), by=owner, title=question)
        turn = await asking.ask(desk, talk.id, question, by=owner)
        told = await _followed(desk, turn.id, say)
        for _ in range(CARDS_ASKED_MAX):
            if told["state"] != "waiting" or not await _decided(desk, told, say, owner):
                break
            told = await _followed(desk, turn.id, say, len(told["parts"]))
    for source in told["sources"]:
        say.line(click.style(f"  [{source['n']}] {source['title']}  {source['detail']}", dim=True))
    say.answer({"conversation": talk.id, **told})
    if told["state"] == "failed":
        raise Unavailable(told["problem"] or "The answer failed.")


async def _followed(desk: Desk, turn: str, say: Say, shown: int = 0) -> dict[str, Any]:
    """Tells the answer as it comes; the turn at its end."""
    told: dict[str, Any] = {}
    printed: dict[int, int] = {}

    def part(n: int, one: dict[str, Any], ended: bool) -> None:
        if n < shown or printed.get(n, 0) < 0:
            return
        if one["kind"] == "text":
            click.echo("" if say.as_json else one["text"][printed.get(n, 0) :], nl=False)
            printed[n] = len(one["text"])
        elif one["kind"] == "tool" and (ended or one["state"] != "running"):
            say.progress(f"{one['title']} {one['words']}: {one['result']}")
            printed[n] = -1
        elif one["kind"] == "note":
            say.line(f"\n{one['text']}")
            printed[n] = -1

    async for line in asking.lines(desk, turn):
        match line["type"]:
            case "text":
                part(line["n"], {"kind": "text", "text": " " * printed.get(line["n"], 0) + line["delta"]}, False)
            case "part":
                part(line["n"], line["part"], False)
            case "turn" | "done":
                told = line["turn"]
                for n, one in enumerate(told["parts"]):
                    part(n, one, line["type"] == "done")
            case _:
                pass
    say.line()
    return told


async def _decided(desk: Desk, told: dict[str, Any], say: Say, by: Actor) -> bool:
    """Shows what would be written, and asks. False where nobody can be asked: nothing is done then."""
    card = next(p["card"] for p in told["parts"] if p["kind"] == "card" and p["card"]["state"] == "open")
    for act in card["acts"]:
        say.line(f"  {act['sentence']}")
        for row in act["rows"]:
            for field in row["fields"]:
                say.line(f"    {row['title']}: {field['name']}: {field['before_text'] or '–'} → {field['after_text'] or '–'}")
    if card["loses"]:
        say.line(click.style(f"  ! {card['loses']}", fg="red"))
    if say.as_json or not sys.stdin.isatty():
        say.line("Nothing is done: this asks for a yes. Say it in the workspace.")
        return False
    if click.confirm("Do it?", default=False):
        await cards.approve(desk.engine, card["id"], card["version"], by=by, confirm=card["loses"])
    else:
        async with transaction(desk.engine) as tx:
            await cards.refuse(tx, card["id"], "", by=by)
    await asking.go_on(desk, told["id"], by=by)
    return True
