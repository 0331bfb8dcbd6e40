"""What the gateway counts, as Prometheus reads it. No label names a tenant, a person or a text."""

import threading
from collections import Counter

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

_COUNTED = {
    "requests": ("tidewheel_gateway_requests_total", ("path", "status"), "requests by path and status"),
    "events": ("tidewheel_gateway_events_total", ("verdict",), "items of bodies of events, by what became of them"),
    "ubi": ("tidewheel_gateway_ubi_total", ("kind", "verdict"), "UBI queries and events, by what became of them"),
    "forgotten": (
        "tidewheel_gateway_forgotten_total",
        (),
        "events that were refused, or lost their author, because a person is forgotten for good",
    ),
}


class Metrics:
    """Counters and one histogram; for several threads."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[tuple[str, ...]]] = {name: Counter() for name in _COUNTED}
        self._seconds: Counter[tuple[str, float]] = Counter()
        self._sums: Counter[str] = Counter()
        self._lock = threading.Lock()

    def count(self, name: str, *labels: str, by: int = 1) -> None:
        """Count `by` more under these labels."""
        with self._lock:
            self._counts[name][labels] += by

    def took(self, path: str, status: int, seconds: float) -> None:
        """Note a request that was answered."""
        with self._lock:
            self._counts["requests"][path, str(status)] += 1
            self._sums[path] += seconds  # type: ignore[assignment]  # a counter of seconds
            self._seconds[path, next((b for b in BUCKETS_S if seconds <= b), float("inf"))] += 1

    def text(self, waiting: int) -> str:
        """Return all of it in Prometheus' text format; `waiting` is how many events the broker has not yet."""
        with self._lock:
            lines = [line for name in _COUNTED for line in self._counter(name)] + self._histogram()
        return "\n".join([*lines, *_gauge("tidewheel_gateway_waiting", waiting, "events that wait for the broker"), ""])

    def _counter(self, name: str) -> list[str]:
        full, labels, about = _COUNTED[name]
        rows = sorted(self._counts[name].items())
        return [
            f"# HELP {full} {about}",
            f"# TYPE {full} counter",
            *(f"{full}{_labelled(dict(zip(labels, values, strict=True)))} {count}" for values, count in rows),
        ]

    def _histogram(self) -> list[str]:
        full = "tidewheel_gateway_seconds"
        lines = [f"# HELP {full} seconds until a request was answered", f"# TYPE {full} histogram"]
        for path in sorted({path for path, _ in self._seconds}):
            below = 0
            for bound in (*BUCKETS_S, float("inf")):
                below += self._seconds[path, bound]
                shown = "+Inf" if bound == float("inf") else f"{bound:g}"
                lines.append(f"{full}_bucket{_labelled({'path': path, 'le': shown})} {below}")
            lines.append(f"{full}_sum{_labelled({'path': path})} {self._sums[path]:.6f}")
            lines.append(f"{full}_count{_labelled({'path': path})} {below}")
        return lines


def _gauge(name: str, value: int, about: str) -> list[str]:
    return [f"# HELP {name} {about}", f"# TYPE {name} gauge", f"{name} {value}"]


def _labelled(labels: dict[str, str]) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}" if labels else ""
