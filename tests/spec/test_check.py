"""Every rule of a spec, broken once: the path, the reason, a way to say it right."""

import time
from typing import Any

import pytest

from sayso.spec.app import app_from
from sayso.spec.change import completed_app
from sayso.spec.check import check

TABLES = [
    {
        "name": "Clients",
        "fields": [
            "Name",
            {"Worth": "money"},
            {"name": "Stage", "options": ["Open", "Won"]},
            {"Since": "date"},
            {"name": "Tags", "kind": "multi_select", "options": ["VIP"]},
            {"Logo": "image"},
            {"name": "Jobs", "kind": "link", "to": "Jobs", "reverse": "Client", "many": True},
            {"Nr": "autonumber"},
        ],
    },
    {"name": "Jobs", "fields": ["Name", {"name": "Client", "kind": "link", "to": "Clients", "reverse": "Jobs"}]},
]


def desk(**more: Any) -> dict[str, Any]:
    return {"name": "Desk", "tables": TABLES, **more}


def with_field(**field: Any) -> dict[str, Any]:
    clients = {**TABLES[0], "fields": [*TABLES[0]["fields"], {"name": "Extra", **field}]}  # type: ignore[misc]
    return desk(tables=[clients, TABLES[1]])


def view(**view: Any) -> dict[str, Any]:
    return desk(views=[{"name": "V", "table": "Clients", **view}])


def rule(trigger: dict[str, Any] | None = None, *steps: dict[str, Any]) -> dict[str, Any]:
    return desk(
        automations=[{"name": "A", "trigger": trigger or {"kind": "row_created", "table": "Clients"}, "steps": list(steps)}]
    )


