"""What the words of a wish say about rights, put into the roles of its app.

Anything that was said and cannot be told from the words closes what it speaks of, and is told. Nothing is opened that was not said.
"""

import re
from dataclasses import dataclass, field, replace

from sayso.builder.planner.clauses import Clause
from sayso.builder.planner.inflect import lemma, singular
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.rights import whose
from sayso.builder.planner.rights.cutting import of_sentences
from sayso.builder.planner.rights.heard import Heard
from sayso.builder.planner.rights.made import role_of
from sayso.builder.planner.rights.reading import statements
from sayso.builder.planner.rights.statement import EVERYONE, Deed, Statement, Who
from sayso.builder.planner.rights.things import Things, is_of_all, things_in
from sayso.builder.planner.rights.whose import Whose
from sayso.builder.planner.rights.words import plain
from sayso.builder.planner.wish import Note
from sayso.spec.app import App
from sayso.spec.fields import Person, Select
from sayso.spec.filter import Filter
from sayso.spec.part import id_from
from sayso.spec.rights_told import is_for_everyone
from sayso.spec.role import Role
from sayso.spec.table import Table

EVERYONE_ELSE = "Everyone else"
ROLES_MAX = 40
SPOKEN_WORDS_MAX = 16
"""A longer clause says more than who may do what; it is read by the others too."""
_OF_A_ROW = frozenset({"assignee", "owner", "creator", "author", "requester", "reporter", "submitter"})
"""Who is said so is somebody else in every row, and no role."""
_NEVER_SINGULAR = frozenset({"sales", "logistics", "operations", "accounts", "works"})


@dataclass(frozen=True)
class Worded:
    """The app with its roles (and the person fields that their rows need), and what is to be told about it.

    Spans of notes are places in the words that were read.
    """

    app: App
    notes: tuple[Note, ...] = ()


@dataclass
class _Reading:
    app: App
    words: str
    heard: dict[str, Heard]
    others: Heard
    notes: list[Note] = field(default_factory=list)
    exclusive: list[tuple[Statement, Things, tuple[Who, ...]]] = field(default_factory=list)
    told: set[tuple[str, str]] = field(default_factory=set)


def spoken_of(app: App | None, words: str) -> list[tuple[int, int]]:
    """Where words are about rights and nothing else, so that nobody reads tables, fields, commands or rules into them.

    What is said of something that an app has not is left to the others: `a fee, only visible to partners` makes a field too.
    """
    known = {lemma(name.lower()) for r in (app.roles if app else ()) for name in (r.name, *r.groups)}
    said = statements(words)
    known |= {who.key for s in said if s.strong for who in s.who}
    return [s.span for s in said if _is_apart(s, known) and (app is None or _speaks_of(app, s))]


def _is_apart(said: Statement, known: set[str]) -> bool:
    if len(said.words.split()) > SPOKEN_WORDS_MAX or _DESCRIBES.search(said.what):
        return False
    if said.who == (EVERYONE,) and said.may and said.deeds == ("add",):
        return False  # `anyone can file one from a tablet` is a form
    return said.strong or bool(said.deeds and said.who and all(w.kind == "role" and w.key in known for w in said.who))


_DESCRIBES = re.compile(
    r",\s*(?:each|with|and\s+each|who|which)\b|\bwith\b|:|\b(?:one|a|an)\s+(?:\w+\s+){0,2}(?:form|dashboard|board|page|calendar|chart|screen|timeline|gallery|list)\b"
)


def _speaks_of(app: App, said: Statement) -> bool:
    rows, what = whose.whose(app, said.what)
    things = things_in(app, what, hiding=True)
    return things.told or not things.left or rows.own or bool(rows.of) or is_of_all(said.what)


def without(pieces: list[Clause], spans: list[tuple[int, int]]) -> list[Clause]:
    """Clauses of a wish with blanks where something else was read; those of which nothing is left are empty."""
    return [
        _blanked(clause, spans) if any(a < clause.end and b > clause.start for a, b in spans) else clause for clause in pieces
    ]


