"""When Redis came back without its newest accesses: find it out, and have the users computed from the raw rows.

Every source's last offset is kept with its accesses. A batch that does not follow on it, while the warehouse has
accesses in between, means that Redis has lost some; so does a source that stays behind the warehouse from one audit to
the next; so does a source that Redis does not know, when sessions are closed beyond the watermark. Then everybody with
an access that no session holds is computed from the raw rows, and the watermark is raised to where sessions have been
closed already.

Once an hour the audit also finds accesses that were sent again with a later date after their session had been closed:
the raw rows count the first date, but the open sessions could not know it. Such a user's sessions hold the same access
twice, and are computed from the raw rows too.
"""

import logging

from schemas.instants import milliseconds
from stores.access_log import AccessLog, user_key
from stores.errors import Retryable
from stores.ports import Queries
from streams.batch import RecordBatch

log = logging.getLogger(__name__)

_REPEATS_EVERY_MS, _OVERLAP_MS = 3_600_000, 600_000
"""Looking for repeats reads the whole past of everybody with a new session, so once an hour is enough; a session may be
written that much later than its revision says."""


class OpenSessionsRepair:
    """Looks for lost accesses when a batch does not follow on what is known; safe to use from several threads."""

    def __init__(self, warehouse: Queries, accesses: AccessLog, gap_ms: int) -> None:
        self._warehouse = warehouse
        self._accesses = accesses
        self._gap_ms = gap_ms
        self._stored: dict[str, int] = {}
        self._look_at = 0
        self._looked: int | None = None

    def __call__(self, batch: RecordBatch, known: int | None) -> None:
        """Look for accesses that had been lost before this batch, and open them again; may be repeated at will."""
        if not self._between(batch, known) and (known is not None or not self._time_went_back()):
            return
        log.warning(
            "the open sessions of %s end at offset %s, not before %d: some were lost; computing from the raw rows",
            batch.source, known, batch.span[0],
        )  # fmt: skip
        self.rebuild(milliseconds(batch.received_at))

    def audit(self, now: int) -> bool:
        """Compare with what the warehouse had at the last audit; call it every minute or so, `now` wall milliseconds.

        Returns whether some had been lost, for instance the last ones before everything fell silent.
        """
        self._recompute_repeated(now)
        known = self._accesses.offsets()
        behind = [source for source, offset in self._stored.items() if known.get(source, -1) < offset]
        self._stored = {source: offset for source, offset, _ in self._sources()}
        if not behind:
            return False
        log.warning("the open sessions have lost accesses of %s; computing from the raw rows", ", ".join(behind))
        self.rebuild(now)
        return True

    def rebuild(self, now: int) -> int:
        """Open everybody with an access that no session holds; return how many people that is."""
        watermark, sources = self._least_watermark(), self._sources()
        rows = self._warehouse.query("accesses_unclosed")
        people = [(user_key(row["tenant"], row["user"]), row["last"]) for row in rows]
        self._accesses.restore(people, sources, watermark, now)
        return len(people)

    def _recompute_repeated(self, now: int) -> None:
        if now < self._look_at:
            return
        self._look_at = now + _REPEATS_EVERY_MS
        looked = now - _REPEATS_EVERY_MS if self._looked is None else self._looked
        try:
            rows = self._warehouse.query("sessions_repeated", since=(looked - _OVERLAP_MS) * 1_000)
        except Retryable as error:  # closing does not wait for this: the next look goes back as far
            log.warning("accesses that were sent twice were not looked for: %s", error)
            return
        if rows:
            log.warning("%d users have an access in two sessions; computing from the raw rows", len(rows))
            self._accesses.restore([(user_key(row["tenant"], row["user"]), row["last"]) for row in rows], [], -1, now)
        self._looked = now

    def _between(self, batch: RecordBatch, known: int | None) -> bool:
        after, before = -1 if known is None else known, batch.span[0]
        position = {"topic": batch.topic.name, "topic_id": batch.topic_id, "partition": batch.partition}
        return bool(self._warehouse.query("accesses_between", **position, after=after, before=before)[0]["accesses"])

    def _time_went_back(self) -> bool:
        """Tell whether sessions are closed that would still be open by the watermark: with a lower one, what belongs
        to them would not count as late."""
        watermark = self._accesses.watermark()
        return self._least_watermark() > (-1 if watermark is None else watermark)

    def _least_watermark(self) -> int:
        """Return how far time had come at least, by the sessions that are closed; -1 when there are none."""
        ended: int = self._warehouse.query("sessions_closed_until")[0]["ended"]
        return ended + self._gap_ms if ended > 0 else -1

    def _sources(self) -> list[tuple[str, int, int]]:
        rows = self._warehouse.query("accesses_stored")
        return [(f"{r['topic']}/{r['topic_id']}/{r['partition']}", r["last_offset"], r["newest"]) for r in rows]
