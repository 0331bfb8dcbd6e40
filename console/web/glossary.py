"""The words of training, for people who read them for the first time: on the pages of runs and of a cutover."""

from typing import NamedTuple


class Term(NamedTuple):
    """A word, and what it means."""

    name: str
    meaning: str


_NOT_AGAIN = "No document is embedded again."
_AGAIN = "Every document is embedded again."

RUNGS = {
    "weights": "The model stays. How much its meaning, words and clicked queries weigh in the ranking is chosen anew. "
    + _NOT_AGAIN,
    "query_map": "The model stays. What it makes of a query goes through a map that clicks taught, and the ranking is "
    f"weighed anew. {_NOT_AGAIN}",
    "query_encoder": "Documents are read as before. How queries are read learns from clicks, and the ranking is "
    f"weighed anew. {_NOT_AGAIN}",
    "full": f"All weights of the model learn from clicks. {_AGAIN}",
    "top_layers": f"The last layers of the model learn from clicks, the others stay. {_AGAIN}",
    "masked": f"The model guesses blanked words of your documents, then all its weights learn from clicks. {_AGAIN}",
    "adopt": "A model that somebody offered, or that a run refused, is judged as it is. Every document is embedded "
    "again, unless it reads documents as live does.",
}
"""What each rung changes, from the cheapest."""

STEPS = {
    "snapshot": "what people did until now is taken down",
    "split": "queries are parted into those that teach and those that judge",
    "encode": "documents and queries are embedded with the live model",
    "mine": "documents are sought that look right and are not",
    "fit": "the rungs are tried and one is chosen",
    "evaluate": "the chosen one answers the held-out queries",
    "gate": "it is decided whether its gain is sure",
    "publish": "the end is signed, and a model that won is kept",
}
"""What each step of a run does, in their order."""

TERMS = (
    Term("live", "What answers people's searches now."),
    Term("rung", "One way of changing what is live. A run tries several, the cheapest first."),
    Term(
        "nDCG@10",
        "How good the first ten results of a query are: 0 when nothing that people wanted is among them, 1 when it "
        "stands first. A figure is the mean over many queries; corrected for what people were shown it can exceed 1.",
    ),
    Term(
        "validation queries",
        "Queries that a run keeps from learning, to compare its rungs on. They choose which rung is the candidate.",
    ),
    Term(
        "hold-out",
        "The held-out queries: others that no run learned from or chose by. They judge the one candidate, so every "
        "look at them is counted.",
    ),
    Term("gate", "The rule that lets a candidate go on only when its gain on the hold-out is sure, with no sure harm."),
    Term(
        "verdict",
        "WIN: a sure gain; a person decides on it. LOSS: a sure loss. INCONCLUSIVE: no sure difference, or too little "
        "to tell. ERROR: the run could not end.",
    ),
)


def rung(name: str) -> str:
    """Return what a rung changes, and whether documents are embedded again. Pure."""
    return RUNGS.get(name, f"The weights of the model learn, as rung {name} does it. {_AGAIN}")
