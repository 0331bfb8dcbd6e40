"""Values that charts are made of, without a store."""

from datetime import UTC, datetime, timedelta

from console.web.charts import Chart, Line, Mark, Panel
from operations.drift_history import Happening, Signal, Window

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def window(day: int, evidence: float = 0.0, verdict: str = "steady", score: float = 0.0) -> Window:
    """The window that ends so many days after the start."""
    end = START + day * DAY
    return Window(end - DAY, end, 1, "m", 0.25, 0.125, 0.0, score, evidence, 9.0, 30, 40, verdict)


SIGNAL = Signal(
    "query_drift",
    (window(1), window(2, verdict="too_few"), window(3, 5.0, "suspect", 3.0), window(4, 9.5, "tripped", 6.0)),
)
DONE = (
    Happening(START - 9 * DAY, "rollback", "m", "ana", "long ago"),
    Happening(START + 4 * DAY, "retrain", "run-1", "drift", "it drifted"),
    Happening(START + 5 * DAY, "cutover", "m-1", "ana", ""),
)


def chart(*values: float | None, share: bool = False) -> Chart:
    """A chart of one panel with these values, a day each, an alarm on the second and three marks."""
    line = Line("a", tuple((START + day * DAY, value) for day, value in enumerate(values)))
    marks = (Mark(START + DAY, "retrain"), Mark(START + DAY, "cutover"), Mark(START - 30 * DAY, "rollback"))
    return Chart("A title", "What it shows", (Panel("Panel", (line,), share=share),), (START + DAY,), marks)
