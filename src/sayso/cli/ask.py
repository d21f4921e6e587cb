"""`sayso ask`: a question about a table, in plain words."""

from datetime import date
from typing import Any

import click

from sayso.ai import questions
from sayso.ai.questions.answering import names_of
from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.cli.rows import CELL_LENGTH_MAX, cell, table_of
from sayso.data import apps
from sayso.data.clock import Clock
from sayso.data.open_app import OpenApp
from sayso.db import transaction
from sayso.models.shelf import Shelf
from sayso.settings import Settings
from sayso.spec.table import Table
from sayso.web.put_together import gateway_of

COLUMNS_MAX = 6
ROWS_SHOWN_MAX = 20


@click.command("ask")
@click.argument("app")
@click.argument("question")
@click.option("--table", help="The table to ask, by its id or name. Otherwise the one that the question names, or the first.")
@click.option("--model", help="A model of the gateway in place of the slot's.")
@asynchronous
async def command(settings: Settings, say: Say, app: str, question: str, table: str | None, model: str | None) -> None:
    """Ask an APP a QUESTION: "how many tickets from ACME last month?" Answered by a query of Sayso's own, with the rows behind it."""
    shelf = Shelf(settings.home)
    async with owned(settings) as (engine, owner):
        async with transaction(engine) as tx:
            opened = await apps.open_app(tx, app, by=owner)
            home = table_of(opened, table) if table else asked_of(opened, question)
            names = await names_of(tx, opened, home)
        today = Clock.of(opened.spec.zone).today
        async with gateway_of(engine, settings, shelf).running() as gateway:
            caller = gateway.caller(owner.workspace, app=opened.id, member=owner.member, name=owner.name)
            reading = await questions.read(gateway, caller, opened.spec, home, question, today, names, model=model)
        async with transaction(engine) as tx:
            answer = await questions.answered(tx, await apps.open_app(tx, app, by=owner), home.id, reading, names=names)
    tell(say, home, answer, reading)
    say.answer(
        {
            "sentence": answer.sentence, "query": answer.asked.portable(), "value": answer.value, "total": answer.total,
            "groups": [{"name": name, "value": value} for name, value in answer.groups], "rows": answer.rows, "read_by": reading.by,
            "not_understood": list(reading.not_understood), "notes": list(reading.notes),
        }
    )  # fmt: skip


def asked_of(app: OpenApp, question: str) -> Table:
    """The table that the question names, the longest name first; else the one whose fields and choices it speaks of most."""
    said = question.casefold()
    named = [t for t in app.spec.tables if t.name.casefold() in said or t.name.casefold().rstrip("s") in said]
    if named:
        return max(named, key=lambda t: len(t.name))
    today = date.today()
    left = [
        (len(questions.words.read(app.spec, t, question, today, {}).not_understood), n) for n, t in enumerate(app.spec.tables)
    ]
    return app.spec.tables[min(left)[1]]


def tell(say: Say, table: Table, answer: questions.Answer, reading: questions.Reading) -> None:
    say.line(answer.sentence)
    for note in reading.notes:
        say.line(f"  {note}")
    if reading.not_understood:
        say.line(f"  Not understood, and left out: {', '.join(reading.not_understood)}")
    if answer.groups:
        for name, value in answer.groups:
            say.line(f"  {name[:CELL_LENGTH_MAX]:<{CELL_LENGTH_MAX}}  {value}")
        return
    fields = [f for id in answer.fields[:COLUMNS_MAX] if (f := table.field(id))]
    say.line("  ".join(f"{f.name[:CELL_LENGTH_MAX]:<{CELL_LENGTH_MAX}}" for f in fields))
    for row in answer.rows[:ROWS_SHOWN_MAX]:
        values: dict[str, Any] = row["values"]
        say.line("  ".join(f"{cell(values.get(f.id)):<{CELL_LENGTH_MAX}}" for f in fields))
