"""Which kind a field is: what the sentence says first, then what such nouns usually are."""

import re
from typing import Protocol

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import is_plural, lemma
from sayso.builder.planner.sketch import FieldSketch, TableSketch

PERSONAL = frozenset(
    "customer client patient student tenant donor guest member applicant candidate passenger visitor buyer seller volunteer author speaker artist contact emergency parent guardian supplier vendor company".split()
)


class KindOfNoun(Protocol):
    """From a field's name and its table's to a kind and how sure that is; a trained classifier may stand here."""

    def __call__(self, name: str, table: str) -> tuple[str | None, float]: ...


def by_gazetteer(name: str, table: str) -> tuple[str | None, float]:
    """The gazetteer, then what endings say: `… date`, `… at`, `number of …`, `… by`, `is …`."""
    low = " ".join(re.sub(r"[^\w%€$£#'& -]", " ", name.lower()).split())
    kind, sure = lexicon.kind_of(low)
    if sure == 1.0:
        return kind, sure
    for pattern, of in _SHAPES:
        if pattern.search(low):
            return of, 0.85
    return kind, sure


_SHAPES = (
    (re.compile(r"^(?:number|no\.?|nr|count|#|amount|quantity|total number)\s+of\s"), "number"),
    (re.compile(r"^amount\s+(?!of\b)"), "money"),
    (re.compile(r"^(?:date\b|day\s+(?:of\s|\w+(?:ed|en)$))|\bdate$|\bdeadline$|\bon$|\bdue$|\bday$"), "date"),
    (re.compile(r"\b(?:time|at)$"), "datetime"),
    (re.compile(r"^(?:hours|minutes|days|nights|weeks|months|units|items|pieces)\s|^(?:minimum|maximum|min|max)\s"), "number"),
    (re.compile(r"^(?:is|has|was|are|can|needs?|should|wants?|does)\s|\?$|\bflag$|\b(?:ok|done|paid|signed|received|approved|required|needed|included|allowed|completed)$"), "checkbox"),
    (re.compile(r"(?:ed|en|done|made|held|paid|sent|run|led|taught|fed|built|sold)\s+by$|^by$"), "person"),
    (re.compile(r"^(?:photo|picture|image|pic|screenshot|logo)s?\b|\b(?:photo|picture|image|pic|screenshot|logo)s?$"), "image"),
    (re.compile(r"^(?:scan|copy|pdf|file|upload)\s|\b(?:pdf|file|document|scan|upload|attachment|certificate)s?$"), "file"),
    (re.compile(r"\b(?:e-?mail|email address)$"), "email"),
    (re.compile(r"\b(?:phone|mobile|tel|telephone|cell)(?:\s+(?:number|no))?$"), "phone"),
    (re.compile(r"\b(?:url|website|link)$"), "url"),
    (re.compile(r"%|\bpercent|\bratio$"), "percent"),
    (re.compile(r"\b(?:notes?|comments?|description|details|summary|remarks?|feedback|reason|instructions|explanation)$|\bcomment\b"), "long_text"),
    (re.compile(r"€|\$|£|\b(?:price|cost|fee|budget|revenue|salary|payment|spend|income|value|charge|deposit|rent)s?$|^(?:price|cost|fee|budget|value)\s+(?:of|per|for)\b"), "money"),
    (re.compile(r"\b(?:status|stage|type|category|priority|kind|level|class|method|phase|severity|grade)$"), "select"),
    (re.compile(r"\b(?:name|code|number|no|id|ref|reference|address|title)$"), "text"),
    (re.compile(r"\b(?:hours|minutes|days|qty|quantity|count|weight|height|width|length|age|size in|points|score)$"), "number"),
    (re.compile(r"\bmanager$|\bowner$|\blead$|\bofficer$|\bcoordinator$|\bsupervisor$"), "person"),
)  # fmt: skip


def settle(field: FieldSketch, table: TableSketch, guess: KindOfNoun = by_gazetteer) -> None:
    """Gives the field its kind when it has none. Choices win over everything; a link stays a link."""
    if field.link is not None:
        field.kind = "link"
        return
    if field.kind in ("formula", "rollup", "lookup", "ai", "link"):
        return
    name = field.name.lower()
    kind, sure = guess(field.name, table.name)
    if field.options:
        if field.kind not in ("select", "multi_select"):
            field.kind = (
                "multi_select"
                if kind == "multi_select" or (field.many and is_plural(lemma(name)) is False and field.many)
                else "select"
            )
        return
    if field.kind is None:
        field.kind_assumed = sure < 0.7
        field.kind = kind or ("text" if not (field.many and is_plural(name.split()[-1])) else "multi_select")
        words = set(name.split())
        if field.kind == "person" and (words & PERSONAL or lemma(name) in ("doctor", "contact")):
            field.kind = "text"
    if (
        field.kind == "number"
        and field.kind_assumed is False
        and name in ("amount", "total amount", "total", "sum")
        and re.search(
            r"expense|payment|invoice|donation|transaction|receipt|budget|deposit|contribution|gift|grant|loan|claim|pledge|refund|bill|purchase|income|fee|cost|sale|fund|salary|transfer|sponsor|quote|deal|opportunit",
            table.name.lower(),
        )
    ):
        field.kind = "money"
    if field.kind == "hours":
        field.kind = "number"
    if field.kind == "number" and kind == "money" and not field.sure:
        field.kind = "money"
    if field.kind == "duration" and field.settings.get("unit"):
        field.kind = "number"
    if field.kind == "date" and re.search(r"date\s*/\s*time|date and time|time$", name):
        field.kind = "datetime"
