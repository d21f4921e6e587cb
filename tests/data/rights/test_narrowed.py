"""What somebody sees of an app, as a value: no database."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from sayso import examples
from sayso.data.rights.granted import sight_of
from sayso.data.rights.narrowed import narrowed
from sayso.data.rights.sight import Sight
from sayso.spec.app import App
from sayso.spec.check import check
from sayso.spec.role import Right, Role
from sayso.team.actor import Actor
from tests.data.rights.desk import DESK

MIA = Actor("member", "w_1", "m_mia", "member", "Mia")
BEN = replace(MIA, member="m_ben", role="builder", name="Ben")


def seen(*given: str, by: Actor = MIA, spec: App = DESK) -> tuple[App, Sight]:
    sight = sight_of(spec, by, given or None)
    return narrowed(spec, sight), sight


def test_what_is_hidden_takes_with_it_all_that_stands_on_it() -> None:
    spec, sight = seen("agent")
    tickets, customers = spec.table("tickets"), spec.table("customers")
    assert tickets is not None
    assert customers is not None
    assert [f.id for f in tickets.fields] == ["subject", "state", "assignee", "team", "code", "customer"]
    assert [f.id for f in customers.fields] == ["name", "region", "keeper", "tickets", "open"]
    assert not sight.sees("tickets", "four")
    assert sight.sees("customers", "open")


def test_views_that_pick_rows_by_what_is_hidden_are_gone_and_others_lose_a_column() -> None:
    spec, _ = seen("agent")
    assert [v.id for v in spec.views] == ["all", "board", "customers", "report", "week"]
    everything = {v.id: v.portable() for v in spec.views}
    assert "sorts" not in everything["all"]
    assert everything["all"]["summaries"] == {"subject": "filled"}
    assert "colours" not in everything["customers"]
    assert everything["report"]["fields"] == [{"field": "subject"}]
    assert [tile["id"] for tile in everything["week"]["tiles"]] == ["n"]


def test_of_automations_only_what_a_person_can_start_is_seen_and_never_its_steps() -> None:
    spec, _ = seen("agent")
    assert [(a.id, a.steps) for a in spec.automations] == [("close", ())]
    assert spec.roles == ()


def test_nothing_of_a_hidden_field_is_left_anywhere_in_the_spec() -> None:
    said = str(seen("agent")[0].portable())
    for word in ("cost", "secret", "debt", "twice", "four", "risk", "owed", "nightly"):
        assert f"'{word}'" not in said
        assert "{" + word.title() + "}" not in said


def test_a_table_that_no_role_names_is_not_there_nor_are_links_into_it() -> None:
    spec, _ = seen("teamwork")
    assert [t.id for t in spec.tables] == ["tickets"]
    assert spec.tables[0].field("customer") is None
    assert spec.tables[0].field("owed") is None
    assert spec.view("customers") is None


def test_whoever_manages_sees_the_very_same_value() -> None:
    assert seen(by=replace(MIA, role="owner"))[0] is DESK
    assert seen("agent", by=replace(MIA, role="admin"))[0] is DESK
    assert seen(by=BEN)[0] is DESK
    assert seen("@reader", by=BEN)[0] is DESK
    assert seen("lead")[0] is DESK
    assert seen("@manager")[0] is DESK


def test_a_builder_who_was_given_a_role_or_nothing_has_just_that() -> None:
    assert seen("agent", by=BEN)[0] is not DESK
    _, sight = seen("@nothing", by=BEN)
    assert not sight.may("read")
    assert not sight.may("build")


def test_levels_say_what_may_be_done_whatever_the_workspace_says() -> None:
    cleo = replace(MIA, role="viewer")
    assert seen("@editor", by=cleo)[1].may("write")
    assert not seen("@reader")[1].may("write")
    assert seen("@commenter")[1].may("comment")
    assert not seen("@nothing")[1].may("read")


def test_several_roles_are_a_union() -> None:
    spec, sight = seen("agent", "regional")
    tickets = spec.table("tickets")
    assert tickets is not None
    assert tickets.field("cost") is not None
    assert sight.may("delete", "tickets")
    assert not sight.read_only("tickets")
    one = sight.of("tickets")
    assert one is not None
    assert one.rows is not None
    assert one.rows.match == "any"
    assert sight.asks == {"me", "my"}
    assert seen("teamwork", "lead")[1].manage


def test_a_level_beside_a_role_shows_all_rows_and_fields() -> None:
    _, sight = seen("agent", "@reader")
    assert sight.rows("tickets") is None
    assert sight.may("edit", "tickets")
    one = sight.of("tickets")
    assert one is not None
    assert one.changes is not None


def test_verbs_are_as_the_right_says() -> None:
    _, sight = seen("agent")
    assert [v for v in ("read", "comment", "add", "edit", "delete", "export") if sight.may(v, "tickets")] == [
        "read", "comment", "add", "edit", "export",
    ]  # fmt: skip
    assert not sight.may("add", "customers")
    role = Role(id="x", name="X", rights=(Right(table="tickets", may="edit", comment=False, export=False, delete=True),))
    spec = DESK.model_copy(update={"roles": (role,)})
    _, sight = seen("x", spec=spec)
    assert [v for v in ("comment", "add", "edit", "delete", "export") if sight.may(v, "tickets")] == ["add", "edit", "delete"]


SPECS = [DESK, *(examples.load(one.id).spec for one in examples.listed())]


@st.composite
def roles(draw: st.DrawFn) -> App:
    spec = draw(st.sampled_from(SPECS))
    rights = []
    for table in spec.tables:
        hidden = tuple(f.id for f in table.fields if draw(st.integers(0, 5)) == 0)
        rights.append(
            Right(table=table.id, may=draw(st.sampled_from(["nothing", "see", "add", "edit", "everything"])), hidden=hidden)
        )
    return spec.model_copy(update={"roles": (Role(id="some", name="Some", rights=tuple(rights)),)})


@settings(max_examples=150, deadline=None)
@given(roles())
def test_whatever_a_role_hides_what_is_left_is_a_sound_app(spec: App) -> None:
    left, sight = seen("some", spec=spec)
    for problem in check(left.model_copy(update={"automations": ()})) if left.tables else ():
        known = ("is no words", "needs its other end")  # no field is seen that a row could be called by; the other end is hidden
        assert problem.reason.endswith(known) or "is no words" in problem.reason, problem
    for table in left.tables:
        for field in table.fields:
            assert sight.sees(table.id, field.id)
    assert {(t.id, f.id) for t in left.tables for f in t.fields} == {(t, f) for t, fs in (sight.fields or {}).items() for f in fs}
