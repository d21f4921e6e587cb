"""What must follow from a change: the other end of a link, and everything that points at what goes."""

from __future__ import annotations

from sayso.errors import Invalid
from sayso.spec.app import App
from sayso.spec.change.apply import apply
from sayso.spec.change.difference import difference
from sayso.spec.change.follow import automations, people, tables, views
from sayso.spec.change.follow.filters import Following
from sayso.spec.change.gone import Gone, gone_between
from sayso.spec.change.renamed import with_names_kept
from sayso.spec.change.reverses import with_reverses
from sayso.spec.change.step import Change

ROUNDS_MAX = 50


def completed(app: App, change: Change) -> Change:
    """The change with the steps that follow from it after its own; completing twice adds nothing.

    Raises `Invalid` when its own steps do not fit the app.
    """
    asked = apply(app, change)
    after = settled(app, asked)
    return change if after == asked else change.then(*difference(asked, after).steps)


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
