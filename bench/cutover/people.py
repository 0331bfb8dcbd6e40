"""People who search all the while through the resident search, each of other groups; what is wrong is counted.

Each asks in turn a question whose document must be found by meaning (`bench.cutover.questions`), a document's own word,
and words that many documents share. Every hit is held against the documents' true lists.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType

from bench.documents.oracle import Oracle, Wrong
from bench.documents.population import GROUPS, WORDS
from bench.documents.searching import Asked, Search, ask
from bench.output import say

Answered = tuple[int, str, str]
"""Version of the serving record, model and collection, as an answer names them."""

PAUSE_S = 0.5
"""Between an answer and a person's next query: where all people's searches take two cores whole, nothing else is
measured but how a build starves beside them."""

SHOWN = 5
"""Wrong answers that are printed each; later ones are only counted."""


@dataclass(slots=True)
class Seen:
    """What the searches met with. `strayed` are answers that lack a document which their model finds by meaning."""

    searches: int = 0
    failures: list[str] = field(default_factory=list)
    strayed: int = 0
    wrong: Counter[Wrong] = field(default_factory=Counter)
    answered: Counter[Answered] = field(default_factory=Counter)
    slowest_s: float = 0.0


def mixed(seen: Seen, records: Mapping[int, tuple[str, str]]) -> int:
    """Return how many answers mixed two models or collections; `records` has both by the record's version. Pure."""
    unfit = (times for (version, *both), times in seen.answered.items() if records.get(version) != tuple(both))
    return sum(unfit) + seen.strayed


class People:
    """A context manager in which `number` people search, each in a thread of its own."""

    def __init__(
        self,
        search: Search,
        tenant: str,
        oracle: Oracle,
        own_words: Sequence[str],
        questions: Mapping[str, str],
        number: int,
    ) -> None:
        """Take the own words of documents that change, and the documents by the questions that must find them."""
        self.seen = Seen()
        self._search = search
        self._tenant = tenant
        self._oracle = oracle
        self._own_words = own_words
        self._questions = questions
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(number)]

    def __enter__(self) -> "People":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=60)

    def wait_for(self, searches: int, within_s: float = 60.0) -> None:
        """Wait until so many more searches were answered, so that what just changed has been met with."""
        until, target = time.monotonic() + within_s, self.seen.searches + searches
        while self.seen.searches < target and time.monotonic() < until:
            time.sleep(0.02)

    def _run(self, number: int) -> None:
        chance = random.Random(f"person:{number}")
        groups = frozenset(chance.sample(GROUPS, number % 4))
        while not self._stop.is_set():
            for query in (
                chance.choice(list(self._questions)),
                chance.choice(self._own_words),
                " ".join(chance.sample(WORDS, 2)),
            ):
                self._ask(query, groups)
                self._stop.wait(PAUSE_S)

    def _ask(self, query: str, groups: frozenset[str]) -> None:
        try:
            (asked,) = ask(self._search, self._tenant, [query], groups)
        except Exception as error:  # whatever it is, a person's search failed
            with self._lock:
                self.seen.searches += 1
                self.seen.failures.append(f"{query}: {type(error).__name__}: {error}")
        else:
            self._note(asked)

    def _note(self, asked: Asked) -> None:
        wrong, expected = asked.wrong(self._oracle), self._questions.get(asked.query)
        strayed = expected is not None and expected not in asked.documents
        with self._lock:
            seen, answer = self.seen, asked.answer
            if (wrong or strayed) and sum(seen.wrong.values()) + seen.strayed < SHOWN:
                what = [*map(str, wrong), *([f"lacks {expected}"] if strayed else [])]
                say(f"'{asked.query}' by {sorted(asked.groups)} found {asked.documents}: {', '.join(what)}")
            seen.searches += 1
            seen.strayed += strayed
            seen.wrong.update(wrong)
            seen.answered[answer.serving_version, answer.model, answer.collection] += 1
            seen.slowest_s = max(seen.slowest_s, asked.ended - asked.began)
