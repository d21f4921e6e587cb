"""A connected table in the spec: what it must say, how it is told, and what becomes of it when a field goes."""

from typing import Any

import pytest

from sayso.spec.app import App, app_from
from sayso.spec.change import Alter, Change, Remove, apply, completed, completed_app, effects, inverse
from sayso.spec.check import check, check_change

SOURCE = {"connection": "cn_shop", "what": "public.orders", "key": ["id"], "fields": {"name": "title", "worth": "total"}}


def desk(**source: Any) -> App:
    table = {"name": "Orders", "fields": ["Name", {"Worth": "money"}, {"Logo": "image"}], "source": SOURCE | source}
    return completed_app(app_from({"name": "Desk", "tables": [table]}))


def test_a_connected_table_is_an_ordinary_part_of_an_app():
    app = desk(cron="*/15 * * * *", cursor="updated_at")
    assert check(app) == ()
    assert App.model_validate(app.portable()) == app


@pytest.mark.parametrize(
    ("source", "path", "reason"),
    [
        ({"fields": {"nope": "x"}}, "fields/nope", "has no field"),
        ({"fields": {"logo": "x"}}, "fields/logo", "cannot be filled"),
        ({"fields": {}}, "fields", "no column fills"),
        ({"key": ["id", "id"]}, "key", "twice"),
        ({"cron": "every day"}, "cron", "no schedule"),
        ({"cron": "99 * * * *"}, "cron", "no schedule"),
        ({"mode": "live", "writes": True}, "writes", "synced"),
    ],
)
def test_what_cannot_work_is_told(source: dict[str, Any], path: str, reason: str):
    (problem,) = check(desk(**source))
    assert problem.path == f"tables/orders/source/{path}"
    assert reason in problem.reason


@pytest.mark.parametrize("mode", ["synced", "live"])
def test_rows_that_are_only_read_elsewhere_are_not_linked_to(mode: str):
    tables = [
        {"name": "Orders", "fields": ["Name", {"Worth": "money"}], "source": SOURCE | {"mode": mode}},
        {"name": "Notes", "fields": ["Note", {"name": "Order", "kind": "link", "to": "Orders"}]},
    ]
    problems = check(completed_app(app_from({"name": "Desk", "tables": tables})))
    assert [p.path for p in problems] == ([] if mode == "synced" else ["tables/orders/fields/notes", "tables/notes/fields/order"])


def test_a_field_that_goes_is_filled_no_more_and_undo_brings_it_back():
    app = desk()
    change = completed(app, Change(steps=(Remove(part="field", table="orders", id="worth"),)))
    after = apply(app, change)
    assert after.tables[0].source and after.tables[0].source.fields == {"name": "title"}
    assert check_change(app, change) == ()
    assert apply(after, inverse(app, change)) == app


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (None, "Disconnects Orders; its rows stay"),
        ({"what": "public.sales"}, "Connects Orders to public.sales"),
        ({"wins": "ask"}, "Changes how Orders is connected"),
    ],
)
def test_connecting_is_told_in_a_sentence(source: dict[str, Any] | None, sentence: str):
    app = desk()
    value = app.tables[0].model_copy(update={"source": None if source is None else desk(**source).tables[0].source})
    change = Change(steps=(Alter(part="table", id="orders", value=value),))
    assert [e.sentence for e in effects(app, change)] == [sentence]
