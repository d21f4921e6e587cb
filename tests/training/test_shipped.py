"""What is shipped is what the data in the repository teach."""

import pytest
from training.annotated import held_out
from training.card import CARD, written
from training.figures import measured
from training.train import HEADS_REPRODUCED, apart, data, data_hash, headed, unseen_wishes

from sayso.builder.planner.trained.weights import manifest, shipped
from sayso.gateway.builtin.embedding import language_model


def test_the_data_were_not_edited_since_the_training():
    assert manifest()["data"] == data_hash(), "run script/train-planner, then commit weights and manifest with the data"


def test_nobody_who_is_held_out_was_taught():
    taught = {w.writer for w in data()}
    assert taught == set(manifest()["writers"]) and not taught & held_out()  # type: ignore[call-overload]
    assert len(held_out()) >= 2 and {w.writer for w in unseen_wishes()} == held_out()


@pytest.mark.slow
def test_the_heads_are_fitted_again_from_the_data():
    weights = shipped()
    again = headed(weights.arrays, data(), language_model())
    assert apart(again, weights.arrays) <= HEADS_REPRODUCED


def test_on_writers_whom_it_never_saw_it_is_as_good_as_we_say():
    figures = measured(unseen_wishes(), language_model(), shipped().arrays)
    said = manifest()["held_out_figures"]["spans"]["all"]  # type: ignore[index]
    assert figures.spans.scores["all"].f1 == pytest.approx(said[2], abs=0.005)
    assert said[2] > 0.6


def test_the_card_tells_these_figures():
    card = CARD.read_text("utf-8")
    assert written(card) == card, "run `python -m training.card`"
