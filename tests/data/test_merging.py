"""What was changed in a copy, laid on a live app that others have changed meanwhile."""

from typing import Any

from sayso.data.copies.merging import merged
from sayso.data.copies.spec import copied, quietened
from sayso.spec.app import App, app_from
from sayso.spec.check import check

DESK: App = app_from(
    {
        "name": "Desk",
        "tables": [
            {
                "id": "jobs",
                "name": "Jobs",
                "fields": [
                    {"kind": "text", "id": "title", "name": "Title"},
                    {"kind": "number", "id": "hours", "name": "Hours"},
                    {
                        "kind": "select",
                        "id": "stage",
                        "name": "Stage",
                        "options": [{"id": "a", "name": "New"}, {"id": "b", "name": "Done"}],
                    },
                ],
            }
        ],
        "views": [{"kind": "grid", "id": "all", "name": "All", "table": "jobs"}],
        "automations": [{"id": "tell", "name": "Tell", "on": True, "trigger": {"kind": "row_created", "table": "jobs"}}],
    }
)
BASE = quietened(DESK)


def changed(app: App, **fields: dict[str, Any]) -> App:
    """With other values of fields of Jobs; None takes one away, a new id adds one."""
    raw = app.portable()
    of: list[dict[str, Any]] = raw["tables"][0]["fields"]
    for id, values in fields.items():
        one = next((f for f in of if f["id"] == id), None)
        if values is None:
            of.remove(one)  # pyright: ignore[reportArgumentType]
        elif one is None:
            of.append({"id": id, **values})
        else:
            one.update(values)
    return app_from(raw)


def names(app: App) -> list[str]:
    return [f.name for f in app.tables[0].fields]


def test_what_only_one_side_changed_is_as_that_side_has_it():
    copy = changed(BASE, hours={"name": "Time"}, cost={"kind": "number", "name": "Cost"})
    live = changed(DESK, title={"name": "Job"}, due={"kind": "date", "name": "Due"})
    after, clashes = merged(BASE, copy, live)
    assert (names(after), clashes) == (["Job", "Time", "Stage", "Due", "Cost"], ())
    assert after.automations == DESK.automations and after.name == "Desk"  # still on, though it is off in the copy
    assert check(after) == ()


def test_one_part_changed_by_both_is_put_together_word_by_word():
    copy = changed(BASE, hours={"description": "Worked", "name": "Time"})
    live = changed(DESK, hours={"minimum": 0})
    after, clashes = merged(BASE, copy, live)
    hours: Any = after.tables[0].field("hours")
    assert clashes == () and (hours.name, hours.description, hours.minimum) == ("Time", "Worked", 0)

    stages: Any = {"options": [{"id": "a", "name": "Fresh"}, {"id": "b", "name": "Done"}, {"id": "c", "name": "Paid"}]}
    more: Any = {"options": [{"id": "a", "name": "New"}, {"id": "b", "name": "Done"}, {"id": "d", "name": "Lost"}]}
    after, clashes = merged(BASE, changed(BASE, stage=stages), changed(DESK, stage=more))
    stage: Any = after.tables[0].field("stage")
    assert clashes == () and [o.name for o in stage.options] == ["Fresh", "Done", "Lost", "Paid"]


def test_what_both_changed_differently_is_a_clash_that_a_person_decides():
    copy, live = changed(BASE, hours={"name": "Time"}), changed(DESK, hours={"name": "Effort"})
    after, [clash] = merged(BASE, copy, live)
    assert (clash.path, clash.live, clash.copy, clash.chosen) == ("tables/jobs/fields/hours/name", "Effort", "Time", None)
    assert names(after)[1] == "Effort"  # until somebody has said otherwise
    after, [clash] = merged(BASE, copy, live, {clash.path: "copy"})
    assert clash.chosen == "copy" and names(after)[1] == "Time"


def test_removed_on_one_side_and_changed_on_the_other_is_a_clash():
    gone: Any = None
    after, [clash] = merged(BASE, changed(BASE, hours=gone), changed(DESK, hours={"name": "Effort"}))
    assert "removed in the copy and changed in the live app" in clash.sentence and "Effort" in names(after)
    after, _ = merged(BASE, changed(BASE, hours=gone), changed(DESK, hours={"name": "Effort"}), {clash.path: "copy"})
    assert names(after) == ["Title", "Stage"]
    after, clashes = merged(BASE, changed(BASE, hours=gone), DESK)
    assert (names(after), clashes) == (["Title", "Stage"], ())


def test_what_comes_with_a_copy_does_nothing_by_itself():
    raw = BASE.portable()
    raw["automations"].append({"id": "more", "name": "More", "on": True, "trigger": {"kind": "row_created", "table": "jobs"}})
    after, _ = merged(BASE, app_from(raw), DESK)
    assert {one.id: one.on for one in after.automations} == {"tell": True, "more": False}


def test_the_order_is_of_who_moved_something():
    def order(app: App, *ids: str) -> App:
        raw = app.portable()
        raw["tables"][0]["fields"].sort(key=lambda f: ids.index(f["id"]))
        return app_from(raw)

    after, clashes = merged(BASE, order(BASE, "stage", "title", "hours"), changed(DESK, due={"kind": "date", "name": "Due"}))
    assert (names(after), clashes) == (["Stage", "Due", "Title", "Hours"], ())
    after, _ = merged(BASE, changed(BASE, cost={"kind": "number", "name": "Cost"}), order(DESK, "stage", "title", "hours"))
    assert names(after) == ["Stage", "Cost", "Title", "Hours"]


def test_a_copy_in_another_workspace_names_nobody_and_nothing_of_this_one():
    raw = DESK.portable()
    raw["tables"][0]["fields"].append({"kind": "person", "id": "who", "name": "Who"})
    raw["views"][0]["filter"] = {"of": [{"field": "who", "op": "any_of", "value": ["m_abcdefghijkl", "m_ana", "me"]}]}
    raw["automations"][0]["steps"] = [
        {"kind": "send_email", "id": "mail", "name": "Mail", "connection": "cn_secret", "to": "me", "subject": "Hi", "body": "x"}
    ]
    there = copied(app_from(raw), "Desk", "move", members={"m_abcdefghijkl": None, "m_ana": "m_anathere"})
    told = str(there.portable())
    assert "'m_anathere', 'me'" in told  # who is there is the member they are there
    assert "cn_secret" not in told and "m_abcdefghijkl" not in told and not there.automations[0].on
