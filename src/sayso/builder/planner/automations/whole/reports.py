"""What of the rows goes with a message: which ones, how many, their sums, a chart, a table, files."""

import re
from dataclasses import dataclass, field

from sayso.builder.planner.automations.whole.about import About, Json, listed, sentence, tidy, title_of
from sayso.builder.planner.automations.whole.pieces import Piece
from sayso.builder.planner.automations.whole.which import rows_meant
from sayso.spec.fields import AnyField, Select
from sayso.spec.filter import Condition, Filter
from sayso.spec.part import id_from
from sayso.spec.table import Table

_WHOLE = re.compile(
    r"\b(?:summar(?:y|ies|i[sz]e)|digest|reports?|overview|round-?up|recap|figures|numbers|kpis?|statistics|stats|dashboard|status\s+update|chart|graph|totals?|breakdown)\b"
)
_LIST = re.compile(r"\b(?:lists?|table\s+of|all|every|which|what|any|how\s+many|how\s+much|sum|count|top\s+\d+)\b")
_CHANGED = re.compile(
    r"\bwhat(?:'s|\s+has|\s+is|\s+was)?\s+(?:all\s+)?(?:changed|new|happened|been\s+(?:changed|added))\b|\bchanges?\s+(?:since|of\s+the|from|in|to|made)\b|\bwhat\s+changed\b|\bdigest\s+of\s+(?:all\s+)?changes\b|\bsince\s+(?:the\s+)?last\s+(?:run|time|week|month|day|e-?mail|report|one)\b"
)
_CHART = re.compile(r"\b(?:chart|graph|diagram|plot)\b")
_PDF = re.compile(r"\bpdf\b")
_SHEET = re.compile(r"\b(?P<csv>csv)\b|\b(?:excel|xlsx|spreadsheet|sheet)\b")
_ATTACH = re.compile(
    r"\battach|\bwith\s+(?:it|the\s+(?:file|document|pdf|sheet))|\bas\s+an?\s+(?:pdf|csv|excel|xlsx|spreadsheet|attachment)|\b(?:it|that|them|pdf|document|invoice|file|sheet|csv)\b"
)
_LABEL = re.compile(
    r"\b(?:summar(?:y|ies)|list|digest|report|overview|round-?up|recap|table|chart|graph|numbers|figures|totals?|breakdown|copy|csv|pdf|spreadsheet|excel\s+(?:file|sheet))\s+(?:of|on|with|about|for|showing)\s+(?:all\s+(?:of\s+)?|the\s+|our\s+|my\s+|every\s+)*(?P<x>[^,.;()]{3,60})"
)
_TOP = re.compile(r"\b(?:top|first|biggest|largest|latest|newest)\s+(?P<n>\d{1,3}|five|ten|twenty)\b")
_NUMBERS = {"five": 5, "ten": 10, "twenty": 20}
_SUMMED = ("money", "number", "duration")
SUMS_MAX = 2


@dataclass(slots=True)
class Gathered:
    """The words of the message as far as they come from rows, and the files that go with it."""

    subject: str = ""
    body: str = ""
    short: str = ""
    attached: list[str] = field(default_factory=list)

    @property
    def none(self) -> bool:
        return not (self.body or self.attached)


def gathered(piece: Piece, about: About) -> tuple[list[Json], Gathered]:
    """The steps before a message that it is made of."""
    text = piece.text
    table = about.named(text) or about.table
    other = (
        table is not None
        and about.row is not None
        and table.id != about.row.id
        and bool(_WHOLE.search(text) or re.search(r"\blist\b", text))
    )
    if table is not None and (about.row is None or other) and not re.search(r"\beach\s+of\s+them\b", text):
        about.table = about.table or table
        if _CHANGED.search(text):
            return _changes(piece, table, about)
        if about.found is not None and not about.named(text):
            table = about.found
        if _WHOLE.search(text) or _SHEET.search(text) or _PDF.search(text):
            return _report(piece, table, about)
        if "rows" in about.ids and about.found is table:
            return [], Gathered(_subject(piece, table), _body(piece, table, about), _short(piece, table, about))
        if _LIST.search(text) or (about.trigger == "schedule" and about.named(text) is not None and not _for_whom(text, table)):
            return _listing(piece, table, about)
    if about.row is None and "totals" in about.ids and "rows" not in about.ids and about.table is not None:
        said = "\n".join(
            [
                f"{about.table.name}: {about.output('totals', 'rows')}",
                *(f"{f.name}: {about.output('totals', id_from(f.name))}" for f in summed(about.table)),
            ]
        )
        return [], Gathered(f"{about.table.name}, {{today}}", said, said)
    if about.row is not None and _PDF.search(text) and "file" not in about.ids:
        return [document(piece, about.row, about)], Gathered(attached=[about.output("file", "file")])
    if about.ids.get("file") and _ATTACH.search(text):
        return [], Gathered(attached=[about.output("file", "file")])
    return [], Gathered()