def one(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


EXTRA = "tables/clients/fields/extra"

BROKEN: list[tuple[str, dict[str, Any], str, str]] = [
    ("zone", desk(zone="Mars/Base"), "zone", "no time zone"),
    ("two tables", desk(tables=[*TABLES, {"name": "CLIENTS", "fields": ["Name"]}]), "tables/clients_2", "two tables are called"),
    ("two fields", with_field(name="worth"), "tables/clients/fields/worth_2", "two fields are called"),
    ("two choices", with_field(kind="select", options=["a", "A"]), f"{EXTRA}/options/a_2", "two choices are called"),
    ("no fields", desk(tables=[{"name": "T"}]), "tables/t", "has no fields"),
    ("title", desk(tables=[{**TABLES[0], "title": "Logo"}, TABLES[1]]), "tables/clients/title", "no words"),
    ("no title", desk(tables=[{**TABLES[0], "title": "gone"}, TABLES[1]]), "tables/clients/title", "no field with the id"),
    ("default", with_field(kind="money", default="lots"), f"{EXTRA}/default", "is an amount"),
    ("default choice", with_field(kind="select", options=["a"], default="b"), f"{EXTRA}/default", "no choice"),
    ("bounds", with_field(kind="number", minimum=5, maximum=1), EXTRA, "which nothing can be"),
    ("required", with_field(kind="formula", formula="1", required=True), EXTRA, "cannot be required"),
    ("unique", with_field(kind="checkbox", unique=True), EXTRA, "cannot be unique"),
    ("field zone", with_field(kind="datetime", zone="Mars"), f"{EXTRA}/zone", "no time zone"),
    ("link to nothing", with_field(kind="link", to="nowhere"), f"{EXTRA}/to", "no table with the id"),
    ("foreign end", with_field(kind="link", to="Jobs", reverse="Client"), f"{EXTRA}/reverse", "does not point back"),
    ("lookup", with_field(kind="lookup", link="Worth", field="name"), f"{EXTRA}/link", "is no link"),
    ("lookup field", with_field(kind="lookup", link="Jobs", field="gone"), f"{EXTRA}/field", "no field with the id"),
    ("rollup", with_field(kind="rollup", link="Jobs", field="Name", summary="sum"), f"{EXTRA}/summary", "cannot be made of"),
    ("rollup of what", with_field(kind="rollup", link="Jobs", summary="sum"), f"{EXTRA}/field", "needs a field"),
    (
        "rollup where",
        with_field(kind="rollup", link="Jobs", where=[one("Name", "gt", 3)]),
        f"{EXTRA}/where",
        "cannot be asked",
    ),
    ("slot", with_field(kind="ai", slot="gpt"), f"{EXTRA}/slot", "no model slot"),
    ("formula", with_field(kind="formula", formula="{Wrth} * 2"), EXTRA, "did you mean {Worth}"),
    ("syntax", with_field(kind="formula", formula="SUM({Worth}"), EXTRA, "bracket"),
    ("circle", with_field(kind="formula", formula="{Extra} + 1"), EXTRA, "worked out from itself"),
    ("view table", desk(views=[{"name": "V", "table": "nowhere"}]), "views/v/table", "no table"),
    ("board", view(kind="board", by="Name"), "views/v/by", "this takes a select"),
    ("board by many", view(kind="board", by="Jobs"), "views/v/by", "this takes a select"),
    ("limits", view(kind="board", by="Stage", limits={"gone": 3}), "views/v/limits", "no choice"),
    ("calendar", view(kind="calendar", start="Name"), "views/v/start", "this takes a date"),
    ("gallery", view(kind="gallery", cover="Name"), "views/v/cover", "this takes an image"),
    ("chart", view(kind="chart"), "views/v/by", "needs a field to go by"),
    ("bucket", view(kind="chart", by="Stage", bucket="month"), "views/v/bucket", "only dates"),
    ("measure", view(kind="chart", by="Stage", measure={"summary": "sum", "field": "Name"}), "views/v/measure/summary", "cannot"),
    ("summaries", view(summaries={"Name": "average"}), "views/v/summaries/summary", "cannot be made of"),
    ("sorts", view(sorts=["gone"]), "views/v/sorts", "no field"),
    ("hidden", view(hidden=["gone"]), "views/v/hidden", "no field"),
    ("op", view(filter=[one("Worth", "starts_with", "1")]), "views/v/filter", "cannot be asked"),
    ("number", view(filter=[one("Worth", "gt", "lots")]), "views/v/filter", "is not a number"),
    ("day", view(filter=[one("Since", "lt", "soonish")]), "views/v/filter", "is not a day"),
    ("span", view(filter=[one("Since", "within", "a_while")]), "views/v/filter", "no span"),
    ("choice", view(filter=[one("Stage", "is", "Gone")]), "views/v/filter", "has no choice"),
    ("list", view(filter=[one("Stage", "any_of", [])]), "views/v/filter", "a list of values"),
    ("colours", view(colours=[{"hue": "red", "filter": [one("gone", "empty")]}]), "views/v/colours/filter", "no field"),
    ("deep", view(filter={"of": [{"of": [{"of": [{"of": [{"of": [{"of": [{"of": []}]}]}]}]}]}]}), "views/v/filter", "too large"),
    ("form", view(kind="form", fields=["Nr"]), "views/v/fields/nr", "cannot be filled in"),
    ("form twice", view(kind="form", fields=["Name", "Name"]), "views/v/fields/name", "twice"),
    ("tile", desk(views=[{"name": "V", "kind": "dashboard", "tiles": [{"name": "T", "kind": "number", "table": "x"}]}]), "views/v/tiles/t/table", "no table"),
    ("cron", rule({"kind": "schedule", "cron": "every monday"}), "automations/a/trigger/cron", "no schedule"),
    ("date", rule({"kind": "date_reached", "table": "Clients", "field": "Name"}), "automations/a/trigger/field", "is no date"),
    ("time", rule({"kind": "date_reached", "table": "Clients", "field": "Since", "time": "25:00"}), "automations/a/trigger/time", "no time of day"),
    ("watched", rule({"kind": "form_submitted", "view": "gone"}), "automations/a/trigger/view", "no such view"),
    ("value", rule(None, {"kind": "create_row", "table": "Clients", "values": {"Worth": "lots"}}), "automations/a/steps/0/values/worth", "is an amount"),
    ("unwritable", rule(None, {"kind": "create_row", "table": "Clients", "values": {"Nr": 3}}), "automations/a/steps/0/values/nr", "cannot be written"),
    ("wait", rule(None, {"kind": "wait", "seconds": 0}), "automations/a/steps/0/seconds", "from a second"),
    ("branch", rule(None, {"kind": "branch", "filter": [one("gone", "empty")]}), "automations/a/steps/0/filter", "no field"),
    ("right", desk(roles=[{"name": "R", "rights": [{"table": "gone"}]}]), "roles/r/table", "no table"),
    ("two rights", desk(roles=[{"name": "R", "rights": [{"table": "Jobs"}, {"table": "Jobs"}]}]), "roles/r/jobs", "two rights"),
    ("grant", desk(coworkers=[{"name": "C", "grants": [{"table": "gone"}]}]), "coworkers/c/table", "no table"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "path", "reason"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_a_broken_spec_says_where_and_why(spec: dict[str, Any], path: str, reason: str) -> None:
    problems = check(completed_app(app_from(spec)))
    assert any(p.path == path and reason in p.reason for p in problems), problems


def test_the_ground_of_these_tests_is_valid() -> None:
    assert check(completed_app(app_from(desk()))) == ()


def test_a_long_way_round_is_found_and_told_once() -> None:
    fields = ["Name", *({"name": f"F{n}", "kind": "formula", "formula": f"{{F{(n + 1) % 400}}} + 1"} for n in range(400))]
    (problem,) = check(app_from({"name": "Desk", "tables": [{"name": "T", "fields": fields}]}))
    assert "worked out from itself" in problem.reason


def test_all_problems_are_told_at_once() -> None:
    spec = desk(zone="Mars", views=[{"name": "V", "kind": "board", "table": "Clients", "by": "Name", "sorts": ["gone"]}])
    assert [p.path for p in check(app_from(spec))] == ["zone", "views/v/sorts", "views/v/by"]


def test_formulas_that_double_at_every_step_are_refused_at_once() -> None:
    fields = ["Name", {"name": "F0", "kind": "number"}]
    fields += [{"name": f"F{n}", "kind": "formula", "formula": f"{{F{n - 1}}} + {{F{n - 1}}}"} for n in range(1, 60)]
    before = time.monotonic()
    (problem,) = check(app_from({"name": "Desk", "tables": [{"name": "T", "fields": fields}]}))
    assert time.monotonic() - before < 2
    assert problem.path == "tables/t/fields/f9" and "at most 8 computed fields" in problem.reason
    wide = ["Name", {"name": "F0", "kind": "number"}]
    wide += [{"name": f"F{n}", "kind": "formula", "formula": " + ".join([f"{{F{n - 1}}}"] * 19)} for n in range(1, 5)]
    (problem,) = check(app_from({"name": "Desk", "tables": [{"name": "T", "fields": wide}]}))
    assert problem.path == "tables/t/fields/f3" and "at most 2,000" in problem.reason


def test_what_postgresql_cannot_store_is_refused() -> None:
    spec = desk(views=[{"name": "V", "table": "Clients", "filter": [one("Name", "is", "a\x00b")]}])
    (problem,) = check(completed_app(app_from(spec)))
    assert problem.path == "views/v/filter/of/value" and "cannot be stored" in problem.reason
    (problem,) = check(completed_app(app_from(desk(description="a\x00b"))))
    assert problem.path == "description"
