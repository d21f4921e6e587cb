import json
from pathlib import Path

import numpy as np
import pytest

from sayso.errors import Unavailable
from sayso.gateway.builtin import weights
from sayso.gateway.builtin.embedding import WIDTH, Batch, LanguageModel, embed, language_model
from sayso.gateway.builtin.encoder import PIECES_MAX, Layer

HERE = Path(__file__).parent
TEXTS = [one["text"] for one in json.loads((HERE / "reference.json").read_text("utf-8"))]


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return language_model()


def test_vectors_are_those_of_sentence_transformers():
    expected = np.load(HERE / "reference.npz")["vectors"]
    alike = (embed(TEXTS) * expected).sum(1)
    assert alike.min() >= 0.99999, dict(zip(TEXTS, alike, strict=True))


def test_alone_or_in_company_a_text_has_one_vector():
    together = embed(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        assert np.allclose(embed([text])[0], vector, atol=2e-6)
    assert embed([]).shape == (0, WIDTH)


def test_states_after_three_layers_are_those_of_the_reference(model: LanguageModel):
    expected = np.load(HERE / "reference.npz")["after_three"]
    batch = Batch.of([model.wordpiece.tokens(TEXTS[0]), model.wordpiece.tokens(TEXTS[4])])
    found = model.encoder.hidden(batch, layers=3)[0, : len(expected)]
    assert np.abs(found - expected).max() < 1e-4


def test_first_layers_can_be_shared_and_the_rest_replaced(model: LanguageModel):
    batch = Batch.of([model.wordpiece.tokens(TEXTS[0])])
    whole = model.encoder.hidden(batch)
    shared = model.encoder.hidden(batch, layers=3)
    assert np.array_equal(model.encoder.onward(shared, batch, 3), whole)

    tensors = dict(weights.read(weights.folder() / weights.WEIGHTS))
    bias = "encoder.layer.5.output.LayerNorm.bias"
    tensors[bias] = np.asarray(tensors[bias], np.float32) + np.float32(1)
    other = model.encoder.with_layers({5: Layer.of(tensors, "encoder.layer.5.")})
    assert np.allclose(other.onward(shared, batch, 3), whole + 1, atol=1e-5)
    assert np.array_equal(model.encoder.hidden(batch), whole), "the model itself stays as it was"


def test_a_long_text_counts_to_its_end(model: LanguageModel):
    about_bicycles, about_taxes = "The bicycle has a flat tyre. " * 60, "Taxes on income are due in April. " * 60
    assert len(model.wordpiece.tokens(about_bicycles)) > 256
    both, bicycles, taxes = embed([about_bicycles + about_taxes, about_bicycles, about_taxes])
    assert both @ taxes > 0.5 and both @ bicycles > 0.5 and bicycles @ taxes < 0.3
    with pytest.raises(ValueError, match=str(PIECES_MAX)):
        Batch.of([model.wordpiece.tokens(about_bicycles * 2)])


def test_meaning_is_in_it():
    asked, near, far = embed(["How do I get my money back?", "Refunds are paid within a week.", "The rope is four metres long."])
    assert asked @ near > 0.4 > 0.15 > asked @ far


def test_without_the_model_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SAYSO_CACHE", str(tmp_path))
    assert not weights.available()
    with pytest.raises(Unavailable, match="sayso setup"):
        embed(["hello"])


def test_a_file_that_is_none_is_named(tmp_path: Path):
    for content in (b"", b"1234567", b"\xff" * 64):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(ValueError):
            weights.read(tmp_path / "x")
