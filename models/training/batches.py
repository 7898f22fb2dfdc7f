"""Batches of token ids, of similar length so that little is padded."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import torch


def collate(rows: Sequence[Sequence[int]], pad: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Token id lists -> ids and mask, both (rows, longest) int64, padded with ``pad``."""
    width = max(len(r) for r in rows)
    ids = torch.full((len(rows), width), pad, dtype=torch.int64)
    mask = torch.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return ids, mask


def bucketed(lengths: Sequence[int], size: int) -> Iterator[list[int]]:
    """Indices in batches of ``size`` (the last partial one is left out), shuffled, each of similar length."""
    order = list(range(len(lengths)))
    random.shuffle(order)
    pool = size * 50
    batches: list[list[int]] = []
    for i in range(0, len(order), pool):
        part = sorted(order[i : i + pool], key=lambda k: lengths[k])
        batches += [part[k : k + size] for k in range(0, len(part), size)]
    random.shuffle(batches)
    yield from (b for b in batches if len(b) == size)


def budgeted(lengths: Sequence[int], tokens: int, most: int) -> list[list[int]]:
    """All indices in shuffled batches of similar length, each of at most ``tokens`` tokens and ``most`` rows."""
    order = sorted(range(len(lengths)), key=lambda k: (lengths[k], random.random()))
    batches: list[list[int]] = [[]]
    for k in order:
        if batches[-1] and (len(batches[-1]) + 1 > most or (len(batches[-1]) + 1) * lengths[k] > tokens):
            batches.append([])
        batches[-1].append(k)
    random.shuffle(batches)
    return batches
