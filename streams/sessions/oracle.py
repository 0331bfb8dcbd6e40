"""The oracle: are sessions and pairs, row for row, what one SQL statement makes of the raw events?

The statements know nothing of batches, Redis, watermarks or Python; the streams know nothing of the statements. Tests
and the fault benchmark ask `differences` after everything has been closed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stores.ports import Queries
from streams.config import StreamsConfig
from streams.pairs.reaction import meaning, strength
from streams.pairs.search_click import rank_weights

Row = dict[str, Any]

_SESSION = ("tenant", "user", "session", "started", "ended", "accesses", "documents", "event_ids")


@dataclass(frozen=True, slots=True)
class Differences:
    """Rows that only one side has; a row that differs stands on both. All empty: everything is as it should be."""

    sessions_only_written: list[Row]
    sessions_only_expected: list[Row]
    pairs_only_written: list[Row]
    pairs_only_expected: list[Row]

    @property
    def none(self) -> bool:
        """Tell whether both sides are equal."""
        return not (self.sessions or self.pairs)

    @property
    def sessions(self) -> int:
        """Return how many sessions differ."""
        return len({row["session"] for row in self.sessions_only_written + self.sessions_only_expected})

    @property
    def pairs(self) -> int:
        """Return how many pairs differ."""
        return len({row["pair"] for row in self.pairs_only_written + self.pairs_only_expected})


def differences(warehouse: Queries, config: StreamsConfig, tenant: str = "") -> Differences:
    """Compare what was written with what the raw events give; an empty tenant means all."""
    sessions = warehouse.query("sessions_written", tenant=tenant)
    expected = [
        {name: row[name] for name in _SESSION}
        for row in warehouse.query(
            "sessions_oracle", tenant=tenant, gap_ms=config.sessions.gap_ms, max_accesses=config.sessions.max_accesses
        )
    ]
    pairs = warehouse.query("pairs_written", tenant=tenant)
    pairs_expected = warehouse.query("pairs_oracle", tenant=tenant, **_constants(warehouse, config))
    return Differences(
        _minus(sessions, expected),
        _minus(expected, sessions),
        _minus(pairs, pairs_expected),
        _minus(pairs_expected, pairs),
    )


def _constants(warehouse: Queries, config: StreamsConfig) -> dict[str, Any]:
    names = [row["reaction"] for row in warehouse.query("reactions_used")]
    strengths = {name: signed for name in names if (signed := strength(name, config.reaction))}
    return {
        "rank_weights": rank_weights(config.search_click).tolist(),
        "unknown_dwell": config.search_click.unknown_dwell,
        "bounced": config.search_click.bounced,
        "satisfied_s": config.search_click.satisfied_s,
        "opened_share": config.citation_click.opened_share,
        "max_others": config.citation_click.max_others,
        "reactions": list(strengths),
        "strengths": list(strengths.values()),
        "meanings": [meaning(name, config.reaction) for name in strengths],
        "max_documents": config.reaction.max_documents,
        "gap_ms": config.sessions.gap_ms,
        "max_accesses": config.sessions.max_accesses,
        "window_ms": config.co_access.window_s * 1_000,
        "lookahead": config.co_access.lookahead,
        "max_pairs": config.co_access.max_pairs,
    }


def _minus(rows: Iterable[Row], others: Iterable[Row]) -> list[Row]:
    known = {_frozen(row) for row in others}
    return [row for row in rows if _frozen(row) not in known]


def _frozen(row: Row) -> tuple[Any, ...]:
    return tuple(tuple(value) if isinstance(value, list) else value for value in row.values())
