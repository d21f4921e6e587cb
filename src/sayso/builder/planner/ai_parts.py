"""What a model should write into rows: a summary, a category, a draft, a picture. Declared; a model does it later."""

import re

from sayso.builder.planner.automations.deeds import task_of
from sayso.builder.planner.clauses import Clause
from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.sketch import AiSketch, FieldSketch, Sketch, TableSketch
from sayso.builder.planner.views import field_named

_DRAFT = re.compile(
    r"\b(?P<x>(?:first\s+|draft\s+|suggested\s+)?(?:repl(?:y|ies)|responses?|answers?|subject\s+lines?(?:\s+ideas)?|headlines?|captions?|taglines?|slogans?|product\s+descriptions?|descriptions?|blurbs?|posts?|e-?mails?|copy|job\s+ads?|alt\s+text|show\s+notes|banners?|images?|illustrations?|posters?|thumbnails?|covers?|logos?|summary|summaries|texts?|quotes?|proposals?|letters?|recipes?|menus?|ideas))\b"
)
_OF = re.compile(
    r"\b(?:of|summari[sz]es?|categori[sz]es?|classif(?:y|ies)|translates?|tags?|reads?|from|extracts?|score)\s+(?:the\s+|each\s+|every\s+|its\s+|their\s+|our\s+|all\s+|incoming\s+|new\s+)?(?P<x>[\w' -]{3,40}?)(?=\s*(?:,|;|\.|\band\b|\bby\b|\binto\b|\bto\b|\bas\b|\bin\b|\bfor\b|\+|$))"
)


def read(clause: Clause, sketch: Sketch) -> bool:
    """Whether the clause asks a model for something. `summarise X and tag Y` asks for two things."""
    text = clause.text
    made = False
    for piece in re.split(
        r"\s*(?:\+|;|,?\s+and\s+(?:also\s+)?(?=(?:\w+\s+)?(?:tags?|summar|categori|classif|draft|suggest|translat|extract|writes?|generat|propos|set|score|detect)))\s*",
        text,
    ):
        if not piece.strip() or not re.search(r"\w{3}", piece):
            continue
        made = _one(piece, clause, sketch) or made
    return made


def _one(piece: str, clause: Clause, sketch: Sketch) -> bool:
    task = task_of(piece)
    said = sketch.mentioned(piece) or sketch.mentioned(clause.text)
    table = said[0] if said else sketch.subject or sketch.main
    source = m["x"].strip() if (m := _OF.search(piece)) else ""
    if not said:
        owners = [t for t in sketch.tables if source and field_named(t, source)]
        table = owners[0] if owners else table
    return table is not None and add(task, clause, table, sketch, piece, source)


def add(task: str, clause: Clause, table: TableSketch, sketch: Sketch, piece: str = "", source: str = "") -> bool:
    """What a model does for the rows of a table, once; `piece` is the part of the clause that says it."""
    piece = piece or clause.text
    source = source or (m["x"].strip() if (m := _OF.search(piece)) else "")
    name = _name(piece, task, table, source)
    if any(a.table is table and a.task == task and a.name == name for a in sketch.ai):
        return True
    sketch.ai.append(AiSketch(task, clause.raw.strip(), (clause.start, clause.end), table, name, source))
    return True


def _name(piece: str, task: str, table: TableSketch, source: str) -> str:
    if task == "classify":
        target = _named_field(piece, table)
        if target is not None:
            return target.name
        return (
            "Sentiment"
            if re.search(r"sentiment|negative|positive|tone|mood", piece)
            else "Urgency"
            if "urgen" in piece
            else "Priority"
            if "priorit" in piece
            else "Score"
            if re.search(r"\bscor|\brat(?:e|ing)", piece)
            else "Category"
        )
    if task == "summarise":
        known = table.field("Summary")
        return "Summary" if known is None or known.kind in (None, "ai", "long_text") else "AI summary"
    if task == "translate":
        return "Translation"
    if task == "extract":
        return "Extracted details"
    m = _DRAFT.search(piece)
    if m:
        words = re.sub(r"\s+ideas$", " ideas", m["x"])
        return cased_name(
            f"Draft {words}"
            if re.fullmatch(r"repl(?:y|ies)|responses?|answers?|e-?mails?|letters?|proposals?|quotes?|posts?|texts?", words)
            else words
        )
    return "Picture" if task == "image" else "AI text"


