"""Which rows a request asks for: a view, and what is laid over it."""

from functools import cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from sayso.data.open_app import OpenApp
from sayso.data.query import Query
from sayso.errors import Invalid, Problem
from sayso.spec.filter import Filter, Grouping, Sort
from sayso.spec.view import Dashboard, Form, Grid
from sayso.web.body import parsed
from sayso.web.problems import problems_of
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


T = TypeVar("T")
D = TypeVar("D")
Groupings = tuple[Grouping, ...]
Sorts = tuple[Sort, ...]


@cache
def _reads(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def json_of(name: str, text: str | None, shape: type[T], default: D) -> T | D:
    """A query parameter that holds JSON; problems name the parameter and the place in it."""
    if not text:
        return default
    try:
        return _reads(shape).validate_python(parsed(text, name))
    except ValidationError as error:
        found = problems_of(error.errors(include_url=False, include_input=False))
        raise Invalid.of(Problem(f"{name}/{p.path}".rstrip("/"), p.reason, p.example) for p in found) from None


def filter_of(app: OpenApp, table: str, asked: AskedFilter) -> Filter:
    """The view's filter and the one asked for, both."""
    view, own = _view(app, table, asked.view), json_of("filter", asked.filter, Filter, Filter())
    if view is None or not view.filter.of:
        return own
    return Filter(of=(view.filter, own)) if own.of else view.filter


def query_of(app: OpenApp, table: str, asked: AskedRows) -> Query:
    view = _view(app, table, asked.view)
    return Query(
        filter=filter_of(app, table, asked),
        sorts=json_of("sorts", asked.sorts, Sorts, view.sorts if view else ()),
        search=asked.search,
        fields=tuple(asked.fields.split(",")) if asked.fields else None,
        offset=asked.offset,
        limit=asked.limit,
        after=asked.cursor,
    )


def export_of(app: OpenApp, table: str, asked: AskedExport) -> Query:
    """As a page of rows, with the view's hidden fields left out."""
    view = _view(app, table, asked.view)
    fields = app.spec.table(table)
    shown = tuple(f.id for f in fields.fields if f.id not in view.hidden) if view and fields else None
    sorts = json_of("sorts", asked.sorts, Sorts, view.sorts if view else ())
    return Query(filter=filter_of(app, table, asked), sorts=sorts, search=asked.search, fields=shown)


def _view(app: OpenApp, table: str, id: str | None) -> Grid | None:
    """The view, when it shows rows of this table (all such kinds have filter and sorts, as a grid has)."""
    if id is None:
        return None
    view = app.spec.view(id)
    if view is None or isinstance(view, (Form, Dashboard)) or view.table != table:
        raise Invalid(Problem("view", f"is none of this table's views: {id}"))
    return view  # pyright: ignore[reportReturnType]
