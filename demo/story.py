"""The story, in the order in which it is told; each chapter leaves what it found in the report.

a first group is searched ▸ a second group arrives ▸ drift trips ▸ the trainer learns ▸ the gate decides
    ▸ the shadow is built and verified ▸ the packet is approved ▸ cutover, rollback, and forward again
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import perf_counter

from demo import chapters
from demo.corpus import Corpus, load_corpus
from demo.library import Library
from demo.people import People
from demo.planning import workdays
from demo.population import populate
from demo.reactions import Reading
from demo.report import Report
from demo.stage import Progress, Stage
from demo.traffic import Traffic, mixed

DAYS_FIRST = 5
"""Simulated days on the first group alone: four to be the reference of drift, one to be judged against them."""

DAYS_SECOND = 5
"""At most so many days more; drift trips by the third or the demo says that it did not."""

SECOND_SHARE = 0.75
"""Share of the sittings that are about the second group once it is there."""

DRIFT = {"reference_windows": 4, "trip_windows": 2, "of_windows": 3}
"""A reference of four days, because the demo has no week; everything else is as in production."""


@dataclass(slots=True)
class Story:
    """Everything that the chapters share. `tell` shows one line of progress."""

    stage: Stage
    tell: Progress
    decide: Callable[[str, dict[str, object]], bool]
    seed: int = 7
    report: Report = field(default_factory=Report)
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

    def play(self) -> None:
        """Play all chapters. What does not come about ends the story early; `report.outcome` says where."""
        with self.chapter("a first group of services, searched for some days"):
            chapters.arrive(self, self.corpus.first, self.days[0] - timedelta(days=1), self.days[:DAYS_FIRST])
            for day in self.days[:DAYS_FIRST]:
                chapters.live_through(self, day, second_share=0.0)
        with self.chapter("some records that are no events"):
            chapters.spoil(self)
        with self._traffic() as traffic:
            self._learn_and_switch(traffic)
        chapters.count(self)

    def _learn_and_switch(self, traffic: Traffic) -> None:
        with self.chapter("a second group arrives, people turn to it, drift trips"):
            later = self.days[DAYS_FIRST:]
            chapters.arrive(self, self.corpus.second, self.days[DAYS_FIRST - 1] + timedelta(hours=13), later)
            run = chapters.until_drift_trips(self, later, SECOND_SHARE)
        if run is None:
            self.report.outcome = "no drift"
            return
        with self.chapter("the trainer learns, the gate decides"):
            won = chapters.until_verdict(self, run)
        if not won:
            self.report.outcome = "no win"
            return
        with self.chapter("the shadow is built and verified while documents change"):
            digest = chapters.until_shadow_is_ready(self)
        with self.chapter("the packet, the decision, the cutover, a rollback and forward again"):
            done = chapters.decide_and_switch(self, digest, traffic)
        self.report.outcome = "a better model is live" if done else "refused by the operator"
        self._note(traffic)

    @contextmanager
    def _traffic(self) -> Iterator[Traffic]:
        queries = [query.text for query in self.corpus.first.queries]
        with Traffic(self.stage.searcher, self.stage.tenant, queries, self.seed, lambda: 0.5) as traffic:
            yield traffic
        self._note(traffic)

    def _note(self, traffic: Traffic) -> None:
        told, seen = self.report.cutover, traffic.seen
        models = {name: about.model for name, about in self.stage.serving.collections(self.stage.tenant).items()}
        told.searches, told.failed_searches = seen.searches, len(seen.failures) + seen.empty
        told.mixed_searches, told.versions_seen = mixed(seen, models), seen.versions
