"""How three or four models differ: who leads in what, in sentences computed from their figures."""

from collections.abc import Iterator
from itertools import pairwise

from sayso.models.compare.difference import Difference, told_by_time, unlike
from sayso.models.compare.side import Side
from sayso.models.facts import same
from sayso.models.model import ABILITIES
from sayso.models.prices import dollars
from sayso.models.words import listing, tokens


def of_several(sides: tuple[Side, ...]) -> Iterator[Difference]:
    for side in sides:
        if side.life.status in ("retired", "deprecated"):
            yield Difference("status", side.life.sentence)
    if len({side.model.type for side in sides}) > 1:
        yield Difference("work", f"They do different work: {listing([f'{s.name} {s.does}' for s in sides])}.")
    for key, topic, what in (
        ("input_mtok", "input", "Input tokens"),
        ("output_mtok", "output", "Output tokens"),
        ("output_image_mtok", "output", "Image output tokens"),
    ):
        priced = [side for side in sides if key in side.prices]
        yield from _ranked(priced, key, topic, what)
    for name, topic, what in (("context_window", "context", "Context"), ("max_output", "max_output", "Longest answer")):
        known = sorted((s for s in sides if getattr(s.model, name)), key=lambda s: (-getattr(s.model, name).value, s.id))
        if len(known) > 1:
            told = ", then ".join(f"{s.name} ({tokens(getattr(s.model, name).value)})" for s in known)
            winner = known[0].id if getattr(known[0].model, name).value != getattr(known[1].model, name).value else None
            yield Difference(topic, f"{what}, the most first: {told}.", winner)
    for name, text in ABILITIES.items():
        having = [s.name for s in sides if s.model.can(name)]
        lacking = [s.name for s in sides if s.model.can(name) is False]
        if having and lacking:
            yield Difference("abilities", f"{text}: {listing(having)}, but not {listing(lacking, 'or')}.")
    for side in sides:
        yield from told_by_time(side)


def _ranked(priced: list[Side], key: str, topic: str, what: str) -> Iterator[Difference]:
    if len(priced) < 2:
        return
    ranked = sorted(priced, key=lambda side: (side.prices[key].amount, side.id))
    told = ", then ".join(f"{side.name} ({dollars(side.prices[key].amount)})" for side in ranked)
    tied = any(same(x.prices[key].amount, y.prices[key].amount) for x, y in pairwise(ranked[:2]))
    reason = next((unlike(ranked[0], side) for side in ranked[1:] if side.model.type != ranked[0].model.type), None)
    unit = priced[0].prices[key].unit
    yield Difference(topic, f"{what}, the cheapest first, {unit}: {told}.", None if tied or reason else ranked[0].id, reason)
