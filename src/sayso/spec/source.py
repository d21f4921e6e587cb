"""Where a connected table's rows come from: a connection, what of it, and which column fills which field."""

from typing import Annotated, Literal

from pydantic import Field as Limit
from pydantic import StringConstraints

from sayso.spec.part import Frozen, Id

KEY_COLUMNS_MAX = 8
COLUMN_CHARACTERS_MAX = 300

Column = Annotated[str, StringConstraints(min_length=1, max_length=COLUMN_CHARACTERS_MAX)]
"""A column, property or header as the source calls it."""

Wins = Literal["source", "ours", "newest", "ask"]


class Source(Frozen):
    """Rows of a table that live elsewhere.

    `synced` keeps them here as well, so that every view, formula, link and automation works, and brings them up to date by `cron`
    (in the app's zone; none: when somebody asks). `live` asks the source each time rows are read, and keeps nothing.
    """

    connection: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    """The connection's id."""
    what: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
    """What of the connection, in its own words: `public.orders`, a sheet's name, an address."""
    key: Annotated[tuple[Column, ...], Limit(min_length=1, max_length=KEY_COLUMNS_MAX)]
    """The columns that tell its rows apart."""
    fields: dict[Id, Column] = {}
    """By field of the table, the column that fills it. Other fields are the table's own, and no sync touches them."""
    mode: Literal["synced", "live"] = "synced"
    cron: Annotated[str, StringConstraints(max_length=100)] | None = None
    cursor: Column | None = None
    """A column that grows with every change there (`updated_at`): only what is newer is read, and everything once a day."""
    wins: Wins = "source"
    """When a value was changed on both sides since the last sync. `ask` leaves ours and waits for a person."""
    gone: Literal["trash", "keep"] = "trash"
    """What becomes of a row that is no longer there."""
    writes: bool = False
    """Whether values that people change here are written back, where the source can be written to."""
