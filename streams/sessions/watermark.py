"""How far event time has come: the watermark, behind which an access counts as late. Pure; times are milliseconds.

A source is one partition of one topic. The watermark is the smallest of the active sources' newest times, less the
lateness that is allowed; a source that was assigned but has brought nothing yet holds it back until it counts as idle.
When no source is active any more and nothing came for the closing idleness, it goes a gap past the newest time of all,
but not past now: then everything is due.

Several workers compute it, each from what it just read; the open sessions keep the greatest. A worker that read a
moment earlier than another does no harm: what comes behind the greatest is late, and its user is computed from the raw
rows.
"""

from collections.abc import Collection

from stores.access_log import Source


def reached(
    sources: Collection[Source], now: int, *, gap_ms: int, lateness_ms: int, idle_after_ms: int, idle_close_ms: int
) -> int | None:
    """Return how far event time has come by these sources at wall time `now`; None when they do not tell.

    `idle_after_ms` and `idle_close_ms` are wall time, `gap_ms` and `lateness_ms` event time.
    """
    active = [source for source in sources if now - source.moved_at < idle_after_ms]
    if active:
        if any(source.newest is None for source in active):
            return None
        time = min(source.newest for source in active if source.newest is not None) - lateness_ms
        return time if time >= 0 else None
    known = [source.newest for source in sources if source.newest is not None]
    if not known or now - max(source.moved_at for source in sources) < idle_close_ms:
        return None
    return min(max(known) + gap_ms, now)
