"""When an app is built, its roles go to the groups that they are meant for, and the report says who has none."""

from dataclasses import replace

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from sayso.builder.access_given import given
from sayso.data import apps
from sayso.db.people_tables import groups
from sayso.db.tables import audit
from sayso.spec.role import Right, Role
from sayso.team import access
from sayso.team import groups as of_team
from tests.conftest import Northlight
from tests.data.rights.desk import DESK

ROLES = (
    Role(id="support", name="Support", groups=("Support",), rights=(Right(table="tickets", may="see"),)),
    Role(id="auditors", name="Auditors", rest="see"),
    Role(id="everyone_else", name="Everyone else", groups=("Everyone",), rest="edit"),
)


async def test_roles_go_to_groups_of_their_names_and_the_builder_keeps_the_app(
    tx: AsyncConnection, northlight: Northlight
) -> None:
    await tx.execute(insert(groups).values(id="g_1", workspace_id=northlight.workspace, name="support"))
    app = await apps.create(tx, DESK.model_copy(update={"roles": ROLES}), by=northlight.ben)
    told = await given(tx, app, ROLES, by=northlight.ben)
    assert [line["sentence"] for line in told] == [
        "Members of support see tickets. They see nothing else. The group support has nobody in it yet: until you put people there, this binds nobody.",
        "People with the role Auditors see everything and change nothing. Nobody has this role yet: give it to people or groups on the app's page Access.",
        "Everyone else may see, add and change everything.",
    ]
    grants = {(g.kind, g.id, g.role) for g in await access.listed(tx, app.number, by=northlight.ben)}
    assert grants == {
        ("group", "g_1", "support"),
        ("everyone", "", "everyone_else"),
        ("member", northlight.ben.member, "@manager"),
    }
    assert (await apps.open_app(tx, app.id, by=northlight.ben, to="build")).spec.roles == ROLES
    assert (await apps.open_app(tx, app.id, by=northlight.mia, to="write")).may("edit", "tickets")
    looking = await apps.open_app(tx, app.id, by=northlight.cleo)
    assert not looking.may("edit", "tickets")  # a role of everyone makes no editor of who may only look on


async def test_without_roles_nothing_is_given(tx: AsyncConnection, northlight: Northlight) -> None:
    app = await apps.create(tx, DESK.model_copy(update={"roles": ()}), by=northlight.ben)
    assert await given(tx, app, (), by=northlight.ben) == []
    assert await access.listed(tx, app.number, by=northlight.ben) == ()


async def test_a_group_that_is_not_there_yet_is_made_so_that_whoever_joins_it_is_bound(
    tx: AsyncConnection, northlight: Northlight
) -> None:
    app = await apps.create(tx, DESK.model_copy(update={"roles": ROLES}), by=northlight.ana)
    told = await given(tx, app, ROLES, by=northlight.ana)
    assert told[0]["sentence"].endswith("The group Support has nobody in it yet: until you put people there, this binds nobody.")
    (support,) = await of_team.listed(tx, by=northlight.ana)
    assert (support.name, support.members, support.apps) == ("Support", (), 1)
    await of_team.change(tx, support.id, members=[northlight.mia.member or ""], by=northlight.ana)
    mia = replace(northlight.mia, groups=frozenset({support.id}))
    assert not (await apps.open_app(tx, app.id, by=mia)).may("edit", "tickets")
    await given(tx, app, ROLES, by=northlight.ana)
    assert len(await of_team.listed(tx, by=northlight.ana)) == 1


async def test_a_role_that_a_builder_makes_binds_the_group_too(tx: AsyncConnection, northlight: Northlight) -> None:
    """Ben may not say who is in which group; the empty one that his role is meant for is made for him, so that it binds whoever Ana puts there."""
    app = await apps.create(tx, DESK.model_copy(update={"roles": ROLES}), by=northlight.ben)
    sentence = (await given(tx, app, ROLES, by=northlight.ben))[0]["sentence"]
    assert sentence.startswith("Members of Support see tickets. They see nothing else.")
    (support,) = await of_team.listed(tx, by=northlight.ana)
    assert (support.name, support.members) == ("Support", ())
    told = (await tx.execute(select(audit.c.by, audit.c.by_name).where(audit.c.kind == "group.created"))).one()
    assert (told.by, told.by_name) == ("system", "Sayso, for Desk, which Ben Okafor builds")
    await of_team.change(tx, support.id, members=[northlight.mia.member or ""], by=northlight.ana)
    mia = replace(northlight.mia, groups=frozenset({support.id}))
    assert not (await apps.open_app(tx, app.id, by=mia)).may("edit", "tickets")


MIA = Role(id="mia", name="Mia", groups=("Mia",), rest="everything", rights=(Right(table="tickets", hidden=("cost",)),))


async def test_a_person_who_is_named_is_bound_and_no_group_is_made(tx: AsyncConnection, northlight: Northlight) -> None:
    app = await apps.create(tx, DESK.model_copy(update={"roles": (MIA,)}), by=northlight.ana)
    (told,) = await given(tx, app, (MIA,), by=northlight.ana)
    assert told["sentence"].startswith(f"{northlight.mia.name} see") and "cannot see Cost" in told["sentence"]
    (grant,) = await access.listed(tx, app.number, by=northlight.ana)
    assert (grant.kind, grant.id, grant.role) == ("member", northlight.mia.member, "mia")
    assert await of_team.listed(tx, by=northlight.ana) == ()


async def test_a_role_for_one_person_never_opens_what_their_group_may_not_see(
    tx: AsyncConnection, northlight: Northlight
) -> None:
    await tx.execute(insert(groups).values(id="g_1", workspace_id=northlight.workspace, name="Support"))
    await of_team.change(tx, "g_1", members=[northlight.mia.member or ""], by=northlight.ana)
    app = await apps.create(tx, DESK.model_copy(update={"roles": (*ROLES, MIA)}), by=northlight.ana)
    told = await given(tx, app, (*ROLES, MIA), by=northlight.ana)
    assert "not given to" in told[-1]["sentence"] and "Nothing has changed for them" in told[-1]["sentence"]
    assert all(g.kind != "member" for g in await access.listed(tx, app.number, by=northlight.ana))


async def test_whoever_manages_the_workspace_is_bound_by_no_role(tx: AsyncConnection, northlight: Northlight) -> None:
    role = MIA.model_copy(update={"id": "ana", "name": "Ana", "groups": ("Ana",)})
    app = await apps.create(tx, DESK.model_copy(update={"roles": (role,)}), by=northlight.ana)
    (told,) = await given(tx, app, (role,), by=northlight.ana)
    assert "manages the workspace and sees everything here all the same" in told["sentence"]
