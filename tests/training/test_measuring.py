"""What the measure says of plans that are known to be right, or wrong in one known way."""

from pathlib import Path

import pytest
from training.annotated import Annotated, read_file
from training.gold import case

from sayso.builder.evals.scorer import mean, score

REPAIRS = """### 001 | bike repair | note | new
Keep track of {repairs|T Repair}: {bike|F Repair.Bike:text}, {who brought it|L Repair.Customer>Customer}, {status|F Repair.Status:select}
({waiting, in work or done|O Repair.Status}), {price|F Repair.Price:currency}. {Customers|T Customer} have a {phone no|F Customer.Phone:phone}.
{Every Friday at 5|S1 0 17 * * 5} {e-mail me|D1 send_email}. {A board|V board Repair by Status}, please.
@more Customer: Name:text

### 002 | bike repair | note | edit
{Call the price the total|E rename Repair.Price=Total} and add a {due date|F Repair.Due date:date}; {the phone can go|E remove Repair.Phone}.
@given Repair(Bike:text, Price:currency, Phone:phone, Status:select[Open|Done])
@given_views board Repair by Status
"""


@pytest.fixture
def wishes(tmp_path: Path) -> list[Annotated]:
    (tmp_path / "01.txt").write_text(REPAIRS, encoding="utf-8")
    return list(read_file(tmp_path / "01.txt"))


def test_marks_become_the_spec_that_they_mean(wishes: list[Annotated]) -> None:
    gold = case(wishes[0])["gold"]
    assert {t["name"] for t in gold["tables"]} == {"Repair", "Customer"}
    repair = next(t for t in gold["tables"] if t["name"] == "Repair")
    fields = {f["name"]: f for f in repair["fields"] if not f.get("optional")}
    assert fields["Status"]["options"] == ["waiting", "in work", "done"]
    assert (fields["Customer"]["type"], fields["Customer"]["link_to"]) == ("link", "Customer")
    assert gold["views"] == [{"type": "board", "table": "Repair", "by": "Status"}]
    assert gold["automations"] == [{"actions": ["send_email"], "trigger": "schedule", "cron": "0 17 * * 5"}]


def test_an_edit_begins_from_what_was_there(wishes: list[Annotated]) -> None:
    one = case(wishes[1])
    assert [f["name"] for f in one["given"]["tables"][0]["fields"]] == ["Bike", "Price", "Phone", "Status"]
    assert [f["name"] for f in one["gold"]["tables"][0]["fields"]] == ["Bike", "Total", "Status", "Due date"]


def test_the_gold_spec_itself_scores_full_marks(wishes: list[Annotated]) -> None:
    for wish in wishes:
        one = case(wish)
        result = score(one["gold"], one["gold"], one.get("given"))
        assert not result.errors
        assert all(value == 1 for value, _ in mean([result]).values())


def test_every_fault_costs_where_it_belongs(wishes: list[Annotated]) -> None:
    gold = case(wishes[0])["gold"]
    built = {
        "tables": [
            {"name": "Repairs", "fields": [
                {"name": "Bike", "type": "text"}, {"name": "Customer", "type": "text"}, {"name": "Status", "type": "select", "options": ["Waiting"]},
                {"name": "Price", "type": "number"}, {"name": "Weather", "type": "text"},
            ]},
            {"name": "Invoices", "fields": []},
        ],
        "views": [{"type": "calendar", "table": "Repairs"}], "automations": [], "ai": [], "roles": [],
    }  # fmt: skip
    result = score(gold, built)
    assert result.counts["table"] == (1, 2, 2)
    assert result.counts["link"] == (0, 0, 1)
    assert result.counts["view"] == (0, 1, 1)
    assert result.shares["kind"] == pytest.approx(2 / 4)
    assert result.shares["options"] == pytest.approx(1 / 3)
    assert {
        "table missed",
        "table invented",
        "link missed",
        "field invented",
        "kind",
        "choices",
        "view missed",
        "rule missed",
    } <= {e for e, _ in result.errors}


def test_an_edit_that_changes_nothing_made_nothing_and_kept_all(wishes: list[Annotated]) -> None:
    one = case(wishes[1])
    result = score(one["gold"], one["given"], one["given"])
    assert result.shares["made"] == 0
    assert result.shares["kept"] == 1
