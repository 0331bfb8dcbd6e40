"""What the drift signals are called and say, for people who did not write them."""

from typing import NamedTuple


class Words(NamedTuple):
    """A signal's title, and what its value is."""

    title: str
    value: str


_WORDS = {
    "query_drift": Words(
        "Queries", "how well a classifier tells today's queries from the reference's; 0.5 is not at all"
    ),
    "vocabulary_novelty": Words("New words", "share of words in queries that the reference never used"),
    "query_fit": Words("Fit of results", "median likeness of a query to the best title that it was shown"),
    "click_through": Words("Click-through", "share of shown results that were opened"),
    "click_rank": Words("Rank of clicks", "mean reciprocal rank of the best opened result; 1 is the first"),
    "zero_click": Words("Zero clicks", "share of searches after which nothing was opened"),
    "reformulation": Words("Reformulation", "share of searches that were put again in other words"),
    "session_satisfaction": Words("Satisfaction", "share of search sessions in which something satisfied"),
    "citation_click": Words("Citation clicks", "share of answers of which a citation was opened"),
    "negative_reaction": Words("Noes", "share of noes among yeses and noes to answers"),
    "corpus_drift": Words("Documents", "how far the text that people open has moved within a week"),
}

VERDICTS = {
    "steady": "steady",
    "suspect": "suspect: the evidence is half of the way to its limit",
    "tripped": "tripped: the evidence is at its limit",
    "too_few": "too few cases to claim anything",
    "silent": "nobody searched",
}
"""What a window's verdict says."""


def words(signal: str) -> Words:
    """Return what a signal is called; one that nobody described is called by its name."""
    return _WORDS.get(signal, Words(signal.replace("_", " ").capitalize(), "as the signal measures it"))
