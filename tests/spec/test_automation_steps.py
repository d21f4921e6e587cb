"""Steps inside steps, their names, and whose row each of them is about."""

import pytest

from sayso.spec.app import app_from
from sayso.spec.automation import at, every, named, row_tables
from sayso.spec.check import check

APP = {
    "name": "Desk",
    "tables": [
        {"name": "Tickets", "fields": [{"name": "Title", "kind": "text"}, {"name": "Cost", "kind": "number"}]},
        {"name": "People", "fields": [{"name": "Name", "kind": "text"}]},
    ],
}


def app(steps, trigger=None):
    trigger = trigger or {"kind": "row_created", "table": "tickets"}
    return app_from({**APP, "automations": [{"id": "rule", "name": "Rule", "trigger": trigger, "steps": steps}]})


NESTED = [
    {"kind": "find_rows", "id": "people", "table": "people"},
    {
        "kind": "switch",
        "cases": [{"then": [{"kind": "notify"}]}, {"then": [{"kind": "for_each", "over": "{people: rows}", "steps": [{"kind": "notify"}]}]}],
        "otherwise": [{"kind": "for_each", "over": "{trigger: items}", "steps": [{"kind": "notify", "id": "tell"}]}],
    },
]  # fmt: skip


def test_every_step_has_a_path_and_a_name_of_its_own():
    steps = app(NESTED).automations[0].steps
    assert named(steps) == {
        "0": "people",
        "1": "s2",
        "1/cases/0/then/0": "s2_case_1_then_1",
        "1/cases/1/then/0": "s2_case_2_then_1",
        "1/cases/1/then/0/steps/0": "s2_case_2_then_1_each_1",
        "1/otherwise/0": "s2_else_1",
        "1/otherwise/0/steps/0": "tell",
    }
    assert all(at(steps, path) is step for path, step in every(steps))
    assert at(steps, "9/then/0") is None


def test_inside_a_loop_the_row_is_the_one_whose_turn_it_is():
    one = app(NESTED)
    rows = row_tables(one, one.automations[0])
    assert rows["1/cases/0/then/0"] == "tickets"
    assert rows["1/cases/1/then/0/steps/0"] == "people"
    assert rows["1/otherwise/0/steps/0"] is None


@pytest.mark.parametrize(
    ("step", "path", "words"),
    [
        ({"kind": "upsert_row", "table": "tickets", "match": ["title"], "values": {"cost": 1}}, "match", "given no value"),
        ({"kind": "aggregate", "table": "tickets", "figures": [{"name": "Sum", "summary": "sum"}]}, "figures/0/field", "needs a field"),
        ({"kind": "aggregate", "table": "tickets", "figures": [{"name": "Sum", "summary": "sum", "field": "title"}]}, "figures/0/summary", "cannot be made"),
        ({"kind": "changes", "table": "tickets", "fields": ["nothing"]}, "fields", "no field"),
        ({"kind": "ask_coworker", "coworker": "mina"}, "coworker", "no co-worker"),
        ({"kind": "call", "automation": "rule"}, "automation", "can be called"),
        ({"kind": "chart", "view": "gone"}, "view", "no view"),
        ({"kind": "wait"}, "seconds", "a second to a year"),
        ({"kind": "notify", "id": "trigger"}, "id", "means something else"),
        ({"kind": "for_each", "over": "{trigger: x}", "steps": [{"kind": "sheet", "table": "gone"}]}, "steps/0/table", "no table"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_with_its_place(step, path, words):
    found = [p for p in check(app([step])) if p.path.endswith(path) and words in p.reason]
    assert found, check(app([step]))


def test_two_steps_of_one_name_are_refused():
    assert any("already" in p.reason for p in check(app([{"kind": "notify", "id": "a"}, {"kind": "notify", "id": "a"}])))


def test_a_wait_until_a_day_or_a_call_needs_no_seconds():
    assert check(app([{"kind": "wait", "until": "{Title}"}, {"kind": "wait", "webhook": True}])) == ()


def test_a_condition_on_a_value_that_only_a_run_knows_is_checked_for_its_field_alone():
    def finding(field, value):
        inner = {"match": "any", "of": [{"field": field, "op": "gte", "value": value}]}
        return check(app([{"kind": "find_rows", "table": "tickets", "filter": {"of": [inner]}}]))

    assert finding("cost", "{Cost}") == ()
    assert any("not a number" in p.reason for p in finding("cost", "a lot"))
    assert any("no field" in p.reason for p in finding("price", "{Cost}"))
