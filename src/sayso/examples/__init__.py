"""Finished apps as spec files: seeds, documentation and tests at once.

    listed()                 all of them, the three large ones first
    load(id)                 one of them
    rows(example, today)     its sample rows, with dates around today

A folder each: `app.yaml` as a person writes a spec, `rows.yaml` with a few rows from that trade.
"""

from sayso.examples.example import Example, listed, load
from sayso.examples.sample_rows import rows

__all__ = ["Example", "listed", "load", "rows"]
