"""Wishes of people whom nobody here has met: nothing of them is dropped, and no mutation of them crashes."""

import re
from itertools import islice

import pytest
from training.annotated import Annotated, read

from sayso.builder.planner import Plan, Wish, plan
from sayso.builder.planner.clauses import sentences
from sayso.builder.planner.normalise import normalised
from tests.builder.planner.mutated import ends_well, mutated
from tests.builder.planner.ruled import plan as ruled

FRESH = [w for w in read() if not w.given]
MUTATIONS = 120


def listed_in_full(wish: Annotated, made: Plan) -> None:
    """Every sentence is used by a part, assumed from, or listed as not understood."""
    told = [n.span for n in made.notes if n.span and n.kind in ("yours", "assumed", "not_understood")]
    text = normalised(wish.text)
    for line in re.finditer(r"[^\n]+", text):
        for a, b in sentences(text, line.start(), line.end()):
            if re.search(r"[^\W_]", text[a:b]):
                assert made.outcome == "refusal" or any(s < b and e > a for s, e in told), (wish.id, text[a:b])


@pytest.mark.parametrize("start", range(4))
def test_rules_alone_use_or_list_every_sentence(start: int):
    for wish in FRESH[start::4]:
        listed_in_full(wish, ruled(Wish(wish.text)))


@pytest.mark.parametrize("start", range(2))
def test_with_the_model_every_sentence_is_used_or_listed(start: int):
    for wish in FRESH[start::12]:
        listed_in_full(wish, plan(Wish(wish.text)))


@pytest.mark.parametrize("seed", (1, 2))
def test_broken_wishes_end_well(seed: int):
    given = plan(Wish("Clients: name, email. Jobs: title, client, status (open, done), due date. Board by status."))
    for n, words in enumerate(islice(mutated(seed), MUTATIONS)):
        ends_well(words, given if n % 4 == 3 else None)
