"""Documents that change and people who search for them while faults are injected.

A thread sends a random change every now and then, another searches without pause. What a search may show is known to
the oracle: a change holds `BOUND_S` after it was seen in the warehouse.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from clickhouse_connect.driver.exceptions import DatabaseError

from bench.documents.oracle import Oracle, Wrong
from bench.documents.population import GROUPS, Change, Population, send
from bench.documents.searching import Asked, Search, ask
from bench.faults.stack import FaultStack
from bench.sender import Sender
from schemas.documents import EVERYONE
from stores.errors import TidewheelError
from stores.warehouse import Warehouse

TENANT = "library"
DOCUMENTS_AT_FIRST = 60
CHANGE_EVERY_S = 0.5
REPEATED = 0.15
"""Share of changes after which an earlier event of any document is delivered once more."""

BOUND_S = 10.0
"""A worker that is killed between two stores is followed by another within this; a frozen indexer sleeps longer."""

EVERYBODY = frozenset(GROUPS)
SAMPLE = 20
"""Documents that are looked for after an ordinary fault."""

_AT_ONCE = 5
_OF_THE_CALL = ("results", "latency_ms", "model", "collection", "serving_version")
_STORED = "SELECT event_id FROM documents FINAL WHERE tenant = {tenant:String}"


class Readers:
    """The documents of one tenant, their changes and searches."""

    def __init__(self, stack: FaultStack, search: Search, seed: int) -> None:
        self.tenant = TENANT
        self._search = search
        self._rng = random.Random(seed + 2)
        self._oracle = Oracle(BOUND_S)
        self._population = Population(TENANT, seed)
        self._sender = Sender(stack.bootstrap)
        self.deliver = self._sender.deliver
        self._warehouse = Warehouse.connect(stack.settings(), timeout_s=3.0)
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._changing = threading.Event()
        self._known = False
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._change, self._read)]
        self._history: list[Change] = []
        self._unseen: dict[str, Change] = {}
        self.wrong: Counter[Wrong] = Counter()
        self.searches = self.failed = self.false_answers = 0

    def start(self) -> None:
        """Send the first documents and begin to search; changes begin with `begin_changes`."""
        self._send([self._population.new() for _ in range(DOCUMENTS_AT_FIRST)])
        for thread in self._threads:
            thread.start()

    def begin_changes(self) -> None:
        """Begin to change documents, which are all indexed by now."""
        self._known = True
        self._changing.set()

    def end_changes(self) -> None:
        """Change nothing more; searches go on."""
        self._changing.clear()

    def stop(self) -> None:
        """Send and search no more."""
        self._stop.set()
        self._sender.stop()
        for thread in self._threads:
            thread.join(30)

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Send nothing during the block."""
        with self._lock:
            yield

    def look(self) -> None:
        """Note which changes are stored."""
        if not self._unseen:
            return
        try:
            rows = self._warehouse.rows(_STORED, tenant=TENANT)
        except (TidewheelError, DatabaseError):
            return
        now = time.monotonic()
        for row in rows:
            if self._unseen.pop(row["event_id"], None):
                self._oracle.stored(row["event_id"], now)

    def fresh(self, all_of_them: bool) -> set[str]:
        """Make one more document and return what must be found from now on: it, and some or all that are on a list."""
        with self._lock:
            shown = [name for name in self._oracle.documents() if self._oracle.newest(name).groups]
            made = self._population.new({EVERYONE})
            self._send([made])
            return {made.document, *(shown if all_of_them else self._rng.sample(shown, min(len(shown), SAMPLE)))}

    def unfound(self, wanted: set[str]) -> set[str]:
        """Search for each document by its own word; return those that are not found and should be."""
        wanted = {name for name in wanted if self._oracle.newest(name).groups}
        missed = set[str]()
        names = sorted(wanted)
        for start in range(0, len(names), SAMPLE):
            part = names[start : start + SAMPLE]
            asked = self._asked([self._population.word(name) for name in part], EVERYBODY)
            if asked is None:
                return missed | set(names[start:])
            missed |= {name for name, one in zip(part, asked, strict=True) if name not in one.documents}
        return missed

    def unanswered(self) -> str:
        """Return why people who search for documents that stand still get nothing, or an empty text."""
        words = self._still()
        try:
            asked = ask(self._search, TENANT, words, EVERYBODY)
        except TidewheelError as error:
            return f"a search fails: {error}"
        return "searches find nothing" if words and not any(one.documents for one in asked) else ""

    def take_away(self, count: int) -> None:
        """Narrow the lists of some documents and delete as many."""
        with self._lock:
            shown = [name for name in self._oracle.documents() if self._oracle.newest(name).groups]
            chosen = self._rng.sample(shown, min(len(shown), 2 * count))
            self._send([self._population.relist(name, ()) for name in chosen[:count]])
            self._send([self._population.delete(name) for name in chosen[count:]])

    def introduce(self, tenant: str) -> None:
        """Send the first document of another tenant."""
        self.deliver([Population(tenant, 1).new({EVERYONE}).record])

    def topics_lost(self) -> None:
        """Note that what is not stored was lost with its topics: it is sent again afterwards."""
        self.look()

    def send_all_again(self) -> None:
        """Send the newest event of every document once more."""
        with self._lock:
            newest = {change.document: change for change in self._history}
            self.deliver([change.record for change in newest.values()])

    def _send(self, changes: Sequence[Change]) -> None:
        self._history += changes
        self._unseen.update({change.event: change for change in changes})
        send(changes, self.deliver, self._oracle)

    def _change(self) -> None:
        while not self._stop.wait(CHANGE_EVERY_S):
            if not self._changing.is_set():
                continue
            with self._lock:
                self._send([self._population.any(self._oracle.documents())])
                if self._rng.random() < REPEATED:
                    self.deliver([self._rng.choice(self._history).record])

    def _read(self) -> None:
        rng = random.Random(self._rng.random())
        while not self._stop.wait(0.05):
            everybody = rng.random() < 0.5
            groups = EVERYBODY if everybody else frozenset(rng.sample(GROUPS, rng.randrange(4)))
            names = rng.sample(self._oracle.documents(), _AT_ONCE)
            asked = self._asked([self._population.word(name) for name in names], groups)
            if asked is None or not everybody:
                continue
            for name, one in zip(names, asked, strict=True):
                if name not in one.documents:
                    self._oracle.not_shown(name, one.began, one.ended)
            if rng.random() < 0.2:
                self._asked(self._still(), EVERYBODY, all_there=True)

    def _asked(self, queries: Sequence[str], groups: frozenset[str], all_there: bool = False) -> list[Asked] | None:
        """Search and judge; None when the search failed. `all_there`: each query has an answer that all may see."""
        self.searches += 1
        try:
            asked = ask(self._search, TENANT, queries, groups)
        except TidewheelError as error:
            self.failed += 1
            self.false_answers += self._known and "no documents" in str(error)
            return None
        for one in asked:
            self.wrong.update(one.wrong(self._oracle))
        silent = all_there and asked and not any(one.documents or _says_something(one) for one in asked)
        self.false_answers += bool(self._known and silent)
        return asked

    def _still(self) -> list[str]:
        """Return the words of some documents that somebody may see, and that nothing happened to lately."""
        now = time.monotonic()
        names = [n for n in self._oracle.documents() if self._oracle.newest(n).groups and self._oracle.settled(n, now)]
        return [self._population.word(name) for name in names[:_AT_ONCE]]


def _says_something(asked: Asked) -> bool:
    """Return whether the answer says anything beside its results, such as that the index is being rebuilt."""
    return any(value for name, value in asdict(asked.answer).items() if name not in _OF_THE_CALL)
