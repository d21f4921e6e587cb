"""Things made on their own: a document, a sheet, a chart, to be attached by a later step."""

import re

from sayso.builder.planner.automations.whole import reports
from sayso.builder.planner.automations.whole.about import About, Json
from sayso.builder.planner.automations.whole.pieces import Piece

_MAKES = re.compile(
    r"^(?:makes?|creates?|generates?|produces?|exports?|saves?|draws?|turns?|builds?|prepares?|attach(?:es)?|adds?|includes?|charts?|print|put)\b"
)
_DOCUMENT = re.compile(r"\bpdf\b|\b(?:document|letter|certificate|contract|invoice\s+document|quote\s+document)\b")
_SHEET = re.compile(r"\b(?P<csv>csv)\b|\b(?:excel|xlsx|spreadsheet)\b")
_CHART = re.compile(r"\b(?:chart|graph|diagram)\b")


def read(piece: Piece, about: About) -> list[Json] | None:
    if not _MAKES.match(piece.text) or re.search(r"\b(?:e-?mail|send|post)\b(?!\s+(?:it|them)\s+later)", piece.text):
        return None
    table = about.named(piece.text) or about.row or about.found or about.table
    if table is None:
        return None
    if m := _SHEET.search(piece.text):
        steps = reports.found(piece, about) if about.row is None else []
        return [*steps, reports.sheet(table, about, "csv" if m["csv"] else "xlsx")]
    if _CHART.search(piece.text):
        chart = reports.charted(piece, table, about)
        return [chart] if chart is not None else None
    if _DOCUMENT.search(piece.text):
        if about.row is not None:
            return [reports.document(piece, about.row, about)]
        return reports._report(piece, table, about)[0]
    return None
