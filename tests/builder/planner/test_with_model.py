"""What holds with the language model: the same wish in other words is the same plan, and strangers are understood better than by rules."""

import pytest
from training.annotated import held_out, read
from training.measure import measured

from sayso.builder.evals.figures import headline
from sayso.builder.evals.scorer import mean
from sayso.builder.planner import Wish, plan
from sayso.builder.planner.inflect import lemma
from sayso.gateway.builtin.embedding import available
from tests.builder.planner.parts import holds as has
from tests.builder.planner.parts import own_wishes
from tests.builder.planner.ruled import plan as ruled

pytestmark = pytest.mark.skipif(not available(), reason="the language model has not been fetched")

REPAIRS = "We repair bikes. Every repair has a bike, a customer, the price and a due date. Customers have a name and a phone number. Every Friday at 5 pm email me the open repairs. I want a calendar of due dates."
SAME = {
    "other case": REPAIRS.lower(),
    "small talk": f"Hi there, hope you are well! {REPAIRS} Thanks a lot, you are a star.",
    "sentences in another order": "We repair bikes. Customers have a name and a phone number. Every repair has a bike, a customer, the price and a due date. I want a calendar of due dates. Every Friday at 5 pm email me the open repairs.",
    "an exclamation": REPAIRS.replace("I want a calendar of due dates.", "I want a calendar of due dates!!"),
    "other words": REPAIRS.replace("has a bike", "needs a bike").replace("I want", "Please give me").replace("email me", "send me an email with"),
    "a line each": REPAIRS.replace(". ", ".\n"),
}  # fmt: skip


def shape(words: str) -> tuple[list[str], list[tuple[str, str, str]], list[tuple[str, str]], list[tuple[str, str]]]:
    """What was planned, without where it came from and in no order: tables, fields with kinds, views, rules."""
    made = plan(Wish(words))
    names = {t.id: lemma(t.name) for t in made.spec.tables}
    fields = {(names[t.id], lemma(f.name), f.kind) for t in made.spec.tables for f in t.fields if f.kind != "link" or not f.many}
    views = {(v.kind, names.get(getattr(v, "table", ""), "")) for v in made.spec.views if v.kind != "grid"}
    rules = {(a.trigger.kind, getattr(a.trigger, "cron", "")) for a in made.spec.automations}
    return sorted(names.values()), sorted(fields), sorted(views), sorted(rules)


def test_a_digest_of_open_deals_comes_out_whole_where_there_was_nothing():
    made = plan(Wish("every Monday at 9 e-mail me a summary of open deals"))
    (rule,) = made.spec.automations
    assert [s.kind for s in rule.steps] == ["find_rows", "aggregate", "chart", "send_email"]
    assert [(c.field, c.op) for c in rule.steps[0].filter.of] == [("stage", "none_of")], "open is what is neither won nor lost"


@pytest.mark.parametrize("change", SAME)
def test_the_same_wish_in_other_words_is_the_same_plan(change: str):
    assert shape(SAME[change]) == shape(REPAIRS)


@pytest.mark.parametrize(("british", "american"), [("colour", "color"), ("licence", "license"), ("organisation", "organization")])
def test_british_and_american_spelling_plan_alike(british: str, american: str):
    words = "Vehicles: {}, plate and mileage. Each vehicle belongs to a driver. Drivers have a name and a phone."
    one, two = (shape(words.format(w)) for w in (british, american))
    assert one[0] == two[0] and len(one[1]) == len(two[1])


def test_strangers_are_understood_better_than_by_rules():
    wishes = [w for w in read() if w.writer in held_out() and w.sort == "new"][::3]
    both, rules = (mean([measured(w, planner)[0] for w in wishes]) for planner in (plan, ruled))
    assert headline(both) >= 0.70
    assert headline(both) > headline(rules) + 0.10


def test_what_rules_know_is_not_lost():
    wishes = own_wishes()
    parts = [(p, w) for w, ps in wishes for p in ps]
    made = {w: plan(Wish(w)) for w, _ in wishes}
    assert sum(has(p, made[w]) for p, w in parts) / len(parts) >= 0.75


def test_a_wish_without_the_model_says_so():
    made = plan(Wish("clients: name, email"), lambda words, app=None: None)
    assert any("without its language model" in n.words for n in made.told("assumed"))
    assert not any("without its language model" in n.words for n in plan(Wish("clients: name, email")).notes)
