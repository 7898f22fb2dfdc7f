"""The text reader: one sentence encoder, three small heads.

The heads share the mean-pooled token states of the encoder, shape (batch, hidden):

- ``emotions``: 28 logits, GoEmotions' labels, multi-label;
- ``drivers``: 14 logits, the drivers of the playbook without ``none``, multi-label;
- ``level``: 3 cumulative logits, P(level >= 1), P(level >= 2), P(level >= 3) (an ordinal head: Frank & Hall 2001).
"""

from __future__ import annotations

from pathlib import Path

import torch
from labels import DRIVERS, EMOTIONS, LEVELS
from torch import nn
from transformers import AutoConfig, AutoModel


class Reader(nn.Module):
    """Encoder with three heads; see the module's docstring for the shapes."""

    def __init__(self, encoder: nn.Module, hidden: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(0.1)
        self.emotions = nn.Linear(hidden, len(EMOTIONS))
        self.drivers = nn.Linear(hidden, len(DRIVERS))
        self.level = nn.Linear(hidden, len(LEVELS) - 1)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Token ids and mask, both (batch, tokens) int64 -> the three logits."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        pooled = (states * mask).sum(1) / mask.sum(1).clamp(min=1e-6)
        pooled = self.dropout(pooled)
        return self.emotions(pooled), self.drivers(pooled), self.level(pooled)


def load(base: Path, weights: Path | None = None) -> Reader:
    """The reader on a sentence-transformers base folder, with our weights when there are any."""
    if weights is None:
        encoder = AutoModel.from_pretrained(base, add_pooling_layer=False)
        return Reader(encoder, encoder.config.hidden_size)
    config = AutoConfig.from_pretrained(base)
    encoder = AutoModel.from_config(config, add_pooling_layer=False)
    reader = Reader(encoder, config.hidden_size)
    reader.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    return reader


def parameter_groups(reader: Reader, rate: float, head_rate: float) -> list[dict[str, object]]:
    """AdamW groups: the heads learn faster; biases and norms are not decayed."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in reader.named_parameters():
        speed = rate if name.startswith("encoder") else head_rate
        decay = 0.0 if parameter.ndim < 2 else 0.01
        groups.setdefault((speed, decay), []).append(parameter)
    return [{"params": p, "lr": r, "weight_decay": d} for (r, d), p in groups.items()]
