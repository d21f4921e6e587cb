"""Saved ways to look at rows, one class a kind."""

from typing import Annotated, Literal

from pydantic import Discriminator
from pydantic import Field as Limit

from sayso.spec.fields.choice import Hue
from sayso.spec.fields.link import Summary
from sayso.spec.filter import Bucket, Filter, Grouping, Sort
from sayso.spec.part import Description, Frozen, Id, Name, Part


class ColourRule(Frozen):
    """Rows that meet the filter wear this colour; the first rule that fits wins."""

    hue: Hue
    filter: Filter


class _Rows(Part):
    """A view of one table's rows. `hidden` fields are left out, `order` says which come first."""

    table: Id
    filter: Filter = Filter()
    sorts: tuple[Sort, ...] = ()
    groups: tuple[Grouping, ...] = ()
    hidden: tuple[Id, ...] = ()
    order: tuple[Id, ...] = ()
    colours: tuple[ColourRule, ...] = ()


class Grid(_Rows):
    kind: Literal["grid"] = "grid"
    widths: dict[Id, Annotated[int, Limit(ge=40, le=1200)]] = {}
    frozen: Annotated[int, Limit(ge=0, le=8)] = 1
    row_height: Literal["compact", "normal", "roomy"] = "normal"
    summaries: dict[Id, Summary] = {}


class Board(_Rows):
    """Columns by a select, person, checkbox or single link; `limits` says how many cards a column should hold."""

    kind: Literal["board"] = "board"
    by: Id
    cover: Id | None = None
    limits: dict[str, int] = {}


class Calendar(_Rows):
    kind: Literal["calendar"] = "calendar"
    start: Id
    end: Id | None = None
    by: Id | None = None
    """The select that colours what is shown."""


class Gallery(_Rows):
    kind: Literal["gallery"] = "gallery"
    cover: Id | None = None


class Timeline(_Rows):
    """Bars from `start` to `end`, in lanes by `by`."""

    kind: Literal["timeline"] = "timeline"
    start: Id
    end: Id | None = None
    by: Id | None = None


ChartShape = Literal["bar", "line", "area", "pie", "donut", "scatter", "number"]


class Measure(Frozen):
    """`count` of rows, or a summary of one field's values."""

    summary: Summary = "count"
    field: Id | None = None


class Chart(_Rows):
    """`measure` for each value of `by` (days and moments in buckets), split into series by `split`."""

    kind: Literal["chart"] = "chart"
    shape: ChartShape = "bar"
    by: Id | None = None
    bucket: Bucket | None = None
    split: Id | None = None
    measure: Measure = Measure()


class FormField(Frozen):
    field: Id
    label: str = ""
    help: str = ""
    required: bool = False


class Form(Part):
    """Adds one row. Who may reach it is not part of the spec: publishing is done by a person, on its own page."""

    kind: Literal["form"] = "form"
    table: Id
    fields: tuple[FormField, ...] = ()
    title: str = ""
    intro: Description = ""
    button: str = "Send"
    thanks: Description = "Thank you. We have received it."


class _Tile(Frozen):
    id: Id
    name: Name
    table: Id
    filter: Filter = Filter()
    width: Annotated[int, Limit(ge=2, le=12)] = 4
    height: Annotated[int, Limit(ge=1, le=8)] = 2


class NumberTile(_Tile):
    """One figure. `compare` sets it against the span before, by the date field `over`."""

    kind: Literal["number"] = "number"
    measure: Measure = Measure()
    over: Id | None = None
    span: Literal["day", "week", "month", "quarter", "year"] | None = None
    width: Annotated[int, Limit(ge=2, le=12)] = 3
    height: Annotated[int, Limit(ge=1, le=8)] = 1


class ChartTile(_Tile):
    kind: Literal["chart"] = "chart"
    shape: ChartShape = "bar"
    by: Id | None = None
    bucket: Bucket | None = None
    split: Id | None = None
    measure: Measure = Measure()
    width: Annotated[int, Limit(ge=2, le=12)] = 6


class ListTile(_Tile):
    kind: Literal["list"] = "list"
    fields: tuple[Id, ...] = ()
    sorts: tuple[Sort, ...] = ()
    rows: Annotated[int, Limit(ge=1, le=50)] = 8
    width: Annotated[int, Limit(ge=2, le=12)] = 6


AnyTile = Annotated[NumberTile | ChartTile | ListTile, Discriminator("kind")]


class Dashboard(Part):
    """Tiles on a grid of twelve columns, in reading order."""

    kind: Literal["dashboard"] = "dashboard"
    tiles: tuple[AnyTile, ...] = ()


AnyView = Annotated[Grid | Board | Calendar | Gallery | Timeline | Chart | Form | Dashboard, Discriminator("kind")]
