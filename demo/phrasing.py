"""How people type: the same need in other words, and as a question to an assistant."""

import re
from dataclasses import dataclass
from random import Random

_FILLERS = frozenset(("a", "an", "the", "your", "of", "specified", "specific", "existing", "all", "that", "is", "are"))
_INTENT = re.compile(r"^to\s+", re.IGNORECASE)
_TYPO_FROM = 5
_FEWEST_WORDS = 2

_QUESTIONS = ("How do I {}?", "How can I {}?", "What is the way to {}?", "I need to {}. How?")
_OTHERWISE = ("How does this work: {}?", "Where do I read about this: {}?")


@dataclass(frozen=True, slots=True)
class Phrasing:
    """How often a typed query departs from the heading it comes from; every field is a probability.

    `bare`: "To" at the start is left out. `lower`: all in lower case. `terse`: the fillers (articles and the like) are
    left out. `drop`: one more word is left out. `typo`: two neighbouring letters of one long word are swapped.
    """

    bare: float = 0.8
    lower: float = 0.6
    terse: float = 0.4
    drop: float = 0.15
    typo: float = 0.05


def vary(heading: str, rng: Random, phrasing: Phrasing) -> str:
    """Return the heading as somebody may type it; never fewer than two words, never empty."""
    words = heading.split()
    if rng.random() < phrasing.bare and len(words) > _FEWEST_WORDS and words[0].lower() == "to":
        words = words[1:]
    if rng.random() < phrasing.terse:
        words = _at_least(2, [word for word in words if word.lower() not in _FILLERS], words)
    if rng.random() < phrasing.drop and len(words) > _FEWEST_WORDS + 1:
        words.pop(rng.randrange(1, len(words)))
    if rng.random() < phrasing.typo:
        words = _misspell(words, rng)
    typed = " ".join(words)
    return typed.lower() if rng.random() < phrasing.lower else typed


def as_question(heading: str, rng: Random) -> str:
    """Return the heading as a question to an assistant or to a colleague."""
    bare = _INTENT.sub("", heading)
    if bare == heading:
        return rng.choice(_OTHERWISE).format(heading)
    return rng.choice(_QUESTIONS).format(bare)


def _at_least(count: int, words: list[str], otherwise: list[str]) -> list[str]:
    return words if len(words) >= count else otherwise


def _misspell(words: list[str], rng: Random) -> list[str]:
    long = [position for position, word in enumerate(words) if len(word) >= _TYPO_FROM and word.isalpha()]
    if not long:
        return words
    position = rng.choice(long)
    word = words[position]
    at = rng.randrange(1, len(word) - 2)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return [*words[:position], swapped, *words[position + 1 :]]
