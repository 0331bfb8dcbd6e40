"""What people did with the answers, and what of it counts as satisfied, as one sitting, as the same need again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, InstanceOf

from schemas.instants import milliseconds
from streams.drift.vocabulary import words
from streams.pairs.reaction import ReactionRules
from streams.pairs.search_click import SearchClickRules
from streams.sessions.rules import SessionRules, split


class BehaviourRules(BaseModel):
    """What the signals need to know of people: one rule of drift's own, and the rules of sessions and pairs.

    The latter are the streams' own instances, set by code alone: a gap or a dwell is the same everywhere.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reformulation_s: int = Field(default=300, ge=1, description="seconds within which another wording is the same need")
    sessions: InstanceOf[SessionRules] = Field(
        default_factory=SessionRules, description="the gap that ends a session ends a search session too"
    )
    search_click: InstanceOf[SearchClickRules] = Field(
        default_factory=SearchClickRules, description="a visit that counts in full as a pair satisfies"
    )
    reaction: InstanceOf[ReactionRules] = Field(
        default_factory=ReactionRules, description="what counts as a yes or a no for a pair does so here"
    )


@dataclass(frozen=True, slots=True)
class Opening:
    """A shown result that was opened; `dwell_s` is -1 when unknown."""

    document: str
    rank: int
    dwell_s: float


@dataclass(frozen=True, slots=True)
class Search:
    """One search (or question to the assistant) with all that its person did with the answer inside the window."""

    person: str
    query: str
    at: datetime
    assistant: bool = False
    shown: int = 0
    best_shown: tuple[str, ...] = ()
    opened: tuple[Opening, ...] = ()
    cited: tuple[str, ...] = ()
    reactions: tuple[str, ...] = ()

    @property
    def is_list(self) -> bool:
        """Tell whether results were shown as a list, from which a person chooses."""
        return not self.assistant and self.shown > 0


def is_satisfied(search: Search, rules: BehaviourRules) -> bool:
    """Tell whether the search led to an opening that counts as an answer.

    That is an opening of at least the dwell that satisfies, or of unknown length (Fox et al. 2005), or an opened
    citation.
    """
    enough = rules.search_click.satisfied_s
    return bool(search.cited) or any(o.dwell_s < 0 or o.dwell_s >= enough for o in search.opened)


def is_reformulation(first: Search, second: Search, rules: BehaviourRules) -> bool:
    """Tell whether `second` (later, same person) says the need of the unsatisfied `first` in other, similar words.

    Similar: half the words of the shorter query (Huang & Efthimiadis 2009; Hassan et al. 2013, "Beyond clicks").
    """
    if is_satisfied(first, rules) or (second.at - first.at).total_seconds() > rules.reformulation_s:
        return False
    before, after = words(first.query), words(second.query)
    return before != after and len(before & after) * 2 >= max(1, min(len(before), len(after)))


def search_sessions(searches: Sequence[Search], rules: BehaviourRules) -> list[list[Search]]:
    """Split one person's searches, in order of time, by the rule that splits accesses into sessions."""
    timed = [(milliseconds(search.at), search) for search in searches]
    sessions = split(timed, rules.sessions.gap_ms, rules.sessions.max_accesses)
    return [[search for _, search in session] for session in sessions]
