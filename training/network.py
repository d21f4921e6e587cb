"""The tagger as it is trained, in torch: the first layers of MiniLM and the heads that teach them. Used only by `script/train-planner`."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from sayso.builder.planner.trained.classes import EXPECTED, INTENTS, KINDS, SENSES
from sayso.builder.planner.trained.known import MARKS, NONE
from sayso.builder.planner.trained.labels import LABELS
from sayso.builder.planner.trained.relations import FEATURES, RELATIONS
from sayso.gateway.builtin import weights

WIDTH, HEADS, PAIR_WIDTH = 384, 12, 64


class Layer(nn.Module):
    """One layer, with PyTorch's usual names, so that `encoder.layer.N.` of the published weights fit."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.query, self.key, self.value, self.mixed = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.mixed_norm, self.norm = nn.LayerNorm(WIDTH, 1e-12), nn.LayerNorm(WIDTH, 1e-12)
        self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.dropout = dropout

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        texts, n, _ = x.shape

        def apart(y: Tensor) -> Tensor:
            return y.view(texts, n, HEADS, WIDTH // HEADS).transpose(1, 2)

        p = self.dropout if self.training else 0.0
        # No dropout of attention: with it torch takes a way that is three times slower.
        seen = nnf.scaled_dot_product_attention(apart(self.query(x)), apart(self.key(x)), apart(self.value(x)), mask)
        seen = self.mixed(seen.transpose(1, 2).reshape(texts, n, WIDTH))
        x = self.mixed_norm(x + nnf.dropout(seen, p, self.training))
        return self.norm(x + nnf.dropout(self.narrow(nnf.gelu(self.wide(x))), p, self.training))


NAMES = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value", "mixed": "attention.output.dense",
    "mixed_norm": "attention.output.LayerNorm", "wide": "intermediate.dense", "narrow": "output.dense", "norm": "output.LayerNorm",
}  # fmt: skip


class Network(nn.Module):
    """Words in, states out, and the heads over them."""

    def __init__(self, file: Path, layers: int, dropout: float = 0.1) -> None:
        super().__init__()
        tensors = weights.read(file)

        def tensor(name: str) -> Tensor:
            return torch.from_numpy(np.array(tensors[name], np.float32))

        self.register_buffer("words", tensor("embeddings.word_embeddings.weight"))
        self.register_buffer(
            "positions", tensor("embeddings.position_embeddings.weight") + tensor("embeddings.token_type_embeddings.weight")[0]
        )
        self.register_buffer("first_norm", tensor("embeddings.LayerNorm.weight"))
        self.register_buffer("first_norm_bias", tensor("embeddings.LayerNorm.bias"))
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(layers))
        for n, layer in enumerate(self.layers):
            for ours, theirs in NAMES.items():
                part = getattr(layer, ours)
                part.weight.data = tensor(f"encoder.layer.{n}.{theirs}.weight")
                part.bias.data = tensor(f"encoder.layer.{n}.{theirs}.bias")
        self.dropout = dropout
        self.marks = nn.Embedding(MARKS, WIDTH, padding_idx=NONE)
        nn.init.zeros_(self.marks.weight)
        self.label = nn.Linear(WIDTH, LABELS)
        self.intent = nn.Linear(WIDTH, len(INTENTS))
        self.expected = nn.Linear(WIDTH, len(EXPECTED))
        self.kind = nn.Linear(WIDTH, len(KINDS))
        self.senses = nn.ModuleDict({tag: nn.Linear(WIDTH, len(names)) for tag, names in SENSES.items()})
        self.asks = nn.Linear(WIDTH, len(RELATIONS) * PAIR_WIDTH)
        self.answers = nn.Linear(WIDTH, len(RELATIONS) * PAIR_WIDTH)
        self.pair = nn.Linear(FEATURES, len(RELATIONS), bias=False)
        nn.init.zeros_(self.pair.weight)

    def states(self, ids: Tensor, mask: Tensor, marks: Tensor) -> Tensor:
        """(B, n) pieces, 1 where there is one, and what they are known to name → (B, n, WIDTH)."""
        x = self.words[ids] + self.positions[: ids.shape[1]]  # type: ignore[index]
        x = nnf.layer_norm(x, (WIDTH,), self.first_norm, self.first_norm_bias, 1e-12)  # type: ignore[arg-type]
        x = nnf.dropout(x + self.marks(marks), self.dropout, self.training)
        seen = mask[:, None, None, :].bool()
        for layer in self.layers:
            x = layer(x, seen)
        return x

    def pairs(self, relation: int, query: Tensor, answers: Tensor, features: Tensor) -> Tensor:
        """Scores (candidates,) of one question: states (WIDTH,), (candidates, WIDTH) and features (candidates, FEATURES)."""
        at = slice(relation * PAIR_WIDTH, (relation + 1) * PAIR_WIDTH)
        asked = nnf.linear(query, self.asks.weight[at], self.asks.bias[at])
        given = nnf.linear(answers, self.answers.weight[at], self.answers.bias[at])
        return given @ asked / math.sqrt(PAIR_WIDTH) + features @ self.pair.weight[relation]

    def arrays(self) -> Mapping[str, np.ndarray]:
        return {name: p.detach().numpy() for name, p in self.named_parameters()}
