"""Finds the weights of linear heads by NumPy alone: limited-memory BFGS, deterministic.

Source: Nocedal & Wright, Numerical Optimization, 2nd edition, algorithm 7.4 and 7.5, with backtracking (3.1).
"""

from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

Function = Callable[[np.ndarray], tuple[float, np.ndarray]]
"""From weights to a loss and its slope."""
REMEMBERED = 10
HALVINGS_MAX = 30
ENOUGH = 1e-5


def minimised(function: Function, start: np.ndarray, rounds: int = 200) -> np.ndarray:
    x = start.astype(np.float64)
    value, slope = function(x)
    past: deque[tuple[np.ndarray, np.ndarray]] = deque(maxlen=REMEMBERED)
    for _ in range(rounds):
        if np.abs(slope).max() < ENOUGH:
            break
        way = -_scaled(slope, past)
        step = 1.0 if past else min(1.0, 1 / np.abs(slope).sum())
        for _ in range(HALVINGS_MAX):
            there, slope_there = function(x + step * way)
            if there <= value + 1e-4 * step * float(slope @ way):
                break
            step /= 2
        else:
            break
        if float((slope_there - slope) @ way) > 0:
            past.append((step * way, slope_there - slope))
        x, value, slope = x + step * way, there, slope_there
    return x


def _scaled(slope: np.ndarray, past: deque[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    q, shares = slope.copy(), []
    for s, y in reversed(past):
        share = float(s @ q) / float(s @ y)
        q -= share * y
        shares.append(share)
    if past:
        s, y = past[-1]
        q *= float(s @ y) / float(y @ y)
    for (s, y), share in zip(past, reversed(shares), strict=True):
        q += (share - float(y @ q) / float(s @ y)) * s
    return q


def classifier(rows: np.ndarray, classes: np.ndarray, count: int, ridge: float) -> tuple[np.ndarray, np.ndarray]:
    """Multinomial logistic regression: weights (count, features) and biases (count,). `ridge` is on the mean loss."""
    rows = rows.astype(np.float64)
    wanted = np.eye(count)[classes]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w = flat.reshape(count, -1)
        scores = rows @ w[:, :-1].T + w[:, -1]
        scores -= scores.max(1, keepdims=True)
        log = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        off = (np.exp(log) - wanted) / len(rows)
        slope = np.concatenate([off.T @ rows + ridge * w[:, :-1], off.sum(0)[:, None]], 1)
        return float(-(log * wanted).sum() / len(rows) + ridge / 2 * (w[:, :-1] ** 2).sum()), slope.ravel()

    found = minimised(loss, np.zeros(count * (rows.shape[1] + 1))).reshape(count, -1)
    return found[:, :-1].astype(np.float32), found[:, -1].astype(np.float32)


def chooser(questions: Sequence[tuple[np.ndarray, np.ndarray]], ridge: float) -> np.ndarray:
    """Weights under which right candidates are chosen: each question is rows (candidates, features) and which of them are right."""
    width = questions[0][0].shape[1] if questions else 0
    rows = np.concatenate([r for r, _ in questions]).astype(np.float64)
    right = np.concatenate([a for _, a in questions]).astype(np.float64)
    edges = np.cumsum([0, *(len(r) for r, _ in questions)])[:-1]
    which = np.repeat(np.arange(len(questions)), [len(r) for r, _ in questions])

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        scores = rows @ w
        scores = np.exp(scores - np.maximum.reduceat(scores, edges)[which])
        every, good = np.add.reduceat(scores, edges), np.add.reduceat(scores * right, edges) + 1e-12
        off = scores / every[which] - scores * right / good[which]
        n = len(questions)
        return float(np.log(every / good).sum() / n + ridge / 2 * w @ w), rows.T @ off / n + ridge * w

    return minimised(loss, np.zeros(width)).astype(np.float32)


def temperature(scores: Sequence[np.ndarray], right: Sequence[np.ndarray]) -> float:
    """What scores are divided by so that chances are honest: the likeliest of a grid, on questions that were not trained on."""
    best, least = 1.0, np.inf
    for t in np.geomspace(0.5, 4, 61):
        loss = 0.0
        for s, r in zip(scores, right, strict=True):
            p = np.exp((s - s.max()) / t)
            loss -= np.log(p[r].sum() / p.sum() + 1e-9)
        if loss < least:
            best, least = float(t), loss
    return best


def stacked(scores: np.ndarray, rows: np.ndarray, classes: np.ndarray, ridge: float) -> tuple[float, np.ndarray, np.ndarray]:
    """How much another's scores (n, count) count beside evidence (n, features): their scale, weights (count, features), biases (count,)."""
    count, width = scores.shape[1], rows.shape[1]
    scores, rows = scores.astype(np.float64), rows.astype(np.float64)
    wanted = np.eye(count)[classes]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        scale, w = flat[0], flat[1:].reshape(count, width + 1)
        whole = scale * scores + rows @ w[:, :-1].T + w[:, -1]
        log = whole - np.logaddexp.reduce(whole, axis=1, keepdims=True)
        off = (np.exp(log) - wanted) / len(rows)
        slope = np.concatenate([off.T @ rows + ridge * w[:, :-1], off.sum(0)[:, None] + ridge * w[:, -1:]], 1)
        value = -(log * wanted).sum() / len(rows) + ridge / 2 * (w**2).sum()
        return float(value), np.concatenate([[(off * scores).sum()], slope.ravel()])

    found = minimised(loss, np.concatenate([[0.5], np.zeros(count * (width + 1))]))
    w = found[1:].reshape(count, width + 1).astype(np.float32)
    return float(found[0]), w[:, :-1], w[:, -1]
