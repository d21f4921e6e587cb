"""Specs as people write them, and what they are told when they write them wrong."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from sayso import examples
from sayso.errors import Invalid
from sayso.spec.app import app_from
from sayso.spec.change import completed_app
from sayso.spec.check import check
from sayso.spec.fields import Date, Link, MultiSelect, Select

JUNK: list[Any] = [
    None, "", 0, -1, 3.5, True, [], {}, "x", "{Name}", ["a"], {"a": 1}, "text", "clients", "name", 10**30, "ß" * 300, [[]],
    {"field": "name"}, [{"of": 3}], "\x00", "me", {"kind": "grid"}, [None], "formula", "link", float("nan"),
]  # fmt: skip

BY_HAND = """
name: Client desk
tables:
  Clients: {fields: [Name, Worth: currency, {name: Labels, type: tags, choices: [VIP, "No"]}]}
  Projects:
    fields:
      - Title
      - {name: Client, type: relation, to: Clients}
      - {name: Stage, options: [Open, Won], default: Won}
      - Due: date
views:
  - {name: Pipeline, kind: kanban, table: Projects, by: Stage, sorts: [-Due], filter: [{field: Stage, op: is, value: Won}]}
automations:
  - name: Remind
    on: true
    trigger: {kind: date_reached, table: Projects, field: Due, time: 09:00}
    steps: [{kind: update_row, table: Projects, values: {Stage: Open}}]
"""


def test_names_short_forms_and_other_words_are_understood() -> None:
    app = app_from(BY_HAND)
    labels, client, stage, due = (
        app.table("clients").field("labels"),
        *(app.table("projects").field(id) for id in ("client", "stage", "due")),
    )
    assert isinstance(labels, MultiSelect) and [o.id for o in labels.options] == ["vip", "no"]
    assert isinstance(client, Link) and client.to == "clients"
    assert isinstance(stage, Select) and stage.default == "won"
    assert isinstance(due, Date)
    pipeline = app.view("pipeline")
    assert (pipeline.kind, pipeline.by, pipeline.sorts[0].field, pipeline.sorts[0].descending) == ("board", "stage", "due", True)
    assert pipeline.filter.of[0].value == "won"
    (remind,) = app.automations
    assert remind.on and remind.trigger.time == "09:00" and remind.steps[0].values == {"stage": "open"}


@pytest.mark.parametrize(
    ("text", "path", "reason"),
    [
        ("", "", "a mapping"),
        ("- 1", "", "a mapping"),
        ("{", "line 1, column 2", "neither YAML nor JSON"),
        ("name: &a X\ndescription: *a", "", "aliases"),
        ("name: X\ntables: [{name: T, fields: [{name: A, kind: selekt}]}]", "tables/t/fields/a", "did you mean select"),
        (
            "name: X\ntables: [{name: T, fields: [{name: A, kind: money, currency: eu}]}]",
            "tables/t/fields/a/currency",
            "does not look right",
        ),
        ("name: X\ntables: [{name: T, fields: [{name: A, colour: red}]}]", "tables/t/fields/a/colour", "not known here"),
        ("name: X\nviews: [{name: V, kind: board}]", "views/v/table", "table is missing"),
        ("name: X\nviews: [{name: V, kind: board, table: No Such, by: x}]", "views/v/table", "neither an id nor the name"),
        ("name: '{X}'", "name", "cannot hold { or }"),
        ("tables: []", "name", "name is missing"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, path: str, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        app_from(text)
    assert any(p.path == path and reason in p.reason for p in refused.value.problems), refused.value.problems


@pytest.mark.parametrize(
    "raw",
    [
        "[[[[",
        "a: !!python/object:os.system x",
        "\x00",
        "tables: {1: 2}\nname: X",
        "name: X\nviews: 3",
        "name: X\nautomations: [{trigger: 3}]",
        "name: X\ntables: [{name: T, fields: {A: [1]}}]",
        "name: X\nviews: [{table: {}, filter: 3, sorts: 3, tiles: 3}]",
        "name: X\nautomations: [{name: A, trigger: {view: []}, steps: {a: 1}}]",
        "name: X\nroles: [{rights: 3}]",
    ],
)
def test_nonsense_is_refused_kindly(raw: str) -> None:
    with pytest.raises(Invalid):
        app_from(raw)


def test_any_example_with_junk_in_it_is_read_or_refused_never_more() -> None:
    """Parts of real specs replaced by things that make no sense: what comes out is an app, its problems, or `Invalid`."""
    chance = random.Random(20261122)
    specs = [e.spec.portable() for e in examples.listed()]
    outcomes: Counter[str] = Counter()
    for _ in range(700):
        raw = json.loads(json.dumps(chance.choice(specs)))
        for path in chance.sample(list(places(raw)), 2):
            spoil(raw, path, chance.choice(JUNK))
        try:
            outcomes["valid" if not check(completed_app(app_from(raw))) else "problems"] += 1
        except Invalid:
            outcomes["invalid"] += 1
    assert min(outcomes[o] for o in ("valid", "problems", "invalid")) > 5, outcomes


def test_what_is_nested_too_deeply_is_refused() -> None:
    filter: dict[str, Any] = {"of": []}
    steps: dict[str, Any] = {"kind": "for_each", "steps": []}
    value: list[Any] = []
    for _ in range(3_000):
        filter, steps, value = {"of": [filter]}, {"kind": "for_each", "steps": [steps]}, [value]
    table = {"name": "T", "fields": ["Name"]}
    view = {"name": "V", "table": "T", "filter": filter}
    rule = {"name": "A", "trigger": {"kind": "called"}, "steps": [steps]}
    asked = {"name": "V", "table": "T", "filter": [{"field": "Name", "op": "is", "value": value}]}
    for more in ({"views": [view]}, {"automations": [rule]}, {"views": [asked]}):
        try:
            problems = check(app_from({"name": "Desk", "tables": [table], **more}))
        except Invalid as refused:
            problems = refused.problems
        assert problems


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*path, key)
        yield from places(one, (*path, key))


def spoil(value: Any, path: tuple[Any, ...], junk: Any) -> None:
    try:
        for key in path[:-1]:
            value = value[key]
        value[path[-1]] = junk
    except (KeyError, IndexError, TypeError):
        return
