"""Who reads the rows of which kind of connection."""

from sayso.connections.databases import DATABASES
from sayso.connections.databases.reader import SqlReader
from sayso.connections.json_lists import ListReader
from sayso.connections.kinds import airtable, csv_url, github, google_sheets, notion, rss, s3
from sayso.connections.opened import Opened
from sayso.connections.reading import Reader
from sayso.errors import Invalid, Problem

SQL = SqlReader()
READERS: dict[str, Reader] = {
    **dict.fromkeys(DATABASES, SQL),
    "airtable": airtable.READER,
    "csv": csv_url.READER,
    "github": github.READER,
    "google_sheets": google_sheets.READER,
    "http": ListReader(),
    "notion": notion.READER,
    "rss": rss.READER,
    "s3": s3.READER,
}


def reader_of(opened: Opened) -> Reader:
    """Raises `Invalid` when nothing of it can become a table."""
    reader = READERS.get(opened.kind)
    if reader is None:
        raise Invalid(Problem("connection", f"{opened.name} holds no rows that could be connected"))
    return reader
