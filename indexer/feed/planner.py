"""What to apply to a collection next: the changes that the feed names, and what a comparison of everything finds.

    the feed behind the collection's position ──▶ compared by key with what is recorded ──▶ backlog, in its order
    all documents in slices, by id            ──▶ compared with what is recorded        ──▶ found

A change costs the same however many documents there are. The comparison of everything is what fills a new collection;
its position in the feed is then the instant before it began. Later it runs in the background, a slice at a time: after
a restart, every few hours, and when the backlog was full; so nothing stays lost that the feed missed, or that the
record of what was applied lost. It takes turns with the feed: neither waits for the other's end.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from indexer.feed.backlog import Backlog
from indexer.feed.changes import Change, Followed, Position
from indexer.feed.documents import Documents, Pending
from schemas.instants import is_over

_PAGE = 5_000
"""Changes read at once."""

_MOST_USED = 2_000
"""Documents that come first when a collection is filled."""

_UNSEEN_FOR = timedelta(seconds=60)
"""How long the row of `documents` behind a change is waited for; then it was never stored."""

_SAVE_EVERY_US = 10_000_000

_LATE = tuple(timedelta(minutes=minutes) for minutes in (1, 10, 100, 1_000))
"""When, after a process took over, what the former one was writing is made once more. Within a minute, twice the
time-out of a call, every write of a dead one has arrived; one that is frozen may write, and die, when it wakes."""


class PlanConfig(BaseModel):
    """How everything is compared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slice: int = Field(default=2_048, ge=1, description="documents compared at once")
    pause_s: float = Field(default=1.0, ge=0, description="seconds between two slices in the background")
    every_s: float = Field(default=21_600.0, gt=0, description="seconds from one comparison of everything to the next")


class Destination(Protocol):
    """A tenant's collection."""

    @property
    def tenant(self) -> str:
        """Return the tenant."""
        ...

    @property
    def collection(self) -> str:
        """Return the collection's name."""
        ...


@dataclass(slots=True)
class _Progress:
    position: Position
    epoch: int
    filled: bool
    cursor: str | None = ""
    """The id behind which the comparison goes on; None while none is running."""
    at_once: bool = False
    """Whether the running comparison is not to wait for its turn in the background."""
    again: bool = False
    """Whether another comparison must follow the running one."""
    read_out: bool = False
    """Whether all was read that had arrived when this pass began."""
    compared_last: bool = False
    found: dict[str, Pending] = field(default_factory=dict)
    unseen: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    """Changes whose row of `documents` is not seen yet: revision, and since when."""
    backlog: Backlog = field(default_factory=Backlog)
    saved_us: int = 0
    doubtful: list[str] = field(default_factory=list)
    """What a former process may still be writing."""
    doubted: int = 0
    """How often that was made once more."""
    began: datetime | None = None
    looked_at: datetime | None = None
    compared_at: datetime | None = None


