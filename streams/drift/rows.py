"""Judged windows as rows of `drift_windows`."""

import json
from collections.abc import Sequence
from typing import Any

from schemas.instants import instant
from streams.drift.config import DriftConfig
from streams.drift.judgement import Judged
from streams.drift.windows import Due

Row = dict[str, Any]


def rows(
    tenant: str,
    window: Due,
    judged: Sequence[Judged],
    config: DriftConfig,
    *,
    reference: str,
    missing: int,
    asked: str,
    hindered: str,
    revision: int,
) -> list[Row]:
    """Return a row a signal. `missing` person-days of the reference were forgotten; `revision` orders."""
    shared: dict[str, Any] = {"late": True} if window.late else {}
    if missing:
        shared["forgotten_of_reference"] = missing
    decision = {name: text for name, text in (("asked", asked), ("not_asked", hindered)) if text}
    fixed = {
        "tenant": tenant,
        "window_start": instant(window.start_ms),
        "window_end": instant(window.end_ms),
        "model": window.epoch.model,
        "days": window.days,
        "searches": window.searches,
        "reference_id": reference,
        "rules": config.hash,
        "asked": asked,
        "revision": revision,
    }
    return [{**fixed, **_own(j, shared | (decision if j.verdict == "tripped" else {}))} for j in judged]


def _own(judged: Judged, shared: dict[str, Any]) -> Row:
    m = judged.measured
    detail = {**m.detail, "people_reference": m.people_reference, "people_window": m.people_window, **shared}
    return {
        "signal": m.signal,
        "value": m.value,
        "reference": m.reference,
        "effect": m.effect,
        "p": 1.0 if judged.verdict in ("too_few", "silent") else m.p,
        "q": judged.q,
        "threshold": judged.threshold,
        "n_reference": m.n_reference,
        "n_window": m.n_window,
        "verdict": judged.verdict,
        "chance": m.chance.mean,
        "variance": m.chance.variance,
        "expected": judged.expected.mean,
        "spread": judged.expected.spread,
        "score": judged.score,
        "evidence": judged.evidence,
        "evidence_limit": judged.limit,
        "detail": json.dumps(detail, ensure_ascii=False),
    }
