"""What a co-worker has read beforehand: rows and files in pieces, with their meanings, found by a question's meaning.

What has changed since is read again before it is searched, up to a bound; the rest follows in the background. A row that is found
is read anew with the rights of whoever asks, so that nothing old or hidden is ever told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from sqlalchemy import ColumnElement, Float, and_, cast, delete, func, insert, or_, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import UserDefinedType

from sayso import db
from sayso.coworkers import file_texts
from sayso.coworkers.desk import Desk
from sayso.coworkers.reach import Place, Reach
from sayso.coworkers.rendering import addresses_in
from sayso.coworkers.values import people_of, row_told, text_of, title_of
from sayso.data.clock import Clock
from sayso.data.files import found as file_found
from sayso.data.physical import rows_of
from sayso.data.query import rows_by_id
from sayso.data.scope import Scope
from sayso.db.coworker_tables import chunks as t
from sayso.errors import SaysoError, Unavailable
from sayso.gateway.refusals import Refused

if TYPE_CHECKING:
    from sayso.coworkers.tools.tool import At

PIECE_CHARACTERS_MAX = 900
PIECES_A_FILE_MAX = 400
PIECES_A_ROW_MAX = 8
FRESH_ROWS_MAX = 150
"""Rows that are read again before a search; more follow behind it."""
REFRESH_ROWS_MAX = 20_000
TOGETHER_MAX = 64
"""Pieces in one call for their meanings."""
FOUND_MAX = 6
LOOKED_AT_MAX = 40
DISTANCE_MAX = 0.85
"""Of two meanings, 0 to 2; what is further away is not told as alike. Measured with the built-in model: a question and the piece that
answers it in other words lie 0.4 to 0.8 apart."""
CLOSE = 0.6
"""Where no model judges what fits."""
PLAIN = ("text", "long_text", "ai", "select", "multi_select")
"""What carries a meaning. Links and what is computed are read anew when a row is told."""


@dataclass(frozen=True, slots=True)
class Known:
    """One source, as people see it."""

    kind: str
    id: str
    name: str
    pieces: int
    waiting: int
    read_at: datetime | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Meaning:
    """The model that gives meanings, as asked for and as it is called."""

    asked: str
    name: str


def _meaning(desk: Desk, reach: Reach) -> _Meaning:
    """Raises `Refused` where there is none."""
    caller = desk.gateway.caller(reach.by.workspace, app=reach.found.app)
    route = desk.gateway.plan(caller, "slot:embedding").routes[0]
    return _Meaning("slot:embedding", f"{route.provider.name}/{route.model}")


async def _vectors(desk: Desk, reach: Reach, model: _Meaning, texts: Sequence[str]) -> list[list[float]]:
    caller = desk.gateway.caller(reach.by.workspace, app=reach.found.app, name=reach.found.coworker.name)
    vectors: list[list[float]] = []
    for at in range(0, len(texts), TOGETHER_MAX):
        body = {"model": model.asked, "input": list(texts[at : at + TOGETHER_MAX]), "encoding_format": "float"}
        answer = await desk.gateway.ask(caller, "embeddings", body)
        vectors += [one["embedding"] for one in sorted(answer["data"], key=lambda one: one["index"])]
    if len(vectors) != len(texts):
        raise Unavailable("The model of the slot “embedding” did not answer for every piece.")
    return vectors


# ── finding ───────────────────────────────────────────────


async def found(at: "At", words: str, tables: Sequence[str] | None, *, apart: float = DISTANCE_MAX) -> list[dict[str, Any]]:
    """Pieces like the words, each with its number. Nothing where nothing is known, or no model gives meanings."""
    reach = at.reach
    if not reach.found.coworker.knowledge:
        return []
    try:
        model = _meaning(at.desk, reach)
        if await refreshed(at.desk, reach, FRESH_ROWS_MAX) >= FRESH_ROWS_MAX:
            at.desk.begin(all_refreshed(at.desk, reach))
        vector = (await _vectors(at.desk, reach, model, [words]))[0]
    except (Refused, Unavailable):
        return []
    told: list[dict[str, Any]] = []
    async with db.transaction(at.desk.engine) as tx:
        places = await _places(tx, reach, tables)
        files = [] if tables else [k.file for k in reach.found.coworker.knowledge if k.file]
        seen: set[tuple[Any, Any]] = set()
        for piece in await _near(tx, reach, model, vector, places, files, apart):
            if len(told) >= FOUND_MAX:
                break
            one = await _told(tx, at, piece, places, seen)
            if one is not None:
                told.append(one)
    return told


async def _places(tx: AsyncConnection, reach: Reach, tables: Sequence[str] | None = None) -> dict[tuple[int, int], Place]:
    """Tables that are known and may be seen now, by the numbers of app and table."""
    wanted = [(k.app or reach.found.app, k.table) for k in reach.found.coworker.knowledge if k.table]
    places: dict[tuple[int, int], Place] = {}
    for place in await reach.places(tx):
        if (place.app.id, place.table.id) in wanted and (tables is None or place.table.id in tables):
            places[place.app.number, rows_of(place.app, place.table).number] = place
    return places


async def _near(
    tx: AsyncConnection,
    reach: Reach,
    model: _Meaning,
    vector: list[float],
    places: dict[tuple[int, int], Place],
    files: list[str],
    apart: float,
) -> list[Any]:
    mine = [_of_place(place, model) for place in places.values()]
    mine += [and_(t.c.file.in_(files), t.c.row_id.is_(None), t.c.model == model.name)] if files else []
    if not mine:
        return []
    where = (t.c.workspace_id == reach.by.workspace) & or_(*mine)
    columns = (t.c.app, t.c.table_no, t.c.row_id, t.c.file, t.c.place, t.c.text)
    if await _has_vectors(tx):
        written = "[" + ",".join(f"{x:.7g}" for x in vector) + "]"
        distance = cast(t.c.embedding, _Vector).op("<=>", return_type=Float())(cast(written, _Vector)).label("distance")
        same = func.cardinality(t.c.embedding) == len(vector)
        query = select(*columns, distance).where(where, same).order_by(distance).limit(LOOKED_AT_MAX)
        rows = (await tx.execute(query)).all()
        return [row for row in rows if row.distance <= apart]
    rows = (await tx.execute(select(*columns, t.c.embedding).where(where))).all()
    rows = [row for row in rows if len(row.embedding) == len(vector)]
    if not rows:
        return []
    matrix, one = np.array([row.embedding for row in rows], np.float32), np.array(vector, np.float32)
    likeness = matrix @ one / (np.linalg.norm(matrix, axis=1) * np.linalg.norm(one) + 1e-12)
    order = np.argsort(-likeness)[:LOOKED_AT_MAX]
    return [rows[n] for n in order if 1 - likeness[n] <= apart]


def _of_place(place: Place, model: _Meaning) -> ColumnElement[bool]:
    """The pieces of the rows that the asker sees, made of the fields that they see: what is hidden is near to no question of theirs."""
    scope = Scope.of(place.app, place.table, Clock.of(place.app.spec.zone))
    mine = and_(t.c.app == place.app.number, t.c.table_no == scope.rows.number, t.c.model == _kept_as(place, model))
    return mine if scope.rule is None else mine & t.c.row_id.in_(select(scope.t.c.id).where(scope.alive))


def _kept_as(place: Place, model: _Meaning) -> str:
    """By which name its pieces are kept: those who see only some fields of the table have pieces made of these."""
    whole = place.app.whole.table(place.table.id)
    seen = [f.id for f in place.table.fields]
    if whole is None or len(seen) == len(whole.fields):
        return model.name
    return f"{model.name} of {md5(' '.join(seen).encode(), usedforsecurity=False).hexdigest()}"


async def _told(
    tx: AsyncConnection, at: "At", piece: Any, places: dict[tuple[int, int], Place], seen: set[tuple[Any, Any]]
) -> dict[str, Any] | None:
    if piece.row_id is None:
        at.addresses |= addresses_in(piece.text)
        name, _, where = piece.place.partition("\n")
        n = at.sources.number("file", name, where or "Knowledge", file=piece.file)
        return {"cite": n, "file": name, "text": piece.text}
    place = places[piece.app, piece.table_no]
    rows = orjson.loads(f"[{await rows_by_id(tx, place.app, place.table, [piece.row_id])}]")
    if not rows or (piece.row_id, piece.file) in seen:
        return None
    people = await people_of(tx, place)
    title = title_of(place.table, rows[0], people)
    at.addresses |= addresses_in(piece.text)
    where = {"app": place.app.id, "table": place.table.id, "row": piece.row_id}
    if piece.file is not None:
        shown = {
            f["id"] for field in place.fields if field.kind in ("file", "image") for f in rows[0]["values"].get(field.id) or ()
        }
        if piece.file not in shown:
            return None
        n = at.sources.number("file", piece.place.partition("\n")[0], f"Files of {title}", file=piece.file, **where)
        return {"cite": n, "file": piece.place.partition("\n")[0], "of": title, "row": piece.row_id, "text": piece.text}
    seen.add((piece.row_id, piece.file))
    n = at.sources.number("row", title, place.table.name, **where)
    told = row_told(place, rows[0], people)
    return {"cite": n, "table": at.reach.called(place), "row": piece.row_id, "text": title, "values": told}


# ── reading ───────────────────────────────────────────────


async def refreshed(desk: Desk, reach: Reach, rows_max: int) -> int:
    """Reads what is new or has changed; how many rows that were. Raises `Refused` where no model gives meanings."""
    model = _meaning(desk, reach)
    async with db.transaction(desk.engine) as tx:
        places = await _places(tx, reach)
    count = 0
    for place in places.values():
        while count < rows_max:
            done = await _rows_read(desk, reach, model, place, min(TOGETHER_MAX, rows_max - count))
            count += done
            if not done:
                break
    for known in reach.found.coworker.knowledge:
        if known.file:
            await _file_read(desk, reach, model, known.file)
    return count


async def all_refreshed(desk: Desk, reach: Reach) -> None:
    try:
        await refreshed(desk, reach, REFRESH_ROWS_MAX)
    except SaysoError:
        return  # the next search tries again, and the list of what is known says that something waits


def _stale(place: Place, model: _Meaning) -> tuple[Any, Any]:
    """The ids of rows that were not read in this version, by a statement; and its table."""
    rows = rows_of(place.app, place.table)
    r = rows.sql.c
    have = select(t.c.row_id).where(
        t.c.app == place.app.number,
        t.c.table_no == rows.number,
        t.c.row_id == r.id,
        t.c.version == r.version,
        t.c.model == _kept_as(place, model),
    )
    scope = Scope.of(place.app, place.table, Clock.of(place.app.spec.zone))
    seen = () if scope.rule is None else (r.id.in_(select(scope.t.c.id).where(scope.alive)),)
    return select(r.id).where(r.deleted_at.is_(None), ~have.exists(), *seen), rows


async def _rows_read(desk: Desk, reach: Reach, model: _Meaning, place: Place, limit: int) -> int:
    query, physical = _stale(place, model)
    async with db.transaction(desk.engine) as tx:
        ids = list((await tx.execute(query.order_by(physical.sql.c.id).limit(limit))).scalars())
        if not ids:
            return 0
        people = await people_of(tx, place)
        rows = orjson.loads(f"[{await rows_by_id(tx, place.app, place.table, ids)}]")
    pieces: list[dict[str, Any]] = []
    for row in rows:
        said = "\n".join(
            value for f in place.table.fields if f.kind in PLAIN and (value := text_of(f, row["values"].get(f.id), people))
        )
        cut = _pieces(said or place.table.name)[:PIECES_A_ROW_MAX]
        pieces += [{"row_id": row["id"], "version": row["version"], "file": None, "place": "", "text": piece} for piece in cut]
        files = [f for field in place.table.fields if field.kind == "file" for f in row["values"].get(field.id) or ()]
        for file in files:
            for where, piece in await _file_pieces(desk, reach, file["id"]):
                pieces.append({"row_id": row["id"], "version": row["version"], "file": file["id"], "place": where, "text": piece})
    vectors = await _vectors(desk, reach, model, [p["text"] for p in pieces])
    kept_as = _kept_as(place, model)
    about = {"workspace_id": reach.by.workspace, "app": place.app.number, "table_no": physical.number, "model": kept_as}
    async with db.transaction(desk.engine) as tx:
        old = (t.c.app == place.app.number) & (t.c.table_no == physical.number) & t.c.row_id.in_(ids)
        await tx.execute(delete(t).where(old, _outdated(model, kept_as)))
        await tx.execute(insert(t), [{**about, **p, "embedding": v} for p, v in zip(pieces, vectors, strict=True)])
    return len(ids)


def _outdated(model: _Meaning, kept_as: str) -> ColumnElement[bool]:
    """What is written anew, and what another model made of the same; what others see of it stays."""
    return (t.c.model == kept_as) | ~t.c.model.startswith(model.name, autoescape=True)


async def _file_read(desk: Desk, reach: Reach, model: _Meaning, file: str) -> None:
    mine = (t.c.workspace_id == reach.by.workspace) & (t.c.file == file) & t.c.row_id.is_(None)
    async with db.transaction(desk.engine) as tx:
        if (await tx.execute(select(t.c.id).where(mine, t.c.model == model.name).limit(1))).first():
            return
    pieces = await _file_pieces(desk, reach, file)
    if not pieces:
        return
    vectors = await _vectors(desk, reach, model, [p for _, p in pieces])
    about = {"workspace_id": reach.by.workspace, "file": file, "model": model.name}
    async with db.transaction(desk.engine) as tx:
        await tx.execute(delete(t).where(mine))
        await tx.execute(
            insert(t), [{**about, "place": w, "text": p, "embedding": v} for (w, p), v in zip(pieces, vectors, strict=True)]
        )


async def _file_pieces(desk: Desk, reach: Reach, id: str) -> list[tuple[str, str]]:
    """`(name and place, piece)`; nothing for what cannot be read."""
    try:
        async with db.transaction(desk.engine) as tx:
            stored, path = await file_found(tx, desk.files, id, by=reach.by)
        said = await file_texts.text_of(path, stored.type, stored.name)
    except SaysoError:
        return []
    cut = _pieces(said)[:PIECES_A_FILE_MAX]
    return [(f"{stored.name}\npiece {n} of {len(cut)}", piece) for n, piece in enumerate(cut, 1)]


def _pieces(said: str) -> list[str]:
    """Cut at the ends of paragraphs, else of sentences, else of words."""
    pieces: list[str] = []
    piece = ""
    for part in re.split(r"(?<=\n)\s*\n|(?<=[.!?])\s+", said):
        for each in (part[n : n + PIECE_CHARACTERS_MAX] for n in range(0, len(part), PIECE_CHARACTERS_MAX)):
            if piece and len(piece) + len(each) > PIECE_CHARACTERS_MAX:
                pieces.append(piece.strip())
                piece = ""
            piece += (" " if piece else "") + each
    return [p for p in (*pieces, piece.strip()) if p]


# ── what is known ─────────────────────────────────────────


async def listed(tx: AsyncConnection, desk: Desk, reach: Reach) -> list[Known]:
    """Each source, and how far it has been read. A table without a grant is told as such."""
    try:
        model: _Meaning | None = _meaning(desk, reach)
        missing = None
    except Refused as error:
        model, missing = None, f"No model gives meanings: {error}"
    places = {(p.app.id, p.table.id): p for p in (await _places(tx, reach)).values()}
    listed: list[Known] = []
    for known in reach.found.coworker.knowledge:
        if known.file is not None:
            listed.append(await _file_known(tx, desk, reach, known.file, missing))
            continue
        place = places.get((known.app or reach.found.app or "", known.table or ""))
        if place is None:
            listed.append(
                Known("table", known.table or "", known.table or "", 0, 0, None, "It may not be seen: there is no grant for it.")
            )
            continue
        mine = (t.c.app == place.app.number) & (t.c.table_no == rows_of(place.app, place.table).number)
        pieces, at = (await tx.execute(select(func.count(), func.max(t.c.at)).where(mine))).one()
        stale = select(func.count()).select_from(_stale(place, model)[0].subquery()) if model else None
        waiting = (await tx.execute(stale)).scalar_one() if stale is not None else 0
        listed.append(Known("table", place.table.id, place.table.name, pieces, waiting, at, missing))
    return listed


async def _file_known(tx: AsyncConnection, desk: Desk, reach: Reach, id: str, missing: str | None) -> Known:
    try:
        stored, _ = await file_found(tx, desk.files, id, by=reach.by)
    except SaysoError as error:
        return Known("file", id, id, 0, 0, None, str(error))
    mine = (t.c.workspace_id == reach.by.workspace) & (t.c.file == id) & t.c.row_id.is_(None)
    pieces, at = (await tx.execute(select(func.count(), func.max(t.c.at)).where(mine))).one()
    return Known("file", id, stored.name, pieces, 0 if pieces else 1, at, missing)


# ── pgvector ──────────────────────────────────────────────


async def _has_vectors(tx: AsyncConnection) -> bool:
    """Whether PostgreSQL compares vectors by itself; where pgvector is at hand and not yet in use, it is taken into use."""
    if (await tx.execute(text("select 1 from pg_extension where extname = 'vector'"))).first():
        return True
    if not (await tx.execute(text("select 1 from pg_available_extensions where name = 'vector'"))).first():
        return False
    try:
        async with tx.begin_nested():
            await tx.execute(text("create extension if not exists vector"))
    except DBAPIError:
        return False
    return True


class _Vector(UserDefinedType[Any]):
    """pgvector's type, which SQLAlchemy does not know."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "vector"
