"""Spreadsheets are wishes too: the columns that an import inferred become tables of the sketch."""

import re

from sayso.builder.planner.naming import cased_name
from sayso.builder.planner.nouns import noun_of
from sayso.builder.planner.sketch import FieldSketch, Sketch
from sayso.builder.planner.wish import Sheet

_KINDS = frozenset(
    "text long_text number money percent date datetime duration checkbox select multi_select rating email phone url".split()
)


def with_sheets(sheets: tuple[Sheet, ...], sketch: Sketch) -> None:
    """One table a sheet, one field a column, as the import read them."""
    for sheet in sheets:
        name = re.sub(r"(?i)\.(?:csv|xlsx|xls|tsv)$", "", sheet.name).replace("_", " ").replace("-", " ")
        table = sketch.add(noun_of(name) or "row")
        table.weight += 3
        sketch.subject = table
        for column in sheet.columns:
            label = cased_name(" ".join(column.name.replace("_", " ").split())) or "Column"
            if table.field(label) is None:
                kind = column.kind if column.kind in _KINDS else "text"
                table.fields.append(
                    FieldSketch(label, None, kind, list(column.options), sure=True, assumed="a column of the spreadsheet")
                )
