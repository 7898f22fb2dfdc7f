"""What the call is about and whom it is with, where that can be said aloud without risk; else nothing.

A wrong name or a garbled subject in a suggested sentence is worse than a general one, so both are used only when they
were heard several times, or from more than one place: a name in the user's note counts once they have spoken to it.
"""

from __future__ import annotations

import re
from collections import Counter, deque

from companion.events import Speaker

_CAPITAL = "[A-ZÀ-ÖØ-Þ]"
_FIRST_NAME = f"{_CAPITAL}[a-zß-öø-ÿ]{{1,14}}(?:-{_CAPITAL}[a-zß-öø-ÿ]{{1,14}})?"
GREETED = re.compile(
    rf"\b(?i:hi|hello|hey|morning|afternoon|evening|thanks|thank you|sorry|listen|look),? ({_FIRST_NAME})\b"
)
NAMED = 2
"""A name that was only heard must have been spoken to by the user this often; one from their own note, once."""
SHORTEST = 3
"""A name that was only heard has at least so many letters: "Look, We ..."."""
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
_NO_NAME = frozenset(
    "there everyone everybody all again both well yes this that team folks guys you "
    # titles, and whose
    "dr mr mrs ms miss mister prof professor doctor sir madam the my our your his her their an some somebody someone "
    # what somebody does, or is to the user
    "landlord landlady tenant neighbour neighbor owner buyer seller agent broker dealer boss head chief lead leader "
    "director manager supervisor president chair chairman chairwoman ceo cfo cto coo hr procurement purchasing sales "
    "marketing finance accounting legal compliance support service planning planner events office department "
    "committee board council client customer supplier vendor contractor partner investor lawyer attorney solicitor "
    "accountant consultant advisor adviser teacher principal nurse colleague coworker assistant secretary caller "
    "husband wife mother father mum mom dad brother sister son daughter uncle aunt cousin grandma grandpa "
    # companies
    "company firm agency bank insurance government city school university hospital gmbh ag kg inc ltd llc llp plc corp "
    "corporation co sa bv group holding holdings solutions systems partners consulting technologies industries "
    "international limited bros brothers logistics".split()
)


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
            found = (n for n in GREETED.findall(text) if n.lower() not in _NO_NAME)
            self._greeted.update(n for n in found if len(n) >= SHORTEST or n == self._given)

    def slots(self) -> dict[str, str]:
        """``name`` and ``subject``, those that are safe."""
        found = {"name": self._name(), "subject": self._subject()}
        return {key: value for key, value in found.items() if value}

    def _name(self) -> str:
        # two people on the other side: it is not known who is speaking
        if len(self._greeted) != 1:
            return ""
        name, times = next(iter(self._greeted.items()))
        return name if times >= NAMED or name == self._given else ""

    def _subject(self) -> str:
        by_side: dict[Speaker, Counter[str]] = {"me": Counter(), "them": Counter()}
        for speaker, nouns in self._turns:
            by_side[speaker].update(nouns)
        both = {n: by_side["me"][n] + by_side["them"][n] for n in by_side["me"].keys() & by_side["them"].keys()}
        best = max(both, key=lambda n: (both[n], n), default="")
        return best if best and both[best] >= MENTIONS else ""


def given_name(who: str) -> str:
    """The first name in the user's own note of whom they talk to, if there is exactly one person in it.

    The note must begin with it, and only further names may follow before a comma or bracket: "Renate Lindach (events)".
    Of "Head of purchasing", "Her boss" and "Acme GmbH" none is taken.
    """
    if re.search(r"\b(and|with|or)\b|[&/;+]", who):
        return ""
    parts = [part.split() for part in re.split(r"[,()\[\]:]|\s[-–—]\s", who.rstrip(". "))]
    if not _is_name(parts[0]) or any(_is_name(part) for part in parts[1:]):
        return ""
    return parts[0][0]


def _is_name(words: list[str]) -> bool:
    """Whether words may be somebody's name: a first name, and only names after it."""
    if not words or not re.fullmatch(_FIRST_NAME, words[0]):
        return False
    if any(word.rstrip(".").lower() in _NO_NAME for word in words):
        return False
    return all(re.fullmatch(rf"{_CAPITAL}[\w'’-]*\.?", word) for word in words[1:])
