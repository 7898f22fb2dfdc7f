"""The colours of the three themes. Text has a contrast of at least 4.5:1 on its ground (WCAG AA); a test holds it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.theme import Theme

SHAPES = ("○", "◔", "◑", "●")
"""Calm, tense, heated, breaking: read by those who see no colours."""
NAMES = ("CALM", "TENSE", "HEATED", "BREAKING")


@dataclass(frozen=True, slots=True)
class Palette:
    """Hex colours. ``levels``: calm to breaking; ``card``: the ground of the prompt."""

    ground: str
    card: str
    text: str
    dim: str
    levels: tuple[str, str, str, str]
    accent: str
    dark: bool


PALETTES = {
    "dark": Palette(
        "#14171c", "#1f2630", "#e6e9ee", "#98a2b0", ("#7fc8a9", "#e5c07b", "#f0975a", "#ff7b8a"), "#8ab4f8", dark=True
    ),
    "light": Palette(
        "#fbfaf7", "#efece4", "#1d2329", "#5c6670", ("#1f6f54", "#7d5a00", "#a8430a", "#b3123a"), "#1a56b0", dark=False
    ),
    "contrast": Palette(
        "#000000", "#101010", "#ffffff", "#d0d0d0", ("#7dffc8", "#ffe066", "#ffae5c", "#ff8fa0"), "#9ecbff", dark=True
    ),
}


def theme(name: str) -> Theme:
    """The Textual theme of that name."""
    p = PALETTES[name]
    return Theme(
        name=f"companion-{name}",
        primary=p.accent,
        secondary=p.dim,
        accent=p.accent,
        foreground=p.text,
        background=p.ground,
        surface=p.ground,
        panel=p.card,
        success=p.levels[0],
        warning=p.levels[1],
        error=p.levels[3],
        dark=p.dark,
        variables={"border": p.dim, "tense": p.levels[1], "heated": p.levels[2], "breaking": p.levels[3]},
    )
