"""What goes with an app that moves to another workspace, beside its rows: history, comments with their signs, and versions.

Whoever did it is there as the member they are there; who is nobody there, or was only chosen to be somebody else, keeps their name as text. The numbers of the new app's fields
begin after those of the old one's, so what history tells of fields that are gone is never taken for another field's.
"""

# ruff: noqa: S608  names in statements are our own

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import mentions
from sayso.data.copies import people as known_people
from sayso.data.copies.people import People
from sayso.data.copies.rows import Pair
from sayso.data.copies.spec import elsewhere
from sayso.data.open_app import OpenApp
from sayso.db.tables import apps, comments, members
from sayso.db.tables import versions as v
from sayso.spec.fields import File, Image, Person

VERSIONS_AT_ONCE = 50
COMMENTS_AT_ONCE = 500


async def carry(tx: AsyncConnection, pair: Pair) -> None:
    """After the rows, in the same transaction: `copied_people` and `copied_files` are at hand."""
    for table in pair.new.spec.tables:
        was = pair.old.columns.tables.get(table.id)
        if was is not None:
            at = {"old": pair.old.number, "new": pair.new.number, "was": was, "now": pair.new.columns.tables[table.id]}
            await _history(tx, pair, table.id, at)
            await _comments(tx, pair, at)
    await tx.execute(text("drop table if exists copied_fields"))


def _there(column: str) -> str:
    return f"coalesce((select m.did from copied_people m where m.old = {column}), {column})"


async def _history(tx: AsyncConnection, pair: Pair, table_id: str, at: dict[str, Any]) -> None:
    """Values stand by the field's number, people and files in them by their ids."""
    await tx.execute(text("drop table if exists copied_fields"))
    await tx.execute(text("create temp table copied_fields (old text primary key, new text, kind text) on commit drop"))
    put = text("insert into copied_fields values (:old, :new, :kind)")
    fields = list(_fields(pair, table_id))
    if fields:
        await tx.execute(put, fields)
    sides = ", ".join(_translated(side) for side in ("h.before", "h.after"))
    await tx.execute(
        text(
            "insert into sayso.history (workspace_id, app, table_no, row_id, version, kind, before, after, by, at)"
            f" select :workspace, :new, :now, h.row_id, h.version, h.kind, {sides}, {_there('h.by')}, h.at"
            " from sayso.history h where h.app = :old and h.table_no = :was order by h.id"
        ),
        {**at, "workspace": pair.new.by.workspace},
    )


def _fields(pair: Pair, table_id: str) -> Any:
    table = pair.old.spec.table(table_id)
    for field in table.fields if table else ():
        was, now = pair.old.columns.fields[table_id].get(field.id), pair.new.columns.fields[table_id].get(field.id)
        kind = "people" if isinstance(field, Person) else "files" if isinstance(field, (File, Image)) else ""
        if was is not None and now is not None:
            yield {"old": str(was), "new": str(now), "kind": kind}
            yield {"old": f"{was}p", "new": f"{now}p", "kind": ""}  # where linked rows stood


def _translated(side: str) -> str:
    listed = "jsonb_typeof(e.value) = 'array' and f.kind ="

    def each(known: str) -> str:
        return (
            "(select coalesce(jsonb_agg(coalesce(m.new, u.v) order by u.n), '[]') from jsonb_array_elements_text(e.value)"
            f" with ordinality u(v, n) left join {known} m on m.old = u.v)"
        )

    value = f"case when {listed} 'people' then {each('copied_people')} when {listed} 'files' then {each('copied_files')} else e.value end"
    whole = f"select jsonb_object_agg(coalesce(f.new, e.key), {value}) from jsonb_each({side}) e left join copied_fields f on f.old = e.key"
    return f"case when jsonb_typeof({side}) = 'object' then coalesce(({whole}), '{{}}') else {side} end"


