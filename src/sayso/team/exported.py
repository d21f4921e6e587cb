"""What is kept about a person, for themselves: JSON, table by table. Secrets and their hashes are not in it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.db import coworker_tables, net, notification_tables
from sayso.db import tables as t
from sayso.db.people_tables import group_members, groups, people

ROWS_MAX = 50_000
"""Of one kind; newest first. Who did more finds it in the audit log."""
HIDDEN = frozenset({"hash", "secret", "picture", "token", "hint", "xact"})
READ_ME = """This is what Sayso keeps about you, in every workspace that you are or were in on this server.

person.json         who you are
memberships.json    the workspaces that you are or were in
groups.json         the groups that you are in
sessions.json       where you are signed in
tokens.json         your API tokens, without their secrets
comments.json       what you wrote on rows
conversations.json  what you asked co-workers, and what they answered
memories.json       what co-workers remember of you
notifications.json  what you were told
drafts.json         what you asked to have built
files.json          files that you attached: their names, not their contents
audit.json          what you did to workspaces
changes.json        which rows you changed, and when

Rows of apps belong to their workspace; export them there.
"""


@net.through_all
async def of(tx: AsyncConnection, person: str) -> dict[str, list[dict[str, Any]]]:
    """By file name, without its ending."""
    m = t.members
    ids = [row.id for row in await tx.execute(select(m.c.id).where(m.c.person == person))]
    talks, turns = coworker_tables.conversations, coworker_tables.turns
    asked = select(talks.c.id).where(talks.c.member.in_(ids))
    h = t.history
    changes = select(h.c.app, h.c.table_no, h.c.row_id, h.c.kind, h.c.at).where(h.c.by.in_(ids)).order_by(h.c.id.desc())
    in_groups = select(groups.c.id, groups.c.name).join(group_members, group_members.c.group_id == groups.c.id)
    return {
        "person": await _rows(tx, people, people.c.id == person),
        "memberships": await _rows(tx, m, m.c.person == person),
        "groups": await _read(tx, in_groups.where(group_members.c.member.in_(ids))),
        "sessions": await _rows(tx, t.sessions, t.sessions.c.person == person),
        "tokens": await _rows(tx, t.tokens, t.tokens.c.member.in_(ids)),
        "comments": await _rows(tx, t.comments, t.comments.c.by.in_(ids)),
        "conversations": await _rows(tx, talks, talks.c.id.in_(asked)) + await _rows(tx, turns, turns.c.conversation.in_(asked)),
        "memories": await _rows(tx, coworker_tables.memories, coworker_tables.memories.c.member.in_(ids)),
        "notifications": await _rows(tx, notification_tables.notifications, notification_tables.notifications.c.member.in_(ids)),
        "drafts": await _rows(tx, t.drafts, t.drafts.c.created_by.in_(ids)),
        "files": await _rows(tx, t.files, t.files.c.created_by.in_(ids)),
        "audit": await _rows(tx, t.audit, t.audit.c.by.in_(ids)),
        "changes": await _read(tx, changes),
    }


async def _rows(tx: AsyncConnection, table: Table, which: Any) -> list[dict[str, Any]]:
    shown = [column for column in table.c if column.name not in HIDDEN and column.type.python_type is not bytes]
    return await _read(tx, select(*shown).where(which).order_by(*_newest(table)))


async def _read(tx: AsyncConnection, query: Any) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in (await tx.execute(query.limit(ROWS_MAX))).mappings()]


def _newest(table: Table) -> Iterable[Any]:
    return [column.desc() for column in table.primary_key.columns]
