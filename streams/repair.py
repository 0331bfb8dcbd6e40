"""When Redis came back without its newest accesses: find it out, and have the users computed from the raw rows.

Every source's last offset is kept with its accesses. A batch that does not follow on it, while the warehouse has
accesses in between, means that Redis has lost some; so does a source that stays behind the warehouse from one audit to
the next; so does a source that Redis does not know, when sessions are closed beyond the watermark. Then everybody with
an access that no session holds is computed from the raw rows, and the watermark is raised to where sessions have been
closed already.
"""

import logging
from typing import Any, Protocol

from stores.access_log import AccessLog, user_key
from streams.event_rows import in_milliseconds
from streams.raw import Raw

log = logging.getLogger(__name__)


class Warehouse(Protocol):
    """What repairing needs of `stores.warehouse.Warehouse`."""

    def query(self, name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # the named query's own
        """Return the rows of a named query."""
        ...


class OpenSessionsRepair:
    """Looks for lost accesses when a batch does not follow on what is known; safe to use from several threads."""

    def __init__(self, warehouse: Warehouse, accesses: AccessLog, gap_ms: int) -> None:
        self._warehouse = warehouse
        self._accesses = accesses
        self._gap_ms = gap_ms
        self._stored: dict[str, int] = {}

    def __call__(self, raw: Raw, known: int | None) -> None:
        """Look for accesses that had been lost before this batch, and open them again; may be repeated at will."""
        if not self._between(raw, known) and (known is not None or not self._time_went_back()):
            return
        log.warning(
            "the open sessions of %s end at offset %s, not before %d: some were lost; computing from the raw rows",
            raw.source, known, raw.span[0],
        )  # fmt: skip
        self.rebuild(in_milliseconds(raw.received_at))

    def audit(self, now: int) -> bool:
        """Compare with what the warehouse had at the last audit; call it every minute or so, `now` wall milliseconds.

        Returns whether some had been lost, for instance the last ones before everything fell silent.
        """
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

    def _between(self, raw: Raw, known: int | None) -> bool:
        after, before = -1 if known is None else known, raw.span[0]
        place = {"topic": raw.topic.name, "log": raw.log, "partition": raw.partition}
        return bool(self._warehouse.query("accesses_between", **place, after=after, before=before)[0]["accesses"])

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
        return [(f"{r['topic']}/{r['log']}/{r['partition']}", r["last_offset"], r["newest"]) for r in rows]
