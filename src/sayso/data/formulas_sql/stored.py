"""The functions that formulas stand on in PostgreSQL. `python -m sayso.data.formulas_sql.stored` prints `db/formulas.sql`."""

import sys

from sayso.data.formulas_sql import dates, numbers, texts
from sayso.data.formulas_sql.sql import bounded

STORED = (bounded, *numbers.STORED.values(), *texts.STORED.values(), *dates.STORED.values())

HEAD = """-- The functions that formulas stand on. Written by sayso.data.formulas_sql.stored; a test keeps it fresh.
SET LOCAL search_path TO sayso, pg_catalog;

"""


def script() -> str:
    return HEAD + "\n".join(stored.statement() for stored in STORED)


if __name__ == "__main__":
    sys.stdout.write(script())
