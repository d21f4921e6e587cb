"""Which rows: those of one's own, of one's region or group, in a state, or by a condition that nobody can read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sayso.builder.planner.conditions import condition
from sayso.builder.planner.inflect import lemma, singular
from sayso.spec.app import App
from sayso.spec.fields import AnyField, CreatedBy, Link, Person
from sayso.spec.filter import Condition, Filter, Op
from sayso.spec.part import id_from
from sayso.spec.table import Table

OUTSIDE = frozenset(
    "client customer tenant patient guest student parent supplier vendor distributor reseller partner applicant candidate visitor subscriber contractor freelancer".split()
)
"""People who are not the team's own: what nothing was said of is not theirs."""
_KEEPERS = ("assign", "owner", "responsible", "agent", "rep", "handle", "keeper", "manager", "lead", "person")
_MAKING = frozenset(
    "create created make made enter entered submit submitted file filed add added log logged book booked report reported record recorded request requested".split()
)
_OWN = re.compile(
    r"\b(?:that\s+|which\s+|who\s+)?(?:are\s+|is\s+)?(?:assigned\s+to\s+(?:them|him|her)|theirs)\b|"
    r"\b(?:(?:that|which|for\s+which|where)\s+)?they(?:\s+(?:are|have|were|have\s+been))?\s+(?:(?:the\s+)?(?P<as>[a-z]+(?:\s+(?!for\b|on\b|of\b|to\b|in\b)[a-z]+)?))(?:\s+(?:for|on|of|to|in\s+charge\s+of))?\b|"
    r"\b(?:who|that)\s+(?:is|are)\s+(?:working\s+on|assigned\s+to|responsible\s+for|handling)\s+(?:it|them|that)\b|"
    r"\b(?:(?:their|his|her|its)\s+)?own\b|\bin\s+their\s+name\b|\b(?:anyone|someone|everyone|other\s+people|somebody)\s+else's\b|\b(?:each\s+other|one\s+another)(?:'s)?(?!\w)|\bothers'"
)
_THEIR = re.compile(r"\b(?:(?:of|in|from|for|within)\s+)?(?:their|his|her|its)\s+(?:own\s+)?(?P<what>[a-z][\w-]+)")
_THEIR_GROUP = frozenset({"team", "group", "department", "crew"})
_TRAIL = re.compile(
    r"\b(?:that|which|who|whose|where|with|when|while|if|over|under|above|below|before|after|until|till|during|older|newer|since|worth|more\s+than|less\s+than|unless|between)\b\s*(?P<rest>.*)$"
)
_TODAY = re.compile(r"\b(?:for|of|from|due)\s+(?P<span>today|tomorrow|this\s+week|this\s+month)\b|\b(?P<poss>today)'s\b")
_PLACED = ("text", "select", "multi_select", "link")


@dataclass(frozen=True, slots=True)
class Whose:
    """What the words say of rows. `own` with `hint` (the word that says in which way), `of` a thing that both they and a row have,
    `trail` what stands behind a `that`, `where` or `over` and has to be read against a table."""

    own: bool = False
    hint: str = ""
    of: str = ""
    trail: str = ""
    span: str = ""

    @property
    def any(self) -> bool:
        return self.own or bool(self.of or self.trail or self.span)


def whose(app: App, what: str) -> tuple[Whose, str]:
    """What is said of rows, and the words without it."""
    own, hint, of, span = False, "", "", ""
    if m := _TODAY.search(what):
        span = (m["span"] or m["poss"]).replace(" ", "_")
        what = what[: m.start()] + " " + what[m.end() :]
    if (m := _THEIR.search(what)) and m["what"] != "own":
        said = singular(m["what"])
        if any(said in [singular(w) for w in t.name.lower().split()] for t in app.tables) and not re.match(
            r"of|in|from|for|within", m[0]
        ):
            own, what = True, f"{what[: m.start()]} {m['what']} {what[m.end() :]}"
        elif _known(app, said) or said in _THEIR_GROUP or re.match(r"of|in|from|for|within", m[0]):
            of, what = said, what[: m.start()] + " " + what[m.end() :]
    if not of and (m := _OWN.search(what)):
        own, hint = True, m["as"] or ""
        what = what[: m.start()] + " " + what[m.end() :]
    trail = ""
    if m := _TRAIL.search(what):
        trail, what = m[0], what[: m.start()]
    return Whose(own, hint, of, trail.strip(), span), what


def _known(app: App, what: str) -> bool:
    return any(lemma(f.name.lower()) == what for t in app.tables for f in t.fields)


def read_trail(table: Table, words: str) -> Filter | None:
    """`open`, `over 500`, `that are not paid`: a condition on what the table keeps; None when nothing was recognised."""
    found, _ = condition(words, table)
    return found if found.of else None


_INVERSE: dict[Op, Op] = {
    "is": "is_not", "is_not": "is", "any_of": "none_of", "none_of": "any_of", "gt": "lte", "gte": "lt", "lt": "gte", "lte": "gt",
    "empty": "not_empty", "not_empty": "empty", "contains": "not_contains", "not_contains": "contains",
}  # fmt: skip


def inverse(rows: Filter) -> Filter | None:
    """All other rows; what has no value counts as neither, and is left out by the data engine."""
    if len(rows.of) != 1 or not isinstance(one := rows.of[0], Condition) or one.op not in _INVERSE:
        return None
    return Filter(of=(one.model_copy(update={"op": _INVERSE[one.op]}),))


