"""Whom a step names: what the builder wrote may say a role, `everyone` or `me` (whoever owns the automation); what comes out of a row names people and addresses only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.automations.names.template import Named, pieces
from sayso.automations.steps.step import Doing, StepFailed
from sayso.team import addressed, people
from sayso.team.actor import system
from sayso.team.addressed import Addressed

RECIPIENTS_MAX = 500


async def named(tx: AsyncConnection, template: str, doing: Doing) -> Addressed:
    """Everybody whom this text names. Raises `StepFailed` when they are more than `RECIPIENTS_MAX`, `Unknown` for a name that means nothing."""
    total = Addressed()
    for item in _items(template):
        total += await _one(tx, item, doing)
    many = len(total.members) + len(total.addresses)
    if many > RECIPIENTS_MAX:
        raise StepFailed(f"That would go to {many:,} people; the most at once is {RECIPIENTS_MAX}.")
    return total


async def members(tx: AsyncConnection, template: str, doing: Doing) -> Addressed:
    """The same, for what only members can be told; without any it is whoever owns the automation."""
    if template.strip():
        return await named(tx, template, doing)
    owner = doing.by.member
    return Addressed((await people.read(tx, owner, by=system(doing.run.workspace)),)) if owner else Addressed()


def nobody(template: str, found: Addressed) -> StepFailed:
    """Why there is nobody to send to."""
    if found.unknown:
        said = ", ".join(f"“{one[:60]}”" for one in found.unknown[:5])
        return StepFailed(f"{said} {'is' if len(found.unknown) == 1 else 'are'} neither an address nor anybody here.")
    return StepFailed(
        f"There is nobody to send to: {template.strip()} is empty." if template.strip() else "It does not say to whom."
    )


def left_out(found: Addressed) -> str:
    """What is added to the sentence when some of those who were named are nobody."""
    return f" Left out, since nobody is called so: {', '.join(found.unknown[:5])}." if found.unknown else ""


async def _one(tx: AsyncConnection, item: list[str | Named], doing: Doing) -> Addressed:
    workspace = doing.run.workspace
    if len(item) == 1 and isinstance(item[0], Named):
        return await addressed.found(tx, workspace, doing.names.value(item[0].written), groups=False)
    text = "".join(one if isinstance(one, str) else doing.names.text(one.written) for one in item)
    return await addressed.found(tx, workspace, text, groups=all(isinstance(one, str) for one in item), me=doing.by.member)


def _items(template: str) -> Iterator[list[Any]]:
    """The text between commas, names in braces whole."""
    item: list[str | Named] = []
    for piece in pieces(template):
        if isinstance(piece, Named):
            item.append(piece)
            continue
        first, *others = piece.replace(";", ",").replace("\n", ",").split(",")
        item.append(first)
        for other in others:
            yield from _worth(item)
            item = [other]
    yield from _worth(item)


def _worth(item: list[str | Named]) -> Iterator[list[str | Named]]:
    kept = [one for one in item if isinstance(one, Named) or one.strip()]
    if kept:
        yield (
            kept
            if len(kept) > 1 and kept == item
            else [one.strip() if isinstance(one, str) and len(kept) == 1 else one for one in kept]
        )
