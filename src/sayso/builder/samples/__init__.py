"""A few believable rows for a new app, so that its first view is not empty. Made from word lists, the same for the same app.

`rows(app, table, today)` gives values as the API takes them. A link holds `{"id": n, "name": …}`, where `n` counts the sample
rows of the other table from 1; whoever writes the rows puts the real ids in place (`sayso.builder.build` does).
"""

from sayso.builder.samples.rows import ROWS_MAX, ROWS_MIN, rows, rows_of_app

__all__ = ["ROWS_MAX", "ROWS_MIN", "rows", "rows_of_app"]
