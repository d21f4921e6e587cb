"""A group of the workspace that a wish names with a slip of the keyboard: its role is meant for the group that is there."""

from collections.abc import Iterable

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import lemma
from sayso.builder.planner.wish import Note
from sayso.spec.app import App
from sayso.spec.role import Role

ONE_SLIP_CHARACTERS_MIN, TWO_SLIPS_CHARACTERS_MIN = 5, 8
"""Shorter names lie so near to each other that another group may well be meant."""


def with_known_groups(app: App, before: App | None, known: Iterable[str]) -> tuple[App, tuple[Note, ...]]:
    """The app with its new roles meant for groups that are there (`known`, by name), and what is told of each that was taken so.

    A name that is a word of its own stays: Donors are no misspelled Doctors.
    """
    names = tuple(known)
    kept = {r.id for r in before.roles} if before else set[str]()
    roles: list[Role] = []
    notes: list[Note] = []
    for role in app.roles:
        groups = role.groups if role.id in kept else tuple(_nearest(name, names) or name for name in role.groups)
        for said, meant in zip(role.groups, groups, strict=True):
            if said != meant:
                why = (
                    f"“{said}” is taken for your group {meant}, the nearest name that is there; say so if another group is meant"
                )
                notes.append(Note("assumed", f"roles/{role.id}", why))
        roles.append(role if groups == role.groups else role.model_copy(update={"groups": groups}))
    return app.model_copy(update={"roles": tuple(roles)}), tuple(notes)


def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The one group that is called nearly so; None for a name that is there, that is a usual word, or that fits several."""
    low = name.casefold()
    if lemma(low) in {lemma(k.casefold()) for k in known} or lemma(low) == "everyone" or lexicon.is_table_noun(low):
        return None
    slips = 0 if len(low) < ONE_SLIP_CHARACTERS_MIN else 1 if len(low) < TWO_SLIPS_CHARACTERS_MIN else 2
    near = [k for k in known if slips and k[:1].casefold() == low[:1] and slips_between(low, k.casefold(), slips) <= slips]
    return near[0] if len(near) == 1 else None


def slips_between(a: str, b: str, most: int) -> int:
    """Letters too many, too few, wrong, or swapped with the next (Damerau's optimal string alignment); `most + 1` when there are more."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    older: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        older, last = last, row
    return min(last[-1], most + 1)