def _blanked(clause: Clause, spans: list[tuple[int, int]]) -> Clause:
    raw = list(clause.raw)
    for a, b in spans:
        for i in range(max(a - clause.start, 0), min(b - clause.start, len(raw))):
            raw[i] = " "
    left = "".join(raw)
    left = left if re.search(r"\w\w", re.sub(r"\b(?:and|but|or|so|while|also)\b", "", left)) else ""
    text = "".join(c if left[i : i + 1].strip() else " " for i, c in enumerate(clause.text)) if left else ""
    return replace(clause, raw=left, text=text)


def worded(app: App, words: str, fresh: frozenset[str]) -> Worded:
    """`fresh` are ids of roles that were read from these words already."""
    said = statements(words)
    rest = next((r for r in app.roles if is_for_everyone(r)), None)
    others = Heard(rest or _others(app), fresh=rest is None)
    heard = {r.id: Heard(r, fresh=r.id in fresh) for r in app.roles if r is not rest}
    reading = _Reading(app, words, heard, others)
    for role in heard.values():
        role.called = _called(words, role.role.name)
    closes = any(s.only or (not s.may and any(w.kind != "role" for w in s.who)) for s in said)
    for statement in said:
        _known_first(reading, statement, closes)
    for statement in said:
        _take(reading, statement)
    for statement, things, exempt in reading.exclusive:
        _deny_others(reading, statement, things, exempt)
    _tell_unread(reading)
    app = reading.app
    named = [
        one
        for one in heard.values()
        if not one.fresh or one.anything or (one.role.id in fresh and (one.called or not _is_table(app, one)))
    ]
    roles = [_finished(app, one) for one in named]
    if others.anything or rest is not None:
        roles.append(role_of(app, others))
    order = {r.id: n for n, r in enumerate(app.roles)}
    roles.sort(key=lambda r: order.get(r.id, len(order)))
    return Worded(app.model_copy(update={"roles": tuple(roles)}), tuple(reading.notes))


def _others(app: App) -> Role:
    return Role(id=id_from(EVERYONE_ELSE, {r.id for r in app.roles}), name=EVERYONE_ELSE, groups=("Everyone",), rest="everything")


def _is_table(app: App, one: Heard) -> bool:
    """When nobody of a table's name does anything, it was only ever the table."""
    return any(lemma(t.name.lower()) == lemma(one.role.name.lower()) for t in app.tables)


def _finished(app: App, one: Heard) -> Role:
    role = role_of(app, one)
    groups = role.groups or ((one.called[:1].upper() + one.called[1:] or role.name,) if one.fresh else ())
    return role.model_copy(update={"groups": groups})


def _called(words: str, name: str) -> str:
    """The words that are this name, in any number and as they are written; empty when there are none."""
    wanted = [lemma(w) for w in re.findall(r"[\w'-]+", name.lower())]
    found = re.findall(r"[\w'-]+", words)
    low = [lemma(w.lower()) for w in found]
    starts = (i for i in range(len(low) - len(wanted) + 1) if low[i : i + len(wanted)] == wanted)
    return next((" ".join(found[i : i + len(wanted)]) for i in starts), "")


_SOUNDS = re.compile(
    r"\b(?:hide|hidden|conceal\w*|restrict\w*|revoke\w*|take\s+away|read[- ]only|no\s+access|not\s+allowed|invisible|off[- ]limits|permissions?|lock(?:ed)?\s+down)\b|"
    r"\b(?:only|nobody|not|never|just|without|nothing|else)\b.*\b(?:see|sees|seen|view|views|edit|edits|edited|delete[sd]?|deleting|exports?|exported|exporting|access|visible)\b|"
    r"\b(?:see|sees|seen|view|views|edit|edits|edited|delete[sd]?|deleting|exports?|exported|exporting|access|visible)\b.*\b(?:only|nobody|not|never|nothing|without|except|else)\b"
)
"""Words about who may do what, whether anybody could read them or not."""


