"""What all chapters share: the stage, the people, the corpus, the calendar and the report."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from demo.corpus import Corpus, load_corpus
from demo.library import Library
from demo.people import People
from demo.planning import workdays
from demo.population import populate
from demo.reactions import Reading
from demo.report import Report
from demo.stage import Progress, Stage
from schemas.envelope import Event
from schemas.packet import Packet

DAYS_FIRST = 5
"""Simulated days on the first group alone: four to be the reference of drift, one to be judged against them."""

DAYS_SECOND = 5
"""At most so many days more; drift trips by the third or the demo says that it did not."""

RULES: dict[str, dict[str, Any]] = {
    "drift": {"reference_windows": 4, "window_cases": 100},  # the demo has no week; each day is a window
    "training": {"fit": {"max_examples": 1_200}},  # so that fitting takes a minute or two on two cores
}
"""Where the demo differs from production; everything else is the same."""


@dataclass(slots=True)
class Scene:
    """Everything that the chapters share. `tell` shows one line of progress."""

    stage: Stage
    tell: Progress
    decide: Callable[[Packet], bool]
    seed: int = 7
    report: Report = field(default_factory=Report)
    to_be_said: list[Event] = field(default_factory=list)
    """Chat, to be sent on its days: nothing may run ahead of the simulated time."""
    corpus: Corpus = field(init=False)
    people: People = field(init=False)
    days: list[datetime] = field(init=False)

    def __post_init__(self) -> None:
        self.corpus = load_corpus()
        population = populate(self.corpus, self.seed)
        self.people = People(self.stage.tenant, population, Reading(Library()), self.seed)
        self.days = workdays(datetime.now(UTC), DAYS_FIRST + DAYS_SECOND)

    @contextmanager
    def chapter(self, title: str) -> Iterator[None]:
        """Tell a chapter's title and note how long it took."""
        self.tell(title)
        began = perf_counter()
        try:
            yield
        finally:
            self.report.stage_seconds[title] = round(perf_counter() - began, 1)
