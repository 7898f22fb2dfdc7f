"""The loop that every stage of training runs: steps over batches, a rate that rises and falls, a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
import torch

EVERY = 100
"""Steps between two lines."""


def schedule(
    optimiser: torch.optim.Optimizer, steps: int, *, rising: float = 0.06
) -> torch.optim.lr_scheduler.LRScheduler:
    """Each group's rate rises to its own for a share of the steps, and falls to nothing; a few steps more do no harm."""
    return torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [g["lr"] for g in optimiser.param_groups], total_steps=int(steps * 1.03) + 20, pct_start=rising,
        anneal_strategy="linear",
    )  # fmt: skip


def descend(
    model: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
    rates: torch.optim.lr_scheduler.LRScheduler,
    batches: Sequence[list[int]],
    loss_of: Callable[[list[int]], torch.Tensor],
    name: str,
) -> None:
    """One pass: a step for every batch of indices; ``name`` begins the lines that are printed."""
    model.train()
    started, losses = time.time(), []
    for step, part in enumerate(batches, 1):
        loss = loss_of(part)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        rates.step()
        losses.append(loss.item())
        if step % EVERY == 0:
            pace = (time.time() - started) / step
            print(
                f"{name} step {step}/{len(batches)} loss {np.mean(losses[-EVERY:]):.4f} {pace:.2f} s/step", flush=True
            )
