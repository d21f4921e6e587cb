"""Questions about a table, in plain words."""

from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import Field

from sayso import db
from sayso.ai import questions
from sayso.ai.questions.answering import names_of
from sayso.ai.questions.reading import QUESTION_CHARACTERS_MAX
from sayso.data import apps
from sayso.data.clock import Clock
from sayso.data.physical import found
from sayso.gateway.ledger_book import dollars
from sayso.web.actor import By
from sayso.web.api.slots import ModelName
from sayso.web.parts import parts
from sayso.web.shapes import AppId, Asked, Json, PartId, Shown
from sayso.web.work import Engine, Once


class TableQuestion(Asked):
    question: Annotated[str, Field(min_length=1, max_length=QUESTION_CHARACTERS_MAX)]
    model: ModelName | None = None
    """In place of the slot's."""


class Figure(Shown):
    name: str
    value: Any


class Answer(Shown):
    """`query` is what was asked of the table; `rows` are those behind the answer, the first of `total`."""

    question: str
    query: Json
    sentence: str
    value: Any
    """The figure, when one was asked for."""
    groups: list[Figure]
    rows: list[Json]
    total: int
    fields: list[str]
    """What the rows show."""
    read_by: Literal["model", "words"]
    not_understood: list[str]
    """Words that count for nothing in this answer."""
    notes: list[str]
    model: str
    cost: str | None
    """Dollars; null when the price is not known."""
    ms: int


async def create(app: AppId, table: PartId, new: TableQuestion, request: Request, engine: Engine, once: Once, by: By) -> Answer:
    """Ask a table something. A model (for those who may write; without one, the words alone) says what is meant; Sayso counts."""
    gateway = parts(request).gateway
    async with db.transaction(engine) as tx:
        opened = await apps.open_app(tx, app, by=by)
        home = found(opened, table)
        names = await names_of(tx, opened, home)
    caller = gateway.caller(by.workspace, app=app, member=by.member, name=by.name)
    today = Clock.of(opened.spec.zone).today
    reading = await questions.read(
        gateway, caller, opened.spec, home, new.question, today, names, model=new.model, with_model=opened.may("write")
    )
    async with db.transaction(engine) as tx:
        answer = await questions.answered(tx, await apps.open_app(tx, app, by=by), table, reading, names=names)
    used = reading.used
    return Answer(
        question=new.question,
        query=answer.asked.portable(),
        sentence=answer.sentence,
        value=answer.value,
        groups=[Figure(name=name, value=value) for name, value in answer.groups],
        rows=answer.rows,
        total=answer.total,
        fields=list(answer.fields),
        read_by="model" if reading.by == "model" else "words",
        not_understood=list(reading.not_understood),
        notes=list(reading.notes),
        model=used.model,
        cost=None if used.cost is None else dollars(used.cost),
        ms=used.ms,
    )
