"""A summary per row of a table stands on that row; a total said of a table is the table's; sums are read either way round."""

import pytest

from tests.builder.planner.marks.stories import built, field

HIVES = "{Hives|T}: {code|F}. {Harvests|T}: {hive|L}, {kilos|F}, {date|F}. "


@pytest.mark.parametrize(
    ("said", "name", "summary"),
    [
        ("Show {the average kilos per hive|F}.", "Average kilos", "average"), ("{count of harvests|F} per hive", "Count of harvests", "count"),
        ("And {the sum of harvests on each hive|X}.", "Total harvests", "sum"), ("{highest kilos for every hive|F}", "Highest kilos", "maximum"),
    ],
)  # fmt: skip
def test_a_summary_per_row_stands_on_that_row(said: str, name: str, summary: str):
    spec = built(HIVES + said)
    assert field(spec, f"Hives.{name}")["type"] == "rollup"
    assert name not in [f["name"] for t in spec["tables"] if t["name"] == "Harvests" for f in t["fields"]]


def test_a_summary_for_a_table_that_is_only_linked_waits_until_it_is_there():
    spec = built("{Walks|T}: {dog|L}, {minutes|F}. {Average minutes|F} per dog.")
    assert field(spec, "Dogs.Average minutes")["type"] == "rollup"


def test_a_price_per_unit_is_no_summary():
    assert field(built("{Barrels|T}: {litres|F}, {price per litre|F}"), "Barrels.Price per litre")["type"] == "currency"


def test_a_total_that_is_said_of_a_table_is_on_it():
    spec = built("{Trays|T}: {label|F}. {Seedlings|T}: {tray|L}, {cost|F}. {tray total|X}")
    assert field(spec, "Trays.Total")["type"] == "rollup"


def test_a_sum_that_is_said_before_its_name_has_its_operands_as_fields():
    spec = built("{Dangers|T}: {keeper|F}. {chance x damage = exposure|X}")
    assert field(spec, "Dangers.Chance")["type"] == field(spec, "Dangers.Damage")["type"] == "number"
    assert field(spec, "Dangers.Exposure")["type"] == "formula"


def test_what_people_give_titles_to_has_a_title_and_what_happens_has_an_id():
    spec = built("{Films|T}: {release date|F}, {rating|F}. {Repair jobs|T}: {opened|F}, {closed|F}")
    assert [t["fields"][0]["name"] for t in spec["tables"]] == ["Title", "ID"]


def test_a_form_that_is_only_spoken_of_is_a_view_and_one_that_is_filed_is_not():
    spec = built("{Suggestions|T} form on our site: {phone|F}, {idea|F}.")
    assert [v["table"] for v in spec["views"] if v["type"] == "form"] == ["Suggestions"]
    spec = built("{Contracts|T}: {customer|F}, {the signed public form|F}, {start date|F}.")
    assert not [v for v in spec["views"] if v["type"] == "form"]


def test_a_chart_per_month_goes_by_the_date():
    spec = built("{Parcels|T}: {weight|F}, {sent on|F}, {status|F} ({open, sent|O}). {A bar chart of parcels per month|V}")
    assert [v["by"] for v in spec["views"] if v["type"] == "chart"] == ["Sent on"]
