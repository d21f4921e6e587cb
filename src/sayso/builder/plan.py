"""The plan card: a plan as a plain value that the database keeps, the browser shows and a person may edit."""

from dataclasses import asdict
from typing import Any

from pydantic import ValidationError

from sayso.builder.planner import Note, Plan
from sayso.builder.planner.archetypes import suggestions
from sayso.errors import Invalid, Problem
from sayso.spec.app import App
from sayso.spec.change import Change, Effect, apply, completed, difference, effects
from sayso.spec.check import check, check_change
from sayso.spec.fields import Formula, Text
from sayso.spec.table import Table

Json = dict[str, Any]
EARLIER_MAX = 20
"""How many states of a plan "undo that" can go back."""
SECTIONS = ("tables", "views", "automations", "roles")


def empty(like: App) -> App:
    """What a new app begins from."""
    return App(id=like.id, name=like.name, icon=like.icon, hue=like.hue, zone=like.zone)


def card(
    plan: Plan,
    base: App | None,
    *,
    losses: list[Json] | None = None,
    earlier: list[Json] | None = None,
    notes: list[Json] | None = None,
) -> Json:
    """The whole card. `base` is the app that is changed, None for a new one; effects are told of this change only."""
    before = base or empty(plan.spec)
    change = difference(before, plan.spec, plan.change.title)
    return {
        "title": plan.spec.name if base is None else plan.change.title,
        "spec": plan.spec.portable() if plan.outcome == "plan" or base is not None else None,
        "change": written(change) if plan.outcome == "plan" else None,
        "effects": [asdict(e) for e in told(before, plan.spec)] if plan.outcome == "plan" else [],
        "losses": losses or [],
        "notes": [note(n) for n in plan.notes] + (notes or []),
        "outcome": plan.outcome,
        "message": plan.message,
        "made": asdict(plan.made),
        "earlier": (earlier or [])[-EARLIER_MAX:],
    }


def told(before: App, after: App) -> tuple[Effect, ...]:
    """What leads from one app to the other, in sentences."""
    return effects(before, difference(before, after))


def note(one: Note) -> Json:
    return {
        "kind": one.kind, "path": one.path, "words": one.words, "span": list(one.span) if one.span else None,
        "choices": [{"id": c, "label": c, "safe": n == 0} for n, c in enumerate(one.choices)], "answer": one.choices[0] if one.choices and one.kind == "question" else None,
    }  # fmt: skip


def written(change: Change) -> Json:
    """A change as the API writes it."""
    return change.portable()


def read_change(raw: Json | Change) -> Change:
    """A change from parsed JSON. Raises `Invalid` with the place of everything that is wrong."""
    if isinstance(raw, Change):
        return raw
    try:
        return Change.model_validate(raw)
    except ValidationError as wrong:
        raise Invalid.of(Problem("/".join(map(str, e["loc"])), str(e["msg"])) for e in wrong.errors()[:50]) from None


def edited(stored: Json, raw: Json | Change, base: App | None) -> Json:
    """The card with another change in place of the planned one, completed and checked again. Raises `Invalid` with every problem."""
    asked = read_change(raw)
    before = base or empty(App.model_validate(stored["spec"]))
    change = completed(before, asked)
    if problems := check_change(before, change):
        raise Invalid.of(problems)
    after = apply(before, change)
    paths = _paths(after)
    return {
        **stored,
        "title": after.name if base is None else stored["title"],
        "spec": after.portable(),
        "change": written(difference(before, after, asked.title or stored["title"])),
        "effects": [asdict(e) for e in told(before, after)],
        "notes": [n for n in stored["notes"] if not n["path"] or n["path"] in paths or n["kind"] == "not_understood"],
        "outcome": "plan",
        "earlier": [*stored.get("earlier", []), stored["spec"]][-EARLIER_MAX:],
    }


def _paths(app: App) -> set[str]:
    paths = {f"tables/{t.id}" for t in app.tables} | {f"tables/{t.id}/fields/{f.id}" for t in app.tables for f in t.fields}
    for name in ("views", "automations", "roles", "coworkers", "slots"):
        paths |= {f"{name}/{p.id}" for p in getattr(app, name)}
    return paths


def answered(stored: Json, choices: dict[str, Any], base: App | None) -> App:
    """The spec of a card after the answers to its questions; whoever did not answer gets the marked answer.

    Raises `Invalid` when an answer is none of the choices, or leaves something that cannot stand.
    """
    app = App.model_validate(stored["spec"])
    problems: list[Problem] = []
    for asked in stored["notes"]:
        if asked["kind"] != "question" or not asked["path"]:
            continue
        ready = [c["id"] for c in asked["choices"]]
        answer = choices.get(asked["path"], asked.get("answer"))
        if answer not in ready:
            problems.append(Problem(asked["path"], f"{str(answer)[:60]!r} is none of the answers", ready[0] if ready else None))
            continue
        app = _answer(app, asked["path"], str(answer))
    if problems:
        raise Invalid.of(problems)
    known = {str(p) for p in check(base)} if base is not None else set()
    if wrong := [p for p in check(app) if str(p) not in known]:
        raise Invalid.of(wrong)
    return app


def _answer(app: App, path: str, answer: str) -> App:
    parts = path.split("/")
    if len(parts) != 4 or answer not in ("Remove it", "Make it text"):
        return app
    _, table, _, field = parts
    home = app.table(table)
    one = home.field(field) if home else None
    if home is None or one is None:
        return app
    if answer == "Remove it":
        change = Change.model_validate({"title": "", "steps": [{"do": "remove", "part": "field", "table": table, "id": field}]})
        return apply(app, completed(app, change))
    plain = Text(id=one.id, name=one.name, description=one.description)
    return app.model_copy(update={"tables": tuple(_with(t, plain) if t.id == table else t for t in app.tables)})


def _with(table: Table, field: Text | Formula) -> Table:
    return table.model_copy(update={"fields": tuple(field if f.id == field.id else f for f in table.fields)})


def sections(stored: Json) -> list[Json]:
    """The card in the order in which it is shown while it comes."""
    spec = stored.get("spec") or {}
    lines: list[Json] = [{"type": "section", "section": name, "value": spec[name]} for name in SECTIONS if spec.get(name)]
    return [
        {"type": "section", "section": "title", "value": stored["title"]},
        *lines,
        {"type": "section", "section": "notes", "value": stored["notes"]},
    ]


def shown(stored: Json | None) -> Json | None:
    """The card without what only the builder needs."""
    if stored is None or "outcome" not in stored:
        return None
    return {"suggestions": [], "made": None, **{k: v for k, v in stored.items() if k not in _INSIDE}}


_INSIDE = ("earlier", "before", "working", "stop")


def suggested(app: App, words: str) -> list[Json]:
    """What apps of the same trade often have and this plan has not: changes that go on from the plan, taken by nobody yet."""
    return [{"sentence": one.sentence, "change": written(one.change)} for one in suggestions(app, words)]
