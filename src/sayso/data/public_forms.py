"""Forms that strangers fill in: what a link opens, and the one thing that it allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import events, rows
from sayso.data.publishing import opening
from sayso.data.publishing.opening import Opened
from sayso.errors import NotFound
from sayso.spec.fields import AnyField
from sayso.spec.table import Table
from sayso.spec.view import Form
from sayso.team.actor import Actor
from sayso.team.shares.share import FORM_NOT_OPEN, Share


@dataclass(frozen=True, slots=True)
class PublicForm:
    """A form behind a link, with what its page shows of the workspace: its name and its colour. `asked` are the fields agreed to."""

    opened: Opened
    form: Form

    @property
    def share(self) -> Share:
        return self.opened.share

    @property
    def table(self) -> Table:
        return self.opened.table

    @property
    def asked(self) -> tuple[AnyField, ...]:
        return self.opened.fields

    @property
    def workspace(self) -> str:
        return self.opened.workspace

    @property
    def hue(self) -> int:
        return self.opened.hue

    @property
    def title(self) -> str:
        return self.share.rules.title or self.form.title or self.form.name


async def opened(tx: AsyncConnection, token: str) -> PublicForm:
    """The form behind a link. Raises `NotFound` when the share, the app, the view or its table is gone."""
    found = await opening.opened(tx, token, "form")
    if not isinstance(found.view, Form):
        raise NotFound(FORM_NOT_OPEN)
    return PublicForm(found, found.view)


def sender(form: PublicForm) -> Actor:
    """Who sends it: a stranger, who may do nothing but this."""
    return opening.sending(form.opened).by


async def add(tx: AsyncConnection, form: PublicForm, values: Mapping[str, Any]) -> None:
    """Adds the row. Only fields that were agreed to are taken, whatever was sent."""
    asked = {f.id for f in form.asked}
    app = opening.sending(form.opened)
    with events.told_with(form=form.form.id):
        await rows.create(tx, app, form.table.id, {id: value for id, value in values.items() if id in asked}, by=app.by)
