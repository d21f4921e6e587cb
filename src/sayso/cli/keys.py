"""`sayso keys`: the gateway's keys."""

import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.cli.installation import owned
from sayso.db import transaction
from sayso.errors import Invalid, Problem
from sayso.gateway import budget_book, keys
from sayso.gateway.budgets import PERIODS
from sayso.settings import Settings


@click.group("keys")
def command() -> None:
    """Keys for models: how programs use the gateway."""


@command.command()
@click.option("--name", default="Command line", show_default=True, help="What it is for.")
@click.option(
    "--model", "models", multiple=True, help="Only this model, or a pattern such as 'openai/*'. Can be given more than once."
)
@click.option("--budget", help="Dollars that it may spend, such as 25.00.")
@click.option("--period", type=click.Choice(PERIODS), default="month", show_default=True, help="… in this time.")
@click.option("--requests-per-minute", type=click.IntRange(1))
@click.option("--tokens-per-minute", type=click.IntRange(1))
@click.option("--days", type=click.IntRange(1, 3650), help="How long it works.")
@click.option("--secret-from-stdin", is_flag=True, help="Take over a key that programs have already, read from standard input.")
@asynchronous
async def create(
    settings: Settings,
    say: Say,
    name: str,
    models: tuple[str, ...],
    budget: str | None,
    period: str,
    requests_per_minute: int | None,
    tokens_per_minute: int | None,
    days: int | None,
    secret_from_stdin: bool,
) -> None:
    """Make a key and print it, this once."""
    limits = {"models": list(models), "requests_per_minute": requests_per_minute, "tokens_per_minute": tokens_per_minute}
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    own = sys.stdin.readline().rstrip("\r\n") if secret_from_stdin else None
    amount = _amount(budget)
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        key, secret = await keys.create(tx, name, by=owner, settings=limits, expires_at=expires_at, secret=own)
        if amount is not None:
            await budget_book.create(tx, by=owner, scope="key", subject=key.id, period=period, amount=amount)
    say.line(secret)
    say.answer({"key": secret, "id": key.id, "name": key.name})


@command.command("list")
@asynchronous
async def listed(settings: Settings, say: Say) -> None:
    """Show the keys that work."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        found = await keys.listed(tx, by=owner)
        budgets = {b.subject: b for b in await budget_book.listed(tx, by=owner) if b.scope == "key"}
    for key in found:
        budget = budgets.get(key.id)
        spent = f"  ${budget.spent:.2f} of ${budget.amount:.2f} a {budget.period}" if budget else ""
        say.line(f"{key.id}  {key.hint}…  {key.name}{spent}")
    items = [{"id": k.id, "name": k.name, "hint": k.hint, "settings": k.settings, "expires_at": k.expires_at} for k in found]
    say.answer({"items": items})


@command.command()
@click.argument("id")
@asynchronous
async def revoke(settings: Settings, say: Say, id: str) -> None:
    """Withdraw a key; within a second nothing takes it any more."""
    async with owned(settings) as (engine, owner), transaction(engine) as tx:
        await keys.revoke(tx, id, by=owner)
    say.line(f"{id} is withdrawn.")
    say.answer({"id": id, "revoked": True})


def _amount(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        raise Invalid(Problem("budget", "is an amount of dollars", "25.00")) from None
