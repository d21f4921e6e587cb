"""What models write is mended before anybody is asked again; what is left is told by path."""

from typing import Any

import pytest

from sayso.builder.agent.bench import Bench, Done
from sayso.builder.agent.guard import Guard
from sayso.spec.app import App, app_from
from sayso.spec.change import completed_app
from sayso.spec.check import check

Json = dict[str, Any]


def bench(words: str = "everything", given: App | None = None) -> Bench:
    return Bench(given, Guard(words, given))


def tables(*made: Json) -> Json:
    return {"app_name": "Shop", "tables": list(made)}


def field(one: Bench, table: str, name: str) -> Any:
    found = one.app.table_named(table)
    assert found is not None
    return found.named(name)


def fine(done: Done, one: Bench) -> None:
    assert done.problems == () and not check(one.app), done.told()


@pytest.mark.parametrize(
    ("said", "kind"),
    [("varchar", "text"), ("fk", "link"), ("tags", "multi_select"), ("bool", "checkbox"), ("decimal", "number"), ("currency", "money"), ("timestamp", "datetime"),
     ("User", "person"), ("attachments", "file"), ("dropdown", "select"), ("long text", "long_text"), ("json", "text"), ("serial", "autonumber")],
)  # fmt: skip
def test_other_words_for_kinds_are_ours(said: str, kind: str) -> None:
    one = bench()
    new = {"name": "It", "type": said, **({"references": "Thing"} if kind == "link" else {})}
    fine(one.do("create_tables", tables({"name": "Things", "fields": [{"name": "Name", "kind": "text"}, new]})), one)
    assert field(one, "Things", "It").kind == kind


def test_a_lookup_brings_its_link_and_a_link_its_other_end() -> None:
    one = bench()
    made = tables(
        {"name": "Orders", "fields": [{"name": "No", "kind": "autonumber"}, {"name": "City", "kind": "lookup", "table": "Customers", "field": "City"}]},
        {"name": "Customers", "fields": [{"name": "Name", "kind": "text"}, {"name": "City", "kind": "text"}, {"name": "Spent", "kind": "rollup", "to": "Orders", "field": "Total", "summary": "total"}]},
    )  # fmt: skip
    made["tables"][0]["fields"].append({"name": "Total", "kind": "money"})
    done = one.do("create_tables", made)
    fine(done, one)
    assert "needs a link to Customers, which was added" in done.mended[0]
    link = field(one, "Orders", "Customers")
    assert (link.kind, link.to) == ("link", "customers") and field(one, "Customers", "Orders").reverse == link.id
    assert field(one, "Customers", "Spent").summary == "sum"


def test_twice_the_same_call_makes_nothing_twice() -> None:
    one = bench()
    made = tables({"name": "Tasks", "fields": [{"name": "Name", "kind": "text"}, {"name": "name", "kind": "text"}]})
    fine(one.do("create_tables", made), one)
    before = one.app
    again = one.do("create_tables", {"tables": [{"name": "Task", "fields": [{"name": "Due", "kind": "date"}]}]})
    fine(again, one)
    assert len(one.app.tables) == 1 and [f.name for f in one.app.tables[0].fields] == ["Name", "Due"] and before != one.app


def test_order_does_not_matter_within_a_call() -> None:
    one = bench()
    made = tables(
        {"name": "Lines", "fields": [{"name": "Sum", "kind": "formula", "formula": "Qty * {unit price}"}, {"name": "Order", "kind": "link", "to": "Orders"}, {"name": "Qty", "kind": "number"}, {"name": "Unit price", "kind": "money", "currency": "€"}]},
        {"name": "Orders", "fields": [{"name": "Total", "kind": "rollup", "link": "Lines", "field": "Sum", "summary": "sum"}, {"name": "No", "kind": "text"}]},
    )  # fmt: skip
    fine(one.do("create_tables", made), one)
    assert field(one, "Lines", "Sum").formula == "{Qty} * {Unit price}" and field(one, "Lines", "Unit price").currency == "EUR"
    assert field(one, "Orders", "Total").link == field(one, "Lines", "Order").reverse


