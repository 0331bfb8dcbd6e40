"""Cutovers and rollbacks as an operator makes them, each timed, on the real way of a model."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.access.world import PATIENCE_S, Unready, World
from bench.documents import second_model
from bench.output import say
from operations import decisions, standby
from operations.rollback import Check, rollback
from schemas.documents import EVERYONE
from schemas.envelope import Event
from stores.errors import Refused
from stores.kafka import EventProducer
from stores.learning import publish
from stores.serving import Serving
from stores.signing import Signing
from stores.vectors import Vectors
from stores.warehouse import Warehouse

_LOOK_S = 0.2
_SEEN = 5
"""Documents that come while the new model is live, and must be found at once after its rollback."""


@dataclass(slots=True)
class Figures:
    """What the moves took. `forgotten` documents were found for long enough before a rollback (`standby.COMING_S`), and
    not by the first search after it."""

    cutover_s: list[float] = field(default_factory=list)
    rollback_ms: list[float] = field(default_factory=list)
    ready_s: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    forgotten: int = 0


class Moves:
    """Moves one tenant's serving record. `records` has model and collection by the record's version, as they were."""

    def __init__(self, world: World, unchecked: bool = False) -> None:
        """Take a world whose documents nobody else changes; `unchecked` rolls back without reading the standby."""
        where = world.stack.settings()
        self._world = world
        self._tenant = world.population.tenant
        self._serving, self._signing = Serving.connect(where), Signing(where)
        self._producer = EventProducer(where.kafka_bootstrap)
        vectors, warehouse = Vectors.connect(where), Warehouse.connect(where)
        check: Check = partial(standby.check, self._serving, vectors, lambda: warehouse)
        self._check: Check = (lambda record: None) if unchecked else check
        self.records: dict[int, tuple[str, str]] = {}
        self.figures = Figures()
        self._note_record()

    def cut_over(self, model: str, files: Path) -> None:
        """Announce a model, wait for its packet, approve it; again where that was refused. Raises `Unready`."""
        second_model.announce(self._world.stack, self._tenant, model=model, files=files)
        began, until = time.monotonic(), time.monotonic() + 2 * PATIENCE_S
        digest = self._ready(until)
        self.figures.ready_s.append(round(time.monotonic() - began, 1))
        say(f"{model} is ready after {self.figures.ready_s[-1]:g} s")
        self.figures.cutover_s.append(self._again(lambda: self._approve(self._ready(until) or digest), until))
        say(f"{model} is live after {self.figures.cutover_s[-1]:.2f} s")

    def roll_back(self) -> None:
        """Roll back, timed to the first answer of what was the standby; look for documents that came before."""
        population = self._world.population
        fresh = [population.new({EVERYONE}) for _ in range(_SEEN)]
        names = [change.document for change in fresh]
        self._world.send(fresh)
        self._world.until_found(names, frozenset())
        time.sleep(standby.COMING_S)
        took = self._again(self._roll, time.monotonic() + PATIENCE_S)
        self.figures.forgotten += len(self._world.unfound(names, frozenset()))
        self.figures.rollback_ms.append(round(1_000 * took, 1))
        say(f"rolled back after {1_000 * took:.0f} ms")

    def _roll(self) -> None:
        sign, now = self._signing.as_operator, datetime.now(UTC)
        done = rollback(self._serving, self._check, sign, self._tenant, second_model.OPERATOR, "of the benchmark", now)
        self._note_record()
        (asked,) = self._world.ask(["travel"], frozenset())
        if asked.answer.serving_version != done.serving_version:
            raise Unready(f"version {asked.answer.serving_version} answered after the move to {done.serving_version}")

    def _approve(self, digest: str) -> None:
        now = datetime.now(UTC)
        sign, by = self._signing.as_operator, second_model.OPERATOR
        approval = decisions.approve(self._serving, self._publish, sign, self._tenant, digest, by, now)
        decisions.wait_for_cutover(self._serving, approval, PATIENCE_S)
        self._note_record()

    def _again(self, move: Callable[[], None], until: float) -> float:
        """Return the seconds of the move that was made; those that were refused are noted, and made again."""
        while True:
            began = time.monotonic()
            try:
                move()
                return round(time.monotonic() - began, 3)
            except Refused as error:
                self.figures.refused.append(str(error))
                say(f"refused: {error}")
                if time.monotonic() > until:
                    raise Unready(f"a move was refused until the end: {error}") from error
                time.sleep(_LOOK_S)

    def _ready(self, until: float) -> str:
        """Return the hash of the packet that waits."""
        while True:
            try:
                return decisions.waiting(self._serving, self._tenant).digest
            except Refused as error:
                if time.monotonic() > until or second_model.FAILED in str(error):
                    raise Unready(f"no shadow became ready: {error}") from error
                time.sleep(_LOOK_S)

    def _publish(self, event: Event) -> None:
        publish(self._producer, [event])

    def _note_record(self) -> None:
        record = self._serving.record(self._tenant)
        if record is None:
            raise Unready("nothing is live")
        self.records[record.version] = (record.model, record.collection)
