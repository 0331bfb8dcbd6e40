"""Exact phrases of small texts in Chinese, Japanese, German and Arabic, looked for by words alone.

The texts (`texts.json`) were written for this benchmark: rules of a company, one subject a text.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from bench.retrieval.pages import Library, Page, unread
from retrieval.encoders import Encoder

_IN_PHRASE = re.compile("[^\\s,;:\u3001\uff0c\u060c]+")
_SENTENCE_END = re.compile("[.!?\u3002\u061f\uff01\uff1f]")
_COMPOUNDS = {
    "Kosten": "de-travel", "Abrechnung": "de-travel", "Sicherheit": "de-security", "Regelung": "de-leave",
    "Material": "de-office", "Papier": "de-office", "Patronen": "de-office", "Umgebung": "de-cloud",
    "Bildung": "de-training", "Betrieb": "de-cloud",
}  # fmt: skip
"""Words that stand in no text, and the text with a compound of which each is the last."""

_CHARACTERS, _WORDS = 4, 3
"""Of a phrase: signs where a script has no spaces, else words."""


def texts() -> Mapping[str, Mapping[str, Page]]:
    """Return the texts of each language by name."""
    found = json.loads(Path(__file__).with_name("texts.json").read_text())
    return {
        language: {name: Page(page["title"], page["body"]) for name, page in pages.items()}
        for language, pages in found.items()
    }


def measured(encoder: Encoder) -> dict[str, Any]:
    """Return for each language the share of phrases whose text words alone put first, among the texts of all."""
    known = texts()
    everything = {name: page for pages in known.values() for name, page in pages.items()}
    library = Library(everything, encoder)
    found: dict[str, Any] = {}
    for language, pages in known.items():
        asked = [(name, phrase) for name, page in pages.items() for phrase in phrases(page.body)]
        rankings = library.by_words([phrase for _, phrase in asked])
        hits = sum(ranked[:1] == [name] for (name, _), ranked in zip(asked, rankings, strict=True))
        found[language] = {"phrases": len(asked), "found": round(hits / len(asked), 4)}
    return {**found, "compounds": _compounds(library), "unread_pieces": unread(library.corpus, encoder.pieces)[0]}


def _compounds(library: Library) -> dict[str, Any]:
    """Return the share of last words of German compounds for which words alone put the compound's text first."""
    rankings = library.by_words(list(_COMPOUNDS))
    hits = sum(ranked[:1] == [name] for name, ranked in zip(_COMPOUNDS.values(), rankings, strict=True))
    return {"words": len(_COMPOUNDS), "found": round(hits / len(_COMPOUNDS), 4)}


def phrases(body: str) -> Iterator[str]:
    """Yield the exact phrases of a text, one after another: three words each, or four signs where nothing is spaced."""
    spaced = " " in body
    for sentence in _SENTENCE_END.split(body):
        words = _IN_PHRASE.findall(sentence)
        if spaced:
            yield from (" ".join(islice(words, n, n + _WORDS)) for n in range(0, len(words) - _WORDS + 1, _WORDS))
        else:
            for word in words:
                yield from (word[n : n + _CHARACTERS] for n in range(0, len(word) - _CHARACTERS + 1, _CHARACTERS))
