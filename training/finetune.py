"""Fine-tunes the first layers of MiniLM on annotated wishes: labels of words, intents of clauses, kinds of fields and pairs at once."""

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as nnf

from sayso.builder.planner.trained.relations import RELATIONS
from sayso.gateway.builtin.wordpiece import WordPiece
from training.annotated import Annotated
from training.course import Course
from training.lessons import Lesson, Reading, lesson
from training.network import Network
from training.packing import tuned
from training.variations import Words, variation


def teach(
    wishes: Sequence[Annotated],
    minilm: Path,
    course: Course,
    vary: Callable[[Annotated, random.Random], Annotated],
    told: Callable[[str], None],
) -> Network:
    """`minilm` holds `model.safetensors` and `vocab.txt`; `vary` gives a wish in other words, anew in each epoch."""
    torch.manual_seed(course.seed)
    torch.set_num_threads(course.threads)
    dice = random.Random(course.seed)
    wordpiece = WordPiece.read(minilm / "vocab.txt")
    network = Network(minilm / "model.safetensors", course.layers, course.dropout)
    heads = [p for n, p in network.named_parameters() if not n.startswith("layers.")]
    optimiser = torch.optim.AdamW(
        [{"params": network.layers.parameters(), "lr": course.rate}, {"params": heads, "lr": course.head_rate}],
        weight_decay=course.decay,
        betas=(0.9, 0.98),
    )
    steps = course.epochs * -(-len(wishes) // course.texts)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / (0.1 * steps + 1), max(0.02, (steps - s) / (0.9 * steps)))
    )
    network.train()
    for epoch in range(course.epochs):
        began, total = time.perf_counter(), 0.0
        for step in _steps(wishes, course.texts, dice):
            lessons = [lesson(vary(w, dice), wordpiece) for w in step]
            with torch.autocast("cpu", torch.bfloat16):
                loss = _loss(network, [each for each in lessons if each.readings], course)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        told(
            f"epoch {epoch + 1} of {course.epochs}: loss {total / max(1, steps // course.epochs):.3f}, {time.perf_counter() - began:.0f} s\n"
        )
    return network.eval()


def _steps(wishes: Sequence[Annotated], texts: int, dice: random.Random) -> list[list[Annotated]]:
    """All wishes in a new order, in steps of texts that are about as long, so that little is padding."""
    order = list(wishes)
    dice.shuffle(order)
    chunks = [sorted(order[i : i + 8 * texts], key=lambda w: len(w.text)) for i in range(0, len(order), 8 * texts)]
    steps = [chunk[i : i + texts] for chunk in chunks for i in range(0, len(chunk), texts)]
    dice.shuffle(steps)
    return steps


def taught(wishes: Sequence[Annotated], minilm: Path, course: Course, told: Callable[[str], None]) -> dict[str, np.ndarray]:
    """The arrays that only torch can find; see `trained/weights.py`."""
    network = teach(wishes, minilm, course, variation(Words.of(wishes)), told)
    return tuned(network.arrays(), minilm, course.layers)


def states_of(network: Network, texts: Sequence[Sequence[Reading]]) -> list[Tensor]:
    """For each text the states of its words, (words, WIDTH), and last that of the whole: the mean of its windows' first pieces."""
    windows = [(n, r) for n, each in enumerate(texts) for r in each]
    states = network.states(*_padded([r for _, r in windows])).float()
    parts: list[list[Tensor]] = [[] for _ in texts]
    wholes: list[list[Tensor]] = [[] for _ in texts]
    for (n, r), state in zip(windows, states, strict=True):
        parts[n].append(state[r.pieces])
        wholes[n].append(state[:1])
    return [torch.cat([*p, torch.cat(w).mean(0, keepdim=True)]) for p, w in zip(parts, wholes, strict=True)]


def _padded(readings: Sequence[Reading]) -> tuple[Tensor, Tensor, Tensor]:
    n = max(len(r.ids) for r in readings)
    ids, mask, marks = (np.zeros((len(readings), n), np.int64) for _ in range(3))
    for i, r in enumerate(readings):
        ids[i, : len(r.ids)], mask[i, : len(r.ids)], marks[i, : len(r.ids)] = r.ids, 1, r.marks
    return torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(marks)


def pooled(state: Tensor, spans: Sequence[range]) -> Tensor:
    """The mean state of each span of words."""
    return torch.stack([state[s.start : s.stop].mean(0) for s in spans])


def _loss(network: Network, lessons: Sequence[Lesson], course: Course) -> Tensor:
    states = states_of(network, [each.readings for each in lessons])
    of_labels, of_intents, of_expected, of_kinds, of_senses, of_pairs = course.weights
    labels = torch.from_numpy(np.concatenate([each.labels for each in lessons]))
    scores = network.label(torch.cat([s[:-1] for s in states])).float()
    loss = of_labels * nnf.cross_entropy(scores, labels, label_smoothing=course.smoothing)
    loss = loss + of_expected * nnf.cross_entropy(
        network.expected(torch.stack([s.mean(0) for s in states])).float(), torch.tensor([each.expected for each in lessons])
    )
    clauses = [
        (pooled(s, [r for r, _ in each.intents]), [i for _, i in each.intents])
        for s, each in zip(states, lessons, strict=True)
        if each.intents
    ]
    if clauses:
        loss = loss + of_intents * nnf.cross_entropy(
            network.intent(torch.cat([c for c, _ in clauses])).float(), torch.tensor([i for _, ids in clauses for i in ids])
        )
    fields = [
        (pooled(s, [r for r, _ in each.kinds]), [k for _, k in each.kinds])
        for s, each in zip(states, lessons, strict=True)
        if each.kinds
    ]
    if fields:
        loss = loss + of_kinds * nnf.cross_entropy(
            network.kind(torch.cat([f for f, _ in fields])).float(),
            torch.tensor([k for _, ids in fields for k in ids]),
            label_smoothing=course.smoothing,
        )
    for tag, head in network.senses.items():
        meant = [
            (pooled(s, [r for r, t, _ in each.senses if t == tag]), [n for _, t, n in each.senses if t == tag])
            for s, each in zip(states, lessons, strict=True)
            if any(t == tag for _, t, _ in each.senses)
        ]
        if meant:
            classes = torch.tensor([n for _, ns in meant for n in ns])
            loss = loss + of_senses * len(classes) / len(lessons) * nnf.cross_entropy(
                head(torch.cat([m for m, _ in meant])).float(), classes
            )
    asked = [_asked(network, s, each) for s, each in zip(states, lessons, strict=True) if each.pairs]
    if asked:
        loss = loss + of_pairs * torch.cat(asked).mean()
    return loss


def _asked(network: Network, state: Tensor, each: Lesson) -> Tensor:
    """The loss of each question of a text: minus the logarithm of the chance that a right answer is chosen."""
    spans = torch.cat([pooled(state, [s if len(s) else range(len(state) - 1, len(state)) for s in each.spans]), state[-1:]])
    losses: list[Tensor] = []
    for question, features in each.pairs:
        answers = [*question.candidates, len(spans) - 1]
        scores = network.pairs(
            RELATIONS.index(question.relation), spans[question.query], spans[answers], torch.from_numpy(features)
        ).float()
        right = [i for i, c in enumerate(question.candidates) if c in question.right] or [len(answers) - 1]
        losses.append(torch.logsumexp(scores, 0) - torch.logsumexp(scores[right], 0))
    return torch.stack(losses)