def _tell_unread(reading: _Reading) -> None:
    """What sounds like a right and came to nothing is told: nobody may believe that it holds."""
    read = [n.span for n in reading.notes if n.span]
    for sentence in of_sentences(reading.words):
        for start, end in sentence:
            words = reading.words[start:end].strip()
            if any(a < end and b > start for a, b in read) or not _SOUNDS.search(plain(words)):
                continue
            why = "this sounds like who may do what, and nothing was made of it"
            reading.notes.append(Note("not_understood", "", f"{words.rstrip('.')} ({why})", (start, end)))


# ── who ───────────────────────────────────────────────────


def _role(reading: _Reading, who: Who, strong: bool) -> Heard | None:
    """The role of somebody; made when there is none yet and the words are about nothing but rights."""
    if who.kind != "role":
        return reading.others
    known = {lemma(h.role.name.lower()): h for h in reading.heard.values()}
    groups = {lemma(g.lower()): h for h in reading.heard.values() for g in h.role.groups}
    one = known.get(who.key) or groups.get(who.key) or _nearest(known, who.key)
    called = _as_written(reading.words, who.called)
    if one is not None and one.fresh and not one.said:
        one.called, one.said = called, True
    if one is not None or not strong or len(reading.heard) >= ROLES_MAX:
        return one
    last = who.called.split()[-1]
    name = called if last in _NEVER_SINGULAR else cased_name(_singular(called))
    id = id_from(name, {*reading.heard, reading.others.role.id})
    made = Heard(Role(id=id, name=name[:1].upper() + name[1:]), called, fresh=True, said=True)
    reading.heard[id] = made
    return made


def _nearest(known: dict[str, Heard], key: str) -> Heard | None:
    """`the warehouse team` is the Warehouse of before, `reps` the Sales reps, when only one is called so."""
    words = key.split()
    near = [h for name, h in known.items() if name.split()[-len(words) :] == words or words[-len(name.split()) :] == name.split()]
    return near[0] if len(near) == 1 else None


def _as_written(words: str, called: str) -> str:
    pattern = r"\s+".join(re.escape(w) for w in called.split())
    m = re.search(rf"(?i)(?<![\w]){pattern}", words)
    return " ".join((m[0] if m else called).split())


def _singular(called: str) -> str:
    *first, last = called.split()
    one = last if last.isupper() else singular(last.lower())
    return " ".join([*first, last if one == last.lower() else one])


def _known_first(reading: _Reading, said: Statement, closes: bool) -> None:
    """Who is spoken of in words about rights alone is known to all of the others: `reps add deals, and reps never see the margin`.

    Where something is closed to everyone else (`closes`), so are those who are said to have it: they would lose it too.
    """
    if said.deeds and (said.strong or closes):
        for who in said.who:
            if who.key not in _OF_A_ROW:
                _role(reading, who, strong=True)


# ── what ──────────────────────────────────────────────────


