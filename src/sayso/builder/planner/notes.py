"""What is told beside a plan: where each part came from, what was assumed, and every piece of the wish that was not used."""

import re
from collections.abc import Iterable
from dataclasses import replace

from sayso.builder.planner import titles
from sayso.builder.planner.assembly import Assembly
from sayso.builder.planner.clauses import Clause, sentences
from sayso.builder.planner.inflect import lemma
from sayso.builder.planner.refusals import injected
from sayso.builder.planner.schedule import sentence
from sayso.builder.planner.sketch import FieldSketch, Sketch, Span, TableSketch, ViewSketch
from sayso.builder.planner.spelling import Text
from sayso.builder.planner.wish import Note, Wish
from sayso.errors import Problem
from sayso.spec.app import App
from sayso.spec.fields import Ai

QUESTIONS_MAX = 2
NO_MODEL = "no model is connected"


def notes_of(
    wish: Wish,
    text: Text,
    sketch: Sketch,
    clauses: list[Clause],
    work: Assembly,
    app: App,
    unclear: list[tuple[TableSketch, FieldSketch]],
    dropped: tuple[Problem, ...],
    done: tuple[Note, ...] = (),
) -> tuple[Note, ...]:
    """All notes of a plan: yours in the order of the spec, then assumptions, questions, and what was left."""
    told: list[Note] = []
    alive = _paths(app)

    def told_of(path: str, span: Span | None, words: str, kind: str = "yours") -> None:
        if path in alive:
            told.append(Note(kind, path, words, text.span(*span) if span else None))  # type: ignore[arg-type]

    for table in sketch.tables:
        path = work.paths.get(id(table), "")
        if table.origin is None:
            told_of(
                path,
                table.span,
                _naming(table, table.assumed) or _words(text, table.span),
                "assumed" if table.assumed else "yours",
            )
        for field in table.fields:
            if field.origin is not None and not field.changed:
                continue
            told_of(
                work.paths.get(id(field), ""),
                field.span,
                _naming(table, field.assumed) or _words(text, field.span),
                "assumed" if field.assumed else "yours",
            )
            told += _assumed(field, work.paths.get(id(field), ""), alive)
    for part in (*sketch.views, *sketch.automations, *sketch.roles):
        if part.origin is None:
            assumed = getattr(part, "assumed", "")
            is_view = part in sketch.views
            told_of(
                work.paths.get(id(part), ""),
                part.span,
                _naming(part.table, assumed) if isinstance(part, ViewSketch) and assumed else _words(text, part.span),
                "assumed" if is_view and assumed else "yours",
            )
    told += [replace(n, span=text.span(*n.span) if n.span else None) for n in work.rights if not n.path or n.path in alive]
    told += _schedules(sketch, work, alive)
    told += _models(app, wish)
    told += _questions(sketch, work, alive, unclear)
    told += [Note("not_understood", p.path, f"Left out: {p.reason}") for p in dropped]
    spans = [n.span for n in (*done, *told) if n.span and (n.kind == "yours" or (n in told and n.kind == "not_understood"))]
    spans += [text.span(a, b) for a, b in titles.named(text.text)]
    told += left(text, sketch, clauses, spans)
    told += _brackets_left(text, told, sketch) if wish.app is None else []
    return tuple(told)


def _paths(app: App) -> frozenset[str]:
    paths = {f"tables/{t.id}" for t in app.tables} | {f"tables/{t.id}/fields/{f.id}" for t in app.tables for f in t.fields}
    for name in ("views", "automations", "roles", "slots", "coworkers"):
        paths |= {f"{name}/{p.id}" for p in getattr(app, name)}
    return frozenset(paths)


def _words(text: Text, span: Span | None) -> str:
    return " ".join(text.text[slice(*span)].split())[:200] if span else ""


def _naming(table: TableSketch | None, why: str) -> str:
    """An assumption as a sentence of its own: `{table}` stands for what the table is called once all are named."""
    return why.replace("{table}", table.name if table else "The app")


def _assumed(field: FieldSketch, path: str, alive: frozenset[str]) -> Iterable[Note]:
    if path not in alive or field.assumed:
        return
    if field.settings.get("options_assumed"):
        yield Note("assumed", path, f"{field.name} begins with the choices {', '.join(field.options)}")
    elif field.kind_assumed and field.kind in ("text", "multi_select"):
        yield Note(
            "assumed",
            path,
            f"{field.name} is {'text' if field.kind == 'text' else 'a list of choices'}, because the words do not say",
            choices=field.kinds or ("text", "number", "select"),
        )
    elif field.kinds and field.kind in field.kinds and not field.options:
        yield Note("assumed", path, f"What {field.name} holds is a guess", choices=field.kinds)


def _schedules(sketch: Sketch, work: Assembly, alive: frozenset[str]) -> Iterable[Note]:
    for rule in sketch.automations:
        path = work.paths.get(id(rule), "")
        if rule.origin is None and path in alive:
            if rule.cron:
                yield Note("assumed", path, f"Runs {sentence(rule.cron)}" + (f" ({rule.assumed})" if rule.assumed else ""))
            elif rule.assumed:
                yield Note("assumed", path, f"Runs {rule.assumed}")
            if (story := work.told.get(id(rule))) is not None:
                for words in dict.fromkeys(story.assumed):
                    if not words.startswith(("at ", "on ", "every ")):
                        yield Note("assumed", path, words[:1].upper() + words[1:])
                for words in dict.fromkeys(story.left):
                    yield Note("not_understood", path, words[:1].upper() + words[1:])


