"""What came of each suggestion: was it used (a key, or the user's own words), and what did the level do in a minute."""

from __future__ import annotations

from dataclasses import dataclass, field

from companion.events import Prompt, PromptEffect
from companion.playbook.echo import resembles

AFTER_S = 60.0
"""What a prompt may have changed is looked for within this."""
SPOKEN_WITHIN_S = 45.0
"""The user's words count as an answer to a prompt this long."""
SPOKEN = 0.6
"""From this resemblance on, a line counts as spoken."""


@dataclass(slots=True)
class _Watched:
    prompt: Prompt
    lowest: int
    noticed: str = ""
    similarity: float = 0.0
    words: list[str] = field(default_factory=list)


class Aftermath:
    """Watches every suggestion for a minute."""

    def __init__(self) -> None:
        self._watched: list[_Watched] = []
        self._level = 0

    def shown(self, prompt: Prompt) -> None:
        """A prompt came up."""
        self._watched.append(_Watched(prompt, self._level))

    def level(self, level: int) -> None:
        """The level changed."""
        self._level = level
        for watched in self._watched:
            watched.lowest = min(watched.lowest, level)

    def used(self, prompt_id: int) -> None:
        """The user pressed the key."""
        for watched in self._watched:
            if watched.prompt.id == prompt_id:
                watched.noticed = "key"

    def spoke(self, text: str, t0: float, t: float) -> int | None:
        """The user said something from ``t0`` on; the id of the prompt that was spoken with it, if one was."""
        for watched in reversed(self._watched):
            prompt = watched.prompt
            # words that were begun before it came up are not an answer to it
            if prompt.kind != "say" or watched.noticed or t0 < prompt.t or t - prompt.t > SPOKEN_WITHIN_S:
                continue
            watched.words.append(text)
            watched.similarity = max(watched.similarity, resembles(prompt.say, " ".join(watched.words[-3:])))
            if watched.similarity >= SPOKEN:
                watched.noticed = "words"
                return prompt.id
        return None

    def due(self, now: float, *, over: bool = False) -> list[PromptEffect]:
        """What is known by now of the prompts whose minute is up; of all, when the call is ``over``."""
        done = [w for w in self._watched if over or now - w.prompt.t >= AFTER_S]
        self._watched = [w for w in self._watched if w not in done]
        return [
            PromptEffect(
                t=now,
                id=w.prompt.id,
                used=bool(w.noticed),
                noticed=w.noticed,
                similarity=round(w.similarity, 3),
                before=w.prompt.level,
                lowest=w.lowest,
                after=self._level,
                seconds=min(AFTER_S, now - w.prompt.t),
            )
            for w in done
        ]
