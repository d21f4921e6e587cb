"""What follows from a change, what it says, and what it refuses."""

import pytest

from sayso.errors import Invalid
from sayso.spec.app import App, app_from
from sayso.spec.automation import SendEmail
from sayso.spec.change import Change, apply, completed, effects, inverse
from sayso.spec.check import check, check_change
from sayso.spec.fields import Formula, Link
from tests.spec.desk import DESK, change, field


def after(wanted: Change) -> App:
    return apply(DESK, completed(DESK, wanted))


def said(wanted: Change) -> list[str]:
    return [e.sentence for e in effects(DESK, completed(DESK, wanted))]


def test_the_desk_is_valid() -> None:
    assert check(DESK) == ()


def test_a_renamed_field_is_renamed_wherever_it_is_named() -> None:
    app = after(change(field("rename", "clients", "phone", name="Mobile"), field("rename", "clients", "worth", name="Value")))
    call, share = app.table("projects").field("call"), app.table("clients").field("share")
    assert isinstance(call, Formula) and call.formula == '{Title} & ": " & {Client}.{Mobile}'
    assert isinstance(share, Formula) and share.formula == "{Open work} / {Value}"
    email = app.automations[0].steps[0]
    assert isinstance(email, SendEmail) and email.body == "Don't forget {Client}.{Mobile}"
    assert app.automations[0].on
    assert check(app) == ()


def test_two_fields_can_swap_their_names() -> None:
    app = after(
        change(field("rename", "clients", "worth", name="Open work"), field("rename", "clients", "open_work", name="Worth"))
    )
    share = app.table("clients").field("share")
    assert isinstance(share, Formula) and share.formula == "{Worth} / {Open work}"


def test_a_new_link_gets_its_other_end() -> None:
    link = {"id": "referred_by", "name": "Referred by", "kind": "link", "to": "clients"}
    wanted = change({"do": "add", "part": "field", "table": "clients", "value": link})
    app = after(wanted)
    there, back = app.table("clients").field("referred_by"), app.table("clients").field("referred_by_of")
    assert isinstance(there, Link) and isinstance(back, Link)
    assert (there.reverse, back.reverse, back.many) == ("referred_by_of", "referred_by", True)
    assert said(wanted) == [
        "Adds the link Referred by from Clients to itself",
        "Adds the link Referred by of from Clients to itself",
    ]


def test_removing_a_table_takes_along_what_stood_on_it() -> None:
    wanted = change({"do": "remove", "part": "table", "id": "projects"})
    app = after(wanted)
    assert [v.id for v in app.views] == ["all_clients", "overview"]
    assert app.view("overview").tiles == ()
    assert app.automations == ()
    assert app.roles[0].rights == ()
    assert [f.id for f in app.table("clients").fields] == ["name", "phone", "worth", "share"]
    assert said(wanted)[0] == "Removes the table Projects"
    assert "Removes Open work and Projects from Clients" in said(wanted)


def test_a_formula_that_loses_a_field_is_refused_with_a_way_out() -> None:
    wanted = completed(DESK, change({"do": "remove", "part": "table", "id": "projects"}))
    (problem,) = check_change(DESK, wanted)
    assert problem.path == "tables/clients/fields/share"
    assert "{Open work}, which this change takes away" in problem.reason
    way_out = Change.model_validate_json('{"steps": [' + str(problem.example) + "]}")
    assert check_change(DESK, wanted.then(*way_out.steps)) == ()


def test_what_loses_a_condition_never_does_more_than_before() -> None:
    app = after(change(field("remove", "projects", "stage")))
    assert [a.id for a in app.automations] == []
    (right,) = app.roles[0].rights
    assert right.may == "nothing"
    assert app.view("pipeline") is None
    assert [t.id for t in app.view("overview").tiles] == ["won"]


def test_a_removed_choice_leaves_filters_defaults_and_automations() -> None:
    stage = DESK.table("projects").field("stage")
    fewer = stage.model_copy(update={"options": stage.options[1:]})
    wanted = change(field("alter", "projects", "stage", value=fewer.portable()))
    app = after(wanted)
    assert app.table("projects").field("stage").default is None
    assert app.view("pipeline").filter.of[0].value == ["won"]
    assert app.roles[0].rights[0].may == "nothing"
    assert said(wanted)[0] == "Removes the choice Open from Stage of Projects"
    assert check(app) == ()


