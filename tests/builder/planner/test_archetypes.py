"""Apps as the trades keep them: each stands by itself, and what they suggest is added by nobody but a person."""

from datetime import date

import pytest

from sayso.builder.plan import suggested
from sayso.builder.planner import Wish, plan
from sayso.builder.planner.archetypes import suggestions
from sayso.builder.planner.archetypes.archetype import Archetype, app_of, archetypes
from sayso.builder.planner.archetypes.suggesting import FIELDS_MAX, SUGGESTIONS_MAX, nearest
from sayso.spec.change import apply, completed
from sayso.spec.check import check

TODAY = date(2026, 11, 22)
BIKES = "I run a bike repair shop. Track repairs with customer, bike, fault and price. Customers have name and phone."


@pytest.mark.parametrize("one", archetypes(), ids=lambda a: a.trade)
def test_every_archetype_is_an_app_that_stands(one: Archetype):
    app = app_of(one)
    assert check(app) == ()
    assert {v.table for v in one.views} <= {t.name for t in one.tables}
    assert app.views


def test_there_are_about_a_hundred_trades_and_no_two_alike():
    assert len(archetypes()) >= 100
    assert len({a.trade for a in archetypes()}) == len(archetypes())


@pytest.mark.parametrize(
    ("words", "trade"),
    [
        (BIKES, "Bike repair"),
        ("crm: deals, companies and contacts", "CRM"),
        ("we lend tools: items with name and photo, loans with item, borrower, due date", "Lending library"),
        ("Patients with name and birthday, appointments with patient, doctor and time", "Clinic appointments"),
        ("Volunteers sign up for shifts; shifts have a start and an end", "Volunteers"),
    ],
)
def test_the_trade_is_known_by_its_tables_and_words(words: str, trade: str):
    best = nearest(plan(Wish(words)).spec, words)
    assert best is not None
    assert best.trade == trade


def test_a_bike_shop_may_want_a_status_with_a_board_and_gets_it_only_when_taken():
    made = plan(Wish(BIKES))
    before = made.spec.portable()
    offered = suggestions(made.spec, BIKES)
    assert 1 <= len(offered) <= SUGGESTIONS_MAX
    assert offered[0].sentence == "Repairs: Status (Booked in, In work, Waiting for parts, Ready, Collected), with a board"
    assert made.spec.portable() == before
    after = apply(made.spec, completed(made.spec, offered[0].change))
    repairs = next(t for t in after.tables if t.name == "Repairs")
    assert any(f.name == "Status" for f in repairs.fields)
    assert any(v.kind == "board" for v in after.views)
    assert all("Status" not in s.sentence for s in suggestions(after, BIKES))


@pytest.mark.parametrize("one", archetypes(), ids=lambda a: a.trade)
def test_an_app_that_has_it_all_is_offered_no_field_twice(one: Archetype):
    app = app_of(one)
    for offered in suggestions(app, " ".join(one.words)):
        after = apply(app, completed(app, offered.change))
        assert check(after) == ()
        for table in after.tables:
            names = [f.name.casefold() for f in table.fields]
            assert len(names) == len(set(names))


def test_every_suggestion_can_be_taken_one_after_the_other():
    app = plan(Wish(BIKES)).spec
    for _ in range(SUGGESTIONS_MAX + FIELDS_MAX):
        offered = suggested(app, BIKES)
        if not offered:
            break
        app = apply(app, completed(app, suggestions(app, BIKES)[0].change))
        assert check(app) == ()


def test_nothing_is_suggested_where_no_trade_is_near():
    assert suggestions(plan(Wish("Track our guitars")).spec, "Track our guitars") == ()


def test_a_table_of_which_only_a_rule_speaks_gets_what_its_trade_keeps():
    made = plan(Wish("every Monday at 9 e-mail me a summary of open deals", None, TODAY), tagger=None)
    deals = made.spec.table_named("Deals")
    assert deals is not None and [f.name for f in deals.fields] == ["Name", "Stage", "Value", "Expected close", "Owner"]
    assert any("as such tables usually do" in n.words for n in made.notes if n.kind == "assumed")
    plain = plan(Wish("Keep track of invoices", None, TODAY), tagger=None)
    assert [f.name for t in plain.spec.tables for f in t.fields] == ["Name"], "who wants only a table is asked, not given"