def test_views_find_their_fields_and_tables() -> None:
    one = bench()
    made = tables({"name": "Jobs", "fields": [{"name": "Name", "kind": "text"}, {"name": "State", "kind": "select", "options": ["Open", "Done"]}, {"name": "Due", "kind": "date"}, {"name": "Cost", "kind": "money"}]})  # fmt: skip
    fine(one.do("create_tables", made), one)
    views = [
        {"name": "Board", "kind": "kanban", "table": "job"},
        {"name": "Days", "type": "calendar", "table": "jobs"},
        {"name": "Open", "kind": "grid", "table": "Jobs", "filter": {"State": "open"}, "sorts": ["-due"]},
        {"name": "Cost", "kind": "bar chart", "table": "Jobs", "by": "state", "measure": {"summary": "sum", "field": "cost"}},
        {"name": "In", "kind": "form", "table": "Jobs"},
        {"name": "Sum", "kind": "dashboard", "tiles": [{"title": "Open", "type": "number", "table": "Jobs", "filter": [{"field": "state", "op": "=", "value": "Open"}]}]},
    ]  # fmt: skip
    fine(one.do("create_views", {"views": views}), one)
    board, days, grid, chart, form, dashboard = one.app.views
    assert (board.by, days.start, chart.shape, chart.measure.summary) == ("state", "due", "bar", "sum")  # type: ignore[union-attr]
    assert grid.filter.of[0].value == "open" and grid.sorts[0].descending  # type: ignore[union-attr]
    assert [f.field for f in form.fields] == ["name", "state", "due", "cost"]  # type: ignore[union-attr]
    assert dashboard.tiles[0].filter.of[0].op == "is"  # type: ignore[union-attr]


def test_rules_in_the_flat_form_and_schedules_in_words() -> None:
    one = bench("mail me@here.example every monday")
    fine(
        one.do(
            "create_tables",
            tables({"name": "Loans", "fields": [{"name": "Who", "kind": "text"}, {"name": "Due", "kind": "date"}]}),
        ),
        one,
    )
    rules = [
        {"name": "Weekly", "when": "schedule", "cron": "every monday at 9", "steps": [{"type": "email", "to": ["me@here.example"]}]},
        {"name": "Before", "when": "due", "table": "loan", "days": -1, "actions": ["notify"]},
        {"name": "Late", "trigger": {"type": "row_updated", "table": "Loans", "fields": ["due"]}, "steps": [{"kind": "update_record", "values": {"who": "late"}}]},
    ]  # fmt: skip
    fine(one.do("create_automations", {"automations": rules}), one)
    weekly, before, late = one.app.automations
    assert weekly.trigger.cron == "0 9 * * 1" and weekly.steps[0].to == "me@here.example"  # type: ignore[union-attr]
    assert (before.trigger.kind, before.trigger.field) == ("date_reached", "due") and late.steps[0].values == {"who": "late"}  # type: ignore[union-attr]


def test_what_a_person_decides_of_a_coworker_is_not_for_models() -> None:
    one = bench()
    fine(one.do("create_tables", tables({"name": "Mails", "fields": [{"name": "Subject", "kind": "text"}]})), one)
    clerk = {
        "name": "Mina",
        "prompt": "Answers",
        "tables": [{"table": "mail", "may": "edit"}],
        "allowed": ["delete_rows"],
        "budget_cents": 99999,
    }
    fine(one.do("create_coworkers", {"coworkers": [clerk]}), one)
    [mina] = one.app.coworkers
    assert (mina.instructions, mina.grants[0].may, mina.allowed, mina.budget_cents) == ("Answers", "write", (), None)


