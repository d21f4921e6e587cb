"""What must follow from a change: the other end of a link, and everything that points at what goes."""

from __future__ import annotations

from collections import Counter

from sayso.errors import Invalid
from sayso.spec.app import App
from sayso.spec.change.apply import apply
from sayso.spec.change.difference import difference
from sayso.spec.change.follow import automations, people, tables, views
from sayso.spec.change.follow.filters import Following
from sayso.spec.change.gone import Gone, gone_between
from sayso.spec.change.renamed import with_names_kept
from sayso.spec.change.reverses import with_reverses
from sayso.spec.change.siblings import index_of, siblings
from sayso.spec.change.step import Add, Change, Step

ROUNDS_MAX = 50


def completed(app: App, change: Change) -> Change:
    """The change with the steps that follow from it after its own; completing twice adds nothing.

    Raises `Invalid` when its own steps do not fit the app.
    """
    asked = apply(app, change)
    after = settled(app, asked)
    if after == asked:
        return change
    folded = _folded(change, after)
    return folded.then(*difference(apply(app, folded), after).steps)


def _folded(change: Change, after: App) -> Change:
    """What follows for a part that the change itself adds belongs into that step, when no other step works on it."""
    touched = Counter((s.place, s.id) for s in change.steps) + Counter(
        (("table", None), s.table) for s in change.steps if s.table
    )

    def fold(step: Step) -> Step:
        alone = isinstance(step, Add) and touched[step.place, step.id] == 1
        parts = siblings(after, step.place) if alone and step.part in ("table", "field") else None
        index = index_of(parts, step.id) if parts else None
        return step if parts is None or index is None else step.model_copy(update={"value": parts[index]})

    return change.model_copy(update={"steps": tuple(fold(s) for s in change.steps)})


def settled(before: App, after: App) -> App:
    """`after`, with everything that has to follow from what it changes in `before`."""
    after = with_names_kept(before, after)
    gone = gone_between(before, after)
    for _ in range(ROUNDS_MAX):
        now = with_reverses(_without(after, gone) if gone else after)
        if now == after:
            return now
        after, gone = now, gone_between(before, now)
    raise Invalid("This change pulls too much along with it; do it in smaller pieces")


def completed_app(app: App) -> App:
    """A whole app as someone wrote it, with the other ends of its links."""
    return with_reverses(app)


def _without(app: App, gone: Gone) -> App:
    app, gone = tables.followed(app, gone)
    on = Following(app, gone)
    shown = tuple(v for v in (views.followed(on, v) for v in app.views) if v is not None)
    lost = gone.views | ({v.id for v in app.views} - {v.id for v in shown})
    on = Following(app, Gone(gone.tables, gone.fields, gone.options, gone.turned, frozenset(lost), gone.slots))
    return app.model_copy(
        update={
            "views": shown,
            "automations": tuple(a for a in (automations.followed(on, a) for a in app.automations) if a is not None),
            "coworkers": tuple(people.coworker(on, c) for c in app.coworkers),
            "roles": tuple(people.role(on, r) for r in app.roles),
        }
    )
