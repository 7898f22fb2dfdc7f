"""The guard against words that nobody said: recognisers invent text on noise, breath and music.

It decides by acoustics and likelihood, never by a list of phrases: "thank you" is said in calls.
"""

from __future__ import annotations

from dataclasses import dataclass

LEAST_SPEECH = 0.45
"""Mean speech probability below which a stretch needs a good likelihood to be believed."""
UNLIKELY = -1.0
"""Mean log probability per token below which words are guesses (Whisper's own fall-back threshold)."""
NO_SPEECH = 0.6
"""Whisper's own probability of no speech above which, when the words are unlikely too, there was none."""
REPETITIVE = 2.4
"""gzip ratio above which text runs in circles (Whisper's own threshold)."""
FASTEST_WORDS_S = 7.5
"""Words a second that nobody speaks over a whole utterance (fast English is 5)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a recognised stretch; ``seconds`` of speech, the rest as Whisper gives it."""

    text: str
    seconds: float
    speech_probability: float
    mean_log_probability: float
    no_speech_probability: float
    compression_ratio: float


def junk_reason(evidence: Evidence) -> str | None:
    """Why the words are not to be believed, or None when they are."""
    words = evidence.text.split()
    if not any(c.isalnum() for c in evidence.text):
        return "no words"
    unlikely = evidence.mean_log_probability < UNLIKELY
    if unlikely and evidence.no_speech_probability > NO_SPEECH:
        return "unlikely words where there was hardly speech"
    if evidence.speech_probability < LEAST_SPEECH and (
        evidence.mean_log_probability < UNLIKELY / 2 or evidence.no_speech_probability > NO_SPEECH
    ):
        return "hardly speech"
    if evidence.compression_ratio > REPETITIVE and len(words) > 12:
        return "the same words over and over"
    if len(words) > 4 and len(words) / max(evidence.seconds, 0.1) > FASTEST_WORDS_S:
        return "more words than anyone can say in that time"
    return None