def _for_whom(text: str, table: Table) -> bool:
    """`remind the owners of overdue tasks`: the rows say to whom, not what."""
    return bool(
        re.search(r"\b(?:owners?|assignees?|responsible|customers?|clients?|each|every|whoever|people|tenants?|members?)\b", text)
    )


def found(piece: Piece, about: About) -> list[Json]:
    """The step that finds the rows that are meant, unless it has been said before."""
    table = about.named(piece.text) or about.found or about.table
    if table is None or ("rows" in about.ids and about.found is table):
        return []
    about.table = about.found = table
    step = about.step("find_rows", table.id, "rows", table=table.id)
    filter = limited(piece.text, table, about)
    if filter.of:
        step["filter"] = filter.portable()
    if (m := _TOP.search(piece.text)) is not None:
        step["limit"] = _NUMBERS.get(m["n"]) or int(m["n"])
    if (by := _sorted_by(piece.text, table)) is not None:
        step["sorts"] = [{"field": by[0].id, **({"descending": True} if by[1] else {})}]
    return [step]


def limited(text: str, table: Table, about: About) -> Filter:
    """Which rows; what the condition of the whole automation says counts as well."""
    own = rows_meant(text, table)
    more = rows_meant(about.limit, table).of if about.limit else ()
    have = {c.field for c in own.of if isinstance(c, Condition)}
    return Filter(of=(*own.of, *(c for c in more if isinstance(c, Condition) and c.field not in have)))


def _sorted_by(text: str, table: Table) -> tuple[AnyField, bool] | None:
    if m := re.search(r"\b(?:sorted|ordered)\s+by\s+(?P<f>[\w ]{2,30})|\bby\s+(?P<g>amount|value|price|date|due\s+date)\b", text):
        said = (m["f"] or m["g"]).split(" and ")[0]
        one = next((f for f in table.fields if f.name.lower() in said or said.strip() in f.name.lower()), None)
        if one is not None:
            return one, one.kind in _SUMMED
    if _TOP.search(text) and (sums := summed(table)):
        return sums[0], True
    due = next(
        (f for f in table.fields if f.kind in ("date", "datetime") and f.name.lower().startswith(("due", "deadline", "start"))),
        None,
    )
    return (due, False) if due else None


def summed(table: Table) -> list[AnyField]:
    fields = [f for f in table.fields if f.kind in _SUMMED]
    return sorted(fields, key=lambda f: f.kind != "money")[:SUMS_MAX]


def totals(piece: Piece, table: Table, about: About) -> Json:
    figures: list[Json] = [{"name": "Rows"}]
    figures += [
        {
            "name": f.name,
            "summary": "average" if re.search(rf"\baverage\s+{re.escape(f.name.lower())}", piece.text) else "sum",
            "field": f.id,
        }
        for f in summed(table)
    ]
    step = about.step("aggregate", "totals", "totals", table=table.id, figures=figures)
    filter = limited(piece.text, table, about)
    return step | ({"filter": filter.portable()} if filter.of else {})


def charted(piece: Piece, table: Table, about: About) -> Json | None:
    """A chart of the rows by what parts them; None when nothing does."""
    filter = limited(piece.text, table, about)
    by = _parting(piece.text, table, filter)
    if by is None:
        return None
    step = about.step("chart", "chart", "chart", table=table.id, title=f"{table.name} by {by.name.lower()}")
    step["by"] = {"field": by.id, **({"bucket": "month"} if by.kind in ("date", "datetime", "created_at") else {})}
    sums = summed(table)
    step["figure"] = (
        {"name": sums[0].name, "summary": "sum", "field": sums[0].id} if sums and sums[0].kind == "money" else {"name": "Rows"}
    )
    if re.search(r"\bpie\b", piece.text):
        step["style"] = "pie"
    elif by.kind in ("date", "datetime", "created_at"):
        step["style"] = "line"
    return step | ({"filter": filter.portable()} if filter.of else {})


def _parting(text: str, table: Table, filter: Filter) -> AnyField | None:
    if m := re.search(r"\b(?:by|per)\s+(?P<f>[\w ]{2,30})", text):
        for one in table.fields:
            if re.match(rf"{re.escape(one.name.lower())}\b", m["f"]) and one.kind not in ("text", "long_text", "file", "image"):
                return one
    fixed = {c.field for c in filter.of if isinstance(c, Condition) and c.op == "is"}
    chosen = [f for f in table.fields if isinstance(f, Select)]
    people = [f for f in table.fields if f.kind == "person"]
    dates = [f for f in table.fields if f.kind in ("date", "datetime", "created_at")]
    free = [f for f in chosen if f.id not in fixed]
    return next(iter([*free, *people, *dates, *chosen]), None)


