"""`sayso models refresh`: newer facts about AI models."""

from datetime import UTC, datetime
from functools import partial

import click

from sayso.cli.command import Say
from sayso.cli.command import command as asynchronous
from sayso.connections import egress
from sayso.gateway.upstream.download import download
from sayso.models.refresh import refresh
from sayso.settings import Settings


@click.command("refresh")
@asynchronous
async def command(settings: Settings, say: Say) -> None:
    """Fetch the newest prices and facts. What does not pass the checks changes nothing."""
    say.progress("Fetching LiteLLM's price table and genai-prices' data")
    door = egress.Door(egress.networks(settings.egress_allow))
    found = await refresh(settings.home, partial(download, door), datetime.now(UTC).date())
    for problem in found.problems:
        say.progress(f"Not taken: {problem}")
    for change in found.changes:
        say.line(change.sentence)
    say.line(f"{found.models:,} models; {len(found.changes):,} changes; taken from {' and '.join(found.taken)}.")
    say.answer(found.as_json())