def _named_field(piece: str, table: TableSketch) -> FieldSketch | None:
    for field in table.fields:
        if (
            field.kind in ("select", "multi_select", "ai", None, "text", "rating", "number")
            and re.search(rf"\b{re.escape(field.key)}\b", piece)
            and (
                field.options
                or re.search(r"categor|priorit|sentiment|topic|type|urgen|tag|score|mood|language|status", field.key)
            )
        ):
            return field
    return None


def settle(sketch: Sketch) -> None:
    """AI parts become fields of kind `ai`, over an empty field of the same name when there is one."""
    for part in sketch.ai:
        table = part.table
        if table is None:
            continue
        field = table.field(part.name)
        if field is None:
            field = FieldSketch(part.name, part.span)
            table.fields.append(field)
        if field.origin is not None and field.kind not in ("ai",):
            field.changed = True
        sources = [f for f in table.fields if f is not field and f.kind in ("long_text", "text", "file", "email", "image")]
        picked = field_named(table, part.source) if part.source else None
        best = picked or next((f for f in sources if f.kind == "long_text"), None) or next(iter(sources), None)
        field.kind = "ai"
        field.computed = False
        if part.task == "classify" and not field.options and (names := choices_in(part.words)):
            _choose(field, table, names)
        field.settings |= {"task": part.task, "prompt": _prompt(part, best, field), "words": part.words}


_CHOICES = re.compile(
    r"\b(?:as|into|in|between)\s+(?:either\s+|one\s+of\s+)?(?P<of>[^.;:()]+?\s(?:or|and)\s[^.;:,()]+?)(?=\s+(?:with|by|using|for|so|when|if)\b|[.;:()]|$)",
    re.IGNORECASE,
)
"""`classify each letter as urgent, normal or junk`, `sort them into praise and complaints`."""
CHOICE_WORDS_MAX = 3


def choices_in(words: str) -> list[str]:
    """What a sentence has something sorted into; nothing when it names no short list."""
    for found in _CHOICES.finditer(words):
        names = [n.strip(" '\"“”") for n in re.split(r"\s*,\s*(?:(?:or|and)\s+)?|\s+(?:or|and)\s+|\s*/\s*", found["of"])]
        if len(names) >= 2 and all(n and len(n.split()) <= CHOICE_WORDS_MAX for n in names):
            return names
    return []


def _choose(field: FieldSketch, table: TableSketch, names: list[str]) -> None:
    """The model chooses from these: they are no choices of another field, and no field is there for them alone."""
    field.options = [n[:1].upper() + n[1:] for n in names]
    known = {n.casefold() for n in names}
    for other in [f for f in table.fields if f is not field and known <= {o.casefold() for o in f.options}]:
        other.options = [o for o in other.options if o.casefold() not in known]
        if not other.options and other.origin is None:
            table.fields.remove(other)


def _prompt(part: AiSketch, source: FieldSketch | None, field: FieldSketch) -> str:
    about = f"{{{source.name}}}" if source is not None and source is not field else "this row"
    match part.task:
        case "summarise":
            return f"Summarise {about} in two sentences."
        case "classify":
            chosen = f" Choose one of: {', '.join(field.options)}." if field.options else ""
            return f"Decide the {field.name.lower()} of {about}.{chosen}"
        case "translate":
            return f"Translate {about} into English."
        case "extract":
            return f"Take the important details out of {about}."
        case "image":
            return f"Make the picture for {about}. {part.words[:300]}"
        case _:
            return f"Write {field.name.lower()} for {about}. {part.words[:300]}"
