"""/models/{id}: one model, every figure with its source and its day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sayso.models import changes, lifecycle
from sayso.models.compare.questions import Question
from sayso.models.compare.related import related
from sayso.models.compare.side import WHAT, Side
from sayso.models.compare.table import MODALITIES
from sayso.models.facts import Figure
from sayso.models.images import matrix
from sayso.models.model import ABILITIES, Model, sources_of
from sayso.models.prices import VARIANTS, dollars
from sayso.models.strengths import strengths, weaknesses
from sayso.models.upcoming import busy_hours, upcoming
from sayso.models.words import days, listing, some_day, tokens
from sayso.web.pages.directory import missing, structured
from sayso.web.pages.directory.calculator import Wanted, calculation, wanted
from sayso.web.pages.directory.history import history
from sayso.web.pages.directory.kept import Kept
from sayso.web.pages.directory.shown import Shown, answered, directory, for_anybody
from sayso.web.pages.directory.snippets import snippets

TONES = {"retired": "bad", "deprecated": "warn", "preview": "", "unknown": ""}


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the figures: `figure` is `None` when nobody published it."""

    label: str
    text: str
    figure: Figure[Any] | None
    others: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@for_anybody
async def show(request: Request) -> Response:
    name = request.path_params["id"]
    id = missing.named(directory(request), name)
    if id is None:
        return await answered(request, ("unknown", name), lambda shown: missing.page(shown, [name]))
    if id != name:
        return RedirectResponse(f"/models/{id}", 301)
    want = wanted(request.query_params)
    return await answered(request, ("model", id, want), lambda shown: _page(shown, id, want))


def _page(shown: Shown, id: str, want: Wanted) -> Kept:
    model = shown.directory.read(id)
    life = lifecycle.of(model, shown.directory, shown.today)
    side = Side(model, life, shown.today)
    asked = [Question(point.title, " ".join(point.lines)) for point in model.faq]
    description = describe(side)
    gone = life.status == "retired"
    served = shown.directory.read(life.successor) if gone and life.successor else model
    return shown.html(
        "model.html",
        model=model,
        life=life,
        what=WHAT[model.type].split(" ", 1)[1],
        description=description,
        tone=TONES.get(life.status),
        ago=days((shown.today - life.shutdown.value).days) if gone and life.shutdown else None,
        successor=shown.directory.read(life.successor) if life.successor else None,
        news=[*upcoming(model, shown.today), *busy_hours(model, shown.today)] if not gone else [],
        matrix=matrix(model),
        dearest=max((image.amount for image in model.images), default=Decimal(1)),
        prices=[_price_row(model, key, shown.today) for key in _price_keys(model, shown.today)],
        variants=[VARIANTS.get(name, name.capitalize()) for name in model.variants(shown.today)],
        facts=list(_facts(model)),
        abilities=list(_abilities(model)),
        history=history(model, shown.directory, shown.today),
        changes=changes.of_model(model, shown.directory, shown.today),
        strong=strengths(model, shown.directory, shown.today),
        weak=weaknesses(model, shown.directory, shown.today),
        related=related((side,), shown.directory, shown.today),
        cost=calculation([model], want, shown.today),
        call=snippets(served, shown.url),
        served=served,
        sources=sources_of(model, shown.today),
        here=f"/models/{id}",
        asked=asked,
        data=structured.model_page(shown, model, description, asked),
        plain=not want.query,
    )


def describe(side: Side) -> str:
    """For search results and previews."""
    model = side.model
    costs = [
        f"{price.label.lower()} {dollars(price.amount)} {price.unit}"
        for key in ("input_mtok", side.output_key)
        if (price := side.prices.get(key))
    ]
    window = f"{tokens(model.context_window.value)} tokens of context. " if model.context_window else ""
    price = f"{listing(costs)[:1].upper()}{listing(costs)[1:]}. " if costs else ""
    return f"{model.name} is {side.what}. {price}{window}{side.life.sentence}"


def _price_keys(model: Model, today: date) -> list[str]:
    return [price.key for price in model.prices(today)]


@dataclass(frozen=True, slots=True)
class PriceRow:
    fact: Fact
    variants: tuple[str | None, ...]


def _price_row(model: Model, key: str, today: date) -> PriceRow:
    price = model.price(key, today)
    assert price is not None
    figure = price.figure
    others = tuple(f"{dollars(o.value)} ({o.source.name})" for o in figure.others) if figure.agreement == "differ" else ()
    ahead = sorted(
        (p for p in model.periods if p.since and p.since > today and not p.hours and key in p.prices),
        key=lambda p: p.since or today,
    )
    notes = (
        *(f"{dollars(amount)} above {tokens(start)} tokens of input" for start, amount in price.above),
        *(f"{dollars(p.prices[key][0])} from {some_day(str(p.since))}" for p in ahead if p.prices[key][0] != price.amount),
    )
    found = [amounts.get(key) for amounts in model.variants(today).values()]
    fact = Fact(price.label, f"{dollars(price.amount)} {price.unit}", figure, others, notes)
    return PriceRow(fact, tuple(None if amount is None else dollars(amount) for amount in found))


def _facts(model: Model) -> Iterator[Fact]:
    text = model.type in ("text", "realtime", "embedding")
    rows: tuple[tuple[str, Any, Callable[[Any], str], bool], ...] = (
        ("Context window", model.context_window, _tokens, text),
        ("Most input", model.max_input, _tokens, model.type == "text"),
        ("Longest answer", model.max_output, _tokens, model.type == "text"),
        ("Reads", model.inputs, _modalities, True),
        ("Writes", model.outputs, _modalities, True),
        ("Image sizes", model.sizes, lambda sizes: ", ".join(size.replace("x", "×") for size in sizes), model.type == "image"),
        ("Image qualities", model.qualities, ", ".join, model.type == "image"),
        ("Endpoints", model.endpoints, ", ".join, True),
        ("Released", model.released, some_day, True),
        ("Knowledge until", model.knowledge, some_day, model.type == "text"),
        ("Shutdown", model.shutdown, lambda when: some_day(str(when)), True),
        ("Replacement", model.replacement, str, model.shutdown is not None),
        ("Family", model.family, str, False),
        ("Open weights", model.open_weights, lambda is_open: "Yes" if is_open else "No", True),
    )
    for label, figure, tell, always in rows:
        if figure is not None:
            shown = cast(Callable[[Any], str], tell)
            others = tuple(f"{shown(o.value)} ({o.source.name})" for o in figure.others) if figure.agreement == "differ" else ()
            yield Fact(label, shown(figure.value), figure, others)
        elif always:
            yield Fact(label, "", None)


def _abilities(model: Model) -> Iterator[tuple[str, bool | None, Figure[bool] | None]]:
    """(what, yes, no or not published, who says): all of them for a text model, what is known for the others."""
    for name, label in ABILITIES.items():
        figure = model.abilities.get(name)
        if figure is not None or model.type == "text":
            yield label, figure.value if figure else None, figure


def _tokens(count: int) -> str:
    return f"{count:,} tokens"


def _modalities(names: tuple[str, ...]) -> str:
    told = listing([MODALITIES.get(name, name) for name in names])
    return told[:1].upper() + told[1:]
