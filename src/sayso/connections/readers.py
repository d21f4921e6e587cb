"""Who reads the rows of which kind of connection."""

from sayso.connections.databases import DATABASES
from sayso.connections.databases.reader import SqlReader
from sayso.connections.opened import Opened
from sayso.connections.reading import Reader
from sayso.errors import Invalid, Problem

SQL = SqlReader()
READERS: dict[str, Reader] = dict.fromkeys(DATABASES, SQL)


def reader_of(opened: Opened) -> Reader:
    """Raises `Invalid` when nothing of it can become a table."""
    reader = READERS.get(opened.kind)
    if reader is None:
        raise Invalid(Problem("connection", f"{opened.name} holds no rows that could be connected"))
    return reader
