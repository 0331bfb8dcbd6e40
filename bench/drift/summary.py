"""From runs to figures: rates with an upper bound, shares with an interval, median delays, and missed goals."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from scipy.stats import beta, chi2

from bench.drift.replay import Run
from bench.drift.scenarios import Scenario

_MONTHS = 90
"""Days per which false requests are reported."""

FALSE_REQUESTS, REFUSED, MS, FALSE_ROLLBACKS = 1.0, 2, 300.0, 0.05
AUC_LOST = 0.05
"""Goals: the upper bound of false requests in 90 days; requests in 90 days of refusals; milliseconds a window; the
share of watches after a cutover that ask for a rollback without cause."""


def quiet(runs: Sequence[Run], judged_days: int) -> dict[str, Any]:
    """Return how often somebody is asked for nothing, in 90 days; `upper` is the bound of 95 % (Poisson, one-sided)."""
    asked = sum(len(run.asked) for run in runs)
    span = len(runs) * judged_days / _MONTHS
    signals = sorted({signal for run in runs for _, found in run.asked for signal in found})
    upper = float(chi2.ppf(0.95, 2 * (asked + 1)) / 2) / span
    return {"rate": round(asked / span, 3), "upper": round(upper, 3), "requests": asked, "signals": signals}


def drift(scenario: Scenario, runs: Sequence[Run], onset: int) -> dict[str, Any]:
    """Return how soon the drift is found; a run that asked before its onset counts as one that found nothing.

    `windows` and `days` are medians from the onset to the first request; None where fewer than half are found.
    """
    found = [_delay(run, onset) for run in runs]
    soon = sum(windows is not None and windows <= 2 for windows, _ in found)
    return {
        "within_2_windows": round(soon / len(runs), 3),
        "interval": [round(bound, 3) for bound in _interval(soon, len(runs))],
        "windows": _median([windows for windows, _ in found]),
        "days": _median([days for _, days in found]),
        "found": sum(windows is not None for windows, _ in found),
        "runs": len(runs),
        "goal": scenario.goal,
        "delay_goal": scenario.delay_goal,
    }


def missed(report: dict[str, Any]) -> list[str]:
    """Return which goals are missed. A pure rule."""
    found = [
        f"false requests in {name}: upper bound {row['upper']}"
        for name, row in report["false_requests_per_90_days"].items()
        if row["upper"] > FALSE_REQUESTS
    ]
    for name, row in report["drift"].items():
        if row["goal"] is not None and row["within_2_windows"] < row["goal"]:
            found.append(f"within two windows of {name}: {row['within_2_windows']}")
        delay = row["days"] if name.startswith("small") else row["windows"]
        if row["delay_goal"] is not None and (delay is None or delay > row["delay_goal"]):
            found.append(f"median delay of {name}: {delay}")
    if report["requests_with_refusals_90_days"]["most"] > REFUSED:
        found.append(f"requests with refusals: {report['requests_with_refusals_90_days']['most']}")
    if report["ms_per_window"] > MS:
        found.append(f"milliseconds a window: {report['ms_per_window']}")
    found += [
        f"false rollbacks of {name}: {share}"
        for name, share in report["after_cutover_false_rollbacks"].items()
        if share > FALSE_ROLLBACKS
    ]
    if report["languages_auc_lost"] > AUC_LOST:
        found.append(f"area under the curve that a language loses: {report['languages_auc_lost']}")
    return found


def _delay(run: Run, onset: int) -> tuple[int | None, int | None]:
    first = run.asked[0][0] if run.asked else None
    if first is None or first < onset:
        return None, None
    return sum(onset <= closed <= first for closed in run.closed), first - onset + 1


def _median(delays: Sequence[int | None]) -> float | None:
    endless = float("inf")
    middle = median([endless if delay is None else float(delay) for delay in delays])
    return None if middle == endless else middle


def _interval(hits: int, cases: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Clopper and Pearson)."""
    low = float(beta.ppf(0.025, hits, cases - hits + 1)) if hits else 0.0
    high = float(beta.ppf(0.975, hits + 1, cases - hits)) if hits < cases else 1.0
    return low, high