def test_a_part_that_cannot_stand_is_told_by_path_and_the_others_stay() -> None:
    one = bench()
    made = tables({"name": "Jobs", "fields": [{"name": "Name", "kind": "text"}, {"name": "Bad", "kind": "formula", "formula": "{Nope} + 1"}, {"name": "Worse", "kind": "link", "to": "Nowhere"}, {"name": "Nice", "kind": "rating"}]})  # fmt: skip
    done = one.do("create_tables", made)
    assert {p.path.split("/")[3] for p in done.problems} == {"bad", "worse"} and not check(one.app)
    assert [f.name for f in one.app.tables[0].fields] == ["Name", "Nice"]
    assert all(p.example for p in done.problems), done.problems
    assert set(one.open) and one.do("add_fields", {"fields": [{"table": "Jobs", "name": "Bad", "kind": "number"}]}).problems == ()
    assert not any("bad" in path for path in one.open), "what was put right is open no more"


def test_removing_what_others_stand_on_is_told_and_together_it_goes() -> None:
    given = completed_app(app_from({"name": "S", "tables": [{"name": "Jobs", "fields": ["Name", {"Hours": "number"}, {"name": "Cost", "formula": "{Hours} * 2"}]}]}))  # fmt: skip
    one = bench("remove hours and cost from jobs", given)
    alone = one.do("remove", {"parts": [{"part": "field", "table": "Jobs", "name": "Hours"}]})
    assert alone.problems and one.app == given
    both = one.do("remove", {"parts": [{"part": "field", "table": "Jobs", "name": n} for n in ("Hours", "Cost")]})
    assert both.problems == () and [f.name for f in one.app.tables[0].fields] == ["Name"]


def test_choices_keep_their_ids_when_more_come() -> None:
    given = completed_app(app_from({"name": "S", "tables": [{"name": "Jobs", "fields": ["Name", {"name": "State", "kind": "select", "options": [{"id": "o1", "name": "Open", "hue": "red"}, "Done"]}]}]}))  # fmt: skip
    one = bench("jobs can also be waiting", given)
    done = one.do(
        "change",
        {"parts": [{"part": "field", "table": "Jobs", "name": "State", "set": {"options": ["open", "Waiting", "Done"]}}]},
    )
    fine(done, one)
    assert [(o.id, o.name) for o in field(one, "Jobs", "State").options] == [
        ("o1", "Open"),
        ("waiting", "Waiting"),
        ("done", "Done"),
    ]


@pytest.mark.parametrize(
    "junk",
    [{}, {"tables": None}, {"tables": "x"}, {"tables": [None, 3, []]}, {"tables": [{"name": {"a": 1}, "fields": "Name"}]}, {"tables": [{"name": "A" * 5000, "fields": [{"name": "{}"}]}]},
     {"tables": {"Clients": {"fields": {"Name": "text", "Worth": {"kind": "money"}}}}}, {"tables": [{"name": "T", "fields": [{"name": "x", "kind": ["text"], "options": {"a": 1}}]}]},
     {"tables": [{"name": f"T{n}", "fields": [{"name": "N", "kind": "text"}]} for n in range(400)]}, {"tables": [{"name": "\u202eevil\n", "fields": [{"name": "\x07"}]}]},
     {"tables": [{"name": "Deep", "fields": [{"name": "x", "default": [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}]}]}],
    ids=lambda v: str(v)[:40],
)  # fmt: skip
@pytest.mark.parametrize(
    "call",
    ["create_tables", "add_fields", "create_views", "create_automations", "create_roles", "create_coworkers", "change", "remove"],
)
def test_nothing_that_a_model_sends_breaks_the_bench(call: str, junk: Json) -> None:
    one = bench()
    fine(one.do("create_tables", tables({"name": "Jobs", "fields": [{"name": "Name", "kind": "text"}]})), one)
    key = {"add_fields": "fields", "change": "parts", "remove": "parts"}.get(call, call.removeprefix("create_"))
    done = one.do(call, {key: junk.get("tables"), **junk})
    assert not check(one.app) and done.told()
