"""The closed lists of the trade: what may be going on in a talk, and what the companion may suggest.

The trained models, the playbook and the settings all name these ids. This module imports nothing.
"""

from __future__ import annotations

DRIVERS: tuple[str, ...] = (
    "anger",
    "threat",
    "fear",
    "hurt",
    "demand",
    "withdrawal",
    "objection",
    "pressure",
    "distrust",
    "identity",
    "worldview",
    "impasse",
    "bad_faith",
    "defensive",
)
"""What may be going on, ``none`` left out: it is the empty tuple."""

MOVES: tuple[str, ...] = (
    "acknowledge",
    "look_beneath",
    "reassure",
    "own_it",
    "value_them",
    "make_it_safe",
    "lower_risk",
    "name_the_situation",
    "rebuild_trust",
    "save_face",
    "bridge_worlds",
    "reframe",
    "restart",
    "stay_centred",
    "take_break",
    "walk_away",
)
"""What the companion may suggest."""
