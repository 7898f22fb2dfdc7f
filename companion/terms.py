"""The closed lists of the trade: what may be going on in a talk, and what the companion may suggest.

The trained models, the playbook and the settings all name these ids. This module imports nothing of the program.
"""

from __future__ import annotations

from collections.abc import Mapping

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

SEEN: Mapping[str, str] = {
    "anger": "anger", "threat": "a sense of threat", "fear": "worry", "hurt": "hurt", "demand": "feeling unseen",
    "withdrawal": "not feeling safe", "objection": "a need for safety", "pressure": "pressure from elsewhere",
    "distrust": "distrust", "identity": "felt disrespect", "worldview": "two views of what this is",
    "impasse": "stuck positions", "bad_faith": "bad faith", "defensive": "your own stress",
}  # fmt: skip
"""Driver -> what it is called before the user, after "it may be"."""


def seen_in(speaker: str, driver: str) -> str:
    """What a driver is called where it was noticed in a side, "me" or "them"; an unknown one by its id."""
    if driver == "defensive" and speaker != "me":
        return "defending"
    return SEEN.get(driver, driver.replace("_", " "))


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
