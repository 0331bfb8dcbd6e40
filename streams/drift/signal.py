"""What a drift signal is: a name, the effect that counts, and how it is measured. `signals/` holds one file each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from streams.drift.behaviour import BehaviourRules, Search
from streams.drift.sample import Stack
from streams.drift.statistics.chance import Chance
from streams.drift.statistics.permutation import Flags


@dataclass(frozen=True, slots=True)
class Measured:
    """One signal of one window, beside its reference.

    `effect` is standardised: 0 = no change, positive = the harmful direction. `p` is one-sided (1 when not testable).
    `chance` is what the effect is without a change. `n_*` count the cases behind the two numbers, `people_*` the
    different people behind the cases.
    """

    signal: str
    value: float
    reference: float
    effect: float
    p: float
    n_reference: int
    n_window: int
    people_reference: int
    people_window: int
    chance: Chance
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Threshold:
    """The smallest effect that counts if nothing else is configured, its unit, and why it is that much."""

    value: float
    unit: Literal["Cohen's h", "Cliff's delta"]
    reason: str

    def __str__(self) -> str:
        """Return unit and reason as one line."""
        return f"{self.unit}; {self.reason}"


Counted = Literal["query", "case", "document"]
"""What a signal counts, which decides how many are enough.

query       distinct (person, query): `min_queries` of them, of `min_people`
case        searches, answers, sessions, ... of people: `min_observations` of them, of `min_people`
document    opened documents: `min_observations` of them, whoever opened them
"""


@dataclass(frozen=True, slots=True)
class Signal:
    """One drift signal; `reading_order` is where people read it among the others.

    `measure(stack, labels, seed)` compares the window with its reference. `labels` has a row per relabelling, the
    observed one first, and a column per person and window (per document and window when documents are counted).
    A share of people's cases says by `tally` how many (hits, cases) one person's searches of a window are, in order of
    time; a statistic of single searches says by `value` what it is for one search, None when that search has none.
    The sample then holds both under the signal's name.
    """

    name: str
    reading_order: int
    threshold: Threshold
    counted: Counted
    measure: Callable[[Stack, Flags, int], Measured]
    tally: Callable[[Sequence[Search], BehaviourRules], tuple[int, int]] | None = None
    value: Callable[[Search], float | None] | None = None
