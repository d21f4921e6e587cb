"""Threads on rows: who is named and told, who may say, change, settle and take back what."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.data import apps, comments, mentions, rows, told
from sayso.data.open_app import OpenApp
from sayso.db.people_tables import group_members, groups
from sayso.errors import Forbidden, Invalid, NotFound
from sayso.team import notifications, people, preferences
from sayso.team.actor import Actor
from tests.conftest import Northlight
from tests.data.company import CRM


@pytest.fixture
async def crm(tx: AsyncConnection, northlight: Northlight) -> OpenApp:
    made = await apps.create(tx, CRM, by=northlight.ben)
    opened = await apps.open_app(tx, made.id, by=northlight.ben, to="write")
    await rows.create_many(tx, opened, "deals", [{"title": "Film"}, {"title": "Photo"}], by=northlight.ben)
    return opened


async def opened(tx: AsyncConnection, by: Actor) -> OpenApp:
    return await apps.open_app(tx, "crm", by=by, to="comment")


async def inbox(tx: AsyncConnection, by: Actor) -> list[tuple[str, str, str]]:
    seen = await told.of(tx, await notifications.listed(tx, by=by), by=by)
    return [(one.one.kind, one.sentence, one.one.text) for one in seen]


async def test_whoever_is_named_is_told_with_their_right_name(tx: AsyncConnection, northlight: Northlight, crm: OpenApp):
    mia, ben, ana, cleo = northlight.mia, northlight.ben, northlight.ana, northlight.cleo
    here = await opened(tx, mia)
    made = await comments.create(tx, here, "deals", 1, f"@[Somebody]({ana.id}) and @[B]({ben.id}): call back?", by=mia)
    assert made.text == f"@[Ana Prado]({ana.id}) and @[Ben Okafor]({ben.id}): call back?"
    assert [one["id"] for one in made.mentions] == [ana.id, ben.id]
    said = "@Ana Prado and @Ben Okafor: call back?"
    assert await inbox(tx, ana) == [("mention", "Mia Lindqvist mentioned you in “Film”", said)] == await inbox(tx, ben)
    assert await inbox(tx, cleo) == await inbox(tx, mia) == []

    answer = await comments.create(tx, await opened(tx, ana), "deals", 1, "Done.", parent=made.id, by=ana)
    again = await comments.create(tx, await opened(tx, ana), "deals", 1, "And sent.", parent=answer.id, by=ana)
    assert answer.parent == again.parent == made.id  # one level: an answer to an answer stands in the same thread
    assert await inbox(tx, mia) == [("comment", "Ana Prado answered on “Film”", "And sent.")]
    assert (await notifications.listed(tx, by=mia))[0].times == 2

    edited = await comments.edit(tx, here, "deals", 1, made.id, f"@[x]({ana.id}) @[x]({cleo.id}) soon", by=mia)
    assert edited.edited_at is not None and len(await inbox(tx, ana)) == 1  # named before
    assert await inbox(tx, cleo) == [("mention", "Mia Lindqvist mentioned you in “Film”", "@Ana Prado @Cleo Martin soon")]
    await comments.remove(tx, here, "deals", 1, made.id, by=mia)
    assert (await inbox(tx, cleo))[0][2] == ""  # taken back there too
    [first, *answers] = await comments.listed(tx, here, "deals", 1)
    assert (first.gone, first.text, first.mentions, len(answers)) == (True, "", (), 2)
    assert await comments.counts(tx, here, "deals", [1, 2, 99]) == {1: (2, 0)}


async def test_nobody_is_named_who_cannot_see_the_row(tx: AsyncConnection, northlight: Northlight, crm: OpenApp):
    mia = northlight.mia
    here = await opened(tx, mia)
    zoe = await people.found(tx, name="Elsewhere", owner="Zoe Quist")
    lost = await people.add(tx, "Lou Grant", role="viewer", by=northlight.ana)
    await tx.execute(people.t.members.update().where(people.t.members.c.id == lost.id).values(role="nothing"))
    for stranger in (zoe.id, "m_nobody", "gr_nobody"):
        with pytest.raises(Invalid, match="not a member here") as refused:
            await comments.create(tx, here, "deals", 1, f"@[Zoe]({stranger}) look", by=mia)
        assert "Zoe Quist" not in str(refused.value)
    with pytest.raises(Invalid, match="names Lou Grant, who cannot see this row"):
        await comments.create(tx, here, "deals", 1, f"@[Lou]({lost.id}) look", by=mia)
    assert await comments.listed(tx, here, "deals", 1) == ()
    assert {one.name for one in await mentions.audience(tx, here, "deals", 1)} == {
        p.name for p in (northlight.ana, northlight.ben, mia, northlight.cleo)
    }
    assert [one.name for one in await mentions.audience(tx, here, "deals", 1, "be")] == ["Ben Okafor"]


async def test_a_group_is_told_as_far_as_it_sees(tx: AsyncConnection, northlight: Northlight, crm: OpenApp):
    ana, cleo, mia = northlight.ana, northlight.cleo, northlight.mia
    lost = await people.add(tx, "Lou Grant", role="viewer", by=ana)
    await tx.execute(people.t.members.update().where(people.t.members.c.id == lost.id).values(role="nothing"))
    await tx.execute(groups.insert().values(id="gr_support", workspace_id=northlight.workspace, name="Support"))
    await tx.execute(groups.insert().values(id="gr_lost", workspace_id=northlight.workspace, name="Lost"))
    whose = [("gr_support", cleo.id), ("gr_support", mia.id), ("gr_support", lost.id), ("gr_lost", lost.id)]
    for group, member in whose:
        await tx.execute(group_members.insert().values(workspace_id=northlight.workspace, group_id=group, member=member))
    here = await opened(tx, mia)
    [support] = [one for one in await mentions.audience(tx, here, "deals", 1) if one.kind == "group"]
    assert (support.name, set(support.members)) == ("Support", {cleo.id, mia.id})
    await comments.create(tx, here, "deals", 1, "@[Support](gr_support) who takes this?", by=mia)
    assert [one[0] for one in await inbox(tx, cleo)] == ["mention"] and await inbox(tx, mia) == []
    told_of = notifications.t
    assert (await tx.execute(select(told_of.c.id).where(told_of.c.member == lost.id))).all() == []
    with pytest.raises(Invalid, match="names Lost, who cannot see"):
        await comments.create(tx, here, "deals", 1, "@[Lost](gr_lost) hello", by=mia)


async def test_only_ones_own_words_are_changed_and_threads_are_settled(tx: AsyncConnection, northlight: Northlight, crm: OpenApp):
    ana, ben, mia, cleo = northlight.ana, northlight.ben, northlight.mia, northlight.cleo
    here = await opened(tx, mia)
    made = await comments.create(tx, here, "deals", 1, "Call back", by=mia)
    with pytest.raises(Forbidden):
        await comments.edit(tx, await opened(tx, ben), "deals", 1, made.id, "Mine now", by=ben)
    with pytest.raises(NotFound):
        await comments.edit(tx, here, "deals", 2, made.id, "Elsewhere", by=mia)
    answer = await comments.create(tx, await opened(tx, ben), "deals", 1, "Did", parent=made.id, by=ben)
    with pytest.raises(Invalid):
        await comments.resolve(tx, here, "deals", 1, answer.id, True, by=mia)
    settled = await comments.resolve(tx, await opened(tx, ben), "deals", 1, made.id, True, by=ben)
    assert settled.resolved_by == ben.id and await comments.tally(tx, here, "deals", 1) == (2, 0)
    await comments.create(tx, here, "deals", 1, "Not yet", parent=made.id, by=mia)
    assert await comments.tally(tx, here, "deals", 1) == (3, 1)  # an answer opens it again

    signed = await comments.react(tx, await opened(tx, ben), "deals", 1, made.id, "tada", True, by=ben)
    signed = await comments.react(tx, here, "deals", 1, made.id, "tada", True, by=mia)
    signed = await comments.react(tx, here, "deals", 1, made.id, "eyes", True, by=mia)
    assert [(one.reaction, one.count, one.mine) for one in signed.reactions] == [("tada", 2, True), ("eyes", 1, True)]
    assert (await comments.react(tx, here, "deals", 1, made.id, "eyes", False, by=mia)).reactions[0].names == (
        "Ben Okafor",
        "Mia Lindqvist",
    )
    with pytest.raises(Invalid):
        await comments.react(tx, here, "deals", 1, made.id, "bomb", True, by=mia)
    with pytest.raises(Forbidden):
        await comments.react(tx, await apps.open_app(tx, "crm", by=cleo), "deals", 1, made.id, "tada", True, by=cleo)
    await comments.remove(tx, await opened(tx, ana), "deals", 1, answer.id, by=ana)  # who manages may take back any
    assert next(one.id for one in await comments.listed(tx, here, "deals", 1)) == made.id


async def test_being_assigned_is_told_once(tx: AsyncConnection, northlight: Northlight, crm: OpenApp):
    ben, mia, cleo = northlight.ben, northlight.mia, northlight.cleo
    await rows.update(tx, crm, "deals", 1, {"owner": [mia.id], "team": [mia.id, ben.id]}, by=ben)
    assert await inbox(tx, mia) == [("assignment", "Ben Okafor assigned you to “Film”", "")] and await inbox(tx, ben) == []
    await rows.update(tx, crm, "deals", 1, {"title": "Films", "team": [mia.id, ben.id, cleo.id]}, by=ben)
    assert len(await inbox(tx, mia)) == 1 and [one[1] for one in await inbox(tx, cleo)] == ["Ben Okafor assigned you to “Films”"]
    await rows.create_many(tx, crm, "deals", [{"title": str(n), "owner": cleo.id} for n in range(3)], by=ben)
    assert (await inbox(tx, cleo))[0][1:] == ("Ben Okafor assigned you to “0”", "And 2 more rows of the same table.")


async def test_what_somebody_may_not_see_any_more_is_told_them_no_more(tx: AsyncConnection, northlight: Northlight, crm: OpenApp):
    mia, cleo = northlight.mia, northlight.cleo
    here = await opened(tx, mia)
    await comments.create(tx, here, "deals", 1, f"@[x]({cleo.id}) the secret price is 7", by=mia)
    await rows.trash(tx, crm, "deals", [1], by=northlight.ben)
    [one] = await told.of(tx, await notifications.listed(tx, by=cleo), by=cleo)
    assert (one.seen, one.one.text, one.one.link, one.row_name) == (False, "", None, None) and "Film" not in one.sentence


async def test_muting_and_following_an_app(tx: AsyncConnection, northlight: Northlight, crm: OpenApp):
    mia, ben, cleo = northlight.mia, northlight.ben, northlight.cleo
    await preferences.follow(tx, crm.number, "follow", by=cleo)
    await preferences.follow(tx, crm.number, "mute", by=ben)
    assert await preferences.followed(tx, by=cleo) == {"crm": "follow"}
    await comments.create(tx, await opened(tx, mia), "deals", 2, f"@[x]({ben.id}) look", by=mia)
    assert [one[:2] for one in await inbox(tx, cleo)] == [("comment", "Mia Lindqvist commented on “Photo”")]
    assert await inbox(tx, ben) == []
    await notifications.tell(tx, [ben.id], "approval", "May it?", by=mia, app="crm")
    assert len(await inbox(tx, ben)) == 1  # what waits for an answer is told all the same