class Planner:
    """Plans for the collections that one process fills."""

    def __init__(self, documents: Documents, config: PlanConfig, clock: Callable[[], datetime]) -> None:
        self._documents = documents
        self._config = config
        self._clock = clock
        self._known: dict[str, _Progress] = {}

    def begin(self, about: Destination) -> None:
        """Begin a pass, which ends when everything is planned and applied that has arrived by now."""
        progress = self._of(about)
        self._doubt(about, progress)
        progress.read_out = False
        if progress.epoch != self._documents.feed.epoch:
            progress.epoch = self._documents.feed.epoch
            progress.position = Position(0, "", progress.position.at_us)

    def next(self, about: Destination, limit: int, follow: bool = True, whole: bool = True) -> list[Pending]:
        """Return at most `limit` documents to apply next, none at the end of the pass.

        They are planned until `applied` says so. `follow` reads the feed, `whole` runs a comparison in the background
        to its end first; a collection that is not filled yet is compared whole in any case, and follows afterwards.
        """
        progress = self._of(about)
        while True:
            light = progress.backlog.light(limit)
            if len(light) == limit:
                return light
            if follow and progress.filled and not progress.read_out:
                self._read(about, progress)
                continue
            comparing = progress.found or (progress.cursor is not None and (whole or progress.at_once))
            if progress.backlog.texts and (progress.compared_last or not comparing or not progress.filled):
                progress.compared_last = False
                return light + progress.backlog.text(limit - len(light))
            if light or not comparing:
                return light
            progress.compared_last = True
            if not progress.found:
                self._slice(about, progress)
            if progress.found:
                return list(progress.found.values())[:limit]

    def overtaking(self, about: Destination, limit: int) -> tuple[list[Pending], set[str]]:
        """Read on in the feed; return what needs no model, at most `limit`, and every document that changed.

        Nothing of a collection that is not filled yet, which does not follow the feed.
        """
        progress = self._of(about)
        if not progress.filled:
            return [], set()
        changed = self._read(about, progress)
        return progress.backlog.light(limit), changed

    def compare(self, about: Destination) -> bool:
        """Compare the next slice in the background, if it is time; return whether anything was found to apply."""
        progress, now = self._of(about), self._clock()
        if self._doubt(about, progress):
            return True
        done = progress.compared_at
        if progress.cursor is None and (done is None or is_over(timedelta(seconds=self._config.every_s), done, now)):
            progress.cursor = ""
        pause = timedelta(seconds=self._config.pause_s)
        paused = progress.looked_at is not None and not is_over(pause, progress.looked_at, now)
        if progress.found:
            return True
        if progress.cursor is None or paused:
            return False
        progress.looked_at = now
        self._slice(about, progress)
        return bool(progress.found or progress.backlog)

    def applied(self, about: Destination, documents: Iterable[str]) -> None:
        """Take documents out of the plan: the collection shows their newest versions."""
        progress = self._of(about)
        for document in documents:
            progress.backlog.remove([document])
            progress.found.pop(document, None)

    def end(self, about: Destination) -> None:
        """End a pass in which everything was applied: note the position, unless it was noted just before."""
        progress = self._of(about)
        if progress.filled and progress.position.at_us - progress.saved_us >= _SAVE_EVERY_US:
            self._save(about, progress)

    def settled(self, about: Destination) -> bool:
        """Return whether no change was read whose document is still to be seen."""
        return not self._of(about).unseen

    def forget(self, about: Destination) -> None:
        """Plan everything anew: the collection shows nothing that can be relied on."""
        now = self._clock()
        self._documents.forget(about.tenant, about.collection, now)
        progress = self._known[about.collection] = self._empty(about)
        self._documents.feed.save(about.tenant, about.collection, Followed(progress.position.at_us, False), now)

    def _of(self, about: Destination) -> _Progress:
        """Return how far a collection is; one that an earlier process filled is compared in the background."""
        if about.collection not in self._known:
            feed = self._documents.feed
            followed = feed.followed(about.tenant, about.collection)
            if followed and followed.filled:
                position = Position(0, "", followed.at_us)
                doubtful = self._documents.doubtful(about.tenant, about.collection)
                self._known[about.collection] = _Progress(
                    position, feed.epoch, True, saved_us=followed.at_us, doubtful=doubtful, began=self._clock()
                )
            else:
                self._known[about.collection] = self._empty(about)
        return self._known[about.collection]

    def _doubt(self, about: Destination, progress: _Progress) -> bool:
        """Have what a former process may have been writing made once more, when it is time; return whether it is."""
        if not progress.doubtful or progress.began is None or progress.doubted == len(_LATE):
            return False
        progress.began = min(progress.began, self._clock())  # where it was set back
        if self._clock() - progress.began < _LATE[progress.doubted]:
            return False
        self._documents.doubt(about.tenant, about.collection, progress.doubtful, self._clock())
        progress.doubted += 1
        return True

    def _empty(self, about: Destination) -> _Progress:
        """Return the progress of a collection that is to be filled, what is used most first."""
        feed = self._documents.feed
        progress = _Progress(feed.now(), feed.epoch, False, at_once=True)
        used = self._documents.most_used(about.tenant, self._clock(), _MOST_USED)
        states = self._documents.among(about.tenant, about.collection, list(used)) if used else {}
        for document, state in states.items():
            if state.outstanding:
                progress.backlog.add(state.pending, progress.position.at_us, used[document])
        return progress

    def _read(self, about: Destination, progress: _Progress) -> set[str]:
        """Read a page of the feed, and plan what is not shown of it; return the documents that it names."""
        page = self._documents.feed.read(about.tenant, progress.position, _PAGE)
        progress.read_out = len(page) < _PAGE
        changed = {d: Change(d, revision, progress.position) for d, (revision, _) in progress.unseen.items()}
        for change in page:
            known = changed.get(change.document)
            changed[change.document] = change if known is None or known.revision <= change.revision else known
        if page:
            progress.position = page[-1].position
        if changed:
            self._plan(about, progress, changed)
        return set(changed)  # with those of earlier pages that are seen only now

    def _plan(self, about: Destination, progress: _Progress, changed: dict[str, Change]) -> None:
        now, waiting = self._clock(), list[tuple[Pending, int]]()
        states = self._documents.among(about.tenant, about.collection, list(changed))
        for document, change in changed.items():
            state = states.get(document)
            if state is None or state.revision < change.revision:
                _, since = progress.unseen.setdefault(document, (change.revision, now))
                progress.unseen[document] = (change.revision, since)
                if is_over(_UNSEEN_FOR, since, now):
                    del progress.unseen[document]
            else:
                progress.unseen.pop(document, None)
            if state is not None and state.outstanding:
                waiting.append((state.pending, change.position.at_us))
        texts = [pending.document for pending, _ in waiting if not pending.light]
        people = self._documents.people(about.tenant, texts, now) if len(texts) > 1 or progress.backlog.texts else {}
        for pending, at_us in waiting:
            if not progress.backlog.add(pending, at_us, people.get(pending.document, 0)):
                self._overflow(progress)

    def _overflow(self, progress: _Progress) -> None:
        """Leave what the backlog has no room for to a comparison of everything."""
        progress.again |= progress.cursor is not None and progress.cursor != ""
        progress.cursor = progress.cursor or ""
        progress.at_once = True

    def _slice(self, about: Destination, progress: _Progress) -> None:
        """Compare the next slice; behind the last one the comparison is done."""
        until = self._documents.slice_end(about.tenant, progress.cursor or "", self._config.slice)
        if until is None:
            progress.cursor = "" if progress.again else None
            progress.at_once = progress.again
            progress.again, progress.compared_at = False, self._clock()
            if not progress.filled:
                progress.filled = True
                self._save(about, progress)
            return
        for pending in self._documents.slice(about.tenant, about.collection, progress.cursor or "", until):
            if pending.light:
                progress.backlog.add(pending, 0)
            else:
                progress.found[pending.document] = pending
        progress.cursor = until

    def _save(self, about: Destination, progress: _Progress) -> None:
        followed = Followed(progress.position.at_us, True)
        self._documents.feed.save(about.tenant, about.collection, followed, self._clock())
        progress.saved_us = followed.at_us