def _take(reading: _Reading, said: Statement) -> None:
    if not said.deeds:
        return
    known = [_role(reading, who, strong=False) for who in said.who if who.kind == "role" and who.key not in _OF_A_ROW]
    if not said.strong and not all(known):
        return
    app = reading.app
    rows, what = whose.whose(app, said.what)
    hiding = "see" in said.deeds and (not said.may or said.only)
    things = things_in(app, what, hiding=hiding)
    if said.about and not things.told and (not things.left or rows.own):
        about = things_in(app, whose.whose(app, said.about)[1])
        things = about if about.told else things
        things.left = []
    if not things.told and not things.left and rows.of:
        things.tables = [t.id for t in app.tables if whose.of_their(app, t, rows.of) is not None]
    if not things.told and not things.left and not rows.any and (said.deeds != ("see",) or not said.what):
        things.everything = bool(said.strong and (said.what or said.deeds != ("see",)))
    if not things.told and not things.left and not rows.any and said.deeds == ("see",) and said.strong and not said.what:
        things.everything, said = True, replace(said, looks=said.may)
    if (
        not things.told
        and said.deeds[:1] in (("delete",), ("export",), ("comment",), ("edit",))
        and said.may is False
        and not rows.any
    ):
        things.everything = True
    if not things.told:
        if said.strong and (things.left or rows.any):
            _unclear(reading, said, "names no table or field of this app, so nothing came of it")
        return
    people = _people(reading, said, things)
    if not people and not said.only:
        return
    for one in people:
        _apply(reading, said, one, things, rows)
    if said.only:
        reading.exclusive.append((said, things, said.who))
    path = next((f"roles/{one.role.id}" for one in people), f"roles/{reading.others.role.id}")
    reading.notes.append(Note("yours", path, said.words, said.span))
    if things.left and said.strong and _tells_more(things.left):
        reading.notes.append(Note("assumed", path, f"In “{said.words}” nothing was made of: {' '.join(things.left)}"))


def _tells_more(left: list[str]) -> bool:
    return any(len(w) > 3 for w in left)


def _people(reading: _Reading, said: Statement, things: Things) -> list[Heard]:
    found: list[Heard] = []
    for who in said.who:
        if who.kind == "nobody":
            found += [reading.others, *reading.heard.values()]
        elif who.kind == "role" and who.key in _OF_A_ROW:
            found.append(reading.others)
        elif (one := _role(reading, who, strong=True)) is not None:
            found.append(one)
    return list({id(h): h for h in found}.values())


def _unclear(reading: _Reading, said: Statement, why: str) -> None:
    key = (said.words, why)
    if key not in reading.told:
        reading.told.add(key)
        reading.notes.append(Note("not_understood", "", f"{said.words.rstrip('.')} ({why})", said.span))


# ── one role ──────────────────────────────────────────────


def _apply(reading: _Reading, said: Statement, one: Heard, things: Things, rows: Whose) -> None:
    one.holds = one.holds or said.only
    one.narrow = one.narrow or (said.may and said.just and rows.any)
    if things.everything:
        _whole(one, said)
    if things.rest:
        _rest(one, said)
    (one.seen if said.may else one.unseen).update(things.parts)
    if said.may and said.who[0].kind == "role" and said.who[0].key in _OF_A_ROW:
        rows = Whose(own=True, hint=said.who[0].key)
    for id in things.tables:
        _of_table(reading, said, one, id, rows)
    for place in things.fields:
        _of_field(reading, said, one, place, rows, things)
    if (
        things.tables
        and said.just
        and said.may
        and not said.looks
        and said.deeds[:1] == ("see",)
        and not rows.any
        and one is not reading.others
    ):
        one.nothing_else = True


def _whole(one: Heard, said: Statement) -> None:
    deeds: set[Deed] = {_plain(d) for d in said.deeds}
    if said.may:
        one.whole |= {d for d in deeds if d in ("see", "add", "edit", "delete")}
        one.looks = one.looks or said.looks
        if extra := deeds - {"see", "add", "edit", "delete", "decide"}:
            one.whole.add("see")
            one.whole.update(extra)
            one.looks = one.looks or (one.fresh and "comment" in extra and not one.grants and one.whole <= {"see", "comment"})
        return
    if deeds & {"edit", "add"}:
        one.looks = True
    one.whole_not |= {d for d in deeds if d in ("see", "delete", "export", "comment")}


def _rest(one: Heard, said: Statement) -> None:
    deeds: set[Deed] = {_plain(d) for d in said.deeds}
    if said.may:
        one.rest |= deeds
    elif "see" in deeds:
        one.nothing_else = True
    else:
        one.looks_else = True


