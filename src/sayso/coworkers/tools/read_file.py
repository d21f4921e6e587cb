"""The text of a file in a row that may be seen."""

from typing import Any

import orjson
from pydantic import Field

from sayso import db
from sayso.coworkers import file_texts
from sayso.coworkers.reach import Place
from sayso.coworkers.rendering import addresses_in
from sayso.coworkers.tools.tool import Asks, At, Read, Tool
from sayso.coworkers.values import people_of, title_of
from sayso.data.files import found
from sayso.data.query import rows_by_id
from sayso.errors import NotFound

CHARACTERS_TOLD_MAX = 14_000


class ReadFile(Asks):
    table: str
    row: int = Field(ge=1, le=2**63 - 1)
    file: str = Field(description="the file's id or name, as the row tells it")
    start: int = Field(0, ge=0, description="the character to go on from")


async def run(at: At, asked: ReadFile) -> Read:
    async with db.transaction(at.desk.engine) as tx:
        place = await at.reach.place(tx, asked.table)
        people = await people_of(tx, place)
        rows = orjson.loads(f"[{await rows_by_id(tx, place.app, place.table, [asked.row])}]")
        if not rows:
            raise NotFound(f"{place.table.name} has no row {asked.row}.")
        file = _file(place, rows[0], asked.file)
        stored, path = await found(tx, at.desk.files, file["id"], by=at.reach.by)
    text = await file_texts.text_of(path, stored.type, stored.name)
    title = title_of(place.table, rows[0], people)
    part = text[asked.start : asked.start + CHARACTERS_TOLD_MAX]
    at.addresses |= addresses_in(part)
    n = at.sources.number(
        "file", stored.name, f"Files of {title}", app=place.app.id, table=place.table.id, row=asked.row, file=stored.id
    )
    rest = {"next_start": asked.start + len(part)} if asked.start + len(part) < len(text) else {}
    told = {"cite": n, "file": stored.name, "characters": len(text), "text": part, **rest}
    return Read(told, stored.name, f"{len(text.split()):,} words")


def _file(place: Place, row: dict[str, Any], said: str) -> dict[str, Any]:
    files = [f for field in place.fields if field.kind in ("file", "image") for f in row["values"].get(field.id) or ()]
    folded = said.strip().casefold()
    for one in files:
        if folded in (one["id"].casefold(), str(one["name"]).casefold()):
            return one
    raise NotFound(f"This row has no file {said[:80]!r}; it has {', '.join(f['name'] for f in files[:10]) or 'none'}.")


TOOL = Tool(
    "read_file", "Read a file", "reads", "The text of a file of a row: PDF, text, tables. Cite it as [cite].", ReadFile, run
)
