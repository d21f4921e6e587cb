"""Which rows a request asks for: a view, and what is laid over it."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sayso.web.shapes import Asked, PartId

PAGE_ROWS_MAX = 1_000
JSON_CHARACTERS_MAX = 20_000

JsonText = Annotated[str, StringConstraints(max_length=JSON_CHARACTERS_MAX)]


class AskedFilter(Asked):
    """Rows of a view that meet a filter and hold the searched text."""

    view: Annotated[PartId | None, Field(description="Begins with this view's filter, sorts and hidden fields")] = None
    filter: Annotated[
        JsonText | None,
        Field(
            description="A Filter as JSON, on top of the view's own",
            examples=['{"of": [{"field": "stage", "op": "is", "value": "won"}]}'],
        ),
    ] = None
    search: Annotated[str, StringConstraints(max_length=200)] = ""


class AskedRows(AskedFilter):
    """A page: by `offset`, which jumps anywhere, or by `cursor`, which walks."""

    sorts: Annotated[
        JsonText | None, Field(description="Sorts as JSON", examples=['[{"field": "worth", "descending": true}]'])
    ] = None
    fields: Annotated[JsonText | None, Field(description="Ids of the fields wanted, with commas", examples=["name,worth"])] = None
    offset: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    limit: Annotated[int, Field(ge=1, le=PAGE_ROWS_MAX)] = 100
    cursor: Annotated[str | None, StringConstraints(max_length=2_000)] = None
    total: Annotated[Literal["0", "1"], Field(description="1 counts all rows as well")] = "0"


class AskedTrash(Asked):
    offset: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    limit: Annotated[int, Field(ge=1, le=PAGE_ROWS_MAX)] = 100


class AskedGroups(AskedFilter):
    by: Annotated[JsonText, Field(description="Groupings as JSON", examples=['[{"field": "stage"}]'])]
    summaries: Annotated[JsonText | None, Field(description="Summaries by field id, as JSON", examples=['{"worth": "sum"}'])] = (
        None
    )


class AskedAggregates(AskedFilter):
    by: Annotated[JsonText | None, Field(description="A Grouping as JSON", examples=['{"field": "due", "bucket": "month"}'])] = (
        None
    )
    split: Annotated[JsonText | None, Field(description="A Grouping as JSON: one series each")] = None
    measure: Annotated[
        JsonText | None, Field(description="A Measure as JSON", examples=['{"summary": "sum", "field": "worth"}'])
    ] = None


class AskedSummaries(AskedFilter):
    summaries: Annotated[JsonText, Field(description="Summaries by field id, as JSON", examples=['{"worth": "sum"}'])]


class AskedExport(AskedFilter):
    format: Literal["csv", "xlsx", "json"] = "csv"
    sorts: JsonText | None = None
    raw: Annotated[Literal["0", "1"], Field(description="1 leaves text that a spreadsheet would take for a formula as it is")] = (
        "0"
    )
