"""Two weeks of a tenant's past, as the streams' own agents store it: searches, opinions, drift, a run, a cutover."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from operations.periods import Period
from operations.quality import Rules
from schemas.activity import (
    CitationOpened,
    DocumentOpened,
    FromSearch,
    Impression,
    OnAnswer,
    Reacted,
    Result,
    ResultsShown,
    SearchServed,
)
from schemas.envelope import Event
from schemas.learning import Comparison, CutoverDone, Evidence, ModelRefused, ModelTrained, RungTried, TrainingRequested
from stores.settings import Settings
from tests.streams.lives import Streams, streams

TENANT, DATABASE = "past", "past"
MONDAY = datetime(2026, 2, 16, tzinfo=UTC)
PERIOD = Period(MONDAY - timedelta(days=1), MONDAY + timedelta(days=14))
RULES = Rules(30.0, ("+1", "helpful"), ("-1", "not_helpful"))
SCRIPT = "<script>alert('drift')</script>"
_RUNG = RungTried(rung="full", queries=40, gain=0.1, low=0.0, high=0.2, seconds=90, documents=7, passages=21)
_COMPARED = Comparison(
    queries=9, ndcg_candidate=0.8, ndcg_live=0.7, ndcg_base=0.7, ndcg_bm25=0.6, difference=0.1, low=0.05, high=0.15,
    rung="full", rungs=(_RUNG.model_copy(update={"rung": "weights", "seconds": 10, "passages": 0}), _RUNG),
)  # fmt: skip


@pytest.fixture(scope="session")
def past(stack: Settings) -> Iterator[Streams]:
    """The streams that stored it, with their warehouse."""
    with streams(stack, DATABASE) as town:
        town.take(*_first_week(), *_second_week(), *_learning())
        town.take(_search("s1", "ana", 1, "a", "b"))
        town.warehouse.insert("drift_windows", _windows())
        yield town


def _search(name: str, user: str, hour: int, *shown: str, model: str | None = "m1", **more: object) -> SearchServed:
    results = tuple(Result(document=document, rank=rank) for rank, document in enumerate(shown, start=1))
    given = {"event_id": name, "occurred_at": MONDAY + timedelta(hours=hour), "user": user, "search": name, **more}
    return SearchServed(tenant=TENANT, query="q", results=results, model=model, latency_ms=5.0 + hour, **given)  # type: ignore[arg-type]


def _opened(name: str, search: str, user: str, document: str, hour: int, dwell_s: float | None) -> DocumentOpened:
    at = MONDAY + timedelta(hours=hour, minutes=1)
    return DocumentOpened(
        event_id=name, tenant=TENANT, occurred_at=at, user=user, document=document,
        from_search=FromSearch(search=search, query="q", rank=1), dwell_seconds=dwell_s,
    )  # fmt: skip


def _reacted(name: str, user: str, reaction: str, hour: int, change: str = "added") -> Reacted:
    target = OnAnswer(answer="an answer", question="q", cited=("a",))
    given = {"event_id": name, "occurred_at": MONDAY + timedelta(hours=hour), "user": user, "change": change}
    return Reacted(tenant=TENANT, target=target, reaction=reaction, **given)  # type: ignore[arg-type]


def _first_week() -> list[Event]:
    """Six searches of two people: satisfied, bounced, not clicked, without a result, of another engine, an answer."""
    seen = ResultsShown(
        event_id="i2", tenant=TENANT, occurred_at=MONDAY + timedelta(hours=2), user="bob", search="s2",
        impressions=(Impression(document="b", rank=1),),
    )  # fmt: skip
    cited = CitationOpened(
        event_id="c6", tenant=TENANT, occurred_at=MONDAY + timedelta(hours=6), user="ana", answer="s6", question="q",
        cited=("a",), document="a",
    )  # fmt: skip
    return [
        _search("s1", "ana", 1, "a", "b"), _opened("o1", "s1", "ana", "a", 1, 60.0),
        _search("s2", "bob", 2, "a", "b"), seen, _opened("o2", "s2", "bob", "b", 2, 5.0),
        _search("s3", "ana", 3, "a", "b"),
        _search("s4", "ana", 4),
        _search("s5", "ana", 5, model=None),
        _search("s6", "ana", 6, "a", surface="assistant"), cited,
        _reacted("r1", "ana", "helpful", 7), _reacted("r2", "bob", ":-1:", 7), _reacted("r3", "cat", "useful", 7),
        _reacted("r4", "cat", "helpful", 8, "withdrawn"), _reacted("r5", "dan", "blue_circle", 8),
    ]  # fmt: skip


def _second_week() -> list[Event]:
    hour = 24 * 8
    return [
        _search("s7", "cat", hour, "a"), _opened("o7", "s7", "cat", "a", hour, None),
        _reacted("r6", "eva", "👍", hour + 1),
    ]  # fmt: skip


def _learning() -> list[Event]:
    """Drift asked on the third day; the run won and went live; a person asked again, and that was refused."""
    evidence = Evidence(
        signal="query_drift", value=0.9, reference=0.5, threshold=0.2, p=0.001,
        window_end=(MONDAY + timedelta(days=3)).isoformat(),
    )  # fmt: skip
    at = MONDAY + timedelta(days=4)
    return [
        TrainingRequested(
            tenant=TENANT, event_id="t1", occurred_at=at, run="run-1", requested_by="drift", reason="it drifted",
            evidence=(evidence,),
        ),
        ModelTrained(
            tenant=TENANT, event_id="t2", occurred_at=at + timedelta(hours=2), run="run-1", model="past-1", parent="m1",
            snapshot="s", comparison=_COMPARED,
        ),
        CutoverDone(
            tenant=TENANT, event_id="t3", occurred_at=at + timedelta(hours=5), model="past-1", collection="C1",
            serving_version=2, by="sam",
        ),
        TrainingRequested(
            tenant=TENANT, event_id="t4", occurred_at=at + timedelta(days=1), run="run-2", requested_by="ana",
            reason=SCRIPT,
        ),
        ModelRefused(
            tenant=TENANT, event_id="t5", occurred_at=at + timedelta(days=1, hours=1), run="run-2", verdict="ERROR",
            reasons=("no pairs",),
        ),
    ]  # fmt: skip


def _windows() -> dict[str, list[object]]:
    """Three days of two signals; queries trip on the third, words are new on two days."""
    rows = [
        _window("query_drift", 1, 0.2, 0.0, "steady"), _window("query_drift", 2, 3.0, 4.5, "suspect"),
        _window("query_drift", 3, 6.0, 9.5, "tripped", '{"asked": "run-1"}', "run-1"),
        _window("vocabulary_novelty", 2, 1.0, 0.0, "steady", '{"new_words": ["kubelet", "<script>"]}'),
        _window("vocabulary_novelty", 3, 1.5, 0.5, "tripped", '{"new_words": ["kubelet"], "not_asked": "it is late"}'),
    ]  # fmt: skip
    return {name: [row[name] for row in rows] for name in rows[0]}


def _window(
    signal: str, day: int, score: float, evidence: float, verdict: str, detail: str = "{}", asked: str = ""
) -> dict[str, object]:
    end = MONDAY + timedelta(days=day)
    return {
        "tenant": TENANT, "signal": signal, "window_start": end - timedelta(days=1), "window_end": end, "model": "m1",
        "value": 0.5 + day / 10, "reference": 0.5, "effect": 0.1, "score": score, "evidence": evidence,
        "evidence_limit": 9.0, "n_window": 300, "searches": 400, "verdict": verdict, "detail": detail, "asked": asked,
    }  # fmt: skip
