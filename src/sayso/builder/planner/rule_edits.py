"""Follow-up words about one automation: the one that is open before the person, or the one that they can only mean."""

from sayso.builder.planner.automations.edits.change import Changed, changed, speaks_of_one
from sayso.builder.planner.names import Touched
from sayso.builder.planner.rule_commands import rule_meant
from sayso.builder.planner.spelling import Text
from sayso.builder.planner.wish import Note, Plan, Wish
from sayso.errors import Invalid
from sayso.spec.app import App
from sayso.spec.automation import Automation, every
from sayso.spec.change import Change, apply, completed, difference
from sayso.spec.check import check
from sayso.spec.coworker import Slot


def rule_changed(wish: Wish, text: Text) -> Plan | None:
    """The plan, when the words change one automation; None when they are about something else."""
    app = wish.app
    if app is None or not app.automations:
        return None
    words = text.text.strip()
    opened = focused(app, wish.focus)
    rule = opened or (_spoken_of(wish, app, words) if speaks_of_one(words) else None)
    made = changed(rule, words, app) if rule is not None else None
    if rule is None or made is None:
        return None
    after = _taken(app, made.value)
    if after is None:
        return None
    path = f"automations/{rule.id}"
    notes = [Note("yours", path, words[:300], text.span(0, len(text.text)))]
    if opened is None and len(app.automations) > 1:
        notes.append(Note("assumed", path, f"You mean the automation “{rule.name}”"))
    notes += _notes(made, path)
    if made.value == rule:
        return Plan(
            app, Change(title="Nothing changed", steps=()), tuple(notes), "question", f"“{rule.name}” is like that already."
        )
    left = len(made.left)
    tail = f" {left} part{'s' if left != 1 else ''} of your words I could not use; they are listed." if left else ""
    title = " ".join(words.split())[:80].replace("{", "").replace("}", "") or "Change the automation"
    return Plan(after, difference(app, after, title), tuple(notes), "plan", f"Here is what would change.{tail}")


def focused(app: App, focus: str) -> Automation | None:
    """The automation that is open before the person."""
    kind, _, id = focus.partition("/")
    return next((a for a in app.automations if a.id == id), None) if kind == "automations" else None


def _spoken_of(wish: Wish, app: App, words: str) -> Automation | None:
    """The only one, the one that is named, else the one that was added last in this conversation."""
    if len(app.automations) == 1:
        return app.automations[0]
    before = next((t.before for t in wish.said if t.before is not None), None)
    old = {a.id for a in before.automations} if before else set[str]()
    fresh = [a for a in app.automations if a.id not in old]
    if before is not None and fresh:
        return fresh[-1]
    return rule_meant(app, words, Touched())


def _notes(made: Changed, path: str) -> list[Note]:
    found = [Note("assumed", path, w[:1].upper() + w[1:]) for w in made.assumed]
    return found + [Note("not_understood", path, w[:1].upper() + w[1:]) for w in made.left]


def _taken(app: App, value: Automation) -> App | None:
    """The app with the automation as it would be; None when it cannot stand."""
    step = {"do": "alter", "part": "automation", "id": value.id, "value": value.portable()}
    try:
        change = completed(_with_slots(app, value), Change.model_validate({"title": "", "steps": [step]}))
        after = apply(_with_slots(app, value), change)
    except (Invalid, ValueError):
        return None
    known = {str(p) for p in check(app)}
    return after if all(str(p) in known for p in check(after)) else None


def _with_slots(app: App, value: Automation) -> App:
    """A step for a model needs the slot that it names."""
    have = {s.id for s in app.slots}
    wanted = {s.slot for _, s in every(value.steps) if s.kind == "ai"} - have
    slots = [
        Slot(id=id, name="Pictures" if id == "image" else id.capitalize(), kind="image" if id == "image" else "text")
        for id in sorted(wanted)
    ]
    return app.model_copy(update={"slots": (*app.slots, *slots)}) if slots else app