async def _comments(tx: AsyncConnection, pair: Pair, at: dict[str, Any]) -> None:
    """With their threads and signs. Who is named in one is named as they are there, or only by name."""
    await tx.execute(text("drop table if exists copied_comments"))
    numbered = (
        "create temp table copied_comments on commit drop as"
        " select c.id as old, nextval(pg_get_serial_sequence('sayso.comments', 'id')) as new"
        " from (select id from sayso.comments where app = {old} and table_no = {was} order by id) c"
    )
    await tx.execute(text(numbered.format(old=int(at["old"]), was=int(at["was"]))))
    names = (
        "id, workspace_id, app, table_no, row_id, text, by, parent, mentions, at, edited_at, resolved_at, resolved_by, deleted_at"
    )
    there = {**at, "workspace": pair.new.by.workspace}
    await tx.execute(
        text(
            f"insert into sayso.comments ({names}) select n.new, :workspace, :new, :now, c.row_id, c.text, {_there('c.by')}, p.new, c.mentions,"
            f" c.at, c.edited_at, c.resolved_at, {_there('c.resolved_by')}, c.deleted_at from sayso.comments c"
            " join copied_comments n on n.old = c.id left join copied_comments p on p.old = c.parent where c.app = :old and c.table_no = :was"
        ),
        there,
    )
    await tx.execute(
        text(
            "insert into sayso.comment_reactions (workspace_id, comment, reaction, by)"
            f" select :workspace, n.new, r.reaction, {_there('r.by')} from sayso.comment_reactions r join copied_comments n on n.old = r.comment"
            " on conflict do nothing"
        ),
        {"workspace": there["workspace"]},
    )
    await _mentions(tx, pair)


async def _mentions(tx: AsyncConnection, pair: Pair) -> None:
    named = text(
        "select c.id, c.text, c.mentions from sayso.comments c join copied_comments n on n.new = c.id"
        " where c.mentions != '[]'::jsonb and c.id > :after order by c.id limit :many"
    )
    after, people = 0, pair.people or {}
    m = members.c
    names = dict((await tx.execute(select(m.id, m.name).where(m.workspace_id == pair.new.by.workspace))).all())
    while rows := (await tx.execute(named, {"after": after, "many": COMMENTS_AT_ONCE})).all():
        after = rows[-1].id
        for row in rows:
            ids = {one["id"]: people[one["id"]].there for one in row.mentions if _is_member(people, one["id"])}
            known = [{"kind": "member", "id": there, "name": names[there]} for there in dict.fromkeys(ids.values())]
            said = mentions.written(row.text, lambda id, name: _called(people, names, id, name))
            await tx.execute(update(comments).where(comments.c.id == row.id).values(text=said, mentions=known))


def _is_member(people: People, id: str) -> bool:
    return id in people and people[id].is_member


def _called(people: People, names: Mapping[str, str], id: str, name: str) -> str:
    if not _is_member(people, id):
        return f"@{name}"
    there = people[id].there
    return f"@[{mentions.safe(names[there])}]({there})"


async def versions(tx: AsyncConnection, old: OpenApp, new: OpenApp, people: People) -> OpenApp:
    """All versions of the old app, and as the next one that it came here."""
    number = old.version + 1
    await tx.execute(update(v).where(v.c.app == new.number, v.c.n == new.version).values(n=number))
    after = 0
    while rows := (await _versions(tx, old.number, after)).all():
        after = rows[-1].n
        await tx.execute(insert(v), [_version(row, new, people) for row in rows])
    return await _counted(tx, new, number)


async def _versions(tx: AsyncConnection, app: int, after: int) -> Any:
    return await tx.execute(select(v).where(v.c.app == app, v.c.n > after).order_by(v.c.n).limit(VERSIONS_AT_ONCE))


def _version(row: Any, new: OpenApp, people: People) -> dict[str, Any]:
    there = known_people.members(people)
    stood = {name: elsewhere(getattr(row, name), there) for name in ("spec", "change", "inverse")}
    by = people[row.by].did if row.by in people else row.by
    own = {
        "workspace_id": new.by.workspace,
        "app": new.number,
        "n": row.n,
        "note": row.note,
        "effects": row.effects,
        "by": by,
        "at": row.at,
    }
    return {**own, **stood, "spec": {**stood["spec"], "id": new.id}}


async def _counted(tx: AsyncConnection, new: OpenApp, number: int) -> OpenApp:
    await tx.execute(update(apps).where(apps.c.number == new.number).values(version=number))
    return replace(new, version=number)