def test_a_change_of_kind_is_told_and_what_needs_the_old_kind_goes() -> None:
    wanted = change(field("alter", "projects", "stage", value={"id": "stage", "name": "Stage", "kind": "text"}))
    assert said(wanted)[0] == "Turns Stage of Projects into text"
    app = after(wanted)
    assert app.view("pipeline") is None
    assert check(app) == ()


def test_a_link_turned_into_text_loses_its_other_end_and_what_was_read_through_it() -> None:
    drop = field("remove", "projects", "call")
    app = after(change(drop, field("alter", "projects", "client", value={"id": "client", "name": "Client", "kind": "text"})))
    assert [f.id for f in app.table("clients").fields] == ["name", "phone", "worth", "share"]
    assert app.table("projects").field("client_phone") is None


def test_a_link_pointed_elsewhere_is_a_new_link() -> None:
    tables = {
        "do": "add",
        "part": "table",
        "value": {"id": "firms", "name": "Firms", "fields": [{"id": "name", "name": "Name", "kind": "text"}]},
    }
    client = DESK.table("projects").field("client").model_copy(update={"to": "firms"})
    drop = [field("remove", "projects", "call"), field("remove", "clients", "share")]
    wanted = change(*drop, tables, field("alter", "projects", "client", value=client.portable()))
    app = after(wanted)
    assert isinstance(app.table("firms").field("projects"), Link)
    assert app.table("clients").field("projects") is None
    assert check(app) == ()


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ({"do": "add", "part": "table", "value": {"id": "clients", "name": "X"}}, "already is a table with the id"),
        (field("rename", "clients", "gone", name="X"), "no field 'gone'"),
        (field("remove", "nowhere", "name"), "no table 'nowhere'"),
        (field("alter", "clients", "phone", value={"id": "other", "name": "X", "kind": "text"}), "keeps its id"),
    ],
)
def test_a_step_that_does_not_fit_says_why(step: dict[str, object], reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as refused:
        apply(DESK, change(step, step))
    assert len(refused.value.problems) == 2


def test_the_way_back_is_exact_for_the_whole_desk() -> None:
    wanted = completed(
        DESK,
        change(
            {"do": "remove", "part": "table", "id": "clients"},
            field("remove", "projects", "call"),
            {"do": "rename", "part": "app", "name": "Desk"},
        ),
    )
    assert apply(apply(DESK, wanted), inverse(DESK, wanted)) == DESK


def test_building_a_whole_app_is_told_table_by_table() -> None:
    empty = App(id="desk", name="Desk")
    tables = [
        {"id": "clients", "name": "Clients", "fields": [{"id": "name", "name": "Name", "kind": "text"}]},
        {
            "id": "jobs",
            "name": "Jobs",
            "fields": [
                {"id": "name", "name": "Name", "kind": "text"},
                {"id": "client", "name": "Client", "kind": "link", "to": "clients"},
            ],
        },
    ]
    wanted = completed(empty, Change.model_validate({"steps": [{"do": "add", "part": "table", "value": t} for t in tables]}))
    assert [e.sentence for e in effects(empty, wanted)] == [
        "Adds the table Clients with 2 fields",
        "Adds the table Jobs with 2 fields",
    ]
    assert check(apply(empty, wanted)) == ()


def test_reading_a_spec_by_hand_gives_the_same_as_its_file() -> None:
    assert app_from(DESK.as_yaml()) == DESK


def test_what_changes_in_a_view_is_told() -> None:
    board, overview = DESK.view("pipeline"), DESK.view("overview")
    kept = {**board.portable(), "sorts": [{"field": "due"}], "limits": {"open": 3}}
    kept.pop("filter")
    fewer = {**overview.portable(), "tiles": overview.portable()["tiles"][:1]}
    grid = {"id": "due_dates", "name": "Due dates", "kind": "timeline", "table": "projects", "start": "due"}
    altered = [{"do": "alter", "part": "view", "id": v["id"], "value": v} for v in (kept, fewer, grid)]
    assert said(change(*altered)) == [
        "Changes which rows the board Pipeline of Projects shows",
        "Changes the order of rows in the board Pipeline of Projects",
        "Changes how many cards a column of the board Pipeline of Projects should hold",
        "Removes the tile By stage from Overview",
        "Turns the calendar Due dates into a timeline",
    ]