def _report(piece: Piece, table: Table, about: About) -> tuple[list[Json], Gathered]:
    steps = found(piece, about)
    whole = bool(_WHOLE.search(piece.text)) or not (_SHEET.search(piece.text) or _PDF.search(piece.text))
    if whole and "totals" not in about.ids:
        steps.append(totals(piece, table, about))
        if (chart := charted(piece, table, about)) is not None:
            steps.append(chart)
    made = Gathered(_subject(piece, table), _body(piece, table, about), _short(piece, table, about))
    if _PDF.search(piece.text):
        steps.append(
            about.step(
                "document", "document", "file", template=f"# {made.subject}\n\n{made.body}", file_name=f"{_file_name(table)}.pdf"
            )
        )
        made.attached.append(about.output("file", "file"))
    if m := _SHEET.search(piece.text):
        steps.append(sheet(table, about, "csv" if m["csv"] else "xlsx"))
        made.attached.append(about.output("sheet", "file"))
    return steps, made


def _listing(piece: Piece, table: Table, about: About) -> tuple[list[Json], Gathered]:
    steps = found(piece, about)
    return steps, Gathered(_subject(piece, table), _body(piece, table, about), _short(piece, table, about))


def _changes(piece: Piece, table: Table, about: About) -> tuple[list[Json], Gathered]:
    """What was added, changed and trashed since the last run, or in the days that are said."""
    step = about.step("changes", "changes", "changes", table=table.id)
    if m := re.search(r"\b(?:last|past)\s+(?P<n>\d{1,3})\s+days\b", piece.text):
        step["days"] = int(m["n"])
    filter = rows_meant(re.sub(r"\bsince\b.*$", "", piece.text), table)
    if filter.of:
        step["filter"] = filter.portable()
    said = f"{about.output('changes', 'text')}"
    return [step], Gathered(f"{table.name}: what changed", said, said)


def sheet(table: Table, about: About, format: str) -> Json:
    step = about.step("sheet", "sheet", "sheet", format=format, file_name=f"{_file_name(table)}.{format}") | {"format": format}
    return step | (
        {"rows": about.output("rows", "rows")} if "rows" in about.ids and about.found is table else {"table": table.id}
    )


def document(piece: Piece, table: Table, about: About) -> Json:
    """A document of one row: its title, then what it holds."""
    m = re.search(
        r"\b(?P<x>invoice|quote|offer|contract|receipt|certificate|confirmation|report|letter|work\s+order|badge|ticket|agreement)\b",
        piece.text,
    )
    what = sentence(m["x"]) if m else table.name
    return about.step(
        "document",
        "document",
        "file",
        template=f"# {what}: {title_of(table)}\n\n{listed(table)}",
        file_name=f"{what} {title_of(table)}.pdf",
    )


def _file_name(table: Table) -> str:
    return f"{table.name} {{today}}"


def label(piece: Piece, table: Table) -> str:
    """How the rows are called: `open deals`."""
    m = _LABEL.search(piece.text)
    said = re.split(r"\s+(?:to|by|via|in|on|as|with|and|every|each|from|at|sorted|for)\s+|\s+#", m["x"])[0] if m else ""
    said = tidy(said)
    if said and set(re.findall(r"[a-z]+", said)) & set(
        re.findall(r"[a-z]+", f"{table.name.lower()} {table.name.lower().rstrip('s')}")
    ):
        return said
    before = re.search(
        rf"((?:open|overdue|new|late|unpaid|active|pending|urgent)\s+)?{re.escape(table.name.lower())}\b", piece.text
    )
    return before[0] if before else table.name.lower()


def _subject(piece: Piece, table: Table) -> str:
    return f"{sentence(label(piece, table))}, {{today}}"


def _short(piece: Piece, table: Table, about: About) -> str:
    lines = [f"{sentence(label(piece, table))}: {about.output('rows', 'count')}"]
    lines += [f"{f.name}: {about.output('totals', id_from(f.name))}" for f in summed(table)] if "totals" in about.ids else []
    return "\n".join([*lines, "", about.output("rows", "table")]).strip()


def _body(piece: Piece, table: Table, about: About) -> str:
    """How many, the sums, the chart, and the rows as a table."""
    lines = [f"**{about.output('rows', 'count')}** {label(piece, table)}"]
    lines += [f"{f.name}: **{about.output('totals', id_from(f.name))}**" for f in summed(table)] if "totals" in about.ids else []
    parts = ["  \n".join(lines), about.output("chart", "picture"), about.output("rows", "table")]
    return "\n\n".join(p for p in parts if p)
