"""Long pages: is a sentence found as well at the end of a page as at its start?

Pages are Python's own topics (`pydoc`), one after another until a page has enough words; a query is some consecutive
words of a sentence that stands in the first, middle or last tenth of its page.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from itertools import islice
from random import Random
from statistics import fmean
from typing import Any

from bench.retrieval.pages import Library, Page, unread
from retrieval.encoders import Encoder
from schemas.fusion import EVEN

PLACES = {"start": 0.05, "middle": 0.5, "end": 0.95}
"""Where a sentence stands, as the middle of a tenth of its page (0 to 1)."""

AT_LEAST = 3_000
"""Words of a page."""

_FIRST = 3
_ASKED, _LONGEST = 8, 40
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n{2,}")


def measured(encoder: Encoder, pages: int, sentences: int, rng: Random) -> dict[str, Any]:
    """Return hit@3 by place over at most `pages` pages, `sentences` of each place, and the share of unread pieces."""
    texts = long_pages(topics(), AT_LEAST, pages)
    library = Library(texts, encoder)
    found: dict[str, float] = {}
    for place, at in PLACES.items():
        asked = [(name, text) for name, page in texts.items() for text in queries(page.body, at, sentences, rng)]
        words = [text for _, text in asked]
        rankings = library.fused(library.asked(words), words, EVEN)
        hits = [name in ranked[:_FIRST] for (name, _), ranked in zip(asked, rankings, strict=True)]
        found[f"hit_at_3_{place}"] = round(fmean(hits), 4)
    left_out, all_pieces = unread(library.corpus, encoder.pieces)
    return {
        "pages": len(texts),
        "passages": len(library.corpus.texts),
        "queries": 3 * len(texts) * sentences,
        **found,
        "end_of_start": round(found["hit_at_3_end"] / max(found["hit_at_3_start"], 1e-9), 4),
        "unread_pieces": left_out,
        "unread_share": round(left_out / max(1, all_pieces), 6),
    }


def topics() -> Mapping[str, str]:
    """Return Python's own topics by name."""
    return dict(import_module("pydoc_data.topics").topics)


def long_pages(texts: Mapping[str, str], words: int, most: int) -> dict[str, Page]:
    """Return pages of at least so many words each, made of consecutive texts, at most `most` of them."""
    pages: dict[str, Page] = {}
    names: list[str] = []
    for name in sorted(texts):
        names.append(name)
        body = "\n\n".join(texts[each] for each in names)
        if len(body.split()) >= words and len(pages) < most:
            pages[names[0]] = Page(f"Python: {names[0]}", body)
            names = []
    return pages


def queries(body: str, at: float, count: int, rng: Random) -> Iterator[str]:
    """Yield `count` queries: consecutive words of sentences in the tenth of the text whose middle is at `at`."""
    begin, end = int((at - 0.05) * len(body)), int((at + 0.05) * len(body))
    whole = [sentence.split() for sentence in _SENTENCE.split(body[begin:end])[1:-1]]
    for words in rng.choices(_long_enough(whole) or whole or [body[begin:end].split()], k=count):
        start = rng.randrange(max(1, len(words) - _ASKED + 1))
        yield " ".join(islice(words, start, start + _ASKED))


def _long_enough(sentences: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    return [words for words in sentences if _ASKED <= len(words) <= _LONGEST]