def _plain(deed: Deed) -> Deed:
    return "edit" if deed == "decide" else deed


def _of_table(reading: _Reading, said: Statement, one: Heard, id: str, rows: Whose) -> None:
    table = reading.app.table(id)
    assert table is not None
    of = one.of(id)
    if rows.any:
        _of_rows(reading, said, one, table, rows)
        return
    if not said.may:
        if "decide" in said.deeds and (state := _state(table)) is not None:
            one.read_only.add((id, state))
        of.may_not |= {d for d in said.deeds if d != "decide" or _state(table) is None}
        return
    of.may |= set(said.deeds)
    of.may_not -= set(said.deeds)
    if ("see" in said.deeds and not one.fresh) or re.search(r"\ball\b", said.what) or (said.deeds == ("see",) and not said.just):
        of.all_rows = True
        of.shut = False
    if said.looks:
        of.looks = True


def _state(table: Table) -> str | None:
    """The field that says how far a row is: who may not approve, may not change it."""
    return next(
        (f.id for f in table.fields if isinstance(f, Select) and f.name.lower().split()[-1] in ("status", "state", "stage")), None
    )


def _of_field(reading: _Reading, said: Statement, one: Heard, place: tuple[str, str], rows: Whose, things: Things) -> None:
    table, id = place
    of = one.of(table)
    deeds: set[Deed] = {_plain(d) for d in said.deeds}
    if not said.may:
        if rows.trail or rows.of:
            there = reading.app.table(table)
            assert there is not None
            _of_rows(reading, said, one, there, rows)
        elif "see" in deeds:
            one.hidden.add(place)
            one.shown.discard(place)
        elif deeds & {"edit", "add"}:
            one.read_only.add(place)
            one.free.discard(place)
        else:
            of.may_not |= deeds
        return
    if rows.any:
        there = reading.app.table(table)
        assert there is not None
        _of_rows(reading, said, one, there, rows)
    if "see" in deeds:
        one.shown.add(place)
        one.hidden.discard(place)
        if said.just and not said.looks and not said.only:
            of.shown.add(id)
    if deeds & {"edit", "add"}:
        one.free.add(place)
        one.read_only.discard(place)
        of.some.add(id)
        of.may.add("edit" if "edit" in deeds else "add")


def _of_rows(reading: _Reading, said: Statement, one: Heard, table: Table, rows: Whose) -> None:
    """Rows of one's own, of one's region, or by a condition; what cannot be told shuts the table for them, and is told."""
    of = one.of(table.id)
    which = _filter(reading, said, one, table, rows)
    table = reading.app.table(table.id) or table
    others_rows = re.search(r"\b(?:else's|others'|each\s+other|one\s+another)", said.what) is not None
    may = said.may or others_rows
    if which is None:
        of.shut = True
        what = "see and change none of them" if may else "are kept from all of them"
        _unclear(
            reading,
            said,
            f"which {table.name.lower()} is meant cannot be told from the words, so {_who(reading, one)} {what} until you say it another way",
        )
        if not may:
            of.may_not |= set(said.deeds)
        return
    if not may:
        turned = whose.inverse(which)
        if turned is None:
            of.may_not |= set(said.deeds)
            return
        which = turned
    sees = set(said.deeds) <= {"see", "export", "comment"}
    if sees:
        of.rows = _both(of.rows, which)
        if said.may and not others_rows:
            of.may |= set(said.deeds)
    else:
        of.changes = _both(of.changes, which)
        if said.may:
            of.may |= {d for d in said.deeds if d != "delete"}
            if "delete" in said.deeds:
                of.may |= {"edit", "delete"}


def _both(a: Filter | None, b: Filter) -> Filter:
    if a is None or a == b:
        return b
    return Filter(of=(*a.of, *(c for c in b.of if c not in a.of)))


