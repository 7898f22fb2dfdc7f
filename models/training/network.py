"""The text reader: one sentence encoder, three small heads.

- ``emotions``: 28 logits, GoEmotions' labels, multi-label;
- ``drivers``: 14 logits, the drivers of the playbook without ``none``, multi-label;
- ``level``: 3 cumulative logits, P(level >= 1), P(level >= 2), P(level >= 3) (an ordinal head: Frank & Hall 2001).

What somebody feels, and what drives them, is read from the tokens of the utterance itself: their mean-pooled states,
which have looked at the context. The level is a matter of the whole talk: its head sees the mean of all tokens too.
"""

from __future__ import annotations

from pathlib import Path

import torch
from labels import DRIVERS, EMOTIONS, LEVELS
from torch import nn
from transformers import AutoConfig, AutoModel, AutoTokenizer


class Reader(nn.Module):
    """Encoder with three heads; ``end`` is the id of the token that ends a segment."""

    def __init__(self, encoder: nn.Module, hidden: int, end: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.end = end
        self.dropout = nn.Dropout(0.1)
        self.emotions = nn.Linear(hidden, len(EMOTIONS))
        self.drivers = nn.Linear(hidden, len(DRIVERS))
        self.level = nn.Linear(2 * hidden, len(LEVELS) - 1)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Token ids and mask, both (batch, tokens) int64 -> the three logits."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        in_first = (torch.cumsum((input_ids == self.end).to(torch.int64), 1) == 0).to(states.dtype)
        current = self.dropout(_mean(states, in_first))
        whole = self.dropout(_mean(states, attention_mask.to(states.dtype)))
        return self.emotions(current), self.drivers(current), self.level(torch.cat([current, whole], 1))


def _mean(states: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    return (states * weights.unsqueeze(-1)).sum(1) / weights.sum(1, keepdim=True).clamp(min=1e-6)


def load(base: Path, weights: Path | None = None) -> Reader:
    """The reader on a base folder, with our weights when there are any."""
    config = AutoConfig.from_pretrained(base)
    if weights is None:
        encoder = AutoModel.from_pretrained(base, add_pooling_layer=False)
    else:
        encoder = AutoModel.from_config(config, add_pooling_layer=False)
    reader = Reader(encoder, config.hidden_size, end=AutoTokenizer.from_pretrained(base).sep_token_id)
    if weights is not None:
        reader.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    return reader


def parameter_groups(
    reader: Reader, rate: float, head_rates: dict[str, float], frozen_layers: int = 0
) -> list[dict[str, object]]:
    """AdamW groups: each head learns at a rate of its own; biases and norms are not decayed.

    The embeddings stay as they are, and with ``frozen_layers`` the layers next to them: they know English already.
    """
    reader.encoder.embeddings.requires_grad_(requires_grad=False)
    for layer in reader.encoder.encoder.layer[:frozen_layers]:
        layer.requires_grad_(requires_grad=False)
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in reader.named_parameters():
        if parameter.requires_grad:
            speed = head_rates.get(name.partition(".")[0], rate)
            decay = 0.0 if parameter.ndim < 2 else 0.01
            groups.setdefault((speed, decay), []).append(parameter)
    return [{"params": p, "lr": r, "weight_decay": d} for (r, d), p in groups.items()]
