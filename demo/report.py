"""What the demo found: `report.json` for programs, one table for people."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from rich.table import Table


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=True)


class Events(_Part):
    """Conservation: everything the demo sent is accepted or dead, and no offset is missing."""

    sent: int = 0
    accepted: int = 0
    dead: int = 0
    missing: int = 0


class Drift(_Part):
    """When drift tripped (end of the window, event time), by which signals, and how many windows were judged."""

    tripped_at: str | None = None
    signals: list[str] = []
    windows: int = 0


class Training(_Part):
    """What the gate saw on held-out queries; `interval` bounds candidate minus live nDCG@10 (95 %).

    `ndcg_live` and `ndcg_candidate` are what the interval is about: the rankings that people get. They stand a second
    time as `served_...`, beside those of vectors alone (`dense_...`, `ndcg_base`) and of words alone (`ndcg_bm25`).
    `served_ndcg_reweighted` is live with weights chosen as the candidate's were; `fusion_...` is the weight of
    the ranking by meaning, 0 to 1. `rung` is the way in which the candidate was changed.
    """

    verdict: str | None = None
    rung: str | None = None
    model: str | None = None
    queries: int = 0
    ndcg_base: float | None = None
    ndcg_live: float | None = None
    ndcg_bm25: float | None = None
    ndcg_candidate: float | None = None
    served_ndcg_live: float | None = None
    served_ndcg_candidate: float | None = None
    served_ndcg_reweighted: float | None = None
    dense_ndcg_live: float | None = None
    dense_ndcg_candidate: float | None = None
    fusion_live: float | None = None
    fusion_candidate: float | None = None
    interval: list[float] = []
    reasons: list[str] = []
    seconds: float = 0.0


class Shadow(_Part):
    """The shadow collection, as verification read it from Milvus."""

    documents: int = 0
    passages: int = 0
    mismatches: int | None = None
    repaired: int = 0
    changes_meanwhile: int = 0
    seconds: float = 0.0


class Cutover(_Part):
    """Searches that ran all the while: how many, how many failed or mixed a model with another's collection."""

    searches: int = 0
    failed_searches: int = 0
    mixed_searches: int = 0
    versions_seen: list[int] = []
    rollback_seconds: float | None = None


class Report(_Part):
    """Everything, in the story's order."""

    events: Events = Events()
    sessions: int = 0
    pairs: dict[str, int] = {}
    drift: Drift = Drift()
    training: Training = Training()
    shadow: Shadow = Shadow()
    cutover: Cutover = Cutover()
    outcome: str = "unfinished"
    stage_seconds: dict[str, float] = {}
    seconds: float = 0.0
    peak_rss_mib: float = 0.0

    def write(self, path: Path) -> None:
        """Write the report as JSON; the file is whole or absent."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps(self.model_dump(mode="json"), indent=2) + "\n")
        draft.replace(path)

    def table(self) -> Table:
        """Return the one table that the demo ends with."""
        table = Table(title=f"Tidewheel demo: {self.outcome}", show_header=False, title_style="bold")
        table.add_column(style="bold")
        table.add_column()
        for name, result in self._told():
            table.add_row(name, result)
        return table

    def _told(self) -> list[tuple[str, str]]:
        e, t, s, c = self.events, self.training, self.shadow, self.cutover
        return [
            ("events", f"{e.sent:,} sent = {e.accepted:,} accepted + {e.dead} dead letters; {e.missing} missing"),
            ("sessions", f"{self.sessions:,}"),
            ("pairs", ", ".join(f"{kind} {count:,}" for kind, count in sorted(self.pairs.items()))),
            ("drift", f"tripped at {self.drift.tripped_at} by {', '.join(self.drift.signals) or 'nothing'}"),
            ("gate", f"{t.verdict} of rung {t.rung or '-'}: {_gate(t)}"),
            ("shadow", f"{s.documents:,} documents, {_number(s.mismatches)} mismatches, built in {s.seconds:.0f} s"),
            ("searches", f"{c.searches:,}, {c.failed_searches} failed, {c.mixed_searches} mixed"),
            ("rollback", f"{_number(c.rollback_seconds)} s"),
            ("took", f"{self.seconds:.0f} s, at most {self.peak_rss_mib:,.0f} MiB of memory"),
        ]


def _gate(t: Training) -> str:
    if t.ndcg_candidate is None:
        return "; ".join(t.reasons) or "no comparison"
    low, high = t.interval
    return (
        f"nDCG@10 as served {t.ndcg_live:.3f} live, {t.ndcg_candidate:.3f} candidate on {t.queries} held-out queries "
        f"(difference {low:+.3f} to {high:+.3f}); vectors alone {_number(t.dense_ndcg_live)} and "
        f"{_number(t.dense_ndcg_candidate)}, BM25 {_number(t.ndcg_bm25)}"
    )


def _number(value: Any) -> str:  # noqa: ANN401  # an int, a float or None
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}"
