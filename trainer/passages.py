"""A document's text in the pieces that are embedded, each with the title, so that none lacks its subject.

The sizes are those of the index (90 words, 16 passages), so that what is judged here is what people will search.
"""

WORDS_PER_PASSAGE = 90
MAX_PASSAGES = 16
MAX_TITLE_CHARACTERS = 200


def passages(title: str, body: str) -> list[str]:
    """Return 1 to `MAX_PASSAGES` texts; a document without text gives its title, or an empty string."""
    found = body.split()
    heading = " ".join(title.split())[:MAX_TITLE_CHARACTERS]
    starts = range(0, max(1, len(found)), WORDS_PER_PASSAGE)[:MAX_PASSAGES]
    return [f"{heading}\n{' '.join(found[start : start + WORDS_PER_PASSAGE])}".strip() for start in starts]
