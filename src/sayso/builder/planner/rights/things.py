"""What the words of a clause mean in an app: its tables, fields and views, everything, or what is left."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from sayso.builder.planner.inflect import lemma, singular
from sayso.builder.planner.rights.words import ALL, lists
from sayso.spec.app import App
from sayso.spec.fields import Link
from sayso.spec.table import Table

Place = tuple[str, str]

_EVERYTHING = re.compile(
    r"\b(?:everything|anything|all\s+of\s+(?:it|them)|it\s+all|(?:this|the|our)\s+(?:whole\s+)?(?:app|application|tool|base|database|system)|all\s+(?:the\s+)?(?:data|tables|rows)|any\s+(?:data|rows?|tables?)|the\s+(?:data|rows))\b"
)
_ELSE = re.compile(
    r"\b(?:everything|anything|nothing|all)\s+else\b|^(?:the\s+)?(?:rest|others?|other\s+tables)$|\bother\s+tables\b"
)
_VIEW_WORD = frozenset("view board calendar dashboard chart timeline gallery form page grid automation assistant".split())
_IDLE = frozenset(
    "the a an of in on at to for from and or all any each every their his her its own our my some of only just also as well these those them it this that they list lists info information data details entry entries row rows record records table tables field fields column columns value values "
    "please too both either whole entire kind part own new exist existing now here there still about whatever is are be who which can may must should do not have has with what one ones by us me so themselves stuff things thing bit".split()
)


def is_of_all(words: str) -> bool:
    """Whether a clause is about the app as a whole, or names no thing of its own."""
    return bool(
        _EVERYTHING.search(words)
        or _ELSE.search(words)
        or re.search(r"\bread[- ]?only\b|\bfull\s+access\b|\b(?:theirs|them|it)\b", words)
    )


@dataclass
class Things:
    """`left` are the words that mean nothing here; `told` is whether anything was found."""

    tables: list[str] = field(default_factory=list)
    fields: list[Place] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    """Ids of views, automations and co-workers."""
    everything: bool = False
    rest: bool = False
    left: list[str] = field(default_factory=list)

    @property
    def told(self) -> bool:
        return bool(self.tables or self.fields or self.parts or self.everything or self.rest)


def things_in(app: App, what: str, *, hiding: bool = False, named: frozenset[str] = frozenset()) -> Things:
    """Part by part of an enumeration. `hiding`: names said in part count too, since to hide one too many is mended with a click and to
    show one too many is not. `named` are lemmas of roles, which are no tables here."""
    found = Things()
    if _ELSE.search(what):
        found.rest = True
        what = _ELSE.sub(" ", what)
    elif _EVERYTHING.search(what) or re.fullmatch(ALL, what.strip()):
        found.everything = True
        what = _EVERYTHING.sub(" ", what)
    for part in lists(what):
        _part(app, part, found, hiding)
    if found.everything and (found.tables or found.fields):
        found.everything = False
    found.fields = list(dict.fromkeys(found.fields))
    found.tables = list(dict.fromkeys(found.tables))
    return found


def _part(app: App, part: str, found: Things, hiding: bool) -> None:
    words = [singular(w) for w in re.findall(r"[\w'%-]+", part.lower())]
    words = [w.removesuffix("'s").removesuffix("'") for w in words]
    if _shown(app, words, found):
        return
    used: set[int] = set()
    tables = _tables(app, words, used)
    places = _fields(app, words, tables, used)
    if not tables and not places:
        tables = _tables_nearly(app, words, used)
    if not places and hiding:
        places = _nearly(app, words, tables, used)
    if places:
        found.fields += places
    else:
        found.tables += [t.id for t in tables]
    found.left += [w for i, w in enumerate(words) if i not in used and w not in _IDLE and len(w) > 1]


def _shown(app: App, words: list[str], found: Things) -> bool:
    """Views, automations and co-workers by their name or kind: `the dashboard`, `the invoices view`."""
    kinds = _VIEW_WORD & set(words)
    tables = {t.name.casefold() for t in app.tables}
    shown = [p for p in (*app.views, *app.automations, *app.coworkers) if p.name.casefold() not in tables]
    named = [p for p in shown if _run(words, p.name) >= 0 and len(p.name.split()) > 1]
    if not kinds and not named:
        return False
    rest = [w for w in words if w not in _VIEW_WORD and w not in _IDLE]
    kind = next(iter(kinds), "")
    views = [v for v in app.views if v.kind == kind or kind in ("view", "page")]
    about = [v for v in views if rest and _run([singular(w) for w in v.name.lower().split()], " ".join(rest)) >= 0]
    exact = [v for v in about if lemma(v.name.lower()) == lemma(" ".join(rest))]
    chosen = named or exact or about or ([v for v in views if v.kind == kind] if not rest else [])
    found.parts += [p.id for p in chosen]
    return bool(chosen)


def _tables(app: App, words: list[str], used: set[int]) -> list[Table]:
    whole = [t for t in app.tables if _take(words, t.name, used)]
    return whole or [t for t in app.tables if _take(words, t.name.split()[-1], used)]


def _tables_nearly(app: App, words: list[str], used: set[int]) -> list[Table]:
    """By a word of their name that no other table has, or by a slip of the keyboard."""
    heard = [w for w in words if w not in _IDLE]
    found: list[Table] = []
    for table in app.tables:
        names = [singular(w) for w in table.name.lower().split()]
        for i, word in enumerate(words):
            own = word in names and sum(word in [singular(w) for w in t.name.lower().split()] for t in app.tables) == 1
            slip = len(word) > 4 and any(_slipped(word, name) for name in names)
            if word in heard and (own or slip):
                used.add(i)
                found.append(table)
                break
    return found


def _fields(app: App, words: list[str], tables: list[Table], used: set[int]) -> list[Place]:
    """Whole names; of the tables that were named beside them, else of all that have one."""
    of = tables or app.tables
    found = _fields_of(of, words, used)
    if not found and tables:
        found = _fields_of([t for t in app.tables if t not in tables], words, used)
    return [place for place in found if not (tables and _is_table(app, place))]


def _fields_of(tables: Iterable[Table], words: list[str], used: set[int]) -> list[Place]:
    fits = [(t.id, f.id, len(f.name.split()), f.name) for t in tables for f in t.fields if not isinstance(f, Link)]
    taken: set[int] = set()
    found: list[Place] = []
    for table, id, size, name in sorted(fits, key=lambda f: -f[2]):
        at = _run(words, name)
        at = (
            at
            if at >= 0
            else next((i for i, w in enumerate(words) if size == 1 and len(w) > 4 and _slipped(w, name.lower())), -1)
        )
        span = set(range(at, at + size))
        if at >= 0 and (not span & taken or any(name.lower() == n.lower() for t, i, _, n in fits if (t, i) in found)):
            taken |= span
            found.append((table, id))
    used |= taken
    return found


def _nearly(app: App, words: list[str], tables: list[Table], used: set[int]) -> list[Place]:
    """Fields that are named in part: `the salary note` for Internal salary note. All that fit best are meant.
    Beside a table's name one word alone is too little to tell."""
    ours = {singular(w) for t in app.tables for w in t.name.lower().split()} | _IDLE
    fits = {
        (t.id, f.id): _overlap(words, f.name, ours) for t in (tables or app.tables) for f in t.fields if not isinstance(f, Link)
    }
    most = max(fits.values(), default=0)
    if most <= bool(tables):
        return []
    places = [place for place, n in fits.items() if n == most]
    names = {singular(w) for t in app.tables for f in t.fields if (t.id, f.id) in places for w in f.name.lower().split()}
    used |= {i for i, w in enumerate(words) if w in names}
    return places


