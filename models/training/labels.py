"""The label sets, in the order of the model's outputs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from companion import terms

EMOTIONS = [
    "admiration",
    "amusement",
    "anger",
    "annoyance",
    "approval",
    "caring",
    "confusion",
    "curiosity",
    "desire",
    "disappointment",
    "disapproval",
    "disgust",
    "embarrassment",
    "excitement",
    "fear",
    "gratitude",
    "grief",
    "joy",
    "love",
    "nervousness",
    "optimism",
    "pride",
    "realization",
    "relief",
    "remorse",
    "sadness",
    "surprise",
    "neutral",
]
DRIVERS = list(terms.DRIVERS)
LEVELS = ("calm", "tense", "heated", "breaking")
