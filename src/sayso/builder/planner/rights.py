"""Rights from words: `support sees only their own tickets`, `only managers can see salary`, `everyone else is read-only`.

A role that is only forbidden something may do everything else; one that is only shown its own rows sees the other tables, when its
people are the team's, and nothing else when they are the team's customers. Words that name no table or field of the app say nothing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

from sayso.builder.planner.inflect import lemma
from sayso.spec.app import App
from sayso.spec.fields import AnyField, Link, Person
from sayso.spec.filter import Condition, Filter
from sayso.spec.part import id_from
from sayso.spec.role import Reach, Right, Role
from sayso.spec.table import Table

EVERYONE_ELSE = "Everyone else"
CLAUSES_MAX = 400
_CUT = re.compile(
    r"[.;:\n!?•]+|\s[-–—]\s|,\s*(?:and\s+|but\s+)?|\s+but\s+|\s+and\s+(?=(?:only|nobody|no\s+one|every|the\s+rest|others?|can|can't|cannot|may|must|never)\b)",
    re.I,
)
_OTHERS = re.compile(
    r"\b(?:every(?:one|body)\s+else|all\s+(?:the\s+)?others?|the\s+others|the\s+rest|other\s+people|others)\b", re.I
)
_NOBODY_BUT = re.compile(r"\b(?:nobody|no\s+one)\s+(?:else\s+)?(?:but|except(?:\s+for)?|other\s+than)\b|\bonly\b", re.I)
_NOT = re.compile(
    r"\b(?:cannot|can't|can\s+not|can\s+never|may\s+not|must\s+not|mustn't|should\s+not|shouldn't|never|not\s+(?:be\s+)?(?:able|allowed)|hidden\s+from|invisible\s+to|no\s+access)\b",
    re.I,
)
_ALL = re.compile(
    r"\b(?:sees?|edits?|changes?|does?|do|manages?|access(?:es)?)\s+(?:and\s+\w+\s+)?(?:everything|all\s+of\s+it)\b|\bfull\s+access\b",
    re.I,
)
_READ_ONLY = re.compile(
    r"\bread[- ]?only\b|\b(?:can|may)\s+only\s+(?:see|view|read|look)\b(?!\s+(?:their|his|her|its|the\s+\w+\s+assigned))|\bonly\s+look\b",
    re.I,
)
_OWN = re.compile(
    r"\b(?:their|his|her|its)\s+own\b|\bassigned\s+to\s+(?:them|him|her)\b|\b(?:that|which)\s+are\s+theirs\b|\b(?:only\s+)?(?:sees?|view|edits?)\s+(?:only\s+)?(?:their|his|her)\b",
    re.I,
)
_OF_THEIR = re.compile(r"\b(?:of|in|from|for)\s+(?:their|his|her)\s+(?:own\s+)?(?P<what>[a-z][\w-]+)", re.I)
_BETWEEN = frozenset("and or the only just also alone too themselves member people of in group team".split())
_GOES_ON = re.compile(r"\s*(?:and\s+)?(?:they|cannot|can|can't|may|must|never|not)\b", re.I)
_VERB = re.compile(
    r"\b(?:can|can't|cannot|may|must|mustn't|should|shouldn't|will|could|sees?|edits?|logs?|submits?|approves?|manages?|never|is|are|has|have|need|get|gets)\b",
    re.I,
)
_SUBJECT = re.compile(
    r"(?P<who>(?:[\w'-]+\s+){1,4}?)(?:can|can't|cannot|may|must|mustn't|should|shouldn't|sees?|only|edits?|manages?|has|have|does|do|never)\b",
    re.I,
)
_LEADING = frozenset(
    "the our my a an all also each every and but so members people everyone staff of in from team group department".split()
)
_NOBODY = frozenset(
    "i we you they it he she that this who which what there everyone everybody anyone nobody one someone else client row form status date field app".split()
)
_THEIR_GROUP = frozenset({"team", "group", "department"})
Deed = Literal["see", "edit", "add", "delete", "export"]
_DEEDS: tuple[tuple[Deed, re.Pattern[str]], ...] = (
    ("delete", re.compile(r"\b(?:delet\w*|remov\w*|throw\s+away|trash)\b", re.I)),
    ("export", re.compile(r"\b(?:export\w*|download\w*)\b", re.I)),
    ("edit", re.compile(r"\b(?:edit\w*|chang\w*|updat\w*|approv\w*|declin\w*|reject\w*|assign|clos(?:e|es|ing)|touch|writ\w*|manag(?:e|es)|set|sets)\b", re.I)),
    ("add", re.compile(r"\b(?:add\w*|submit\w*|creat\w*|enter\w*|book|books|logs?(?!\s+in)|fill\w*|report|reports)\b", re.I)),
    ("see", re.compile(r"\b(?:see|sees|seen|view\w*|read\w*|access\w*|hidden|invisible|look)\b", re.I)),
)  # fmt: skip
_OUTSIDE = frozenset(
    "client customer tenant patient guest student parent supplier vendor distributor reseller partner applicant candidate visitor subscriber contractor freelancer".split()
)
_KEEPERS = ("assign", "owner", "responsible", "agent", "rep", "handle", "keeper", "manager", "person")
_ORDER: tuple[Reach, ...] = get_args(Reach)


@dataclass
class Said:
    """What was said of one role. `hidden`, `read_only`, `kept` (from deleting), `unexported` hold what it is forbidden."""

    role: Role
    called: str = ""
    """As the words name its people: `managers`."""
    all: bool = False
    looks: bool = False
    looks_at: set[str] = field(default_factory=set)
    adds: set[str] = field(default_factory=set)
    can: dict[str, Reach] = field(default_factory=dict)
    may: dict[str, Reach] = field(default_factory=dict)
    rows: dict[str, Filter | None] = field(default_factory=dict)
    hidden: set[tuple[str, str]] = field(default_factory=set)
    read_only: set[tuple[str, str]] = field(default_factory=set)
    dark: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    unexported: set[str] = field(default_factory=set)

    @property
    def anything(self) -> bool:
        return any((self.all, self.looks, self.looks_at, self.adds, self.rows, self.can, self.forbidden))

    @property
    def forbidden(self) -> bool:
        return any((self.hidden, self.read_only, self.dark, self.kept, self.unexported))


def worded(app: App, words: str, fresh: frozenset[str]) -> tuple[Role, ...]:
    """The roles of an app with what the words say of them. `fresh` are ids of roles that these words made."""
    said = {role.id: Said(role) for role in app.roles}
    others = Said(next((r for r in app.roles if r.name == EVERYONE_ELSE), _others(app)))
    last: Said | None = None
    taken = {role.id for role in app.roles} | {others.role.id}
    for clause in [c for c in _CUT.split(words) if c and c.strip()][:CLAUSES_MAX]:
        verb = _VERB.search(clause)
        named = _doing(said.values(), clause[: verb.start()]) if verb else []
        if not named and any(words.search(clause) for words in (_NOT, _READ_ONLY, _ALL)):
            named = [one for one in said.values() if _names(clause, one.role.name)]
        about = [others] if _OTHERS.search(clause) else named
        about = about or ([last] if last is not None and _GOES_ON.match(clause) else [])
        if not about and (new := _unnamed(app, clause, taken)) is not None:
            said[new.id] = Said(new)
            about, fresh = [said[new.id]], fresh | {new.id}
        for one in about:
            one.called = one.called or _called(clause, one.role.name)
            _hear(app, clause, one, others)
            last = one
    roles = [
        _role(app, one, one.role.id in fresh)
        for one in said.values()
        if one.called or one.role.id not in fresh or not _is_called(app, one)
    ]
    known = {role.id for role in app.roles}
    return (*roles, _role(app, others, fresh=True)) if others.anything and others.role.id not in known else tuple(roles)


def _unnamed(app: App, clause: str, taken: set[str]) -> Role | None:
    """A role that a clause about rights makes by itself: `HR sees everything`, `Sales can see projects of their region`."""
    found = _SUBJECT.match(clause.strip())
    who = [w for w in re.findall(r"[\w'-]+", found["who"]) if w.lower() not in _LEADING] if found else []
    if (
        found is None
        or not 1 <= len(who) <= 2
        or lemma(who[-1].lower()) in _NOBODY
        or any(_within([lemma(w.lower()) for w in who], t.name) for t in app.tables)
    ):
        return None
    tables, fields = _meant(app, clause, " ".join(who))
    told = _ALL.search(clause) or (
        (tables or fields) and (_OWN.search(clause) or _OF_THEIR.search(clause) or _NOT.search(clause))
    )
    if not told:
        return None
    name = who[0] + "".join(f" {w}" for w in who[1:])
    role = Role(id=id_from(name, taken), name=name[:1].upper() + name[1:])
    taken.add(role.id)
    return role


def _is_called(app: App, one: Said) -> bool:
    """Whether a table has the name of a role: when nobody of that name does anything, it was only ever the table."""
    return any(lemma(t.name.lower()) == lemma(one.role.name.lower()) for t in app.tables)


def _others(app: App) -> Role:
    return Role(id=id_from(EVERYONE_ELSE, {r.id for r in app.roles}), name=EVERYONE_ELSE, groups=("Everyone",), rest="everything")


def _doing(all_: Iterable[Said], before: str) -> list[Said]:
    """Those whose names stand right before a verb, alone or in a row: `managers and HR only`."""
    known = list(all_)
    between = {lemma(w) for one in known for w in re.findall(r"[\w'-]+", one.role.name.lower())} | _BETWEEN
    heard = [lemma(w.lower()) for w in re.findall(r"[\w'-]+", before)]
    start = len(heard)
    while start and heard[start - 1] in between:
        start -= 1
    return [one for one in known if _names(" ".join(heard[start:]), one.role.name)]


def _names(clause: str, name: str) -> bool:
    return bool(_called(clause, name))


def _called(clause: str, name: str) -> str:
    """The words of a clause that are this name, in any number; empty when there are none."""
    wanted = [lemma(w) for w in re.findall(r"[\w'-]+", name.lower())]
    words = re.findall(r"[\w'-]+", clause)
    heard = [lemma(w.lower()) for w in words]
    starts = (i for i in range(len(heard) - len(wanted) + 1) if heard[i : i + len(wanted)] == wanted)
    return next((" ".join(words[i : i + len(wanted)]) for i in starts), "")


def _hear(app: App, clause: str, one: Said, others: Said) -> None:
    tables, fields = _meant(app, clause, one.role.name)
    deed = _deed(clause)
    if deed in (None, "see") and not fields and (_NOT.search(clause) or _NOBODY_BUT.search(clause)):
        fields = _nearly(app, clause, one.role.name, tables)
    if _ALL.search(clause):
        one.all = True
    elif _NOT.search(clause):
        _forbid(one, "see" if deed is None else deed, tables, fields)
    elif _READ_ONLY.search(clause):
        one.looks, one.looks_at = one.looks or not tables, one.looks_at | {t.id for t in tables}
    elif _of_their(app, clause, tables, one) or (_OWN.search(clause) and tables):
        for table in tables:
            one.rows.setdefault(table.id, _own(app, table, one.role))
            one.may[table.id] = "see" if deed in (None, "see") else "edit"
    elif one is not others and _NOBODY_BUT.search(clause) and deed is not None and (tables or fields):
        if lemma(one.role.name.lower()) not in _OUTSIDE:
            one.all = True
        else:
            one.can |= {t.id: "edit" for t in tables}
        if deed == "edit" and not fields:
            others.adds |= {t.id for t in tables}
        else:
            _forbid(others, deed, tables, fields)
    elif deed in ("add", "edit") and one is not others:
        one.can |= {t.id: deed for t in tables if one.can.get(t.id) != "edit"}


def _deed(clause: str) -> Deed | None:
    for deed, words in _DEEDS:
        if words.search(clause):
            return deed
    return None


def _forbid(one: Said, deed: Deed, tables: list[Table], fields: list[tuple[str, str]]) -> None:
    match deed:
        case "see" if fields:
            one.hidden |= set(fields)
        case "see":
            one.dark |= {t.id for t in tables}
        case "delete":
            one.kept |= {t.id for t in tables} or {id for id, _ in fields}
        case "export":
            one.unexported |= {t.id for t in tables} or {id for id, _ in fields}
        case _ if fields:
            one.read_only |= set(fields)
        case _:
            one.looks_at |= {t.id for t in tables}


def _meant(app: App, clause: str, who: str) -> tuple[list[Table], list[tuple[str, str]]]:
    """Tables and fields that a clause names; the role's own name is no table here."""
    rest = [lemma(w) for w in re.findall(r"[\w'-]+", clause.lower())]
    name = [lemma(w) for w in re.findall(r"[\w'-]+", who.lower())]
    for i in range(len(rest) - len(name) + 1):
        if rest[i : i + len(name)] == name:
            rest[i : i + len(name)] = ["·"]
            break
    tables = [t for t in app.tables if _within(rest, t.name)] or [t for t in app.tables if _within(rest, t.name.split()[-1])]
    fields = [(t.id, f.id) for t in (tables or app.tables) for f in t.fields if _within(rest, f.name) and not isinstance(f, Link)]
    fields = fields or [(t.id, f.id) for t in app.tables for f in t.fields if _within(rest, f.name) and not isinstance(f, Link)]
    return tables, [place for place in fields if place[0] not in {t.id for t in tables} or not _is_table(app, place)]


