"""What the call is about and whom it is with, where that can be said aloud without risk; else nothing.

A wrong name or a garbled subject in a suggested sentence is worse than a general one, so both are used only when they
were heard several times, from more than one place.
"""

from __future__ import annotations

import re
from collections import Counter, deque

from companion.events import Speaker

GREETED = re.compile(
    r"\b(?i:hi|hello|hey|morning|afternoon|evening|thanks|thank you|sorry|listen|look),? ([A-Z][a-z]{2,11})\b"
)
NAMED = 2
"""A name that was only heard must have been spoken to by the user this often."""
HEADED = re.compile(
    r"\b(?:the|this|that|your|our) ([a-z]{4,14})(?=\s*(?:[.,;:?!]|$)|\s(?:is|was|are|were|and|or|but|that|which|we|you|"
    r"i|for|in|on|to|at|with|has|had|will|would|can|by|from|as|if|when|because|so)\b)",
    re.IGNORECASE,
)
"""A noun that ends its phrase ("the deposit is", never "the full amount")."""
MENTIONS = 4
"""A subject must have been named this often, by both sides."""
TURNS = 40
_NO_SUBJECT = frozenset(
    "thing things time times moment point points fact end other same first last next way ways people team person side "
    "problem issue question answer reason kind part rest whole truth matter case word words week month year days "
    "day morning afternoon evening night meeting call table room door phone line screen world business company lot one "
    "guys boss client customer talk conversation situation idea place start beginning middle bottom best worst most "
    "fault blame mistake lawyer court mess insult lies joke anger attitude tone".split()
)
_NO_FIRST_NAME = frozenset("the my our an dr mr mrs ms prof sir madam".split())
_NO_NAME = frozenset("There Everyone Everybody All Again Both Well Yes This That Team Folks Guys You".split())


class Subjects:
    """Listens to both sides; answers with what may be filled into a line."""

    def __init__(self, who: str = "") -> None:
        self._given = given_name(who)
        self._greeted: Counter[str] = Counter()
        self._turns: deque[tuple[Speaker, frozenset[str]]] = deque(maxlen=TURNS)

    def hear(self, speaker: Speaker, text: str) -> None:
        """Something was said."""
        nouns = frozenset(n.lower() for n in HEADED.findall(text)) - _NO_SUBJECT
        self._turns.append((speaker, nouns))
        if speaker == "me":
            self._greeted.update(n for n in GREETED.findall(text) if n not in _NO_NAME)

    def slots(self) -> dict[str, str]:
        """``name`` and ``subject``, those that are safe."""
        found = {"name": self._name(), "subject": self._subject()}
        return {key: value for key, value in found.items() if value}

    def _name(self) -> str:
        if self._given:
            return self._given
        # two people on the other side: it is not known who is speaking
        if len(self._greeted) != 1:
            return ""
        name, times = next(iter(self._greeted.items()))
        return name if times >= NAMED else ""

    def _subject(self) -> str:
        by_side: dict[Speaker, Counter[str]] = {"me": Counter(), "them": Counter()}
        for speaker, nouns in self._turns:
            by_side[speaker].update(nouns)
        both = {n: by_side["me"][n] + by_side["them"][n] for n in by_side["me"].keys() & by_side["them"].keys()}
        best = max(both, key=lambda n: (both[n], n), default="")
        return best if best and both[best] >= MENTIONS else ""


def given_name(who: str) -> str:
    """The first name in the user's own note of whom they talk to, if there is exactly one person in it."""
    if re.search(r"\b(and|with)\b|&|/|;", who):
        return ""
    found = re.match(r"\s*([A-Z][a-zà-ÿ-]{1,14})\b(?!['’])", who)
    name = found.group(1) if found else ""
    return "" if name.lower() in _NO_FIRST_NAME else name
