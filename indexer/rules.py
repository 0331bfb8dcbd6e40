"""The rules that a packet was made under, by name: other rules would serve something else than what was reviewed."""

import hashlib
import json

from indexer.ranking import AUTHORITY_WEIGHT
from indexer.verify import VerifyConfig
from retrieval.fusion import RRF_K
from retrieval.passages import MAX_CHARACTERS, MAX_PASSAGES, MAX_WORDS, split

_PROBE_TITLE = "A probe of the rules"
_PROBE = " ".join(
    [
        "unbroken" * 300,
        "Short.",
        "One two three four five six; seven, eight!",
        "\u6771\u4eac\u3002\u4eac\u90fd\uff01",
        "\n\n* item\n* item",
    ]
    + [f"Sentence number {n} has {'many ' * (n % 40)}words, doesn't it?" for n in range(120)]
)
"""A text in which every rule of passages has something to do."""


def chunker() -> str:
    """Return the rules of passages: their bounds, and a hash of what they make of a fixed text."""
    made = split(_PROBE_TITLE, _PROBE)
    probe = hashlib.sha256(json.dumps([made.passages, made.truncated]).encode()).hexdigest()[:12]
    return f"sentences, {MAX_WORDS} words or {MAX_CHARACTERS} characters, {MAX_PASSAGES} passages; {probe}"


def fusion() -> str:
    """Return the rules of ranking."""
    return f"reciprocal rank fusion of dense and BM25, k {RRF_K}; authority weight {AUTHORITY_WEIGHT:g}"


def tolerated(config: VerifyConfig) -> str:
    """Return which changes after the review leave an approval valid, in the words of the README."""
    share, hours = f"{config.changed_share:.0%}".replace("%", " %"), config.holds_s / 3600
    return (
        f"Documents may go on changing: up to {share} of them within {hours:g} hours of the proof, and each of them is "
        "read back from the shadow before it goes live. Any other change voids the approval: of the model's files, the "
        "run or its scores, the rules of passages and ranking, what is live, or the packet."
    )
