"""Scores: F1 per label, thresholds tuned on a development set, calibration."""

from __future__ import annotations

import numpy as np


def f1(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """F1 of every column of two 0/1 matrices (rows, labels)."""
    p, t = predicted.astype(bool), truth.astype(bool)
    hits = (p & t).sum(0)
    return 2 * hits / np.maximum(p.sum(0) + t.sum(0), 1)


def macro_f1(predicted: np.ndarray, truth: np.ndarray) -> float:
    """The plain mean of the labels' F1."""
    return float(f1(predicted, truth).mean())


def best_thresholds(scores: np.ndarray, truth: np.ndarray, *, beta: float = 1.0) -> np.ndarray:
    """The threshold of each label that is best for F-beta (beta < 1 favours precision), on a grid of 0.02."""
    grid = np.arange(0.04, 0.96, 0.02)
    out = np.full(scores.shape[1], 0.5, np.float32)
    b2 = beta * beta
    for k in range(scores.shape[1]):
        t = truth[:, k].astype(bool)
        best = -1.0
        for g in grid:
            p = scores[:, k] >= g
            tp = (p & t).sum()
            f = (1 + b2) * tp / max(p.sum() + b2 * t.sum(), 1e-9)
            if f > best:
                best, out[k] = f, g
    return out


def bagged_thresholds(scores: np.ndarray, truth: np.ndarray, resamples: int = 40) -> np.ndarray:
    """The mean of the thresholds that are best for F1 on resamples of the rows (bagging: Breiman 1996): labels are rare."""
    grid = np.concatenate([np.arange(0.01, 0.1, 0.01), np.arange(0.1, 0.96, 0.02)])
    over = (scores[:, :, None] >= grid).astype(np.float32)
    random = np.random.default_rng(5)
    best = []
    for _ in range(resamples):
        w = random.multinomial(len(truth), np.full(len(truth), 1 / len(truth))).astype(np.float32)
        hits = np.einsum("nl,nlg->lg", w[:, None] * truth, over, optimize=True)
        given = np.tensordot(w, over, (0, 0))
        best.append(grid[(2 * hits / np.maximum(given + (w @ truth)[:, None], 1e-9)).argmax(1)])
    return np.mean(best, 0)


def expected_calibration_error(scores: np.ndarray, truth: np.ndarray, bins: int = 10) -> float:
    """ECE over all cells of two (rows, labels) matrices, equal-width bins (Guo et al. 2017)."""
    s, t = scores.ravel(), truth.ravel()
    which = np.minimum((s * bins).astype(int), bins - 1)
    error = 0.0
    for b in range(bins):
        inside = which == b
        if inside.any():
            error += inside.mean() * abs(s[inside].mean() - t[inside].mean())
    return float(error)
