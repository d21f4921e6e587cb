"""What torch says that the shipped weights find in some texts, so that a test can hold NumPy's way of reading them against it."""

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import torch

from sayso.builder.planner.trained.decoding import decoded, log_softmax, runs
from sayso.builder.planner.trained.known import Known
from sayso.builder.planner.trained.weights import Arrays, from_arrays
from sayso.builder.planner.trained.words import Words
from sayso.gateway.builtin import weights
from sayso.gateway.builtin.encoder import Encoder, Layer
from sayso.gateway.builtin.wordpiece import WordPiece
from training.finetune import states_of
from training.lessons import readings
from training.network import Network

FILE = Path(__file__).parent.parent / "tests/builder/planner/trained/expected.json"


def refreshed(arrays: Arrays, layers: int) -> None:
    """Writes the spans of the texts of the file, and how likely each is."""
    place = weights.folder()
    network = _network(arrays, place, layers)
    wordpiece = WordPiece.read(place / weights.VOCABULARY)
    texts = json.loads(FILE.read_text("utf-8"))
    for one in texts:
        one["spans"] = _spans(network, wordpiece, one["text"], Known(tuple(one["tables"]), tuple(one["fields"])))
    FILE.write_text(json.dumps(texts, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _network(arrays: Arrays, place: Path, layers: int) -> Network:
    learned = from_arrays(arrays)
    network = Network(place / weights.WEIGHTS, layers)
    encoder = learned.encoder(Encoder.of(weights.read(place / weights.WEIGHTS)))
    named = dict(network.named_parameters())
    with torch.no_grad():
        for n, layer in enumerate(encoder.layers):
            for f in fields(Layer):
                module, part = (f.name[:-5], "bias") if f.name.endswith("_bias") else (f.name, "weight")
                named[f"layers.{n}.{module}.{part}"].copy_(torch.from_numpy(np.array(getattr(layer, f.name))))
        for ours, theirs in (("marks", "marks.weight"), ("label", "label.weight"), ("label.bias", "label.bias")):
            named[theirs].copy_(torch.from_numpy(np.array(learned[ours])))
    return network.eval()


def _spans(network: Network, wordpiece: WordPiece, text: str, known: Known) -> list[tuple[int, int, str, float]]:
    words = Words.of(text, wordpiece.tokens(text))
    with torch.no_grad():
        states = states_of(network, [readings(words, known)])[0]
        chances = log_softmax(network.label(states[:-1]).numpy())
    labels = decoded(chances, words.starts)
    found: list[tuple[int, int, str, float]] = []
    for start, stop, tag in runs(labels):
        sure = float(np.exp(np.mean([chances[i, labels[i]] for i in range(start, stop)])))
        found.append((words.spans[start][0], words.spans[stop - 1][1], tag, round(sure, 4)))
    return found