def _who(reading: _Reading, one: Heard) -> str:
    return "everyone else" if one is reading.others else (one.called or one.role.name)


def _filter(reading: _Reading, said: Statement, one: Heard, table: Table, rows: Whose) -> Filter | None:
    found: Filter | None = None
    if rows.trail:
        found = whose.read_trail(table, rows.trail)
        if found is None:
            return None
    if rows.of:
        theirs = whose.of_their(reading.app, table, rows.of)
        if theirs is None:
            return None
        found = _both(found, theirs)
        _tell_property(reading, one, theirs)
    if rows.own:
        mine = whose.own_rows(
            reading.app, table, _name(one, reading), rows, bool(set(said.deeds) & {"add"}) or "add" in one.of(table.id).may
        )
        mine = _with_person(reading, one, table, mine) if isinstance(mine, str) else mine
        if mine is None:
            return None
        found = _both(found, mine)
        _tell_property(reading, one, mine)
    if rows.span:
        spanned = whose.of_span(reading.app.table(table.id) or table, rows.span)
        found = _both(found, spanned) if spanned is not None else found
    return found


def _name(one: Heard, reading: _Reading) -> str:
    return "person" if one is reading.others else one.role.name


def _with_person(reading: _Reading, one: Heard, table: Table, name: str) -> Filter | None:
    """Gives the table the person field by which their rows are told."""
    if not name:
        return None
    made = whose.person_field(table, "Assigned to" if name == "person" else name)
    changed = table.model_copy(update={"fields": (*table.fields, made)})
    reading.app = reading.app.model_copy(update={"tables": tuple(changed if t.id == table.id else t for t in reading.app.tables)})
    path = f"tables/{table.id}/fields/{made.id}"
    if isinstance(made, Person):
        why = f"{table.name} has the person field {made.name}, because whose a row is has to stand in it; nobody sees as their own a row in which it is empty"
    else:
        why = f"{table.name} keeps who made a row, so that each sees their own"
    reading.notes.append(Note("assumed", path, why))
    return whose.mine(made) if isinstance(made, Person) else whose.made(changed)


def _tell_property(reading: _Reading, one: Heard, rows: Filter) -> None:
    for condition in rows.of:
        value = getattr(condition, "value", None)
        if isinstance(value, str) and value.startswith("my."):
            name = value.removeprefix("my.")
            words = f"Whose {name} is whose stands with each person or group in the workspace, as the property “{name}”; without it they see no row"
            if all(n.words != words for n in reading.notes):
                reading.notes.append(Note("assumed", f"roles/{one.role.id}", words))


# ── nobody else ───────────────────────────────────────────


def _deny_others(reading: _Reading, said: Statement, things: Things, holders: tuple[Who, ...]) -> None:
    held = [_role(reading, who, strong=False) for who in holders]
    for one in [reading.others, *reading.heard.values()]:
        if any(one is h for h in held) or (one is not reading.others and one.fresh and one.whole >= {"see", "edit"}):
            continue
        kept = {id for id, of in one.tables.items() if of.may & set(said.deeds)}
        deeds: set[Deed] = {_plain(d) for d in said.deeds}
        for place in things.fields:
            if "see" in deeds and place not in one.shown:
                one.hidden.add(place)
            elif "see" not in deeds and place not in one.free:
                one.read_only.add(place)
        for id in things.tables:
            if id in kept and one is not reading.others:
                continue
            _deny_table(one, id, said)
        if things.everything and not (one.holds and one is not reading.others):
            _whole(one, Statement((), tuple(d for d in said.deeds), "", said.span, said.words, may=False))
        if "see" in deeds:
            one.unseen |= set(things.parts)


def _deny_table(one: Heard, id: str, said: Statement) -> None:
    of = one.of(id)
    for deed in said.deeds:
        if deed in of.may:
            continue
        if deed == "decide":
            of.may.add("add")
        of.may_not.add("edit" if deed == "decide" else deed)