def of_span(table: Table, span: str) -> Filter | None:
    day = next((f for f in table.fields if f.kind in ("date", "datetime")), None)
    return Filter(of=(Condition(field=day.id, op="within", value=span),)) if day is not None else None


def of_their(app: App, table: Table, what: str) -> Filter | None:
    """Rows that have the same region, department or team as whoever asks."""
    place = _place(app, table, what)
    through = table.field(place.field) if place is not None and not place.via else None
    there = app.table(through.to) if isinstance(through, Link) and what not in _THEIR_GROUP else None
    keeper = _keeper([f for f in there.fields if isinstance(f, Person)]) if there is not None else None
    if keeper is not None and through is not None:
        return Filter(of=(Condition(field=keeper.id, op="contains", value="me", via=(through.id,)),))
    if place is not None:
        return Filter(
            of=(place.model_copy(update={"value": "my_groups" if what in _THEIR_GROUP - {"department"} else f"my.{what}"}),)
        )
    person = next((f for f in table.fields if isinstance(f, Person)), None)
    if what in _THEIR_GROUP and person is not None:
        return Filter(of=(Condition(field=person.id, op="contains", value="my_groups"),))
    return None


def _place(app: App, table: Table, what: str) -> Condition | None:
    """Where a table says it: in a field of its own, or one link away."""
    if (own := _worded(table.fields, what)) is not None:
        return Condition(field=own.id, op="is")
    for link in table.fields:
        there = app.table(link.to) if isinstance(link, Link) else None
        behind = _worded(there.fields, what) if there is not None else None
        if behind is not None:
            return Condition(field=behind.id, op="is", via=(link.id,))
    return None


def _worded(fields: Iterable[AnyField], what: str) -> AnyField | None:
    return next((f for f in fields if lemma(f.name.lower()) == what and f.kind in _PLACED), None)


def own_rows(app: App, table: Table, role: str, said: Whose, adds: bool) -> Filter | str:
    """Whose a row of a table is: the customer it belongs to, a person in it, or who made it.

    Where nothing in the table says so, the name of the person field that it needs; empty for people from outside, who are no persons here.
    """
    key = lemma(role.lower())
    last = key.split()[-1]
    people = [f for f in table.fields if isinstance(f, Person)]
    hinted = _hinted(people, said.hint)
    if hinted is not None:
        return mine(hinted)
    if (place := _place(app, table, key) or _place(app, table, last)) is not None and (last in OUTSIDE or _is_table(app, last)):
        return Filter(of=(place.model_copy(update={"value": f"my.{last}"}),))
    if last in OUTSIDE and not people:
        return made(table) or ""
    named = next((f for f in people if last in lemma(f.name.lower()).split()), None)
    keeper = named or _keeper(people)
    maker = made(table)
    if maker is None and said.hint.split()[-1:] and said.hint.split()[-1] in _MAKING:
        return "Created by"
    if maker is not None and (keeper is None or (said.hint.split()[-1:] and said.hint.split()[-1] in _MAKING)):
        return maker
    if keeper is not None:
        return mine(keeper)
    if (away := _one_away(app, table, last)) is not None:
        return away
    return "Created by" if adds or (said.hint and said.hint.split()[-1] in _MAKING) else role


def _keeper(people: list[Person]) -> Person | None:
    """The person whom a row is entrusted to."""
    return next((f for word in _KEEPERS for f in people if word in f.name.lower()), next(iter(people), None))


def mine(field: Person) -> Filter:
    return Filter(of=(Condition(field=field.id, op="contains", value="me"),))


def made(table: Table) -> Filter | None:
    maker = next((f for f in table.fields if f.kind == "created_by"), None)
    return Filter(of=(Condition(field=maker.id, op="is", value="me"),)) if maker is not None else None


def _hinted(people: list[Person], hint: str) -> Person | None:
    """`they lead` is the field Lead, `they are the sales rep` the field Sales rep, `they submitted` the field Submitted by."""
    words = {lemma(w)[:5] for w in hint.split() if len(w) > 2}
    return next((f for f in people if words & {lemma(w)[:5] for w in f.name.lower().split()}), None)


def _one_away(app: App, table: Table, who: str) -> Filter | None:
    """A person behind a link who is called like these people: the manager of the employee whose leave it is."""
    for link in table.fields:
        there = app.table(link.to) if isinstance(link, Link) else None
        person = (
            next((f for f in there.fields if isinstance(f, Person) and who in lemma(f.name.lower()).split()), None)
            if there
            else None
        )
        if person is not None:
            return Filter(of=(Condition(field=person.id, op="contains", value="me", via=(link.id,)),))
    return None


def _is_table(app: App, what: str) -> bool:
    return any(lemma(t.name.lower()) == what for t in app.tables)


def person_field(table: Table, name: str) -> AnyField:
    """The field that a table needs to tell whose its rows are."""
    taken = {f.id for f in table.fields}
    called = name if all(f.name.casefold() != name.casefold() for f in table.fields) else f"{name} (person)"
    if name == "Created by":
        return CreatedBy(id=id_from(called, taken), name=called)
    return Person(id=id_from(called, taken), name=called)
