"""Follow-ups that say how it should be, without a command."""

import pytest

from sayso.builder.planner import Plan, Wish
from sayso.spec.app import App
from sayso.spec.change import apply, inverse
from sayso.spec.check import check
from tests.builder.planner.ruled import plan

APP = plan(
    Wish(
        "Wells: name, depth, driller, licence paid yes/no, soil (sand, clay). Visits: well, date, remark, reading. "
        "Each visit belongs to a well."
    )
).spec


def changed(words: str, app: App = APP) -> Plan:
    made = plan(Wish(words, app=app))
    assert made.outcome == "plan", (words, made.message)
    assert check(made.spec) == () and apply(app, made.change) == made.spec
    assert apply(made.spec, inverse(app, made.change)) == app
    return made


def kinds(made: Plan, table: str) -> dict[str, str]:
    found = made.spec.table_named(table)
    assert found is not None, [t.name for t in made.spec.tables]
    return {f.name: f.kind for f in found.fields}


@pytest.mark.parametrize(
    "words",
    ["the driller can go", "We no longer need the driller field", "driller is not needed any more", "take off the driller thing", "driller no longer needed - delete it"],
)  # fmt: skip
def test_what_can_go_goes(words: str):
    made = changed(words)
    assert "Driller" not in kinds(made, "Wells")
    assert [s.do for s in made.change.steps] == ["remove"]


@pytest.mark.parametrize(
    "words", ["Remark -> Finding", '"Remark" → "Finding"', "remark is now Finding", 'call remark "Finding"', "- Remark → Finding"]
)
def test_an_arrow_renames(words: str):
    made = changed(words)
    assert "Finding" in kinds(made, "Visits") and "Remark" not in kinds(made, "Visits")


def test_an_arrow_to_a_kind_changes_the_kind():
    assert kinds(changed("depth -> plain text"), "Wells")["Depth"] == "text"


def test_the_old_name_ends_where_the_app_s_words_do():
    assert changed("call Visits Field trips").spec.table_named("Field trips") is not None


@pytest.mark.parametrize(
    "words",
    [
        "No visit without a date",
        "nobody may be without a date",
        "the date has to be filled in",
        "The date can't be empty",
    ],
)
def test_what_may_not_be_missing_is_required(words: str):
    table = changed(words).spec.table_named("Visits")
    assert table is not None and [f.required for f in table.fields if f.name == "Date"] == [True]


@pytest.mark.parametrize("words", ["Wells can have more than one soil", "change soil so that wells can have several"])
def test_more_than_one_makes_several_choices(words: str):
    made = changed(words)
    assert kinds(made, "Wells")["Soil"] == "multi_select"


@pytest.mark.parametrize("words", ["soil: add gravel, peat", "add gravel and peat to the soils"])
def test_choices_are_added_and_the_others_stay(words: str):
    table = changed(words).spec.table_named("Wells")
    assert table is not None
    soil = next(f for f in table.fields if f.name == "Soil")
    assert [o.name for o in soil.options] == ["Sand", "Clay", "Gravel", "Peat"]  # type: ignore[union-attr]


def test_a_new_field_comes_with_the_choices_behind_its_colon():
    made = changed("add closing reason: dry, salty, collapsed")
    table = made.spec.table_named("Wells")
    assert table is not None
    field = next(f for f in table.fields if f.name == "Closing reason")
    assert [o.name for o in field.options] == ["Dry", "Salty", "Collapsed"]  # type: ignore[union-attr]


@pytest.mark.parametrize("words", ["the moon can go", "sky -> sea", "no harvest without a sickle"])
def test_a_statement_about_something_else_changes_nothing_that_is_there(words: str):
    made = plan(Wish(words, app=APP))
    for table in APP.tables:
        after = made.spec.table(table.id)
        assert after is not None and after.name == table.name and {f.id for f in table.fields} <= {f.id for f in after.fields}