def _overlap(heard: list[str], name: str, ours: set[str]) -> int:
    """How many words of a name stand in a row in what was heard."""
    words = [singular(w) for w in name.lower().split()]
    runs = (words[i:j] for i in range(len(words)) for j in range(len(words), i, -1) if not ours & set(words[i:j]))
    return max((len(run) for run in runs if _run(heard, " ".join(run)) >= 0), default=0)


def _is_table(app: App, place: Place) -> bool:
    table = app.table(place[0])
    one = table.field(place[1]) if table else None
    return one is None or any(lemma(t.name.lower()) == lemma(one.name.lower()) for t in app.tables)


def _take(words: list[str], name: str, used: set[int]) -> bool:
    at = _run(words, name)
    used |= set(range(at, at + len(name.split()))) if at >= 0 else set()
    return at >= 0


def _run(words: list[str], name: str) -> int:
    """Where a name stands in words that are in the singular; -1 when it does not."""
    wanted = [singular(w) for w in re.findall(r"[\w'%-]+", name.lower())]
    if not wanted:
        return -1
    return next((i for i in range(len(words) - len(wanted) + 1) if words[i : i + len(wanted)] == wanted), -1)


def _slipped(word: str, name: str) -> bool:
    """One letter too many, too few, wrong, or two swapped."""
    if word == name or abs(len(word) - len(name)) > 1 or word[0] != name[0]:
        return False
    if len(word) == len(name):
        wrong = [i for i, (a, b) in enumerate(zip(word, name, strict=True)) if a != b]
        return len(wrong) == 1 or (len(wrong) == 2 and wrong[1] == wrong[0] + 1 and word[wrong[0]] == name[wrong[1]])
    longer, shorter = (word, name) if len(word) > len(name) else (name, word)
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
