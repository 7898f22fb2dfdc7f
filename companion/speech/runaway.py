"""Text in which a decoder has run away: it goes round, or begins once more."""

from __future__ import annotations


def echo_length(text: str) -> int:
    """How many words at the end of the text are its own beginning over again (three or more; else 0)."""
    words = [w.strip(".,!?").lower() for w in text.split()]
    return max((n for n in range(3, len(words) // 2 + 1) if words[:n] == words[-n:]), default=0)


def without_echo(text: str) -> str:
    """The text without the words at its end with which the decoder began once more."""
    echo = echo_length(text)
    return " ".join(text.split()[:-echo]) if echo else text


def loops(text: str) -> bool:
    """Whether the text ends in words that go round; a person may say so ("no, no, no"), a decoder often does."""
    return len(without_loop(text).split()) < len(text.split())


def without_loop(text: str) -> str:
    """The text up to where its last words begin to go round: three words or more twice, fewer three times."""
    words = text.split()
    keys = [w.strip(".,!?").lower() for w in words]
    for n in range(1, len(keys) // 2 + 1):
        times = 1
        while (times + 1) * n <= len(keys) and keys[-n:] == keys[-(times + 1) * n : -times * n]:
            times += 1
        if times >= (3 if n < 3 else 2):
            return " ".join(words[: len(words) - (times - 1) * n])
    return text
