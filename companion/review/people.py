"""Who was who in a call: the names that the user gave, to a side as a whole or to one of several people on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from companion.events import Event, Named, Speaker, Utterance
from companion.plain import numbered

UNNAMED: Mapping[str, str] = {"me": "you", "them": "they"}
"""What a side is called that has no name."""


def names(events: Sequence[Event]) -> dict[str, str]:
    """The user's last word on everybody: "me", "them", or "them 2" for the second person there -> name, none empty."""
    given = {numbered(e.speaker, e.person): e.name for e in events if isinstance(e, Named)}
    return {who: name for who, name in given.items() if name}


def called(given: Mapping[str, str], speaker: Speaker, person: int = 0, unnamed: Mapping[str, str] = UNNAMED) -> str:
    """What somebody is called: the person's own name, else the side's, or its word in ``unnamed``, with the number."""
    own = given.get(numbered(speaker, person))
    return own or numbered(given.get(speaker, unnamed[speaker]), person)


def told_apart(events: Sequence[Event]) -> tuple[int, ...]:
    """The numbers of the people on the other side, in order; none where they were not told apart."""
    return tuple(sorted({e.person for e in events if isinstance(e, Utterance) and e.speaker == "them" and e.person}))
