"""Long pages: is a sentence found as well at the end of a page as at its start?

Pages are Python's own topics (`pydoc`), one after another until a page has enough words; a query is some consecutive
words of a sentence of a page's first tenth, which no other page has. The same queries are asked three times: with that
tenth where it is, moved to the middle of its page, and to its end. Sentences of other places would be other sentences:
those at the ends of these pages are harder to tell apart wherever they stand.
"""

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from itertools import islice
from random import Random
from statistics import fmean
from typing import Any

from bench.retrieval.pages import Library, Page, unread
from retrieval.encoders import Encoder
from schemas.fusion import EVEN

PLACES = ("start", "middle", "end")

_TENTH = 0.1
"""The share of a page, its first, that is asked for and moved."""

AT_LEAST = 3_000
"""Words of a page."""

_FIRST = 3
_ASKED, _LONGEST = 8, 40
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n{2,}")


def measured(encoder: Encoder, pages: int, sentences: int, rng: Random) -> dict[str, Any]:
    """Return hit@3 by place over at most `pages` pages, `sentences` of each, and the share of unread pieces."""
    texts = long_pages(topics(), AT_LEAST, pages)
    asked = [(name, text) for name in texts for text in queries(texts, name, sentences, rng)]
    words, found = [text for _, text in asked], dict[str, float]()
    for place in PLACES:
        moved = {name: Page(page.title, with_first_tenth_at(place, page.body)) for name, page in texts.items()}
        library = Library(moved, encoder)
        rankings = library.fused(library.asked(words), words, EVEN)
        hits = [name in ranked[:_FIRST] for (name, _), ranked in zip(asked, rankings, strict=True)]
        found[f"hit_at_3_{place}"] = round(fmean(hits), 4)
    left_out, all_pieces = unread(library.corpus, encoder.pieces)
    return {
        "pages": len(texts),
        "passages": len(library.corpus.texts),
        "queries": len(asked),
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


def queries(pages: Mapping[str, Page], name: str, count: int, rng: Random) -> Iterator[str]:
    """Yield at most `count` queries: consecutive words of the page's first tenth that stand in no other page."""
    first, _ = _parted(pages[name].body)
    whole = [sentence.split() for sentence in _SENTENCE.split(first)[1:-1]]
    others = [" ".join(page.body.split()) for other, page in pages.items() if other != name]
    for words in rng.sample(whole, len(whole)):
        start = rng.randrange(max(1, len(words) - _ASKED + 1))
        text = " ".join(islice(words, start, start + _ASKED))
        if count and _ASKED <= len(words) <= _LONGEST and not any(text in other for other in others):
            count -= 1
            yield text


def with_first_tenth_at(place: str, body: str) -> str:
    """Return the text with its first tenth at this place, what follows in its order around it. Pure."""
    first, rest = _parted(body)
    if place == "start":
        return body
    before, after = (rest, "") if place == "end" else _cut(rest, len(rest) // 2)
    return "\n\n".join(part for part in (before, first, after) if part)


def _parted(body: str) -> tuple[str, str]:
    return _cut(body, int(_TENTH * len(body)))


def _cut(text: str, at: int) -> tuple[str, str]:
    """Cut a text at the end of a paragraph at or after `at`, at its end where there is none."""
    end = text.find("\n\n", at)
    return (text, "") if end < 0 else (text[:end], text[end + 2 :])