def _nearly(app: App, clause: str, who: str, tables: list[Table]) -> list[tuple[str, str]]:
    """Fields that a clause which hides something names in part: `the salary note` for Internal salary note. All that it fits best are meant:
    to hide one too many is mended with a click, to show one too many is not. Beside a table's name one word alone is too little to tell."""
    ours = {lemma(w) for name in (who, *(t.name for t in app.tables)) for w in re.findall(r"[\w'-]+", name.lower())} | _LEADING
    said = re.sub(_SUBJECT, "", clause.strip(), count=1)
    heard = [lemma(w) for w in re.findall(r"[\w'-]+", said.lower())]
    fits = {(t.id, f.id): _part(heard, f.name, ours) for t in (tables or app.tables) for f in t.fields if not isinstance(f, Link)}
    most = max(fits.values(), default=0)
    return [place for place, words in fits.items() if words == most] if most > bool(tables) else []


def _part(heard: list[str], name: str, ours: set[str]) -> int:
    """How many words of a name stand in a row in what was heard."""
    words = [lemma(w) for w in re.findall(r"[\w'-]+", name.lower())]
    runs = (words[i:j] for i in range(len(words)) for j in range(len(words), i, -1) if not ours & set(words[i:j]))
    return max((len(run) for run in runs if _within(heard, " ".join(run))), default=0)