def _models(app: App, wish: Wish) -> Iterable[Note]:
    old = {f"tables/{t.id}/fields/{f.id}" for t in wish.app.tables for f in t.fields} if wish.app else set()
    for table in app.tables:
        for field in table.fields:
            path = f"tables/{table.id}/fields/{field.id}"
            if isinstance(field, Ai) and path not in old:
                yield Note("assumed", path, f"{field.name} {_filled(field)}")
    had = {a.id for a in wish.app.automations} if wish.app else set()
    for rule in app.automations:
        if rule.id not in had:
            reason = NO_MODEL if any(s.kind == "ai" for s in rule.steps) else "you switch it on when it looks right"
            yield Note("assumed", f"automations/{rule.id}", f"“{rule.name}” arrives switched off: {reason}")


def _filled(field: Ai) -> str:
    """The built-in models sort, sum up, take details out and draw; they do not write."""
    if field.task in ("summarise", "extract", "image") or (field.task == "classify" and field.options):
        return "is filled from the menu of its column, by a built-in model until a better one is connected"
    return f"stays empty until a model does it: {NO_MODEL}"


def _questions(
    sketch: Sketch, work: Assembly, alive: frozenset[str], unclear: list[tuple[TableSketch, FieldSketch]]
) -> list[Note]:
    """At most two, and only where the answer changes what is built."""
    asked: list[Note] = []
    for table, field in unclear:
        path = work.paths.get(id(field), "")
        if path in alive:
            asked.append(
                Note(
                    "question",
                    path,
                    f"How is {field.name} of {table.name} worked out? Until you say, it is a number to type in.",
                    None,
                    ("Leave it as a number", "Remove it"),
                )
            )
    for table in sketch.tables:
        for field in table.fields:
            path = work.paths.get(id(field), "")
            if field.kind == "select" and not field.options and field.origin is None and path in alive:
                asked.append(
                    Note(
                        "question",
                        path,
                        f"Which choices does {field.name} of {table.name} have?",
                        None,
                        ("Add them later", "Make it text"),
                    )
                )
    return asked[:QUESTIONS_MAX]


def left(text: Text, sketch: Sketch, clauses: list[Clause], used: list[Span]) -> list[Note]:
    """Every clause that no part came from. Commands to the planner are listed as well: they change nothing."""
    commands = injected(text.text)
    commanded = {c.sentence for c in clauses if any(a < c.end and b > c.start for a, b in commands)}
    notes: list[Note] = []
    cover = _Cover(text, used)
    for clause in clauses:
        span = text.span(clause.start, clause.end)
        if clause.sentence in commanded:
            notes.append(
                Note(
                    "not_understood",
                    "",
                    f"{clause.raw.strip()}  (this tells the planner what to do; it only reads what to build)",
                    span,
                )
            )
            continue
        touched = cover.touches(span)
        if clause.start in sketch.used and touched:
            continue
        if clause.start in sketch.used or touched:
            if not touched:
                notes.append(Note("yours", _subject_path(sketch, clause), clause.raw.strip(), span))
            continue
        notes.append(Note("not_understood", "", sketch.left.get(clause.start) or clause.raw.strip(), span))
    for note in notes:
        cover.add(note.span)
    return notes + _sentences_left(text, cover)


_BARE_TABLE = re.compile(r"tables/[^/]*")
_BRACKET = re.compile(r"\([^()\n]*,[^()\n]*\)")


def _brackets_left(text: Text, told: list[Note], sketch: Sketch) -> list[Note]:
    """Lists in brackets of which no part came, nor any field's choices: what stands around them was used, they were not."""
    choices = [[o.casefold() for o in f.options] for t in sketch.tables for f in t.fields if len(f.options) > 1]
    cover = _Cover(text, [n.span for n in told if n.span and n.kind != "assumed" and not _BARE_TABLE.fullmatch(n.path)])
    found: list[Note] = []
    for m in _BRACKET.finditer(text.text):
        span = text.span(*m.span())
        low = m[0].casefold()
        chosen = any(all(o in low for o in listed) for listed in choices)
        if re.search(r"[^\W_]", m[0]) and not chosen and not cover.touches(span):
            found.append(Note("not_understood", "", m[0], span))
    return found


class _Cover:
    """Which characters of the wish something was told about."""

    def __init__(self, text: Text, spans: list[Span]) -> None:
        self.told = bytearray((text.places[-1] + 2) if text.places else 1)
        for span in spans:
            self.add(span)

    def add(self, span: Span | None) -> None:
        if span is not None:
            self.told[span[0] : span[1]] = b"\1" * (span[1] - span[0])

    def touches(self, span: Span) -> bool:
        return 1 in self.told[span[0] : span[1]]


def _sentences_left(text: Text, cover: _Cover) -> list[Note]:
    """Whole sentences that went unmentioned beside a neighbour that was used."""
    found: list[Note] = []
    at = 0
    for line in text.text.split("\n"):
        for a, b in sentences(text.text, at, at + len(line)):
            span = text.span(a, b)
            words = text.text[a:b].strip()
            if any(c.isalnum() for c in words) and not cover.touches(span):
                found.append(Note("not_understood", "", words, span))
        at += len(line) + 1
    return found


def _subject_path(sketch: Sketch, clause: Clause) -> str:
    table = next(iter(sketch.mentioned(clause.text)), None)
    return f"tables/{table.origin.id}" if table and table.origin else f"tables/{lemma(table.name)}" if table else ""
