"""Which rows, and in what order: nested conditions, sorts and groups."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Tag

from sayso.spec.part import Frozen, Id

FILTER_CONDITIONS_MAX = 100
FILTER_DEPTH_MAX = 6
FILTER_LINKS_MAX = 4
MY_GROUPS = "my_groups"
MY = "my."

Op = Literal[
    "is", "is_not", "contains", "not_contains", "starts_with", "ends_with", "empty", "not_empty",
    "gt", "gte", "lt", "lte", "any_of", "none_of", "all_of", "within",
]  # fmt: skip
"""`gt`…`lte` order numbers, days and moments alike (after, before). `within` takes a span of days, see `Span`."""

Span = Literal[
    "today", "yesterday", "tomorrow", "this_week", "last_week", "next_week", "this_month", "last_month", "next_month",
    "this_quarter", "last_quarter", "next_quarter", "this_year", "last_year", "next_year", "past", "future",
    "last_7_days", "last_30_days", "last_90_days", "next_7_days", "next_30_days", "next_90_days",
]  # fmt: skip
"""Days counted in the app's time zone; weeks start on Monday. `last_n_days` and `next_n_days` take any n to 3650."""


class Condition(Frozen):
    """One field against one value. A day may be `today`, `tomorrow`, `yesterday`; a person may be `me`.

    `via` leads over links: `field` is then one of the table that the last link leads to, and any linked row that meets the condition
    counts. `my_groups` stands for the names of the asker's groups (and, of people, for everybody in them), `my.region` for the property
    `region` of the asker or of their groups.
    """

    field: Id
    op: Op
    value: Any = None
    via: tuple[Id, ...] = ()


class Filter(Frozen):
    """Conditions and further filters, joined by `all` or `any`. Empty means every row."""

    match: Literal["all", "any"] = "all"
    of: tuple[
        Annotated[
            Annotated[Condition, Tag("condition")] | Annotated[Filter, Tag("filter")],
            Discriminator(
                lambda v: "condition" if ("field" in v if isinstance(v, dict) else isinstance(v, Condition)) else "filter"
            ),
        ],
        ...,
    ] = ()


class Sort(Frozen):
    field: Id
    descending: bool = False


class Grouping(Frozen):
    field: Id
    descending: bool = False
    bucket: Bucket | None = None
    """Days and moments are grouped by span."""


Bucket = Literal["day", "week", "month", "quarter", "year"]
Grouping.model_rebuild()