def _is_table(app: App, place: tuple[str, str]) -> bool:
    table = app.table(place[0])
    one = table.field(place[1]) if table else None
    return one is None or any(lemma(t.name.lower()) == lemma(one.name.lower()) for t in app.tables)


def _within(heard: list[str], name: str) -> bool:
    wanted = [lemma(w) for w in re.findall(r"[\w'-]+", name.lower())]
    return bool(wanted) and any(heard[i : i + len(wanted)] == wanted for i in range(len(heard) - len(wanted) + 1))


def _of_their(app: App, clause: str, tables: list[Table], one: Said) -> bool:
    found = _OF_THEIR.search(clause)
    if found is None or found["what"].lower() == "own":
        return False
    what, heard = lemma(found["what"].lower()), False
    value = "my_groups" if what in _THEIR_GROUP else f"my.{what}"
    for table in tables or app.tables[:1]:
        place = _place(app, table, what)
        if place is not None:
            one.rows[table.id] = Filter(of=(place.model_copy(update={"value": value}),))
            one.may[table.id] = "edit" if re.search(r"\b(?:edit|change|update|manage)", clause, re.I) else "see"
            heard = True
    return heard


def _place(app: App, table: Table, what: str) -> Condition | None:
    """Where a table says it: in a field of its own, or one link away."""
    if (own := _worded_field(table.fields, what)) is not None:
        return Condition(field=own.id, op="is")
    for link in table.fields:
        there = app.table(link.to) if isinstance(link, Link) else None
        behind = _worded_field(there.fields, what) if there is not None else None
        if behind is not None:
            return Condition(field=behind.id, op="is", via=(link.id,))
    return None


