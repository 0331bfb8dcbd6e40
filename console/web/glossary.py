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

SLICES = {
    "factoid": ("Questions", "what asks for a fact, and every query that is none of the other kinds"),
    "enumeration": ("Lists", "what asks for all of something"),
    "inventory": ("Kinds of document", "what names a kind that people keep, such as forms, tickets or minutes"),
    "navigational": ("One known document", "what says nearly the title of the document that is sought"),
    "head": ("Frequent queries", "the most clicked ones, which together have half of the clicks"),
    "tail": ("Rare queries", "all others"),
    "new documents": ("New documents", "what seeks a document of the quarter that changed last"),
    "guard": ("Everyday guard questions", "general ones, by which it is seen what a model forgets"),
}
"""What each slice is called and which queries it has: kinds, how frequent they are, and what they seek."""

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
    Term("packet", "What a decision is on: one new model, what was checked of it, and what it would change."),
    Term(
        "collection",
        "The index of one model. A new model has one of its own, a shadow, until a person lets it in; what was live "
        "then stays for a week as the standby.",
    ),
    Term("passage", "The piece of a document that is embedded and matched: some sentences under one heading."),
    Term("embed", "To turn a text into numbers, of which near ones mean like things. It is what a model does."),
    Term("slice", "Queries of one kind. A model that is surely worse in one of them is held back."),
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


def slice_name(name: str) -> str:
    """Return what a slice is called; one that nobody described by its name. Pure."""
    return SLICES.get(name, (name, ""))[0]


def slice_meaning(name: str) -> str:
    """Return which queries a slice has, and its name in the reasons of a run; empty where nobody described it. Pure."""
    return f"{SLICES[name][1]} ({name})" if name in SLICES else ""


def rung(name: str) -> str:
    """Return what a rung changes, and whether documents are embedded again. Pure."""
    return RUNGS.get(name, f"The weights of the model learn, as rung {name} does it. {_AGAIN}")