def _worded_field(fields: Iterable[AnyField], what: str) -> AnyField | None:
    return next(
        (f for f in fields if lemma(f.name.lower()) == what and f.kind in ("text", "select", "multi_select", "link")), None
    )


def _own(app: App, table: Table, role: Role) -> Filter | None:
    """Whose a row is: a person in it, who made it, or the customer it belongs to. None when nothing in it says so."""
    people = [f for f in table.fields if isinstance(f, Person)]
    keeper = next((f for word in _KEEPERS for f in people if word in f.name.lower()), next(iter(people), None))
    if keeper is not None:
        return Filter(of=(Condition(field=keeper.id, op="contains", value="me"),))
    maker = next((f for f in table.fields if f.kind == "created_by"), None)
    if maker is not None:
        return Filter(of=(Condition(field=maker.id, op="is", value="me"),))
    what = lemma(role.name.lower())
    place = _place(app, table, what)
    return None if place is None else Filter(of=(place.model_copy(update={"value": f"my.{what}"}),))


def _role(app: App, said: Said, fresh: bool) -> Role:
    role = said.role
    groups = role.groups or ((said.called[:1].upper() + said.called[1:] or role.name,) if fresh else ())
    if not said.anything:
        return role.model_copy(update={"groups": groups})
    if not fresh:
        return _amended(app, said)
    forbidden_only = said.forbidden and not (said.rows or said.looks or said.can)
    rest: Reach = "everything" if said.all or forbidden_only else "see" if said.looks or said.can else role.rest
    if said.rows and not said.all:
        rest = (
            "nothing"
            if lemma(role.name.lower()) in _OUTSIDE or any(_within([lemma(role.name.lower())], t.name) for t in app.tables)
            else "see"
        )
    elif (said.looks_at or said.adds) and not said.looks and not said.can:
        rest = "everything"
    return role.model_copy(update={"groups": groups, "rest": rest, "rights": tuple(_rights(app, said, rest))})


def _amended(app: App, said: Said) -> Role:
    """A role that was there before, with what is said of it now: it keeps all that nothing was said of."""
    role = said.role
    rest: Reach = "everything" if said.all else "see" if said.looks else role.rest
    before = {} if said.all or said.looks else {r.table: r for r in role.rights}
    rights: list[Right] = []
    for table in app.tables:
        one = table.id
        was = before.get(one) or Right(table=one, may=rest)
        may = said.may.get(one) or _farther(was.may, said.can.get(one))
        for tables, most in ((said.looks_at, "see"), (said.adds, "add"), (said.dark, "nothing")):
            may = most if one in tables and _ORDER.index(may) > _ORDER.index(most) else may
        changed: dict[str, object] = {"may": may}
        if one in said.rows:
            whose = said.rows[one]
            changed |= {"may": "nothing"} if whose is None else {"rows": whose}
        if one in said.kept:
            changed |= {"delete": False if may != "everything" else None, "may": "edit" if may == "everything" else may}
        if one in said.unexported:
            changed["export"] = False
        for key, places in (("hidden", said.hidden), ("read_only", said.read_only)):
            now = (*getattr(was, key), *(id for t, id in sorted(places) if t == one))
            changed[key] = tuple(dict.fromkeys(now))
        right = was.model_copy(update=changed)
        if one in before or right != Right(table=one, may=rest):
            rights.append(right)
    return role.model_copy(update={"rest": rest, "rights": tuple(rights)})


def _farther(may: Reach, heard: Reach | None) -> Reach:
    return may if heard is None else _ORDER[max(_ORDER.index(may), _ORDER.index(heard))]


def _rights(app: App, said: Said, rest: Reach) -> Iterator[Right]:
    before = {} if said.all else {r.table: r for r in said.role.rights}
    for table in app.tables:
        one = table.id
        hidden = tuple(f.id for f in table.fields if (one, f.id) in said.hidden)
        read_only = tuple(f.id for f in table.fields if (one, f.id) in said.read_only)
        heard = said.may.get(one) or said.can.get(one)
        may = heard or (rest if said.forbidden or said.looks or said.can else before[one].may if one in before else rest)
        rows = Filter()
        if one in said.rows:
            whose = said.rows[one]
            rows, may = (whose, _most(may, before)) if whose is not None else (rows, "nothing")
        if one in said.dark:
            may = "nothing"
        elif one in said.looks_at:
            may = "see"
        elif one in said.adds:
            may = "add"
        elif one in said.kept:
            may = "edit" if may == "everything" else may
        export = False if one in said.unexported else None
        right = Right(table=one, may=may, rows=rows, hidden=hidden, read_only=read_only, export=export)
        if right != Right(table=one, may=rest):
            yield right


def _most(may: Reach, before: dict[str, Right]) -> Reach:
    reached = [may, *(r.may for r in before.values() if may != "see")]
    return _ORDER[max(map(_ORDER.index, reached))]
